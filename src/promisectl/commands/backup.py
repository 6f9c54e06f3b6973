"""Backups of the whole ledger, and the way back."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.env import Env
    from promisectl.storage.backup.restore import CurrentLedger, RestoreResult
    from promisectl.storage.backup.source import BackupSource
    from promisectl.storage.summary import LedgerSummary


def backup(env: Env, file: str | None = None, *, force: bool = False) -> None:
    """A copy of the ledger in the directory of backups, in another directory, or as a file."""
    if file == "":
        raise errors.NoFileNamed
    if file == "-":
        raise errors.BackupOnStdout
    if not ledger.has_ledger(env.ledger):
        raise errors.NothingToBackUp(env.ledger)
    with ledger.open_snapshot(env.ledger):
        pass  # strange files are refused, and what a killed command left half done is taken back
    made = _create_requested_backup(env, file, force=force)
    with _explain_lost_answer("The backup was made", "path"):
        output.print_result(
            env,
            records=[{"path": made.path, **_build_extent_record(made.summary)}],
            ids=[made.path],
            lines=[f"Backed up {_format_backup_extent(made.summary)}."],
            facts=[f"file: {made.path}", f"head: {made.summary.head}"],
            hints=["Later, doctor --expect HEAD says whether all of it is still there."],
        )


@contextmanager
def _explain_lost_answer(did: str, look: str) -> Iterator[None]:
    """Around an answer: what is said when nobody can hear it. Raises AnswerLost."""
    try:
        yield
    except errors.AnswerLost as problem:
        raise errors.AnswerLost(problem.why, did, look) from problem


def _create_requested_backup(env: Env, file: str | None, *, force: bool) -> create.Backup:
    if file is None:
        return create.create_and_prune_backup(env.ledger, env.backup_directory, env.now)
    path = os.path.abspath(os.path.expanduser(file))
    into = output_files.is_directory_path(os.path.expanduser(file))
    directory = path if into else os.path.dirname(path)
    if not os.path.lexists(
        directory
    ):  # a stick that is not there would be backed up onto the disk below it
        raise errors.NoDirectory(directory)
    if into:
        return create.create_dated_backup(env.ledger, path, env.now)
    if ledger.is_ledger_file(path, env.ledger):
        raise errors.ExportOntoLedger(file)
    _ensure_backup_name_free(file, path, force=force)
    try:
        return create.create_backup(env.ledger, path, force=force)
    except FileExistsError as error:
        raise errors.FileExists(file) from error


def _ensure_backup_name_free(file: str, path: str, *, force: bool) -> None:
    """Refuse a name that something has which a backup may not replace. Raises FileExists, NotReplaced and CannotWrite."""
    output_files.ensure_ordinary_file(path)
    if os.path.lexists(path) and not create.is_replaceable_file(path):
        raise errors.BackupOntoOtherFile(file)
    if os.path.lexists(path) and not force:
        raise errors.FileExists(file)


def _build_extent_record(holds: LedgerSummary) -> dict[str, object]:
    return {"promises": holds.promises, "acts": holds.acts, "head": holds.head}


def _format_backup_extent(holds: LedgerSummary) -> str:
    return f"{formats.format_count(holds.promises, 'promise')}, {formats.format_count(holds.acts, 'act')}"


# The way back


def restore(env: Env, file: str, *, yes: bool = False) -> None:
    """The ledger becomes what a backup holds; what was there is backed up first."""
    from promisectl.storage.backup import restore as restoring
    from promisectl.storage.backup import source as sources
    from promisectl.storage.backup.set_aside import RestorePlace

    if not file:
        raise errors.NoFileNamed
    path = os.path.abspath(os.path.expanduser(file))
    if not ledger.has_ledger(path):
        raise errors.CannotRead(file, "No such file or directory")
    if ledger.is_ledger_file(path, env.ledger):
        raise errors.RestoreFromItself(file)
    seen = None
    if not yes and ledger.has_ledger(env.ledger):
        if not env.may_ask:
            raise errors.RestoreNeedsYes(env.ledger)
        with sources.open_backup_source(path) as source:
            seen = restoring.load_current_ledger(env.ledger, source)
            lines = list(_iter_comparison_lines(env, source.summary, seen))
        for line in lines:
            env.print_warning(line)
        if (
            prompts.ask_choice(env, "Restore it? [yes, or Enter for no]", ("yes", "no"), enter="no")
            == "no"
        ):
            env.print_warning("Nothing was restored.")
            return
    with _explain_lost_answer("The backup was restored", "list"):
        with sources.open_backup_source(path) as source:
            done = restoring.restore_backup(
                source, RestorePlace(env.ledger, env.backup_directory, env.now), seen
            )
        create.prune_backups(env.ledger, env.backup_directory, [path, done.saved_path])
        _print_restore_result(env, source, done)


def _iter_comparison_lines(env: Env, backup: LedgerSummary, there: CurrentLedger) -> Iterator[str]:
    """What is there, what the backup has, and what would be gone."""
    if there.summary:
        yield f"In the ledger: {_format_backup_extent(there.summary)}, the newest of {_format_newest_moment(env, there.summary)}."
    else:
        yield "In the ledger: nothing that can be read. Its bytes will be put aside."
    yield f"In the backup: {_format_backup_extent(backup)}, the newest of {_format_newest_moment(env, backup)}."
    if there.damage and there.summary:
        yield f"The ledger is damaged ({there.damage}); the backup is whole. What is there now is put aside first."
    elif there.summary:
        yield f"{_format_history_relation(there.relation, backup.acts - there.summary.acts)} What is there now is backed up first."


def _format_history_relation(relation: str, more: int) -> str:
    return {
        "same": "They hold the same.",
        "earlier": f"The ledger holds all of it, and {formats.format_count(-more, 'act')} more, which would go.",
        "later": f"The backup holds all that is in the ledger, and {formats.format_count(more, 'act')} more.",
        "apart": "They are not the same history: what only the ledger holds would go.",
    }[relation]


def _format_newest_moment(env: Env, holds: LedgerSummary) -> str:
    return formats.format_instant(holds.newest_at, env.here)


def _print_restore_result(env: Env, source: BackupSource, done: RestoreResult) -> None:
    holds = source.summary
    newest = _format_newest_moment(env, holds)
    output.print_result(
        env,
        records=[
            {
                "path": env.ledger,
                **_build_extent_record(holds),
                "from": source.path,
                "before": done.saved_path or None,
            }
        ],
        ids=filter(None, [done.saved_path]),
        lines=[f"Restored {_format_backup_extent(holds)}, the newest of {newest}."],
        facts=[f"head: {holds.head}"],
        hints=_list_restore_hints(done),
    )


def _list_restore_hints(done: RestoreResult) -> list[str]:
    """Where that is which was in the ledger's place before."""
    if done.backup:
        return [f"As it was before: {done.saved_path}", "Not what you meant? Restore that."]
    if done.readable:
        look = f"promisectl --ledger {shlex.quote(done.aside_path)} list"
        return [f"What was there is damaged; look into it with: {look}"]
    if done.aside_path:
        return [f"What could not be read was put aside: {done.aside_path}"]
    return []
