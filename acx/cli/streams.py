"""The output of a command whose job isn't the output: who reads it may leave, the disk it goes to
may be full, and the job goes on.

Commands that only tell something stop when nobody reads on, as every filter does (`acx.cli.main`).
"""

from __future__ import annotations

import io
import sys
from typing import Any


class _Unheard(io.FileIO):
    """A file whose reader may leave; what is written then goes nowhere. What else kept something
    from being written is `lost`."""

    lost: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return len(data)
        except OSError as error:
            self.lost = error
            return len(data)


def unwritten() -> OSError | None:
    """Why some of the output couldn't be written although somebody waits for it."""
    streams = (getattr(sys.stdout, "buffer", None), getattr(sys.stderr, "buffer", None))
    raws = (getattr(stream, "raw", None) for stream in streams)
    return next((raw.lost for raw in raws if isinstance(raw, _Unheard) and raw.lost), None)


def outlive_reader() -> None:
    """From now on `| head` ends what is told, and neither what is done nor its exit code. What
    can't be written for another reason is told at the end (`unwritten`)."""
    for name in ("stdout", "stderr"):
        old = getattr(sys, name)
        if old.isatty():
            continue  # a terminal that goes sends a signal, and a Windows console takes no bytes
        raw = _Unheard(old.fileno(), "w", closefd=False)
        setattr(
            sys,
            name,
            io.TextIOWrapper(
                io.BufferedWriter(raw),
                encoding=old.encoding,
                errors=old.errors,
                line_buffering=old.line_buffering,
            ),
        )
