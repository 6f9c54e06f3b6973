"""Questions put to a person at a terminal, each until its answer can be used; Enter is the answer that changes least."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments
from promisectl.domain import civil

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from promisectl.domain.civil import When
    from promisectl.domain.promise import Terms
    from promisectl.env import Env


def text(env: Env, name: str, question: str) -> str | None:
    """What is typed as it is typed; None for nothing."""
    while True:
        typed = env.ask(question) or None
        try:
            return arguments.outcome(typed) if typed and name == "outcome" else arguments.text(name, typed)
        except errors.Usage as problem:
            env.warn(str(problem))


def needed(env: Env, name: str, question: str) -> str:
    """What is typed, asked for again until it says something."""
    while True:
        said = text(env, name, question)
        if said:
            return said


def due(env: Env, question: str) -> When | None:
    """A date to come, None for nothing."""
    while True:
        try:
            return arguments.due(env, "--by", env.ask(question), said=env.now)
        except errors.Usage as problem:
            env.warn(str(problem))


def terms(env: Env, kept: Terms, *, by: str, what: str) -> Terms:
    """Other terms: what is answered to `by` and `what`, and whatever else is `kept`."""
    date = civil.show(kept.due.civil, kept.due.zone, env.zone) if kept.due else "no date"
    when = due(env, f"{by} [Enter keeps {date}]")
    outcome = text(env, "outcome", f"{what} [Enter keeps “{kept.outcome}”]")
    return kept._replace(due=when or kept.due, outcome=outcome or kept.outcome)


def past(env: Env, option: str, question: str, *, after: datetime, but: Collection[str] = ()) -> str | None:
    """A moment that has been in the words it was typed in, or one of the words in `but`; None for nothing."""
    while True:
        words = env.ask(question) or None
        if words and words.casefold() in but:
            return words.casefold()
        try:
            arguments.since(env, option, words, after=after)
        except errors.Usage as problem:
            env.warn(str(problem))
        else:
            return words


def choice(env: Env, question: str, choices: Sequence[str], *, enter: str) -> str:
    """One of the choices, by its name or the beginning that it alone has; `enter` is what Enter means."""
    while True:
        typed = env.ask(question).casefold()
        found = [word for word in choices if word.startswith(typed)] if typed else [enter]
        if len(found) == 1 or typed in found:
            return typed if typed in found else found[0]
        env.warn(f"That can mean {' or '.join(found)}." if found else f"“{typed}” is no answer here.")
