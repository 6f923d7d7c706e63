"""Plain text: the many ways to write who speaks, and texts that only look like a transcript."""

from __future__ import annotations

import io

import pytest

from acx.errors import BadInput
from acx.model import Message
from acx.transcripts import open_stream
from acx.transcripts.contract import Notes
from acx.transcripts.formats.plain_text import FORMAT
from acx.transcripts.source import sample
from tests.transcripts.corpus_files import CORPUS, needs_corpus


def read(text: str) -> list[Message]:
    opened = open_stream(io.BytesIO(text.encode()), "x")
    assert opened.format.name == "plain"
    return list(opened.messages)


@pytest.mark.parametrize(
    ("user", "agent"),
    [
        ("Customer:", "Agent:"),
        ("Customer:", "Support:"),
        ("Me:", "ChatGPT:"),
        ("You:", "Claude:"),
        ("User:", "Claude 4.5 Sonnet:"),
        ("User:", "GPT-4o:"),
        ("User:", "Agent:"),
        ("USER:", "ASSISTANT:"),
        ("user:", "assistant:"),
        ("**Me:**", "**ChatGPT:**"),
        ("[10:32] User:", "[10:33] Assistant:"),
        ("10:32 Me:", "10:33 Bot:"),
        ("2026-03-01 10:32:05 - User:", "2026-03-01 10:33:05 - Assistant:"),
        ("User [10:32]:", "Assistant [10:33]:"),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_names_before_a_colon(user: str, agent: str, ending: str) -> None:
    text = ending.join([f"{user} hi", "there", f"{agent} hello", f"{user} bye", ""])
    assert [(m.role, m.origin, m.text) for m in read(text)] == [
        ("user", "human", "hi\nthere"),
        ("assistant", "agent", "hello"),
        ("user", "human", "bye"),
    ]


@pytest.mark.parametrize(
    ("user", "agent"),
    [
        ("## User", "## Assistant"),
        ("### User:", "### Assistant:"),
        ("# Human", "# Claude"),
        ("**User**", "**Assistant**"),
        ("**You:**", "**ChatGPT:**"),
        ("You said:", "ChatGPT said:"),
        ("##### You said:", "##### ChatGPT said:"),
        ("You said:", "Claude said:"),
    ],
)
def test_names_on_a_line_of_their_own(user: str, agent: str) -> None:
    text = f"{user}\n\nhi\n\n## About\n\n{agent}\n\nhello\n\n{user}\n\nbye\n"
    assert [(m.role, m.text) for m in read(text)] == [
        ("user", "hi\n\n## About"),
        ("assistant", "hello"),
        ("user", "bye"),
    ]


def test_full_times_are_kept() -> None:
    text = "[2026-03-01 10:32:05] User: hi\n[2026-03-01T10:33:00Z] Assistant: hello\n"
    assert [m.ts for m in read(text)] == ["2026-03-01T10:32:05Z", "2026-03-01T10:33:00Z"]
    assert [m.ts for m in read("[10:32] User: hi\n[10:33] Assistant: hello\n")] == ["", ""]


@pytest.mark.parametrize(
    "line",
    [
        "Customer: ACME", "Me: nobody", "Q: who?", "user: root", "## User", "**User**",
        "[10:32] User: x", "User said:", "Username: x", " User: indented", "User : x",
        "> User: quoted", "- User: listed", "Users: many", "User's: x",
    ],
)  # fmt: skip
def test_a_speaker_written_otherwise_is_part_of_the_text(line: str) -> None:
    messages = read(f"User: look\nAssistant: it says\n{line}\nUser: thanks\n")
    assert [m.text for m in messages] == ["look", f"it says\n{line}", "thanks"]


def test_one_name_stands_for_a_role() -> None:
    messages = read("Me: which?\nClaude: one of\nGemini: a model\nChatGPT: another\nMe: ok\n")
    assert [m.role for m in messages] == ["user", "assistant", "user"]


def test_a_conversation_that_just_began() -> None:
    assert [m.role for m in read("System: be brief\nUser: hi\nAI: ho\n")] == [
        "system",
        "user",
        "assistant",
    ]
    assert [m.role for m in read("## User\n\nhi\n\n## Assistant\n\nho\n")] == ["user", "assistant"]
    assert [m.role for m in read("user: hi\nassistant: ho\n")] == ["user", "assistant"]


def test_questions_and_answers_are_read_where_a_person_says_so() -> None:
    opened = open_stream(io.BytesIO(b"Q: how?\nA: so.\n"), "x", "plain")
    assert [(m.role, m.text) for m in opened.messages] == [("user", "how?"), ("assistant", "so.")]


def test_a_page_in_a_fence_may_have_fences_of_its_own() -> None:
    page = "```md\nUser: one\n```sh\nls\n```\nUser: two\n```\n"
    messages = read(f"User: look\nAssistant: it says\n{page}User: thanks\n")
    assert [m.text for m in messages if m.origin == "human"] == ["look", "thanks"]
    longer = page.replace("```md", "````md").replace("User: two\n```", "User: two\n````")
    open_inside = longer.replace("ls\n```\n", "ls\n")
    for held in (longer, open_inside):
        messages = read(f"User: look\nAssistant: it says\n{held}User: thanks\n")
        assert [m.text for m in messages if m.origin == "human"] == ["look", "thanks"]


@pytest.mark.parametrize("line", ["~" * 300_000 + "`", "```" + " " * 300_000 + "x`"])
def test_long_lines_of_ticks_are_read_in_no_time(line: str) -> None:
    messages = read(f"User: look\nAssistant: hm\n{line}\nUser: thanks\n")
    assert [m.role for m in messages] == ["user", "assistant", "user"]


@pytest.mark.parametrize(
    "text",
    [
        "user: root\nhost: box\nport: 22\n",
        "user: ann\npassword: x\nassistant: bob\n",
        "User: ann\nSystem: linux\n",
        "User: likes dark rooms\n",
        "Q: Is it free?\nA: Yes.\n\nQ: For all?\nA: For all.\n",
        "# Agent\n\nIt runs.\n\n# Client\n\nIt asks.\n",
        "## User\n\nWho asks.\n\n## System\n\nWhat runs.\n",
        "user: root\n",
        "version: 3\nuser: root\nassistant: none\ntool: gcc\nlevel: 2\nname: x\n",
        "System: Linux 6.1\nUser: root\nVersion: 1.2\nTool: gcc\n",
        "User: ann logged in\nUser: bob logged in\nUser: ann logged out\n",
        "10:01 User: ann\n10:02 User: bob\n",
        "A: the first letter\nB: the second\n",
        "Customer: ACME\nTotal: 12\n",
        "Agent: Smith\nAgent: Jones\n",
        "Me: a memoir\n\nIt was a dark night.\n",
        "# Shop\n\n## User\n\nHow to use it.\n\n## Tool\n\nHow to build it.\n",
        "# Shop\n\n## User guide\n\n## Assistant setup\n",
        "You said: it works. I said: it does not.\n",
        "User: the one who asks\n" * 5,
        "Dear diary,\n\nUser: is a word.\n",
        "\n".join([*(f"Line {n} of a manual." for n in range(40)), "User: hi", "Assistant: hello"]),
        "Shop\n```\nUser: hi\nAssistant: hello\n```\n",
        "The user: a person. The assistant: a program.\n",
        "2026-03-01 10:32:05 INFO User: ann\n2026-03-01 10:32:06 INFO Assistant: started\n",
    ],
)
def test_ordinary_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadInput, match="in no known transcript format") as caught:
        open_stream(io.BytesIO(text.encode()), "notes.txt")
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("first", ["User:", "[10:32] Me:", "## User", "You said:"])
def test_cut_off_anywhere_it_is_a_prefix(first: str) -> None:
    other = first.replace("User", "Assistant").replace("Me", "Claude").replace("You", "ChatGPT")
    text = f"{first}\nhi there\n{other}\nhello\n{first}\nbye\n"

    def messages(text: str) -> list[Message]:
        return list(FORMAT.read(io.BytesIO(text.encode()), Notes()))

    whole = messages(text)
    assert len(whole) == 3
    for end in range(len(text)):
        part = messages(text[:end])
        assert part[:-1] == whole[: max(len(part) - 1, 0)]


@needs_corpus
def test_no_other_transcript_is_taken_for_plain_text() -> None:
    paths = [path for path in sorted(CORPUS.rglob("*")) if path.is_file()]
    assert len(paths) > 100
    for path in paths:
        with path.open("rb") as stream:
            assert FORMAT.matches(sample(stream)) == "", path
