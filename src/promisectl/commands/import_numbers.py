"""The IDs of imported promises: those in the file, and those that they get here."""

from __future__ import annotations

from promisectl import errors
from promisectl.domain.constants import MAX_IMPORTED_PROMISE_ID


class PromiseNumbers:
    """The IDs of the imported promises, here and in the file.

    `keep`: the ledger is empty, so promises keep the IDs of the file.
    """

    def __init__(self, highest: int, *, keep: bool) -> None:
        self._highest = highest
        self._keep = keep
        self._taken: set[int] = set()
        self._numbers_by_id: dict[int, int] = {}

    @property
    def highest_next_id(self) -> int:
        """The highest ID that the next record of the file may have."""
        return MAX_IMPORTED_PROMISE_ID + len(self._numbers_by_id)

    def choose_number(self, wanted: int | None) -> int:
        """Return the wanted ID if IDs are kept and no record before has it, else the next one."""
        if not (wanted and self._keep and wanted not in self._taken):
            wanted = self._highest + 1
        self._highest = max(self._highest, wanted)
        self._taken.add(wanted)
        return wanted

    def ensure_unused_id(self, file_id: int | None) -> None:
        """Raise BadRecord when an earlier record of the file has the same ID."""
        if file_id in self._numbers_by_id:
            raise errors.BadRecord(f"an earlier record already has the ID {file_id}", "id")

    def add_id(self, file_id: int | None, number: int) -> None:
        """Remember which ID a record of the file has here; does nothing without an ID."""
        if file_id:
            self._numbers_by_id[file_id] = number

    def find_replaced_number(self, file_id: int | None) -> int | None:
        """Return the ID here of the promise that is replaced. Raises BadRecord."""
        if file_id is None:
            return None
        if file_id not in self._numbers_by_id:
            raise errors.BadRecord(
                f"#{file_id} does not come earlier in this file; add it there, or leave this empty",
                "replaces",
            )
        return self._numbers_by_id[file_id]

    def find_bigger_number(self, file_id: int) -> int:
        """Return the ID here of the bigger promise. Raises BadRecord."""
        if file_id not in self._numbers_by_id:
            raise errors.BadRecord(
                f"#{file_id} is not in this file; add it, or leave this empty", "part_of"
            )
        return self._numbers_by_id[file_id]
