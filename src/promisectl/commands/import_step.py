"""One step of an import: what happens to a record of the file."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl import errors
    from promisectl.domain.people import Newcomer
    from promisectl.records.imported_rows import ImportedRow
    from promisectl.storage.codec import NewPromiseRows


class ImportStep(NamedTuple):
    """What happens to a record: `does` is `make`, `skip`, `omit` or `refuse`, for its `problem`.

    A record whose promise is here already is skipped, and a row that is not a record is omitted.
    After them come the steps that `link` a new promise to the one that it is a part of, whose ID is
    `bigger`, or refuse that.

    `row` is None when the record can't be read at all. `number` is the ID that the promise has or
    will have, `promise` the promise as it will be stored. `newcomer` is the other side with the ID
    it will have, when the ledger does not know it yet. `was_undone`: the promise was made before,
    and that was undone. `differences` are the fields in which a known promise is not as the record
    says.
    """

    line: int
    does: str
    row: ImportedRow | None = None
    number: int | None = None
    promise: NewPromiseRows | None = None
    newcomer: tuple[int, Newcomer] | None = None
    was_undone: bool = False
    problem: errors.BadRecord | None = None
    differences: Sequence[str] = ()
    bigger: int | None = None

    @property
    def reason(self) -> str:
        """Why a row is omitted: one of OMISSIONS, else empty."""
        return self.row.omitted if self.row else ""
