"""Errors about exports and backups."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import LedgerError, MachineError, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar


class NoHome(MachineError):
    """There is no home directory: HOME is not set, empty, or not an absolute path."""

    def __init__(self) -> None:
        super().__init__(
            "There is no home directory for the ledger, the config and backups.",
            "Set HOME, or name a ledger: PROMISECTL_LEDGER=/…/ledger.db",
        )


class BadPlace(Usage):
    """A path that can't be used as it is written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"Can't use the path “{path}”: {why}.")


class NoLedgerDirectory(LedgerError):
    """The directory for a new ledger does not exist."""

    def __init__(self, directory: str) -> None:
        import shlex

        super().__init__(
            f"There is no directory {directory} for a new ledger, so nothing was recorded.",
            f"Mount its disk, or create it: mkdir -p {shlex.quote(directory)}",
        )


class CannotWrite(LedgerError):
    """An output file that can't be written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"Can't write {path}: {why}.", "Choose another place, or try again.")


class NoTemporaryFile(MachineError):
    """A temporary file can't be written; the ledger may be fine.

    `variable` names another directory for it: SQLite looks at one of its own first.
    """

    def __init__(self, why: str, variable: str = "TMPDIR") -> None:
        super().__init__(
            f"Can't write a temporary file: {why}. The ledger is unchanged.",
            f"Free some space, or set {variable} to another directory.",
        )


class FileExists(Usage):
    """An output file that already exists."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} already exists.", "Add --force to replace it, or choose another name."
        )


class PictureExists(Usage):
    """A picture of a view was to be saved in a file that is there already."""

    def __init__(self, path: str, words: Sequence[str]) -> None:
        import shlex

        super().__init__(f"{path} already exists. Choose another name, or replace it:")
        self.commands = (f"{shlex.join(['promisectl', *words])} > {shlex.quote(path)}",)


class ExportOntoLedger(Usage):
    """An export that would overwrite the ledger."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is the ledger itself.", "Choose another file.")


class NothingToBackUp(LedgerError):
    """There is no ledger to back up."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"There is no ledger at {path} to back up.",
            "Name another with --ledger, or see: promisectl path",
        )


class BackupOnStdout(Usage):
    """A backup to stdout."""

    def __init__(self) -> None:
        super().__init__(
            "A backup can't go to stdout.",
            "Name a file or a directory, or export text: promisectl export --journal",
        )


class NoFileNamed(Usage):
    """The name of a file is empty. `option` is the option that has it."""

    def __init__(self, option: str = "FILE") -> None:
        super().__init__(
            f"{option} is empty.", "Name a file; in a script, check the variable it comes from."
        )


class NoDirectory(LedgerError):
    """The directory for a backup does not exist."""

    def __init__(self, directory: str) -> None:
        import shlex

        super().__init__(
            f"There is no directory {directory}, so nothing was backed up.",
            f"Mount its disk, or create it: mkdir -p {shlex.quote(directory)}",
        )


class BackupOntoOtherFile(Usage):
    """A backup that would replace a file that is not a ledger."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} exists and is not a ledger, so --force does not replace it.",
            "Choose another name, or move it away.",
        )


class JournalBesideTarget(Usage):
    """The journal of another database is beside the name of a new one."""

    def __init__(self, journal: str) -> None:
        super().__init__(
            f"{journal} exists, and SQLite would apply it to the new file.",
            "Choose another name.",
        )


class OrphanJournal(LedgerError):
    """There is no ledger, but a journal of a former one."""

    def __init__(self, journal: str) -> None:
        super().__init__(
            f"{journal} exists without its ledger, and SQLite would apply it to a new one. "
            "Nothing was recorded.",
            "Move it to its ledger, or elsewhere.",
        )


class AutoBackupFailed(LedgerError):
    """The backup before a change failed."""

    def __init__(self, problem: LedgerError) -> None:
        super().__init__(
            f"Nothing was changed, because the backup before it failed: {problem.clause}.",
            "Fix that, or set XDG_STATE_HOME to another place.",
        )


class RestoreFromItself(Usage):
    """A ledger is to be restored from itself."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is the ledger itself.", "Name a backup; their directory: promisectl path"
        )


class NotABackup(LedgerError):
    """The file to restore is damaged, or is not a ledger."""

    effect = "Nothing was restored."

    def __init__(self, path: str, what: str, way_out: str = "Choose another backup.") -> None:
        super().__init__(f"{path} {what}.", way_out)


class JournalBesideBackup(LedgerError):
    """There is a journal beside the file to restore."""

    def __init__(self, path: str) -> None:
        import shlex

        super().__init__(
            f"{path} has a journal beside it: it was copied while a command was writing.",
            "Let SQLite roll that back, then restore it: "
            f"promisectl --ledger {shlex.quote(path)} list",
        )


class RestoreNeedsYes(Usage):
    """A restore would replace a ledger, and there is no terminal to ask at."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"This replaces all of {path}, after a backup of it.", "To go ahead, add --yes."
        )


class LedgerChanged(LedgerError):
    """The ledger has changed since a person agreed to replace it."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} has changed meanwhile, so nothing was restored.",
            "Run the command again to see what it holds now.",
        )


class NotRestored(LedgerError):
    """A backup could not be copied into the ledger.

    `kept` is the file with the former ledger; empty where there was none.
    """

    def __init__(self, path: str, why: str, kept: str) -> None:
        safe = f" The former ledger is in {kept}." if kept else ""
        super().__init__(f"{path} could not be restored: {why}.{safe}", "See: promisectl doctor")


class UnknownEnding(Usage):
    """An output file whose ending is not one of the formats."""

    def __init__(self, path: str, ending: str, forms: Sequence[str]) -> None:
        super().__init__(
            f"Can't export to {path}: there is no format .{ending}.",
            f"Use one of {', '.join(forms)} as the ending, or with --format.",
        )


class NotWithFormat(Usage):
    """An option that does not work with the chosen format."""

    def __init__(self, option: str, form: str, forms: Sequence[str]) -> None:
        super().__init__(
            f"{option} works with {', '.join(forms)}, not with {form}.",
            f"Leave it out, or add --format {forms[0]}.",
        )


class NotWithActs(Usage):
    """Filters of promises with an export of acts or of the whole journal."""

    _EXPORT_CONTENTS: ClassVar = {
        "--acts": "all acts, which only --limit can shorten",
        "--journal": "the whole ledger",
    }

    def __init__(self, option: str, filters: Sequence[str]) -> None:
        super().__init__(
            f"{option} exports {self._EXPORT_CONTENTS[option]}.",
            f"Leave out {' and '.join(filters)}.",
        )


class ExportIntoDirectory(Usage):
    """A directory as the target of a format that writes one file."""

    def __init__(self, path: str, form: str) -> None:
        super().__init__(
            f"{path} is a directory, and {form} is one file.",
            "Name a file, or add --format ics for one file per promise.",
        )


class UnknownColumn(Usage):
    """A field that records do not have."""

    def __init__(self, option: str, name: str, known: Sequence[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(name, known, 1)
        meant = f"Did you mean {near[0]}? " if near else ""
        super().__init__(
            f"{option}: there is no field “{name}”.", f"{meant}See: promisectl guide records"
        )


class BadTemplate(Usage):
    """A template has a brace that does not enclose the name of a field, or is empty."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Can't read the template: {why}. Write a field as {{id}}, a brace as {{{{ or }}}}."
        )


class ColumnTwice(Usage):
    """A field that is named twice."""

    def __init__(self, name: str) -> None:
        super().__init__(f"--columns has {name} twice.", "Keep one of them.")


class BadAlarm(Usage):
    """An alarm that is not a time before the due date."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"Can't read --alarm “{word}”.",
            "Give days, hours or minutes before the due date, such as 1d, 2h or 30m.",
        )


class NeedsIcalendar(Usage):
    """The package that writes calendars is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "--format ics needs the package icalendar, which is not installed.",
            'Add it: pipx inject promisectl icalendar · pip install "promisectl[ics]"',
        )
