"""The report of `doctor`: all findings, the facts, a verdict, and the command that helps."""

from __future__ import annotations

import os
import re
import shlex
from datetime import UTC, datetime

from promisectl import __version__, errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output
from promisectl.compiled import sql
from promisectl.domain.civil import encode_instant
from promisectl.domain.findings import IntegrityFinding, IntegrityResult, Remedy
from promisectl.rendering import formats
from promisectl.storage.backup import create
from promisectl.storage.integrity import checks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.summary import LedgerSummary

DOCTOR_COLUMNS = ("check", "result", "what")
_DOCTOR_LINES = output.RecordKind(DOCTOR_COLUMNS, DOCTOR_COLUMNS, lambda row: row)
_CONTENT_CHECKS = (
    *("file", "schema", "links", "chain", "promises", "people"),
    *("acts", "commands", "keys", "numbers"),
)
"""The checks of what a ledger's file holds."""
_JOURNAL_NAME = "journal.jsonl"
_SHOWN_HEAD_DIGITS = 8
_BACKUP_STAMP_PATTERN = re.compile(r"\d{8}T\d{6}Z")


class LedgerBackups(NamedTuple):
    """The paths of a ledger's backups, the newest first, or the problem of listing them."""

    paths: Sequence[str] = ()
    problem: str = ""

    @property
    def newest(self) -> str | None:
        """The path of the newest backup, if there is one."""
        return next(iter(self.paths), None)


class DoctorReport(NamedTuple):
    """What was expected, repaired and found, how much the ledger holds, and its backups.

    `extent` is None without a ledger, and for one that can't be read.
    """

    expected_head: str
    repair_lines: Sequence[str]
    findings: Sequence[IntegrityFinding]
    extent: LedgerSummary | None
    backups: LedgerBackups

    @property
    def wrong_findings(self) -> list[IntegrityFinding]:
        """The findings that are damage, or of a check that could not be made."""
        return [finding for finding in self.findings if finding.is_wrong]

    @property
    def failed_checks(self) -> set[str]:
        """The names of the checks that found damage, or could not be made."""
        return {finding.check for finding in self.wrong_findings}

    @property
    def findings_to_cure(self) -> list[IntegrityFinding]:
        """The damage; without any, the note that the ledger is missing but has backups."""
        return self.wrong_findings or [
            finding
            for finding in self.findings
            if finding.check == "file" and finding.result is IntegrityResult.NOTE
        ]


def list_ledger_backups(env: Env) -> LedgerBackups:
    """Return the backups of this ledger, or why they can't be listed."""
    try:
        return LedgerBackups(create.list_backups(env.ledger_file, env.backup_directory))
    except OSError as error:
        return LedgerBackups(problem=error.strerror or str(error))


def find_backup_time(path: str, now: datetime) -> datetime:
    """Return when a backup was made, by its name or else by the time of the file, as aware UTC.

    The time of the file also counts when the name holds a moment after `now`.
    """
    stamp = _BACKUP_STAMP_PATTERN.search(os.path.basename(path))
    if stamp:
        made_at = datetime.strptime(stamp[0], "%Y%m%dT%H%M%S%z")
        if made_at <= now:
            return made_at
    return datetime.fromtimestamp(os.path.getmtime(path), UTC).replace(microsecond=0)


def print_doctor_report(env: Env, report: DoctorReport) -> None:
    """Print the report as a page, as lines, or as one JSON object.

    With `--quiet` it has only what is not ok, without facts.
    """
    if env.is_json:
        output.print_record(env, build_doctor_record(env, report))
        return
    findings = report.findings
    if env.quiet:
        findings = [item for item in findings if item.result is not IntegrityResult.OK]
    facts = [] if env.quiet else list_report_facts(env, report)
    if env.form == "table":
        print_doctor_page(env, report, findings, facts)
    else:
        write_doctor_lines(env, report, findings, facts)


def print_doctor_page(
    env: Env,
    report: DoctorReport,
    findings: Sequence[IntegrityFinding],
    facts: Sequence[tuple[str, str]],
) -> None:
    """Print findings and facts as tables, then the verdict with the command that helps."""
    from promisectl.rendering import doctor

    shown_findings = [
        finding._replace(
            says=shorten_home_paths(finding.says),
            details=tuple(map(shorten_home_paths, finding.details)),
        )
        for finding in findings
    ]
    shown_facts = [(name, shorten_home_paths(value)) for name, value in facts]
    output.print_renderables(env, doctor.render_doctor(shown_findings, shown_facts))
    if report.findings_to_cure or not env.quiet:
        sentence, command = _build_verdict(env, report)
        env.print_line(sentence)
        if command:
            env.print_line(command, whole=True)


def write_doctor_lines(
    env: Env,
    report: DoctorReport,
    findings: Sequence[IntegrityFinding],
    facts: Sequence[tuple[str, str]],
) -> None:
    """Write findings and facts as tab-separated lines, and print the verdict beside them."""
    cells = [
        (finding.check, str(finding.result), "; ".join((finding.says, *finding.details)))
        for finding in findings
    ]
    cells += [(name, "ok", value) for name, value in facts]
    rows = [dict(zip(DOCTOR_COLUMNS, row, strict=True)) for row in cells]
    env.write_records(output.encode_rows("plain", rows, _DOCTOR_LINES))
    sentence, command = _build_verdict(env, report)
    if report.findings_to_cure:
        env.print_warning(sentence)  # with --quiet too: damage needs a way out
    else:
        env.print_hint(sentence)
    if command:
        env.print_warning(command, whole=True)


def format_repair_line(line: str) -> str:
    """Return what a repair did as a sentence; a command at its end gets no full stop."""
    end = "" if ": promisectl " in line else "."
    return shorten_home_paths(f"{line[0].upper()}{line[1:]}{end}")


def shorten_home_paths(text: str) -> str:
    """Return a text with `~` for the home directory at the beginning of paths.

    Paths in quotes stay, because a shell does not expand `~` there.
    """
    home = os.path.join(os.path.expanduser("~"), "")
    if home == os.sep or not os.path.isabs(home):
        return text
    return re.sub(rf"(?<![\w/.'\"-]){re.escape(home)}", lambda _: os.path.join("~", ""), text)


def _quote_shell_path(path: str) -> str:
    """Return a path as it is typed in a shell."""
    quoted = shlex.quote(path)
    return shorten_home_paths(path) if quoted == path else quoted


def list_report_facts(env: Env, report: DoctorReport) -> list[tuple[str, str]]:
    """Return names and values of the facts: ledger, zone, versions, schema step and head."""
    *programs, (_, platform) = _read_program_versions().items()
    versions = ", ".join((*(f"{name} {number}" for name, number in programs), platform))
    facts = [("ledger", env.ledger_file)]
    if not isinstance(env.ledger, str):
        facts.append(("address", str(env.ledger)))
    facts += [("zone", env.zone), ("versions", versions)]
    if report.extent:
        step = report.extent.schema_step
        is_newest = step == sql.SCHEMA_STEP
        facts.append(("schema step", str(step) if is_newest else f"{step} of {sql.SCHEMA_STEP}"))
        facts.append(("head", report.extent.head or "none yet"))
    return facts


def _read_program_versions() -> dict[str, str]:
    import platform
    import sqlite3

    return {
        "promisectl": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "platform": f"{platform.system()} {platform.release()}",
    }


def _build_verdict(env: Env, report: DoctorReport) -> tuple[str, str]:
    """Return the last sentence of the report, and the command that helps, if there is one."""
    is_file = isinstance(env.ledger, str)
    if not report.findings_to_cure:
        notes = sum(finding.result is IntegrityResult.NOTE for finding in report.findings)
        well = (
            f"All is well, with {formats.format_count(notes, 'note')}" if notes else "All is well"
        )
        if report.extent is None:
            what = "there is no ledger" if is_file else "this machine has no copy of the ledger"
            return f"{well}: {what} yet.", ""
        promises = formats.format_count(report.extent.promises, "promise")
        acts = formats.format_count(report.extent.acts, "act")
        return f"{well}: {promises}, {acts}, head {report.extent.head[:_SHOWN_HEAD_DIGITS]}….", ""
    sentence, command = build_doctor_advice(env, report)
    if report.wrong_findings:
        count = len(report.wrong_findings)
        wrong = f"{count} of {formats.format_count(len(report.findings), 'check')}"
        has_damage = any(finding.cure for finding in report.wrong_findings)
        result = "found damage" if has_damage else "failed"
        advice = f". {sentence}" if sentence else ": see above."
        return f"{wrong} {result}{advice}", command
    path = shorten_home_paths(env.ledger_file)
    missing = f"There is no ledger at {path}" if is_file else "This machine has no copy yet"
    return f"{missing}, but it has backups. {sentence}", command


def build_doctor_advice(env: Env, report: DoctorReport) -> tuple[str, str]:
    """Return what to do, and the command that does it: the strongest remedy that is needed.

    Both are empty when the findings themselves have the way out.
    """
    cures = {finding.cure for finding in report.findings_to_cure}
    program = _format_program_call(env)
    if not isinstance(env.ledger, str) and cures & {Remedy.RESTORE, Remedy.REBUILD}:
        return build_server_advice(env, report)
    if Remedy.RESTORE in cures:
        return build_restore_advice(env, report)
    if Remedy.REBUILD in cures:
        return (
            "The history is intact, so the rows can be rebuilt from it:",
            f"{program} doctor --rebuild",
        )
    return ("To repair it:", f"{program} doctor --fix") if Remedy.FIX in cures else ("", "")


def build_restore_advice(env: Env, report: DoctorReport) -> tuple[str, str]:
    """Return which backup to restore with its command, or what to do when none helps."""
    intact = find_intact_backup(report)
    exists = os.path.lexists(env.ledger_file)
    if intact:
        command = f"{_format_program_call(env)} restore {_quote_shell_path(intact)}"
        return "To restore the newest intact backup:", command
    copy = " Copy the file away before you do anything else." if exists else ""
    directory = shorten_home_paths(env.backup_directory)
    problem = report.backups.problem
    if problem:
        return f"The backups in {directory} can't be read ({problem}).{copy}", ""
    if exists and report.failed_checks == {"expect"}:
        return "No backup here has that head either. Is it from another ledger?", ""
    holds = " with that head" if report.expected_head else ""
    return f"There is no intact backup{holds} in {directory}.{copy}", ""


def build_server_advice(env: Env, report: DoctorReport) -> tuple[str, str]:
    """Return what helps where the rows on a server, or in this machine's copy, are damaged.

    A backup is not restored onto a server; what is intact moves into an empty database.
    """
    is_copy_damaged = any(
        finding.check in _CONTENT_CHECKS and finding.cure is not Remedy.FIX
        for finding in report.wrong_findings
    )
    if is_copy_damaged and "same" not in {finding.check for finding in report.findings}:
        command = f"{_format_program_call(env)} doctor"
        return "This machine's copy is damaged. When the server answers, run again:", command
    if is_copy_damaged and "same" in report.failed_checks:
        paths = (env.ledger_file, f"{os.path.splitext(env.ledger_file)[0]}-damaged.db")
        sentence = "Move this machine's copy away, and the next command makes it again:"
        return sentence, f"mv {' '.join(map(_quote_shell_path, paths))}"
    is_history_damaged = any(
        finding.cure is Remedy.RESTORE for finding in report.findings if finding.check != "same"
    )
    intact = find_intact_backup(report) if is_history_damaged else env.ledger_file
    if intact:
        which = "newest intact backup" if is_history_damaged else "history in this machine's copy"
        sentence = f"To move into an empty database, export the {which}, and import it there:"
        export = f"export --journal -o {_JOURNAL_NAME}"
        return sentence, f"promisectl --ledger {_quote_shell_path(intact)} {export}"
    return build_restore_advice(env, report)


def _format_program_call(env: Env) -> str:
    """Return how the program is called for this ledger: with `--ledger` if it is not the usual."""
    if env.is_usual_ledger:
        return "promisectl"
    return f"promisectl --ledger {_quote_shell_path(str(env.ledger))}"


def find_intact_backup(report: DoctorReport) -> str | None:
    """Return the newest intact backup with the expected head, if there is one."""
    for path in report.backups.paths:
        try:
            checks.ensure_intact(path, report.expected_head)
        except errors.LedgerError:
            continue
        return path
    return None


def build_doctor_record(env: Env, report: DoctorReport) -> dict[str, Any]:
    """Return the report as one JSON object."""
    extent, newest = report.extent, report.backups.newest
    return {
        "healthy": not report.wrong_findings,
        "checks": [build_doctor_check_record(finding) for finding in report.findings],
        "advice": " ".join(filter(None, build_doctor_advice(env, report))) or None,
        "done": report.repair_lines,
        "promises": extent.promises if extent else None,
        "acts": extent.acts if extent else None,
        "head": extent.head or None if extent else None,
        "step": extent.schema_step if extent else None,
        "newest_step": sql.SCHEMA_STEP,
        "ledger": env.ledger_file,
        "server": None if isinstance(env.ledger, str) else str(env.ledger),
        "config": env.config_file,
        "backups": env.backup_directory,
        "newest_backup": newest,
        "newest_backup_at": encode_instant(find_backup_time(newest, env.now)) if newest else None,
        "zone": env.zone,
        "versions": _read_program_versions(),
    }


def build_doctor_check_record(finding: IntegrityFinding) -> dict[str, Any]:
    """Return what one check found as a JSON object."""
    return {
        "check": finding.check,
        "result": finding.result,
        "says": finding.says,
        "details": finding.details,
        "cure": finding.cure or None,
    }
