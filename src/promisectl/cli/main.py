"""One command line, from its words to its exit code: streams made safe, errors told in a sentence."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from promisectl import __version__, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system import streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.cli.fast_parser import CommandCall


def run_command_line(words: Sequence[str]) -> int:
    """Run one command line and return its exit code (see `promisectl guide exit-codes`)."""
    os.umask(0o077)
    streams.open_streams()
    try:
        if _answer_at_once(words):
            return 0
        call = _parse_call(words)
        if call is None:
            from promisectl.cli import aliases

            words = aliases.expand_alias(words, os.environ)
            call = _parse_call(words)
        code = _run_call(call) if call else _run_typer(words)
        streams.flush_stdout()
    except KeyboardInterrupt:
        return errors.INTERRUPTED_EXIT_CODE
    except (errors.ClosedPipe, BrokenPipeError):
        streams.drop_stream(sys.stdout)
        return errors.ClosedPipe.exit_code
    except errors.Problem as problem:
        if isinstance(problem, errors.AnswerLost | errors.StdoutFailed):
            streams.drop_stream(sys.stdout)
        _print_problem(problem, words)
        streams.flush_stdout()
        return problem.exit_code
    else:
        return code


def _answer_at_once(words: Sequence[str]) -> bool:
    """Answer what shells and scripts ask most, and say whether that was it: the version, and what could come next at a TAB."""
    match list(words):
        case ["--version"]:
            streams.print_stdout(f"promisectl {__version__}")
        case ["completion", shell, "--", *typed] if typed:
            from promisectl.commands.dispatch import run_command

            with suppress(errors.Problem):  # nothing is asked yet, so nothing is refused
                arguments = {"shell": shell, "words": typed}
                run_command("completion", "completion", arguments, needs_config=False)
        case _:
            return False
    return True


def _parse_call(words: Sequence[str]) -> CommandCall | None:
    """The call that the compiled tables read from the words; None where Typer has to read them."""
    if os.environ.get("PROMISECTL_COMPILED") == "0":
        return None
    from promisectl.cli.fast_parser import parse_command_line

    return parse_command_line(words)


def _run_call(call: CommandCall) -> int:
    from promisectl.commands.dispatch import run_command

    module, function, arguments, traits = call
    return run_command(module, function, arguments, **traits)


def _run_typer(words: Sequence[str]) -> int:
    """Have Typer read the words, and run what they ask for. Raises NotUnicode and BadCommandLine."""
    from typer import Abort
    from typer.exceptions import TyperException
    from typer.main import get_command

    from promisectl.cli import aliases
    from promisectl.cli.app import build_app
    from promisectl.commands.dispatch import run_command
    from promisectl.system.text import can_be_stored

    if not all(map(can_be_stored, words)):
        raise errors.NotUnicode
    program = get_command(build_app(words, aliases.read_config_aliases(words, os.environ)))
    try:
        code = program.main(
            list(words),
            prog_name="promisectl",
            standalone_mode=False,
            obj=run_command,
            complete_var="",
        )
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "promisectl"
        raise errors.BadCommandLine(error.format_message(), command) from error
    except Abort:
        return errors.INTERRUPTED_EXIT_CODE
    return code or 0


def _print_problem(problem: errors.Problem, words: Sequence[str]) -> None:
    """Tell on stderr what is wrong, as JSON where the words ask for that; where nobody can hear it, it is no loss."""
    if "--json" in words or "--jsonl" in words:
        from promisectl.records import as_json

        error = {"code": problem.code, "message": str(problem), "exit": problem.exit_code}
        moves = {"moves": [str(move) for move in problem.moves]} if problem.moves else {}
        line = as_json.encode_json({"error": error | moves})
    else:
        from promisectl.system.terminal import format_terminal_line

        line = format_terminal_line(f"promisectl: {problem}", sys.stderr, os.environ)
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
