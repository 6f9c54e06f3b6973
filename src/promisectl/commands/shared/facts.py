"""What the ledger knows of a person before they promise me more, and what their yes asks.

At a terminal, one line is printed where it stands out: the week is over-full with it, or they kept
few promises so far.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import consent, output, prompts, workload
from promisectl.domain import civil, statistics
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.domain.promise import Direction, Promise, Side, State, Terms
from promisectl.domain.wellmade import subject
from promisectl.rendering import messages
from promisectl.storage import queries
from promisectl.storage import statistics as stored_statistics
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.commands.shared.recorder import Reply
    from promisectl.env import Env


class PersonFacts(NamedTuple):
    """What stands in the ledger about a person who is to owe me one promise more.

    `agreed` and `open_count` count the other promises to me that are due in the week, the agreed
    ones and those that are not agreed yet. They are `is_overfull` with this one. `kept` is of `of`
    promises to me so far.
    """

    agreed: int
    open_count: int
    is_overfull: bool
    kept: int
    of: int

    @property
    def has_rate(self) -> bool:
        """Whether there were enough promises to speak of how many were kept."""
        return self.of >= statistics.MIN_TOLD_RATE_PROMISES

    @property
    def stands_out(self) -> bool:
        """Whether the week is over-full, or few promises were kept."""
        return self.is_overfull or statistics.is_poor_rate(
            self.kept, self.of, statistics.MIN_TOLD_RATE_PROMISES
        )

    def format_line(self, name: str) -> str:
        """Return the facts in one line, such as “Omar owes you 6 that week already.”."""
        kept = f"{self.kept} of {self.of}"
        if self.agreed:
            more = f", and {self.open_count} more not agreed yet" if self.open_count else ""
            line = f"{name} owes you {self.agreed} that week already{more}."
        elif self.open_count:
            line = f"From {name}, {self.open_count} for that week are not agreed yet."
        else:
            return f"{name} kept {kept} so far."
        return f"{line} Kept so far: {kept}." if self.has_rate else line


def load_facts(env: Env, handle: str, terms: Terms, number: int | None = None) -> PersonFacts:
    """Return the facts about a person before terms; `number` is the promise that has them.

    Without a due date, no week is full. The others of its series are not weighed against it.
    """
    clock = output.build_clock(env)
    query = Query(clock, open=True, states=UNDELIVERED_STATES, person=handle)
    with output.open_view(env) as db:
        rows = []
        if terms.due:
            day = civil.local_time(terms.due.at, env.zone).date()
            rows = workload.list_rows_of_week(env, queries.fetch_promise_rows(db, query), day)
            own = [row["series"] for row in rows if row["id"] == number and row["series"]]
            rows = [row for row in rows if row["id"] != number and row["series"] not in own]
        count = 1 + len(rows)
        is_overfull = subject.is_too_much(count, 0) and subject.is_too_much(
            count, workload.median_weekly_deliveries(env, db, handle)
        )
        counts = stored_statistics.count_kept_with(db, clock, handle)
    agreed = sum(row["state"] == State.ACTIVE.value for row in rows)
    kept, of = counts.get(Direction.OWED.value, (0, 0))
    return PersonFacts(agreed, len(rows) - agreed, is_overfull, kept, of)


def print_facts(env: Env, handle: str, name: str, terms: Terms, number: int | None = None) -> None:
    """Print the facts about a person before terms that are still ahead, where they stand out."""
    if env.config.questions == "never" or (terms.due and terms.due.at < env.now):
        return
    facts = load_facts(env, handle, terms, number)
    if facts.stands_out:
        env.print_warning(facts.format_line(name))


def is_risk_worth_asking(
    env: Env, handle: str | None, terms: Terms, number: int | None = None
) -> bool:
    """Whether the config wants a question at their yes to terms.

    By default it is asked only after facts that stand out: it records what they said, and most
    people say nothing. `handle` is None for somebody new. Nothing is asked about the past.
    """
    if env.config.questions == "never" or (terms.due and terms.due.at < env.now):
        return False
    if env.config.questions == "always":
        return True
    return handle is not None and load_facts(env, handle, terms, number).stands_out


def ask_their_risk(env: Env, name: str) -> str | None:
    """Ask what could go wrong by the word of the promisor; None for Enter."""
    return prompts.ask_text(env, "risk", f"Did {name} say what could go wrong? (Enter to skip)")


def ask_their_replies(
    env: Env, numbers: Sequence[int], given: Reply, *, always: bool = False
) -> dict[int, Reply]:
    """Print the facts before their yes to each of my requests, and return the yes with its risk.

    `given` holds the words of the command line. A risk that is given is not asked for. Nothing is
    asked if any of the moves will be refused, nor, unless `always`, where it is not worth it.
    Raises NoPromise.
    """
    promises = [output.load_promise_and_name(env, number) for number in numbers]
    if not all(consent.is_answer_open(promise, given.revision) for promise, _ in promises):
        return {}
    return {
        promise.id: _ask_their_reply(env, promise, name, given, len(numbers), always=always)
        for promise, name in promises
        if promise.state is State.PROPOSED
        and promise.direction is Direction.OWED
        and promise.current_revision.author is Side.PROMISEE
    }


def _ask_their_reply(
    env: Env, promise: Promise, name: str, given: Reply, many: int, *, always: bool
) -> Reply:
    """Return their yes to my request; of one among `many`, the question names the promise."""
    asked, handle = promise.current_revision, consent.fetch_handle(env, promise)
    print_facts(env, handle, name, asked.terms, promise.id)
    is_wanted = always or is_risk_worth_asking(env, handle, asked.terms, promise.id)
    if given.risk or not is_wanted:
        return given
    if many > 1:
        env.print_warning(f"#{promise.id}: {messages.format_terms(asked.terms, env.here)}.")
    risk = ask_their_risk(env, name)
    return given._replace(risk=risk, revision=asked.number, seen=asked.terms)
