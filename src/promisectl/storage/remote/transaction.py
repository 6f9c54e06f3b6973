"""One command on a ledger that is on a server: lock, catch up, work, send."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import postgresql as statements
from promisectl.storage import connection, ledger_file
from promisectl.storage.remote import libpq_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Protocol, TypeVar

    from promisectl.storage.connection import LastAct
    from promisectl.storage.remote.server import Server, ServerHead

    T = TypeVar("T")

    class LockableLedger(Protocol):
        """What a move needs of `server_ledger.ServerLedger`."""

        address: str

        @property
        def file(self) -> str:
            """The path of this machine's copy."""

        def lock(self) -> tuple[Server, ServerHead]:
            """Lock the ledger, bring the copy up to date, and return the head."""

        def connect(self, is_abandoned: Callable[[], bool] | None = None) -> Server:
            """Return the connection of this command."""

        def close(self) -> None:
            """Close the connection, if there is one."""


_OUTCOME_SECONDS = 12
_RETRY_SECONDS = 10
_MESSAGE_BYTES = 1 << 20
_MAX_SENT_ROWS = 500
_RETRY_LOOK_SECONDS = 0.05
_PING_SECONDS = 3
_PING_STEPS = 20_000
"""How many steps of SQLite's virtual machine run between two looks at the clock."""


def run_move(
    remote: LockableLedger,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None] | None,
    *,
    may_replace_rows: bool,
) -> tuple[T, bool]:
    """Run a move on the server and in the copy; return what `work` returns, and if both have it.

    `back_up` is called with the reason if the copy has to be migrated. Where the server wants that,
    or the lock was lost before anything was sent, the whole move is run again. Raises what `work`
    raises, the errors of `Server`, and WriteUncertain.
    """
    deadline = 0.0
    while True:
        result: list[T] = []
        move = _Move(remote, work, result)
        try:
            is_copy_current = move.run(back_up, may_replace_rows=may_replace_rows)
            return result[0], is_copy_current
        except (errors.ServerFailed, errors.ConnectionLost) as problem:
            deadline = deadline or time.monotonic() + _RETRY_SECONDS
            cause = problem.__cause__ or problem
            is_passing = move.has_lost_lock or libpq_errors.is_to_be_retried(cause)
            if not is_passing or time.monotonic() > deadline:
                raise
            import random

            time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 (jitter, not a secret)
        finally:
            remote.close()


class _Move:
    """One try of a move: `work` runs in the copy, and what it changed is sent."""

    def __init__(
        self,
        remote: LockableLedger,
        work: Callable[[sqlite3.Connection], Any],
        result: list[Any],
    ) -> None:
        """Add what `work` returns to `result`, once it is recorded on the server."""
        self._remote = remote
        self._work = work
        self._result = result
        self._is_stopped = False
        self.has_lost_lock = False
        """Whether the lock was lost before anything was sent: another command moved since."""

    def run(self, back_up: Callable[[str], None] | None, *, may_replace_rows: bool) -> bool:
        """Run the move, and return whether the copy has it, too.

        Where it has not, the next command brings the copy up to date.
        """
        try:
            self._server, self._head = self._remote.lock()
            ledger_file.run_file_transaction(
                self._remote.file,
                self._work_and_send,
                back_up,
                may_replace_rows=may_replace_rows,
            )
        except (errors.TemporaryLedgerError, errors.MissingRights) as problem:
            if not self._result:
                problem.effect = "Nothing was recorded."
                raise
        except (
            errors.LedgerError,
            errors.WriteUnconfirmed,
            errors.WriteUncertain,
            OSError,
            sqlite3.Error,
        ):
            if not self._result:
                raise
        else:
            return True
        return False

    def _work_and_send(self, db: sqlite3.Connection) -> None:
        if self._result:  # the copy appeared meanwhile
            return
        before = connection.fetch_last_act(db)
        if (before.number, before.hash) != (self._head.number, self._head.hash):
            self.has_lost_lock = True
            raise errors.ConnectionLost(self._remote.address, "another command moved meanwhile")
        with self._keep_server_waiting(db):
            result = self._work(db)
            last = connection.fetch_last_act(db)
            pieces = _iter_changes(db, self._server, before, last)
            message = self._send_all_but_last(pieces)
        if last.number == before.number:
            self._server.roll_back()
            self._result.append(result)
            return
        from promisectl.system import interrupts

        with interrupts.hold_interrupts():
            self._commit(db, message, last)
            self._result.append(result)

    @contextmanager
    def _keep_server_waiting(self, db: sqlite3.Connection) -> Iterator[None]:
        """Tell the server now and then that a long command is still at work.

        It would take a silent one for a machine that went to sleep, and end its transaction. A
        Ctrl-C that comes meanwhile stops the command, as `connection.allow_interrupts` has it.
        """
        from promisectl.system import interrupts

        problems: list[errors.Problem] = []
        next_ping = time.monotonic() + _PING_SECONDS

        def ping_if_due() -> int:
            nonlocal next_ping
            if time.monotonic() < next_ping:
                return 0
            next_ping = time.monotonic() + _PING_SECONDS
            try:
                self._server.keep_alive()
            except errors.Problem as problem:
                problems.append(problem)
            return len(problems)

        db.set_progress_handler(ping_if_due, _PING_STEPS)
        with interrupts.watch_interrupts() as noted:
            try:
                yield
            except sqlite3.OperationalError as error:
                if noted:
                    raise KeyboardInterrupt from error
                if problems:
                    raise problems[0] from None
                raise
            finally:
                db.set_progress_handler(None, 0)

    def _send_all_but_last(self, pieces: Iterator[bytes]) -> list[bytes]:
        """Send statements in messages of a MiB, and return those of the last message."""
        waiting: list[bytes] = []
        size = 0
        for piece in pieces:
            if waiting and size + len(piece) > _MESSAGE_BYTES:
                self._server.run(*waiting, seconds=60)
                waiting, size = [], 0
            waiting.append(piece)
            size += len(piece)
        return waiting

    def _commit(self, db: sqlite3.Connection, message: list[bytes], last: LastAct) -> None:
        """Send the last message with the COMMIT. Raises WriteUncertain."""
        self._server.is_abandoned = self._is_abandoned
        try:
            self._server.run(*message, "COMMIT")
        except errors.ConnectionLost as problem:
            try:
                is_recorded = not self._is_stopped and self._is_recorded(db, last)
            except errors.Problem as later:
                raise errors.WriteUncertain(self._remote.address, problem.why) from later
            if self._is_stopped:
                raise errors.WriteUncertain(self._remote.address, problem.why) from problem
            if not is_recorded:
                raise

    def _is_recorded(self, db: sqlite3.Connection, last: LastAct) -> bool:
        """Whether an act is recorded, after the connection broke while it was being sent.

        If it is not there, the lock is waited for, as the server may still be at work. The copy is
        rolled back before that: another command on this machine may have the lock and wait for the
        copy. Where there is no ledger yet, creating one waits for the lost connection that may
        still be creating it. Raises Unreachable, ConnectionLost or LedgerBusy when nobody can know.
        """
        deadline, pause = time.monotonic() + _OUTCOME_SECONDS, 0.1
        while True:
            self._remote.close()
            try:
                server = self._remote.connect(self._is_abandoned)
                if self._has_act(server, server.read_head(last.number), last):
                    return True
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                head = server.lock_head(last.number)
                if head is None and server.create_ledger() is None:
                    head = server.lock_head(last.number)
                return self._has_act(server, head, last)
            except (errors.Unreachable, errors.ConnectionLost):
                if time.monotonic() + pause > deadline:
                    raise
                until = time.monotonic() + pause
                while time.monotonic() < until:
                    if self._is_abandoned():
                        raise
                    time.sleep(_RETRY_LOOK_SECONDS)
                pause = min(2 * pause, 5.0)

    def _has_act(self, server: Server, head: ServerHead | None, last: LastAct) -> bool:
        """Whether the server has the last act of this move.

        The same command on another machine makes an act with the same hash in the same second, so
        the server is also asked what became of the transaction.
        """
        if head is None or head.at_mine != last.hash:
            return False
        transaction = self._head.transaction
        return transaction is None or not server.has_failed(transaction)

    def _is_abandoned(self) -> bool:
        """Whether Ctrl-C was pressed since the COMMIT was sent."""
        from promisectl.system import interrupts

        self._is_stopped = self._is_stopped or interrupts.take_pending_interrupt()
        return self._is_stopped


def _iter_changes(
    db: sqlite3.Connection, server: Server, before: LastAct, last: LastAct
) -> Iterator[bytes]:
    """Return the statements that do on the server what a move has done in the copy."""
    if last.number == before.number:
        return
    since = {"since": before.number}
    if before.number and db.execute(statements.CHANGES_OF_PEOPLE, since).fetchone()[0]:
        yield server.bind(statements.FREE_HANDLES)
        yield server.bind(statements.DROP_ALIASES)
    for table in statements.TABLES:
        if table in statements.DELETE_LINKS_ON_SERVER and before.number:
            yield server.bind(statements.DELETE_LINKS_ON_SERVER[table], **since)
        rows = (row for (row,) in db.execute(statements.COPY_ROWS_SINCE[table], since))
        for batch in iter_batches(rows):
            yield server.bind(statements.PUT_ONTO_SERVER[table], rows=f"[{','.join(batch)}]")
    marks = dict(db.execute(statements.UNDO_MARKS_SINCE, since))  # the last one of each entry
    for entry, undone_by in marks.items():
        yield server.bind(statements.MARK_ENTRY_UNDONE, entry_id=entry, undone_by=undone_by)
    yield server.bind(
        statements.MOVE_HEAD,
        before=before.number,
        hash_before=before.hash,
        last=last.number,
        hash_of_last=last.hash,
    )


def iter_batches(rows: Iterator[str]) -> Iterator[list[str]]:
    """Return rows in batches of up to 500, and of about a quarter of a message."""
    batch: list[str] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == _MAX_SENT_ROWS or size + len(row) > _MESSAGE_BYTES // 4):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row)
    if batch:
        yield batch
