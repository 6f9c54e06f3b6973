"""Backups of the whole ledger, and the way back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from promisectl import errors
from promisectl.commands import asking, files
from promisectl.commands.viewing import here
from promisectl.env import Env
from promisectl.rendering import words
from promisectl.storage import backups, ledger

if TYPE_CHECKING:
    from promisectl.storage.backups import Backup
    from promisectl.storage.restoring import Restored, There


def backup(env: Env, file: str | None = None, *, force: bool = False) -> None:
    """A copy of the ledger in the directory of backups, in another directory, or as a file."""
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

            env.answer([as_json.one(_record(made))], whole=True)
        elif env.quiet:
            env.answer([made.path], whole=True)
        else:
            env.answer([f"Backed up {_extent(made)}.", f"file: {made.path}", f"head: {made.head}"], whole=True)
            env.hint("Later, doctor --expect HEAD says whether all of it is still there.")


@contextmanager
def _said(did: str, look: str) -> Iterator[None]:
    """Around an answer: what is said when nobody can hear it. Raises AnswerLost."""
    try:
        yield
    except errors.AnswerLost as problem:
        raise errors.AnswerLost(problem.why, did, look) from problem


def _made(env: Env, file: str | None, *, force: bool) -> "Backup":
    if file is None:
        return backups.keep(env.ledger, env.backups, env.now)
    path = os.path.abspath(os.path.expanduser(file))
    if files.is_directory(os.path.expanduser(file)):
        return backups.add(env.ledger, path, env.now)
    if ledger.same(path, env.ledger):
        raise errors.OntoTheLedger(file)
    files.refuse_strange(path)
    if not force and os.path.lexists(path):
        raise errors.FileExists(file)
    try:
        return backups.make(env.ledger, path, force=force)
    except FileExistsError as error:
        raise errors.FileExists(file) from error


def _record(made: "Backup") -> dict[str, object]:
    return {"path": made.path, "promises": made.promises, "acts": made.acts, "head": made.head}


def _extent(content: "Backup") -> str:
    return f"{words.count(content.promises, 'promise')}, {words.count(content.acts, 'act')}"


# The way back


def restore(env: Env, file: str, *, yes: bool = False) -> None:
    """The ledger becomes what a backup holds; what was there is backed up first."""
    from promisectl.storage import restoring

    path = os.path.abspath(os.path.expanduser(file))
    if not ledger.exists(path):
        raise errors.CannotRead(file, "No such file or directory")
    if ledger.same(path, env.ledger):
        raise errors.OntoItself(file)
    if not yes and ledger.exists(env.ledger):
        if not env.may_ask:
            raise errors.AskedByNobody(env.ledger)
        with restoring.opened(path) as source:
            lines = list(_compared(env, source.content, restoring.there(env.ledger, source)))
        for line in lines:
            env.warn(line)
        if asking.choice(env, "Restore it? [yes, or Enter for no]", ("yes", "no"), enter="no") == "no":
            env.warn("Nothing was restored.")
            return
    with restoring.opened(path) as source:
        done = restoring.restore(source, env.ledger, env.backups, env.now)
    backups.prune(env.ledger, env.backups, [path, done.where])
    with _said("The backup was restored", "list"):
        _answer(env, source.content, done)


def _compared(env: Env, backup: "Backup", there: "There") -> Iterator[str]:
    """What is there, what the backup has, and what would be gone."""
    if there.content:
        yield f"In the ledger: {_extent(there.content)}, the newest of {_moment(env, there.content)}."
    else:
        yield "In the ledger: nothing that can be read. Its bytes will be put aside."
    yield f"In the backup: {_extent(backup)}, the newest of {_moment(env, backup)}."
    if there.content:
        yield f"{_gone(there.relation, backup.acts - there.content.acts)} What is there now is backed up first."


def _gone(relation: str, more: int) -> str:
    return {
        "same": "They hold the same.",
        "earlier": f"The ledger holds all of it, and {words.count(-more, 'act')} more, which would go.",
        "later": f"The backup holds all that is in the ledger, and {words.count(more, 'act')} more.",
        "apart": "They are not the same history: what only the ledger holds would go.",
    }[relation]


def _moment(env: Env, content: "Backup") -> str:
    return words.moment(content.newest, here(env))


def _answer(env: Env, content: "Backup", done: "Restored") -> None:
    if env.as_json:
        from promisectl.records import as_json

        record = {**_record(content), "path": env.ledger, "from": content.path, "before": done.where or None}
        env.answer([as_json.one(record)], whole=True)
    elif env.quiet:
        env.answer(filter(None, [done.where]), whole=True)
    else:
        env.answer([f"Restored {_extent(content)}, the newest of {_moment(env, content)}."])
        env.answer([f"head: {content.head}"], whole=True)
        if done.before:
            env.hint(f"As it was before: {done.where}")
            env.hint("Not what you meant? Restore that.")
        elif done.aside:
            env.hint(f"What could not be read was put aside: {done.aside}")
