"""Doctor: whether the ledger is what was recorded and the place it is in is good, what helps where it is not, and mending what is safe."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, nullcontext

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import doctor_report
from promisectl.commands.doctor_report import Kept, Report, made_at
from promisectl.domain.findings import Asked, Cure, Finding, Result
from promisectl.rendering import formats
from promisectl.storage import ledger, repair, summary
from promisectl.storage.integrity import checks, place
from promisectl.storage.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.summary import Extent

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
            env.hint(doctor_report.homely(f"{line[0].upper()}{line[1:]}."))
    backups = doctor_report.kept(env)
    report = Report(head, done, *_examined(env, head, backups), backups)
    doctor_report.answer(env, report)
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
        yield _changed(env, place.unlock(env.ledger))
        yield repair.settle(env.ledger)
    yield _changed(env, place.tidy(env.ledger, env.backups))
    if ledger.exists(env.ledger):
        yield repair.build(env.ledger, repair.Keeping(env.backups, env.now))


def _changed(env: Env, done: Iterator[str]) -> list[str]:
    """What was done about files. Raises CannotWrite."""
    try:
        return [*done]
    except OSError as error:
        raise errors.CannotWrite(error.filename or env.ledger, error.strerror or str(error)) from error


def _rebuilt(env: Env) -> Iterator[str]:
    if ledger.exists(env.ledger):
        yield from repair.rebuild(env.ledger, repair.Keeping(env.backups, env.now))
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
    found += place.findings(env.ledger, env.backups)
    found += (_config(env), _backups(env, backups))
    return found, holds


def _content(env: Env, head: str, found: list[Finding]) -> Extent | None:
    """How much is in the ledger; what is found in it is added to `found`. Raises NewerLedger and Busy, which are no damage."""
    try:
        with checks.opened(env.ledger) as db:
            with _counted(env, db) as heard:
                found += checks.examine(db, Asked(instant(env.now), head, heard))
            return None if found[0].wrong else summary.of(db)
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
    acts = checks.roughly(db)
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
    when = f"{formats.count(days, 'day')} ago" if days > 0 else "today"
    return Finding("backups", Result.NOTE if days >= _OLD else Result.OK, f"the newest was made {when}: {newest}")
