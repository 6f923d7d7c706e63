"""The program `acx`: which command is meant, and how any error is told.

Commands are imported when they are called: of forty commands a run needs one. This is the only
place that exits.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from typing import Any

from acx import __version__
from acx.errors import AcxError, UsageError

COMMANDS = {
    "space": "Learning spaces: git repositories of skills.",
    "session": "Sessions: the messages of an agent's runs.",
    "learn": "Turn sessions into lessons, one commit each.",
    "tidy": "Consolidate the skills of a space, one commit a step.",
    "review": "Decide on lessons that wait.",
    "log": "The lessons of a space, newest first.",
    "show": "One lesson: what it says, why, and its diff.",
    "status": "What is pending, running, held.",
    "skill": "The skills of a space.",
    "doctor": "What is set up, what is missing, what to do.",
}
"""Every command, in the order of help; each is a module of this package."""


LAST_HINTS = {2: "acx --help", 3: "acx status", 4: "acx status", 5: "nothing was changed"}
"""What to say by exit code where the error itself knows nothing better."""


LIKE = 0.7
"""How much of a word must be right to be taken for another, as difflib counts it."""


SYSTEM_HINT = "check the path and its permissions, or set ACX_HOME to another folder"


ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that end a process without a word; what it started, and its scratch, would stay."""


def main() -> None:
    """Run the command line and exit with its code."""
    _open_streams()
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` ignores one, and so do we
            signal.signal(number, _asked_to_end)
    warnings.formatwarning = _warning
    sys.exit(_run(sys.argv[1:]))


class _Ended(SystemExit):
    """The system, or whoever started us, asks to end. As with Ctrl-C, what runs is ended first."""


def _asked_to_end(number: int, _: Any) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough
    raise _Ended(128 + number)


def _open_streams() -> None:
    """Let a stream that was closed (`>&-`) be an empty one, and none stumble over a character."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream = getattr(sys, name)
        if stream is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:  # else the next file to be opened would be taken for the stream
                os.dup2(null, number)
                os.close(null)
            os.set_inheritable(number, True)
            stream = os.fdopen(number, mode, encoding="utf-8", errors="replace", closefd=False)
            setattr(sys, name, stream)
        elif mode == "w" and isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # what can't be shown is a ?


def _run(args: list[str]) -> int:
    try:
        return _called(args)
    except AcxError as error:
        hints = error.hints or (LAST_HINTS.get(error.exit_code, "acx doctor"),)
        return _tell(error.message, hints, error.exit_code)
    except BrokenPipeError:
        return 141  # The reader of our output left; stop quietly, as every filter does
    except _Ended as error:
        return _tell("ended by a signal", ("acx status",), error.args[0])
    except (KeyboardInterrupt, EOFError):
        return _tell("interrupted", ("acx status",), 130)
    except Exception as error:  # whatever it is: never a traceback
        return _unforeseen(error)
    finally:
        _let_go()


def _called(args: list[str]) -> int:
    if args in (["--version"], ["-V"]):  # without loading anything
        print(f"acx {__version__}")
        code = 0
    else:
        for number, arg in enumerate(args, 1):
            if not arg.isascii() and any("\ud800" <= letter <= "\udfff" for letter in arg):
                raise UsageError(f"argument {number} is not valid UTF-8: {arg!r}", "acx --help")
        try:
            code = program()(args, prog_name="acx", standalone_mode=False)
        except SystemExit as error:
            if isinstance(error.__context__, BrokenPipeError):  # typer would make it a failure
                raise error.__context__ from None
            raise
    sys.stdout.flush()
    if code == 130:  # what typer makes of Ctrl-C
        raise KeyboardInterrupt
    if not code and (streams := sys.modules.get("acx.cli.streams")):
        sys.stderr.flush()
        if lost := streams.unwritten():
            raise lost
    return code if isinstance(code, int) else 0


def _let_go() -> None:
    """Drop what a stream can't take any more, or Python tries once more as it exits."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _warning(message: Warning | str, *_: Any, **__: Any) -> str:
    return f"warning: {message}\n"


def _unforeseen(error: Exception) -> int:
    if hasattr(error, "format_message"):  # typer's errors of usage
        if not error.format_message():  # the help was printed instead of an error
            return 2
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "acx"
        quoted = error.format_message().split("'")
        meant = _meant(context, quoted[1]) if len(quoted) > 1 else ()
        hints = (*meant, f"{where} --help")
        return _tell(error.format_message(), hints, getattr(error, "exit_code", 2))
    if type(error).__name__ == "Abort":
        return _tell("interrupted", ("acx status",), 130)
    if os.environ.get("ACX_DEBUG"):
        raise error
    if isinstance(error, OSError):
        return _tell(_system(error), (SYSTEM_HINT,), 1)
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    return _tell(f"a defect of acx: {said}", ("see where: ACX_DEBUG=1 acx ...",), 1)


def _meant(context: Any, word: str) -> tuple[str, ...]:
    """The command that somebody may have meant who wrote another word."""
    from difflib import get_close_matches

    if word == "version":
        return ("acx --version",)
    known = getattr(getattr(context, "command", None), "commands", None) or COMMANDS
    if found := get_close_matches(word, known, 1, LIKE):
        return (f"{context.command_path if known is not COMMANDS else 'acx'} {found[0]}",)
    return (f"acx {word}",) if word in COMMANDS else ()


def _tell(message: str, hints: tuple[str, ...], code: int) -> int:
    from acx.cli.render import clean

    lines = [
        f"acx: {clean(' '.join(message.split()))}",
        *(f"hint: {clean(hint)}" for hint in hints),
    ]
    with suppress(OSError):  # nobody can be told any more; the code still says it
        print("\n".join(lines), file=sys.stderr)
    return code


def _system(error: OSError) -> str:
    """What the operating system refused: a path, or the output that had nowhere to go."""
    reason = error.strerror or str(error)
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {reason}"
    if isinstance(error, FileNotFoundError):  # of all calls only that for the current folder
        return "the current folder is gone"
    return f"can't write the output: {reason}"


def program() -> Any:
    """The command tree, with the commands still to be imported."""
    import typer
    from typer.core import TyperGroup
    from typer.main import get_command

    class Lazy(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return list(COMMANDS)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name not in COMMANDS:
                return None
            command = get_command(import_module(f"acx.cli.{cmd_name}").app)
            command.name = cmd_name
            return command

    app = typer.Typer(
        cls=Lazy,
        no_args_is_help=True,
        add_completion=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def acx(
        version: bool = typer.Option(False, "--version", "-V", help="Print the version."),
    ) -> None:
        """acx turns agents' sessions into lessons: Agent Skills, committed to git."""
        if version:
            print(f"acx {__version__}")
            raise typer.Exit

    return get_command(app)
