"""The rows of a file as records: which of them are records, and what their cells mean.

A file of another program has a profile, which says so for its columns.
"""

from __future__ import annotations

from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import as_csv, conditions, fitted_records, headings
from promisectl.records.cells import split_listed_tags
from promisectl.records.profiles import CLOSED_KINDS, NO_PROFILE
from promisectl.system.text import is_blank_text, is_canonical_uuid

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from promisectl.records.conditions import RowCondition
    from promisectl.records.profiles import Profile

EMPTY, LEFT_OUT, SECTION, COMMENT = "empty", "left out", "section", "comment"
DONE, CANCELLED = CLOSED_KINDS
OMISSIONS = (DONE, CANCELLED, LEFT_OUT, EMPTY)
"""Why a row of a file is not a record. Sections and comments become a part of other rows."""


class ImportedRow(NamedTuple):
    """A row of a file with the number of its first line, and its cells by our fields.

    An empty cell is None. In CSV every other cell is a text. `key` has what identifies the row in
    its file; where it is empty, all cells do. `omitted` is one of OMISSIONS for a row that is not a
    record, else empty; the cells of one that is done or cancelled are still there, and what others
    get from one that is a section or a comment. `assignees` are the names of who is to do it; None
    where the file does not have them. `bigger` is the `reference` of the row that this one is a
    part of, and `level` tells the same where a file only indents its rows.
    """

    line: int
    cells: Mapping[str, Any]
    key: Sequence[str] = ()
    omitted: str = ""
    assignees: Sequence[str] | None = None
    reference: str = ""
    bigger: str = ""
    level: int = 0


class UnreadableLine(Exception):
    """A line that can't be read as a record: its number, and the `problem` as an error."""

    def __init__(self, line: int, problem: errors.BadRecord | str) -> None:
        self.line = line
        self.problem = errors.BadRecord(problem) if isinstance(problem, str) else problem
        super().__init__(self.problem.what)


class ImportRules(NamedTuple):
    """How the rows of a file become records.

    `column_fields` has our field for each of their columns, empty for one to leave out, and
    `fixed_fields` what every record has in a field that it lacks. `raw`: a `'` before what looks
    like a formula in a CSV is part of the text. A row meets one of `only` for every column in
    them, and none of `skip`. `key_columns` are those that identify a row. `with_closed`: rows
    that are done or cancelled are records too. `me` is the name that the config gives me, and
    `zone` the IANA name of the zone here.
    """

    column_fields: Mapping[str, str] = {}
    fixed_fields: Mapping[str, str] = {}
    raw: bool = False
    only: Sequence[RowCondition] = ()
    skip: Sequence[RowCondition] = ()
    key_columns: Sequence[str] = ()
    with_closed: bool = False
    profile: Profile = NO_PROFILE
    me: str | None = None
    zone: str = "UTC"

    @property
    def defaults(self) -> dict[str, str]:
        """What every record has in a field that it lacks, also by the profile."""
        return {**self.profile.fixed_fields, **self.fixed_fields}

    @property
    def named_columns(self) -> dict[str, list[str]]:
        """The columns that options name, by the option: the file must have them."""
        return {
            "--map": [name for name in self.column_fields if name != headings.OTHER_COLUMNS],
            "--id": [*self.key_columns],
            "--only": [condition.column for condition in self.only],
            "--skip": [condition.column for condition in self.skip],
        }

    def is_heading(self, cells: Sequence[str]) -> bool:
        """Whether a row is the heading of the file, and not a line above it."""
        if self.profile.is_of(cells):
            return True
        maps = (self.column_fields, self.profile.column_fields)
        outcomes = [name for columns in maps for name in columns if columns[name] == "outcome"]
        return headings.is_heading(
            cells,
            [name for names in self.named_columns.values() for name in names],
            [] if "outcome" in self.defaults else ["outcome", *outcomes],
        )


class RowBuilder:
    """Builds the records of rows with the same columns, in the same order.

    Raises BadRecord where the columns can't be used.
    """

    def __init__(self, columns: Sequence[str], rules: ImportRules, *, is_csv: bool = False) -> None:
        profile = rules.profile
        self._rules, self._profile, self._defaults = rules, profile, rules.defaults
        self._columns = [headings.tidy_heading(column) for column in columns]
        named = rules.named_columns
        self._fields = headings.resolve_headings(
            self._columns,
            rules.column_fields,
            profile.column_fields,
            [*named["--id"], *named["--only"], *named["--skip"]],
        )
        self._unescapes = is_csv and not rules.raw
        self._skip = [*profile.skip, *rules.skip]
        self._only = conditions.group_by_column([*profile.only, *rules.only])
        self._has_conditions = any((self._skip, self._only, profile.sections, profile.comments))
        self._keys = rules.key_columns or profile.key_columns
        self._has_uids = "uid" in map(headings.fold_heading, self._columns)
        self._positions: dict[str, Sequence[int]] = {}
        self._cleaners = self._build_cleaners()
        self._tag_patterns = [*self._find_patterns(profile.tag_patterns)]
        self._unset_fields = dict.fromkeys(
            headings.list_record_fields(profile.column_fields.values())
        )
        self._has_references = bool(profile.part_of or profile.level_column)
        self._order = (
            headings.order_columns(self._columns, profile.column_fields) if profile else None
        )

    def check_columns(self) -> None:
        """Raise BadRecord where the heading of a table lacks a column that is needed."""
        for option, names in self._rules.named_columns.items():
            headings.check_named_headings(self._columns, names, option)
        headings.check_outcome_field(self._fields, self._defaults, self._columns)

    def build_row(self, line: int, cells: Sequence[Any]) -> ImportedRow:
        """Return the record of a row that has a cell for each column. Raises BadRecord."""
        if all(map(is_empty_cell, cells)):
            return ImportedRow(line, {}, omitted=EMPTY)
        if self._unescapes:
            cells = as_csv.unescape_formulas(cells)
        find_cell = partial(self._find_cell, cells)
        if self._has_conditions and (aside := self._find_aside_kind(find_cell)):
            return ImportedRow(line, self._build_aside(aside, cells), omitted=aside)
        closed = self._find_closed_kind(find_cell)
        cleaned, tags = self._take_tags(self._clean_cells(cells))
        key = tuple(conditions.format_cell(self._find_cell(cleaned, name)) for name in self._keys)
        record = self._join_cells(cleaned)
        fitted_records.add_tags(record, tags)
        assignees = fitted_records.take_assignees(record)
        fitted_records.set_assignees(record, assignees or (), self._rules.me)
        record = self._complete_record(record, closed)
        if self._profile and not record.get("outcome"):
            return ImportedRow(line, {}, omitted=EMPTY)
        if len(key) == 1 and is_canonical_uuid(key[0].lower()):
            record["uid"] = record.get("uid") or key[0].lower()
        is_omitted = closed and not self._rules.with_closed
        return ImportedRow(
            line,
            record,
            (self._profile.name, *key) if any(key) else (),
            closed if is_omitted else "",
            assignees,
            *(self._find_references(find_cell) if self._has_references else ()),
        )

    def _complete_record(self, cells: dict[str, Any], closed: str) -> dict[str, Any]:
        """Return a record with all fields. `closed` is empty for an open one."""
        record = {**self._unset_fields, **cells}
        if closed:
            record["state"] = "kept" if closed == DONE else "released"
        record = fitted_records.fill_in_defaults(record, self._defaults)
        if self._profile:
            fitted_records.fit_foreign_record(record, self._profile, self._rules.zone)
        return record

    def _find_references(self, find_cell: Callable[[str], Any]) -> tuple[str, str, int]:
        """Return what others refer to a row by, what it refers to as bigger, and its level."""
        profile = self._profile
        part_of = profile.part_of
        reference, bigger = (
            (conditions.format_cell(find_cell(name)) for name in (part_of.value, part_of.column))
            if part_of
            else ("", "")
        )
        level = conditions.format_cell(find_cell(profile.level_column))
        return reference, bigger, int(level) if level.isdecimal() else 0

    def _find_aside_kind(self, find_cell: Callable[[str], Any]) -> str:
        """Return LEFT_OUT, SECTION or COMMENT for a row that is not a promise; else empty."""
        if conditions.is_any_met(self._skip, find_cell):
            return LEFT_OUT
        if conditions.is_any_met(self._profile.sections, find_cell):
            return SECTION
        if conditions.is_any_met(self._profile.comments, find_cell):
            return COMMENT
        return "" if conditions.is_every_column_met(self._only, find_cell) else LEFT_OUT

    def _build_aside(self, kind: str, cells: Sequence[Any]) -> dict[str, str]:
        """Return what other rows get from a section or a comment."""
        if kind == LEFT_OUT:
            return {}
        outcome = self._join_cells(self._clean_cells(cells)).get("outcome")
        return {"tags" if kind == SECTION else "why": str(outcome or "").strip()}

    def _find_cell(self, cells: Sequence[Any], column: str) -> Any:
        """Return the cell of a column by its name in any spelling, or all if several have it."""
        if column not in self._positions:
            heading = headings.find_heading(column, self._columns)
            self._positions[column] = [
                position for position, other in enumerate(self._columns) if other == heading
            ]
        found = [cells[position] for position in self._positions[column]]
        return found if len(found) > 1 else next(iter(found), None)

    def _find_closed_kind(self, find_cell: Callable[[str], Any]) -> str:
        """Return DONE or CANCELLED for a row that is; empty for one that is open."""
        for kind, kind_conditions in self._profile.closed.items():
            if conditions.is_any_met(kind_conditions, find_cell):
                return kind
        return ""

    # Cells

    def _join_cells(self, cells: Sequence[Any]) -> dict[str, Any]:
        """Return the cells by their fields, joined in the order that the profile wants."""
        if self._order is None:
            record = headings.join_cells(self._fields, cells)
            if self._has_uids and record.get("tags"):
                record["tags"] = fitted_records.keep_tags(record["tags"])
            return record
        fields = [self._fields[position] for position in self._order]
        values = [cells[position] for position in self._order]
        return headings.join_cells(
            fields,
            [
                split_listed_tags(value) if field == "tags" and isinstance(value, str) else value
                for field, value in zip(fields, values, strict=True)
            ],
        )

    def _find_patterns(
        self, patterns: Mapping[str, re.Pattern[str]]
    ) -> Iterator[tuple[int, re.Pattern[str]]]:
        """Return the position of each column that patterns are for; one name can be of several."""
        for column, pattern in patterns.items():
            heading = headings.find_heading(column, self._columns)
            for position, other in enumerate(self._columns):
                if other == heading:
                    yield position, pattern

    def _build_cleaners(self) -> list[tuple[int, Callable[[str], str]]]:
        """Return what the profile does to the texts of which columns."""
        cleaners: list[tuple[int, Callable[[str], str]]] = []
        for position, pattern in self._find_patterns(self._profile.removed):
            cleaners.append((position, partial(pattern.sub, "")))
        if self._profile.date_forms:
            rewrite = partial(fitted_records.rewrite_date, forms=self._profile.date_forms)
            cleaners += [
                (position, rewrite)
                for position, field in enumerate(self._fields)
                if field in fitted_records.DATE_FIELDS
            ]
        return cleaners

    def _clean_cells(self, cells: Sequence[Any]) -> Sequence[Any]:
        if not self._cleaners:
            return cells
        cleaned = [*cells]
        for position, clean_text in self._cleaners:
            if isinstance(cleaned[position], str):
                cleaned[position] = clean_text(cleaned[position])
        return cleaned

    def _take_tags(self, cells: Sequence[Any]) -> tuple[Sequence[Any], list[str]]:
        """Return the cells without the words that are tags, and these; a text is never emptied."""
        if not self._tag_patterns:
            return cells, []
        tags: list[str] = []
        rest = [*cells]
        for position, pattern in self._tag_patterns:
            text = cells[position]
            if isinstance(text, str):
                tags += pattern.findall(text)
                rest[position] = pattern.sub("", text).strip() or text
        return rest, tags


def is_empty_cell(cell: Any) -> bool:
    """Whether a cell has no value, or only spaces."""
    return not cell or (isinstance(cell, str) and is_blank_text(cell))


def format_omissions(omitted: Mapping[str, int]) -> str:
    """Return how many rows are not records, by the reason: “12 done, 4 empty”."""
    counts = [(omitted.get(reason, 0), reason) for reason in OMISSIONS]
    return ", ".join(f"{count:,} {reason}" for count, reason in counts if count)
