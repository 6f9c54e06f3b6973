"""What the ledger knows about a number that there is not, or a name where a number belongs; asked only when one was refused."""

from __future__ import annotations

from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.domain import lifecycle, people
from promisectl.domain.transitions import TRANSITIONS
from promisectl.domain.wellmade import subject
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    from typing import Any

    from promisectl.domain.people import Person
    from promisectl.domain.promise import Verb
    from promisectl.env import Env

_MAX_HINTED_PROMISES = 4


def explain_number_problem(
    env: Env, command: str, problem: errors.NoPromise | errors.BadNumber
) -> errors.Problem:
    """The problem again with what helps, as far as the ledger can say: the newest number, or the numbers that a name may stand for."""
    with suppress(errors.Problem), output.open_view(env) as db:
        said = _build_number_problem(env, db, command, problem)
        said.place = problem.place
        return said
    return problem


def _build_number_problem(
    env: Env, db: Any, command: str, problem: errors.NoPromise | errors.BadNumber
) -> errors.Problem:
    if isinstance(problem, errors.NoPromise):
        return errors.NoPromise(problem.number, newest=queries.fetch_newest_promise_id(db))
    return errors.BadNumber(
        problem.word,
        _format_promises_with(
            env, db, command, people.find_person(problem.word, queries.load_people(db))
        ),
    )


def _format_promises_with(env: Env, db: Any, command: str, person: Person) -> str:
    """The promises with a person that the command could be about."""
    verb = next((row.verb for row in TRANSITIONS if row.verb == command), None)
    rows = queries.fetch_promise_rows(
        db, Query(output.build_clock(env), person=person.handle, not_void=True)
    )
    found = [row for row in rows if verb is None or verb in _load_open_verbs(db, row["id"])]
    everything = f"list --all --with {person.handle}"
    if not found:
        return f"With {person.name} nothing is open to {command}; what there is: {everything}."
    more = f": {everything}" if len(found) > _MAX_HINTED_PROMISES else ""
    return f"With {person.name}: {subject.format_promise_list([(row['id'], row['outcome']) for row in found], _MAX_HINTED_PROMISES)}{more}."


def _load_open_verbs(db: Any, number: int) -> tuple[Verb, ...]:
    return lifecycle.list_open_verbs(
        lifecycle.replay_acts(number, queries.load_promise_acts(db, number))
    )
