"""How commands are recorded, in one transaction after any backup that is due, and answered."""

from __future__ import annotations

from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output
from promisectl.domain import lifecycle
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.domain.promise import Act, Promise, Side, Terms, Verb
from promisectl.records import fields
from promisectl.rendering import formats, messages
from promisectl.rendering.messages import MoveReport
from promisectl.storage import ledger, ledger_file, queries
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any, TypeVar

    from promisectl.domain.lifecycle import Applied
    from promisectl.domain.people import Newcomer, Person
    from promisectl.env import Env
    from promisectl.storage.backup.create import Backup

    T = TypeVar("T")

_MAX_GUIDED_PROMISES = 30
_ERRORS_WITHOUT_CHANGE = (
    errors.Usage,
    errors.NotFound,
    errors.Ambiguous,
    errors.IllegalMove,
    errors.BadData,
    KeyboardInterrupt,
)


class MoveAnswer(NamedTuple):
    """The answer about one promise that moved.

    `line` says what happened, `hints` what to do next, and `notices` are printed before all lines.
    `record` is None where nobody needs it, see `load_answer_record`. An answer about people alone
    has neither `number` nor `record`. `rule` is the rule of the check whose finding is among the
    hints, if any. `dangers` are lines about other promises that this one puts in danger.
    """

    line: str
    number: int | None = None
    record: Mapping[str, Any] | None = None
    hints: Sequence[str] = ()
    notices: Sequence[str] = ()
    rule: str = ""
    dangers: Sequence[str] = ()


class Reply(NamedTuple):
    """A reply to terms: yes, no, or a counter-offer with other `terms`.

    `no_to` is what the yes displaces. `revision` is the number of the revision meant, None for the
    newest. `seen` are the terms that a person was shown; if they change before the reply is
    recorded, it is refused. `asked`: a person was asked for the reply at a terminal.
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
    """Return the act of a reply. Raises TermsChanged."""
    if reply.seen not in (None, (promise.offered_revision or promise.current_revision).terms):
        raise errors.TermsChanged(promise.id)
    return Act(
        reply.verb,
        lifecycle.infer_speaker(promise, reply.verb),
        at,
        env.now,
        terms=reply.terms,
        text=reply.reason,
        risk=reply.risk,
        no_to=reply.no_to,
    )


class AnswerExtras(NamedTuple):
    """What else is recorded and answered when a promise moves.

    `foreseen` repeats the risk that the promisor named before. `new`: the terms are new, so the
    first warning of the check is printed. `asked`: the questions before the yes were just asked.
    `agreed`: the other side has said yes to the other terms already. `note` is recorded after the
    act. `person` is the right other side, which the act names. `known` are rules of the check whose
    finding a person has just seen. `rest`: the promises are those that are left of a series, so one
    answer is for all; one that the act would not change stays as it is.
    """

    foreseen: bool = False
    new: bool = False
    asked: bool = False
    agreed: bool = False
    note: str | None = None
    person: Person | Newcomer | None = None
    known: tuple[str, ...] = ()
    rest: bool = False


_NO_EXTRAS = AnswerExtras()


def record_move(
    env: Env,
    command: str,
    ids: Sequence[str],
    build_act: Callable[[Promise], Act],
    extras: AnswerExtras = _NO_EXTRAS,
) -> None:
    """Record the act that `build_act` returns for each promise, all or none, and answer."""
    record_move_inside(env, command, ids, lambda *_: build_act, extras)


def record_move_inside(
    env: Env,
    command: str,
    ids: Sequence[str],
    begin: Callable[[sqlite3.Connection, Journal], Callable[[Promise], Act]],
    extras: AnswerExtras = _NO_EXTRAS,
) -> None:
    """Record acts as `record_move` does; `begin` returns `build_act` inside the transaction."""
    numbers = arguments.parse_promise_numbers(ids)
    if not ledger.has_ledger(env.ledger):
        raise errors.NoPromise(numbers[0])

    def move_promises(db: sqlite3.Connection, journal: Journal) -> list[MoveAnswer]:
        build_act = begin(db, journal)
        mover = _MoveRecorder(env, db, journal, extras)
        promises = (load_seen_promise(env, journal, number) for number in numbers)
        answers = mover.build_answers(mover.move_promises(promises, build_act))
        notice = describe_id_in_text(env, db, command, numbers)
        return [answer._replace(notices=[*answer.notices, *notice]) for answer in answers]

    record_command(env, command, move_promises, checks=extras.new)


def describe_id_in_text(
    env: Env, db: sqlite3.Connection, command: str, numbers: Sequence[int]
) -> list[str]:
    """Return a notice if the first word of a text is the ID of another promise, and alone.

    In `bump 14 15 sick today`, 15 may be meant as an ID; in quotes, a text is certainly a text.
    """
    for word, text in zip(env.words, env.words[1:], strict=False):
        is_first = len(numbers) == 1 and arguments.spell_number(word) == str(numbers[0])
        if not (is_first and text.removeprefix("#").isdecimal()):
            continue
        number = int(text.removeprefix("#"))
        if number == numbers[0] or not 0 < number <= queries.fetch_newest_promise_id(db):
            continue
        again = "" if command == "correct" else f" · promisectl {command} {word},{text} “…”"
        return [f"“{text}” was taken as text. If it is an ID: promisectl undo{again}"]
    return []


def load_seen_promise(env: Env, journal: Journal, number: int) -> Promise:
    """Return the promise of a number, inside the transaction that moves it.

    Raises NoPromise, and TermsChanged if a person was shown another one of that number.
    """
    promise = journal.load_promise(number)
    if env.seen_uids.get(number, promise.opening.uid) != promise.opening.uid:
        raise errors.TermsChanged(number)
    return promise


def record_command(
    env: Env,
    command: str,
    work: Callable[[sqlite3.Connection, Journal], list[MoveAnswer]],
    *,
    checks: bool = False,
) -> None:
    """Do `work` in one transaction, record it as `command`, and print its answers.

    If the key of --once was used before, nothing is done, and the first answers are printed.
    `checks`: `work` runs the check, whose modules are imported before the ledger is locked.
    """
    if checks and env.is_read_by_person:
        import unicodedata  # noqa: F401

        from promisectl.commands.shared import check_context  # noqa: F401

    def record_once(db: sqlite3.Connection) -> list[MoveAnswer]:
        first_answers = _load_answers_of_key(env, db)
        if first_answers is not None:
            return first_answers
        journal = Journal(db, env.now, command)
        answers = work(db, journal)
        if env.once:
            stored = [[answer.line, answer.number, answer.record] for answer in answers]
            journal.insert_answer(*env.once, stored)
        return answers

    with prepare_auto_backup(env) as keep:
        print_answers(env, write_to_ledger(env, record_once, keep))


def write_to_ledger(
    env: Env,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None],
    reason: str = "",
) -> T:
    """Call `work` as `ledger.run_in_transaction` does, and print where a new ledger is.

    A hook hears of it at the end of the command. Raises NoLedgerDirectory, and what that raises.
    """
    if ledger.has_ledger(env.ledger):
        return _run_transaction(env, work, back_up, reason)
    env.ensure_ledger_directory()
    is_new = False

    def work_in_new_ledger(db: sqlite3.Connection) -> T:
        nonlocal is_new
        is_new = ledger_file.find_journal_head(db) is None  # else another command was faster
        return work(db)

    result = _run_transaction(env, work_in_new_ledger, back_up, reason)
    if is_new:
        env.print_hint(f"New ledger: {env.ledger}")
    return result


def _run_transaction(
    env: Env,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None],
    reason: str,
) -> T:
    """Call `work` in a transaction; a hook hears of it at the end of the command."""
    if env.hook_file:
        from promisectl.commands.shared import hooks

        return hooks.run_transaction_with_hook(env, work, back_up, reason)
    return ledger.run_in_transaction(env.ledger, work, back_up, reason)


@contextmanager
def prepare_auto_backup(env: Env) -> Iterator[Callable[[str], None]]:
    """Yield the function that `write_to_ledger` calls when a backup is due.

    Use it around a command that writes. Afterwards, older backups are pruned, and a hint names the
    new one; if the command changed nothing, the new one is deleted. Raises AutoBackupFailed, and
    then nothing is recorded.
    """
    backups: list[Backup] = []

    def create_auto_backup(command: str) -> None:
        from promisectl.storage.backup import create

        backups.append(
            create.create_required_backup(env.ledger_file, env.backup_directory, env.now, command)
        )

    try:
        yield create_auto_backup
    except _ERRORS_WITHOUT_CHANGE:
        if backups:
            from promisectl.storage.backup import create

            for backup in backups:
                create.delete_backup(backup)
        raise
    if backups:
        from promisectl.storage.backup import create

        paths = [backup.path for backup in backups]
        create.prune_backups(env.ledger_file, env.backup_directory, paths)
        env.print_hint(f"Backup from before: {paths[-1]}")


def repeat_first_answer(env: Env) -> bool:
    """Print the first answers again if the key of --once was used before; whether it was."""
    with ledger.open_snapshot_or_empty(env.ledger) as db:
        answers = _load_answers_of_key(env, db)
    if answers is None:
        return False
    print_answers(env, answers)
    return True


def _load_answers_of_key(env: Env, db: sqlite3.Connection) -> list[MoveAnswer] | None:
    """Return the answers of the command that used the key of --once first; None for a new key.

    Raises KeyTaken if that command was another one.
    """
    first = queries.find_first_answer(db, env.once.key) if env.once else None
    if not (env.once and first):
        return None
    from promisectl.storage import codec

    stored = codec.decode_original_answer(first)
    if first["request"] != env.once.request:
        raise errors.KeyTaken(env.once.key, first["request"], env.once.request)
    since = " It has been undone since." if first["undone_by"] else ""
    notice = f"The key “{env.once.key}” was used before, so nothing was recorded.{since}"
    return [
        MoveAnswer(line, number, record, notices=() if index else [notice])
        for index, (line, number, record) in enumerate(stored)
    ]


class _MoveRecorder:
    """Records one act for each promise, and builds the answers.

    A promise that moves alone is also answered with hints, and so are those of a series that move
    together.
    """

    def __init__(
        self, env: Env, db: sqlite3.Connection, journal: Journal, extras: AnswerExtras
    ) -> None:
        self._env = env
        self._db = db
        self._journal = journal
        self._extras = extras
        self._here = env.here
        self._names: dict[int | None, str] = {}
        self._notices: list[str] = []

    def move_promises(
        self, promises: Iterable[Promise], build_act: Callable[[Promise], Act]
    ) -> list[MoveReport]:
        """Record the act of each promise, and return the moves.

        Of a series, what the act would not change is left out, but not if that is all. Raises
        ClockAhead, and what `Journal.append_act` raises.
        """
        moves: list[MoveReport] = []
        problem: errors.Problem | None = None
        for promise in promises:
            try:
                moves.append(self._move_promise(promise, build_act))
            except (errors.NothingChanged, errors.TagsUnchanged) as unchanged:
                if not self._extras.rest:
                    raise
                problem = problem or unchanged
        if problem and not moves:
            raise problem
        return moves

    def _move_promise(self, before: Promise, build_act: Callable[[Promise], Act]) -> MoveReport:
        env, extras = self._env, self._extras
        act = self._add_right_person(before, build_act(before))
        act, after = self._append_act(before, act, agreed=extras.agreed)
        if extras.agreed:
            yes = build_reply_act(env, after, Reply(), act.at)
            _, after = self._append_act(after, yes)
        if extras.note:
            note = Act(Verb.NOTE, Side.BOOKKEEPER, act.at, env.now, text=extras.note)
            _, after = self._journal.append_act(after, note)
        former_name, name = (
            self._fetch_name(promise.opening.person) for promise in (before, after)
        )
        return MoveReport(before, after, act, name, self._here, former_name)

    def build_answers(self, moves: Sequence[MoveReport]) -> list[MoveAnswer]:
        """Return the answers; with --rest, only the first move of each kind has a line."""
        env, db, extras = self._env, self._db, self._extras
        shown = join_alike_moves(moves) if extras.rest else moves
        first = shown[0]
        lines = {move.after.id: messages.format_move_line(move) for move in shown}
        answers = [
            MoveAnswer(
                lines.get(move.after.id, ""),
                move.after.id,
                load_answer_record(env, db, move.after.id),
                notices=self._notices,
                dangers=[
                    *describe_danger(env, db, move.act.no_to),
                    *describe_parts(env, db, move),
                ],
            )
            for move in moves
        ]
        if any(move.after.opening.series for move in shown):
            from promisectl.commands.shared import series_state

            states = series_state.describe_series(env, db, shown)
            for index, answer in enumerate(answers):
                if state := states.get(answer.number or 0):
                    line = f"{answer.line}{state.sentence}"
                    answers[index] = answer._replace(line=line, hints=state.hints)
        if len(moves) > 1 and not extras.rest:
            return answers
        risk = ""
        if extras.foreseen and first.before:
            risk = messages.format_recalled_risk(first.before, first.act, first.name)
        steps = suggest_next_steps(env, db, first)
        answers[0] = answers[0]._replace(hints=[*steps, risk, *answers[0].hints])
        answers[0] = add_check_hint(env, db, first.after, extras, answers[0])
        return answers

    def _fetch_name(self, person: int | None) -> str:
        """Return the display name of a person, which is looked up once."""
        if person not in self._names:
            self._names[person] = queries.fetch_person_name(self._db, person)
        return self._names[person]

    def _add_right_person(self, before: Promise, act: Act) -> Act:
        """Return the act with the right other side, if it names one. Raises SameCounterparty."""
        if self._extras.person is None:
            return act
        person = self._journal.find_or_insert_person(self._extras.person)
        everybody = {other.id: other for other in self._journal.load_people()}
        former = everybody.get(before.opening.person or 0)
        if former and person.id in (former.id, former.merged_into):
            raise errors.SameCounterparty(before.id, person.name)
        if self._journal.is_new_person(person):
            self._notices.append(format_new_person(person))
        return act._replace(person=person.id)

    def _append_act(self, before: Promise, act: Act, *, agreed: bool = False) -> Applied:
        """Append an act; errors about its moment are in local time."""
        with arguments.show_local_times(self._env):
            return self._journal.append_act(before, act, agreed=agreed)


def join_alike_moves(moves: Sequence[MoveReport]) -> list[MoveReport]:
    """Return the first move from one state to another, each with the rest that moved like it."""
    groups: dict[object, list[MoveReport]] = {}
    for move in moves:
        groups.setdefault((move.before and move.before.state, move.after.state), []).append(move)
    return [
        first._replace(rest=[move.after for move in others]) for first, *others in groups.values()
    ]


def format_new_person(person: Person) -> str:
    """Return who has just come into the ledger, under which handle."""
    return f"New person: {person.name} ({person.handle})."


def describe_danger(env: Env, db: sqlite3.Connection, no_to: str | None) -> list[str]:
    """Return what to type about the promise that an act displaces, if it displaces one."""
    if no_to is None:
        return []
    from promisectl.commands.shared import displaced

    return displaced.describe_displaced(env, db, no_to)


def describe_parts(env: Env, db: sqlite3.Connection, move: MoveReport) -> list[str]:
    """Return what a move means for a bigger promise and for parts, if a person reads it."""
    if env.is_json or env.quiet or not queries.has_parts(db, move.after.id):
        return []
    from promisectl.commands.shared import parts

    return parts.describe_effects(env, db, move)


def load_answer_record(env: Env, db: sqlite3.Connection, number: int) -> Mapping[str, Any] | None:
    """Return the record of a promise where a program reads it or --once stores it, else None."""
    if not (env.is_json or env.once):
        return None
    return fields.build_promise_record(output.find_promise_row(env, db, number))


def suggest_next_steps(env: Env, db: sqlite3.Connection, move: MoveReport) -> list[str]:
    """Return what can be typed next, and how to date a late report that was made earlier."""
    if not are_steps_wanted(env, db):
        return []
    ids = [promise.id for promise in (move.after, *move.rest)]
    next_step = messages.format_next_step(
        move.after,
        move.name,
        is_fresh=move.is_fresh_proposal,
        left=formats.format_id_range(ids) if move.rest else "",
    )
    return [next_step, messages.format_earlier_report(move)]


def suggest_next_step(env: Env, db: sqlite3.Connection, promise: Promise, name: str) -> str:
    """Return what can be typed next, in one line; empty where the config wants no such line."""
    return messages.format_next_step(promise, name) if are_steps_wanted(env, db) else ""


def are_steps_wanted(env: Env, db: sqlite3.Connection) -> bool:
    """Whether the config wants the next steps after a move, by default for the first promises.

    A series is one of them, however many promises it has.
    """
    wish = env.config.hints
    if wish != "first-weeks":
        return wish == "always"
    return not queries.has_more_promises(db, _MAX_GUIDED_PROMISES)


def add_check_hint(
    env: Env, db: sqlite3.Connection, promise: Promise, extras: AnswerExtras, answer: MoveAnswer
) -> MoveAnswer:
    """Return the answer with what the check finds first, if a person reads it."""
    is_wanted = extras.new and env.config.hints != "never" and env.is_read_by_person
    if not is_wanted or promise.state not in UNDELIVERED_STATES:
        return answer
    from promisectl.commands.shared import check_context, shown_rules

    row = output.find_promise_row(env, db, promise.id)
    finding = check_context.find_first_finding(
        env, db, promise, row, asked=extras.asked, known=extras.known
    )
    if finding is None:
        return answer
    lines = [finding.format_with_answer(finding.says)]
    if len(lines[0]) > env.width:  # a command that is broken in two can't be pasted
        lines = [finding.says, finding.answer]
    rule = shown_rules.name_shown_rule(finding.rule, promise.id)
    return answer._replace(hints=[*answer.hints, *lines], rule=rule)


def print_answers(env: Env, answers: Sequence[MoveAnswer]) -> None:
    """Print answers in the form of the command; hints only where one line answers for all."""
    for notice in dict.fromkeys(notice for answer in answers for notice in answer.notices):
        env.print_hint(notice)
    told = [answer for answer in answers if answer.line]
    hints, rule = (told[0].hints, told[0].rule) if len(told) == 1 else ((), "")
    dangers = dict.fromkeys(danger for answer in answers for danger in answer.dangers)
    output.print_result(
        env,
        records=(answer.record for answer in answers if answer.record),
        ids=(answer.number for answer in answers if answer.number),
        lines=(answer.line for answer in answers if answer.line),
        hints=filter(None, (*dangers, *hints)),
    )
    if hints and rule and env.is_stderr_watched:
        from promisectl.commands.shared import shown_rules

        shown_rules.remember_shown_rule(env, rule)
