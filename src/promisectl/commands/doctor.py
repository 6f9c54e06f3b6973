"""The command `doctor`: check the ledger and its files, and repair what is safe to repair."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import AbstractContextManager, nullcontext, suppress

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import doctor_report
from promisectl.commands.doctor_report import DoctorReport, LedgerBackups, find_backup_time
from promisectl.domain.civil import encode_instant
from promisectl.domain.findings import CheckRequest, IntegrityFinding, IntegrityResult, Remedy
from promisectl.rendering import formats
from promisectl.storage import connection, ledger, repair, summary
from promisectl.storage.integrity import checks, place, second_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promisectl.env import Env
    from promisectl.storage.summary import LedgerSummary

_MIN_ACTS_FOR_PROGRESS = 50_000  # acts from which on checking takes long enough for a bar
_OLD_BACKUP_DAYS = 30
_MIN_HEAD_DIGITS, _MAX_HEAD_DIGITS = 8, 64


def doctor(env: Env, *, fix: bool = False, rebuild: bool = False, expect: str | None = None) -> int:
    """Repair what is asked for, check the ledger and its place, and return the exit code.

    It is 5 when the ledger is damaged, or on a server that can't be examined; else 0. Raises
    BadHead, RebuildOnServer, NewerLedger, LedgerBusy and MachineError.
    """
    connection.check_sqlite_version()
    if rebuild and not isinstance(env.ledger, str):
        raise errors.RebuildOnServer
    head = parse_expected_head(expect) if expect is not None else ""
    repair_lines: list[str] = []
    for line in iter_doctor_repairs(env, fix=fix, rebuild=rebuild):
        repair_lines.append(line)
        env.print_hint(doctor_report.format_repair_line(line))
    backups = doctor_report.list_ledger_backups(env)
    findings, extent = collect_doctor_findings(env, head, backups)
    report = DoctorReport(head, repair_lines, findings, extent, backups)
    doctor_report.print_doctor_report(env, report)
    return errors.LedgerError.exit_code if report.wrong_findings else 0


def parse_expected_head(text: str) -> str:
    """Return the head that is expected, or its first digits. Raises BadHead."""
    head = text.strip().rstrip("…").casefold()
    if not re.fullmatch(f"[0-9a-f]{{{_MIN_HEAD_DIGITS},{_MAX_HEAD_DIGITS}}}", head):
        raise errors.BadHead(text)
    return head


# Repairs


def iter_doctor_repairs(env: Env, *, fix: bool, rebuild: bool) -> Iterator[str]:
    """Fix and rebuild what is asked for, and return a line for each thing that was done."""
    if fix:
        was_fixed = False
        for line in iter_doctor_fixes(env):
            was_fixed = True
            yield line
        if not was_fixed:
            yield "there was nothing to fix"
    if rebuild and ledger.has_ledger(env.ledger_file):
        keeping = repair.BackupPlace(env.backup_directory, env.now)
        yield from repair.rebuild_ledger(env.ledger_file, keeping)
    elif rebuild:
        yield "there is no ledger to rebuild"


def iter_doctor_fixes(env: Env) -> Iterator[str]:
    """Fix what is safe to fix, and return a line for each thing that was done.

    These are modes, leftover files, an unfinished write, indexes, triggers and views; of a ledger
    on a server those of the copy, and then what guards the rows there.
    """
    if ledger.has_ledger(env.ledger_file):
        yield from _list_file_fixes(env, place.unlock_ledger(env.ledger_file))
        yield from repair.recover_unfinished_write(env.ledger_file)
    yield from _list_file_fixes(env, place.repair_place(env.ledger_file, env.backup_directory))
    keeping = repair.BackupPlace(env.backup_directory, env.now)
    if ledger.has_ledger(env.ledger_file):
        yield from repair.repair_schema(env.ledger_file, keeping)
    if not env.offline_setting:
        yield from repair.repair_server(env.ledger, env.ledger_file, keeping)


def _list_file_fixes(env: Env, lines: Iterator[str]) -> list[str]:
    """Carry out fixes of files, and return their lines. Raises CannotWrite."""
    try:
        return list(lines)
    except OSError as error:
        path = error.filename or env.ledger_file
        raise errors.CannotWrite(path, error.strerror or str(error)) from error


# Checks


def collect_doctor_findings(
    env: Env, head: str, backups: LedgerBackups
) -> tuple[list[IntegrityFinding], LedgerSummary | None]:
    """Return the findings of all checks, and how much the ledger holds.

    The latter is None without a ledger, and for one that can't be read.
    """
    findings: list[IntegrityFinding] = []
    extent = None
    server_findings = ledger.examine_server(env.ledger)  # brings the copy up to date
    if ledger.has_ledger(env.ledger_file):
        extent = _examine_ledger_content(env, head, findings)
    else:
        findings.append(build_missing_ledger_finding(env, head, backups))
    findings += server_findings
    findings += place.check_ledger_place(env.ledger_file, env.backup_directory)
    findings += (check_config_usable(env), check_newest_backup(env, backups))
    return findings, extent


def build_missing_ledger_finding(env: Env, head: str, backups: LedgerBackups) -> IntegrityFinding:
    """Return what it means that there is no ledger.

    It is damage when a head is expected, worth a note when there are backups, else normal.
    """
    is_file = isinstance(env.ledger, str)
    missing = (
        f"there is no ledger at {env.ledger}"
        if is_file
        else "this machine has no copy of the ledger yet"
    )
    if head:
        return IntegrityFinding("file", IntegrityResult.WRONG, missing, cure=Remedy.RESTORE)
    if backups.paths:
        says = f"{missing}, but it has backups"
        return IntegrityFinding("file", IntegrityResult.NOTE, says, cure=Remedy.RESTORE)
    says = "there is no ledger yet; the first promise creates it" if is_file else missing
    return IntegrityFinding("file", IntegrityResult.OK, says)


def _examine_ledger_content(
    env: Env, head: str, findings: list[IntegrityFinding]
) -> LedgerSummary | None:
    """Add what the checks of the ledger find to `findings`, and return how much it holds.

    Raises NewerLedger, LedgerBusy and MachineError, which are not damage.
    """
    try:
        with (
            second_process.open_second_process(
                env.ledger_file, checks.count_matching_promises
            ) as second,
            checks.open_for_checks(env.ledger_file) as db,
        ):
            with _open_examination_progress(env, db) as on_progress:
                request = CheckRequest(encode_instant(env.now), head, on_progress)
                findings += checks.check_integrity(db, request, second)
            if not findings[0].is_wrong:
                with suppress(sqlite3.Error):  # a damaged text is found above
                    return summary.load_summary(db)
            return None
    except (errors.NewerLedger, errors.LedgerBusy):
        raise
    except errors.LedgerNeedsFix as problem:
        says, cure = problem.why, Remedy.FIX
    except errors.LedgerError as problem:
        # When no backup helps, the error itself has the way out.
        says = problem.clause if problem.restorable else str(problem).rstrip(".")
        cure = Remedy.RESTORE if problem.restorable else Remedy.NONE
    findings.insert(0, IntegrityFinding("file", IntegrityResult.WRONG, says, cure=cure))
    return None


def _open_examination_progress(
    env: Env, db: sqlite3.Connection
) -> AbstractContextManager[Callable[[], None]]:
    """Return what is called for each act that is checked.

    For many acts at a terminal it draws a progress bar, or there is a sentence instead; else it
    does nothing.
    """
    act_count = checks.estimate_act_count(db)
    if act_count < _MIN_ACTS_FOR_PROGRESS or not env.is_stderr_watched:
        return nullcontext(lambda: None)
    if not env.draws_progress:
        env.print_warning(f"Checking {act_count:,} acts.")
        return nullcontext(lambda: None)
    from promisectl.rendering import progress

    return progress.open_progress_bar(env.stderr(), 2 * act_count)  # each act is checked twice


def check_config_usable(env: Env) -> IntegrityFinding:
    """Check that the config can be used; a config that can't is worth a note."""
    try:
        config.load_config(env.config_file)
    except errors.BadConfig as problem:
        return IntegrityFinding(
            "config", IntegrityResult.NOTE, f"{problem.place}: {problem.clause}"
        )
    exists = os.path.exists(env.config_file)
    status = "can be read" if exists else "is not there; it is optional"
    says = f"{env.config_file or 'a config'} {status}"
    return IntegrityFinding("config", IntegrityResult.OK, says)


def check_newest_backup(env: Env, backups: LedgerBackups) -> IntegrityFinding:
    """Check the age of the newest backup; an old one, or none, is worth a note."""
    if backups.problem:
        says = f"{env.backup_directory} can't be read ({backups.problem})"
        return IntegrityFinding("backups", IntegrityResult.NOTE, says)
    newest = backups.newest
    if not newest:
        result = IntegrityResult.NOTE if ledger.has_ledger(env.ledger_file) else IntegrityResult.OK
        return IntegrityFinding("backups", result, f"there are none in {env.backup_directory} yet")
    days = (env.now - find_backup_time(newest, env.now)).days
    age = f"{formats.format_count(days, 'day')} ago" if days > 0 else "today"
    result = IntegrityResult.NOTE if days >= _OLD_BACKUP_DAYS else IntegrityResult.OK
    return IntegrityFinding("backups", result, f"the newest is from {age}: {newest}")
