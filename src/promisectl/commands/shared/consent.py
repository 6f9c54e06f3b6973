"""The questions at the moment of Yes: what could go wrong, what it says No to, and whether it is a Yes at all.

Asked of the promisor at a terminal only, before anything is written; Enter skips each. To look back from a day on which it has
failed finds more reasons than to look ahead (Mitchell, Russo & Pennington, Back to the future, J. Behav. Decis. Making 2, 1989).
"""

from __future__ import annotations

from datetime import date, timedelta

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output, prompts, workload
from promisectl.commands.shared.recorder import Reply
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Direction, Promise, Side, State, Terms, Verb
from promisectl.domain.wellmade import subject
from promisectl.rendering import formats, messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env

_MAX_LISTED_PROMISES = 3


def ask_replies_to_terms(env: Env, numbers: Sequence[int], given: Reply) -> dict[int, Reply]:
    """The reply about every promise among `numbers` that a Yes would bind me to; one that stands alone can be countered or declined.

    Nothing is asked where the move as it was `given` will be refused anyway. Raises NoPromise.
    """
    promises = [output.load_promise_and_name(env, number) for number in numbers]
    if not all(_can_be_accepted(promise, given.revision) for promise, _ in promises):
        return {}
    return {
        promise.id: _ask_reply_to_offer(env, promise, name, given, alone=len(numbers) == 1)
        for promise, name in promises
        if _is_binding_me(promise)
    }


def _can_be_accepted(promise: Promise, revision: int | None) -> bool:
    asked = (promise.offered_revision or promise.current_revision).number
    return revision in (None, asked) and bool(
        lifecycle.find_transition(
            promise, Verb.ACCEPT, lifecycle.infer_speaker(promise, Verb.ACCEPT)
        )
    )


def _is_binding_me(promise: Promise) -> bool:
    return promise.state is State.PROPOSED and promise.direction is Direction.OWE


def _ask_reply_to_offer(
    env: Env, promise: Promise, name: str, given: Reply, *, alone: bool
) -> Reply:
    offered = promise.current_revision
    asked = offered.author is Side.PROMISEE
    heading = f"#{promise.id} {f'{name} asks you' if asked else f'You offer {name}'}: {messages.format_terms(offered.terms, env.here)}."
    risk, no_to = given.risk or promise.risk, given.no_to or promise.no_to
    reply = ask_yes_questions(
        env, offered.terms, risk, no_to, may_refuse=asked and alone, heading=heading
    )
    risk, no_to = (
        given.risk if promise.risk else reply.risk,
        given.no_to if promise.no_to else reply.no_to,
    )
    return reply._replace(
        risk=risk, no_to=no_to, revision=offered.number, seen=offered.terms
    )  # what the offer said is not said again


def ask_yes_questions(
    env: Env,
    terms: Terms,
    risk: str | None,
    no_to: str | None,
    *,
    may_refuse: bool,
    heading: str,
    many: int = 1,
) -> Reply:
    """Put the questions about terms; what `risk` and `no_to` say already is not asked, nor anything about a day that has passed.

    `many` promises would be made of them at once.
    """
    if (risk and no_to) or (terms.due and terms.due.at < env.now):
        return Reply(risk=risk, no_to=no_to)
    for line in filter(None, (heading, _format_busy_week(env, terms, many))):
        env.print_warning(line)
    risk = risk or prompts.ask_text(
        env, "risk", f"{_format_premortem(env, terms)} Why not? [Enter skips]"
    )
    no_to = no_to or prompts.ask_text(env, "no-to", "What does this Yes say No to? [Enter skips]")
    yes = Reply(risk=risk, no_to=no_to, asked=True)
    return _ask_verdict(env, terms, yes) if may_refuse else yes


def _format_busy_week(env: Env, terms: Terms, many: int) -> str:
    """What I owe in that week already: a part of the No is spent."""
    with output.open_view(env) as db:
        week = (
            workload.fetch_own_rows_of_week(
                env, db, civil.local_time(terms.due.at, env.zone).date()
            )
            if terms.due
            else []
        )
        full = bool(week) and subject.is_overfull(
            many + len(week), workload.median_weekly_deliveries(env, db)
        )
    if not week:
        return ""
    named = subject.format_promise_list(
        [(row["id"], row["outcome"]) for row in week], _MAX_LISTED_PROMISES
    )
    warning = f" With {'these' if many > 1 else 'this one'} it is over-full." if full else ""
    return f"Due that week already: {named}.{warning}"


def _format_premortem(env: Env, terms: Terms) -> str:
    if terms.due is None:
        return "Imagine that it never happened."
    due = civil.local_time(terms.due.at, env.zone).date()
    after = formats.format_calendar_day(due + timedelta(days=due < date.max)).removesuffix(
        f" {env.here.today.year}"
    )
    return f"Imagine {after}: it did not happen."


def _ask_verdict(env: Env, terms: Terms, yes: Reply) -> Reply:
    """The Yes, or the No or the counter that comes instead of it."""
    while True:
        word = prompts.ask_choice(
            env, "Yes, counter or No? [Enter for Yes]", ("yes", "counter", "no"), enter="yes"
        )
        if word == "yes":
            return yes
        if word == "no":
            return yes._replace(
                verb=Verb.DECLINE,
                reason=prompts.ask_text(env, "reason", "Why? [Enter for no reason]"),
            )
        other = prompts.ask_new_terms(
            env, terms, by="By when can you?", what="What can you promise?"
        )
        if other != terms:
            return yes._replace(verb=Verb.NEGOTIATE, terms=other)
        env.print_warning("That changes nothing.")
