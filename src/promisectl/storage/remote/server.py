"""The connection to the server of a ledger; each function is one message and its answer."""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import postgresql as statements
from promisectl.compiled import sql
from promisectl.storage.remote import address as addresses
from promisectl.storage.remote import encryption, libpq_errors, wait_callback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

SERVER_LOCK_SECONDS = 10
_ANSWER_SECONDS = 10
_HEAD_SECONDS = SERVER_LOCK_SECONDS + _ANSWER_SECONDS
_LONG_ANSWER_SECONDS = 60
_FETCHED_ROWS = 2_000
_NAMED_TABLES = 3
_BEGIN_VIEW = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_MOVE = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    "SET LOCAL synchronous_commit = on",
    f"SET LOCAL lock_timeout = '{SERVER_LOCK_SECONDS}s'",
    "SET LOCAL idle_in_transaction_session_timeout = '10s'",
    f"SET LOCAL statement_timeout = '{_LONG_ANSWER_SECONDS}s'",
)
_TABLES_OF_SCHEMA = (
    "SELECT current_schema(), current_setting('server_encoding'), "
    "ARRAY(SELECT relname::text FROM pg_class "
    "WHERE relnamespace = quote_ident(current_schema())::regnamespace "
    "AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (SELECT * FROM pg_depend "
    "WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e') "
    "ORDER BY relname LIMIT 4)"
)


class ServerHead(NamedTuple):
    """The newest act on the server, and the schema step of the ledger there.

    `at_mine` is the hash of the act with the number that was asked for, None if there is none, and
    `moment` the clock of the server (aware UTC). `transaction` is the number that the server gave
    to the transaction of a move.
    """

    number: int
    hash: str
    step: int
    at_mine: str | None
    moment: datetime
    transaction: int | None


def _import_driver() -> None:
    """Import the driver without Python's `ssl`. Raises NoDriver.

    The driver tries to import `ssl`, and uses it only to share the locks of an OpenSSL older than
    1.1 with it; encryption is up to libpq. Without it, a command that connects takes 0.7 starts of
    Python less.
    """
    is_absent = "ssl" not in sys.modules
    if is_absent:
        sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        import psycopg2  # noqa: F401
    except ImportError as error:
        raise errors.NoDriver from error
    finally:
        if is_absent:
            del sys.modules["ssl"]


class Server:
    """A connection to the database of a ledger.

    Every method raises ConnectionLost when the connection breaks, LedgerBusy when another command
    holds the ledger for too long, and the other errors of `libpq_errors`.
    """

    def __init__(
        self,
        address: str,
        environ: Mapping[str, str],
        patience: float,
        is_abandoned: Callable[[], bool] | None = None,
    ) -> None:
        """Connect to an address. `patience` is how long to wait for the server, in seconds."""
        self.address = address
        self.is_abandoned = is_abandoned
        """What is asked again and again while the server is waited for: whether to give up."""
        self._settings = addresses.resolve_settings(address, environ)
        self.encryption = encryption.choose_encryption(self._settings, environ)
        self._cursors = 0
        self._waiter = wait_callback.Waiter()
        self._connection = self._connect(patience)
        self._cursor = self._connection.cursor()

    def _connect(self, patience: float) -> Any:
        _import_driver()
        import psycopg2

        try:
            with self._waiter.limit_wait(patience, self.is_abandoned):
                connection = psycopg2.connect(
                    self.address,
                    application_name="promisectl",
                    client_encoding="UTF8",
                    **self.encryption.settings,
                )
        except wait_callback.TooLong as error:
            why = f"no answer within {patience:g} seconds"
            raise errors.Unreachable(self.address, why) from error
        except wait_callback.Abandoned as error:
            raise errors.Unreachable(self.address, "stopped with Ctrl-C") from error
        except psycopg2.ProgrammingError as error:  # libpq can't parse it
            why = libpq_errors.describe_error(error)
            shown = self.address.partition("?")[0]  # a misspelled setting may be a password
            raise errors.NotAnAddress(shown, why) from error
        except (psycopg2.Error, UnicodeError) as error:
            raise libpq_errors.explain_connect_error(self.address, self._settings, error) from error
        connection.autocommit = True
        # Kerberos is never left out by libpq where it is required.
        self.is_encrypted = bool(connection.info.ssl_in_use) or self.encryption.is_by_kerberos
        if not (self.is_encrypted or self.encryption.may_be_missing):
            connection.close()
            raise errors.NotEncrypted(self.address, "it is not encrypted")
        return connection

    def close(self) -> None:
        """Close the connection; a transaction that is open is rolled back."""
        with suppress(Exception):
            self._connection.close()

    def run(
        self,
        *messages: str | bytes,
        seconds: float = _ANSWER_SECONDS,
        **bound: Any,
    ) -> list[tuple[Any, ...]]:
        """Run statements as one message, and return the rows of the last one, if it has any."""
        with self._translate_errors():
            self._send(*messages, seconds=seconds, **bound)
            return self._cursor.fetchall() if self._cursor.description else []

    def _send(
        self,
        *messages: str | bytes,
        seconds: float = _ANSWER_SECONDS,
        **bound: Any,
    ) -> None:
        whole = b";\n".join(
            message if isinstance(message, bytes) else self.bind(message, **bound)
            for message in messages
        )
        with self._waiter.limit_wait(seconds, self.is_abandoned):
            self._cursor.execute(whole)

    def bind(self, statement: str, **bound: Any) -> bytes:
        """Return a statement with its values in it."""
        text: bytes = self._cursor.mogrify(statement, bound or None)
        return text

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        import psycopg2

        try:
            yield
        except wait_callback.TooLong as error:
            raise errors.ConnectionLost(self.address, "no answer in time") from error
        except wait_callback.Abandoned as error:
            raise errors.ConnectionLost(self.address, "stopped with Ctrl-C") from error
        except psycopg2.Error as error:
            raise libpq_errors.explain_server_error(
                self.address, error, SERVER_LOCK_SECONDS
            ) from error

    # What the ledger holds

    def read_head(self, mine: int, seconds: float = _HEAD_SECONDS) -> ServerHead | None:
        """Begin to read one moment of the ledger, and return its head; None if there is no ledger.

        `mine` is the number of the newest act in the copy, and `seconds` is how long to wait for
        the answer.
        """
        return self._fetch_head((_BEGIN_VIEW,), mine, seconds)

    def lock_head(self, mine: int) -> ServerHead | None:
        """Begin a move: lock the ledger against other moves, and return its head as they left it.

        Returns None if there is no ledger. Raises LedgerBusy.
        """
        return self._fetch_head((*_BEGIN_MOVE, statements.LOCK_HEAD), mine, _HEAD_SECONDS)

    def _fetch_head(
        self,
        beginning: tuple[str, ...],
        mine: int,
        seconds: float,
        *,
        is_second_look: bool = False,
    ) -> ServerHead | None:
        import psycopg2
        from psycopg2 import extensions

        # An earlier transaction that only read may still be open.
        is_idle = self._connection.info.transaction_status == extensions.TRANSACTION_STATUS_IDLE
        end = () if is_idle else ("ROLLBACK",)
        has_table = False
        with self._translate_errors():
            try:
                self._send(*end, *beginning, statements.HEAD, seconds=seconds, mine=mine)
            except psycopg2.Error as error:
                if not libpq_errors.is_part_missing(error):
                    raise
            else:
                rows, has_table = self._cursor.fetchall(), True
                # A ledger that is created just now may be found before its head can be seen.
                if rows or is_second_look:
                    return self._decode_head(rows)
        self.roll_back()
        ((schema, encoding, tables),) = self.run(_TABLES_OF_SCHEMA)
        if schema is None:
            raise errors.MissingRights(self.address, "no schema that you may use")
        self._check_search_path(schema)
        # Another machine may have created the ledger since, also in a later schema.
        if (tables or has_table) and not is_second_look:
            return self._fetch_head(beginning, mine, seconds, is_second_look=True)
        if tables:
            from promisectl.system.text import escape_text

            shown = [*tables[:_NAMED_TABLES], *(["…"] if len(tables) > _NAMED_TABLES else [])]
            raise errors.NotALedgerDatabase(self.address, escape_text(", ".join(shown)))
        if encoding != "UTF8":
            raise errors.WrongEncoding(self.address, encoding)
        return None

    def _decode_head(self, rows: list[tuple[Any, ...]]) -> ServerHead:
        if len(rows) != 1:
            raise errors.DamagedServerLedger(self.address, "it has no head, which every ledger has")
        number, hash_, step, at_mine, moment, schema, first_schema, transaction = rows[0]
        self._check_search_path(first_schema)
        if schema != first_schema:  # where another program's table could come before ours
            from promisectl.system.text import escape_text

            where = f"the first schema on its search path is {first_schema}, and the ledger is in"
            raise errors.NotAnAddress(escape_text(self.address), escape_text(f"{where} {schema}"))
        if step > sql.SCHEMA_STEP:
            raise errors.NewerLedger(self.address, step, sql.SCHEMA_STEP)
        at = datetime.fromisoformat(moment).astimezone(UTC)
        return ServerHead(number, hash_, step, at_mine, at, transaction)

    def _check_search_path(self, schema: str) -> None:
        """Refuse a search path of the address that a pooler has dropped. Raises NotAnAddress.

        The ledger would be another one, in the first schema that is there without it.
        """
        if addresses.may_find_schema(self._settings, schema):
            return
        from promisectl.system.text import escape_text

        why = f"its search_path has no effect, and the ledger would be in {schema}"
        see = "See: promisectl guide machines"
        raise errors.NotAnAddress(escape_text(self.address), escape_text(why), see)

    def create_ledger(self, *, is_second_try: bool = False) -> ServerHead | None:
        """Begin a move in a new ledger, which is there once the move is committed.

        Returns its head; None if another machine has created it meanwhile. On a second try, no
        machine has: what is there has nothing to do with a ledger. Raises ServerFailed then.
        """
        import psycopg2

        step = self.bind(statements.FIRST_HEAD, step=sql.SCHEMA_STEP)
        with self._translate_errors():
            try:
                self._send(
                    *_BEGIN_MOVE, *statements.SCHEMA, step, statements.HEAD, mine=0, seconds=30
                )
            except psycopg2.Error as error:
                if is_second_try or not libpq_errors.is_created_meanwhile(error):
                    raise
            else:
                return self._decode_head(self._cursor.fetchall())
        self.roll_back()
        return None

    def has_failed(self, transaction: int) -> bool:
        """Whether a transaction is known not to have been committed."""
        rows = self.run(statements.TRANSACTION_STATUS, transaction=transaction)
        return rows == [("aborted",)]

    def find_hashes(self, *numbers: int) -> dict[int, str]:
        """Return the hashes of up to two acts by their numbers, of those that are there."""
        first, second = (*numbers, 0)[:2]
        return dict(self.run(statements.HASHES, first=first, second=second))

    def iter_rows(self, since: int) -> Iterator[tuple[str, str]]:
        """Return the rows that the acts after a number may have changed, each with its table.

        A row is a JSON array of its columns. Where those of all people may have changed, an empty
        one of `ALL_PEOPLE` comes first.
        """
        for place, row in self._iter_cursor(statements.SERVER_ROWS_SINCE, since=since):
            yield statements.PLACES[place], row

    def iter_texts(self, statement: str) -> Iterator[str]:
        """Return what a statement finds that returns one text in a row."""
        return (text for (text,) in self._iter_cursor(statement))

    def _iter_cursor(self, statement: str, **bound: Any) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a statement, of which no more than one message is in memory."""
        self._cursors += 1
        cursor = f"found_{self._cursors}"
        begin = self.bind(f"DECLARE {cursor} NO SCROLL CURSOR FOR {statement}", **bound)
        fetch = f"FETCH {_FETCHED_ROWS} FROM {cursor}"
        rows = self.run(begin, fetch, seconds=_LONG_ANSWER_SECONDS)
        while rows:
            yield from rows
            if len(rows) < _FETCHED_ROWS:
                break
            rows = self.run(fetch, seconds=_LONG_ANSWER_SECONDS)

    def read_clock(self) -> datetime:
        """Return the moment of the server's clock, also where there is no ledger yet."""
        ((moment,),) = self.run("SELECT clock_timestamp()")
        return datetime.fromtimestamp(int(moment.timestamp()), UTC)

    def roll_back(self) -> None:
        """End the transaction; nothing of it is recorded."""
        self.run("ROLLBACK")

    def is_standby(self) -> bool:
        """Whether the server only follows another one."""
        return self.run("SELECT pg_is_in_recovery()") == [(True,)]

    def keep_alive(self) -> None:
        """Tell the server that a long command is still at work."""
        self.run("SELECT 1")
