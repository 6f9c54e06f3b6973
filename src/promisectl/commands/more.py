"""More moves: withdraw, release, reopen, bump, told, note, tag, untag, correct, void, undo, redo."""

from __future__ import annotations

from promisectl import errors
from promisectl.commands import arguments, saying
from promisectl.commands.moves import plain, reword
from promisectl.commands.saying import Answer, Besides
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Promise, Side, Verb
from promisectl.light import TYPE_CHECKING
from promisectl.rendering import messages
from promisectl.storage import ledger, reading
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from promisectl.env import Env


def withdraw(env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """Take an offer, a request or new terms back."""
    plain(env, Verb.WITHDRAW, ids, reason=reason, on=on)


def release(env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """The promisee lets the promisor off."""
    plain(env, Verb.RELEASE, ids, reason=reason, on=on)


def reopen(env: Env, id_: str, *, reason: str | None = None, on: str | None = None) -> None:
    """A delivery is taken back, or what was judged kept turns out not to be done."""
    plain(env, Verb.REOPEN, [id_], reason=reason, on=on)


def bump(env: Env, id_: str, text: str, *, theirs: bool = False, on: str | None = None) -> None:
    """Give word of trouble early, or send a reminder; the state stays."""
    said = arguments.text("text", text)
    arguments.check_ahead(env, on=on)

    def act(promise: Promise) -> Act:
        side = lifecycle.their_side(promise.direction) if theirs else lifecycle.speaker(promise, Verb.BUMP)
        return Act(Verb.BUMP, side, arguments.since(env, "--on", on, after=promise.made_at), env.now, text=said)

    saying.move(env, "bump", [id_], act, Besides(foreseen=True))


def told(env: Env, id_: str, *, on: str | None = None) -> None:
    """The other side has been told that the promise is broken."""
    arguments.check_ahead(env, on=on)

    def act(promise: Promise) -> Act:
        at = arguments.since(env, "--on", on, after=promise.made_at)
        return Act(Verb.TOLD, lifecycle.speaker(promise, Verb.TOLD), at, env.now, told_at=at)

    saying.move(env, "told", [id_], act)


def note(env: Env, id_: str, text: str, *, on: str | None = None) -> None:
    """Keep a note beside a promise; nothing else changes."""
    said, at = arguments.text("text", text), arguments.since(env, "--on", on)
    saying.move(env, "note", [id_], lambda _: Act(Verb.NOTE, Side.BOOKKEEPER, at, env.now, text=said))


def correct(
    env: Env,
    id_: str,
    *,
    what: str | None = None,
    by: str | None = None,
    done_when: str | None = None,
    why: str | None = None,
    backfill: bool = False,
) -> None:
    """Put a typo in the terms right; this is no negotiation and not counted as one."""
    words = {"outcome": what, "due": by, "done_when": done_when, "why": why}
    arguments.check_ahead(env, words)
    reword(env, Verb.CORRECT, id_, lambda terms, at: arguments.changed(env, terms, at, words, backfill=backfill))


def tag(env: Env, id_: str, tags: Sequence[str]) -> None:
    """Words to find a promise by."""
    _tagged(env, Verb.TAG, id_, tags)


def untag(env: Env, id_: str, tags: Sequence[str]) -> None:
    """Take tags away."""
    _tagged(env, Verb.UNTAG, id_, tags)


def _tagged(env: Env, verb: Verb, id_: str, tags: Sequence[str]) -> None:
    named = " ".join(arguments.tags(tags))
    saying.move(env, verb.value, [id_], lambda _: Act(verb, Side.BOOKKEEPER, env.now, env.now, text=named))


def void(env: Env, id_: str, *, reason: str | None = None) -> None:
    """A promise that was entered by mistake leaves every count."""
    plain(env, Verb.VOID, [id_], reason=reason)


def undo(env: Env, *, promise: str | None = None) -> None:
    """Take back the newest command, or the newest one of a promise."""
    number = None if promise is None else arguments.number(promise)

    def find(journal: Journal) -> tuple[int, str]:
        entry, command = journal.last_command(number)
        later = journal.later_command(entry) if number is not None else None
        if later:
            raise errors.BuiltUpon(number or 0, command, f"{later[1]} of #{later[0]}")
        return entry, command

    _take_back(env, "undo", find, Journal.undo, errors.NothingToUndo())


def redo(env: Env) -> None:
    """Let the command that was undone last count again, if nothing came after its undo."""
    _take_back(env, "redo", Journal.last_undo, Journal.redo, errors.NothingToRedo())


def _take_back(
    env: Env,
    verb: str,
    find: Callable[[Journal], tuple[int, str]],
    act: Callable[[Journal, int, str], Iterator[Promise]],
    nothing: errors.Problem,
) -> None:
    if not ledger.exists(env.ledger):
        raise nothing

    def work(db: sqlite3.Connection, journal: Journal) -> list[Answer]:
        entry, command = find(journal)
        lines = [_taken_back(promise, command, redone=verb == "redo") for promise in act(journal, entry, command)]
        answers = [_answer(env, db, journal, number, line, alone=len(lines) == 1) for number, line in lines]
        return answers or [Answer(f"{'Redone' if verb == 'redo' else 'Undone'}: {command}.")]

    saying.record(env, verb, work)


def _taken_back(promise: Promise, command: str, *, redone: bool) -> tuple[int, str]:
    return promise.id, messages.taken_back(promise, command, redone=redone)


def _answer(env: Env, db: sqlite3.Connection, journal: Journal, number: int, line: str, *, alone: bool) -> Answer:
    """The answer about a promise once all is taken back, people included; what comes next where it is `alone`."""
    hints = []
    if alone:
        promise = journal.promise(number)
        hints.append(messages.next_step(promise, reading.name(db, promise.opening.person)))
    return Answer(line, number, saying.record_of(env, db, number), hints)
