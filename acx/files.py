"""Files that survive a crash: atomic replacement, locks, whole lines at the end of a file.

Standard library only, and knows nothing of what is in the files. Locks are advisory, belong to the
open file and so end with the process, however it ends.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from acx.errors import AcxError, Conflict, NotFound

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        while True:
            # LK_LOCK gives up after ten seconds; a lock here may be held for minutes
            with contextlib.suppress(OSError):
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


UMASK = _umask()
"""Asked once, while there is one thread: it can only be read by changing it for all of them."""


def explain(error: OSError, path: Path) -> AcxError:
    """The operating system's refusal as an error of ours, with what to do."""
    reason = error.strerror or str(error)
    return AcxError(
        f"{path}: {reason}", "check the path and its permissions, or set ACX_HOME to another folder"
    )


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Raises AcxError where that isn't allowed."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, path) from error


def replace(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, never anything between.

    Keeps the permissions of the file it replaces. Raises AcxError if the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".acx-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~UMASK)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise explain(error, path) from error


@contextlib.contextmanager
def locked(
    path: Path,
    *,
    wait: bool = True,
    waiting: Callable[[], None] | None = None,
    held: str = "",
    missing: str = "",
) -> Iterator[None]:
    """Hold the lock file `path` while the block runs.

    `waiting` is called once if somebody else holds it. With `wait` false a lock that is held raises
    Conflict with the text `held`. The folder is made, unless `missing` is given: then it must be
    there, also after having waited, and NotFound with that text is raised where it isn't.
    """
    while True:
        with _lock_file(path, missing) as file:
            if not _try_lock(file):
                if not wait:
                    raise Conflict(
                        held or f"{path} is locked by another acx", "try again in a moment"
                    )
                if waiting:
                    waiting()
                _lock(file)
            if not missing or _is_at(file, path):
                yield
                return
        # What we hold was deleted while we waited: it keeps nobody out


def _lock_file(path: Path, missing: str) -> IO[bytes]:
    try:
        if not missing:
            path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab")
    except OSError as error:
        if missing and isinstance(error, FileNotFoundError):
            raise NotFound(missing) from None
        raise explain(error, path) from error


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether the open file is still the one that the path names."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock file `path` right now."""
    try:
        with path.open("rb") as file:  # a home that may only be read can be asked too
            return not _try_lock(file)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise explain(error, path) from error


def append(path: Path, data: bytes) -> None:
    """Add whole lines to the end of a file, on disk when this returns. Call it under a lock.

    A torn last line, left by a writer that was killed and so never acknowledged, is cut off first.
    """
    try:
        with path.open("ab") as file:
            end = file.tell()
            whole = _after_newline(path, end)
            if whole < end:
                file.truncate(whole)
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                # A full disk: leave the file as it was, so that nothing half-written stays
                with contextlib.suppress(OSError):
                    file.truncate(whole)
                raise
    except OSError as error:
        raise explain(error, path) from error


def last_line(path: Path) -> bytes:
    """The last whole line of a file, without its newline; b"" if there is none."""
    try:
        end = _after_newline(path, path.stat().st_size)
        if end == 0:
            return b""
        start = _after_newline(path, end - 1)
        with path.open("rb") as file:
            file.seek(start)
            return file.read(end - 1 - start)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise explain(error, path) from error


def _after_newline(path: Path, size: int) -> int:
    """The offset behind the last newline within the first `size` bytes; 0 if there is none."""
    block = 4096
    with path.open("rb") as file:
        while size > 0:
            start = max(0, size - block)
            file.seek(start)
            found = file.read(size - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            size, block = start, min(block * 4, 2**20)
    return 0
