"""Help from the ledger after a refused ID, or a name typed in its place."""

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
    from promisectl.env import Env

_MAX_HINTED_PROMISES = 4


def explain_number_problem(
    env: Env, command: str, problem: errors.NoPromise | errors.BadNumber
) -> errors.Problem:
    """Return the problem with help from the ledger; as it is where the ledger has none.

    NoPromise gains the newest ID. BadNumber gains the promises with the person of that name,
    as far as `command` can move them.
    """
    with suppress(errors.Problem), output.open_view(env) as db:
        explained: errors.Problem
        if isinstance(problem, errors.NoPromise):
            newest = queries.fetch_newest_promise_id(db)
            explained = errors.NoPromise(problem.number, newest=newest)
        else:
            person = people.find_person(problem.word, queries.load_people(db))
            listed = format_promises_with(env, db, command, person)
            explained = errors.BadNumber(problem.word, listed)
        explained.place = problem.place
        return explained
    return problem


def format_promises_with(env: Env, db: Any, command: str, person: Person) -> str:
    """Return a sentence with the promises of a person that a command can move."""
    verb = next((row.verb for row in TRANSITIONS if row.verb == command), None)
    query = Query(output.build_clock(env), person=person.handle, not_void=True)
    matches = []
    for row in queries.fetch_promise_rows(db, query):
        number = row["id"]
        promise = queries.load_promise(db, number)
        if verb is None or verb in lifecycle.list_open_verbs(promise):
            matches.append((number, row["outcome"]))
    everything = f"promisectl list --all --with {person.handle}"
    if not matches:
        return f"{command} is not possible for any promise with {person.name}. See: {everything}"
    listed = subject.format_promise_list(matches, _MAX_HINTED_PROMISES)
    more = f" See: {everything}" if len(matches) > _MAX_HINTED_PROMISES else ""
    return f"With {person.name}: {listed}.{more}"
