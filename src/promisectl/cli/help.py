"""The help of each command, as Typer asks for it: one layout at every width, in a pipe as on a terminal."""

from __future__ import annotations

import typer
from typer.core import TyperCommand, TyperGroup

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.cli import suggestions
from promisectl.cli.help_content import Entry, Page, page
from promisectl.system.streams import said
from promisectl.system.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_WIDEST = 100  # columns that a text is still pleasant to read in
_NARROWEST = 24  # columns beside the names that a text needs; with fewer it goes below them


def _show(ctx: Any, _option: Any, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        said(ctx.get_help())
        ctx.exit()


class _Ours:
    """What a command and a group of them share: our layout, and help that somebody hears."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        formatter.write(text(page(ctx), min(ctx.terminal_width, _WIDEST), color=ctx.color))

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, told whether anybody could hear it: Typer's own breaks where stdout is full."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        option.callback = _show
        return option


class Command(_Ours, TyperCommand):
    """A command that explains itself in our layout, and says in our words what it can't take."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of the command. Raises Unreadable and TooManyWords."""
        ctx.allow_extra_args = True
        rest = suggestions.read(ctx, lambda: super(Command, self).parse_args(ctx, args))
        if rest:
            raise errors.TooManyWords(rest, ctx.command_path)
        return rest


class Group(_Ours, TyperGroup):
    """A group of commands that explains itself in our layout."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before a command. Raises Unreadable."""
        return suggestions.read(ctx, lambda: super(Group, self).parse_args(ctx, args))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names. Raises UnknownCommand, with those it may mean."""
        if args[0] not in self.commands:
            raise errors.UnknownCommand(args[0], suggestions.meant(args[0], list(self.commands), ctx.info_name), ctx.command_path)
        return super().resolve_command(ctx, args)


def text(about: Page, width: int, *, color: bool = False) -> str:
    """A page as the help shows it: what it does, examples, then every word of it under its heading."""
    parts = [
        _indented(f"Usage: {about.name} {about.usage}", width, 0, hang=7),
        _indented(about.summary, width, 0),
        "\n".join(f"  {line}" for line in about.examples),
        *(_indented(remark, width, 0) for remark in about.remarks),
        *_lists({panel: [(_last(one.name), one.summary) for one in pages] for panel, pages in about.commands.items()}, width, color=color),
        *_lists({panel: [(_names(one), one.about) for one in entries] for panel, entries in about.panels.items()}, width, color=color),
        _indented(about.closing, width, 0),
    ]
    return "\n\n".join(part for part in parts if part)


def _lists(panels: dict[str, list[tuple[str, str]]], width: int, *, color: bool) -> Iterator[str]:
    """Each panel under its heading: names in one column and texts in another, or, where that is too narrow, texts below names."""
    column = max((len(name) for rows in panels.values() for name, _ in rows), default=0) + 4
    beside = width - column >= _NARROWEST
    for panel, rows in panels.items():
        lines = [typer.style(panel, bold=True, underline=True) if color else panel]
        for name, about in rows:
            shown = typer.style(name, bold=True) if color else name
            if beside:
                lines.append(f"  {shown}{' ' * (column - 2 - len(name))}{_indented(about, width, column).lstrip()}".rstrip())
            else:
                lines += [f"  {shown}", _indented(about, width, 6)]
        yield "\n".join(lines)


def _indented(words: str, width: int, by: int, *, hang: int = 0) -> str:
    """A text folded between words, every line moved in by so many columns, those after the first by `hang` more."""
    first, *others = folded(words, width - by - hang).split("\n")
    return "\n".join([" " * by + first, *(" " * (by + hang) + line for line in others)])


def _last(name: str) -> str:
    return name.rpartition(" ")[2]


def _names(entry: Entry) -> str:
    return ", ".join(entry.names) + (f" {entry.value}" if entry.value else "")
