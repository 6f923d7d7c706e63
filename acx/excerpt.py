"""A text that is shown in part: in so many characters. Pure."""

from __future__ import annotations


def shortened(text: str, most: int, trimmed: bool = False) -> str:
    """The text, its end replaced by … where it is longer than `most` characters.

    `trimmed`: no blanks stand before the ….
    """
    if len(text) <= most:
        return text
    start = text[: most - 1]
    return f"{start.rstrip() if trimmed else start}…"
