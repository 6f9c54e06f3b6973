"""The program with one thing wrong in it: `python -m tests.guarantees.harness.mutants NAME WORDS…` runs a command line of such a program.

A proof that does not find its mutant proves nothing.
"""

import os
import re
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

from promisectl.commands.shared import output_files, recorder
from promisectl.storage import connection, ledger_file, migrations, preflight, summary
from promisectl.storage.backup import create
from promisectl.storage.integrity import chain, rows
from promisectl.system import files as disk
from tests.storage import next_step


def _opened_with(**weaker: str) -> Callable[[], None]:
    def change() -> None:
        for old, new in weaker.items():
            assert any(old in one for one in connection._WRITING_PRAGMAS)
            connection._WRITING_PRAGMAS = tuple(
                one.replace(old, new) for one in connection._WRITING_PRAGMAS
            )

    return change


def _logging_ahead() -> None:
    _opened_with(DELETE="WAL", EXTRA="NORMAL")()
    preflight.check_journal_mode = lambda *_, **__: (
        None
    )  # every view would refuse such a ledger otherwise


def _founded_without_flushing_names() -> None:
    disk.sync_path = lambda _path: None


def _written_without_flushing() -> None:
    output_files.files = SimpleNamespace(
        **{**vars(disk), "flush_descriptor": lambda _descriptor: None}
    )


def _without_the_chain() -> None:
    chain.codec = SimpleNamespace(
        **{
            **vars(chain.codec),
            "compute_act_hash": lambda _before, _command, _about, row: row["hash"],
        }
    )


def _rows_not_rebuilt() -> None:
    rows.ContentChecks.compare_promise = lambda *_: None


def _writing_views() -> None:
    connect = connection.open_connection
    connection.open_connection = lambda path, _, patience=connection.LOCK_WAIT_SECONDS: connect(
        path, "rw", patience
    )


def _marking_views() -> None:
    begin_reading = ledger_file._begin_or_close

    def marked(path: str, db: Any, patience: int) -> Any:
        with open(path, "r+b") as file:
            file.seek(92)
            file.write(b"\0\0\0\1")
        return begin_reading(path, db, patience)

    ledger_file._begin_or_close = marked


def _open_umask() -> None:
    os.umask = lambda _: 0


def _open_directories() -> None:
    make_directories = disk.create_directories

    def opened(directory: str) -> list[str]:
        made = make_directories(directory)
        for one in made:
            os.chmod(one, 0o755)
        return made

    disk.create_directories = opened


def _sqlite_waits() -> None:
    connect = connection.open_connection

    def patient(path: str, mode: str, patience: int = connection.LOCK_WAIT_SECONDS) -> Any:
        db = connect(path, mode, patience)
        db.execute("PRAGMA busy_timeout = 10000")
        return db

    connection.open_connection = patient


class _Late(sqlite3.Connection):
    """Takes the lock when it writes first, as the driver does by itself."""

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return super().execute("BEGIN" if statement == "BEGIN IMMEDIATE" else statement, *values)


def _late_transactions() -> None:
    sqlite3.connect = partial(sqlite3.connect, factory=_Late)


def _without_waiting() -> None:
    connection.retry_while_busy.__defaults__ = (0,)


def _without_escaping() -> None:
    from promisectl.system import text

    text.is_steering = lambda code: False  # noqa: ARG005


def _live_formulas() -> None:
    from promisectl.records import as_csv

    as_csv._FORMULA_STARTS = ()


def _row_by_row() -> None:
    from promisectl.commands import import_promises

    def planned(_env: Any, _source: Any, file: Any, *, new: bool) -> Any:  # noqa: ARG001
        return import_promises.ImportPlan(
            file, ("another",), 1, 0, (), {}
        )  # as if the ledger had changed meanwhile: the file is read while it is recorded

    begun = import_promises.write_imported_promise

    def alone(journal: Any, *rest: Any) -> int:
        number: int = begun(journal, *rest)
        journal.write_gathered_rows()
        journal._db.execute("COMMIT")
        journal._db.execute("BEGIN IMMEDIATE")
        return number

    import_promises.plan_import, import_promises.write_imported_promise = planned, alone


def _careless() -> None:
    from promisectl.commands.shared import arguments

    arguments.check_choice = lambda option, word, choices: (  # noqa: ARG005
        word if word is None else {one: one for one in choices}[word]
    )


def _recorded_all_the_same() -> None:
    from promisectl import errors

    write = ledger_file.run_file_transaction

    def written(path: str, work: Callable[[Any], Any], *rest: Any, **how: Any) -> Any:
        def recorded(db: Any) -> Any:
            try:
                return work(db)
            except errors.Problem:
                db.execute("COMMIT")
                raise

        return write(path, recorded, *rest, **how)

    ledger_file.run_file_transaction = written


def _streams_left() -> None:
    from promisectl.system import streams

    streams.open_streams = lambda: None


def _unminded() -> None:
    from promisectl import __main__

    __main__.KeyboardInterrupt = GeneratorExit  # what it catches instead


def _utc() -> None:
    from promisectl.domain import civil
    from promisectl.domain.dates import zones

    local = civil.last_second
    civil.last_second = zones.last_second = lambda day, zone: local(day, "UTC")  # noqa: ARG005


def _clamped() -> None:
    from datetime import datetime

    from promisectl.storage.journal import Journal

    begun = Journal.__init__

    def begin(self: Any, db: Any, now: Any, command: str) -> None:
        (last,) = db.execute("SELECT max(recorded_at) FROM entry").fetchone()
        begun(self, db, max(now, datetime.fromisoformat(last)) if last else now, command)

    Journal.__init__ = begin


class _Loose(sqlite3.Connection):
    """Every statement stands on its own."""

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        return super().execute(
            "SELECT 1" if sql in ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK") else sql, *values
        )


def _no_transaction() -> None:
    sqlite3.connect = partial(sqlite3.connect, factory=_Loose)


def _answer_before_commit() -> None:
    record, answer = recorder.record_command, recorder.print_answers

    def early(env, command, work, **how):
        def told(db, journal):
            answers = work(db, journal)
            answer(env, answers)
            return answers

        record(env, command, told, **how)

    recorder.record_command, recorder.print_answers = early, lambda _env, _answers: None


def _steps_outside_the_transaction() -> None:
    upgrade = migrations.migrate_ledger

    def outside(db, *rest):
        db.execute("COMMIT")
        upgrade(db, *rest)
        db.execute("BEGIN IMMEDIATE")

    migrations.migrate_ledger = outside


def _strange_files_opened() -> None:
    connection.check_ledger_file = connection.check_schema_step = lambda *_, **__: None


def _written_in_place() -> None:
    def make(path, target, *, force=False):
        if force and os.path.exists(target):
            os.unlink(target)
        with closing(connection.open_connection(path, "ro")) as db:
            db.execute("VACUUM INTO ?", (target,))
            return create.Backup(target, summary.load_summary(db))

    create.create_backup = make


def _errors_swallowed() -> None:
    def commit(_path, db, _before):
        with suppress(sqlite3.Error):
            db.execute("COMMIT")

    ledger_file._commit_transaction = commit


def _read_as_facts() -> None:
    from promisectl.domain.person_acts import PeopleReplay
    from promisectl.storage import journal, queries

    journal.load_checked_people = queries.load_people
    PeopleReplay._claim_handle = lambda _, wanted, __: wanted


def _unexplained() -> None:
    from promisectl.commands import dispatch

    dispatch.explain_failure = lambda *_: None


def _without_lock() -> None:
    from promisectl.compiled import postgresql

    postgresql.LOCK_HEAD = postgresql.LOCK_HEAD.replace(" FOR UPDATE", "")


def _copy_first() -> None:
    from promisectl.storage.remote import transaction

    send = transaction._Move._work_and_send

    def sent(move: Any, db: sqlite3.Connection) -> None:
        commit = transaction._Move._commit.__get__(move)

        def after_copy(*rest: Any) -> None:
            db.execute("COMMIT")
            db.execute("BEGIN IMMEDIATE")
            commit(*rest)

        move._commit = after_copy
        send(move, db)

    transaction._Move._work_and_send = sent


def _lost_reply_is(*, success: bool) -> Callable[[], None]:
    def change() -> None:
        from promisectl.storage.remote import transaction

        transaction._Move._is_recorded = lambda *_: success

    return change


def _copy_without_chain() -> None:
    from promisectl.storage.remote import local_copy

    local_copy._check_chain = lambda *_: None


def _marks_not_sent() -> None:
    from promisectl.storage.remote import transaction

    transaction.statements = SimpleNamespace(
        **{**vars(transaction.statements), "MARK_ENTRY_UNDONE": "SELECT 1"}
    )


def _own_clock() -> None:
    from promisectl import env

    env.Env.use_clock = lambda *_: None


def _moves_not_flushed() -> None:
    from promisectl.storage.remote import server

    server._BEGIN_MOVE = tuple(
        one.replace("synchronous_commit = on", "synchronous_commit = off")
        for one in server._BEGIN_MOVE
    )


def _locking_views() -> None:
    from promisectl.storage.remote import server

    server._BEGIN_VIEW = f"BEGIN; {server.statements.LOCK_HEAD}"


def _waits_in_library() -> None:
    from promisectl.storage.remote import wait_callback

    wait_callback.Waiter.limit_wait = lambda *_: nullcontext()


class _Unseen(list[Any]):
    """Holds something, and looks as if it did not."""

    def __bool__(self) -> bool:
        return False


def _copy_failures_reported() -> None:
    from promisectl.storage.remote import transaction

    run = transaction._Move.run

    def reported(move: Any, *rest: Any, **how: Any) -> None:
        result, move._result = move._result, _Unseen()
        run(move, *rest, **how)
        result += move._result

    transaction._Move.run = reported


def _short_outcome() -> None:
    from promisectl.storage.remote import transaction

    transaction._OUTCOME_SECONDS = 1


def _answers_about_a_later_copy() -> None:
    from promisectl.storage.remote import server_ledger

    catch_up = server_ledger.ServerLedger.catch_up
    server_ledger.ServerLedger.catch_up = lambda remote, server, head, _: catch_up(
        remote, server, head, server_ledger.fetch_copy_head(remote.file)
    )


STEP_LATER = "one schema step later"
"""Not wrong: the program that knows the next step, met with a ledger of the one before."""
MUTANTS: dict[str, Callable[[], None]] = {
    "without the chain": _without_the_chain,
    "rows not rebuilt": _rows_not_rebuilt,
    "a view that may write": _writing_views,
    "a view that leaves a mark": _marking_views,
    "without umask 077": _open_umask,
    "directories for everybody": _open_directories,
    "waiting inside SQLite": _sqlite_waits,
    "transactions that begin late": _late_transactions,
    "without waiting": _without_waiting,
    "without escaping": _without_escaping,
    "formulas live": _live_formulas,
    "imports row by row": _row_by_row,
    "a word that is looked up without care": _careless,
    "a refusal that records": _recorded_all_the_same,
    "UTC for local": _utc,
    "a clock that clamps": _clamped,
    "streams left as they are": _streams_left,
    "Ctrl-C not minded": _unminded,
    "no transaction": _no_transaction,
    "answer before commit": _answer_before_commit,
    "steps outside the transaction": _steps_outside_the_transaction,
    "strange files opened": _strange_files_opened,
    "written in place": _written_in_place,
    "errors swallowed": _errors_swallowed,
    "damage read as a fact": _read_as_facts,
    "damage taken for a bug": _unexplained,
    STEP_LATER: next_step.learn,
    "no FOR UPDATE": _without_lock,
    "the copy committed first": _copy_first,
    "a lost reply taken for a failure": _lost_reply_is(success=False),
    "a lost reply taken for a success": _lost_reply_is(success=True),
    "a copy without the chain": _copy_without_chain,
    "undone_by not sent": _marks_not_sent,
    "the clock of the machine": _own_clock,
    "synchronous_commit=off": _moves_not_flushed,
    "a view that locks": _locking_views,
    "waiting inside the driver": _waits_in_library,
    "an error of the copy reported": _copy_failures_reported,
    "a second for the outcome": _short_outcome,
    "an answer about a later copy": _answers_about_a_later_copy,
    "synchronous=NORMAL": _opened_with(EXTRA="NORMAL"),
    "synchronous=FULL": _opened_with(EXTRA="FULL"),
    "journal_mode=MEMORY": _opened_with(DELETE="MEMORY"),
    "journal_mode=WAL, synchronous=NORMAL": _logging_ahead,
    "founding without flushing names": _founded_without_flushing_names,
    "export without flushing": _written_without_flushing,
}

_BREAKING = (
    "a word that is looked up without care",
    "Ctrl-C not minded",
    "streams left as they are",
    "strange files opened",
    "damage taken for a bug",
)
_BROKEN = re.compile(
    r'Traceback| broke: |File "|\b(?:Type|Attribute|Name|Assertion|Key|Index|Value|UnboundLocal)Error\b'
)


def convicting(mutant: str, faults: Sequence[str]) -> list[str]:
    """The faults that are a mutant's own: what is wrong with it is what it does, so breaking is none, unless it is about that."""
    return [fault for fault in faults if mutant in _BREAKING or not _BROKEN.search(fault)]


def program(words: Sequence[str], mutant: str | None = None) -> list[str]:
    """The words that start the program, or a mutant of it, with a command line."""
    return [
        sys.executable,
        "-m",
        *(("tests.guarantees.harness.mutants", mutant) if mutant else ("promisectl",)),
        *words,
    ]


def main() -> None:
    """Run the mutant that the first word names."""
    from promisectl.__main__ import main

    MUTANTS[sys.argv.pop(1)]()
    main()


if __name__ == "__main__":
    main()
