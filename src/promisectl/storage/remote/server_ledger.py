"""A ledger on a server, as one command uses it: its connection, and this machine's copy."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.storage import connection, ledger_file
from promisectl.storage.remote import address as addresses

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from typing import Protocol, TypeVar

    from promisectl.storage.connection import LastAct
    from promisectl.storage.remote.server import Server, ServerHead

    T = TypeVar("T")

    class Caller(Protocol):
        """What a ledger on a server needs from the command that uses it."""

        @property
        def offline_setting(self) -> str:
            """The setting that forbids to connect; empty if none does."""

        def use_clock(self, moment: datetime) -> None:
            """Take the moment of the server's clock for that of the command."""

        def describe_clock_difference(self, moment: datetime) -> str:
            """Return how this machine's clock differs from the server's; empty if they agree."""

        def warn_of_old_copy(self, moment: datetime, why: str) -> None:
            """Say that a view shows the copy of a moment, and why the server does not answer."""


_VIEW_SECONDS = 2
_MOVE_SECONDS = 5
_MAX_ACTS_UNDER_LOCK = 20_000
"""How many acts a copy may lack to be brought up to date while others wait: a few seconds."""


class ServerLedger:
    """A ledger on a server, as one command uses it.

    A view brings this machine's copy up to date once and reads it; a move runs in it, under the
    lock of the server, where what it changed is committed first. Every method raises the errors of
    `Server`.
    """

    def __init__(
        self, name: str, environ: Mapping[str, str], directory: str, caller: Caller
    ) -> None:
        """Name a ledger by its address; the copies are in a directory.

        Raises NotAnAddress and PasswordInAddress.
        """
        self.address = addresses.check_address(name)
        self._directory, self._file = directory, ""
        self._environ = environ
        self.caller = caller
        self._writes = False
        self._is_current = False
        self._is_copy_old = False
        self._was_person_asked = False
        self._server: Server | None = None
        self._moment: datetime | None = None
        """The moment of the server's clock at which the copy was up to date."""

    def __str__(self) -> str:
        """Return the address."""
        return self.address

    # For every command

    @property
    def file(self) -> str:
        """The path of this machine's copy. Raises NotAnAddress where no file has the service."""
        if not self._file:
            self._file = addresses.find_copy_path(self.address, self._environ, self._directory)
        return self._file

    def prepare_move(self) -> None:
        """Expect a move: what is read from now on has to be what the server has.

        Raises NotWhileOffline.
        """
        if self.caller.offline_setting:
            raise errors.NotWhileOffline(self.caller.offline_setting)
        self._writes = True
        self._was_person_asked = False

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
        if self.caller.offline_setting:
            self._accept_old_copy("")
            return
        try:
            server = self.connect()
            mine = fetch_copy_head(self.file)
            head = self.read_head(server, mine)
            if self._writes:  # what is worked out before the lock counts by it, too
                self.caller.use_clock(head.moment if head else server.read_clock())
            self.catch_up(server, head, mine)
        except (errors.Unreachable, errors.ConnectionLost) as problem:
            self.close()
            if self._writes:
                problem.effect = "Nothing was recorded."
                raise
            self._accept_old_copy(problem.why)
            return
        except (
            errors.NotEncrypted,
            errors.AuthenticationFailed,
            errors.NoSuchDatabase,
            errors.MissingRights,
            errors.StatementPooling,
        ) as problem:
            self.close()
            self._add_consequence(problem)
            raise
        except BaseException:
            self.close()
            raise
        if not self._writes:
            self.close()
        self._is_current = True

    def _add_consequence(self, problem: errors.LedgerError) -> None:
        """Add to a refusal that nothing was recorded, or how a view shows the copy."""
        if self._writes:
            if isinstance(problem, errors.MissingRights):
                problem.effect = "Nothing was recorded."
        elif ledger_file.has_file(self.file):
            problem.add_note("Views show this machine's copy with --offline.")

    def prepare_question(self) -> None:
        """Let go of the server while a person takes time.

        Before the first question of a move, make sure that it answers: what a person types would
        be lost.
        """
        if self._writes and not self._was_person_asked:
            self.refresh()
            self._was_person_asked = True
        self.close()

    def expect_changes(self) -> None:
        """Let the next view ask the server again, unless it did not answer before."""
        self._is_current = self._is_copy_old

    def _accept_old_copy(self, why: str) -> None:
        """Let a view read the copy as it is, and say of when it is. Raises NoCopyYet."""
        if not ledger_file.has_file(self.file):
            raise errors.NoCopyYet(self.address, why, self.caller.offline_setting)
        self.caller.warn_of_old_copy(self._find_copy_time(), why)
        self._is_current = self._is_copy_old = True

    def _note_copy_time(self) -> None:
        """Note in the time of its file when the copy was up to date, by the server's clock."""
        if self._moment:
            seconds = self._moment.timestamp()
            with suppress(OSError):
                os.utime(self.file, (seconds, seconds))

    def _find_copy_time(self) -> datetime:
        """Return when the copy was last known to be up to date, by the server's clock."""
        return datetime.fromtimestamp(int(os.stat(self.file).st_mtime), UTC)

    def connect(self, is_abandoned: Callable[[], bool] | None = None) -> Server:
        """Return the connection of this command.

        It is given up once `is_abandoned` returns True.
        """
        from promisectl.storage.remote.server import Server

        if self._server is None:
            patience = _MOVE_SECONDS if self._writes else _VIEW_SECONDS
            self._server = Server(self.address, self._environ, patience, is_abandoned)
        return self._server

    def read_head(self, server: Server, mine: LastAct) -> ServerHead | None:
        """Begin to read one moment of the ledger, and return its head; None if there is no ledger.

        A view waits no longer for this first answer than it does to connect.
        """
        if self._writes:
            return server.read_head(mine.number)
        return server.read_head(mine.number, _VIEW_SECONDS)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._server:
            self._server.close()
        self._server = None

    def catch_up(self, server: Server, head: ServerHead | None, mine: LastAct) -> None:
        """Bring the copy up to date with the head of the server, if that continues it.

        `mine` is what the head was asked about: the copy may have got more acts since.
        """
        if head is None:
            if mine.number:
                raise self._explain_missing_acts(server, 0, mine.number)
            return
        self._check_history(server, head, mine)
        if head.number != mine.number:
            self.refuse_older_step(head)
            from promisectl.storage.remote import local_copy

            # A command that looked earlier may have brought the copy to an act in between.
            while mine.number < head.number:
                local_copy.bring_up_to_date(self.file, server, head, mine)
                mine = fetch_copy_head(self.file)
        self._moment = head.moment
        self._note_copy_time()

    def refuse_older_step(self, head: ServerHead, *, may_upgrade: bool = False) -> None:
        """Refuse a ledger of an earlier step, unless it may and can be upgraded.

        Raises OlderLedger and NoUpgrade.
        """
        from promisectl.compiled import sql

        if head.step >= sql.SCHEMA_STEP:
            return
        if not has_upgrade(head.step):
            raise errors.NoUpgrade(self.address, head.step, sql.SCHEMA_STEP)
        if not may_upgrade:
            raise errors.OlderLedger(self.address, head.step, sql.SCHEMA_STEP)

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
            raise self._explain_missing_acts(server, head.number, mine.number)
        what = "has a history that was rewritten" if knows_first else "holds another ledger"
        raise errors.OtherHistory(self.address, what, self.file)

    def _explain_missing_acts(self, server: Server, acts: int, seen: int) -> errors.LedgerError:
        """Return the error for a server that has fewer acts than this machine has seen.

        A standby may only lag behind. The server that it follows is then the one to be reached.
        """
        if server.is_standby():
            why = f"a standby answers that is at act {acts:,}, and this machine is at act {seen:,}"
            return errors.Unreachable(self.address, why)
        return errors.HistoryWentBack(self.address, acts, seen, self.file)

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

        `work` may be called again. Raises NotWhileOffline, OlderLedger, NoUpgrade, WriteUncertain
        when nobody can know whether the move is recorded, and what `work` raises.
        """
        from promisectl.storage.remote import transaction

        self.prepare_move()
        if back_up and reason:  # before the lock, as others would wait for it
            self.refresh()
            if ledger_file.has_file(self.file):
                back_up(reason)
        result, self._is_current = transaction.run_move(
            self, work, back_up, may_replace_rows=may_replace_rows
        )
        self._writes = False  # what is read from now on is about what is recorded
        if self._is_current:
            self._note_copy_time()
        return result

    def lock(self) -> tuple[Server, ServerHead]:
        """Lock the ledger on the server, bring the copy up to date, and return the locked head.

        If the lock is lost meanwhile, another command on this machine may bring the copy further.
        """
        is_reused, is_second_try = self._server is not None, False
        while True:
            server = self.connect()
            mine = fetch_copy_head(self.file)
            try:
                head = server.lock_head(mine.number)
            except errors.ConnectionLost:  # maybe while a person was asked; nothing was sent yet
                if not is_reused:
                    raise
                is_reused = False
                self.close()
                continue
            if head is None and not mine.number:
                head = server.create_ledger(is_second_try=is_second_try)
                if head is None:  # another machine was faster
                    is_second_try = True
                    continue
            if head is None:
                raise self._explain_missing_acts(server, 0, mine.number)
            if head.number - mine.number > _MAX_ACTS_UNDER_LOCK:
                unlocked = server.read_head(mine.number)  # others may go on meanwhile
                self.catch_up(server, unlocked, mine)
                continue
            self.caller.use_clock(head.moment)  # first, as catching up may take long
            self.catch_up(server, head, mine)
            self.refuse_older_step(head)
            return server, head


def has_upgrade(step: int) -> bool:
    """Whether upgrades lead from an earlier schema step to that of this program."""
    from promisectl.compiled import postgresql, sql

    return all(later in postgresql.UPGRADES for later in range(step + 1, sql.SCHEMA_STEP + 1))


def fetch_copy_head(path: str) -> LastAct:
    """Return the newest act of a copy; an empty one if there is no copy."""
    if not ledger_file.has_file(path):
        return connection.LastAct()
    with ledger_file.open_file_snapshot(path) as db:
        return connection.fetch_last_act(db)
