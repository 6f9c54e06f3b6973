"""The command that was meant where another word is typed: a slip, or what it is called elsewhere."""

from __future__ import annotations

import typer
from typer.exceptions import TyperException

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# What each command is called elsewhere. A word that stands with several commands means one of them.
COMMAND_SYNONYMS = {
    "make": "add new create promise offer ask request init",
    "negotiate": "counter reschedule postpone defer move modify change update",
    "correct": "modify change update",
    "accept": "confirm yes agree approve",
    "decline": "no reject refuse",
    "complete": "done do finish fulfil deliver tick close",
    "void": "delete del remove rm",
    "withdraw": "delete del remove rm cancel",
    "release": "delete del remove rm cancel close",
    "renege": "break fail cancel close",
    "bump": "remind nudge warn ping",
    "told": "tell",
    "note": "annotate comment",
    "undo": "revert",
    "moves": "inbox next today now",
    "owe": "todo todos tasks mine",
    "owed": "waiting theirs",
    "list": "ls find search all",
    "show": "view info get cat",
    "log": "history journal",
    "week": "agenda calendar cal",
    "stats": "report summary record score",
    "check": "lint",
    "people": "contacts persons who",
    "person rename": "rename mv",
    "person alias": "alias",
    "person merge": "merge",
    "guide": "help man tutorial",
    "path": "where",
}
PERSON_COMMAND_SYNONYMS = {
    "make": "add new create",
    "people": "list ls all",
    "person show": "view info get cat",
    "person rename": "mv name edit",
    "person merge": "join",
}
_COMMAND_PURPOSES = {  # what each is for, where it is one of several
    "negotiate": "other terms",
    "correct": "a typo",
    "complete": "it is done",
    "void": "entered by mistake",
    "withdraw": "an offer taken back",
    "release": "somebody let off",
    "renege": "a promise of your own broken",
}


def ensure_subcommand(ctx: typer.Context) -> None:
    """What a group does by itself: say what it can do. Raises MissingCommand."""
    if ctx.invoked_subcommand is None:
        raise errors.MissingCommand(ctx.command_path, list(ctx.command.commands))  # type: ignore[attr-defined]


def translate_typer_errors(ctx: Any, words: Callable[[], list[str]]) -> list[str]:
    """What Typer makes of the words of a command. Raises Unreadable, in our words and with the help of that very command."""
    try:
        return words()
    except typer.BadParameter as error:
        if error.param is None or hasattr(error, "param_type"):  # a word that is missing
            raise errors.BadCommandLine(error.format_message(), ctx.command_path) from error
        raise errors.NotAWholeNumber(
            error.param.opts[0], ctx.command_path
        ) from error  # nothing else is more than a text to Typer
    except TyperException as error:
        raise errors.BadCommandLine(error.format_message(), ctx.command_path) from error


def suggest_command_names(word: str, commands: list[str], group: str | None) -> list[str]:
    """The commands that a word may mean, the likeliest first, each with what it is for if there are several."""
    from difflib import get_close_matches

    typed, of_a_person = word.casefold(), group == "person"
    named = [
        command
        for command, words in (PERSON_COMMAND_SYNONYMS if of_a_person else COMMAND_SYNONYMS).items()
        if typed in words.split()
    ]
    if len(named) > 1:
        return [f"{command} ({_COMMAND_PURPOSES[command]})" for command in named]
    near = get_close_matches(typed, commands)
    return named or [f"person {command}" if of_a_person else command for command in near]
