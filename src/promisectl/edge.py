"""The edge of the program: streams made safe on the way in, every error turned into a sentence and an exit code on the way out."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # all that is needed of `signal`, which takes longer
import os
import sys
from contextlib import suppress

from promisectl import __version__, errors
from promisectl.cli import aliases, reader
from promisectl.commands.run import run, said
from promisectl.escaping import is_text
from promisectl.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from promisectl.cli.reader import Call


def main(words: Sequence[str]) -> int:
    """Run one command line and return its exit code (see `promisectl guide exit-codes`)."""
    os.umask(0o077)
    _open_streams()
    try:
        return _answered(words)
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            _drop(sys.stderr)


def _answered(words: Sequence[str]) -> int:
    try:
        return _ask(words)
    except (errors.ReaderGone, BrokenPipeError):
        _drop(sys.stdout)
        return errors.ReaderGone.exit_code
    except (errors.AnswerLost, errors.Unheard) as problem:
        _drop(sys.stdout)
        return _refused(problem, words)
    except errors.Problem as problem:
        return _refused(problem, words)
    except KeyboardInterrupt:
        return errors.INTERRUPTED


def _ask(words: Sequence[str]) -> int:
    match list(words):
        case ["completion", shell, "--", *typed] if typed:
            return _at_a_tab(shell, typed)
        case ["--version"]:
            said(f"promisectl {__version__}")
            return 0
    call = _call(words)
    if call is None:
        words = aliases.expanded(words, os.environ)
        call = _call(words)
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if call is None:
        return _ask_typer(words)
    try:
        run(*call)
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def _call(words: Sequence[str]) -> Call | None:
    """The call that the compiled tables read from the words; None where Typer has to read them."""
    return None if os.environ.get("PROMISECTL_COMPILED") == "0" else reader.read(words)


def _ask_typer(words: Sequence[str]) -> int:
    from typer import Abort
    from typer.exceptions import TyperException
    from typer.main import get_command

    from promisectl.cli.app import build

    if not all(is_text(word) and "\0" not in word for word in words):
        raise errors.NotUnicode
    try:
        program = get_command(build(words, aliases.listed(words, os.environ)))
        code = program.main(list(words), prog_name="promisectl", standalone_mode=False, obj=run)
        sys.stdout.flush()
    except TyperException as error:
        raise errors.Unreadable(error.format_message(), _command(error)) from error
    except Abort:
        return errors.INTERRUPTED
    except SystemExit as done:
        return int(done.code or 0)
    return code if isinstance(code, int) else 0


def _at_a_tab(shell: str, words: Sequence[str]) -> int:
    """Say what could come next, at once: Typer alone would take longer than the rest. Nothing is asked yet, so nothing is refused."""
    with suppress(errors.Problem):
        run("completion", "completion", {"shell": shell, "words": words})
    return 0


def _command(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context else "promisectl"


def _refused(problem: errors.Problem, words: Sequence[str]) -> int:
    if "--json" in words or "--jsonl" in words:
        from promisectl.records import as_json

        error = {"code": problem.code, "message": str(problem), "exit": problem.exit_code}
        line = as_json.one({"error": error | ({"moves": [str(move) for move in problem.moves]} if problem.moves else {})})
    else:
        from promisectl.terminal import shown

        line = shown(f"promisectl: {problem}", sys.stderr, os.environ)
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    return problem.exit_code


def _open_streams() -> None:
    """Closed streams become /dev/null; what a stream's encoding lacks is escaped; pipes speak UTF-8 unless somebody said otherwise."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")  # what is no text is told so when it is used
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = None if stream.isatty() or os.environ.get("PYTHONIOENCODING") else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace", newline="")
    if sys.platform == "win32":  # pragma: no cover
        import ctypes

        console = ctypes.windll.kernel32  # an old console shows colours only to those who ask for them; others shrug
        console.SetConsoleMode(console.GetStdHandle(-11), 7)


def _drop(stream: TextIO) -> None:
    """Nobody can hear any more: what is left in the buffer goes nowhere, silently."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
