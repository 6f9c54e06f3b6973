"""Conditions on the rows of a file: `Status=done` is for those with that word there."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

ANY_TEXT = "*"


class RowCondition(NamedTuple):
    """What a row has in a column: `value` in any case, any text for `*`, or none if it is empty.

    `column` is a heading of the file, or the name of a value in JSON.
    """

    column: str
    value: str

    def is_met(self, cell: Any) -> bool:
        """Whether a cell of that column is as the condition wants it; of a list, one value."""
        if isinstance(cell, list | tuple):
            return any(map(self.is_met, cell)) if cell else not self.value
        text = format_cell(cell)
        if self.value == ANY_TEXT:
            return bool(text)
        return text == self.value or _fold(text) == _fold(self.value)


def parse_condition(text: str) -> RowCondition | None:
    """Return the condition in a text such as `Status=done`; None for a text without a `=`."""
    column, separator, value = text.partition("=")
    return RowCondition(column.strip(), value.strip()) if separator else None


def format_cell(cell: Any) -> str:
    """Return a cell as the text that conditions and keys compare; empty for none."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return "" if cell is None else str(cell).strip()


def is_any_met(conditions: Iterable[RowCondition], find_cell: Callable[[str], Any]) -> bool:
    """Whether a row meets one of the conditions; `find_cell` returns its cell of a column."""
    return any(condition.is_met(find_cell(condition.column)) for condition in conditions)


def is_every_column_met(
    conditions: Mapping[str, Sequence[RowCondition]], find_cell: Callable[[str], Any]
) -> bool:
    """Whether a row meets, for every column that conditions are about, one of them."""
    return all(is_any_met(choices, find_cell) for choices in conditions.values())


def group_by_column(conditions: Iterable[RowCondition]) -> dict[str, list[RowCondition]]:
    """Return the conditions by their columns, whose spelling is that of the first one."""
    groups: dict[str, list[RowCondition]] = {}
    columns: dict[str, str] = {}
    for condition in conditions:
        column = columns.setdefault(_fold(condition.column), condition.column)
        groups.setdefault(column, []).append(condition)
    return groups


def _fold(text: str) -> str:
    return spelling.fold_for_search(text)
