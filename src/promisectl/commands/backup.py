"""Backups of the whole ledger, and the way back."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output_files, prompts
from promisectl.commands.shared.output import here
from promisectl.rendering import formats
from promisectl.storage import ledger
from promisectl.storage.backup import create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.env import Env
    from promisectl.storage.backup.restore import Restored, There
    from promisectl.storage.backup.source import Source
    from promisectl.storage.summary import Extent


def backup(env: Env, file: str | None = None, *, force: bool = False) -> None:
    """A copy of the ledger in the directory of backups, in another directory, or as a file."""
    if file == "":
        raise errors.NoFileNamed
    if file == "-":
        raise errors.BackupOnStdout
    if not ledger.exists(env.ledger):
        raise errors.NothingToBackUp(env.ledger)
    with ledger.reading(env.ledger):
        pass  # strange files are refused, and what a killed command left half done is taken back
    made = _made(env, file, force=force)
    with _said("The backup was made", "path"):
        if env.as_json:
            from promisectl.records import as_json

            env.answer([as_json.one({"path": made.path, **_record(made.holds)})], whole=True)
        elif env.quiet:
            env.answer([made.path], whole=True)
        else:
            env.answer([f"Backed up {_extent(made.holds)}.", f"file: {made.path}", f"head: {made.holds.head}"], whole=True)
            env.hint("Later, doctor --expect HEAD says whether all of it is still there.")


@contextmanager
def _said(did: str, look: str) -> Iterator[None]:
    """Around an answer: what is said when nobody can hear it. Raises AnswerLost."""
    try:
        yield
    except errors.AnswerLost as problem:
        raise errors.AnswerLost(problem.why, did, look) from problem


def _made(env: Env, file: str | None, *, force: bool) -> create.Backup:
    if file is None:
        return create.keep(env.ledger, env.backups, env.now)
    path = os.path.abspath(os.path.expanduser(file))
    into = output_files.is_directory(os.path.expanduser(file))
    directory = path if into else os.path.dirname(path)
    if not os.path.lexists(directory):  # a stick that is not there would be backed up onto the disk below it
        raise errors.NoDirectory(directory)
    if into:
        return create.add(env.ledger, path, env.now)
    if ledger.same(path, env.ledger):
        raise errors.OntoTheLedger(file)
    _refuse_taken(file, path, force=force)
    try:
        return create.make(env.ledger, path, force=force)
    except FileExistsError as error:
        raise errors.FileExists(file) from error


def _refuse_taken(file: str, path: str, *, force: bool) -> None:
    """Refuse a name that something has which a backup may not replace. Raises FileExists, NotReplaced and CannotWrite."""
    output_files.refuse_strange(path)
    if os.path.lexists(path) and not create.replaceable(path):
        raise errors.NotReplaced(file)
    if os.path.lexists(path) and not force:
        raise errors.FileExists(file)


def _record(holds: Extent) -> dict[str, object]:
    return {"promises": holds.promises, "acts": holds.acts, "head": holds.head}


def _extent(holds: Extent) -> str:
    return f"{formats.count(holds.promises, 'promise')}, {formats.count(holds.acts, 'act')}"


# The way back


def restore(env: Env, file: str, *, yes: bool = False) -> None:
    """The ledger becomes what a backup holds; what was there is backed up first."""
    from promisectl.storage.backup import restore as restoring
    from promisectl.storage.backup import source as sources
    from promisectl.storage.backup.set_aside import Place

    if not file:
        raise errors.NoFileNamed
    path = os.path.abspath(os.path.expanduser(file))
    if not ledger.exists(path):
        raise errors.CannotRead(file, "No such file or directory")
    if ledger.same(path, env.ledger):
        raise errors.OntoItself(file)
    seen = None
    if not yes and ledger.exists(env.ledger):
        if not env.may_ask:
            raise errors.AskedByNobody(env.ledger)
        with sources.opened(path) as source:
            seen = restoring.there(env.ledger, source)
            lines = list(_compared(env, source.holds, seen))
        for line in lines:
            env.warn(line)
        if prompts.choice(env, "Restore it? [yes, or Enter for no]", ("yes", "no"), enter="no") == "no":
            env.warn("Nothing was restored.")
            return
    with _said("The backup was restored", "list"):
        with sources.opened(path) as source:
            done = restoring.restore(source, Place(env.ledger, env.backups, env.now), seen)
        create.prune(env.ledger, env.backups, [path, done.where])
        _answer(env, source, done)


def _compared(env: Env, backup: Extent, there: There) -> Iterator[str]:
    """What is there, what the backup has, and what would be gone."""
    if there.holds:
        yield f"In the ledger: {_extent(there.holds)}, the newest of {_moment(env, there.holds)}."
    else:
        yield "In the ledger: nothing that can be read. Its bytes will be put aside."
    yield f"In the backup: {_extent(backup)}, the newest of {_moment(env, backup)}."
    if there.damage and there.holds:
        yield f"The ledger is damaged ({there.damage}); the backup is whole. What is there now is put aside first."
    elif there.holds:
        yield f"{_gone(there.relation, backup.acts - there.holds.acts)} What is there now is backed up first."


def _gone(relation: str, more: int) -> str:
    return {
        "same": "They hold the same.",
        "earlier": f"The ledger holds all of it, and {formats.count(-more, 'act')} more, which would go.",
        "later": f"The backup holds all that is in the ledger, and {formats.count(more, 'act')} more.",
        "apart": "They are not the same history: what only the ledger holds would go.",
    }[relation]


def _moment(env: Env, holds: Extent) -> str:
    return formats.moment(holds.newest, here(env))


def _answer(env: Env, source: Source, done: Restored) -> None:
    if env.as_json:
        from promisectl.records import as_json

        record = {"path": env.ledger, **_record(source.holds), "from": source.path, "before": done.where or None}
        env.answer([as_json.one(record)], whole=True)
    elif env.quiet:
        env.answer(filter(None, [done.where]), whole=True)
    else:
        env.answer([f"Restored {_extent(source.holds)}, the newest of {_moment(env, source.holds)}."])
        env.answer([f"head: {source.holds.head}"], whole=True)
        if done.before:
            env.hint(f"As it was before: {done.where}")
            env.hint("Not what you meant? Restore that.")
        elif done.readable:
            env.hint(f"What was there is damaged; look into it with: promisectl --ledger {shlex.quote(done.aside)} list")
        elif done.aside:
            env.hint(f"What could not be read was put aside: {done.aside}")
