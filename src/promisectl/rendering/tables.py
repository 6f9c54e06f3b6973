"""Tables for people, drawn with rich. Every table fits the width; what does not fit beside is put below, never cut."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats
from promisectl.rendering.columns import COLUMNS, Column, select_columns
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO, Any

    from promisectl.rendering.formats import LocalMoment, ViewRow

_MIN_SENTENCE_COLUMNS = 24  # columns for a sentence, where all stand beside each other
_MIN_STACKED_COLUMNS = 12  # the same, where some stand below others
_UNLIMITED_COLUMNS = 1_000
# Readable on light and dark alike: of the 16 colours only bright red keeps a contrast of 3 in every common palette (yellow and green are
# lost on white, red on black, bright black is Solarized's background). All else is said by weight, which follows the person's own colours.
BAD_STYLE, WARNING_STYLE, GOOD_STYLE, QUIET_STYLE = "bright_red", "bold", "", "dim"
_TONE_STYLES = {
    "bad": BAD_STYLE,
    "warn": WARNING_STYLE,
    "good": GOOD_STYLE,
    "quiet": QUIET_STYLE,
    "strong": "bold",
}
_GUIDE_STYLES = {  # the guide, as rich names its parts
    "markdown.code": "bold",
    "markdown.code_block": "",
    "markdown.h2": "bold underline",
    "markdown.h3": "bold",
    "markdown.h4": "italic",
    "markdown.block_quote": "italic",
    "markdown.list": "",
    "markdown.item.number": "bold",
    "markdown.table.border": QUIET_STYLE,
    "markdown.table.header": "bold",
    "markdown.link": "underline",
    "markdown.link_url": "underline",
}
_MIN_PEOPLE_COLUMNS = 64


def create_console(file: IO[str], width: int, *, color: bool) -> Console:
    """The one console: prints texts as they are, in the 16 ANSI colours or none."""
    return Console(
        file=file,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        theme=Theme(_GUIDE_STYLES),
    )


def _iter_arrangements(
    columns: Sequence[Column],
) -> Iterator[tuple[list[Sequence[Column]], int, int]]:
    """How columns can be arranged in groups that stand below each other, from the widest arrangement to the one that always fits.

    With each comes the least room that it leaves for what is wide, and the most that its last column may take.
    """
    each: list[Sequence[Column]] = [[column] for column in columns]
    wide = [column for column in columns if column.wide]
    yield each, _MIN_SENTENCE_COLUMNS * len(wide) + 2, _UNLIMITED_COLUMNS
    if wide:
        lead = each[: columns.index(wide[0])]
        tail = [column for column in columns[len(lead) :] if not column.wide]
        together: list[Sequence[Column]] = [tail] if tail else []
        yield (
            [*lead, wide, *([column] for column in tail)],
            _MIN_SENTENCE_COLUMNS + 2,
            _UNLIMITED_COLUMNS,
        )
        yield [*lead, wide, *together], _MIN_STACKED_COLUMNS + 4, _UNLIMITED_COLUMNS
        yield [*lead, wide, *together], _MIN_STACKED_COLUMNS - 2, _MIN_STACKED_COLUMNS
    number = columns[0] is COLUMNS["id"] and len(columns) > 1
    yield [*each[:number], columns[number:]], -_UNLIMITED_COLUMNS, _UNLIMITED_COLUMNS


class _TableLayout:
    """Which columns stand beside each other and which below, and how wide they are, alike in all sections of one view."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[ViewRow], here: LocalMoment, width: int
    ) -> None:
        self._rows, self._here = rows, here
        for groups, least, most in _iter_arrangements(columns):
            self.groups = groups
            self.widths = [
                None if any(column.wide for column in group) else self._measure_group(group)
                for group in groups
            ]
            if self.widths[-1]:
                self.widths[-1] = min(self.widths[-1], most)
            if width - sum(taken or 0 for taken in self.widths) - 2 * (len(groups) - 1) >= least:
                break

    def _measure_group(self, group: Sequence[Column]) -> int:
        values = (
            min(
                column.max_width or _UNLIMITED_COLUMNS,
                self._measure_column(column, labelled=column is not group[0]),
            )
            for column in group
        )
        return max(len(group[0].heading), *values)

    def _measure_column(self, column: Column, *, labelled: bool) -> int:
        return max(
            (
                cell_len(text)
                for row in self._rows
                for text, _ in self._list_cell_lines(column, row, labelled=labelled)
            ),
            default=0,
        )

    def _list_cell_lines(
        self, column: Column, row: ViewRow, *, labelled: bool
    ) -> list[tuple[str, str]]:
        lines = [(escape_text(text), tone) for text, tone in column.lines(row, self._here)]
        return (
            [(column.label + lines[0][0], lines[0][1]), *lines[1:]] if labelled and lines else lines
        )

    def render_cell(self, group: Sequence[Column], row: ViewRow) -> Text:
        """What stands in one cell, all but the first with their labels: below each other, but what is short beside what is short.

        Where only short values stand in a group, each has a line of its own.
        """
        made, beside = Text(overflow="fold"), False
        together = any(column.wide for column in group)
        for column in group:
            for text, tone in self._list_cell_lines(column, row, labelled=column is not group[0]):
                between = ", " if together and beside and not column.wide else "\n"
                made.append(between if made else "").append(text, style=_TONE_STYLES.get(tone, ""))
                beside = not column.wide
        return made


def _render_section_table(
    title: str, rows: Sequence[ViewRow], layout: _TableLayout
) -> RenderableType:
    """One section: a title and a table of promises."""
    table = create_table(expand=None in layout.widths)
    for group, width in zip(layout.groups, layout.widths, strict=True):
        number = group[0] is COLUMNS["id"]
        table.add_column(
            group[0].heading,
            justify="right" if number else "left",
            width=width,
            ratio=1 if width is None else None,
            no_wrap=number,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(layout.render_cell(group, row) for group in layout.groups))
    return Group(Text(title, style="bold"), table) if title else table


def render_promise_sections(
    parts: Iterable[tuple[str, Sequence[ViewRow]]],
    here: LocalMoment,
    width: int,
    *,
    both_ways: bool = False,
    columns: Sequence[str] = (),
) -> RenderableType:
    """Several tables below each other with columns of one width; empty ones are left out. `both_ways` says to whom or from whom.

    `columns` names what is shown, if not the usual.
    """
    full = [(title, rows) for title, rows in parts if rows]
    layout = _TableLayout(
        select_columns(columns, both_ways=both_ways),
        [row for _, rows in full for row in rows],
        here,
        width,
    )
    drawn: list[RenderableType] = []
    for title, rows in full:
        drawn += [_render_section_table(title, rows, layout), Text()]
    return Group(*drawn[:-1])


def render_people(rows: Sequence[ViewRow], here: LocalMoment, width: int) -> RenderableType:
    """Everybody in the ledger: what is open in both directions, what is overdue and due next, and how much was kept of how much."""
    wide = width >= _MIN_PEOPLE_COLUMNS
    table = create_table(expand=False)
    table.add_column("Who", overflow="fold")
    for heading in ("You owe", "Owes you", "Overdue"):
        table.add_column(
            heading if wide else heading.replace(" ", "\n"), justify="right", no_wrap=wide
        )
    if wide:
        table.add_column("Next due", overflow="fold")
        table.add_column("You kept", justify="right", no_wrap=True)
    table.add_column("They kept" if wide else "They\nkept", justify="right", no_wrap=True)
    for row in rows:
        open_now = (
            str(row["owe"] or ""),
            str(row["owed"] or ""),
            Text(str(row["overdue"] or ""), style=BAD_STYLE),
        )
        kept = [
            f"{row[by]} of {row[f'{by}_of']}" if row[f"{by}_of"] else ""
            for by in ("kept_by_me", "kept_by_them")
        ]
        table.add_row(
            _render_person_name(row),
            *open_now,
            *((_format_next_due(row, here), *kept) if wide else kept[1:]),
        )
    return table


def _render_person_name(row: ViewRow) -> Text:
    name = render_text(row["person_name"])
    if row["person"] != row["person_name"].casefold():
        name.append_text(Text(f" ({escape_text(row['person'])})", style=QUIET_STYLE))
    return name


def _format_next_due(row: ViewRow, here: LocalMoment) -> str:
    return (
        formats.format_local_day(row["next_due"], here).removesuffix(f" {here.today.year}")
        if row["next_due"]
        else ""
    )


def render_pairs(rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=QUIET_STYLE, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(name), render_text(value))
    return grid


def render_config(rows: Sequence[tuple[str, str, str]]) -> RenderableType:
    """Names, values, and who says so; what nobody has said stands back."""
    table = create_table(expand=False)
    for heading in ("Key", "Value", "From"):
        table.add_column(heading, overflow="fold")
    for name, value, source in rows:
        table.add_row(
            render_text(name),
            render_text(value),
            render_text(source),
            style="bright_black" if source == "default" else "",
        )
    return table


def render_titled_pairs(title: str, rows: Sequence[tuple[str, str]]) -> RenderableType:
    """A title and, below it and set in, names and values in two columns."""
    return Group(Text(title, style="bold"), Padding(render_pairs(rows), (0, 0, 0, 2)))


def render_journal_table(rows: Iterable[tuple[str, str, str, bool]]) -> RenderableType:
    """When, which promise, and what was said; what was undone stands back."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style=QUIET_STYLE, ratio=None, overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for when, promise, said, undone in rows:
        table.add_row(when, promise, render_text(said), style=QUIET_STYLE if undone else "")
    return table


def render_heading(text: str) -> RenderableType:
    """A line that stands out."""
    return Text(escape_text(text), style="bold")


def render_markdown(text: str) -> RenderableType:
    """A page of the guide."""
    from rich.markdown import Markdown
    from rich.syntax import ANSISyntaxTheme

    return Markdown(text, code_theme=ANSISyntaxTheme({}))  # type: ignore[arg-type]  # a theme is taken as well as its name


def create_table(*, expand: bool = True) -> Table:
    """An empty table as all of them look: no box, quiet headings, two blanks between the columns."""
    return Table(
        box=None, expand=expand, padding=(0, 2, 0, 0), header_style=QUIET_STYLE, pad_edge=False
    )


def render_text(value: Any) -> Text:
    """A value as it was typed, steering characters escaped."""
    return Text(escape_text(str(value)), overflow="fold")
