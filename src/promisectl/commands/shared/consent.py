"""The questions that a person is asked before a yes that binds them.

They are asked of the promisor at a terminal, before anything is recorded, and only when the yes is
worth them (`is_worth_asking`): a yes to what somebody asks, an offer or a counter-offer, which
binds by the yes of the other side, and a yes to a change that asks more. Enter skips each but the
last, which is left out where the yes is on the command line and the others brought nothing to mind.
To look back from a day on which it has
failed finds more reasons than to look ahead (Mitchell, Russo & Pennington, Back to the future, J.
Behav. Decis. Making 2, 1989).
"""

from __future__ import annotations

from datetime import date, timedelta
from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import displaced, output, prompts, workload
from promisectl.commands.shared.recorder import Reply
from promisectl.domain import civil, lifecycle, statistics
from promisectl.domain.promise import (
    Direction,
    Promise,
    Revision,
    Side,
    State,
    Terms,
    Verb,
)
from promisectl.domain.wellmade import subject
from promisectl.rendering import formats, messages
from promisectl.storage import queries
from promisectl.storage import statistics as stored_statistics
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.series import SeriesSpan

_MAX_LISTED_PROMISES = 3


_COUNTER_MEANING = "you propose another date or outcome"
REQUEST_ANSWERS = {
    "yes": "you promise it on these terms",
    "counter": _COUNTER_MEANING,
    "no": "you decline, with a reason if you like",
}
AGREED_ANSWERS = {**REQUEST_ANSWERS, "no": "nothing is recorded"}
OFFER_ANSWERS = {
    "yes": "you offer it on these terms",
    "change": "you offer another date or outcome",
    "no": "nothing is recorded",
}
AGREED_CHANGE_ANSWERS = {
    "yes": "both of you agreed on it",
    "change": "you agreed on another date or outcome",
    "no": "nothing is recorded",
}
CHANGE_ANSWERS = {
    "yes": "you agree to the change",
    "counter": _COUNTER_MEANING,
    "no": "you decline, and the agreed terms stay",
}
"""The answers to the last question, with what each means, for each kind of yes."""


class YesQuestion(NamedTuple):
    """A yes of mine to ask about.

    `terms` are what it binds me to, `heading` the lines before the questions, and `answers` those
    to the last question. A question that `risk` or `no_to` answers is left out; Enter keeps `kept`,
    the promise as it is, where that has named them before. With `may_refuse`, another answer than
    yes is possible. `many` is the number of promises that the yes will make, `number` the ID of the
    one that it is about, if it is there already. `people` are the names, by handle, of those to
    whom I promise: a poor record with them is shown. A yes to several promises of a series has a
    `span`; `terms` are those of the first.
    """

    terms: Terms
    heading: str
    answers: Mapping[str, str]
    risk: str | None = None
    no_to: str | None = None
    kept: Promise | None = None
    may_refuse: bool = True
    many: int = 1
    number: int | None = None
    people: Mapping[str, str] = MappingProxyType({})
    span: SeriesSpan | None = None


def ask_replies_to_terms(
    env: Env, numbers: Sequence[int], given: Reply, *, always: bool = False
) -> dict[int, Reply]:
    """Return the reply to every promise among `numbers` that a yes would bind me to.

    `given` holds the words of the command line. One promise alone can also be declined or
    countered. Nothing is asked about my own offer, which binds me by their yes, nor about a change
    that asks no more of me, nor if any of the moves will be refused, nor, unless `always`, where it
    is not worth it. Raises NoPromise.
    """
    promises = [output.load_promise_and_name(env, number) for number in numbers]
    if not all(is_answer_open(promise, given.revision) for promise, _ in promises):
        return {}
    is_alone = len(numbers) == 1
    return {
        promise.id: ask_reply_to_offer(env, promise, offered, name, given, alone=is_alone)
        for promise, name in promises
        if (offered := find_terms_asked_of_me(env, promise))
        and (always or is_worth_asking_about(env, promise, offered.terms))
    }


def find_terms_asked_of_me(env: Env, promise: Promise) -> Revision | None:
    """Return the terms of the other side to which my yes would bind me, or None.

    A yes to a change that asks no more than the agreed terms binds me to nothing new.
    """
    offered, in_force = promise.offered_revision, promise.in_force
    if promise.direction is not Direction.OWE or not offered or offered.author is Side.PROMISOR:
        return None
    if in_force and not messages.list_extra_demands(in_force.terms, offered.terms, env.here):
        return None
    return offered


def ask_about_own_terms(
    env: Env,
    promise: Promise,
    terms: Terms,
    given: Reply,
    *,
    is_agreed: bool,
    span: SeriesSpan | None = None,
) -> Reply:
    """Ask about other terms of mine for what I owe, and return what I answered.

    They are an offer, a counter-offer, or agreed already. Terms in the reply are the ones to record
    instead. `given` holds the words of the command line, and is returned if nothing is asked: about
    a change that waits for a yes, where the terms bind me to no more than what I said yes to
    before, and where it is not worth it. With a `span`, the terms are those of the first of several
    promises, and can't be answered by others. Raises EOFError after a no.
    """
    if promise.in_force and not is_agreed:
        return given
    former = promise.in_force or promise.offered_revision
    is_first_yes = former is None or (not promise.in_force and former.author is Side.PROMISEE)
    demands = messages.list_extra_demands(former.terms, terms, env.here) if former else []
    if not (is_first_yes or demands) or not is_worth_asking_about(env, promise, terms):
        return given
    name = output.load_promise_and_name(env, promise.id)[1]
    verb, answers = "offer", OFFER_ANSWERS
    if is_agreed:
        verb, answers = "promise", AGREED_CHANGE_ANSWERS
    heading = f"#{promise.id}: you {verb} {name} {messages.format_terms(terms, env.here)}."
    if not is_first_yes:
        heading += f"\n{format_extra_demands(demands)}"
    question = YesQuestion(
        terms,
        heading,
        answers,
        given.risk,
        given.no_to,
        promise,
        may_refuse=span is None,
        number=promise.id,
        people={fetch_handle(env, promise): name},
        span=span,
    )
    return ask_yes_questions(env, question)


def format_extra_demands(demands: Sequence[str]) -> str:
    """Return in what other terms ask more of the promisor, as a sentence."""
    return f"This asks more of you: {', '.join(demands)}."


def is_worth_asking_about(env: Env, promise: Promise, terms: Terms) -> bool:
    """Whether the config wants questions before a yes to these terms of a promise."""
    return is_worth_asking(env, terms, [fetch_handle(env, promise)], number=promise.id)


def fetch_handle(env: Env, promise: Promise) -> str:
    """Return the handle of the other side of a promise."""
    with output.open_view(env) as db:
        handle: str = output.find_promise_row(env, db, promise.id)["person"]
    return handle


def is_worth_asking(
    env: Env, terms: Terms, handles: Sequence[str], *, many: int = 1, number: int | None = None
) -> bool:
    """Whether the config wants questions before a yes to terms with the people of `handles`.

    A yes is important when the promise is due after tomorrow or has a done-when, when its week is
    over-full with it, or when a former promise with one of them was broken. `many` is the number of
    promises that the yes will make, `number` the ID of the one that is there already.
    """
    if env.config.questions != "important":
        return env.config.questions == "always"
    if is_demanding(env, terms):
        return True
    week, usual = load_busy_week(env, terms, number)
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
    env: Env,
    promise: Promise,
    offered: Revision,
    name: str,
    given: Reply,
    *,
    alone: bool,
    span: SeriesSpan | None = None,
) -> Reply:
    """Ask the questions about what somebody asks of me, and return the reply.

    `name` is the other side's. What I named already is neither asked nor recorded again, but for a
    change, which may bring other risks. With a `span`, the yes is also to later promises of the
    series.
    """
    terms, in_force = offered.terms, promise.in_force
    answers, risk, no_to = REQUEST_ANSWERS, promise.risk, promise.no_to
    so_on = f", and so on to {formats.format_civil_moment(span.last, env.here)}" if span else ""
    wanted = f"{messages.format_terms(terms, env.here)}{so_on}"
    heading = f"#{promise.id}: {name} asks you for {wanted}."
    if in_force:
        answers, risk, no_to = CHANGE_ANSWERS, None, None
        changes = messages.format_term_changes(
            in_force.terms.content, terms.content, env.here, always=("outcome", "due")
        )
        demands = messages.list_extra_demands(in_force.terms, terms, env.here)
        extra = format_extra_demands(demands)
        heading = f"#{promise.id}: {name} proposes {changes}{so_on}.\n{extra}"
    question = YesQuestion(
        terms,
        heading,
        answers,
        given.risk or risk,
        given.no_to or no_to,
        promise,
        may_refuse=alone,
        number=promise.id,
        people={fetch_handle(env, promise): name},
        span=span,
    )
    reply = ask_yes_questions(env, question)
    return reply._replace(
        risk=given.risk if risk else reply.risk,
        no_to=given.no_to if no_to else reply.no_to,
        revision=offered.number,
        seen=terms,
    )


def ask_yes_questions(env: Env, question: YesQuestion) -> Reply:
    """Ask the questions about a yes, and return the reply.

    Every question about a day in the past is left out. Where the yes is on the command line, only
    who named a risk, or what it displaces, is asked for another answer. Raises EOFError after a no
    that means that nothing was said at all.
    """
    terms, risk, no_to = question.terms, question.risk, question.no_to
    last = question.span.last if question.span else terms.due
    if (risk and no_to) or (last and last.at < env.now):
        return Reply(risk=risk, no_to=no_to)
    busy = format_busy_week(env, terms, question.many, question.number)
    lines = (*question.heading.split("\n"), busy, format_poor_rates(env, question.people))
    for line in filter(None, lines):
        env.print_warning(line)
    new_risk, new_no_to = None, None
    if not risk:
        why = (
            f"{format_premortem(env, last, question.span)} Why? {_format_way_on(question, 'risk')}"
        )
        new_risk = prompts.ask_text(env, "risk", why)
    if not no_to:
        this = f"these, {question.span.how_often}" if question.span else "this"
        what = f"What will you have to put off for {this}? {_format_way_on(question, 'no_to')}"
        typed = prompts.ask_text(env, "no-to", what)
        new_no_to = typed and displaced.name_displaced(env, typed, but=(question.number,))
    yes = Reply(risk=risk or new_risk, no_to=no_to or new_no_to, asked=True)
    is_open = question.answers in (REQUEST_ANSWERS, CHANGE_ANSWERS)
    if question.may_refuse and (new_risk or new_no_to or is_open):
        return ask_verdict(env, question, yes)
    return yes


def _format_way_on(question: YesQuestion, name: str) -> str:
    """Return what Enter does at a question for the field `name`: it skips, or keeps a text."""
    kept = getattr(question.kept, name, None)
    return f"(Enter keeps “{kept}”)" if kept else "(Enter to skip)"


def format_busy_week(env: Env, terms: Terms, many: int, number: int | None) -> str:
    """Return a line about what else I owe in the week of the due date; empty if nothing."""
    week, usual = load_busy_week(env, terms, number)
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


def load_busy_week(env: Env, terms: Terms, number: int | None) -> tuple[list[Row], float]:
    """Return the records of what I owe in the week of the due date, and the usual number.

    The promise `number`, which the terms are about, is left out.
    """
    if not terms.due:
        return [], 0.0
    due = civil.local_time(terms.due.at, env.zone).date()
    with output.open_view(env) as db:
        rows = workload.fetch_own_rows_of_week(env, db, due)
        week = [row for row in rows if row["id"] != number]
        return week, workload.median_weekly_deliveries(env, db) if week else 0.0


def format_premortem(env: Env, last: CivilMoment | None, span: SeriesSpan | None = None) -> str:
    """Return the sentence that puts a person on the day after the due date, with it not done.

    With a `span`, several of its promises are not done.
    """
    if last is None:
        return "Imagine this never happened."
    due = civil.local_time(last.at, env.zone).date()
    after = formats.format_day(due + timedelta(days=due < date.max), env.here)
    what = "several of these" if span else "this"
    return f"Imagine it is {after} and {what} did not happen."


def ask_verdict(env: Env, question: YesQuestion, yes: Reply) -> Reply:
    """Ask for yes, other terms or no; return `yes`, or the reply in its place.

    Raises EOFError after a no that means that nothing was said at all.
    """
    answers, terms = question.answers, question.terms
    words = tuple(answers)
    asked = "Offer this" if answers is OFFER_ANSWERS else "Your answer"
    agreed = question.kept.in_force if question.kept else None
    while True:
        word = prompts.ask_choice(
            env, f"{asked}: {words[0]}, {words[1]} or {words[2]}?", words, meanings=answers
        )
        if word == "yes":
            return yes
        if word == "no" and answers not in (REQUEST_ANSWERS, CHANGE_ANSWERS):
            env.leave_questions()
        if word == "no":
            reason = prompts.ask_text(env, "reason", "Why? (Enter to skip)")
            return yes._replace(verb=Verb.DECLINE, reason=reason)
        other = prompts.ask_new_terms(
            env, terms, by="By when can you?", what="What can you promise?"
        )
        if other == terms.content:
            env.print_warning("Those are the same terms.")
        elif agreed and other == agreed.terms.content:
            env.print_warning("Those are the agreed terms. To keep them, answer no.")
        elif word == "change":
            return yes._replace(terms=other._replace(reply_by=terms.reply_by))
        else:
            reason = prompts.ask_required_text(env, "reason", "Why?") if agreed else None
            return yes._replace(verb=Verb.NEGOTIATE, terms=other, reason=reason)
