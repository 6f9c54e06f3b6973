"""The imported promises that are parts of bigger ones, linked after all of them are made."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.import_step import ImportStep
from promisectl.domain.constants import MAX_PART_CHAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promisectl.records.imported_rows import ImportedRow


class ImportedLink(NamedTuple):
    """A new promise that a record makes a part of another one.

    `number` is its ID here, `file_id` that in the file, `bigger_id` that of the bigger promise
    there.
    """

    line: int
    number: int
    file_id: int | None
    bigger_id: int


def check_imported_link(link: ImportedLink, bigger_ids: Mapping[int, int]) -> None:
    """Refuse a ring of parts in a file, and a chain that is too long. Raises BadRecord."""
    above = [link.bigger_id]
    while above[-1] in bigger_ids and link.file_id != above[-1] and len(above) < MAX_PART_CHAIN:
        above.append(bigger_ids[above[-1]])
    if link.file_id in above:
        ring = " → ".join(f"#{number}" for number in (link.file_id, *above))
        raise errors.BadRecord(f"that would be a ring of parts: {ring}", "part_of")
    if len(above) >= MAX_PART_CHAIN:
        raise errors.BadRecord(
            f"more than {MAX_PART_CHAIN} promises would be a chain of parts", "part_of"
        )


class ForeignParts:
    """The promises of another program's file that are parts of others there.

    A bigger one that is not imported, or whose reference several have, gets no parts.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parts: list[tuple[int, int, str]] = []

    def add_promise(self, row: ImportedRow, step: ImportStep) -> None:
        """Remember the references of a row, whose promise is made or here already."""
        number = step.number or 0
        if row.reference:
            self._numbers[row.reference] = 0 if row.reference in self._numbers else number
        if row.bigger and row.bigger != row.reference and step.does == "make":
            self._parts.append((row.line, number, row.bigger))

    def iter_link_steps(self) -> Iterator[ImportStep]:
        """Yield a step for each part, except in a ring and below a chain that is too long."""
        bigger_numbers = {
            number: bigger
            for _, number, reference in self._parts
            if (bigger := self._numbers.get(reference))
        }
        for line, number, _ in self._parts:
            chain = [number]
            while len(chain) <= MAX_PART_CHAIN and chain[-1] in bigger_numbers:
                chain.append(bigger_numbers[chain[-1]])
            if 1 < len(chain) <= MAX_PART_CHAIN:
                yield ImportStep(line, "link", number=number, bigger=chain[1])
