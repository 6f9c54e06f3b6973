"""The commands `backup` and `restore`: copies of the whole ledger."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output, output_files, prompts
from promisectl.rendering import formats
from promisectl.storage import ledger
from promisectl.storage.backup import create
from promisectl.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.env import Env
    from promisectl.storage.backup.restore import CurrentLedger, RestoreResult
    from promisectl.storage.backup.source import BackupSource
    from promisectl.storage.summary import LedgerSummary


def backup(env: Env, file: str | None = None, *, force: bool = False) -> None:
    """Copy the ledger into the directory of backups, into another directory, or to a file.

    Of a ledger on a server, this machine's copy is brought up to date first, if the server answers.
    """
    if file == "":
        raise errors.NoFileNamed
    if file == "-":
        raise errors.BackupOnStdout
    ledger.prepare_writing(env.ledger_file)  # ends a mode in which the file can't be read
    if not ledger.has_ledger(env.ledger):
        raise errors.NothingToBackUp(str(env.ledger))
    with ledger.open_snapshot(env.ledger):
        pass  # refuses a file that is not a ledger, and takes back an unfinished write
    if file is None:
        made = create.create_and_prune_backup(env.ledger_file, env.backup_directory, env.now)
    else:
        made = create_backup_at(env, file, force=force)
    with _explain_lost_answer("The backup was made", "path"):
        output.print_result(
            env,
            records=[{"path": made.path, **_build_extent_record(made.summary)}],
            ids=[made.path],
            lines=[f"Backed up {_format_backup_extent(made.summary)}."],
            facts=[f"file: {made.path}", f"head: {made.summary.head}"],
            hints=[
                (
                    "Keep the head, the hash of the newest act. "
                    "To verify the ledger later: promisectl doctor --expect “…”"
                )
            ],
        )


@contextmanager
def _explain_lost_answer(done: str, command: str) -> Iterator[None]:
    """Turn an AnswerLost raised inside into one that names what was done and where to look."""
    try:
        yield
    except errors.AnswerLost as problem:
        raise errors.AnswerLost(problem.why, done, command) from problem


def create_backup_at(env: Env, file: str, *, force: bool) -> create.Backup:
    """Copy the ledger to a file, or into a directory under a name with the time.

    `force` replaces another backup, but no other file. Raises NoDirectory, ExportOntoLedger,
    BackupOntoOtherFile, FileExists and CannotWrite.
    """
    path = paths.resolve_path(file)
    is_directory = output_files.is_directory_path(os.path.expanduser(file))
    directory = path if is_directory else os.path.dirname(path)
    # A directory is not created: for a stick that is missing, it would be on the disk instead.
    if paths.is_missing(directory):
        raise errors.NoDirectory(directory)
    if is_directory:
        return create.create_dated_backup(env.ledger_file, path, env.now)
    if ledger.is_ledger_file(path, env.ledger_file):
        raise errors.ExportOntoLedger(file)
    output_files.ensure_ordinary_file(path)
    if os.path.lexists(path) and not create.is_replaceable_file(path):
        raise errors.BackupOntoOtherFile(file)
    if os.path.lexists(path) and not force:
        raise errors.FileExists(file)
    try:
        return create.create_backup(env.ledger_file, path, force=force)
    except FileExistsError as error:
        raise errors.FileExists(file) from error


def _build_extent_record(summary: LedgerSummary) -> dict[str, object]:
    return {"promises": summary.promises, "acts": summary.acts, "head": summary.head}


def _format_backup_extent(summary: LedgerSummary) -> str:
    promises = formats.format_count(summary.promises, "promise")
    return f"{promises}, {formats.format_count(summary.acts, 'act')}"


# Restore


def restore(env: Env, file: str, *, yes: bool = False) -> None:
    """Replace the ledger by a backup; a ledger that is there is backed up first.

    Unless `yes`, asks before it replaces a ledger. Raises RestoreOntoServer, CannotRead,
    RestoreFromItself, RestoreNeedsYes and AnswerLost.
    """
    from promisectl.storage.backup import restore as restore_backup
    from promisectl.storage.backup import source as backup_source
    from promisectl.storage.backup.set_aside import RestorePlace

    if not file:
        raise errors.NoFileNamed
    if not isinstance(env.ledger, str):
        raise errors.RestoreOntoServer
    path = paths.resolve_path(file)
    if not ledger.has_ledger(path):
        raise errors.CannotRead(file, "No such file or directory")
    if ledger.is_ledger_file(path, env.ledger_file):
        raise errors.RestoreFromItself(file)
    restore_backup.settle_former_ledger(env.ledger_file)
    current = None
    has_ledger = ledger.has_ledger(env.ledger)
    if not has_ledger:
        env.ensure_ledger_directory()
    if not yes and has_ledger:
        if not env.may_ask:
            raise errors.RestoreNeedsYes(env.ledger_file)
        with backup_source.open_backup_source(path) as source:
            current = restore_backup.load_current_ledger(env.ledger_file, source)
            lines = list(iter_comparison_lines(env, source.summary, current))
        for line in lines:
            env.print_warning(line)
        question = "Restore it? yes or no (Enter for no)"
        meanings = {
            "yes": "the backup replaces the ledger, which is kept beside it",
            "no": "the ledger stays as it is",
        }
        word = prompts.ask_choice(env, question, ("yes", "no"), enter="no", meanings=meanings)
        if word == "no":
            env.print_warning("Nothing was restored.")
            return
    place = RestorePlace(env.ledger_file, env.backup_directory, env.now)
    with _explain_lost_answer("The backup was restored", "list"):
        with backup_source.open_backup_source(path) as source:
            done = restore_backup.restore_backup(source, place, current)
        create.prune_backups(env.ledger_file, env.backup_directory, [path, done.saved_path])
        print_restore_result(env, source, done)


def iter_comparison_lines(env: Env, backup: LedgerSummary, current: CurrentLedger) -> Iterator[str]:
    """Return what the ledger and the backup hold, and what a restore would remove."""
    there = current.summary
    if there:
        newest = _format_newest_moment(env, there)
        yield f"In the ledger: {_format_backup_extent(there)}, the newest from {newest}."
    else:
        yield "In the ledger: nothing that can be read. The file will be set aside."
    newest = _format_newest_moment(env, backup)
    yield f"In the backup: {_format_backup_extent(backup)}, the newest from {newest}."
    if current.damage and there:
        yield (
            f"The ledger is damaged ({current.damage}); the backup is not. "
            "The damaged ledger will be set aside first."
        )
    elif there:
        relation = format_history_relation(current.relation, backup.acts - there.acts)
        yield f"{relation} The ledger will be backed up first."


def format_history_relation(relation: str, surplus: int) -> str:
    """Return how the history of the ledger relates to that of the backup.

    `relation` is `same`, `earlier`, `later` or `apart`, as in CurrentLedger; `surplus` is how many
    acts the backup has more than the ledger, negative when it has fewer.
    """
    acts = formats.format_count(abs(surplus), "act")
    return {
        "same": "They are the same.",
        "earlier": f"The backup is older: {acts} in the ledger would be lost.",
        "later": f"The backup is newer, with {acts} more.",
        "apart": "Their histories differ: what is only in the ledger would be lost.",
    }[relation]


def _format_newest_moment(env: Env, summary: LedgerSummary) -> str:
    try:
        return formats.format_instant(summary.newest_at, env.here)
    except ValueError:  # in a damaged ledger
        return "a moment that can't be read"


def print_restore_result(env: Env, source: BackupSource, done: RestoreResult) -> None:
    """Print what was restored, and where the former ledger is now."""
    summary = source.summary
    record = {
        "path": env.ledger_file,
        **_build_extent_record(summary),
        "from": source.path,
        "before": done.saved_path or None,
        "repairs": source.repairs,
    }
    hints = [f"Repaired: {repair}." for repair in source.repairs]
    if done.backup:
        hints += [
            f"The previous ledger is in: {done.saved_path}",
            "Not what you meant?",
            f"promisectl restore {shlex.quote(done.saved_path)}",
        ]
    elif done.readable:
        command = f"promisectl --ledger {shlex.quote(done.aside_path)} list"
        hints += [f"To look at the damaged ledger: {command}"]
    elif done.aside_path:
        hints += [f"The unreadable file was set aside: {done.aside_path}"]
    newest = _format_newest_moment(env, summary)
    output.print_result(
        env,
        records=[record],
        ids=filter(None, [done.saved_path]),
        lines=[f"Restored {_format_backup_extent(summary)}, the newest from {newest}."],
        facts=[f"head: {summary.head}"],
        hints=hints,
    )
