"""What becomes of an open promise that `make --replaces` names: it ends, or stays beside."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output, prompts, recorder
from promisectl.commands.shared.recorder import MoveAnswer
from promisectl.domain import lifecycle
from promisectl.domain.constants import OPEN_STATES
from promisectl.domain.promise import Act, Direction, Promise, State, Verb
from promisectl.rendering import formats, messages
from promisectl.rendering.messages import MoveReport
from promisectl.storage import queries

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from promisectl.env import Env
    from promisectl.storage.journal import Journal

_BESIDE_WORD = "beside"


class Replacement(NamedTuple):
    """The number of the promise to replace, and what becomes of it if it is open.

    With `beside` it stays as it is, else it ends with the move `ending`, for the `reason`.
    """

    number: int
    beside: bool = False
    ending: Verb | None = None
    reason: str | None = None


def choose_ending(promise: Promise) -> Verb:
    """Return the move that ends an open promise for another one in its place."""
    offered = promise.offered_revision
    if promise.state is State.PROPOSED and offered:
        is_mine = promise.direction.is_my_side(offered.author)
        return Verb.WITHDRAW if is_mine else Verb.DECLINE
    return Verb.RENEGE if promise.direction is Direction.SELF else Verb.RELEASE


def ask_what_becomes(env: Env, replacement: Replacement) -> Replacement:
    """Ask what becomes of the promise if it is open, and return it with the answer.

    Raises NoPromise.
    """
    promise, name = output.load_promise_and_name(env, replacement.number)
    if replacement.beside or promise.state not in OPEN_STATES:
        return replacement
    verb = choose_ending(promise)
    terms = messages.format_terms(promise.current_revision.terms, env.here)
    env.print_warning(f"#{promise.id} is {formats.format_state(promise.state)}: {terms}.")
    meaning = messages.describe_move(promise, verb, name)
    question = (
        f"What should happen to #{promise.id}: {verb} ({meaning}) or {_BESIDE_WORD} (keep both)?"
    )
    meanings = {verb.value: f"#{promise.id} ends: {meaning}", _BESIDE_WORD: "both stay open"}
    if prompts.ask_choice(env, question, tuple(meanings), meanings=meanings) == _BESIDE_WORD:
        return replacement._replace(beside=True)
    needs_reason = verb is Verb.RENEGE
    reason = prompts.ask_required_text(env, "reason", "Why?") if needs_reason else None
    return replacement._replace(ending=verb, reason=reason)


def end_replaced_promise(
    env: Env, db: sqlite3.Connection, journal: Journal, replacement: Replacement, at: datetime
) -> list[MoveAnswer]:
    """End the promise to replace as was answered, and return the answer about it, if any.

    `at` is when the new promise is made. Raises NoPromise, and ReplacedIsOpen if the promise is
    open and nothing was said about what becomes of it.
    """
    before = recorder.load_seen_promise(env, journal, replacement.number)
    if replacement.beside or before.state not in OPEN_STATES:
        return []
    verb = replacement.ending
    if verb is None:
        command = lifecycle.format_move(choose_ending(before), before.id, before.state)
        raise errors.ReplacedIsOpen(before.id, before.state, command)
    speaker = lifecycle.infer_speaker(before, verb)
    moment = max(at, before.moved_at)
    ending = Act(verb, speaker, moment, env.now, text=replacement.reason)
    act, after = journal.append_act(before, ending)
    name = queries.fetch_person_name(db, after.opening.person)
    line = messages.format_move_line(MoveReport(before, after, act, name, env.here))
    return [MoveAnswer(line, after.id, recorder.load_answer_record(env, db, after.id))]
