"""The reader of CSV files: their heading, and the cells of each row with its line."""

from __future__ import annotations

import csv
from itertools import chain, dropwhile

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records.imported_rows import UnreadableLine
from promisectl.system.text import is_blank_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_LINE = "sep="  # the start of the line before the heading in which Excel names it
_MAX_HEADING_LINES = 100


class CsvHeading(NamedTuple):
    """The heading of a CSV file: its line, its cells, and the delimiter of the file.

    `rest` are the lines below it, of which the first one has the number `next_line`.
    """

    line: int
    cells: Sequence[str]
    delimiter: str
    rest: Iterator[str]
    next_line: int


class HeadingCandidate(NamedTuple):
    """A row that may be the heading: as one, its lines, and their number from the beginning."""

    heading: CsvHeading
    record: Sequence[str]
    end: int

    def count_texts(self, delimiter: str = "") -> int:
        """Return how many of its cells have a text, if it has that delimiter."""
        cells: Sequence[str] = self.heading.cells
        if delimiter not in ("", self.heading.delimiter):
            cells = next(csv.reader(self.record, delimiter=delimiter), [])
        return sum(not is_blank_text(cell) for cell in cells)


def find_csv_heading(
    lines: Iterable[str], is_heading: Callable[[Sequence[str]], bool], delimiter: str = ""
) -> CsvHeading:
    """Return the heading of a CSV file: the first row that is one, below lines with fewer texts.

    Where none is, it is the likeliest row: the first one, or the one below titles of one cell.
    `delimiter` is that of the file, if it occurs in the heading. Raises UnreadableLine for a file
    that is empty or not CSV.
    """
    source = iter(lines)
    read: list[str] = []
    candidates: list[HeadingCandidate] = []
    for found in iter_heading_candidates(source, read, delimiter):
        if is_heading(found.heading.cells) and is_fuller(found, candidates):
            break
        candidates.append(found)
    else:
        if not candidates:
            raise UnreadableLine(1, "it is empty")
        found = guess_heading(candidates)
    return found.heading._replace(rest=chain(read[found.end :], source))


def is_fuller(found: HeadingCandidate, above: Iterable[HeadingCandidate]) -> bool:
    """Whether a row has more texts than each of those above it: they are titles then, not rows."""
    texts, delimiter = found.count_texts(), found.heading.delimiter
    return all(texts > candidate.count_texts(delimiter) for candidate in above)


def guess_heading(candidates: Sequence[HeadingCandidate]) -> HeadingCandidate:
    """Return the row that is likely to be the heading: titles of one cell can be above it.

    The row below it has as many cells, or else the titles are rows themselves.
    """
    below = [*dropwhile(lambda candidate: candidate.count_texts() == 1, candidates)]
    widths = [len(candidate.heading.cells) for candidate in below[:2]]
    return below[0] if len(widths) > 1 and widths[0] == widths[1] else candidates[0]


def iter_heading_candidates(
    source: Iterator[str], read: list[str], delimiter: str
) -> Iterator[HeadingCandidate]:
    """Return the first rows with a text; `read` gets the lines of all that were looked at.

    Raises UnreadableLine for a file that begins with a line that can't be read.
    """
    named = ""
    while len(read) < _MAX_HEADING_LINES:
        line = len(read) + 1
        record = read_record_lines(source)
        if not record:
            return
        read += record
        if line == 1 and (named := read_named_delimiter(record)):
            continue
        separator = named or find_delimiter(record, delimiter)
        try:
            cells = next(csv.reader(record, strict=True, delimiter=separator), [])
        except csv.Error as error:
            if line > 1:
                return
            raise UnreadableLine(line, f"it is not CSV ({error})") from error
        if not all(map(is_blank_text, cells)):
            end = len(read)
            yield HeadingCandidate(CsvHeading(line, cells, separator, source, end + 1), record, end)


def iter_csv_cells(heading: CsvHeading) -> Iterator[tuple[int, list[str]]]:
    """Return the cells of each row below a heading, with its line. Raises UnreadableLine."""
    reader = csv.reader(heading.rest, strict=True, delimiter=heading.delimiter)
    before = heading.next_line
    while True:
        line = before + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableLine(line, f"it is not CSV ({error})") from error
        if cells:
            yield line, cells


def find_delimiter(heading: Iterable[str], usual: str = "") -> str:
    """Return the delimiter of a CSV file: the most frequent one outside quotes in its heading.

    The `usual` one of such a file wins wherever it is there.
    """
    outside_quotes = "".join("".join(heading).split('"')[::2])
    if usual and usual in outside_quotes:
        return usual
    return max(_DELIMITERS, key=outside_quotes.count)


def read_named_delimiter(record: Sequence[str]) -> str:
    """Return the delimiter that the first line of a file only names; empty where it does not."""
    text = "".join(record).rstrip("\r\n").strip('"')
    named = text[len(_DELIMITER_LINE) :]
    is_naming = text[: len(_DELIMITER_LINE)].lower() == _DELIMITER_LINE
    return named if is_naming and named in _DELIMITERS else ""


def read_record_lines(lines: Iterator[str]) -> list[str]:
    """Return the lines of one record: up to the one that ends its quotes."""
    record: list[str] = []
    quotes = 0
    for line in lines:
        record.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0 or len(record) == _MAX_HEADING_LINES:
            break
    return record
