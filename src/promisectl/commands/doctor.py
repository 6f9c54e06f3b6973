"""Doctor: whether the ledger is what was recorded and the place it is in is good, what helps where it is not, and mending what is safe."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, nullcontext

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import doctor_report
from promisectl.commands.doctor_report import DoctorReport, LedgerBackups, find_backup_time
from promisectl.domain.civil import encode_instant
from promisectl.domain.findings import CheckRequest, IntegrityFinding, IntegrityResult, Remedy
from promisectl.rendering import formats
from promisectl.storage import ledger, repair, summary
from promisectl.storage.integrity import checks, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.summary import LedgerSummary

_MIN_ACTS_FOR_PROGRESS = 50_000  # acts, from which on it takes a while
_OLD_BACKUP_DAYS = 30  # days, for the newest backup
_MIN_HEAD_DIGITS, _MAX_HEAD_DIGITS = 8, 64  # digits of a head


def doctor(env: Env, *, fix: bool = False, rebuild: bool = False, expect: str | None = None) -> int:
    """Examine the ledger and its place, after mending what is asked for. Returns the exit code: 5 when the ledger is damaged, else 0."""
    head = _parse_expected_head(expect) if expect is not None else ""
    done: list[str] = []
    for mends, lines in ((fix, _run_doctor_fix), (rebuild, _run_doctor_rebuild)):
        for line in lines(env) if mends else ():
            done.append(line)
            env.print_hint(doctor_report.shorten_home_paths(f"{line[0].upper()}{line[1:]}."))
    backups = doctor_report.list_ledger_backups(env)
    report = DoctorReport(head, done, *_collect_doctor_findings(env, head, backups), backups)
    doctor_report.print_doctor_report(env, report)
    return errors.LedgerError.exit_code if report.wrong_findings else 0


def _parse_expected_head(text: str) -> str:
    """The head that is expected, or its beginning. Raises BadHead."""
    head = text.strip().rstrip("…").casefold()
    if not re.fullmatch(f"[0-9a-f]{{{_MIN_HEAD_DIGITS},{_MAX_HEAD_DIGITS}}}", head):
        raise errors.BadHead(text)
    return head


# Mending


def _run_doctor_fix(env: Env) -> Iterator[str]:
    """What is safe: modes, leftovers, what SQLite takes back, indexes, guards and views."""
    done = False
    for lines in _iter_doctor_fixes(env):
        for line in lines:
            done = True
            yield line
    if not done:
        yield "there was nothing to fix"


def _iter_doctor_fixes(env: Env) -> Iterator[Iterable[str]]:
    if ledger.has_ledger(env.ledger):
        yield _list_file_fixes(env, place.unlock_ledger(env.ledger))
        yield repair.recover_unfinished_write(env.ledger)
    yield _list_file_fixes(env, place.repair_place(env.ledger, env.backup_directory))
    if ledger.has_ledger(env.ledger):
        yield repair.repair_schema(env.ledger, repair.BackupPlace(env.backup_directory, env.now))


def _list_file_fixes(env: Env, done: Iterator[str]) -> list[str]:
    """What was done about files. Raises CannotWrite."""
    try:
        return [*done]
    except OSError as error:
        raise errors.CannotWrite(
            error.filename or env.ledger, error.strerror or str(error)
        ) from error


def _run_doctor_rebuild(env: Env) -> Iterator[str]:
    if ledger.has_ledger(env.ledger):
        yield from repair.rebuild_ledger(
            env.ledger, repair.BackupPlace(env.backup_directory, env.now)
        )
    else:
        yield "there is no ledger to rebuild"


# Examining


def _collect_doctor_findings(
    env: Env, head: str, backups: LedgerBackups
) -> tuple[list[IntegrityFinding], LedgerSummary | None]:
    found: list[IntegrityFinding] = []
    holds = None
    if ledger.has_ledger(env.ledger):
        holds = _examine_ledger_content(env, head, found)
    elif head:
        found.append(
            IntegrityFinding(
                "file",
                IntegrityResult.WRONG,
                f"there is no ledger at {env.ledger}",
                cure=Remedy.RESTORE,
            )
        )
    elif backups.paths:
        found.append(
            IntegrityFinding(
                "file",
                IntegrityResult.NOTE,
                f"there is no ledger at {env.ledger}, but there are backups of it",
                cure=Remedy.RESTORE,
            )
        )
    else:
        found.append(
            IntegrityFinding(
                "file", IntegrityResult.OK, "there is no ledger yet; the first promise makes it"
            )
        )
    found += place.check_ledger_place(env.ledger, env.backup_directory)
    found += (_check_config_readable(env), _check_newest_backup(env, backups))
    return found, holds


def _examine_ledger_content(
    env: Env, head: str, found: list[IntegrityFinding]
) -> LedgerSummary | None:
    """How much is in the ledger; what is found in it is added to `found`. Raises NewerLedger and Busy, which are no damage."""
    try:
        with checks.open_for_checks(env.ledger) as db:
            with _open_examination_progress(env, db) as heard:
                found += checks.check_integrity(
                    db, CheckRequest(encode_instant(env.now), head, heard)
                )
            return None if found[0].is_wrong else summary.load_summary(db)
    except (errors.NewerLedger, errors.LedgerBusy):
        raise
    except errors.LedgerNeedsFix as problem:
        found.insert(
            0, IntegrityFinding("file", IntegrityResult.WRONG, problem.why, cure=Remedy.FIX)
        )
    except errors.LedgerError as problem:
        cure = (
            Remedy.RESTORE if problem.restorable else Remedy.NONE
        )  # else the sentence itself has the way out
        found.insert(
            0, IntegrityFinding("file", IntegrityResult.WRONG, str(problem).rstrip("."), cure=cure)
        )
    return None


def _open_examination_progress(env: Env, db: Any) -> AbstractContextManager[Callable[[], None]]:
    """Who counts the acts along: a bar at a terminal where there are many, else nobody."""
    acts = checks.estimate_act_count(db)
    if acts < _MIN_ACTS_FOR_PROGRESS or not env.is_stderr_watched:
        return nullcontext(lambda: None)
    from promisectl.rendering import progress

    return progress.open_progress_bar(env.stderr(), 2 * acts)


def _check_config_readable(env: Env) -> IntegrityFinding:
    try:
        config.load_config(env.config_file)
    except errors.BadConfig as problem:
        return IntegrityFinding("config", IntegrityResult.NOTE, str(problem).rstrip("."))
    there = "can be read" if os.path.exists(env.config_file) else "is not there, and need not be"
    return IntegrityFinding("config", IntegrityResult.OK, f"{env.config_file} {there}")


def _check_newest_backup(env: Env, backups: LedgerBackups) -> IntegrityFinding:
    if backups.problem:
        return IntegrityFinding(
            "backups",
            IntegrityResult.NOTE,
            f"{env.backup_directory} can't be looked into ({backups.problem})",
        )
    newest = backups.newest
    if not newest:
        result = IntegrityResult.NOTE if ledger.has_ledger(env.ledger) else IntegrityResult.OK
        return IntegrityFinding("backups", result, f"there is none in {env.backup_directory} yet")
    days = (env.now - find_backup_time(newest, env.now)).days
    when = f"{formats.format_count(days, 'day')} ago" if days > 0 else "today"
    return IntegrityFinding(
        "backups",
        IntegrityResult.NOTE if days >= _OLD_BACKUP_DAYS else IntegrityResult.OK,
        f"the newest was made {when}: {newest}",
    )
