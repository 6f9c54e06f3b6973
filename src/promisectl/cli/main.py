"""The edge of the program: streams made safe on the way in, every error turned into a sentence and an exit code on the way out."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # all that is needed of `signal`, which takes longer
import os
import sys
from contextlib import suppress

from promisectl import __version__, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system import streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.cli.fast_parser import Call


def main(words: Sequence[str]) -> int:
    """Run one command line and return its exit code (see `promisectl guide exit-codes`)."""
    os.umask(0o077)
    streams.open_all()
    try:
        return _answered(words)
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            streams.drop(sys.stderr)


def _answered(words: Sequence[str]) -> int:
    try:
        if _at_once(words):
            return 0
        call = _call(words)
        if call is None:
            from promisectl.cli import aliases

            words = aliases.expanded(words, os.environ)
            call = _call(words)
        return _run(call) if call else _ask_typer(words)
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except (errors.ReaderGone, BrokenPipeError):
        streams.drop(sys.stdout)
        return errors.ReaderGone.exit_code
    except (errors.AnswerLost, errors.Unheard) as problem:
        streams.drop(sys.stdout)
        return _refused(problem, words)
    except errors.Problem as problem:
        return _refused(problem, words)


def _at_once(words: Sequence[str]) -> bool:
    """Answer what shells and scripts ask most, and say whether that was it: the version, and what could come next at a TAB."""
    match list(words):
        case ["--version"]:
            streams.said(f"promisectl {__version__}")
        case ["completion", shell, "--", *typed] if typed:
            _at_a_tab(shell, typed)
        case _:
            return False
    return True


def _call(words: Sequence[str]) -> Call | None:
    """The call that the compiled tables read from the words; None where Typer has to read them."""
    from promisectl.cli import fast_parser

    return None if os.environ.get("PROMISECTL_COMPILED") == "0" else fast_parser.read(words)


def _run(call: Call) -> int:
    from promisectl.commands.dispatch import run

    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    try:
        run(*call)
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def _ask_typer(words: Sequence[str]) -> int:
    from typer import Abort
    from typer.exceptions import TyperException
    from typer.main import get_command

    from promisectl.cli import aliases
    from promisectl.cli.app import build
    from promisectl.commands.dispatch import run
    from promisectl.system.text import can_be_kept

    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if not all(map(can_be_kept, words)):
        raise errors.NotUnicode
    try:
        program = get_command(build(words, aliases.listed(words, os.environ)))
        code = program.main(list(words), prog_name="promisectl", standalone_mode=False, obj=run, complete_var="")
        sys.stdout.flush()
    except TyperException as error:
        raise errors.Unreadable(error.format_message(), _command(error)) from error
    except Abort:
        return errors.INTERRUPTED
    except SystemExit as done:
        return int(done.code or 0)
    return code if isinstance(code, int) else 0


def _at_a_tab(shell: str, words: Sequence[str]) -> None:
    """Say what could come next. Nothing is asked yet, so nothing is refused."""
    from promisectl.commands.dispatch import run

    with suppress(errors.Problem):
        run("completion", "completion", {"shell": shell, "words": words})


def _command(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context else "promisectl"


def _refused(problem: errors.Problem, words: Sequence[str]) -> int:
    if "--json" in words or "--jsonl" in words:
        from promisectl.records import as_json

        error = {"code": problem.code, "message": str(problem), "exit": problem.exit_code}
        line = as_json.one({"error": error | ({"moves": [str(move) for move in problem.moves]} if problem.moves else {})})
    else:
        from promisectl.system.terminal import shown

        line = shown(f"promisectl: {problem}", sys.stderr, os.environ)
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    return problem.exit_code
