"""Runs one command line: from its words to its exit code, with errors printed as sentences."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from promisectl import __version__, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system import streams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.cli.fast_parser import CommandCall
    from promisectl.env import Env


def run_command_line(words: Sequence[str]) -> int:
    """Run one command line and return its exit code (see `promisectl guide exit-codes`).

    Raises KeyboardInterrupt after Ctrl-C.
    """
    umask = os.umask(0o077)
    streams.open_streams()
    envs: list[Env] = []
    try:
        if answer_at_once(words):
            return 0
        call = _parse_call(words)
        if call is None:
            from promisectl.cli import aliases

            words = aliases.expand_alias(words, os.environ)
            call = _parse_call(words)
        if call is None:
            from promisectl.cli import programs

            programs.become_program(words, os.environ, umask)
            code = run_with_typer(words, envs)
        else:
            from promisectl.commands.dispatch import run_command

            module, function, arguments, traits = call
            code = run_command(module, function, arguments, words=words, envs=envs, **traits)
        streams.flush_stdout()
    except (errors.ClosedPipe, BrokenPipeError):
        streams.drop_stream(sys.stdout)
        return errors.ClosedPipe.exit_code
    except errors.Problem as problem:
        if isinstance(problem, errors.AnswerLost | errors.StdoutFailed):
            streams.drop_stream(sys.stdout)
        print_problem(problem, as_json="--json" in words or "--jsonl" in words)
        streams.flush_stdout()
        return problem.exit_code
    else:
        return code
    finally:
        for env in envs:
            if env.recorded_acts:
                run_hook_of_command(env)


def run_hook_of_command(env: Env) -> None:
    """Run the hook with what a command has recorded, when all that it prints is printed."""
    try:
        from promisectl.commands.shared import hooks

        streams.release_stdout()
        hooks.run_hook(env)
    except (errors.AnswerLost, KeyboardInterrupt):  # Ctrl-C, before the hook has begun
        env.print_warning("The move is recorded, but the hook was stopped with Ctrl-C.")


def answer_at_once(words: Sequence[str]) -> bool:
    """Answer the version and the completions of a TAB without parsing; return whether it did."""
    match list(words):
        case ["--version" | "-V" | "version"]:
            streams.print_stdout(f"promisectl {__version__}")
        case ["completion", shell, "--", *typed] if typed:
            from promisectl.commands.dispatch import run_command

            with suppress(errors.Problem):  # a shell that completes has no use for an error
                arguments = {"shell": shell, "words": typed}
                run_command("completion", "completion", arguments, needs_config=False, envs=[])
        case _:
            return False
    return True


def _parse_call(words: Sequence[str]) -> CommandCall | None:
    """Return the call that the compiled tables read from the words; None where Typer has to."""
    if os.environ.get("PROMISECTL_COMPILED") == "0":
        return None
    from promisectl.cli.fast_parser import parse_command_line

    return parse_command_line(words)


def run_with_typer(words: Sequence[str], envs: list[Env]) -> int:
    """Let Typer parse and run the words; return the exit code. `envs` is as in `run_command`.

    Raises NotUnicode and BadCommandLine.
    """
    from typer import Abort
    from typer.exceptions import TyperException
    from typer.main import get_command

    from promisectl.cli import aliases
    from promisectl.cli.app import build_app
    from promisectl.commands.dispatch import run_command
    from promisectl.system.text import can_be_stored

    def call_command(module: str, function: str, arguments: dict[str, Any], **traits: Any) -> int:
        if not module:
            return show_help(arguments["words"], arguments["color"], envs)
        return run_command(module, function, arguments, words=words, envs=envs, **traits)

    if not all(map(can_be_stored, words)):
        raise errors.NotUnicode
    program = get_command(build_app(words, aliases.read_config_aliases(words, os.environ)))
    try:
        code = program.main(
            list(words),
            prog_name="promisectl",
            standalone_mode=False,
            obj=call_command,
            complete_var="",
        )
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "promisectl"
        raise errors.BadCommandLine(error.format_message(), command) from error
    except Abort:
        return errors.INTERRUPTED_EXIT_CODE
    return code or 0


def show_help(words: Sequence[str], color: str | None, envs: list[Env]) -> int:
    """Run the command `help`: print what --help prints after `words`; for `all`, every command.

    Returns the exit code. Raises UnknownCommand.
    """
    from typer.main import get_command

    from promisectl.cli import aliases, programs
    from promisectl.cli.app import build_app
    from promisectl.cli.help import ALL_COMMANDS, format_context_help

    options = ["--help"] if color is None else ["--color", color, "--help"]
    if list(words) != [ALL_COMMANDS]:
        return run_with_typer(aliases.expand_alias([*words, *options], os.environ), envs)
    listed = aliases.read_config_aliases(options, os.environ)
    app = build_app(options, listed, programs.list_programs(os.environ))
    context = get_command(app).make_context("promisectl", [], resilient_parsing=True)
    streams.print_stdout(format_context_help(context, lists_all=True))
    return 0


def print_problem(problem: errors.Problem, *, as_json: bool) -> None:
    """Print an error on stderr, as a sentence or as JSON; drop it when stderr is closed."""
    if as_json:
        from promisectl.records.as_json import encode_json

        message = " ".join(filter(None, (str(problem), " or ".join(problem.commands))))
        message = "\n".join((message, *problem.details))
        error = {
            "code": problem.code,
            "id": problem.id,
            "message": message,
            "exit": problem.exit_code,
        }
        more = {"moves": list(map(str, problem.moves)), "commands": list(problem.commands)}
        line = encode_json(
            {"error": error | {name: value for name, value in more.items() if value}}
        )
    else:
        from promisectl.system.text import escape_text, format_terminal_line

        sentences = (
            format_terminal_line(sentence, sys.stderr, os.environ)
            for sentence in (f"promisectl: {problem}", *problem.details)
        )
        line = "\n".join((*sentences, *map(escape_text, problem.commands)))
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
