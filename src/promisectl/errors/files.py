"""Errors about exports and backups."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import LedgerError, MachineError, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar


class NoHome(MachineError):
    """There is no home directory: HOME is not set, is empty, or is no whole path."""

    def __init__(self) -> None:
        super().__init__(
            "There is no home directory to keep the ledger, the config and backups in. "
            "Set HOME to one, or name the ledger alone: PROMISECTL_LEDGER=/…/ledger.db."
        )


class BadPlace(Usage):
    """A path that can't be meant as it is written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"“{path}” is not a path that can be used: {why}.")


class NoLedgerDirectory(LedgerError):
    """A ledger that was named is new, and its directory is not there."""

    def __init__(self, directory: str) -> None:
        super().__init__(
            f"There is no directory {directory} for a new ledger, so nothing was recorded. "
            "If it is on another disk, see that it is mounted; "
            f"else make it with: mkdir -p '{directory}'"
        )


class CannotWrite(LedgerError):
    """An output file that could not be written."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} can't be written: {why}. Choose another place, or try again.")


class NoTemporaryFile(MachineError):
    """A temporary file could not be written, which says nothing about the ledger."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"A temporary file can't be written: {why}. The ledger is as it was. "
            "Free some space for such files, or name a directory with more: TMPDIR=DIRECTORY."
        )


class FileExists(Usage):
    """An output file that is there already."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is there already. Add --force to replace it, or choose another name."
        )


class PictureExists(Usage):
    """A picture of a view was to be saved in a file that is there already."""

    def __init__(self, path: str, words: Sequence[str]) -> None:
        import shlex

        super().__init__(f"{path} already exists. Choose another name, or replace it:")
        self.commands = (f"{shlex.join(['promisectl', *words])} > {shlex.quote(path)}",)


class ExportOntoLedger(Usage):
    """An export that would overwrite the ledger itself."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is the ledger itself. Choose another file.")


class NothingToBackUp(LedgerError):
    """There is no ledger of which a copy could be made."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"There is no ledger at {path}, so there is nothing to back up. "
            "Which one is meant: path, or --ledger."
        )


class BackupOnStdout(Usage):
    """A backup was asked for on stdout."""

    def __init__(self) -> None:
        super().__init__(
            "A backup is a file: name one, or a directory. "
            "As text, the whole ledger goes to stdout with: export --journal."
        )


class NoFileNamed(Usage):
    """An empty text was given where a file is to be named. `option` says where."""

    def __init__(self, option: str = "FILE") -> None:
        super().__init__(
            f"{option} is empty. Name a file; "
            "in a script, see that the variable it comes from is set."
        )


class NoDirectory(LedgerError):
    """A backup is to go into a directory that is not there."""

    def __init__(self, directory: str) -> None:
        super().__init__(
            f"There is no directory {directory}, so nothing was backed up. "
            "If it is on another disk, see that it is mounted; "
            f"else make it with: mkdir -p '{directory}'"
        )


class BackupOntoOtherFile(Usage):
    """A backup would take the place of a file that is no ledger."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is there, and is no ledger, so not even --force replaces it. "
            "Choose another name, or take it away first."
        )


class JournalBesideTarget(Usage):
    """Beside the name of a new database lies the journal of another."""

    def __init__(self, journal: str) -> None:
        super().__init__(
            f"{journal} is there, the journal of another database, "
            "which would be mixed with this one. Choose another name."
        )


class OrphanJournal(LedgerError):
    """No ledger is there, but the journal of one that was."""

    def __init__(self, journal: str) -> None:
        super().__init__(
            f"{journal} lies there without its ledger, and would be mixed into a new one. "
            "Nothing was recorded; move it to where that ledger is now, or away."
        )


class AutoBackupFailed(LedgerError):
    """What was there could not be backed up before a change."""

    def __init__(self, problem: LedgerError) -> None:
        super().__init__(
            f"What is there is backed up before this, and that failed: {problem} "
            "Nothing was changed; see to that, or name another place with XDG_STATE_HOME."
        )


class RestoreFromItself(Usage):
    """A ledger is to be restored from itself."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is the ledger itself. Name a backup of it; where they are, says: path."
        )


class NotABackup(LedgerError):
    """The file that a ledger is to be restored from is damaged, or something else."""

    def __init__(self, path: str, what: str, way_out: str = "choose another backup") -> None:
        super().__init__(f"{path} {what}. Nothing was restored; {way_out}.")


class JournalBesideBackup(LedgerError):
    """Beside the file that a ledger is to be restored from lies a journal."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Beside {path} lies a journal: a command was at work when it was copied. "
            f"Have that settled with: --ledger {path} list, then restore it."
        )


class RestoreNeedsYes(Usage):
    """A restore would replace what is there, and nobody could be asked."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"To restore replaces all that is in {path}, which is backed up first. "
            "If that is meant, add --yes."
        )


class LedgerChanged(LedgerError):
    """The ledger is not any more what a person was shown before the Yes to a restore."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} has changed meanwhile, so nothing was restored. "
            "Say it again to see what is there now."
        )


class NotRestored(LedgerError):
    """The copying of a backup into the ledger failed.

    `kept` is the file that has the former ledger; empty where there was none.
    """

    def __init__(self, path: str, why: str, kept: str) -> None:
        safe = f" What was there is in {kept}." if kept else ""
        super().__init__(f"{path} could not be restored: {why}.{safe} How it is now, says: doctor.")


class UnknownEnding(Usage):
    """The name of an output file ends like a format that there is no export to."""

    def __init__(self, path: str, ending: str, forms: Sequence[str]) -> None:
        super().__init__(
            f"{path} would not hold what .{ending} says. The formats are {', '.join(forms)}: "
            "let the name end in one of them, or name one with --format."
        )


class NotWithFormat(Usage):
    """An option that means nothing in the format that was asked for."""

    def __init__(self, option: str, form: str, forms: Sequence[str]) -> None:
        super().__init__(
            f"{option} has no meaning in {form}; it goes with {', '.join(forms)}. "
            f"Leave it out, or add --format {forms[0]}."
        )


class NotWithActs(Usage):
    """Filters of promises were given for acts, or for the whole journal."""

    _EXPORT_CONTENTS: ClassVar = {
        "--acts": "the talk about all promises",
        "--journal": "all of the ledger",
    }

    def __init__(self, option: str, filters: Sequence[str]) -> None:
        content, but = self._EXPORT_CONTENTS[option], "; only --limit can"
        super().__init__(
            f"{option} is {content}, and {', '.join(filters)} can't narrow it"
            f"{but if option == '--acts' else ''}."
        )


class ExportIntoDirectory(Usage):
    """A directory was given to a format that makes one file."""

    def __init__(self, path: str, form: str) -> None:
        super().__init__(
            f"{path} is a directory, and {form} is one file. "
            "Name a file, or add --format ics for a file a promise."
        )


class UnknownColumn(Usage):
    """A record has no field of that name."""

    def __init__(self, option: str, name: str, known: Sequence[str]) -> None:
        from difflib import get_close_matches

        nearest = f"; the nearest is {get_close_matches(name, known, 1, 0)[0]}" if name else ""
        super().__init__(f"{option} does not know “{name}”{nearest}. All of them: guide records.")


class BadTemplate(Usage):
    """A template has a brace that does not enclose the name of a field, or is empty."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Can't read the template: {why}. Write a field as {{id}}, a brace as {{{{ or }}}}."
        )


class ColumnTwice(Usage):
    """A field was named more than once."""

    def __init__(self, name: str) -> None:
        super().__init__(f"--columns names {name} twice. Name each once.")


class BadAlarm(Usage):
    """Something that is not a time before the due date."""

    def __init__(self, word: str) -> None:
        super().__init__(
            f"--alarm “{word}” can't be read. "
            "Give the time before it is due in days, hours or minutes: 1d, 2h, 30m."
        )


class NeedsICalendar(Usage):
    """The package that writes calendars is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "--format ics needs the package icalendar, which is not installed. "
            'Add it: pipx inject promisectl icalendar, or pip install "promisectl[ics]".'
        )
