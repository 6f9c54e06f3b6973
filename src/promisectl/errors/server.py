"""Errors about a ledger on a server: its address, the way to it, and its history."""

from __future__ import annotations

from promisectl.errors import LedgerError, MachineError, TemporaryLedgerError, Usage

_NO_SUCH_HOST = "could not translate host name"
"""What libpq says about a host whose name it can't find."""


def _advise_on_silence(why: str) -> str:
    """Return what to do where the server does not answer; `why` is what the system says."""
    if _NO_SUCH_HOST in why:
        return (
            "Check the name of the host; if it is right, "
            "run the command again when the server answers."
        )
    return "Run the command again when the server answers."


class NoDriver(MachineError):
    """A ledger on a server was named, and what connects to it is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "A ledger on a server needs a driver.",
            "Install it beside promisectl: pip install psycopg2-binary, or with pipx: "
            "pipx inject promisectl psycopg2-binary",
        )


class PasswordInAddress(Usage):
    """The address of a ledger has a password in it."""

    def __init__(self) -> None:
        super().__init__(
            "Leave the password out of the address: other users can see it in the process list.",
            "Put it in ~/.pgpass (mode 0600), or name a passfile in the service file.",
        )


class NotAnAddress(Usage):
    """The name of a ledger is not a path, and not the address of a PostgreSQL database either."""

    advice = "An address is like postgresql://host/database; see: promisectl guide machines"

    def __init__(self, name: str, why: str, advice: str = "") -> None:
        super().__init__(f"{name} is not the address of a ledger: {why}.", advice)


class Unreachable(TemporaryLedgerError):
    """The server of the ledger does not answer.

    `why` is what the system says about it.
    """

    def __init__(self, address: str, why: str) -> None:
        self.why = why
        super().__init__(f"Can't reach {address} ({why}).", _advise_on_silence(why))


class MoveOnCopy(Usage):
    """A move on the file that is this machine's copy of a ledger on a server."""

    effect = "Nothing was recorded."

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is this machine's copy of a ledger on a server, so it is only for reading.",
            "Name the ledger by its address.",
        )


class NoCopyYet(LedgerError):
    """A view without the server, on a machine that has no copy of the ledger.

    `offline` is the setting that forbids to connect; empty if the server does not answer.
    """

    def __init__(self, address: str, why: str, offline: str = "") -> None:
        super().__init__(
            f"This machine has no copy of {address} yet, and the server can't be asked "
            f"({why or f'{offline} was given'}).",
            f"Leave out {offline}." if offline else _advise_on_silence(why),
        )


class NotWhileOffline(LedgerError):
    """A move with --offline."""

    effect = "Nothing was recorded."

    def __init__(self, setting: str) -> None:
        super().__init__("Moves need the server.", f"Leave out {setting}.")


class NotEncrypted(LedgerError):
    """The way to a server on another machine is not encrypted, or its certificate is not right."""

    effect = "Nothing was sent."

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"The connection to {address} is not safe: {why}.",
            "Give the server a certificate that this machine trusts, name its own with "
            "sslrootcert=FILE in the address, or connect through an ssh tunnel.",
        )


class AuthenticationFailed(LedgerError):
    """The server does not let this user in."""

    def __init__(self, address: str, user: str, why: str, advice: str) -> None:
        super().__init__(f"{address} does not let {user} in ({why}).", advice)


class NoSuchDatabase(LedgerError):
    """The server has no such database."""

    def __init__(self, address: str, database: str) -> None:
        import shlex

        super().__init__(
            f"The server of {address} has no database “{database}”.",
            f"Create it: createdb {shlex.quote(database)}",
        )


class MissingRights(LedgerError):
    """The role lacks rights to the tables of the ledger."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"You lack rights in {address} ({why}).",
            "Ask the owner of the database for the rights; see: promisectl guide machines",
        )


class NotALedgerDatabase(LedgerError):
    """The database has the tables of another program."""

    effect = "It was left as it is."

    def __init__(self, address: str, tables: str) -> None:
        super().__init__(
            f"{address} has tables of another program ({tables}).",
            "Create a database for the ledger alone; see: promisectl guide machines",
        )


class WrongEncoding(LedgerError):
    """The database does not store texts as UTF-8, so that it can't hold all of them."""

    effect = "It was left as it is."

    def __init__(self, address: str, encoding: str) -> None:
        super().__init__(
            f"{address} stores texts as {encoding}, not as UTF-8.",
            "Create another database for the ledger: createdb -E UTF8 -T template0 promises",
        )


class OlderLedger(LedgerError):
    """The ledger on the server has an earlier schema step than this program."""

    effect = "Nothing was changed."

    def __init__(self, address: str, step: int, known: int) -> None:
        super().__init__(
            f"{address} was written by an older promisectl (schema step {step}; this one writes "
            f"{known}), and older versions on your other machines could not use it any more.",
            "Update these, then upgrade it: promisectl doctor --fix",
        )


class NoUpgrade(LedgerError):
    """No upgrade leads from the schema step of the ledger on the server to that of this program."""

    effect = "Nothing was changed."

    def __init__(self, address: str, step: int, known: int) -> None:
        super().__init__(
            f"{address} has schema step {step}, and no upgrade leads from it to {known}.",
            "Export the journal of a machine's copy, and import it into an empty database; see: "
            "promisectl guide machines",
        )


class OtherHistory(LedgerError):
    """The history on the server is not the one that this machine has seen."""

    effect = "Nothing was changed."

    def __init__(self, address: str, what: str, copy: str) -> None:
        super().__init__(
            f"{address} {what}.",
            f"What this machine has seen is in {copy}. If the server is right, move that file "
            "away; see: promisectl guide machines",
        )


class HistoryWentBack(LedgerError):
    """The server lacks acts that this machine has seen."""

    effect = "Nothing was changed."

    def __init__(self, address: str, acts: int, seen: int, copy: str) -> None:
        import shlex

        super().__init__(
            f"{address} went back to an earlier state (it has {acts:,} acts, this machine has "
            f"seen {seen:,}).",
            f"Save what this machine has seen, with promisectl --ledger {shlex.quote(copy)} export "
            "--journal -o FILE, and see: promisectl guide machines",
        )


class DamagedServerLedger(LedgerError):
    """The rows on the server do not fit together."""

    advice = "See: promisectl doctor"

    def __init__(self, address: str, what: str) -> None:
        super().__init__(f"{address} is damaged: {what}.")


class ServerFailed(TemporaryLedgerError):
    """The server refused a statement for a reason of its own, such as a full disk."""

    advice = "See: promisectl doctor"

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address} failed ({why}).")


class ReadOnlyServer(LedgerError):
    """The server takes no moves, as it only follows another one.

    `why` is what it says about that.
    """

    effect = "Nothing was changed."

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"{address} is only for reading ({why}).",
            "If it is a standby, name the other server as well, with "
            "target_session_attrs=read-write; see: promisectl guide machines",
        )


class StatementPooling(LedgerError):
    """A pooler before the server lets no transaction have several statements."""

    effect = "Nothing was changed."

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} is a pooler that ends every transaction with its first statement.",
            "Set pool_mode = transaction there; see: promisectl guide machines",
        )


class ConnectionLost(TemporaryLedgerError):
    """The connection to the server broke before the move was recorded."""

    advice = "Run the command again when the server answers."

    def __init__(self, address: str, why: str) -> None:
        self.why = why
        super().__init__(f"The connection to {address} broke ({why}).")


class RestoreOntoServer(Usage):
    """A backup is to be restored onto a server."""

    def __init__(self) -> None:
        super().__init__(
            "Can't restore onto a server, because others work in that ledger.",
            "Restore the backup to a file, export its journal, and import that into an empty "
            "database; see: promisectl guide machines",
        )


class RebuildOnServer(Usage):
    """The rows of a ledger on a server are to be rebuilt."""

    def __init__(self) -> None:
        super().__init__(
            "Can't rebuild the rows on a server, because others work in that ledger.",
            "Import its journal into an empty database; see: promisectl guide machines",
        )
