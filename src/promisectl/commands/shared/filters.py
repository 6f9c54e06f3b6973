"""The filters that every list of promises has in common: as they were typed, and as the ledger is asked."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output
from promisectl.domain import constants
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.env import Env
    from promisectl.storage.queries import QueryClock


class PromiseQuery(NamedTuple):
    """How the ledger is asked: the `moment` it is looked at, whether that has `passed`, and how the rows are narrowed and sorted."""

    moment: datetime
    is_past: bool
    criteria: dict[str, Any]

    def open_ledger(self, env: Env, *, acts: bool = False) -> AbstractContextManager[Any]:
        """A connection to the ledger as it stood at the moment, as in `viewing.opened`."""
        return output.open_view(env, self.moment if self.is_past else None, acts=acts)

    def build_clock(self, env: Env) -> QueryClock:
        """The moment, for the views."""
        return output.build_clock(env, self.moment)

    def iter_rows(self, env: Env, db: Any, **narrower: Any) -> Iterator[Row]:
        """The records of the promises, one at a time, narrowed further."""
        return queries.iter_promise_rows(db, self.build_clock(env), **self.criteria, **narrower)


class Filters(NamedTuple):
    """The filters as they were typed."""

    with_: str | None = None
    state: Sequence[str] = ()
    due_before: str | None = None
    due_after: str | None = None
    overdue: bool = False
    tag: str | None = None
    search: str | None = None
    all_: bool = False
    as_of: str | None = None
    sort: str | None = None
    limit: int | None = None

    @property
    def is_narrowing(self) -> bool:
        """Whether other promises are asked for than those that are shown unasked."""
        return any(self._replace(as_of=None, sort=None, limit=None))

    @property
    def given_options(self) -> list[str]:
        """The options that were given."""
        return [
            f"--{name.rstrip('_').replace('_', '-')}"
            for name, value in self._asdict().items()
            if value not in (None, False, [], ())
        ]

    def build_query(self, env: Env, *, sort: str) -> PromiseQuery:
        """The same for the ledger, in the order of `sort` unless another was given. Raises Usage and NoPerson."""
        arguments.check_choice("--sort", self.sort, constants.PROMISE_SORTS)
        for one in self.state:
            arguments.check_choice("--state", one, constants.STATES)
        if self.search:
            arguments.check_text("search", self.search)
        most, moment = arguments.check_row_limit(self.limit), arguments.parse_as_of(env, self.as_of)
        narrow = {
            "sort": self.sort or sort,
            "limit": most,
            "overdue": self.overdue,
            "due_before": output.encode_moment(
                arguments.parse_date_bound(env, self.due_before, end=False)
            ),
            "due_after": output.encode_moment(
                arguments.parse_date_bound(env, self.due_after, end=True)
            ),
            "tag": self.tag and self.tag.removeprefix("#"),
            "search": self.search,
            "states": self.state,
            "person": _resolve_person_handle(env, self.with_),
        }
        return PromiseQuery(moment, bool(self.as_of), narrow)


def _resolve_person_handle(env: Env, name: str | None) -> str | None:
    """The handle of the person a word means today, whenever the ledger is looked at."""
    if name is None:
        return None
    from promisectl.commands.shared import counterparty
    from promisectl.domain import people

    person = counterparty.find_counterparty(env, name)
    return person.handle if person else people.ME_HANDLE
