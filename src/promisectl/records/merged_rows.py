"""The rows of a file that belong to others: sections, comments, and levels of bigger tasks."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.records import headings
from promisectl.records.cells import join_tag_words
from promisectl.records.imported_rows import COMMENT, LEFT_OUT, SECTION, ImportedRow, UnreadableLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def merge_rows(rows: Iterable[ImportedRow]) -> Iterator[ImportedRow]:
    """Return the rows, with each comment in the row above and each section in those below it.

    A comment on no record is left out. A row of a higher level is a part of the last one above it
    that has a lower level.
    """
    held: ImportedRow | None = None
    section = ""
    outer: list[ImportedRow] = []
    try:
        for row in rows:
            if row.omitted == SECTION:
                section, outer = row.cells["tags"], []
            elif row.omitted == COMMENT and held and held.cells:
                held = add_comment(held, row.cells["why"])
            else:
                if held:
                    yield held
                held = add_section(add_bigger_reference(row, outer), section)
    except UnreadableLine:
        if held:
            yield held
        raise
    if held:
        yield held


def add_bigger_reference(row: ImportedRow, outer: list[ImportedRow]) -> ImportedRow:
    """Return a row that refers to the one it is a part of; `outer` are those around the next."""
    if not row.level:
        return row
    while outer and outer[-1].level >= row.level:
        outer.pop()
    row = row._replace(reference=str(row.line), bigger=str(outer[-1].line) if outer else "")
    outer.append(row)
    return row


def add_comment(row: ImportedRow, comment: str) -> ImportedRow:
    """Return a row with a comment at the end of its why."""
    why = "\n".join(filter(None, (row.cells.get("why"), comment)))
    return row._replace(cells={**row.cells, "why": why})


def add_section(row: ImportedRow, section: str) -> ImportedRow:
    """Return a row with its section as a tag; a comment on no record is left out."""
    if row.omitted == COMMENT:
        return row._replace(cells={}, omitted=LEFT_OUT)
    if not (section and row.cells):
        return row
    tags = headings.join_values("tags", row.cells.get("tags"), [join_tag_words(section)])
    return row._replace(cells={**row.cells, "tags": tags})
