"""The commit message of a step: what was done, why, and each line that no longer stands anywhere.

In the form of a lesson's, but without its task and session: the ledger takes no step for a lesson.
"""

from __future__ import annotations

from collections.abc import Sequence

from acx.learn.message import gate_said, one_line, spent, subject, visible, wrapped
from acx.learn.tidy.step import Dropped, TidyStep
from acx.transcripts.redact import redact_text

TIDY = "Acx-Tidy"
MERGES = "Acx-Merges"


def message(
    step: TidyStep, learner: str, prompts: str = "", merges: Sequence[str] = (), stopped: str = ""
) -> str:
    """The whole message. `merges` are the commits of the lessons whose lines the step moved,
    `stopped` is why the space's gate doesn't let it land and, in further lines, what it said."""
    paragraphs = [titled(step), wrapped(_safe(step.reason))]
    if step.dropped:
        paragraphs.append("\n".join(["Dropped:", *map(_told, step.dropped)]))
    held, *said = _safe(stopped).split("\n")
    paragraphs += gate_said(said)
    trailers = [
        (TIDY, step.kind),
        ("Acx-Learner", learner),
        *([("Acx-Prompts", prompts)] if prompts else []),
        *spent(step.usage),
        *([(MERGES, ", ".join(merges))] if merges else []),
        *([("Acx-Held", held)] if held else []),
    ]
    paragraphs.append("\n".join(f"{key}: {one_line(value)}" for key, value in trailers))
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def titled(step: TidyStep) -> str:
    """The step's title as a commit's subject."""
    return subject(_safe(step.title)) or f"Tidy: {step.kind}"


def _told(dropped: Dropped) -> str:
    """Indented, so that git takes no such line for a trailer, whatever it says."""
    why = one_line(_safe(dropped.why))
    return f"  {dropped.path}: {one_line(_safe(dropped.line))}\n    ({why})"


def _safe(text: str) -> str:
    return redact_text(visible(text))[0]
