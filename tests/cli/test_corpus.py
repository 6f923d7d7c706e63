"""Every real Claude Code transcript of the corpus, learned offline into one space."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from skills_ref import validate

from acx.transcripts import open_transcript
from acx.verbs import session, space
from acx.verbs.context import Context
from acx.verbs.learn import learn


def transcripts(corpus: Path) -> list[Path]:
    folders = [corpus / "claude-code" / name for name in ("entire", "codemie")]
    return sorted(path for folder in folders for path in folder.rglob("*.jsonl"))


def asked_for_work(path: Path) -> bool:
    """Whether a person typed anything at all; subagents' files hold no person."""
    messages = open_transcript(path).messages
    return any(m.origin == "human" and m.event in ("", "queued") and m.text for m in messages)


def test_every_claude_code_transcript(
    ctx: Context, corpus: Path, git: Callable[..., str], figures: Callable[[str], None]
) -> None:
    files = transcripts(corpus)
    assert len(files) >= 17
    space.create(ctx, "all")
    repo = ctx.spaces.path("all")

    report = learn(ctx, [str(path) for path in files])
    assert [s.status for s in report.sessions] == ["completed"] * len(report.sessions)
    by_session = {s.session: s for s in report.sessions}
    ids = {str(path): done.session for path, done in zip(files, report.imported, strict=True)}
    for path in files:
        if asked_for_work(path):
            assert by_session[ids[str(path)]].landed, f"nothing was learned from {path.name}"

    assert git(repo, "fsck", "--strict") == ""
    assert git(repo, "status", "--porcelain") == ""
    folders = sorted(main.parent for main in (repo / "skills").glob("*/SKILL.md"))
    assert {folder.name: validate(folder) for folder in folders} == {f.name: [] for f in folders}

    head = git(repo, "rev-parse", "main")
    second = learn(ctx, [str(path) for path in files])
    assert second.lessons == 0 and git(repo, "rev-parse", "main") == head

    states: Counter[str] = Counter()
    for found in session.listed(ctx, limit=100).items:
        for outcome in session.tasks(ctx, found.id):
            states[f"{outcome.task.status}, {outcome.state or 'open'}"] += 1
    kinds = Counter(lesson.kind for s in report.sessions for lesson in s.landed)
    counts = {
        "transcripts": len(files),
        "sessions": len(report.sessions),
        "messages": sum(done.new for done in report.imported),
        "tasks": dict(sorted(states.items())),
        "lessons": dict(sorted(kinds.items())),
        "commits": int(git(repo, "rev-list", "--count", "main")),
    }
    figures(f"corpus, learned offline: {json.dumps(counts)}")


@pytest.mark.parametrize(
    "folder", ["openai-chat", "anthropic-messages", "codex", "aider", "opencode"]
)
def test_other_formats_are_read_or_refused_in_one_line(
    ctx: Context, corpus: Path, folder: str
) -> None:
    from acx.errors import AcxError

    space.create(ctx, "others")
    for path in sorted(p for p in (corpus / folder).rglob("*") if p.is_file())[:12]:
        try:
            report = learn(ctx, [str(path)])
        except AcxError as error:
            assert error.exit_code == 5 and "\n" not in error.message
        else:
            assert report.sessions[0].status == "completed"
