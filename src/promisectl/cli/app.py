"""The Typer app, built from the registered declarations of commands."""

import os
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

import typer

from promisectl import __version__
from promisectl.cli import DECLARED_IN, aliases
from promisectl.cli.aliases import AliasList
from promisectl.cli.help import CliCommand, CliGroup, format_context_help
from promisectl.cli.registry import (
    DECLARATIONS,
    AsTable,
    Color,
    ConfigPath,
    Csv,
    Declaration,
    Json,
    Jsonl,
    Ledger,
    NoColor,
    NoInput,
    NoPager,
    Offline,
    Plain,
    Svg,
    Template,
    Today,
    build_callback,
    read_help_text,
)
from promisectl.domain.constants import COLOR_CHOICES
from promisectl.system.streams import print_stdout
from promisectl.system.terminal import find_terminal_width, is_colored, resolve_color_wish
from promisectl.system.text import escape_text

_HELP_EPILOG = """\
One command: promisectl help make
New here? promisectl demo · promisectl guide start"""
_GROUP_HELP = {
    "person": "One person: show, rename, alias, merge.",
    "config": "Your settings: show, path, edit, set, unset.",
}


def show_group_help(ctx: typer.Context) -> None:
    """Print the help of a group that comes without one of its commands. Raises StdoutFailed."""
    if ctx.invoked_subcommand is None:
        print_stdout(format_context_help(ctx))


def print_version(wanted: bool) -> None:
    """Print the version and exit: the callback of --version. Raises StdoutFailed."""
    if wanted:
        print_stdout(f"promisectl {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version",
        "-V",
        metavar="",
        help="Print the version.",
        is_eager=True,
        callback=print_version,
    ),
]


def build_app(
    words: Sequence[str],
    listed: AliasList = aliases.NO_ALIASES,
    programs: Mapping[str, str] = MappingProxyType({}),
) -> typer.Typer:
    """Return the app, with only the command that `words` begin with where they name one.

    Aliases are `listed` in the help only: `expand_alias` has replaced them before. So are other
    `programs`, the path of each by the word that runs it.
    """
    wish, _ = resolve_color_wish(os.environ, find_color_option(words))
    context = {
        "help_option_names": ["--help", "-h"],
        "terminal_width": find_terminal_width(sys.stdout, os.environ),
        "color": is_colored(sys.stdout, wish, os.environ),
    }
    settings: dict[str, Any] = {
        "invoke_without_command": True,
        "cls": CliGroup,
        "context_settings": context,
        "rich_markup_mode": None,
        "add_completion": False,
    }
    epilog = "\n".join(filter(None, (_HELP_EPILOG, escape_text(listed.problem))))
    app = typer.Typer(
        name="promisectl",
        callback=run_without_command,
        help=read_help_text(run_without_command),
        epilog=epilog,
        **settings,
    )
    apps: dict[str | None, typer.Typer] = {None: app}
    for declaration in select_declarations(words):
        group, panel = declaration.group, declaration.panel
        if group and group not in apps:
            apps[group] = typer.Typer(help=_GROUP_HELP[group], callback=show_group_help, **settings)
            app.add_typer(apps[group], name=group, rich_help_panel=panel)
        add_command = apps[group].command(declaration.name, cls=CliCommand, rich_help_panel=panel)
        add_command(build_callback(declaration))
    for name, expansion in listed.expansions.items():
        about = f"= {escape_text(expansion)}"
        app.command(name, rich_help_panel="Your aliases", help=about)(lambda: None)
    for name, path in programs.items():
        if name not in listed.expansions:
            about = escape_text(path)
            app.command(name, rich_help_panel="Programs on PATH", help=about)(lambda: None)
    return app


def find_color_option(words: Sequence[str]) -> str | None:
    """Return what --color says wherever it is: Typer prints the help before it parses it."""
    options = list(words[: words.index("--")] if "--" in words else words)
    if "--no-color" in options:
        return "never"
    values = [
        word for last, word in zip(["", *options], options, strict=False) if last == "--color"
    ]
    values += [word.removeprefix("--color=") for word in options if word.startswith("--color=")]
    return values[-1] if values and values[-1] in COLOR_CHOICES else None


def select_declarations(words: Sequence[str]) -> list[Declaration]:
    """Return the declarations of the command that `words` begin with, or all of them.

    It imports the modules of these commands, which registers them.
    """
    first = words[0] if words else "moves"
    modules = {DECLARED_IN[first]} if first in DECLARED_IN else dict.fromkeys(DECLARED_IN.values())
    for module in modules:
        __import__(f"promisectl.cli.{module}")
    wanted = [
        declaration
        for declaration in DECLARATIONS
        if first == (declaration.group or declaration.name)
    ]
    order = list(DECLARED_IN)
    return wanted or sorted(
        DECLARATIONS, key=lambda declaration: order.index(declaration.group or declaration.name)
    )


def run_without_command(
    ctx: typer.Context,
    ledger: Ledger = None,
    config: ConfigPath = None,
    today: Today = None,
    color: Color = None,
    no_color: NoColor = False,
    no_input: NoInput = False,
    offline: Offline = False,
    json: Json = False,
    jsonl: Jsonl = False,
    csv: Csv = False,
    plain: Plain = False,
    table: AsTable = False,
    svg: Svg = None,
    template: Template = None,
    no_pager: NoPager = False,
    version: Version = False,
) -> Any:
    """A ledger of personal promises: what you owe, what you are owed, what was kept.

    \b
    promisectl demo                                           # a short tour
    promisectl make "Send Q3 numbers" --to dana --by fri      # you offer
    promisectl make "Fix the bike brake" --from lee --by sat  # you ask
    promisectl                                                # what is waiting?
    """
    del version
    if ctx.invoked_subcommand is not None:
        return None
    world = {"ledger": ledger, "config": config, "today": today}
    switches = {"no_input": no_input, "offline": offline}
    colors = {"color": color, "no_color": no_color}
    records = {"json": json, "jsonl": jsonl, "csv": csv, "plain": plain, "template": template}
    page = {"table": table, "svg": svg, "no_pager": no_pager}
    own = {"waiting": None, "exit_code": False, "each": False}
    arguments = {**own, **world, **switches, **colors, **records, **page}
    return ctx.obj("moves", "moves", arguments)
