"""The Typer app, built from the register of commands, and what it hands over to."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from promisectl import __version__
from promisectl.cli import DECLARED_IN, aliases
from promisectl.cli.aliases import AliasList
from promisectl.cli.help import CliCommand, CliGroup
from promisectl.cli.registry import (
    DECLARATIONS,
    Color,
    Csv,
    Declaration,
    Json,
    Jsonl,
    Ledger,
    NoInput,
    NoPager,
    Plain,
    Today,
    build_callback,
)
from promisectl.cli.suggestions import ensure_subcommand
from promisectl.domain.constants import COLOR_CHOICES
from promisectl.system.streams import print_stdout
from promisectl.system.terminal import find_terminal_width, is_colored, resolve_color_wish
from promisectl.system.text import escape_text

_HELP_EPILOG = "New here? Begin with: promisectl demo, then promisectl guide start. Each command explains itself: promisectl make --help."
_GROUP_HELP = {
    "person": "One person: show, rename, alias, merge.",
    "config": "Your settings: show, path, edit.",
}


def _print_version(wanted: bool) -> None:
    if wanted:
        print_stdout(f"promisectl {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", metavar="", help="Print the version.", is_eager=True, callback=_print_version
    ),
]


def build_app(words: Sequence[str], listed: AliasList = aliases.NO_ALIASES) -> typer.Typer:
    """The app. When `words` begin with the name of a command, only that one is built: the others are not asked for.

    Aliases are `listed` only: they have been replaced by what they stand for before this parses anything.
    """
    wish, _ = resolve_color_wish(os.environ, _find_color_option(words))
    context = {
        "help_option_names": ["--help", "-h"],
        "terminal_width": find_terminal_width(sys.stdout, os.environ),
        "color": is_colored(sys.stdout, wish, os.environ),
    }
    settings: dict[str, Any] = {
        "cls": CliGroup,
        "context_settings": context,
        "rich_markup_mode": None,
        "add_completion": False,
    }
    epilog = "\n\n".join(filter(None, (_HELP_EPILOG, escape_text(listed.problem))))
    app = typer.Typer(
        name="promisectl",
        callback=_run_without_command,
        invoke_without_command=True,
        epilog=epilog,
        **settings,
    )
    groups: dict[str, typer.Typer] = {}
    for declaration in _select_declarations(words):
        place = app
        if declaration.group:
            if declaration.group not in groups:
                alone: dict[str, Any] = {
                    "callback": ensure_subcommand,
                    "invoke_without_command": True,
                }
                groups[declaration.group] = typer.Typer(
                    help=_GROUP_HELP[declaration.group], **alone, **settings
                )
                app.add_typer(
                    groups[declaration.group],
                    name=declaration.group,
                    rich_help_panel=declaration.panel,
                )
            place = groups[declaration.group]
        place.command(declaration.name, cls=CliCommand, rich_help_panel=declaration.panel)(
            build_callback(declaration)
        )
    for name, stands_for in listed.expansions.items():
        app.command(name, rich_help_panel="Your aliases", help=f"= {escape_text(stands_for)}")(
            _list_alias
        )
    return app


def _find_color_option(words: Sequence[str]) -> str | None:
    """What --color says, wherever it stands: a page of help is printed before the options are read."""
    options = list(words[: words.index("--")] if "--" in words else words)
    wishes = [
        word for before, word in zip(["", *options], options, strict=False) if before == "--color"
    ]
    wishes += [word.removeprefix("--color=") for word in options if word.startswith("--color=")]
    return wishes[-1] if wishes and wishes[-1] in COLOR_CHOICES else None


def _list_alias() -> None:
    """An alias, for the list of commands."""


def _select_declarations(words: Sequence[str]) -> list[Declaration]:
    """The declarations of the command that `words` begin with, else all of them; importing a module registers its commands."""
    first = words[0] if words else "moves"
    for module in (
        {DECLARED_IN[first]} if first in DECLARED_IN else dict.fromkeys(DECLARED_IN.values())
    ):
        __import__(f"promisectl.cli.{module}")
    order = list(DECLARED_IN)
    asked = [
        declaration
        for declaration in DECLARATIONS
        if first == (declaration.group or declaration.name)
    ]
    return asked or sorted(
        DECLARATIONS, key=lambda declaration: order.index(declaration.group or declaration.name)
    )


def _run_without_command(
    ctx: typer.Context,
    ledger: Ledger = None,
    today: Today = None,
    color: Color = None,
    no_input: NoInput = False,
    json: Json = False,
    jsonl: Jsonl = False,
    csv: Csv = False,
    plain: Plain = False,
    no_pager: NoPager = False,
    version: Version = False,
) -> Any:
    """A ledger of personal promises: what you owe, what is owed to you, on which terms, and whether it was kept.

    \b
    promisectl demo                                           # a short tour
    promisectl make "Send Q3 numbers" --to dana --by fri      # offer it
    promisectl make "Fix the bike brake" --from lee --by sat  # ask for it
    promisectl                                                # what waits?
    """
    del version
    if ctx.invoked_subcommand is not None:
        return None
    world = {"ledger": ledger, "today": today, "color": color, "no_input": no_input}
    form = {"json": json, "jsonl": jsonl, "csv": csv, "plain": plain, "no_pager": no_pager}
    return ctx.obj("moves", "moves", {"exit_code": False, **world, **form})
