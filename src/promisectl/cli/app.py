"""The Typer app, built from the register of commands, and what it hands over to."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from promisectl import __version__
from promisectl.cli import ROOMS
from promisectl.cli.declare import DECLARED, Color, Csv, Declaration, Json, Jsonl, Ledger, NoInput, NoPager, Plain, Today, callback
from promisectl.cli.helping import Command, Group, needs_a_command
from promisectl.commands.run import run
from promisectl.env import COLORS, colored

_EPILOG = "Begin with: promisectl demo, or promisectl guide start."
_NOWHERE: Mapping[str, str] = {}


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"promisectl {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", metavar="", help="Print the version.", is_eager=True, callback=_print_version)]


def build(words: Sequence[str], environ: Mapping[str, str] = _NOWHERE) -> typer.Typer:
    """The app. When `words` begin with the name of a command, only that one is built: the others are not asked for."""
    color = colored(_color_wish(words), environ, sys.stdout)
    markup: Any = "rich" if color or sys.stdout.isatty() else None
    context = {"help_option_names": ["--help", "-h"], "color": color}
    settings: dict[str, Any] = {"cls": Group, "context_settings": context, "rich_markup_mode": markup, "add_completion": False}
    app = typer.Typer(name="promisectl", callback=_root, invoke_without_command=True, epilog=_EPILOG, **settings)
    groups: dict[str, typer.Typer] = {}
    for declaration in _asked_for(words):
        place = app
        if declaration.group:
            if declaration.group not in groups:
                alone: dict[str, Any] = {"callback": needs_a_command, "invoke_without_command": True}
                groups[declaration.group] = typer.Typer(help="One person: show, rename, alias, merge.", **alone, **settings)
                app.add_typer(groups[declaration.group], name=declaration.group, rich_help_panel=declaration.panel)
            place = groups[declaration.group]
        place.command(declaration.name, cls=Command, rich_help_panel=declaration.panel)(callback(declaration, run))
    return app


def _color_wish(words: Sequence[str]) -> str:
    """What --color says, wherever it stands: a page of help is printed before the options are read."""
    options = list(words[: words.index("--")] if "--" in words else words)
    wishes = [word for before, word in zip(["", *options], options, strict=False) if before == "--color"]
    wishes += [word.removeprefix("--color=") for word in options if word.startswith("--color=")]
    return wishes[-1] if wishes and wishes[-1] in COLORS else COLORS[0]


def _asked_for(words: Sequence[str]) -> list[Declaration]:
    """The declarations of the command that `words` begin with, else all of them; entering a room registers its commands."""
    first = words[0] if words else "moves"
    rooms = [room for room, commands in ROOMS.items() if first in commands] or list(ROOMS)
    for room in rooms:
        __import__(f"promisectl.cli.{room}")
    asked = [declaration for declaration in DECLARED if first == (declaration.group or declaration.name)]
    return asked or sorted(DECLARED, key=lambda declaration: list(ROOMS).index(declaration.module))


def _root(
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
) -> None:
    """A ledger of personal promises: what you owe, what is owed to you, on which terms, and whether it was kept."""
    del version
    if ctx.invoked_subcommand is None:
        world = {"ledger": ledger, "today": today, "color": color, "no_input": no_input}
        run("look", "moves", {**world, "json": json, "jsonl": jsonl, "csv": csv, "plain": plain, "no_pager": no_pager})
