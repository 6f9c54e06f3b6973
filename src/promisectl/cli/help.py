"""The help of each command in one layout for every width, on a terminal and in a pipe."""

from __future__ import annotations

import typer
from typer.core import TyperCommand, TyperGroup

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.cli import suggestions, word_checks
from promisectl.cli.help_content import HelpPage, build_help_page
from promisectl.cli.registry import HELP_OPTION_TEXT, MAIN_PANEL, TYPED_WORDS, VIEWS_PANEL
from promisectl.commands.shared import arguments
from promisectl.system.streams import print_stdout
from promisectl.system.text import fold_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

ALL_COMMANDS = "all"
"""The word after `help` that asks for every command."""
_BRIEF_PAGE_PANELS = (MAIN_PANEL, VIEWS_PANEL)
_BRIEF_PAGE_EPILOG = f"Every command and option: promisectl help {ALL_COMMANDS}"
_MAX_TEXT_COLUMNS = 100  # a wider text is hard to read
_MIN_TEXT_COLUMNS = 24  # with fewer columns next to its name, a text goes below it


def print_help(ctx: Any, _option: Any, wanted: bool) -> None:
    """Print the help of a command and exit: the callback of --help. Raises StdoutFailed."""
    if wanted and not ctx.resilient_parsing:
        print_stdout(ctx.get_help())
        ctx.exit()


class _HelpMixin:
    """Gives commands and groups our layout of the help, and our errors for a full stdout."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the command to Typer's formatter."""
        formatter.write(format_context_help(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option --help with our callback: Typer's own fails where stdout is full."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        option.callback = print_help
        option.help = HELP_OPTION_TEXT
        return option


class CliCommand(_HelpMixin, TyperCommand):
    """A command with our layout of the help and our errors."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the words after the command.

        Raises BadCommandLine, NotAWholeNumber and TooManyWords.
        """
        ctx.allow_extra_args = True
        ctx.meta[TYPED_WORDS] = [*args]  # the parser takes them away
        word_checks.ensure_two_dashes(ctx, args)
        rest = suggestions.translate_typer_errors(
            ctx, args, lambda: super(CliCommand, self).parse_args(ctx, args)
        )
        if rest:
            spelled = word_checks.list_spelled_options(ctx)
            words = ctx.meta[TYPED_WORDS]
            advice = word_checks.advise_on_extra_words(ctx.command_path, spelled, words, rest)
            raise errors.TooManyWords(rest, ctx.command_path, advice)
        return rest


class CliGroup(_HelpMixin, TyperGroup):
    """A group of commands with our layout of the help and our errors."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the options before a command. Raises BadCommandLine and NotAWholeNumber."""
        return suggestions.translate_typer_errors(
            ctx, args, lambda: super(CliGroup, self).parse_args(ctx, args)
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the first word names; IDs alone mean show.

        Raises UnknownCommand.
        """
        if ctx.parent is None and arguments.is_id_word(args[0]):
            return "show", self.commands["show"], args
        if args[0] not in self.commands:
            raise errors.UnknownCommand(
                args[0],
                suggestions.suggest_command_names(args[0], list(self.commands), ctx.info_name),
                ctx.command_path,
            )
        return super().resolve_command(ctx, args)


def format_context_help(ctx: Any, *, lists_all: bool = False) -> str:
    """Return the help of the command of a Typer context.

    That of the whole program names most commands only, unless `lists_all`.
    """
    width = min(ctx.terminal_width, _MAX_TEXT_COLUMNS)
    is_brief = ctx.parent is None and not lists_all
    return format_help_page(build_help_page(ctx), width, color=ctx.color, is_brief=is_brief)


def format_help_page(
    about: HelpPage, width: int, *, color: bool = False, is_brief: bool = False
) -> str:
    """Return a page of the help: usage, summary, examples, remarks, panels, epilog.

    A brief page has texts for the panels of `_BRIEF_PAGE_PANELS`, and only names for the others.
    """
    commands = {
        panel: [(page.name.rpartition(" ")[2], page.summary) for page in pages]
        for panel, pages in about.commands.items()
    }
    parameters = {
        panel: [
            (f"{', '.join(entry.names)} {entry.value}".rstrip(), entry.description)
            for entry in entries
        ]
        for panel, entries in about.panels.items()
    }
    names: list[tuple[str, str]] = []
    if is_brief:
        names = [
            (panel, ", ".join(name.rpartition(", ")[2].split(" ")[0] for name, _ in rows))
            for panel, rows in (commands | parameters).items()
            if panel not in _BRIEF_PAGE_PANELS
        ]
        commands, parameters = {panel: commands[panel] for panel in _BRIEF_PAGE_PANELS}, {}
    epilog = [*([_BRIEF_PAGE_EPILOG] if is_brief else []), *about.epilog.split("\n")]
    parts = [
        f"Usage: {_indent_text(f'{about.name} {about.usage}', width, 7).lstrip()}",
        _indent_text(about.summary, width, 0),
        "\n".join(f"  {line}" for line in about.examples),
        *(_indent_text(remark, width, 0) for remark in about.remarks),
        *_iter_help_panels(commands, width, color=color),
        *_iter_help_panels(parameters, width, color=color),
        "\n".join(_iter_panel_rows(names, width, color=color)),
        "\n".join(_indent_text(line, width, 0) for line in epilog),
    ]
    return "\n\n".join(part for part in parts if part)


def _iter_help_panels(
    panels: dict[str, list[tuple[str, str]]], width: int, *, color: bool
) -> Iterator[str]:
    """Iterate over the panels, each with its heading; all have the same columns."""
    longest = max((len(name) for rows in panels.values() for name, _ in rows), default=0)
    for panel, rows in panels.items():
        heading = typer.style(panel, bold=True, underline=True) if color else panel
        lines = _iter_panel_rows(rows, width, indent=2, longest=longest, color=color)
        yield "\n".join([heading, *lines])


def _iter_panel_rows(
    rows: list[tuple[str, str]], width: int, *, color: bool, indent: int = 0, longest: int = 0
) -> Iterator[str]:
    """Iterate over the lines of a panel: names in a column, texts next to them.

    Where the width is too small for that, each text goes below its name. The column of names has
    at least `longest` characters.
    """
    column = indent + max([longest, *(len(name) for name, _ in rows)]) + 2
    is_wide = width - column >= _MIN_TEXT_COLUMNS
    for name, about in rows:
        styled = " " * indent + (typer.style(name, bold=True) if color else name)
        if is_wide:
            gap = " " * (column - indent - len(name))
            yield f"{styled}{gap}{_indent_text(about, width, column).lstrip()}".rstrip()
        else:
            yield from (styled, _indent_text(about, width, indent + 4))


def _indent_text(text: str, width: int, indent: int, *, hang: int = 0) -> str:
    """Return a text folded at `width` and indented; lines after the first by `hang` more."""
    first, *rest = fold_line(text, width - indent - hang).split("\n")
    return "\n".join([" " * indent + first, *(" " * (indent + hang) + line for line in rest)])
