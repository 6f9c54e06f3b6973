"""Doctor: whether the ledger is what was recorded and the place it is in is good, what helps where it is not, and mending what is safe."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, nullcontext

from promisectl import config, errors
from promisectl.commands import diagnosis
from promisectl.commands.diagnosis import Kept, Report, made_at
from promisectl.domain.findings import Asked, Cure, Finding, Result
from promisectl.light import TYPE_CHECKING
from promisectl.rendering import words
from promisectl.storage import ledger
from promisectl.storage.care import examining, extent, mending, neighbours
from promisectl.storage.instants import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.care.extent import Extent

_LONG = 50_000  # acts, from which on it takes a while
_OLD = 30  # days, for the newest backup
_SHORTEST, _LONGEST = 8, 64  # digits of a head


def doctor(env: Env, *, fix: bool = False, rebuild: bool = False, expect: str | None = None) -> int:
    """Examine the ledger and its place, after mending what is asked for. Returns the exit code: 5 when the ledger is damaged, else 0."""
    head = _head(expect) if expect is not None else ""
    done: list[str] = []
    for mends, lines in ((fix, _fixed), (rebuild, _rebuilt)):
        for line in lines(env) if mends else ():
            done.append(line)
            env.hint(diagnosis.homely(f"{line[0].upper()}{line[1:]}."))
    backups = diagnosis.kept(env)
    report = Report(head, done, *_examined(env, head, backups), backups)
    diagnosis.answer(env, report)
    return errors.LedgerTrouble.exit_code if report.wrong else 0


def _head(text: str) -> str:
    """The head that is expected, or its beginning. Raises BadHead."""
    head = text.strip().rstrip("…").casefold()
    if not re.fullmatch(f"[0-9a-f]{{{_SHORTEST},{_LONGEST}}}", head):
        raise errors.BadHead(text)
    return head


# Mending


def _fixed(env: Env) -> Iterator[str]:
    """What is safe: modes, leftovers, what SQLite takes back, indexes, guards and views."""
    done = False
    for lines in _mending(env):
        for line in lines:
            done = True
            yield line
    if not done:
        yield "there was nothing to fix"


def _mending(env: Env) -> Iterator[Iterable[str]]:
    if ledger.exists(env.ledger):
        yield _changed(env, neighbours.unlock(env.ledger))
        yield mending.settle(env.ledger)
    yield _changed(env, neighbours.tidy(env.ledger, env.backups))
    if ledger.exists(env.ledger):
        yield mending.build(env.ledger, mending.Keeping(env.backups, env.now))


def _changed(env: Env, done: Iterator[str]) -> list[str]:
    """What was done about files. Raises CannotWrite."""
    try:
        return [*done]
    except OSError as error:
        raise errors.CannotWrite(error.filename or env.ledger, error.strerror or str(error)) from error


def _rebuilt(env: Env) -> Iterator[str]:
    if ledger.exists(env.ledger):
        yield from mending.rebuild(env.ledger, mending.Keeping(env.backups, env.now))
    else:
        yield "there is no ledger to rebuild"


# Examining


def _examined(env: Env, head: str, backups: Kept) -> tuple[list[Finding], Extent | None]:
    found: list[Finding] = []
    holds = None
    if ledger.exists(env.ledger):
        holds = _content(env, head, found)
    elif head:
        found.append(Finding("file", Result.WRONG, f"there is no ledger at {env.ledger}", cure=Cure.RESTORE))
    elif backups.paths:
        found.append(Finding("file", Result.NOTE, f"there is no ledger at {env.ledger}, but there are backups of it", cure=Cure.RESTORE))
    else:
        found.append(Finding("file", Result.OK, "there is no ledger yet; the first promise makes it"))
    found += neighbours.findings(env.ledger, env.backups)
    found += (_config(env), _backups(env, backups))
    return found, holds


def _content(env: Env, head: str, found: list[Finding]) -> Extent | None:
    """How much is in the ledger; what is found in it is added to `found`. Raises NewerLedger and Busy, which are no damage."""
    try:
        with examining.opened(env.ledger) as db:
            with _counted(env, db) as heard:
                found += examining.examine(db, Asked(instant(env.now), head, heard))
            return None if found[0].wrong else extent.of(db)
    except (errors.NewerLedger, errors.Busy):
        raise
    except errors.HalfDone as problem:
        found.insert(0, Finding("file", Result.WRONG, problem.why, cure=Cure.FIX))
    except errors.LedgerTrouble as problem:
        cure = Cure.RESTORE if problem.restorable else Cure.NONE  # else the sentence itself has the way out
        found.insert(0, Finding("file", Result.WRONG, str(problem).rstrip("."), cure=cure))
    return None


def _counted(env: Env, db: Any) -> AbstractContextManager[Callable[[], None]]:
    """Who counts the acts along: a bar at a terminal where there are many, else nobody."""
    acts = examining.roughly(db)
    if acts < _LONG or not env.watched:
        return nullcontext(lambda: None)
    from promisectl.rendering import progress

    return progress.counted(env.stderr(), 2 * acts)


def _config(env: Env) -> Finding:
    try:
        config.read(env.config_file)
    except errors.BadConfig as problem:
        return Finding("config", Result.NOTE, str(problem).rstrip("."))
    there = "can be read" if os.path.exists(env.config_file) else "is not there, and need not be"
    return Finding("config", Result.OK, f"{env.config_file} {there}")


def _backups(env: Env, backups: Kept) -> Finding:
    if backups.trouble:
        return Finding("backups", Result.NOTE, f"{env.backups} can't be looked into ({backups.trouble})")
    newest = backups.newest
    if not newest:
        result = Result.NOTE if ledger.exists(env.ledger) else Result.OK
        return Finding("backups", result, f"there is none in {env.backups} yet")
    days = (env.now - made_at(newest, env.now)).days
    when = f"{words.count(days, 'day')} ago" if days > 0 else "today"
    return Finding("backups", Result.NOTE if days >= _OLD else Result.OK, f"the newest was made {when}: {newest}")
