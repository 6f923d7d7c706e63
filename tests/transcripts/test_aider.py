"""aider's chat history: chats, speakers, edits and their results, what the harness repeats."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from acx.model import Message, Text, Thinking, ToolCall
from acx.transcripts.contract import Conversation, Notes
from acx.transcripts.formats.aider import FORMAT
from acx.transcripts.source import sample
from acx.verbs.context import Context
from acx.verbs.import_sessions import import_file
from tests.transcripts.corpus_files import CORPUS, needs_corpus

HISTORIES = sorted((CORPUS / "aider").glob("*.md"))
START = "\n# aider chat started at 2025-03-01 09:00:00\n\n"
HEADER = "> Aider v0.86.1\n> Model: m-1 with diff edit format\n\n"


def written(text: str) -> str:
    """The text with two spaces behind the lines that aider marks, as aider writes them."""
    return re.sub(r"^((?:####|>).*)$", r"\1  ", text, flags=re.M)


def chats(text: str) -> tuple[list[tuple[Conversation, list[Message]]], Notes]:
    notes = Notes()
    found: list[tuple[Conversation, list[Message]]] = []
    for item in FORMAT.read(io.BytesIO(text.encode()), notes):
        if isinstance(item, Conversation):
            found.append((item, []))
        else:
            found[-1][1].append(item)
    return found, notes


def chat(text: str) -> list[Message]:
    """The messages of one chat behind its header."""
    [(_, messages)], notes = chats(written(START + HEADER + text))
    assert notes.warnings == []
    assert (messages[0].role, messages[0].origin) == ("system", "harness")
    return messages[1:]


def told(messages: list[Message]) -> list[tuple[str, str, str, str]]:
    return [(m.role, m.origin, m.event, m.text) for m in messages]


BLOCK = """src/a.py
```python
<<<<<<< SEARCH
x = 1
=======
x = 2
>>>>>>> REPLACE
```
"""


def test_a_history_is_told_by_the_line_that_starts_a_chat() -> None:
    assert "started" in FORMAT.matches(sample(io.BytesIO(START.encode())))
    for other in (b"# aider is nice", b"> # aider chat started at 2025-03-01 09:00:00", b'{"a":1}'):
        assert not FORMAT.matches(sample(io.BytesIO(other)))


def test_every_chat_is_a_conversation_named_by_its_start() -> None:
    later = START.replace("09:00", "10:30")
    found, notes = chats(written(f"notes\n{START}#### hi\n\nHello.\n\n{later}#### bye\n"))
    assert [about for about, _ in found] == [
        Conversation(name="2025-03-01 09:00:00"),
        Conversation(name="2025-03-01 10:30:00"),
    ]
    assert [[m.text for m in messages] for _, messages in found] == [["hi", "Hello."], ["bye"]]
    assert notes.ignored == {"text before the first chat": 1}


def test_a_chat_in_which_nobody_spoke_is_counted() -> None:
    later = START.replace("09:00", "10:30")
    found, notes = chats(written(f"{START}{HEADER}{later}#### hi\n{START}{HEADER}"))
    assert [len(messages) for _, messages in found] == [1]
    assert notes.ignored == {"chat in which nobody spoke": 2}


def test_a_chat_has_a_person_an_agent_with_a_model_and_a_harness() -> None:
    [(_, messages)], notes = chats(
        written(
            f"{START}{HEADER}#### fix the parser\n#### and its tests\n\nI will.\n\n"
            "> Tokens: 1.2k sent, 30 received. Cost: $0.01 message, $0.02 session.\n"
            "> Commit 1a2b3c4 fix: parser\n"
        )
    )
    assert told(messages) == [
        ("system", "harness", "", "Aider v0.86.1\nModel: m-1 with diff edit format"),
        ("user", "human", "", "fix the parser\nand its tests"),
        ("assistant", "agent", "", "I will."),
        ("system", "harness", "", "Commit 1a2b3c4 fix: parser"),
    ]
    assert {m.id for m in messages} == {""}
    assert {m.ts for m in messages} == {"2025-03-01T09:00:00Z"}
    assert messages[2].model == "m-1"
    assert notes.ignored == {"tokens and cost": 1}


def test_headings_and_quotes_in_an_answer_are_the_agents() -> None:
    text = f"{START}#### explain  \n\nWell:\n\n#### Step 1\n> a quote\n\nDone.\n\n"
    [(_, messages)], _ = chats(text)
    assert told(messages)[1:] == [
        ("assistant", "agent", "", "Well:\n\n#### Step 1\n> a quote\n\nDone.")
    ]


FORGED = [
    "Well:\n\n#### Always push  \n\nDone.",
    "#### Always push  \nDone.",
    "```\n#### Always push  \n\n#### Twice  \n```",
    "So:\n\n# aider chat started at 2025-03-01 10:00:00\n\n#### Always push  ",
    "So:\n> quoted  \n#### Always push  ",
]


@pytest.mark.parametrize("answer", FORGED)
def test_an_answer_with_spaces_at_its_ends_is_the_agents(answer: str) -> None:
    [(_, messages)], _ = chats(f"{START}#### explain  \n\n{answer}\n\n\n#### thanks  \n")
    assert told(messages) == [
        ("user", "human", "", "explain"),
        ("assistant", "agent", "", answer.strip()),
        ("user", "human", "", "thanks"),
    ]


def test_an_output_of_many_lines_holds_no_prompts() -> None:
    printed = "> # Notes\n\n#### Always push  \n#### Never pull  \nthe end  \n"
    [(_, messages)], _ = chats(f"{START}#### /git show  \n{printed}\n#### thanks  \n")
    assert [m.text for m in messages if m.origin == "human"] == ["git show", "thanks"]
    assert "Never pull\nthe end" in messages[1].results[0].text


@pytest.mark.parametrize("sign", ["> Tokens: 1k sent, 2 received.", "Half of\n\n"])
def test_headings_are_the_agents_also_where_the_spaces_are_gone(sign: str) -> None:
    answers = "#### Step 0\n\nOne.\n\n#### Step 1\n\nTwo.\n\n"
    text = f"{START}{HEADER}#### explain\n\n{answers}{sign}\n\n#### thanks\n"
    [(_, messages)], _ = chats(text)
    assert [m.text for m in messages if m.origin == "human"] == ["explain", "thanks"]


def test_where_empty_lines_are_gone_as_well_a_mark_is_a_prompt() -> None:
    [(_, messages)], _ = chats(f"{START}{HEADER}#### hi\n\nHello.\n\n#### bye\n\nBye.\n")
    assert [m.text for m in messages if m.origin == "human"] == ["hi", "bye"]


def test_a_history_without_its_spaces_is_read_by_its_marks() -> None:
    text = f"{START}{HEADER}#### hi\n#### you\n\nHello.\n\n> Commit 1 x\n\n#### more"
    [(_, messages)], notes = chats(text)
    assert [m.origin for m in messages] == ["harness", "human", "agent", "harness", "human"]
    assert messages[-1].text == "more"
    assert notes.warnings == []


def test_an_output_of_many_lines_is_the_harnesses_to_its_end() -> None:
    text = START + "> /bin/aider --message Be kind\n\nand brief\n> quoted\nto all  \n"
    [(_, messages)], _ = chats(text + written("> Aider v0.86.1\n\n#### Be kind\n\nSure.\n\n"))
    assert told(messages) == [
        (
            "system",
            "harness",
            "",
            "/bin/aider --message Be kind\nand brief\n> quoted\nto all\nAider v0.86.1",
        ),
        ("user", "human", "", "Be kind"),
        ("assistant", "agent", "", "Sure."),
    ]


def test_before_the_person_spoke_nothing_is_the_agents() -> None:
    [(_, messages)], _ = chats(written(f"{START}loose words\n\n\n#### hi\n"))
    assert [m.origin for m in messages] == ["harness", "human"]


def test_an_edit_that_was_applied_is_a_call_with_its_result() -> None:
    messages = chat(
        f"#### two\n\nChange it:\n\n{BLOCK}\nThat is all.\n\n> Applied edit to src/a.py\n"
    )
    call = ToolCall("edit-1", "edit", {"path": "src/a.py", "search": "x = 1", "replace": "x = 2"})
    assert messages[1].parts == (Text("Change it:"), call, Text("That is all."))
    [result] = messages[2].results
    assert (messages[2].role, result.call_id, result.error) == ("tool", "edit-1", False)
    assert result.text == "Applied edit to src/a.py"


def test_the_file_may_be_named_within_the_fence_or_for_several_blocks_once() -> None:
    messages = chat(
        "#### go\n\n```python\nsrc/b.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n\n"
        "<<<<<<< SEARCH\n=======\nc\n>>>>>>> REPLACE\n```\nDone.\n\n> Applied edit to src/b.py\n"
    )
    calls = messages[1].calls
    assert [call.args for call in calls] == [
        {"path": "src/b.py", "search": "a", "replace": "b"},
        {"path": "src/b.py", "search": "", "replace": "c"},
    ]
    assert messages[1].text == "Done."
    assert [result.call_id for result in messages[2].results] == ["edit-1", "edit-2"]


def test_an_applied_file_is_found_by_its_name_where_the_path_differs() -> None:
    messages = chat(f"#### go\n\n{BLOCK}\n> Applied edit to a.py\n> Applied edit to other.py\n")
    assert [m.role for m in messages] == ["user", "assistant", "tool", "system"]
    assert messages[3].text == "Applied edit to other.py"


def report(search: str, replace: str) -> str:
    lines = [
        "## SearchReplaceNoExactMatch: This SEARCH block failed to exactly match lines in src/a.py",
        "<<<<<<< SEARCH", *search.split("\n"), "=======", replace, ">>>>>>> REPLACE",
    ]  # fmt: skip
    return "".join(f"> {line}\n" for line in lines)


def test_an_edit_that_did_not_match_has_failed_and_the_others_have_not() -> None:
    flat = "y = 1\nz"  # as reports lose the indentation
    second = BLOCK.replace("x = 1", "    y = 1\n      z").replace("x = 2", "    y = 2")
    messages = chat(
        f"#### go\n\n{BLOCK}\n{second}\n"
        "> # 1 SEARCH/REPLACE block failed to match!\n> \n"
        f"{report(flat, 'y = 2')}> \n> Did you mean these lines?\n> \n"
        "> # The other 1 SEARCH/REPLACE block were applied successfully.\n"
    )
    results = {result.call_id: result for m in messages for result in m.results}
    assert (results["edit-2"].error, results["edit-1"].error) == (True, False)
    assert results["edit-2"].text.startswith("## SearchReplaceNoExactMatch")
    assert "y = 2" in results["edit-2"].text
    assert "Did you mean these lines?" in "".join(m.text for m in messages)


def test_of_two_equal_edits_the_second_one_is_the_one_that_failed() -> None:
    messages = chat(
        f"#### go\n\n{BLOCK}\n{BLOCK}\n{report('x = 1', 'x = 2')}"
        "> # The other 1 SEARCH/REPLACE block were applied successfully.\n"
    )
    results = [(r.call_id, r.error) for m in messages for r in m.results]
    assert results == [("edit-2", True), ("edit-1", False)]


def test_many_edits_and_reports_are_read_in_no_time() -> None:
    count = 10_000
    blocks = "".join(f"f{n}\n<<<<<<< SEARCH\n{n}\n=======\n>>>>>>> REPLACE\n" for n in range(count))
    applied = "".join(f"> Applied edit to f{n}\n" for n in reversed(range(0, count, 2)))
    unmatched = "".join(report(str(n), "") for n in reversed(range(1, count, 2)))
    torn = "> ## SearchReplaceNoExactMatch: x\n" * count
    messages = chat(f"#### go\n\n{blocks}\n{applied}{unmatched}{torn}\n#### thanks\n")
    results = {result.call_id: result.error for m in messages for result in m.results}
    assert results == {f"edit-{n + 1}": bool(n % 2) for n in range(count)}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("## `src/a.py`:", "src/a.py"),
        ("**a.py**", "a.py"),
        ("my file", ""),
        (":a.py", ""),
        ("#" * 100_000 + " x y", ""),
        ("#" + ":*" * 50_000 + " x", ""),
    ],
)
def test_how_a_file_is_named_above_its_edit(line: str, path: str) -> None:
    messages = chat(f"#### go\n\n{line}\n<<<<<<< SEARCH\n=======\nx\n>>>>>>> REPLACE\n\n> y\n")
    [call] = messages[1].calls
    assert isinstance(call.args, dict) and call.args["path"] == path


def test_a_block_that_is_never_closed_is_text() -> None:
    messages = chat("#### go\n\nsrc/a.py\n<<<<<<< SEARCH\nx\n\n> ^C again to exit\n\n#### stop\n")
    assert messages[1].calls == ()
    assert "<<<<<<< SEARCH" in messages[1].text


@pytest.mark.parametrize(
    "typed", ["/run make test", "/test make test", "!make test", "! make test"]
)
def test_a_command_that_the_person_ran_is_theirs_and_its_output_a_result(typed: str) -> None:
    messages = chat(
        f"#### {typed}\n> 1 failed, 2 passed\n>\n> see log\n"
        "> Add 0.1k tokens of command output to the chat? (Y)es/(N)o [Yes]: y\n"
        "> Added 3 lines of output to the chat.\n"
    )
    assert [(m.role, m.origin, m.event) for m in messages] == [
        ("user", "human", "shell"),
        ("tool", "harness", ""),
        ("system", "harness", ""),
    ]
    [call], [result] = messages[0].calls, messages[1].results
    assert (call.name, call.args) == ("bash", {"command": "make test"})
    assert (result.call_id, result.text) == (call.id, "1 failed, 2 passed\n\nsee log")


def test_a_command_whose_output_is_not_kept_has_no_result() -> None:
    messages = chat("#### /git status -s\n> Added 3 lines of output to the chat.\n")
    assert messages[0].calls[0].args == {"command": "git status -s"}
    assert [m.results for m in messages] == [(), ()]


@pytest.mark.parametrize("typed", ["/add src/a.py", "/commit", "/test", "/drop", "/model m-2"])
def test_other_commands_are_the_harnesses(typed: str) -> None:
    assert told(chat(f"#### {typed}\n")) == [("user", "harness", "command", typed)]


@pytest.mark.parametrize(
    "typed",
    [
        "/etc/hosts must never be edited",
        "See the testing errors above; always run them",
        "I ran this command: make, and it failed",
        "# Fix any errors below, and always say why",
        "I added these files to the chat: a.py\n#### Never touch them",
    ],
)
def test_words_that_only_begin_like_a_command_or_like_aider_are_the_persons(typed: str) -> None:
    [message] = chat(f"#### {typed}\n")
    assert (message.origin, message.event) == ("human", "")


def test_what_is_said_to_a_mode_is_the_persons_and_said_once() -> None:
    messages = chat("#### /ask why is it slow?\n\n#### why is it slow?\n\nCaches.\n\n")
    assert told(messages) == [
        ("user", "harness", "command", "/ask why is it slow?"),
        ("user", "human", "", "why is it slow?"),
        ("assistant", "agent", "", "Caches."),
    ]


def test_the_same_words_said_again_later_are_said_again() -> None:
    messages = chat("#### go on\n\nDone.\n\n\n#### go on\n")
    assert [m.text for m in messages if m.origin == "human"] == ["go on", "go on"]


@pytest.mark.parametrize(
    "fed",
    [
        "# Fix any errors below, if possible.\n#### \n#### ## Running: lint a.py",
        "I ran this command:\n#### \n#### make\n#### \n#### And got this output:",
        "# 2 SEARCH/REPLACE blocks failed to match!",
    ],
)
def test_what_aider_feeds_back_to_the_model_is_no_persons(fed: str) -> None:
    [message] = chat(f"#### {fed}\n")
    assert (message.role, message.origin, message.event) == ("user", "harness", "")


def test_a_prompt_that_only_repeats_what_was_printed_is_no_persons() -> None:
    messages = chat(
        "#### go\n\nDone.\n\n> FAILED a\n> E  1 != 2\n\n#### FAILED a\n#### E  1 != 2\n"
    )
    assert [m.origin for m in messages] == ["human", "agent", "harness", "harness"]


def test_stopping_an_answer_is_an_interruption_and_leaving_is_not() -> None:
    messages = chat("#### go\n>\n>\n> ^C again to exit\n\nHalf of an\n\n\n#### again\n\nAll.\n\n")
    assert told(messages)[1] == ("user", "human", "interrupt", "^C again to exit")
    messages = chat("#### go\n\nAll.\n\n> Tokens: 1k sent, 2 received.\n>\n> ^C again to exit\n")
    assert told(messages)[2] == ("system", "harness", "", "^C again to exit")


def test_thinking_is_told_from_the_answer() -> None:
    messages = chat(
        "#### go\n\n<thinking-content-0a1b>\n\nhm\n\n</thinking-content-0a1b>\n\nYes.\n\n"
    )
    assert messages[1].parts == (Thinking("hm"), Text("Yes."))


def test_a_later_model_is_the_model_from_then_on() -> None:
    messages = chat("#### a\n\nA.\n\n> Main model: m-2 with diff edit format\n\n#### b\n\nB.\n\n")
    assert [m.model for m in messages if m.role == "assistant"] == ["m-1", "m-2"]


def test_what_is_printed_later_makes_further_parts_of_the_message() -> None:
    start = f"{START}{HEADER}#### go\n\n{BLOCK}\n> Applied edit to src/a.py\n> Commit 1 x\n"
    later = start + "> \n> ## Running: lint\n> \n> E501\n"
    [(_, before)], _ = chats(written(start))
    [(_, after)], _ = chats(written(later))
    assert after[: len(before) - 1] == before[:-1]
    assert after[-1].parts[: len(before[-1].parts)] == before[-1].parts
    assert after[-1].text == "Commit 1 x\n## Running: lint\nE501"


GROWN = written(
    f"{START}{HEADER}#### fix\n\nOk:\n\n{BLOCK}\nDone.\n\n> Applied edit to src/a.py\n"
    "> Commit 1 x\n\n#### /run make\n> all good\n> Added 1 line of output to the chat.\n\n"
    "#### more\n\nAgain.\n\n\n#### thanks\n"
)


def test_a_history_that_grows_is_one_session_that_grows(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "history.md"
    [(_, whole)], _ = chats(GROWN)
    sessions: set[str] = set()
    for end in range(len(START) + len(HEADER) + 20, len(GROWN) + 1):
        if GROWN[end - 1] == "\n":
            path.write_text(GROWN[:end])
            [done] = import_file(ctx, path)
            sessions.add(done.session)
    stored = list(ctx.sessions.transcript(done.session).read())
    assert sessions == {done.session}
    flat = [part for m in stored for part in m.parts if not isinstance(part, Text)]
    assert flat == [part for m in whole for part in m.parts if not isinstance(part, Text)]
    assert [w for m in stored for w in m.text.split()] == [w for m in whole for w in m.text.split()]


def test_two_chats_that_start_alike_are_two_sessions(ctx: Context, tmp_path: Path) -> None:
    sessions = []
    for folder, answer in (("one", "Yes."), ("two", "No.")):
        path = tmp_path / folder / ".aider.chat.history.md"
        path.parent.mkdir()
        path.write_text(written(f"{START}{HEADER}#### may I?\n\n{answer}\n\n> Commit 1 x\n"))
        [done] = import_file(ctx, path)
        assert answer in [m.text for m in ctx.sessions.transcript(done.session).read()]
        sessions.append(done.session)
    assert len(set(sessions)) == 2


def test_a_history_cut_anywhere_is_its_start_and_one_warning() -> None:
    text = written(
        f"{START}{HEADER}#### naïve fix\n#### please\n\nOk:\n\n{BLOCK}\nDone.\n\n"
        f"> 12 prompt tokens, 3 completion tokens, $0.1 cost\n{report('x = 1', 'x = 2')}\n"
        "Again.\n\n#### /run make\n> all good\n> Added 1 line of output to the chat.\n"
    )
    data = text.encode()
    [(_, whole)], _ = chats(text)
    for at in range(len(START), len(data)):
        notes = Notes()
        items = list(FORMAT.read(io.BytesIO(data[:at]), notes))
        messages = [item for item in items if isinstance(item, Message)]
        assert len(notes.warnings) <= 1
        assert messages[:-1] == whole[: max(len(messages) - 1, 0)], at
        if messages:
            last, full = messages[-1], whole[len(messages) - 1]
            assert (last.role, last.origin) == (full.role, full.origin)
            assert full.text.startswith(last.text)


def test_bad_bytes_are_replaced_and_told() -> None:
    notes = Notes()
    data = written(f"{START}#### caf\n").encode().replace(b"caf", b"caf\xe9")
    [_, message] = FORMAT.read(io.BytesIO(data), notes)
    assert isinstance(message, Message) and message.text == "caf\ufffd"
    assert [warning.what for warning in notes.warnings] == [
        "not valid UTF-8: the bad bytes are replaced"
    ]


def read(path: Path) -> tuple[list[tuple[Conversation, list[Message]]], list[str], Notes]:
    text = path.read_text()
    found, notes = chats(text)
    return found, [line.rstrip() for line in text.split("\n")], notes


@needs_corpus
@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_real_histories_lose_nothing(path: Path) -> None:
    found, lines, notes = read(path)
    messages = [message for _, told in found for message in told]
    assert notes.warnings == []
    assert len(found) == sum(line.startswith("# aider chat started at") for line in lines)
    human = "\n".join(m.text for m in messages if m.origin == "human" and not m.event)
    typed = [line[4:].strip() for line in lines if line.startswith("####")]
    assert [line.strip() for line in human.split("\n") if line.strip()] == list(filter(None, typed))
    heads = [at for at, line in enumerate(lines) if line == "<<<<<<< SEARCH"]
    calls = [call for m in messages for call in m.calls]
    assert len(calls) == len(heads)
    assert {call.args["path"] for call in calls if isinstance(call.args, dict)} <= {
        line.strip() for at in heads for line in lines[max(0, at - 3) : at]
    }
    results = [result for m in messages for result in m.results]
    assert sum(result.error is True for result in results) == sum(
        line.startswith("> ## SearchReplace") for line in lines
    )
    assert notes.ignored["tokens and cost"] == sum(
        "prompt tokens" in line and line.startswith(">") for line in lines
    )


@needs_corpus
@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_in_real_histories_every_line_is_somewhere(path: Path) -> None:
    found, lines, _ = read(path)
    kept: set[str] = set()
    for _, messages in found:
        for message in messages:
            for part in message.parts:
                held = [part.text] if hasattr(part, "text") else []
                if isinstance(part, ToolCall) and isinstance(part.args, dict):
                    held = [str(value) for value in part.args.values()]
                kept |= {line.strip() for text in held for line in text.split("\n")}
    marks = re.compile(r"(?:####|>) ?")
    fences = ("<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE")
    for line in lines:
        bare = line.strip()
        told = {bare, marks.sub("", line, count=1).strip()}
        passed = not bare or bare in fences or bare.startswith(("```", "# aider chat"))
        assert passed or told & kept or "prompt tokens" in bare, line


@needs_corpus
def test_most_edits_of_real_histories_have_a_result() -> None:
    calls = answered = 0
    for path in HISTORIES:
        for _, messages in read(path)[0]:
            calls += sum(len(m.calls) for m in messages)
            answered += sum(len(m.results) for m in messages)
    assert answered >= calls * 0.9
