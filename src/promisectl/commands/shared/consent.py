"""The questions that a person is asked before a yes that binds them.

They are asked of the promisor at a terminal, before anything is recorded, and only when the yes is
worth them (`is_worth_asking`). Enter skips each but the last, which is left out where the yes is
on the command line and the others brought nothing to mind. To look back from a day on which it has
failed finds more reasons than to look ahead (Mitchell, Russo & Pennington, Back to the future, J.
Behav. Decis. Making 2, 1989).
"""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output, prompts, workload
from promisectl.commands.shared.recorder import Reply
from promisectl.domain import civil, lifecycle, statistics
from promisectl.domain.promise import Direction, Promise, Side, State, Terms, Verb
from promisectl.domain.wellmade import subject
from promisectl.rendering import formats, messages
from promisectl.storage import queries
from promisectl.storage import statistics as stored_statistics
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.env import Env
    from promisectl.records.fields import Row

_MAX_LISTED_PROMISES = 3


def ask_replies_to_terms(
    env: Env, numbers: Sequence[int], given: Reply, *, always: bool = False
) -> dict[int, Reply]:
    """Return the reply to every promise among `numbers` that a yes would bind me to.

    `given` holds the words of the command line. One promise alone can also be declined or
    countered. Nothing is asked about my own offer, which binds me by their yes, nor if any of the
    moves will be refused, nor, unless `always`, where it is not worth it. Raises NoPromise.
    """
    promises = [output.load_promise_and_name(env, number) for number in numbers]
    if not all(is_answer_open(promise, given.revision) for promise, _ in promises):
        return {}
    is_alone = len(numbers) == 1
    return {
        promise.id: ask_reply_to_offer(env, promise, name, given, alone=is_alone)
        for promise, name in promises
        if promise.state is State.PROPOSED
        and promise.direction is Direction.OWE
        and promise.current_revision.author is Side.PROMISEE
        and (always or is_worth_asking_about(env, promise))
    }


def is_worth_asking_about(env: Env, promise: Promise) -> bool:
    """Whether the config wants questions before a yes to this request."""
    return is_worth_asking(env, promise.current_revision.terms, [fetch_handle(env, promise)])


def fetch_handle(env: Env, promise: Promise) -> str:
    """Return the handle of the other side of a promise."""
    with output.open_view(env) as db:
        handle: str = output.find_promise_row(env, db, promise.id)["person"]
    return handle


def is_worth_asking(env: Env, terms: Terms, handles: Sequence[str], *, many: int = 1) -> bool:
    """Whether the config wants questions before a yes to terms with the people of `handles`.

    A yes is important when the promise is due after tomorrow or has a done-when, when its week is
    over-full with it, or when a former promise with one of them was broken. `many` is the number of
    promises that the yes will make.
    """
    if env.config.questions != "important":
        return env.config.questions == "always"
    if is_demanding(env, terms):
        return True
    week, usual = load_busy_week(env, terms)
    if week and subject.is_overfull(many + len(week), usual):
        return True
    return any(has_broken_promise(env, handle) for handle in handles)


def is_demanding(env: Env, terms: Terms) -> bool:
    """Whether terms are due after tomorrow, or have a done-when."""
    is_later = terms.due is not None and not subject.is_within_a_day(terms.due, env.now, env.zone)
    return is_later or bool(terms.done_when)


def has_broken_promise(env: Env, handle: str) -> bool:
    """Whether a promise to or from a person was broken."""
    query = Query(output.build_clock(env), person=handle, states=(State.RENEGED.value,), limit=1)
    with output.open_view(env) as db:
        return bool(queries.fetch_promise_rows(db, query))


def is_answer_open(promise: Promise, revision: int | None) -> bool:
    """Whether the terms can be accepted now; `revision` is the one meant, None for the newest."""
    newest = (promise.offered_revision or promise.current_revision).number
    speaker = lifecycle.infer_speaker(promise, Verb.ACCEPT)
    transition = lifecycle.find_transition(promise, Verb.ACCEPT, speaker)
    return revision in (None, newest) and transition is not None


def ask_reply_to_offer(
    env: Env, promise: Promise, name: str, given: Reply, *, alone: bool
) -> Reply:
    """Ask the questions about what somebody asks of me, and return the reply.

    `name` is the other side's. What I named already is neither asked nor recorded again.
    """
    offered = promise.current_revision
    terms = messages.format_terms(offered.terms, env.here)
    reply = ask_yes_questions(
        env,
        offered.terms,
        given.risk or promise.risk,
        given.no_to or promise.no_to,
        may_refuse=alone,
        heading=f"#{promise.id}: {name} asks you for {terms}.",
        people={fetch_handle(env, promise): name},
    )
    return reply._replace(
        risk=given.risk if promise.risk else reply.risk,
        no_to=given.no_to if promise.no_to else reply.no_to,
        revision=offered.number,
        seen=offered.terms,
    )


def ask_yes_questions(
    env: Env,
    terms: Terms,
    risk: str | None,
    no_to: str | None,
    *,
    may_refuse: bool,
    is_agreed: bool = False,
    heading: str,
    many: int = 1,
    people: Mapping[str, str] = MappingProxyType({}),
) -> Reply:
    """Ask the questions about terms, and return the reply.

    `people` are the names, by handle, of those to whom I promise: a poor record with them is shown.

    A question that `risk` or `no_to` answers is left out, and every question about a day in the
    past. `many` is the number of promises that the yes will make. Terms that are already agreed
    (`is_agreed`) have a yes: only who named a risk, or what it displaces, is asked for another
    answer. A no then means that nothing was said at all: raises EOFError.
    """
    if (risk and no_to) or (terms.due and terms.due.at < env.now):
        return Reply(risk=risk, no_to=no_to)
    lines = (heading, format_busy_week(env, terms, many), format_poor_rates(env, people))
    for line in filter(None, lines):
        env.print_warning(line)
    imagined = format_premortem(env, terms)
    new_risk = None if risk else prompts.ask_text(env, "risk", f"{imagined} Why? (Enter to skip)")
    question = "What will you have to put off for this? (Enter to skip)"
    new_no_to = None if no_to else prompts.ask_text(env, "no-to", question)
    yes = Reply(risk=risk or new_risk, no_to=no_to or new_no_to, asked=True)
    if may_refuse and (new_risk or new_no_to or not is_agreed):
        return ask_verdict(env, terms, yes, may_decline=not is_agreed)
    return yes


def format_busy_week(env: Env, terms: Terms, many: int) -> str:
    """Return a line about what I owe in the week of the due date; empty if nothing."""
    week, usual = load_busy_week(env, terms)
    if not week:
        return ""
    listed = subject.format_promise_list(
        [(row["id"], row["outcome"]) for row in week], _MAX_LISTED_PROMISES
    )
    line = f"Also due that week: {listed}."
    if subject.is_overfull(many + len(week), usual):
        line += f" With {'these' if many > 1 else 'this'}, it is over-full."
    return line


def format_poor_rates(env: Env, people: Mapping[str, str]) -> str:
    """Return how few promises I kept to each of some people, where that is few; else empty.

    `people` are their names by handle.
    """
    parts = []
    with output.open_view(env) as db:
        for handle, name in people.items():
            counts = stored_statistics.count_kept_with(db, output.build_clock(env), handle)
            kept, of = counts.get(Direction.OWE.value, (0, 0))
            if statistics.is_poor_rate(kept, of, statistics.MIN_TOLD_RATE_PROMISES):
                parts.append(f"to {name} you kept {kept} of {of}")
    line = ", ".join(parts)
    return f"{line[:1].upper()}{line[1:]}." if line else ""


def load_busy_week(env: Env, terms: Terms) -> tuple[list[Row], float]:
    """Return the records of what I owe in the week of the due date, and the usual number."""
    if not terms.due:
        return [], 0.0
    due = civil.local_time(terms.due.at, env.zone).date()
    with output.open_view(env) as db:
        week = workload.fetch_own_rows_of_week(env, db, due)
        return week, workload.median_weekly_deliveries(env, db) if week else 0.0


def format_premortem(env: Env, terms: Terms) -> str:
    """Return the sentence that puts a person on the day after the due date, with it not done."""
    if terms.due is None:
        return "Imagine this never happened."
    due = civil.local_time(terms.due.at, env.zone).date()
    after = formats.format_day(due + timedelta(days=due < date.max), env.here)
    return f"Imagine it is {after} and this did not happen."


def ask_verdict(env: Env, terms: Terms, yes: Reply, *, may_decline: bool) -> Reply:
    """Ask for yes, counter or no; return `yes`, or the reply in its place.

    Raises EOFError after a no unless `may_decline`.
    """
    meanings = {
        "yes": "you promise it on these terms",
        "counter": "you propose another date or outcome",
        "no": "you decline, with a reason if you like" if may_decline else "nothing is recorded",
    }
    while True:
        word = prompts.ask_choice(
            env, "Your answer: yes, counter or no?", tuple(meanings), meanings=meanings
        )
        if word == "yes":
            return yes
        if word == "no" and not may_decline:
            env.leave_questions()
        if word == "no":
            reason = prompts.ask_text(env, "reason", "Why? (Enter to skip)")
            return yes._replace(verb=Verb.DECLINE, reason=reason)
        other = prompts.ask_new_terms(
            env, terms, by="By when can you?", what="What can you promise?"
        )
        if other != terms.content:
            return yes._replace(verb=Verb.NEGOTIATE, terms=other)
        env.print_warning("Those are the same terms.")
