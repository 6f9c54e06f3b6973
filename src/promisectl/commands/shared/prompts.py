"""Questions put to a person at a terminal, each until its answer can be used; Enter is the answer that changes least."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments
from promisectl.domain import civil

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Terms
    from promisectl.env import Env


def ask_text(env: Env, name: str, question: str) -> str | None:
    """What is typed as it is typed; None for nothing."""
    while True:
        typed = env.ask_question(question) or None
        try:
            return (
                arguments.check_outcome(typed)
                if typed and name == "outcome"
                else arguments.check_text(name, typed)
            )
        except errors.Usage as problem:
            env.print_warning(str(problem))


def ask_required_text(env: Env, name: str, question: str) -> str:
    """What is typed, asked for again until it says something."""
    while True:
        said = ask_text(env, name, question)
        if said:
            return said


def ask_due_date(env: Env, question: str) -> CivilMoment | None:
    """A date to come, None for nothing."""
    while True:
        try:
            return arguments.parse_due_date(env, "--by", env.ask_question(question), said=env.now)
        except errors.Usage as problem:
            env.print_warning(str(problem))


def ask_new_terms(env: Env, kept: Terms, *, by: str, what: str) -> Terms:
    """Other terms: what is answered to `by` and `what`, and whatever else is `kept`."""
    date = civil.format_civil(kept.due.civil, kept.due.zone, env.zone) if kept.due else "no date"
    when = ask_due_date(env, f"{by} [Enter keeps {date}]")
    outcome = ask_text(env, "outcome", f"{what} [Enter keeps “{kept.outcome}”]")
    return kept._replace(due=when or kept.due, outcome=outcome or kept.outcome)


def ask_past_moment(
    env: Env, option: str, question: str, *, after: datetime, but: Collection[str] = ()
) -> str | None:
    """A moment that has been in the words it was typed in, or one of the words in `but`; None for nothing."""
    while True:
        words = env.ask_question(question) or None
        if words and words.casefold() in but:
            return words.casefold()
        try:
            arguments.parse_event_moment(env, option, words, after=after)
        except errors.Usage as problem:
            env.print_warning(str(problem))
        else:
            return words


def ask_choice(env: Env, question: str, choices: Sequence[str], *, enter: str) -> str:
    """One of the choices, by its name or the beginning that it alone has; `enter` is what Enter means."""
    while True:
        typed = env.ask_question(question).casefold()
        found = [word for word in choices if word.startswith(typed)] if typed else [enter]
        if len(found) == 1 or typed in found:
            return typed if typed in found else found[0]
        env.print_warning(
            f"That can mean {' or '.join(found)}." if found else f"“{typed}” is no answer here."
        )
