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

    from promisectl.cli.fast_parser import CommandCall


def main(words: Sequence[str]) -> int:
    """Run one command line and return its exit code (see `promisectl guide exit-codes`)."""
    os.umask(0o077)
    streams.open_streams()
    try:
        return _run_command_line(words)
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            streams.drop_stream(sys.stderr)


def _run_command_line(words: Sequence[str]) -> int:
    try:
        if _answer_at_once(words):
            return 0
        call = _parse_call(words)
        if call is None:
            from promisectl.cli import aliases

            words = aliases.expand_alias(words, os.environ)
            call = _parse_call(words)
        return _run_call(call) if call else _run_typer(words)
    except KeyboardInterrupt:
        return errors.INTERRUPTED_EXIT_CODE
    except (errors.ClosedPipe, BrokenPipeError):
        streams.drop_stream(sys.stdout)
        return errors.ClosedPipe.exit_code
    except (errors.AnswerLost, errors.StdoutFailed) as problem:
        streams.drop_stream(sys.stdout)
        return _print_problem(problem, words)
    except errors.Problem as problem:
        return _print_problem(problem, words)


def _answer_at_once(words: Sequence[str]) -> bool:
    """Answer what shells and scripts ask most, and say whether that was it: the version, and what could come next at a TAB."""
    match list(words):
        case ["--version"]:
            streams.print_stdout(f"promisectl {__version__}")
        case ["completion", shell, "--", *typed] if typed:
            _print_completions(shell, typed)
        case _:
            return False
    return True


def _parse_call(words: Sequence[str]) -> CommandCall | None:
    """The call that the compiled tables read from the words; None where Typer has to read them."""
    from promisectl.cli import fast_parser

    return (
        None
        if os.environ.get("PROMISECTL_COMPILED") == "0"
        else fast_parser.parse_command_line(words)
    )


def _run_call(call: CommandCall) -> int:
    from promisectl.commands.dispatch import run_command

    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    try:
        run_command(*call)
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def _run_typer(words: Sequence[str]) -> int:
    from typer import Abort
    from typer.exceptions import TyperException
    from typer.main import get_command

    from promisectl.cli import aliases
    from promisectl.cli.app import build_app
    from promisectl.commands.dispatch import run_command
    from promisectl.system.text import can_be_stored

    _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    if not all(map(can_be_stored, words)):
        raise errors.NotUnicode
    try:
        program = get_command(build_app(words, aliases.read_config_aliases(words, os.environ)))
        code = program.main(
            list(words),
            prog_name="promisectl",
            standalone_mode=False,
            obj=run_command,
            complete_var="",
        )
        sys.stdout.flush()
    except TyperException as error:
        raise errors.BadCommandLine(error.format_message(), _format_command_path(error)) from error
    except Abort:
        return errors.INTERRUPTED_EXIT_CODE
    except SystemExit as done:
        return int(done.code or 0)
    return code if isinstance(code, int) else 0


def _print_completions(shell: str, words: Sequence[str]) -> None:
    """Say what could come next. Nothing is asked yet, so nothing is refused."""
    from promisectl.commands.dispatch import run_command

    with suppress(errors.Problem):
        run_command("completion", "completion", {"shell": shell, "words": words})


def _format_command_path(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context else "promisectl"


def _print_problem(problem: errors.Problem, words: Sequence[str]) -> int:
    if "--json" in words or "--jsonl" in words:
        from promisectl.records import as_json

        error = {"code": problem.code, "message": str(problem), "exit": problem.exit_code}
        line = as_json.encode_json(
            {
                "error": error
                | ({"moves": [str(move) for move in problem.moves]} if problem.moves else {})
            }
        )
    else:
        from promisectl.system.terminal import format_terminal_line

        line = format_terminal_line(f"promisectl: {problem}", sys.stderr, os.environ)
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    return problem.exit_code
