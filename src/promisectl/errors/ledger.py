"""Errors about the ledger file: what it is, what keeps a command from it, and its damage."""

from __future__ import annotations

from promisectl.errors import LedgerError, MachineError, Problem, TemporaryLedgerError, Usage


class OldSqlite(MachineError):
    """Python comes with an SQLite that is too old for a ledger."""

    def __init__(self, version: str, needed: str) -> None:
        super().__init__(
            f"This Python has SQLite {version}, and a ledger needs {needed} or newer. "
            "No ledger was touched. Install promisectl with a newer Python, "
            "as from https://www.python.org or conda-forge."
        )


class NotALedger(LedgerError):
    """The file in the ledger's place is something else, or nothing at all."""

    way_out = "move it away, or name another ledger with --ledger"

    def __init__(self, path: str, what: str) -> None:
        self.path = path
        self.what = what
        super().__init__(f"{path} {what}. It was left as it is; {self.way_out}.")


class DamagedLedger(NotALedger):
    """The file in the ledger's place was a ledger, or could have been one, and is whole no more."""

    restorable = True
    way_out = "what helps is told by: doctor"


class NewerLedger(LedgerError):
    """A ledger written by a later version of the program."""

    restorable = True

    def __init__(self, path: str, step: int, known: int) -> None:
        self.what = (
            f"was written by a newer promisectl (schema step {step}; this one knows {known})"
        )
        super().__init__(f"{path} {self.what}. It was left as it is; update promisectl.")


class ForeignJournal(LedgerError):
    """A log of changes lies beside the ledger that can't be its own: SQLite would mix it in."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Beside the ledger lies {path}-wal, which belongs to another state of it "
            "and would be mixed in. Nothing was touched; move that file away, "
            "and keep it until doctor finds the ledger whole."
        )


class WalModeLedger(LedgerError):
    """Another program has turned the ledger to a mode in which even a look at it would write."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} was turned to WAL mode by another program, "
            "and a look at it would write files beside it. The next move turns it back, "
            f"and so does: sqlite3 '{path}' 'PRAGMA journal_mode=DELETE'"
        )


class HardLinkedLedger(LedgerError):
    """A ledger with several names: what SQLite needs after a crash goes by the name,
    so that it would be looked for in vain.
    """  # noqa: D205

    def __init__(self, path: str, names: int) -> None:
        import shlex

        super().__init__(
            f"{path} has {names} names (hard links), and commands that use different ones "
            "would damage it. It was left as it is; remove the others. "
            f"They are shown by: find / -samefile {shlex.quote(path)}"
        )


class RootInForeignDirectory(LedgerError):
    """Root in somebody else's directory: what root writes there, its owner could not
    change any more.
    """  # noqa: D205

    def __init__(self, path: str, owner: str) -> None:
        super().__init__(
            f"{path} is in a directory of {owner}'s, and you are root: "
            f"{owner} could not use what root writes there. "
            f"Nothing was touched; say it as {owner}: sudo -u '{owner}' promisectl …"
        )


class LinkIntoForeignDirectory(LedgerError):
    """A link that leads into somebody else's directory."""

    def __init__(self, path: str, real: str, owner: str) -> None:
        super().__init__(
            f"{path} leads by a link to {real}, into a directory of {owner}'s. "
            f"Nothing was touched; if that is what you want, name it as it is: --ledger '{real}'"
        )


class DamagedContent(LedgerError):
    """What is in a ledger is not what was recorded."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path} is damaged: {what}. What to do is told by: doctor.")


class NotRebuilt(LedgerError):
    """Rows can't be told from acts that are damaged themselves."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(
            f"Nothing was rebuilt in {path}: what it would be rebuilt from is damaged ({what}). "
            "See: doctor."
        )


class BadHead(Usage):
    """What --expect was given is no head of a ledger."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"“{text}” is no head: that is 64 digits and letters from a to f, "
            "or the first 8 at least. See: doctor."
        )


class LedgerNeedsFix(LedgerError):
    """A ledger that only a command that writes can bring in order,
    which looking at it never does.
    """  # noqa: D205

    def __init__(self, path: str, why: str) -> None:
        self.why = why
        super().__init__(
            f"{path} can't be examined as it is: {why}. It is put in order by: doctor --fix."
        )


class LedgerBusy(TemporaryLedgerError):
    """Another command held the ledger for longer than one wanted to wait."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__(
            f"{path} was locked by another command for {seconds} seconds.", "Try again."
        )


class LedgerUnusable(TemporaryLedgerError):
    """SQLite or the operating system refused."""

    def __init__(self, path: str, why: str, advice: str = "See where it is with: path.") -> None:
        super().__init__(f"{path} can't be used: {why}.", advice)


class WriteUnconfirmed(Problem):
    """What was asked for is done and recorded, but the disk did not confirm it."""

    code = "ledger"
    exit_code = 7

    def __init__(
        self, path: str, why: str, did: str = "The move was recorded in", look: str = "log"
    ) -> None:
        super().__init__(
            f"{did} {path}, but the disk did not confirm it ({why}). See it with: {look}."
        )


class WriteUncertain(Problem):
    """The disk failed while a move was recorded or a backup restored,
    and can't be asked either whether it was.

    `kept` is the file that has the former ledger; empty where there is none.
    """  # noqa: D205

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
        safe = f" What was there is in {kept}." if kept else ""
        super().__init__(
            f"{path} failed while {what} ({why}), and can't be read now, "
            f"so it may be {done} or not.{safe} "
            f"When it can be read again, see: {look}."
        )
