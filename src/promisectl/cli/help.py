"""The help of each command, as Typer asks for it: one layout at every width, in a pipe as on a terminal."""

from __future__ import annotations

import typer
from typer.core import TyperCommand, TyperGroup

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.cli import suggestions
from promisectl.cli.help_content import HelpPage, HelpParameter, build_help_page
from promisectl.system.streams import print_stdout
from promisectl.system.text import fold_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MAX_TEXT_COLUMNS = 100  # columns that a text is still pleasant to read in
_MIN_TEXT_COLUMNS = 24  # columns beside the names that a text needs; with fewer it goes below them


def _print_help(ctx: Any, _option: Any, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        print_stdout(ctx.get_help())
        ctx.exit()


class _HelpMixin:
    """What a command and a group of them share: our layout, and help that somebody hears."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        formatter.write(
            format_help_page(
                build_help_page(ctx), min(ctx.terminal_width, _MAX_TEXT_COLUMNS), color=ctx.color
            )
        )

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, told whether anybody could hear it: Typer's own breaks where stdout is full."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        option.callback = _print_help
        return option


class CliCommand(_HelpMixin, TyperCommand):
    """A command that explains itself in our layout, and says in our words what it can't take."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command. Raises Unreadable and TooManyWords."""
        ctx.allow_extra_args = True
        rest = suggestions.translate_typer_errors(
            ctx, lambda: super(CliCommand, self).parse_args(ctx, args)
        )
        if rest:
            raise errors.TooManyWords(rest, ctx.command_path)
        return rest


class CliGroup(_HelpMixin, TyperGroup):
    """A group of commands that explains itself in our layout."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before a command. Raises Unreadable."""
        return suggestions.translate_typer_errors(
            ctx, lambda: super(CliGroup, self).parse_args(ctx, args)
        )

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names. Raises UnknownCommand, with those it may mean."""
        if args[0] not in self.commands:
            raise errors.UnknownCommand(
                args[0],
                suggestions.suggest_command_names(args[0], list(self.commands), ctx.info_name),
                ctx.command_path,
            )
        return super().resolve_command(ctx, args)


def format_help_page(about: HelpPage, width: int, *, color: bool = False) -> str:
    """A page as the help shows it: what it does, examples, then every word of it under its heading."""
    parts = [
        _indent_text(f"Usage: {about.name} {about.usage}", width, 0, hang=7),
        _indent_text(about.summary, width, 0),
        "\n".join(f"  {line}" for line in about.examples),
        *(_indent_text(remark, width, 0) for remark in about.remarks),
        *_iter_help_panels(
            {
                panel: [(_take_last_word(one.name), one.summary) for one in pages]
                for panel, pages in about.commands.items()
            },
            width,
            color=color,
        ),
        *_iter_help_panels(
            {
                panel: [(_format_parameter_names(one), one.description) for one in entries]
                for panel, entries in about.panels.items()
            },
            width,
            color=color,
        ),
        _indent_text(about.epilog, width, 0),
    ]
    return "\n\n".join(part for part in parts if part)


def _iter_help_panels(
    panels: dict[str, list[tuple[str, str]]], width: int, *, color: bool
) -> Iterator[str]:
    """Each panel under its heading: names in one column and texts in another, or, where that is too narrow, texts below names."""
    column = max((len(name) for rows in panels.values() for name, _ in rows), default=0) + 4
    beside = width - column >= _MIN_TEXT_COLUMNS
    for panel, rows in panels.items():
        lines = [typer.style(panel, bold=True, underline=True) if color else panel]
        for name, about in rows:
            shown = typer.style(name, bold=True) if color else name
            if beside:
                lines.append(
                    f"  {shown}{' ' * (column - 2 - len(name))}{_indent_text(about, width, column).lstrip()}".rstrip()
                )
            else:
                lines += [f"  {shown}", _indent_text(about, width, 6)]
        yield "\n".join(lines)


def _indent_text(words: str, width: int, by: int, *, hang: int = 0) -> str:
    """A text folded between words, every line moved in by so many columns, those after the first by `hang` more."""
    first, *others = fold_line(words, width - by - hang).split("\n")
    return "\n".join([" " * by + first, *(" " * (by + hang) + line for line in others)])


def _take_last_word(name: str) -> str:
    return name.rpartition(" ")[2]


def _format_parameter_names(entry: HelpParameter) -> str:
    return ", ".join(entry.names) + (f" {entry.value}" if entry.value else "")
