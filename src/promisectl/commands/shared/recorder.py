"""How every move is done and answered: inside one transaction, then one line for each promise, and one next step."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, auto_backup, output
from promisectl.commands.shared.output import local_moment
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Promise, Side, State, Terms, Verb
from promisectl.records import as_json, fields
from promisectl.rendering import formats, messages
from promisectl.rendering.messages import MoveReport
from promisectl.storage import ledger, queries
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.env import Env

_NEW_TERMS_STATES = (State.PROPOSED, State.ACTIVE)


class MoveAnswer(NamedTuple):
    """What there is to say about one promise after a move: its line, its number and record, what comes next, and what is new besides.

    What was said of people alone has neither number nor record; the record is there where `record_of` needs it.
    """

    line: str
    number: int | None = None
    record: Mapping[str, Any] | None = None
    hints: Sequence[str] = ()
    notices: Sequence[str] = ()


class Reply(NamedTuple):
    """What is said to terms: Yes, No, or other `terms`, with the risk, the price and the reason; and to which revision.

    `seen` are the terms that were shown to a person before; when others stand there by then, the reply is refused. `asked`: a person
    has been asked for it at a terminal.
    """

    verb: Verb = Verb.ACCEPT
    risk: str | None = None
    no_to: str | None = None
    reason: str | None = None
    terms: Terms | None = None
    revision: int | None = None
    seen: Terms | None = None
    asked: bool = False


def build_reply_act(env: Env, promise: Promise, reply: Reply, at: datetime) -> Act:
    """The act that says a reply. Raises TermsChanged."""
    if reply.seen not in (None, (promise.offered_revision or promise.current_revision).terms):
        raise errors.TermsChanged(promise.id)
    side = lifecycle.infer_speaker(promise, reply.verb)
    return Act(
        reply.verb,
        side,
        at,
        env.now,
        terms=reply.terms,
        text=reply.reason,
        risk=reply.risk,
        no_to=reply.no_to,
    )


class AnswerExtras(NamedTuple):
    """What is said besides when one promise moved: what was foreseen at the Yes, and the first warning of the check, if it is `new`.

    `asked`: the questions at the Yes have just been put. `note` is kept beside it.
    """

    foreseen: bool = False
    new: bool = False
    asked: bool = False
    note: str | None = None


_NO_EXTRAS = AnswerExtras()


def record_move(
    env: Env,
    command: str,
    ids: Sequence[str],
    act: Callable[[Promise], Act],
    besides: AnswerExtras = _NO_EXTRAS,
) -> None:
    """Say `act` of every promise that `ids` name, all or none, and answer."""
    numbers = arguments.parse_promise_numbers(ids)
    if not ledger.has_ledger(env.ledger):
        raise errors.NoPromise(numbers[0])

    def move_promises(db: sqlite3.Connection, journal: Journal) -> list[MoveAnswer]:
        mover = _MoveRecorder(env, db, journal, besides, alone=len(numbers) == 1)
        return [mover.move_promise(journal.load_promise(number), act) for number in numbers]

    record_command(env, command, move_promises, checks=besides.new)


def record_command(
    env: Env,
    command: str,
    work: Callable[[sqlite3.Connection, Journal], list[MoveAnswer]],
    *,
    checks: bool = False,
) -> None:
    """Do `work` in one transaction, under the name of `command`, and answer; with a key that was used before, answer as then.

    What `checks` takes is imported before anybody else is kept from the ledger.
    """
    if checks and env.is_read_by_person:
        import unicodedata  # noqa: F401

        from promisectl.commands.shared import check_context  # noqa: F401

    def record_once(db: sqlite3.Connection) -> list[MoveAnswer]:
        before = _load_answers_of_key(env, db)
        if before is not None:
            return before
        journal = Journal(db, env.now, command)
        answers = work(db, journal)
        if env.once:
            journal.insert_answer(
                *env.once, [[one.line, one.number, one.record] for one in answers]
            )
        return answers

    with auto_backup.prepare_auto_backup(env) as keep:
        print_answers(env, ledger.run_in_transaction(env.ledger, record_once, keep))


def repeat_first_answer(env: Env) -> bool:
    """Whether the command was said before with the same key; then it has been answered as it was then."""
    if not ledger.has_ledger(env.ledger):
        return False
    with ledger.open_snapshot(env.ledger) as db:
        before = _load_answers_of_key(env, db)
    if before is None:
        return False
    print_answers(env, before)
    return True


def _load_answers_of_key(env: Env, db: sqlite3.Connection) -> list[MoveAnswer] | None:
    """What was answered when the key of this command was first used; None if it is new. Raises KeyTaken."""
    first = queries.find_first_answer(db, env.once.key) if env.once else None
    if not (env.once and first):
        return None
    if first["request"] != env.once.request:
        raise errors.KeyTaken(env.once.key, first["request"], env.once.request)
    from promisectl.storage import codec

    since = " It was undone since." if first["undone_by"] else ""
    again = [f"Said before with the key “{env.once.key}”: nothing new was recorded.{since}"]
    said = codec.decode_answer(first["answer"])
    return [
        MoveAnswer(line, number, record, notices=() if place else again)
        for place, (line, number, record) in enumerate(said)
    ]


class _MoveRecorder:
    """Says an act of one promise after the other, and what there is to answer; of one that moves `alone` also what comes next."""

    def __init__(
        self,
        env: Env,
        db: sqlite3.Connection,
        journal: Journal,
        besides: AnswerExtras,
        *,
        alone: bool,
    ) -> None:
        self._env = env
        self._db = db
        self._journal = journal
        self._besides = besides
        self._alone = alone
        self._here = local_moment(env)
        self._names: dict[int | None, str] = {}

    def move_promise(self, before: Promise, act: Callable[[Promise], Act]) -> MoveAnswer:
        """What there is to say once `act` is said of a promise. Raises ClockAhead, and what `Journal.say` raises."""
        said = act(before)
        after = self._say_act(before, said)
        if self._besides.note:
            after = self._journal.append_act(
                after,
                Act(Verb.NOTE, Side.BOOKKEEPER, said.at, self._env.now, text=self._besides.note),
            )
        name = self._find_name(after.opening.person)
        line = messages.format_move_line(MoveReport(before, after, said, name, self._here))
        return MoveAnswer(
            line,
            after.id,
            load_answer_record(self._env, self._db, after.id),
            self._list_hints(after, name) if self._alone else (),
        )

    def _say_act(self, before: Promise, said: Act) -> Promise:
        try:
            return self._journal.append_act(before, said)
        except errors.TooEarly as error:
            if error.earliest > self._env.now:
                raise errors.ClockAhead(
                    error.number, formats.format_instant(error.earliest, self._here)
                ) from None
            raise errors.TooEarly(
                error.number,
                error.earliest,
                error.dated,
                lambda moment: formats.format_instant(moment, self._here),
            ) from None

    def _find_name(self, person: int | None) -> str:
        if person not in self._names:
            self._names[person] = queries.fetch_person_name(self._db, person)
        return self._names[person]

    def _list_hints(self, after: Promise, name: str) -> list[str]:
        foreseen = messages.format_accepted_risk(after) if self._besides.foreseen else ""
        return [
            messages.format_next_step(after, name),
            foreseen,
            format_check_hint(self._env, self._db, after, self._besides),
        ]


def load_answer_record(env: Env, db: sqlite3.Connection, number: int) -> Mapping[str, Any] | None:
    """The record of a promise that moved, where a program reads it, or it is kept for whoever asks again with the same key."""
    return (
        fields.build_promise_record(output.find_promise_row(env, db, number))
        if env.is_json or env.once
        else None
    )


def format_check_hint(
    env: Env, db: sqlite3.Connection, promise: Promise, besides: AnswerExtras
) -> str:
    """The first warning of the check about new terms, for a person who looks; empty otherwise."""
    if not (besides.new and env.is_read_by_person and promise.state in _NEW_TERMS_STATES):
        return ""
    from promisectl.commands.shared import check_context

    return check_context.format_first_warning(
        env, db, promise, output.find_promise_row(env, db, promise.id), asked=besides.asked
    )


def print_answers(env: Env, answers: Sequence[MoveAnswer]) -> None:
    """Print what a move did, as it was asked for: sentences, numbers alone, or one JSON object a line."""
    for notice in (notice for one in answers for notice in one.notices):
        env.print_hint(notice)
    if env.is_json:
        env.print_answer(
            (as_json.encode_json(one.record) for one in answers if one.record), whole=True
        )
    elif env.quiet:
        env.print_answer((str(one.number) for one in answers if one.number), whole=True)
    else:
        env.print_answer(one.line for one in answers)
        hints = (
            answers[0].hints if len(answers) == 1 else ()
        )  # who moves several at once knows what comes next
        for hint in filter(None, hints):
            env.print_hint(hint)
