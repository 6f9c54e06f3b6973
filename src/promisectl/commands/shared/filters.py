"""The filters that all lists of promises share: as typed, and as a query."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output
from promisectl.domain import constants
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from promisectl.env import Env


class Filters(NamedTuple):
    """The options of a list of promises, as typed."""

    with_: str | None = None
    state: Sequence[str] = ()
    due_before: str | None = None
    due_after: str | None = None
    overdue: bool = False
    tag: str | None = None
    search: str | None = None
    part_of: str | None = None
    asked_with: str | None = None
    all_: bool = False
    as_of: str | None = None
    sort: str | None = None
    limit: int | None = None

    @property
    def is_narrowing(self) -> bool:
        """Whether an option changes which promises are shown."""
        return any(self._replace(as_of=None, sort=None, limit=None))

    @property
    def is_about_links(self) -> bool:
        """Whether closed promises are found too: the parts of a promise, or those asked with it."""
        return bool(self.part_of or self.asked_with)

    @property
    def given_options(self) -> list[str]:
        """The names of the options that were typed."""
        return [
            f"--{name.rstrip('_').replace('_', '-')}"
            for name, value in self._asdict().items()
            if value not in (None, False, [], ())
        ]

    def build_query(self, env: Env, *, sort: str) -> tuple[datetime | None, Query]:
        """Return the past moment of `--as-of`, None for now, and the query.

        `sort` is the order unless `--sort` was typed. Raises Usage and NoPerson.
        """
        if self._replace(state=tuple(self.state)) == Filters():
            return None, Query(output.build_clock(env), sort=sort)
        from promisectl.commands.shared import arguments  # saves views without filters 0.03 starts

        arguments.check_choice("--sort", self.sort, constants.PROMISE_SORTS)
        states = [arguments.parse_state(word) for word in self.state]
        arguments.check_text("search", self.search)
        tag = None if self.tag is None else arguments.parse_tag(self.tag)
        most, moment = arguments.check_row_limit(self.limit), arguments.parse_as_of(env, self.as_of)
        before = arguments.parse_date_bound(env, "--due-before", self.due_before, end=False)
        after = arguments.parse_date_bound(env, "--due-after", self.due_after, end=True)
        query = Query(
            output.build_clock(env, moment),
            person=find_handle(env, self.with_),
            states=states,
            overdue=self.overdue,
            due_before=output.encode_moment(before),
            due_after=output.encode_moment(after),
            tag=tag,
            search=self.search,
            part_of=find_number(env, self.part_of),
            asked_with=find_number(env, self.asked_with),
            sort=self.sort or sort,
            limit=most,
        )
        return moment, query


def find_number(env: Env, word: str | None) -> int | None:
    """Return the number of a promise that is there; None for None.

    Raises BadNumber and NoPromise.
    """
    if word is None:
        return None
    from promisectl.commands.shared import arguments

    number = arguments.parse_promise_number(word)
    with output.open_view(env) as db:
        output.find_promise_row(env, db, number)
    return number


def find_handle(env: Env, name: str | None) -> str | None:
    """Return the handle of the person that a name means today; None for None.

    Raises NoPerson and AmbiguousPerson.
    """
    if name is None:
        return None
    from promisectl.commands.shared import counterparty
    from promisectl.domain import people

    person = counterparty.find_counterparty(env, name)
    return person.handle if person else people.ME_HANDLE
