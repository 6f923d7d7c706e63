"""Options that several commands share, and how their texts become values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from acx.errors import UsageError

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Space = Annotated[str, typer.Option("--space", "-s", help="Space, by name, prefix or path.")]
Meta = Annotated[list[str], typer.Option("--meta", metavar="KEY=VALUE", help="May be repeated.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="How many at most.")]
After = Annotated[
    str, typer.Option("--after", metavar="CURSOR", help="Go on from a page's cursor.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
Learner = Annotated[str, typer.Option("--learner", help="anthropic or offline.")]
Model = Annotated[str, typer.Option("--model", help="Any model the endpoint knows.")]
MaxCost = Annotated[
    str, typer.Option("--max-cost", metavar="USD", help="Stop before it costs more.")
]
FORMATS = (
    "acx, ai-sdk, aider, anthropic, chatgpt, claude-ai, claude-code, codex, console, copilot,"
    " cursor, gemini, gemini-cli, openai, opencode, openhands, pi, plain, qwen, responses,"
    " specstory, swe-agent, tau, terminal"
)
AGENTS = (
    "aider, claude-code, codex, copilot, cursor, gemini-cli, openclaw, opencode, openhands, pi,"
    " qwen, specstory"
)
"""Written out, since loading the readers takes longer than telling of them; a test compares."""

Form = Annotated[
    str,
    typer.Option(
        "--format", "-f", help=f"Of the transcript, where its content doesn't tell: {FORMATS}."
    ),
]

Agent = Annotated[
    str, typer.Option("--from", metavar="AGENT", help=f"All that an agent keeps: {AGENTS}.")
]


def pairs(texts: Sequence[str]) -> dict[str, str]:
    """`KEY=VALUE` texts as a mapping. Raises UsageError for one without `=`."""
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(
                f"--meta {text!r} is not KEY=VALUE", "for example --meta domain=deployments"
            )
        found[key.strip()] = value
    return found


def confirmed(question: str, yes: bool) -> bool:
    """Whether the person agrees; without a terminal only `--yes` is agreement."""
    import sys

    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(f"{question} Nobody is there to answer", "add --yes")
    return typer.confirm(question, err=True)


def usd(text: str) -> Decimal | None:
    """A number of USD, None for "". Raises UsageError for anything else."""
    try:
        limit = Decimal(text) if text else None
    except InvalidOperation:
        limit = Decimal(-1)
    if limit is not None and not (limit.is_finite() and limit >= 0):
        raise UsageError(
            f"--max-cost {text!r} is not a number of USD", "for example --max-cost 0.50"
        )
    return limit
