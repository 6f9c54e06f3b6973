"""Tables for people, drawn with rich.

Every table fits the width of the terminal: a column that does not fit beside the others is put
below one of them, and nothing is cut.
"""

from __future__ import annotations

from types import MappingProxyType

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats, widths
from promisectl.rendering.columns import COLUMNS, Column, select_columns
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import IO, Any

    from rich.console import ConsoleOptions, RenderResult

    from promisectl.rendering.formats import LocalMoment, ViewRow

widths.set_rich_widths()

_MIN_SENTENCE_COLUMNS = 24  # for a sentence, where all columns are side by side
_MIN_STACKED_COLUMNS = 12  # for a sentence, where some columns are below others
_UNLIMITED_COLUMNS = 1_000
_PEOPLE_WHO, _OVERDUE_HEADING, _NOT_AGREED_HEADING = "Who", "Overdue", "Not\nagreed"
_NEXT_DUE_HEADING = "Next due"
_PEOPLE_HEADINGS = (
    "You owe",
    "Owes you",
    _OVERDUE_HEADING,
    _NOT_AGREED_HEADING,
    _NEXT_DUE_HEADING,
    "You kept",
    "They kept",
)
_MAX_WORD_COLUMNS = 24  # a longer word of a name is broken
_MIN_VALUE_COLUMNS = 24  # for a value beside its name; with less, it is below
# Styles that can be read on a light and on a dark background. Of the 16 colours only bright red
# keeps a contrast of 3 in every common palette, which is enough for bold text: yellow and green are
# lost on white, red is lost on black, and bright black is Solarized's background. So all else is a
# weight, not a colour.
BAD_STYLE, WARNING_STYLE, GOOD_STYLE, QUIET_STYLE = "bold bright_red", "bold", "", "dim"
_TONE_STYLES = {
    "bad": BAD_STYLE,
    "warn": WARNING_STYLE,
    "good": GOOD_STYLE,
    "quiet": QUIET_STYLE,
    "strong": "bold",
}
# The styles of the guide's pages, by rich's names for the parts of Markdown.
_GUIDE_STYLES = {
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


def create_console(file: IO[str], width: int, *, color: bool) -> Console:
    """Return the console for all output: texts as they are, in the 16 ANSI colours or in none."""
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


class _TrimmedLines:
    """A renderable without spaces at the ends of its lines."""

    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self._renderable, options, pad=False):
            while line and not line[-1].text.rstrip(" "):
                line.pop()
            if line:
                text, style, control = line.pop()
                line.append(Segment(text.rstrip(" "), style, control))
            yield from line
            yield Segment.line()


def trim_lines(renderable: RenderableType) -> RenderableType:
    """Return a renderable without spaces at the ends of its lines."""
    return _TrimmedLines(renderable)


def measure_longest_word(texts: Iterable[str]) -> int:
    """Return the terminal columns of the longest word, at most those of a word left whole."""
    words = (cell_len(word) for text in texts for word in escape_text(text).split())
    return min(max(words, default=0), _MAX_WORD_COLUMNS)


def iter_column_groups(
    columns: Sequence[Column],
) -> Iterator[tuple[list[Sequence[Column]], int, int]]:
    """Yield ways to group columns, from one column a group to the grouping that always fits.

    Groups are side by side; the columns of a group share one cell, one below the other. With each
    way come two numbers of terminal columns: the least that must be left for sentences, and the
    most that the last group may take.
    """
    each: list[Sequence[Column]] = [[column] for column in columns]
    wide = [column for column in columns if column.wide]
    yield each, _MIN_SENTENCE_COLUMNS * len(wide) + 2, _UNLIMITED_COLUMNS
    if wide:
        lead = each[: columns.index(wide[0])]
        tail = [column for column in columns[len(lead) :] if not column.wide]
        together: list[Sequence[Column]] = [tail] if tail else []
        apart = [*lead, wide, *([column] for column in tail)]
        yield apart, _MIN_SENTENCE_COLUMNS + 2, _UNLIMITED_COLUMNS
        yield [*lead, wide, *together], _MIN_STACKED_COLUMNS + 4, _UNLIMITED_COLUMNS
        yield [*lead, wide, *together], _MIN_STACKED_COLUMNS - 2, _MIN_STACKED_COLUMNS
    number = columns[0] is COLUMNS["id"] and len(columns) > 1
    yield [*each[:number], columns[number:]], -_UNLIMITED_COLUMNS, _UNLIMITED_COLUMNS


class _TableLayout:
    """How the tables of one view are laid out, the same in all its sections.

    `groups` holds the columns that share a cell, and `widths` the terminal columns of each group;
    None takes what is left. `notes` has the lines below the outcome of a promise, by its ID.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[ViewRow],
        here: LocalMoment,
        width: int,
        notes: Mapping[int, str],
    ) -> None:
        self._rows, self._here, self._notes = rows, here, notes
        for groups, least, most in iter_column_groups(columns):
            self.groups = groups
            self.widths = [
                None if any(column.wide for column in group) else self._measure_group(group)
                for group in groups
            ]
            if self.widths[-1]:
                self.widths[-1] = min(self.widths[-1], most)
            gaps = 2 * (len(groups) - 1)
            if width - sum(taken or 0 for taken in self.widths) - gaps >= least:
                break

    def _measure_group(self, group: Sequence[Column]) -> int:
        """Return how many terminal columns the longest value of a group takes."""
        widths = [len(group[0].heading)]
        for column in group:
            labelled = column is not group[0]
            widest = max(
                (
                    cell_len(text)
                    for row in self._rows
                    for text, _ in self._list_cell_lines(column, row, labelled=labelled)
                ),
                default=0,
            )
            if column.max_width:
                texts = (text for row in self._rows for text, _ in column.lines(row, self._here))
                widest = min(widest, max(column.max_width, measure_longest_word(texts)))
            widths.append(widest)
        return max(widths)

    def _list_cell_lines(
        self, column: Column, row: ViewRow, *, labelled: bool
    ) -> list[tuple[str, str]]:
        """Return the lines of a value with their tones; the first with the label if asked for."""
        lines = [(escape_text(text), tone) for text, tone in column.lines(row, self._here)]
        if labelled and lines:
            text, tone = lines[0]
            lines[0] = (column.label + text, tone)
        if column is COLUMNS["outcome"] and row["id"] in self._notes:
            note = self._notes[row["id"]]
            lines += [(escape_text(line), "quiet") for line in note.split("\n")]
        return lines

    def render_cell(self, group: Sequence[Column], row: ViewRow) -> Text:
        """Return the values of a group in one cell, all but the first with their labels.

        Each value has a line of its own. Only in a group with a sentence, short values share one.
        """
        cell, is_after_short = Text(overflow="fold"), False
        has_sentence = any(column.wide for column in group)
        for column in group:
            for text, tone in self._list_cell_lines(column, row, labelled=column is not group[0]):
                shares_line = has_sentence and is_after_short and not column.wide
                separator = ", " if shares_line else "\n"
                cell.append(separator if cell else "")
                cell.append(text, style=_TONE_STYLES.get(tone, ""))
                is_after_short = not column.wide
        return cell

    def render_table(self, rows: Sequence[ViewRow]) -> Table:
        """Return the table of one section."""
        table = create_table(expand=None in self.widths)
        for group, width in zip(self.groups, self.widths, strict=True):
            is_id = group[0] is COLUMNS["id"]
            table.add_column(
                group[0].heading,
                justify="right" if is_id else "left",
                width=width,
                ratio=1 if width is None else None,
                no_wrap=is_id,
                overflow="fold",
            )
        for row in rows:
            table.add_row(*(self.render_cell(group, row) for group in self.groups))
        return table


def render_promise_sections(
    parts: Iterable[tuple[str, Sequence[ViewRow]]],
    here: LocalMoment,
    width: int,
    *,
    both_ways: bool = False,
    columns: Sequence[str] = (),
    closings: Mapping[str, str] | None = None,
    notes: Mapping[int, str] = MappingProxyType({}),
) -> RenderableType:
    """Return a table for each section that has rows, all with columns of the same widths.

    `parts` are titles and rows. `columns` names what is shown instead of the default columns; with
    `both_ways` the person's column shows the direction. `closings` has a line by the title of the
    section that it comes below, `notes` one for below the outcome of a promise, by its ID.
    """
    full = [(title, rows) for title, rows in parts if rows]
    layout = _TableLayout(
        select_columns(columns, both_ways=both_ways),
        [row for _, rows in full for row in rows],
        here,
        width,
        notes,
    )
    drawn: list[RenderableType] = []
    for title, rows in full:
        if title:
            drawn.append(Text(title, style="bold"))
        drawn.append(layout.render_table(rows))
        if closings and title in closings:
            drawn.append(Text(closings[title], style=QUIET_STYLE))
        drawn.append(Text())
    return Group(*drawn[:-1])


def render_people(
    rows: Sequence[ViewRow],
    here: LocalMoment,
    width: int,
    folded: Mapping[tuple[str, str], int],
) -> RenderableType:
    """Return everybody in the ledger: what is open, overdue and due next, and how much was kept.

    `folded` holds what a count loses when a series counts once, by handle and field; then it reads
    “1 (12)”, with all promises in brackets. What nobody has agreed to has a column of its own,
    where there is any. On a narrow terminal, the facts about a person are in the lines below the
    name.
    """
    people = [_list_person_facts(row, here, folded) for row in rows]
    shown = [
        index
        for index, heading in enumerate(_PEOPLE_HEADINGS)
        if heading != _NOT_AGREED_HEADING or any(facts[index] for facts in people)
    ]
    headings = [_PEOPLE_HEADINGS[index] for index in shown]
    widths = [
        max(*map(cell_len, heading.split("\n")), *(cell_len(facts[index]) for facts in people))
        for index, heading in zip(shown, headings, strict=True)
    ]
    name_width = max(
        len(_PEOPLE_WHO), measure_longest_word(_render_person_name(row).plain for row in rows)
    )
    if name_width + sum(2 + taken for taken in widths) > width:
        return Group(*_iter_stacked_people(rows, people))
    table = create_table(expand=False)
    table.add_column(_PEOPLE_WHO, min_width=name_width, overflow="fold")
    for heading, taken in zip(headings, widths, strict=True):
        is_day = heading == _NEXT_DUE_HEADING
        table.add_column(heading, justify="left" if is_day else "right", width=taken, no_wrap=True)
    for row, facts in zip(rows, people, strict=True):
        cells = (
            Text(facts[index], style=BAD_STYLE if heading == _OVERDUE_HEADING else "")
            for index, heading in zip(shown, headings, strict=True)
        )
        table.add_row(_render_person_name(row), *cells)
    return table


def _list_person_facts(
    row: ViewRow, here: LocalMoment, folded: Mapping[tuple[str, str], int]
) -> list[str]:
    """Return the facts about a person, one for each of `_PEOPLE_HEADINGS`; empty for none."""
    counts = []
    for name in ("owe", "owed", "overdue", "not_agreed"):
        number, less = row[name], folded.get((row["person"], name), 0)
        counts.append(f"{number - less} ({number})" if less else str(number or ""))
    return [
        *counts,
        formats.format_local_day(row["next_due"], here) if row["next_due"] else "",
        *(
            f"{row[by]} of {row[f'{by}_of']}" if row[f"{by}_of"] else ""
            for by in ("kept_by_me", "kept_by_them")
        ),
    ]


def _render_person_name(row: ViewRow) -> Text:
    """Return the name of a person, and the handle where it is not the name in small letters."""
    name = render_text(row["person_name"])
    if row["person"] != row["person_name"].casefold():
        name.append_text(Text(f" ({escape_text(row['person'])})", style=QUIET_STYLE))
    return name


def _iter_stacked_people(
    rows: Sequence[ViewRow], people: Sequence[Sequence[str]]
) -> Iterator[RenderableType]:
    """Yield the name of each person, and below it the facts with their names, line by line."""
    for row, facts in zip(rows, people, strict=True):
        yield _render_person_name(row)
        named = [
            f"{heading.replace(chr(10), ' ').lower()} {fact}"
            for heading, fact in zip(_PEOPLE_HEADINGS, facts, strict=True)
            if fact
        ]
        if named:
            yield Padding(render_parts(named), (0, 0, 0, 2))


class _Parts:
    """Texts with a separator between them, folded between them."""

    def __init__(self, parts: Sequence[str], style: str, separator: str) -> None:
        self._parts, self._style, self._separator = parts, style, separator

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        lines: list[str] = []
        for part in self._parts:
            added = self._separator + part
            if lines and cell_len(lines[-1] + added) <= options.max_width:
                lines[-1] += added
            else:
                lines.append(part)
        yield from (Text(line, style=self._style) for line in lines)


def render_parts(
    parts: Sequence[str], style: str = "", *, separator: str = " · "
) -> RenderableType:
    """Return texts with a separator between them; a line ends between two of them."""
    return _Parts(parts, style, separator)


class _Pairs:
    """Names and values in two columns; where a value has little room, it is below its name."""

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        self._rows = rows

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        taken = max((cell_len(name) for name, _ in self._rows), default=0) + 2
        longest = max((cell_len(escape_text(value)) for _, value in self._rows), default=0)
        if options.max_width - taken >= min(longest, _MIN_VALUE_COLUMNS):
            grid = Table.grid(padding=(0, 2))
            grid.add_column(style=QUIET_STYLE, no_wrap=True)
            grid.add_column(overflow="fold")
            for name, value in self._rows:
                grid.add_row(Text(name), render_text(value))
            yield grid
            return
        for name, value in self._rows:
            yield Text(name, style=QUIET_STYLE)
            if value:
                yield Padding(render_text(value), (0, 0, 0, 2))


def render_pairs(rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Return names and values in two columns; on a narrow terminal, each value below its name."""
    return _Pairs(rows)


def render_config(rows: Sequence[tuple[str, str, str]]) -> RenderableType:
    """Return the keys of the config with values and sources; defaults are grey."""
    table = create_table(expand=False)
    for heading in ("Key", "Value", "From"):
        table.add_column(heading, overflow="fold")
    for name, value, source in rows:
        table.add_row(
            render_text(name),
            render_text(value),
            render_text(source),
            style=QUIET_STYLE if source == "default" else "",
        )
    return table


def render_titled_pairs(title: str, rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Return a title, and indented below it names and values in two columns."""
    return Group(Text(title, style="bold"), Padding(render_pairs(rows), (0, 0, 0, 2)))


def render_journal_table(rows: Iterable[tuple[str, str, str, bool]]) -> RenderableType:
    """Return acts in three columns: when, which promise, what; undone acts are quiet.

    Each of `rows` is these three texts, and whether the act was undone.
    """
    table = create_table(expand=False)
    table.add_column("When", style=QUIET_STYLE, overflow="fold")
    table.add_column("#", no_wrap=True)
    table.add_column("What", overflow="fold")
    for when, promise, act, undone in rows:
        table.add_row(when, promise, render_text(act), style=QUIET_STYLE if undone else "")
    return table


def render_heading(text: str) -> RenderableType:
    """Return a heading in bold, with control characters escaped."""
    return Text(escape_text(text), style="bold")


def render_markdown(text: str) -> RenderableType:
    """Return a page of the guide, from its Markdown."""
    from rich.markdown import Markdown
    from rich.syntax import ANSISyntaxTheme

    theme: Any = ANSISyntaxTheme({})  # rich also takes a theme, not only the name of one
    # The address of a link is printed: a hidden one can't be read out or copied.
    return Markdown(text, code_theme=theme, hyperlinks=False)


def create_table(*, expand: bool = True) -> Table:
    """Return an empty table in the common look: no box, quiet headings, two spaces in between."""
    return Table(
        box=None, expand=expand, padding=(0, 2, 0, 0), header_style=QUIET_STYLE, pad_edge=False
    )


def render_text(value: Any) -> Text:
    """Return a value as it was typed, with control characters escaped."""
    return Text(escape_text(str(value)), overflow="fold")
