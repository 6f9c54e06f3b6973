"""Errors about the ledger file: its kind, what keeps a command from it, and its damage."""

from __future__ import annotations

from promisectl.errors import LedgerError, MachineError, Problem, TemporaryLedgerError, Usage


class OldSqlite(MachineError):
    """The SQLite of this Python is too old for a ledger."""

    def __init__(self, version: str, needed: str) -> None:
        super().__init__(
            f"This Python has SQLite {version}, and a ledger needs {needed} or newer. "
            "The ledger was not touched.",
            "Install promisectl with a newer Python, from https://www.python.org or conda-forge.",
        )


class MissingLedger(LedgerError):
    """A Python program has named a ledger that does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no ledger at {path}.", "See: promisectl path")


class ReadOnly(Usage):
    """A Python program has tried to change the ledger."""

    def __init__(self) -> None:
        super().__init__(
            "A session only reads the ledger, so nothing was changed.",
            "Use the commands for changes: promisectl help all",
        )


class NotALedger(LedgerError):
    """The file at the path of the ledger is something else, or a broken link."""

    effect = "It was left as it is."
    advice = "Move it elsewhere, or name another ledger with --ledger."

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        self.what = what
        super().__init__(f"{path} {what}.")


class DamagedLedger(NotALedger):
    """The file at the path of the ledger is damaged, or may never have been a ledger."""

    restorable = True
    advice = "See: promisectl doctor"


class NewerLedger(LedgerError):
    """A ledger that a later version of promisectl wrote."""

    restorable = True
    effect = "It was left as it is."
    advice = "Update promisectl."

    def __init__(self, path: str, step: int, known: int) -> None:
        self.what = (
            f"was written by a newer promisectl (schema step {step}; this one knows {known})"
        )
        super().__init__(f"{path} {self.what}.")


class ForeignJournal(LedgerError):
    """A log of changes is beside the ledger that belongs to another state of it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path}-wal belongs to another state of the ledger, and SQLite would apply it. "
            "Nothing was changed.",
            "Move that file elsewhere, but keep it until this finds no damage: promisectl doctor",
        )


class WalModeLedger(LedgerError):
    """Another program has set a mode in which even a view would write files."""

    def __init__(self, path: str) -> None:
        import shlex

        super().__init__(
            f"Another program set {path} to WAL mode, in which even a view would write files.",
            "The next change you record ends that mode, or end it now: "
            f"sqlite3 {shlex.quote(path)} 'PRAGMA journal_mode=DELETE'",
        )


class HardLinkedLedger(LedgerError):
    """A ledger with several names (hard links).

    After a crash, SQLite looks for its journal by the name, and would not find it.
    """

    effect = "It was left as it is."

    def __init__(self, path: str, names: int) -> None:
        import shlex

        super().__init__(
            f"{path} has {names} names (hard links), and commands that use different ones "
            "would damage it.",
            f"Remove the others; to find them: find / -samefile {shlex.quote(path)}",
        )


class RootInForeignDirectory(LedgerError):
    """Root would write into another user's directory, where the owner could not change it."""

    effect = "Nothing was changed."

    def __init__(self, path: str, owner: str) -> None:
        import shlex

        super().__init__(
            f"You are root, and {path} is in a directory owned by {owner}, "
            "who could not use what root writes there.",
            f"Run this as {owner}: sudo -u {shlex.quote(owner)} promisectl …",
        )


class LinkIntoForeignDirectory(LedgerError):
    """A link that leads into another user's directory."""

    effect = "Nothing was changed."

    def __init__(self, path: str, real: str, owner: str) -> None:
        import shlex

        super().__init__(
            f"{path} is a link to {real}, in a directory owned by {owner}.",
            f"If you want to use that, name it directly: --ledger {shlex.quote(real)}",
        )


class DamagedContent(LedgerError):
    """The content of a ledger is not what was recorded."""

    advice = "See: promisectl doctor"

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path} is damaged: {what}.")


class NotRebuilt(LedgerError):
    """Rows can't be rebuilt, because the acts are damaged too."""

    advice = "See: promisectl doctor"

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"Can't rebuild {path}, because its acts are damaged too ({what}).")


class BadHead(Usage):
    """The value of --expect is not a head of a ledger."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}” is not a head: that is 64 digits and letters from a to f.",
            "Give at least the first 8. See: promisectl doctor",
        )


class LedgerNeedsFix(LedgerError):
    """A ledger that can't be checked until a command that writes has repaired it."""

    advice = "Repair it: promisectl doctor --fix"

    def __init__(self, path: str, why: str) -> None:
        self.why = why
        super().__init__(f"Can't check {path} as it is: {why}.")


class LedgerBusy(TemporaryLedgerError):
    """Another command locked the ledger for too long."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(f"Another command kept {path} locked for {seconds} seconds.", "Try again.")


class LedgerUnusable(TemporaryLedgerError):
    """SQLite or the operating system can't use the file."""

    def __init__(self, path: str, why: str, advice: str = "See: promisectl path") -> None:
        super().__init__(f"Can't use {path}: {why}.", advice)


class WriteUnconfirmed(Problem):
    """The command did its work, but the disk did not confirm it."""

    code = "ledger"
    exit_code = 7

    def __init__(
        self, path: str, why: str, did: str = "The move was recorded in", look: str = "log"
    ) -> None:
        super().__init__(
            f"{did} {path}, but the disk did not confirm it ({why}).", f"See: promisectl {look}"
        )


class WriteUncertain(Problem):
    """The disk failed while it wrote, and can't be read either.

    `kept` is the file with the former ledger; empty where there is none.
    """

    code = "ledger"
    exit_code = 7

    def __init__(
        self,
        path: str,
        why: str,
        what: str = "the move was being recorded",
        look: str = "log",
        kept: str = "",
    ) -> None:
        done = what.rpartition(" ")[2]
        safe = f" The former ledger is in {kept}." if kept else ""
        super().__init__(
            f"{path} failed while {what} ({why}) and can't be read now, "
            f"so it may or may not be {done}.{safe}",
            f"When it can be read again, see: promisectl {look}",
        )
