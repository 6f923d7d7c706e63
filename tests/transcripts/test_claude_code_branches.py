"""Claude Code's branches: what a person took back is left out, and nothing else ever is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acx.transcripts import open_transcript
from acx.transcripts.formats.claude_branches import survey, taken_back
from tests.transcripts.claude_code_lines import (
    assistant,
    call,
    line,
    queue,
    queued_command,
    read,
    result,
    text,
    user,
)
from tests.transcripts.corpus_files import CORPUS as ROOT
from tests.transcripts.corpus_files import needs_corpus

Line = dict[str, Any]

CORPUS = ROOT / "claude-code"


def chain(*records: Line, after: str | None = None) -> Iterator[Line]:
    """The lines, each after the one before it, at times of their own."""
    for record in records:
        if "uuid" not in record:
            yield record
            continue
        stamp = f"2026-02-03T10:{abs(hash(record['uuid'])) % 60:02}:00.{len(record['uuid']):03}Z"
        yield {"version": "2.1.9", **record, "parentUuid": after, "timestamp": stamp}
        after = record["uuid"]


def turn(name: str, words: str = "") -> tuple[Line, ...]:
    return (
        user(f"{name}-prompt", words or f"please do {name}"),
        assistant(f"{name}-call", f"{name}-m1", call(f"{name}-c")),
        user(f"{name}-result", [result(f"{name}-c")]),
        assistant(f"{name}-done", f"{name}-m2", text(f"{name} is done.")),
        line("system", f"{name}-end", subtype="turn_duration"),
    )


def ids(*records: Line) -> list[str]:
    return [message.id for message in read(*records)[0]]


FIRST = tuple(chain(*turn("one")))
SECOND = tuple(chain(*turn("two"), after="one-end"))
INSTEAD = tuple(chain(*turn("instead"), after="one-end"))
KEPT = ["one-prompt", "one-call", "one-result", "one-done"]
TWO = ["two-prompt", "two-call", "two-result", "two-done"]
OTHER = ["instead-prompt", "instead-call", "instead-result", "instead-done"]


def test_what_was_rewound_is_left_out_and_counted() -> None:
    messages, notes = read(*FIRST, *SECOND, *INSTEAD)
    assert [m.id for m in messages] == [*KEPT, *OTHER]
    assert notes.ignored == {"rewound": 5, "system/turn_duration": 2}
    assert not notes.warnings


def test_until_the_person_goes_on_elsewhere_nothing_is_rewound() -> None:
    assert ids(*FIRST, *SECOND) == [*KEPT, *TWO]


def test_rewinding_further_takes_back_all_turns_since() -> None:
    third = chain(*turn("three"), after="two-end")
    assert ids(*FIRST, *SECOND, *third, *INSTEAD) == [*KEPT, *OTHER]


def test_rewinding_again_and_again_leaves_the_last() -> None:
    thrice = [record for n in range(3) for record in chain(*turn(f"try{n}"), after="one-end")]
    assert ids(*FIRST, *thrice)[4:] == ["try2-prompt", "try2-call", "try2-result", "try2-done"]


def test_a_prompt_that_was_taken_back_at_once_is_left_out() -> None:
    typo = chain(user("typo-prompt", "plaese do it"), after="one-end")
    assert ids(*FIRST, *typo, *INSTEAD) == [*KEPT, *OTHER]


def test_what_stands_between_a_message_and_the_prompts_does_not_matter() -> None:
    hook = line("progress", "hook", data={"type": "hook_progress", "hookEvent": "Stop"})
    instead = chain(*turn("instead"), after="one-done")
    second = chain(hook, *turn("two"), after="one-end")
    assert ids(*FIRST, *second, *instead) == [*KEPT, *OTHER]


def test_words_queued_in_a_branch_that_was_left_are_no_copy_of_what_follows() -> None:
    again = "instead of that, do this"
    busy = chain(
        user("two-prompt", "please do two"),
        queue("enqueue", again),
        queue("remove"),
        queued_command("two-queued", again),
        assistant("two-done", "two-m", text("Done.")),
        after="one-end",
    )
    messages, _ = read(*FIRST, *busy, *chain(*turn("instead", again), after="one-end"))
    assert [(m.event, m.text) for m in messages if m.origin == "human"] == [
        ("", "please do one"),
        ("queued", again),  # operations of the queue stand outside of all branches
        ("", again),
    ]


def test_a_prompt_from_the_queue_that_was_taken_back_does_not_come_back() -> None:
    busy = (queue("enqueue", "please do two"), queue("dequeue"))
    messages, _ = read(*FIRST, *busy, *SECOND, *INSTEAD)
    assert [m.id for m in messages] == [*KEPT, *OTHER]


def with_run(records: tuple[Line, ...], **more: Any) -> list[Line]:
    return [{**record, **more} for record in records]


@pytest.mark.parametrize(
    ("between", "instead"),
    [
        # resumed after a wrong line, by a newer version
        ((), with_run(INSTEAD, version="2.2.0")),
        # copied from another session
        ((), with_run(INSTEAD, sessionId="s2")),
        # resumed, as hooks tell
        ((line("progress", "p", data={"hookEvent": "SessionStart"}),), INSTEAD),
        ((line("attachment", "p", attachment={"hookEvent": "SessionStart"}),), INSTEAD),
        # compacted, which breaks the chain
        (
            (
                line("system", "cut", subtype="compact_boundary", logicalParentUuid="two-end"),
                user("summary", "This was said.", isCompactSummary=True, parentUuid="cut"),
            ),
            INSTEAD,
        ),
        # the same prompt, written twice
        ((), [{**record, "timestamp": SECOND[0]["timestamp"]} for record in INSTEAD]),
        # after a line that isn't there
        ((), tuple(chain(*turn("instead"), after="gone"))),
        # two beginnings
        ((), tuple(chain(*turn("instead")))),
        # not typed by the person
        ((), chain(user("u", "done: 7", promptSource="system"), after="one-end")),
        ((), chain(user("u", "<local-command-stdout>x</local-command-stdout>"), after="one-end")),
        ((), chain(user("u", "[Request interrupted by user]"), after="one-end")),
        ((), chain(user("u", "look at this", isMeta=True), after="one-end")),
        # a subagent's
        ((), with_run(INSTEAD, isSidechain=True)),
        # somebody else goes on with the first branch
        ((), (*INSTEAD, *chain(assistant("late", "m9", text("More.")), after="two-end"))),
        ((), (*INSTEAD, *chain(*turn("three"), after="two-end"))),
    ],
)
def test_when_in_doubt_everything_is_kept(
    between: tuple[Line, ...], instead: Iterator[Line] | list[Line]
) -> None:
    records = (*FIRST, *SECOND, *between, *instead)
    messages, notes = read(*records)
    assert [m.id for m in messages][:8] == [*KEPT, *TWO]
    spoken = [r["uuid"] for r in records if r["type"] in ("user", "assistant")]
    assert [m.id for m in messages] == spoken
    assert "rewound" not in notes.ignored


def test_a_prompt_goes_on_two_levels_below_what_was_taken_back_and_restores_all() -> None:
    deep = chain(*turn("deep"), after="two-end")
    late = chain(assistant("late", "m9", text("More.")), after="deep-end")
    assert len(ids(*FIRST, *SECOND, *deep, *INSTEAD, *late)) == 17


def test_parallel_results_and_progress_are_no_branches() -> None:
    records = [
        *chain(user("u1", "look at both")),
        *chain(assistant("a1", "m", call("c1")), after="u1"),
        *chain(assistant("a2", "m", call("c2")), after="a1"),
        *chain(user("r1", [result("c1")]), after="a1"),
        *chain(line("progress", "p1", data={"type": "bash_progress"}), after="a2"),
        *chain(user("r2", [result("c2")]), after="a2"),
        *chain(user("r2b", [result("c2"), text("faster")]), after="p1"),
        *chain(user("u2", "and now?"), after="r2"),
    ]
    messages, notes = read(*records)
    assert [m.id for m in messages] == ["u1", "a1", "r1", "r2", "r2b", "r2b#text", "u2"]
    assert notes.ignored == {"progress": 1}


def test_a_later_prompt_below_results_is_kept_with_its_siblings() -> None:
    # a prompt after a parallel result whose sibling has a prompt below as well
    records = [
        *chain(user("u1", "go"), assistant("a1", "m", call("c1"), call("c2"))),
        *chain(user("r1", [result("c1")]), user("u2", "this way"), after="a1"),
        *chain(user("r2", [result("c2")]), user("u3", "and that way"), after="a1"),
    ]
    assert ids(*records) == ["u1", "a1", "r1", "u2", "r2", "u3"]


def bytes_of(*records: Line) -> io.BytesIO:
    return io.BytesIO(b"".join(json.dumps(record).encode() + b"\n" for record in records))


def test_only_files_with_forks_are_looked_at_twice() -> None:
    assert not survey(bytes_of(*FIRST, *SECOND)).forks
    assert survey(bytes_of(*FIRST, *SECOND, *INSTEAD)).forks
    snapshot = {"type": "file-history-snapshot", "messageId": "x", "snapshot": {}}
    assert not survey(bytes_of(*FIRST, snapshot, *SECOND)).forks
    results = chain(user("r1", [result("c1")]), after="one-call")
    assert not survey(bytes_of(*FIRST, *results)).forks


def test_an_id_within_a_result_is_not_the_lines_own() -> None:
    said = {"nested": {"uuid": "elsewhere", "parentUuid": "one-end"}}
    records = [
        *chain(*turn("one")),
        *chain(user("u2", "more"), after="one-end"),
        *chain(user("r2", [result("c", "x")], toolUseResult=said), after="u2"),
    ]
    assert taken_back(bytes_of(*records)) == set()


def test_a_session_that_starts_with_anothers_lines_is_its_own() -> None:
    copied = with_run(FIRST, sessionId="old")
    own = with_run(SECOND, sessionId="new")
    messages, notes = read(*copied, *own)
    assert notes.session_id == "new"
    assert [m.id for m in messages] == [*KEPT, *TWO]
    assert read(*copied)[1].session_id == "old"
    # a line that is still being written tells nothing
    torn = bytes_of(*copied).getvalue() + json.dumps(own[0]).encode()[:-5]
    assert survey(io.BytesIO(torn)).session == "old"


links = st.sampled_from(["a", "b", "c", "d", None, 7])
kinds = st.sampled_from(["user", "assistant", "system", "progress"])
tangled = st.fixed_dictionaries(
    {"type": kinds, "uuid": links, "parentUuid": links, "version": st.sampled_from(["1", "2"])}
)


@given(st.lists(tangled, min_size=1, max_size=12))
def test_no_tangle_of_links_hangs_or_loses_a_line_uncounted(records: list[Line]) -> None:
    said = {"role": "user", "content": "go on"}
    lines = [{**r, "message": said, "timestamp": str(n)} for n, r in enumerate(records)]
    messages, notes = read(*lines)
    assert len(messages) + sum(notes.ignored.values()) == len(lines)
    assert taken_back(bytes_of(*lines)) <= {r["uuid"] for r in lines if r["type"] == "user"}


def lines_of(path: Path) -> list[Line]:
    """The lines of a file that name the one before them, where they can be read plainly."""
    found = []
    for row in path.read_text("utf-8", "replace").split("\n"):
        try:
            record = json.loads(row)
        except ValueError:
            continue
        if isinstance(record, dict) and "uuid" in record:
            found.append(record)
    return found


@needs_corpus
@pytest.mark.parametrize("path", sorted(CORPUS.rglob("*.jsonl")), ids=lambda path: path.stem)
def test_nobody_took_anything_back_in_the_corpus(path: Path) -> None:
    records = lines_of(path)
    previous = [None, *(record["uuid"] for record in records)]
    elsewhere = [
        record
        for record, before in zip(records, previous, strict=False)
        if record["type"] == "user"
        and record.get("parentUuid") not in (None, before)
        and "tool_result" not in str(record["message"])
        and not record.get("isSidechain")
    ]
    assert elsewhere == []
    opened = open_transcript(path)
    assert list(opened.messages)
    assert "rewound" not in opened.notes.ignored
    with path.open("rb") as stream:
        assert taken_back(stream) == set()


@needs_corpus
@pytest.mark.parametrize("session", ["37_995ebed6e4_2", "48_b4b05476e5_0", "b1_5d3b4e29e9_0"])
def test_a_prompt_taken_back_in_a_real_session_takes_along_what_came_of_it(session: str) -> None:
    records = lines_of(CORPUS / "entire" / f"{session}.jsonl")
    before, _ = read(*records)
    typed = [m.id for m in before if m.origin == "human" and not m.event]
    ends = records[-1]["version"], records[-1]["sessionId"]
    prompt = next(r for r in records if r["uuid"] == typed[-1])
    assert (prompt["version"], prompt["sessionId"]) == ends
    again = {**prompt, "uuid": "again", "timestamp": "2026-03-01T00:00:00Z"}
    after, notes = read(*records, again)
    ids = [m.id for m in before]
    assert [m.id for m in after] == [*ids[: ids.index(typed[-1])], "again"]
    assert notes.ignored["rewound"] >= len(ids) - ids.index(typed[-1])
