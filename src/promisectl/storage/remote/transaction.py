"""One command on a ledger that is on a server: lock, catch up, work, send."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import postgresql as statements
from promisectl.compiled import sql
from promisectl.domain.promise import Verb
from promisectl.storage import codec, connection, ledger_file
from promisectl.storage.remote import address as addresses
from promisectl.storage.remote import libpq_errors, local_copy
from promisectl.storage.remote.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Protocol, TypeVar

    from promisectl.storage.connection import LastAct
    from promisectl.storage.remote.server import ServerHead

    T = TypeVar("T")

    class Caller(Protocol):
        """What a ledger on a server needs from the command that uses it."""

        @property
        def offline_setting(self) -> str:
            """The setting that forbids to connect; empty if none does."""

        def use_clock(self, moment: datetime) -> None:
            """Take the moment of the server's clock for that of the command."""

        def warn_of_old_copy(self, moment: datetime, why: str) -> None:
            """Warn that a view shows the copy of a moment, as the server does not answer."""


_VIEW_SECONDS = 2
_MOVE_SECONDS = 5
_OUTCOME_SECONDS = 12
_RETRY_SECONDS = 10
_MESSAGE_BYTES = 1 << 20
_MAX_ROWS = 500
_LOOK_SECONDS = 0.05
_PING_SECONDS = 3
_PING_STEPS = 20_000
"""How many steps of SQLite's virtual machine run between two looks at the clock."""
_FAILURES_OF_COPY = (
    errors.LedgerError,
    errors.WriteUnconfirmed,
    errors.WriteUncertain,
    OSError,
    sqlite3.Error,
)


class ServerLedger:
    """A ledger on a server, as one command uses it.

    `file` is the path of this machine's copy. A view brings that up to date once and reads it; a
    move runs in it, under the lock of the server, where what it changed is committed first. Every
    method raises the errors of `Server`.
    """

    def __init__(
        self, name: str, environ: Mapping[str, str], directory: str, caller: Caller
    ) -> None:
        """Name a ledger by its address; the copies are in a directory.

        Raises NotAnAddress and PasswordInAddress.
        """
        self.address = addresses.check_address(name)
        self.file = addresses.find_copy_path(name, environ, directory)
        self.messages = 0
        """How many messages this command has sent to the server."""
        self._environ = environ
        self._caller = caller
        self._writes = False
        self._is_current = False
        self._server: Server | None = None

    def __str__(self) -> str:
        """Return the address."""
        return self.address

    # For every command

    def prepare_move(self) -> None:
        """Expect a move: what is read from now on has to be what the server has.

        Raises NotWhileOffline.
        """
        if self._caller.offline_setting:
            raise errors.NotWhileOffline(self._caller.offline_setting)
        self._writes = True

    def has_ledger(self) -> bool:
        """Whether there is a ledger on the server, as far as this machine knows."""
        if ledger_file.has_file(self.file):
            return True
        self.refresh()
        return ledger_file.has_file(self.file)

    def refresh(self) -> None:
        """Bring the copy up to date, once in a command.

        Where the server does not answer, a view warns and takes the copy as it is. Raises
        NoCopyYet, OtherHistory and HistoryWentBack.
        """
        if self._is_current:
            return
        if self._caller.offline_setting:
            self._accept_old_copy(f"{self._caller.offline_setting} was given", warns=False)
            return
        try:
            server = self._connect()
            mine = local_copy.fetch_head(self.file)
            head = server.read_head(mine.number)
            self._catch_up(server, head, mine)
        except (errors.Unreachable, errors.ConnectionLost) as problem:
            self.close()
            if self._writes:
                problem.effect = "Nothing was recorded."
                raise
            self._accept_old_copy(problem.why, warns=True)
            return
        if self._writes and head:
            server.roll_back()
        elif not self._writes:
            self.close()
        self._is_current = True

    def _accept_old_copy(self, why: str, *, warns: bool) -> None:
        """Let a view read the copy as it is, with a warning. Raises NoCopyYet."""
        if not ledger_file.has_file(self.file):
            raise errors.NoCopyYet(self.address, why)
        if warns:
            self._caller.warn_of_old_copy(self._find_copy_time(), why)
        self._is_current = True

    def _find_copy_time(self) -> datetime:
        """Return when the copy was last known to be up to date."""
        return datetime.fromtimestamp(int(os.stat(self.file).st_mtime), UTC)

    def connect(self) -> Server:
        """Return the connection of this command, for `doctor`."""
        return self._connect()

    def _connect(self, is_abandoned: Callable[[], bool] | None = None) -> Server:
        if self._server is None:
            patience = _MOVE_SECONDS if self._writes else _VIEW_SECONDS
            self._server = Server(self.address, self._environ, patience, is_abandoned)
        return self._server

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._server:
            self.messages += self._server.messages
            self._server.close()
        self._server = None

    def _catch_up(self, server: Server, head: ServerHead | None, mine: LastAct) -> None:
        """Bring the copy up to date with the head of the server, if that continues it."""
        if head is None:
            if mine.number:
                raise errors.HistoryWentBack(self.address, 0, mine.number, self.file)
            return
        self._check_history(server, head, mine)
        if head.number != mine.number:
            if head.step < sql.SCHEMA_STEP:
                raise errors.OlderLedger(self.address, head.step, sql.SCHEMA_STEP)
            local_copy.bring_up_to_date(self.file, server, head, mine)
        local_copy.note_time(self.file)

    def _check_history(self, server: Server, head: ServerHead, mine: LastAct) -> None:
        """Refuse a history that is not the one which this machine has seen.

        Raises OtherHistory and HistoryWentBack.
        """
        if not mine.number:
            return
        if head.at_mine == mine.hash and head.number >= mine.number:
            if head.number == mine.number and head.hash != mine.hash:
                what = "has a head that does not match its acts"
                raise errors.OtherHistory(self.address, what, self.file)
            return
        theirs = server.find_hashes(1, head.number)
        with ledger_file.open_file_snapshot(self.file) as db:
            knows_first = 1 in theirs and ledger_file.has_act(db, 1, theirs[1])
            knows_last = head.number in theirs and ledger_file.has_act(
                db, head.number, theirs[head.number]
            )
        if knows_last or not theirs:
            raise errors.HistoryWentBack(self.address, head.number, mine.number, self.file)
        what = "has a history that was rewritten" if knows_first else "holds another ledger"
        raise errors.OtherHistory(self.address, what, self.file)

    # For moves

    def run_in_transaction(
        self,
        work: Callable[[sqlite3.Connection], T],
        back_up: Callable[[str], None] | None,
        reason: str,
        *,
        may_replace_rows: bool,
    ) -> T:
        """Do on the server and in the copy what `ledger.run_in_transaction` does in a file.

        `work` may be called again. Raises NotWhileOffline, OlderLedger, WriteUncertain when nobody
        can know whether the move is recorded, and what `work` raises.
        """
        self.prepare_move()
        deadline = time.monotonic() + _RETRY_SECONDS
        while True:
            result: list[T] = []
            move = _Move(self, work, result)
            try:
                move.run(back_up, reason, may_replace_rows=may_replace_rows)
                return result[0]
            except errors.ServerFailed as problem:
                is_passing = libpq_errors.is_to_be_retried(problem.__cause__ or problem)
                if not is_passing or time.monotonic() > deadline:
                    raise
                import random

                time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 (jitter, not a secret)
            finally:
                self.close()

    def lock(self) -> tuple[Server, LastAct]:
        """Lock the ledger on the server, bring the copy up to date, and return the newest act."""
        server = self._connect()
        while True:
            mine = local_copy.fetch_head(self.file)
            head = server.lock_head(mine.number)
            if head is None and not mine.number:
                head = server.create_ledger()
                if head is None:  # another machine was faster
                    continue
            self._catch_up(server, head, mine)
            if head and head.step < sql.SCHEMA_STEP:
                raise errors.OlderLedger(self.address, head.step, sql.SCHEMA_STEP)
            if head:
                self._caller.use_clock(head.moment)
            return server, local_copy.fetch_head(self.file)

    def is_recorded(self, last: LastAct, is_abandoned: Callable[[], bool]) -> bool:
        """Whether an act is recorded, after the connection broke while it was being sent.

        The lock is waited for, as the server may still be at work. Where there is no ledger yet,
        creating one waits for the lost connection that may still be creating it. Raises
        Unreachable, ConnectionLost or LedgerBusy when nobody can know.
        """
        deadline, pause = time.monotonic() + _OUTCOME_SECONDS, 0.1
        while True:
            self.close()
            try:
                server = self._connect(is_abandoned)
                head = server.lock_head(last.number)
                if head is None and server.create_ledger() is None:
                    head = server.lock_head(last.number)
            except (errors.Unreachable, errors.ConnectionLost):
                if time.monotonic() + pause > deadline:
                    raise
                until = time.monotonic() + pause
                while time.monotonic() < until:
                    if is_abandoned():
                        raise
                    time.sleep(_LOOK_SECONDS)
                pause = min(2 * pause, 5.0)
            else:
                return head is not None and head.at_mine == last.hash

    def note_recorded(self) -> None:
        """Note that the copy is as the server is, after a move."""
        self._is_current = True


class _Move:
    """One try of a move: `work` runs in the copy, and what it changed is sent."""

    def __init__(
        self,
        remote: ServerLedger,
        work: Callable[[sqlite3.Connection], Any],
        result: list[Any],
    ) -> None:
        """Add what `work` returns to `result`, once it is recorded on the server."""
        self._remote = remote
        self._work = work
        self._result = result

    def run(
        self, back_up: Callable[[str], None] | None, reason: str, *, may_replace_rows: bool
    ) -> None:
        """Run the move."""
        try:
            self._server, self._before = self._remote.lock()
            ledger_file.run_file_transaction(
                self._remote.file,
                self._work_and_send,
                back_up,
                reason,
                may_replace_rows=may_replace_rows,
            )
        except errors.TemporaryLedgerError as problem:
            if not self._result:
                problem.effect = "Nothing was recorded."
                raise
        except _FAILURES_OF_COPY:
            if not self._result:  # else the next command brings the copy up to date
                raise
        self._remote.note_recorded()
        with suppress(OSError):
            local_copy.note_time(self._remote.file)

    def _work_and_send(self, db: sqlite3.Connection) -> None:
        if self._result:  # the copy appeared meanwhile
            return
        if connection.fetch_last_act(db) != self._before:
            raise errors.LedgerBusy(self._remote.file, 0)
        with self._keep_server_waiting(db):
            result = self._work(db)
            last = connection.fetch_last_act(db)
            pieces = _iter_changes(db, self._server, self._before, last)
            message = self._send_all_but_last(pieces)
        if last.number == self._before.number:
            self._server.roll_back()
            self._result.append(result)
            return
        from promisectl.system import interrupts

        with interrupts.hold_interrupts():
            self._commit(message, last)
            self._result.append(result)

    @contextmanager
    def _keep_server_waiting(self, db: sqlite3.Connection) -> Iterator[None]:
        """Tell the server now and then that a long command is still at work.

        It would take a silent one for a machine that went to sleep, and end its transaction.
        """
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
        try:
            yield
        except sqlite3.OperationalError:
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

    def _commit(self, message: list[bytes], last: LastAct) -> None:
        """Send the last message with the COMMIT. Raises WriteUncertain."""
        from promisectl.system import interrupts

        taken: list[bool] = []

        def is_abandoned() -> bool:
            if interrupts.take_pending_interrupt():
                taken.append(True)
            return bool(taken)

        self._server.is_abandoned = is_abandoned
        try:
            self._server.run(*message, "COMMIT")
        except errors.ConnectionLost as problem:
            try:
                is_recorded = not taken and self._remote.is_recorded(last, is_abandoned)
            except errors.LedgerError as later:
                raise errors.WriteUncertain(self._remote.address, problem.why) from later
            if taken:
                raise errors.WriteUncertain(self._remote.address, problem.why) from problem
            if not is_recorded:
                raise


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
        for batch in _iter_batches(rows):
            yield server.bind(statements.PUT_ONTO_SERVER[table], rows=f"[{','.join(batch)}]")
    for act in db.execute(statements.UNDO_AND_REDO_ACTS_SINCE, since):
        undone_by = act["entry"] if act["verb"] == Verb.UNDO else None
        target = codec.decode_undo_target(act)
        yield server.bind(statements.MARK_ENTRY_UNDONE, entry_id=target, undone_by=undone_by)
    yield server.bind(
        statements.MOVE_HEAD,
        before=before.number,
        hash_before=before.hash,
        last=last.number,
        hash_of_last=last.hash,
    )


def _iter_batches(rows: Iterator[str]) -> Iterator[list[str]]:
    """Return rows in batches of up to 500, and of about a quarter of a message."""
    batch: list[str] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == _MAX_ROWS or size + len(row) > _MESSAGE_BYTES // 4):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row)
    if batch:
        yield batch
