"""Tables for people, drawn with rich. Every table fits the width; what does not fit beside is put below, never cut."""

from collections.abc import Iterable, Sequence
from typing import IO, Any

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from promisectl.escaping import safe
from promisectl.rendering import words
from promisectl.rendering.words import Here, Row

# Readable on light and dark alike: of the 16 colours only bright red keeps a contrast of 3 in every common palette (yellow and green are
# lost on white, red on black, bright black is Solarized's background). All else is said by weight, which follows the person's own colours.
BAD, WARN, GOOD, QUIET = "bright_red", "bold", "", "dim"
_TONES = {"bad": BAD, "warn": WARN, "good": GOOD, "quiet": QUIET}
_PAGE = {  # the guide, as rich names its parts
    "markdown.code": "bold",
    "markdown.code_block": "",
    "markdown.h2": "bold underline",
    "markdown.h3": "bold",
    "markdown.h4": "italic",
    "markdown.block_quote": "italic",
    "markdown.list": "",
    "markdown.item.number": "bold",
    "markdown.table.border": QUIET,
    "markdown.table.header": "bold",
    "markdown.link": "underline",
    "markdown.link_url": "underline",
}
_WHO_MOST = 16
_OUTCOME_LEAST = 24
_PEOPLE_LEAST = 64


def console(file: IO[str], width: int, *, color: bool) -> Console:
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
        theme=Theme(_PAGE),
    )


class _Columns:
    """The widths that all sections of one view share, so that their columns stand below each other."""

    def __init__(self, rows: Sequence[Row], here: Here, width: int, *, both_ways: bool) -> None:
        self.both_ways = both_ways
        self.number = max((len(str(row["id"])) for row in rows), default=1)
        self.who = min(_WHO_MOST, max((cell_len(safe(self.name(row))) for row in rows), default=4))
        self.due = max((cell_len(words.short_due(row, here)) for row in rows), default=3)
        self.standing = max((len(said) for row in rows for said, _ in words.standing(row, here)), default=0)
        beside = width - self.number - self.who - 2 * 5
        self.beside = beside - self.due - self.standing >= _OUTCOME_LEAST
        self.below = beside - max(self.due, self.standing) >= _OUTCOME_LEAST // 2

    def name(self, row: Row) -> str:
        """Who it is with; where both directions stand together, to whom or from whom."""
        return words.to_or_from(row) if self.both_ways else str(row["person_name"])


def _section(title: str, rows: Sequence[Row], here: Here, columns: _Columns) -> RenderableType:
    """One section: a title and a table of promises."""
    table = bare()
    table.add_column("#", justify="right", width=columns.number, no_wrap=True)
    table.add_column("Who", width=columns.who, overflow="fold")
    table.add_column("What", ratio=1, overflow="fold")
    if not columns.beside:
        table.add_column("By", width=max(columns.due, columns.standing) if columns.below else _OUTCOME_LEAST // 2, overflow="fold")
    else:
        table.add_column("By", width=columns.due, overflow="fold")
        table.add_column("", width=columns.standing, overflow="fold")
    for row in rows:
        due, standing = Text(words.short_due(row, here), style="" if row["due"] else QUIET), _standing(row, here)
        last: tuple[RenderableType, ...] = (due, standing) if columns.beside else (Group(due, standing),)
        table.add_row(Text(str(row["id"]), style="bold"), plain(columns.name(row)), plain(row["outcome"]), *last)
    return Group(Text(title, style="bold"), table) if title else table


def sections(parts: Iterable[tuple[str, Sequence[Row]]], here: Here, width: int, *, both_ways: bool = False) -> RenderableType:
    """Several tables below each other with columns of one width; empty ones are left out. `both_ways` says to whom or from whom."""
    full = [(title, rows) for title, rows in parts if rows]
    columns = _Columns([row for _, rows in full for row in rows], here, width, both_ways=both_ways)
    drawn: list[RenderableType] = []
    for title, rows in full:
        drawn += [_section(title, rows, here, columns), Text()]
    return Group(*drawn[:-1])


def people(rows: Sequence[Row], here: Here, width: int) -> RenderableType:
    """Everybody in the ledger: what is open in both directions, what is overdue and due next, and how much was kept of how much."""
    wide = width >= _PEOPLE_LEAST
    table = bare(expand=False)
    table.add_column("Who", overflow="fold")
    for heading in ("You owe", "Owes you", "Overdue"):
        table.add_column(heading if wide else heading.replace(" ", "\n"), justify="right", no_wrap=wide)
    if wide:
        table.add_column("Next due", overflow="fold")
        table.add_column("You kept", justify="right", no_wrap=True)
    table.add_column("They kept" if wide else "They\nkept", justify="right", no_wrap=True)
    for row in rows:
        open_now = str(row["owe"] or ""), str(row["owed"] or ""), Text(str(row["overdue"] or ""), style=BAD)
        kept = [f"{row[by]} of {row[f'{by}_of']}" if row[f"{by}_of"] else "" for by in ("kept_by_me", "kept_by_them")]
        table.add_row(_person(row), *open_now, *((_next_due(row, here), *kept) if wide else kept[1:]))
    return table


def _person(row: Row) -> Text:
    name = plain(row["person_name"])
    if row["person"] != row["person_name"].casefold():
        name.append_text(Text(f" ({safe(row['person'])})", style=QUIET))
    return name


def _next_due(row: Row, here: Here) -> str:
    return words.day(row["next_due"], here).removesuffix(f" {here.today.year}") if row["next_due"] else ""


def pairs(rows: Sequence[tuple[str, str]]) -> RenderableType:
    """Names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(Text(name), plain(value))
    return grid


def titled(title: str, rows: Sequence[tuple[str, str]]) -> RenderableType:
    """A title and, below it and set in, names and values in two columns."""
    return Group(Text(title, style="bold"), Padding(pairs(rows), (0, 0, 0, 2)))


def journal(rows: Iterable[tuple[str, str, str, bool]]) -> RenderableType:
    """When, which promise, and what was said; what was undone stands back."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style=QUIET, ratio=None, overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for when, promise, said, undone in rows:
        table.add_row(when, promise, plain(said), style=QUIET if undone else "")
    return table


def heading(text: str) -> RenderableType:
    """A line that stands out."""
    return Text(safe(text), style="bold")


def markdown(text: str) -> RenderableType:
    """A page of the guide."""
    from rich.markdown import Markdown
    from rich.syntax import ANSISyntaxTheme

    return Markdown(text, code_theme=ANSISyntaxTheme({}))  # type: ignore[arg-type]  # a theme is taken as well as its name


def bare(*, expand: bool = True) -> Table:
    """An empty table as all of them look: no box, quiet headings, two blanks between the columns."""
    return Table(box=None, expand=expand, padding=(0, 2, 0, 0), header_style=QUIET, pad_edge=False)


def plain(value: Any) -> Text:
    """A value as it was typed, steering characters escaped."""
    return Text(safe(str(value)), overflow="fold")


def _standing(row: Row, here: Here) -> Text:
    said = words.standing(row, here)
    return Text("\n").join(Text(text, style=_TONES[tone]) for text, tone in said)
