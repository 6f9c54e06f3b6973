"""How the command line helps: pages in colour or without, and the command that was meant where another word is typed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from promisectl import errors

# What each command is called elsewhere. A word that stands with several commands means one of them.
ELSEWHERE = {
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
OF_A_PERSON = {
    "make": "add new create",
    "people": "list ls all",
    "person show": "view info get cat",
    "person rename": "mv name edit",
    "person merge": "join",
}
_FOR = {  # what each is for, where it is one of several
    "negotiate": "other terms",
    "correct": "a typo",
    "complete": "it is done",
    "void": "entered by mistake",
    "withdraw": "an offer taken back",
    "release": "somebody let off",
    "renege": "a promise of your own broken",
}
_TONES = {  # Typer's own styles, by the names it has for them, in tones that can be read on light and dark
    **dict.fromkeys(("option", "switch", "negative_option", "negative_switch", "usage", "bold cyan"), "bold"),
    **dict.fromkeys(("types", "types_sep", "bold yellow", "dim yellow"), "dim"),
    **dict.fromkeys(("red", "dim red"), "bright_red"),
}


class Group(TyperGroup):
    """The program, or a group of its commands."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names. Raises UnknownCommand, with those it may mean."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise errors.UnknownCommand(args[0], _meant(args[0], list(self.commands), ctx.info_name), ctx.command_path)
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the page of the program or the group, in colour or not as the views are."""
        with _colored(self.rich_markup_mode, color=bool(ctx.color)):
            super().format_help(ctx, formatter)


class Command(TyperCommand):
    """A command."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the page of the command, in colour or not as the views are."""
        with _colored(self.rich_markup_mode, color=bool(ctx.color)):
            super().format_help(ctx, formatter)


def needs_a_command(ctx: typer.Context) -> None:
    """What a group does by itself: say what it can do. Raises MissingCommand."""
    if ctx.invoked_subcommand is None:
        raise errors.MissingCommand(ctx.command_path, list(ctx.command.commands))  # type: ignore[attr-defined]


def _meant(word: str, commands: list[str], group: str | None) -> list[str]:
    """The commands that a word may mean, the likeliest first, each with what it is for if there are several."""
    from difflib import get_close_matches

    typed, of_a_person = word.casefold(), group == "person"
    meant = [command for command, words in (OF_A_PERSON if of_a_person else ELSEWHERE).items() if typed in words.split()]
    if len(meant) > 1:
        return [f"{command} ({_FOR[command]})" for command in meant]
    near = get_close_matches(typed, commands)
    return meant or [f"person {command}" if of_a_person else command for command in near]


@contextmanager
def _colored(markup: str | None, *, color: bool) -> Iterator[None]:
    """Have Typer draw its pages as the views are drawn, where it draws them: coloured by the same wish, and in the same few tones."""
    if markup is None:
        yield
        return
    from typer import rich_utils

    drawing: Any = rich_utils
    console = drawing.Console
    ours = {"color_system": "standard" if color else None, "force_terminal": color, "no_color": not color, "theme": drawing.Theme(_TONES)}
    drawing.Console = lambda **settings: console(**{**settings, **ours})
    try:
        yield
    finally:
        drawing.Console = console
