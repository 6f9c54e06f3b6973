"""The questions at the moment of Yes: what could go wrong, what it says No to, and whether it is a Yes at all.

Asked of the promisor at a terminal only, before anything is written; Enter skips each. To look back from a day on which it has
failed finds more reasons than to look ahead (Mitchell, Russo & Pennington, Back to the future, J. Behav. Decis. Making 2, 1989).
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from promisectl.commands import asking, load, moves, viewing
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Direction, Revision, Side, State, Terms
from promisectl.env import Env
from promisectl.rendering import messages
from promisectl.storage import ledger, reading

_NAMED = 3

Instead = Callable[[str], None]


class Answer(NamedTuple):
    """What was said: the risk, the price, what is said `instead` of a Yes to the promise of a number, and of which revision it was."""

    risk: str | None
    no_to: str | None
    instead: Instead | None = None
    revision: int | None = None


def to_terms(env: Env, numbers: Sequence[int], risk: str | None, no_to: str | None, *, rev: int | None) -> dict[int, Answer]:
    """The answers about every promise among `numbers` that would bind me; one that stands alone can be countered or declined."""
    answers: dict[int, Answer] = {}
    for number in numbers:
        found = _binding(env, number)
        if found and rev in (None, found.offered.number) and not (risk and no_to):
            terms, asked = found.offered.terms, found.offered.author is Side.PROMISEE
            env.warn(
                f"#{number} {f'{found.name} asks you' if asked else f'You offer {found.name}'}: {messages.terms(terms, viewing.here(env))}."
            )
            answer = put(env, terms, risk or found.risk, no_to or found.no_to, may_refuse=asked and len(numbers) == 1)
            answers[number] = answer._replace(revision=found.offered.number)
    return answers


class _Binding(NamedTuple):
    """Terms on the table that bind me when a Yes is said to them; the name of the other side; what I named when I offered them."""

    offered: Revision
    name: str
    risk: str | None
    no_to: str | None


def _binding(env: Env, number: int) -> _Binding | None:
    """What a Yes to that number would bind me to, if anything; whatever is wrong with it otherwise, the move itself says."""
    if not ledger.exists(env.ledger):
        return None
    with ledger.reading(env.ledger) as db:
        said = reading.said(db, number)
        promise = lifecycle.replay(number, said) if said else None
        if not promise or promise.state is not State.PROPOSED or promise.direction is not Direction.OWE or not promise.offered:
            return None
        return _Binding(promise.offered, reading.name(db, promise.opening.person), promise.risk, promise.no_to)


def put(env: Env, terms: Terms, risk: str | None, no_to: str | None, *, may_refuse: bool) -> Answer:
    """Put the questions about terms; what `risk` and `no_to` say already is not asked, nor anything about a day that has passed."""
    if (risk and no_to) or (terms.due and terms.due.at < env.now):
        return Answer(risk, no_to)
    if busy := _busy(env, terms):
        env.warn(busy)
    risk = risk or asking.text(env, "risk", _failed(env, terms))
    answer = Answer(risk, no_to or asking.text(env, "no-to", "What does this Yes say No to? [Enter skips]"))
    return _verdict(env, terms, answer) if may_refuse else answer


def _busy(env: Env, terms: Terms) -> str:
    """What I owe in that week already: a part of the No is spent."""
    with viewing.opened(env) as db:
        week = load.week_of(env, db, civil.local(terms.due.at, env.zone).date()) if db and terms.due else []
    named = ", ".join(f"#{row['id']} “{row['outcome']}”" for row in week[:_NAMED])
    more = f" and {len(week) - _NAMED} more" if len(week) > _NAMED else ""
    return f"Due that week already: {named}{more}." if week else ""


def _failed(env: Env, terms: Terms) -> str:
    if terms.due is None:
        return "Imagine that it never happened. Why not? [Enter skips]"
    due = civil.local(terms.due.at, env.zone).date()
    after = due + timedelta(days=due < date.max)
    return f"Imagine {civil.show(str(after)).partition(',')[0]}: it did not happen. Why not? [Enter skips]"


def _verdict(env: Env, terms: Terms, answer: Answer) -> Answer:
    """The answer as it is, or with the counter or the No that comes instead of it."""
    while True:
        word = asking.choice(env, "Yes, counter or No? [Enter for Yes]", ("yes", "counter", "no"), enter="yes")
        if word == "yes":
            return answer
        instead = _no(env) if word == "no" else _counter(env, terms)
        if instead:
            return answer._replace(instead=instead)
        env.warn("That changes nothing.")


def _no(env: Env) -> Instead:
    reason = asking.text(env, "reason", "Why? [Enter for no reason]")
    return lambda number: moves.decline(env, [number], reason=reason)


def _counter(env: Env, terms: Terms) -> Instead | None:
    keeps = civil.show(terms.due.civil, terms.due.zone, env.zone) if terms.due else "no date"
    by = asking.due(env, f"By when can you? [Enter keeps {keeps}]")
    what = asking.text(env, "outcome", f"What can you promise? [Enter keeps “{terms.outcome}”]")
    return (lambda number: moves.negotiate(env, number, by=by, what=what)) if by or what else None
