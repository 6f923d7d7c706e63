"""Pasted consoles: Claude Code's, Codex's and Gemini CLI's, by hand-written and real ones."""

from __future__ import annotations

import io
import re
from collections import Counter
from pathlib import Path

import pytest

from acx.model import Message, Text, Thinking, ToolCall, ToolResult
from acx.transcripts import open_stream, open_transcript
from acx.transcripts.contract import Notes, Sample
from acx.transcripts.formats.console import FORMAT
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

CORPUS = ROOT / "plain-text" / "console-paste"
FILES = sorted(CORPUS.glob("*.md"))

CLAUDE = """\
╭──────────────────────────╮
│ ✻ Welcome to Claude Code! │
│   cwd: /home/ann/shop     │
╰──────────────────────────╯

> add a total
  to the invoice

⏺ I look at the invoice first:

  - its lines
  - its tests

⏺ Read(invoice.py)…
  ⎿  def lines():
         return []
     … +27 lines (ctrl+r to see all)

⏺ Bash(pytest -q &&
      git diff)
  ⎿  Error: Exit code 1
     1 failed
  ⎿  warning: slow

✻ Thinking…

  A total is a sum.

⏺ Update(file_path: "invoice.py", limit: 3)
  ⎿  No (tell Claude what to do differently)

> use Decimal, please

⏺ Update Todos
  ⎿  ☐ use Decimal

✶ Brewing… (12s · ↑ 1k tokens · esc to interrupt)
"""


def read(text: str) -> tuple[list[Message], Notes]:
    notes = Notes()
    return list(FORMAT.read(io.BytesIO(text.encode()), notes)), notes


def test_a_console_of_claude_code() -> None:
    opened = open_stream(io.BytesIO(CLAUDE.encode()), "x")
    messages = list(opened.messages)
    assert opened.format.name == "console"
    assert opened.notes.cwd == "/home/ann/shop" and opened.notes.warnings == []
    error = "Error: Exit code 1\n1 failed\nwarning: slow"
    refusal = "No (tell Claude what to do differently)"
    assert [(m.role, m.origin, m.event, m.parts) for m in messages] == [
        ("user", "human", "", (Text("add a total\nto the invoice"),)),
        ("assistant", "agent", "",
         (Text("I look at the invoice first:\n\n- its lines\n- its tests"),)),
        ("assistant", "agent", "", (ToolCall("call-1", "Read", {"file_path": "invoice.py"}),)),
        ("tool", "harness", "", (ToolResult(
            "call-1", "def lines():\n    return []\n… +27 lines (ctrl+r to see all)"),)),
        ("assistant", "agent", "",
         (ToolCall("call-2", "Bash", {"command": "pytest -q &&\n    git diff"}),)),
        ("tool", "harness", "", (ToolResult("call-2", error, error=True, exit_code=1),)),
        ("assistant", "agent", "", (Thinking("A total is a sum."),)),
        ("assistant", "agent", "",
         (ToolCall("call-3", "Edit", {"file_path": "invoice.py", "limit": "3"}),)),
        ("tool", "harness", "", (ToolResult("call-3", refusal, rejected=True),)),
        ("user", "human", "rejection", (Text("use Decimal, please"),)),
        ("assistant", "agent", "", (ToolCall("call-4", "Update Todos", {}),)),
        ("tool", "harness", "", (ToolResult("call-4", "☐ use Decimal"),)),
    ]  # fmt: skip


@pytest.mark.parametrize(("person", "agent"), [(">", "⏺"), ("❯", "●"), ("❯", "⏺")])
@pytest.mark.parametrize("space", [" ", "\N{NO-BREAK SPACE}"])
def test_marks_of_other_versions(person: str, agent: str, space: str) -> None:
    text = f"{person}{space}hi\n\n{agent} Bash(ls)\n{space}{space}⎿ {space}a.txt\n"
    messages, _ = read(text)
    assert [m.text for m in messages if m.origin == "human"] == ["hi"]
    assert messages[1].calls[0].args == {"command": "ls"}
    assert messages[2].results[0].text == "a.txt"


@pytest.mark.parametrize("mark", ["Interrupted by user", "Interrupted · What should Claude do?"])
def test_an_interrupted_call(mark: str) -> None:
    messages, _ = read(f"> go\n⏺ Bash(sleep 9)\n  ⎿  {mark}\n> stop that\n")
    assert messages[2].results[0].text == mark
    assert (messages[3].origin, messages[3].event, messages[3].text) == ("human", "interrupt", mark)
    assert (messages[4].text, messages[4].event) == ("stop that", "")


def test_commands_of_the_person_and_what_the_console_answered() -> None:
    messages, _ = read("⏺ Hello.\n> /cost\n  ⎿  Total: 1 $\n! make lint\n  ⎿  all good\n> thanks\n")
    assert [(m.origin, m.event, m.text) for m in messages[1:]] == [
        ("harness", "command", "/cost"),
        ("harness", "", "Total: 1 $"),
        ("human", "shell", "make lint"),
        ("harness", "", "all good"),
        ("human", "", "thanks"),
    ]


def test_a_summary_is_not_the_persons() -> None:
    summary = (
        "> This session is being continued from a previous conversation that ran out of context.\n"
        "  all of it\n"
    )
    messages, _ = read(f"⏺ Bash(ls)\n  ⎿  a\n══════════════ Compacted ══════\n{summary}> go on\n")
    assert [(m.origin, m.event) for m in messages[2:]] == [("harness", "compaction"), ("human", "")]


def test_what_a_tool_printed_is_nobodys_turn() -> None:
    printed = "> remove it all\n     ⏺ Bash(rm -rf .)\n       ⎿  gone\n     ! rm\n     ❯ rm"
    messages, _ = read(f"> look\n⏺ Bash(cat log)\n  ⎿  {printed}\n> thanks\n")
    assert [m.text for m in messages if m.origin == "human"] == ["look", "thanks"]
    assert sum(len(m.calls) for m in messages) == 1
    assert "⎿  gone" in messages[2].results[0].text


def test_a_line_that_lost_its_indent_goes_on_unless_nobody_says_it() -> None:
    messages, notes = read("> look\n\n⏺ A long line that\nthe window cut\n\nann@host % exit\n")
    assert messages[1].text == "A long line that\nthe window cut"
    assert len(messages) == 2 and sum(notes.ignored.values()) == 1


def test_a_draft_in_the_prompt_was_not_said() -> None:
    rule = "─" * 40
    messages, notes = read(f"❯ go\n● Done.\n{rule}\n❯ and now the\n{rule}\n  ? for shortcuts\n")
    assert [m.text for m in messages] == ["go", "Done."]
    assert notes.ignored["typed, but not sent"] == 1


CODEX = """\
╭────────────────────────────────╮
│ >_ OpenAI Codex (v0.99.0)      │
│ directory: ~/shop              │
╰────────────────────────────────╯

› run the tests

• I run them.

• Ran pytest -q
  │ --maxfail 1
  └ 1 failed
    … +12 lines (ctrl + t to view transcript)
    in 3s

• Edited shop/total.py (+1 -0)
    10 +import decimal

■ Conversation interrupted - tell the model what to do differently.

› not like that

• You ran git status
  └ clean

• Working (3s • esc to interrupt)

› Ask Codex to do anything

  ? for shortcuts                100% context left
"""


def test_a_console_of_codex() -> None:
    opened = open_stream(io.BytesIO(CODEX.encode()), "x")
    messages = list(opened.messages)
    assert (opened.format.name, opened.notes.cwd) == ("console", "~/shop")
    printed = "1 failed\n… +12 lines (ctrl + t to view transcript)\nin 3s"
    stopped = "■ Conversation interrupted - tell the model what to do differently."
    assert [(m.role, m.origin, m.event, m.parts) for m in messages] == [
        ("user", "human", "", (Text("run the tests"),)),
        ("assistant", "agent", "", (Text("I run them."),)),
        ("assistant", "agent", "",
         (ToolCall("call-1", "shell", {"command": "pytest -q\n  --maxfail 1"}),)),
        ("tool", "harness", "", (ToolResult("call-1", printed),)),
        ("assistant", "agent", "", (ToolCall("call-2", "edit", {"file_path": "shop/total.py"}),)),
        ("tool", "harness", "", (ToolResult("call-2", "  10 +import decimal"),)),
        ("user", "human", "interrupt", (Text(stopped),)),
        ("user", "human", "", (Text("not like that"),)),
        ("user", "human", "shell", (Text("git status"),)),
        ("user", "harness", "", (Text("clean"),)),
    ]  # fmt: skip
    assert opened.notes.ignored["typed, but not sent"] == 1


GEMINI = """\
╭──────────────────╮
│  > list the files │
╰──────────────────╯

✦ I list them:
  with ls.

 ╭──────────────────────────────────────────────╮
 │ ✔  Shell ls -a [in shop] (List all the files) │
 │                                               │
 │    a.txt                                      │
 │      b.txt                                    │
 │                                               │
 │ ✗  Shell make                                 │
 │                                               │
 │    Command exited with code: 2                │
 │ ✔  ReadFile a.txt                             │
 ╰──────────────────────────────────────────────╯

ℹ Request cancelled.

> thanks

╭────────────────────────────────────────╮
│ >   Type your message or @path/to/file │
╰────────────────────────────────────────╯
"""


def test_a_console_of_gemini_cli() -> None:
    opened = open_stream(io.BytesIO(GEMINI.encode()), "x")
    messages = list(opened.messages)
    assert opened.format.name == "console"
    code = "Command exited with code: 2"
    assert [(m.role, m.origin, m.event, m.parts) for m in messages] == [
        ("user", "human", "", (Text("list the files"),)),
        ("assistant", "agent", "", (Text("I list them:\nwith ls."),)),
        ("assistant", "agent", "", (ToolCall("call-1", "Shell", {"command": "ls -a"}),)),
        ("tool", "harness", "", (ToolResult("call-1", "a.txt\n  b.txt", error=False),)),
        ("assistant", "agent", "", (ToolCall("call-2", "Shell", {"command": "make"}),)),
        ("tool", "harness", "", (ToolResult("call-2", code, error=True, exit_code=2),)),
        ("assistant", "agent", "", (ToolCall("call-3", "read_file", {"file_path": "a.txt"}),)),
        ("user", "human", "interrupt", (Text("ℹ Request cancelled."),)),
        ("user", "human", "", (Text("thanks"),)),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["> remove it", "✔ ok", "✔  Shell rm", "$ rm", "! rm", "✦ hi"])
def test_what_a_tool_printed_in_a_box_is_nobodys_turn(line: str) -> None:
    printed = GEMINI.replace("a.txt                                      │", f"{line} │")
    messages, _ = read(printed)
    assert [m.text for m in messages if m.origin == "human" and not m.event] == [
        "list the files",
        "thanks",
    ]
    assert messages[3].results[0].text == f"{line}\n  b.txt"


README = """\
# Shop

A demo:

```
> add a total
⏺ Bash(ls)
  ⎿  a.txt
```

Install it with pip. It needs Python.
Run it.
- one
- two
- three
"""


@pytest.mark.parametrize(
    "text",
    [
        README,
        "> a quote\n\nand an answer\n",
        "• milk\n• bread\n",
        "● on\n● off\n",
        "› home\n• about\n",
        "✦ star ✦\n",
        '{"role": "user", "content": "⏺ Bash(ls)"}\n  ⎿  x\n',
        "src\n├── a\n└── b\n",
        "● tests\n  ⎿ all of them\n● docs\n  ⎿ none\n",
        "• src\n  └ main.py\n• docs\n  └ start.md\n",
    ],
)
def test_what_only_looks_alike_is_not_taken_for_one(text: str) -> None:
    assert FORMAT.matches(Sample(text, "text", ())) == ""


@pytest.mark.parametrize(
    "text",
    [
        "● Bash(ls)\n  ⎿  a\n",
        "⏺ Update Todos\n  ⎿  ☐ all\n",
        "• Ran ls\n  └ a\n",
        "• Explored\n  └ Read a.py\n",
        "● Hm\n  ⎿  a\n✶ Brewing… (1s · esc to interrupt)\n",
    ],
)
def test_a_piece_of_a_console_in_which_nobody_asks_is_taken_for_one(text: str) -> None:
    assert FORMAT.matches(Sample(text, "text", ())) != ""


@pytest.mark.parametrize(
    "line",
    [
        "⏺ Bash(" + "a: b " * 60_000 + '")',
        "│ cwd: a" + " " * 300_000 + "x",
        "│ cwd: " + " " * 300_000 + "x",
    ],
)
def test_long_lines_are_read_in_no_time(line: str) -> None:
    messages, _ = read(f"> go\n{line}\n")
    assert messages[0].text == "go"


@pytest.mark.parametrize("text", [CLAUDE, CODEX, GEMINI])
def test_cut_off_anywhere_all_but_the_last_messages_are_the_same(text: str) -> None:
    whole, _ = read(text)
    start = text.index("✦") + 30 if text == GEMINI else text.index("\n\n", 300)
    for end in range(start, len(text)):
        part, notes = read(text[:end])
        kept = part[:-1]
        assert kept == whole[: len(kept)]
        assert notes.warnings == []


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_lost_of_real_consoles(path: Path) -> None:
    opened = open_transcript(path)
    messages = list(opened.messages)
    lines = path.read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ").split("\n")
    assert opened.format.name == "console" and opened.notes.warnings == []
    assert [opened.notes.cwd] == re.findall(r"^│   cwd: (\S+)", "\n".join(lines), re.M)
    asked = [line for line in lines if line.startswith("> ")]
    typed = [m for m in messages if m.role == "user" and m.event not in ("interrupt",)]
    assert [m.text.split("\n")[0] for m in typed if m.origin == "human" or m.event] == [
        line[2:].strip() for line in asked
    ]
    marked = sum(line.startswith("⏺") for line in lines)
    thoughts = sum(isinstance(p, Thinking) for m in messages for p in m.parts)
    assert sum(m.role == "assistant" for m in messages) == marked + thoughts
    called = [line for line in lines if re.match(r"⏺ [A-Z]\w+\(", line)]
    named = sum(not call.name.endswith(" Todos") for m in messages for call in m.calls)
    assert named == len(called)
    sections = sum(bool(re.match(r" {1,4}⎿", line)) for line in lines)
    results = [result for m in messages for result in m.results]
    assert len(results) <= sections
    flat = re.sub(r"\s+", "", "".join(lines))
    for result in results:
        for line in result.text.split("\n"):
            assert re.sub(r"\s+", "", line) in flat


# Counted in the raw lines, by their marks: what the person typed, by event
COUNTED = {
    "day-002.md": {"": 28, "rejection": 8, "interrupt": 1},
    "day-005.md": {"": 33, "rejection": 10},
}


@needs_corpus
@pytest.mark.parametrize("name", COUNTED)
def test_what_the_person_typed_is_as_counted_in_the_raw_lines(name: str) -> None:
    messages = open_transcript(CORPUS / name).messages
    assert Counter(m.event for m in messages if m.origin == "human") == COUNTED[name]
