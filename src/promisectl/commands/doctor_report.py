"""What the doctor has to say: every check, the facts, one sentence at the end, and the way out where something is wrong."""

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
from promisectl.system import paths as places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.summary import LedgerSummary

DOCTOR_COLUMNS = ("check", "result", "what")
_DOCTOR_LINES = output.RecordKind(DOCTOR_COLUMNS, DOCTOR_COLUMNS, lambda row: row)
_SHOWN_HEAD_DIGITS = 8  # digits of a head
_BACKUP_STAMP_PATTERN = re.compile(r"\d{8}T\d{6}Z")


class LedgerBackups(NamedTuple):
    """The backups of a ledger, the newest first, or why they can't be told."""

    paths: Sequence[str] = ()
    problem: str = ""

    @property
    def newest(self) -> str | None:
        """The newest, if there is any."""
        return next(iter(self.paths), None)


class DoctorReport(NamedTuple):
    """What was expected and done, what was found, how much is in the ledger (None where that can't be told), and its backups."""

    expected_head: str
    repair_lines: Sequence[str]
    findings: Sequence[IntegrityFinding]
    extent: LedgerSummary | None
    backups: LedgerBackups

    @property
    def wrong_findings(self) -> list[IntegrityFinding]:
        """What is damaged."""
        return [one for one in self.findings if one.is_wrong]

    @property
    def findings_to_cure(self) -> list[IntegrityFinding]:
        """The same, and that the ledger is gone while there are backups of it."""
        return self.wrong_findings or [
            one
            for one in self.findings
            if one.check == "file" and one.result is IntegrityResult.NOTE
        ]


def list_ledger_backups(env: Env) -> LedgerBackups:
    """The backups of this ledger."""
    try:
        return LedgerBackups(create.list_backups(env.ledger, env.backup_directory))
    except OSError as error:
        return LedgerBackups(problem=error.strerror or str(error))


def find_backup_time(path: str, now: datetime) -> datetime:
    """When a backup was made, as its name says; as the file does, where that says nothing, or a moment to come."""
    stamp = _BACKUP_STAMP_PATTERN.search(os.path.basename(path))
    said = datetime.strptime(stamp[0], "%Y%m%dT%H%M%S%z") if stamp else None
    return (
        said
        if said and said <= now
        else datetime.fromtimestamp(os.path.getmtime(path), UTC).replace(microsecond=0)
    )


def print_doctor_report(env: Env, report: DoctorReport) -> None:
    """Say it as it was asked for: drawn for a person, as lines, or as one JSON object."""
    if env.is_json:
        output.print_record(env, build_doctor_record(env, report))
        return
    told = [one for one in report.findings if one.result is not IntegrityResult.OK or not env.quiet]
    facts = [] if env.quiet else _build_report_facts(env, report)
    if env.form == "table":
        from promisectl.rendering import doctor

        shown = [
            one._replace(
                says=shorten_home_paths(one.says),
                details=tuple(map(shorten_home_paths, one.details)),
            )
            for one in told
        ]
        output.print_renderables(
            env,
            doctor.render_doctor(
                shown, [(name, shorten_home_paths(value)) for name, value in facts]
            ),
        )
        if report.findings_to_cure or not env.quiet:
            sentence, command = _build_verdict(env, report)
            env.print_line(sentence)
            if command:
                env.print_line(command, whole=True)
        return
    rows = [(one.check, str(one.result), "; ".join((one.says, *one.details))) for one in told]
    rows += [(name, "ok", value) for name, value in facts]
    env.write_records(
        output.encode_rows(
            "plain", [dict(zip(DOCTOR_COLUMNS, row, strict=True)) for row in rows], _DOCTOR_LINES
        )
    )
    sentence, command = _build_verdict(env, report)
    if report.findings_to_cure:
        env.print_warning(sentence)  # with --quiet too: who is told what is wrong needs the way out
    else:
        env.print_hint(sentence)
    if command:
        env.print_warning(command, whole=True)


def shorten_home_paths(text: str) -> str:
    """A text with the paths below the home as people write them; not in quotes, where no shell would understand it."""
    home = os.path.join(os.path.expanduser("~"), "")
    return (
        text
        if home == os.sep
        else re.sub(rf"(?<![\w/.'\"-]){re.escape(home)}", lambda _: os.path.join("~", ""), text)
    )


def _quote_shell_path(path: str) -> str:
    """A path as it is typed in a shell."""
    quoted = shlex.quote(path)
    return shorten_home_paths(path) if quoted == path else quoted


def _build_report_facts(env: Env, report: DoctorReport) -> list[tuple[str, str]]:
    """What a report has to be read with: where, in which zone, with what, and the head of the chain."""
    *programs, (_, platform) = _read_program_versions().items()
    versions = ", ".join((*(f"{name} {number}" for name, number in programs), platform))
    facts = [("ledger", env.ledger), ("zone", env.zone), ("versions", versions)]
    if report.extent:
        step = report.extent.schema_step
        facts.append(
            (
                "schema step",
                str(step) if step == sql.SCHEMA_STEP else f"{step} of {sql.SCHEMA_STEP}",
            )
        )
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
    """All is well, or what to do: a sentence, and the command that does it, if there is one."""
    if report.wrong_findings:
        count = len(report.wrong_findings)
        sentence, command = build_advice(env, report)
        after = f". {sentence}" if sentence else ": see above."
        return (
            f"{formats.format_count(count, 'check')} of {len(report.findings)} {'is' if count == 1 else 'are'} wrong{after}",
            command,
        )
    if report.findings_to_cure:
        sentence, command = build_advice(env, report)
        return (
            f"There is no ledger at {shorten_home_paths(env.ledger)}, but there are backups of it. {sentence}",
            command,
        )
    return _format_healthy_verdict(report), ""


def _format_healthy_verdict(report: DoctorReport) -> str:
    notes = sum(one.result is IntegrityResult.NOTE for one in report.findings)
    besides = f", with {formats.format_count(notes, 'note')}" if notes else ""
    if report.extent is None:
        return f"All is well{besides}: there is no ledger yet."
    promises, acts, head, *_ = report.extent
    return f"All is well{besides}: {formats.format_count(promises, 'promise')}, {formats.format_count(acts, 'act')}, head {head[:_SHOWN_HEAD_DIGITS]}…."


def build_advice(env: Env, report: DoctorReport) -> tuple[str, str]:
    """What to do, and the command that does it: the most that is needed for what is wrong; nothing where that tells it itself."""
    cures = {one.cure for one in report.findings_to_cure}
    program = _format_program_call(env)
    if Remedy.RESTORE in cures:
        return _build_restore_advice(env, report)
    if Remedy.REBUILD in cures:
        return (
            "All that was said is whole, only rows differ from it. This tells them again:",
            f"{program} doctor --rebuild",
        )
    return ("This puts it right:", f"{program} doctor --fix") if Remedy.FIX in cures else ("", "")


def _build_restore_advice(env: Env, report: DoctorReport) -> tuple[str, str]:
    """Which backup puts the ledger back; or, where none does, what else is to be done."""
    whole = _find_intact_backup(report)
    there = os.path.lexists(env.ledger)
    copy = " Copy the file away before you do anything else." if there else ""
    if whole:
        how = "puts it back as it was then" if there else "brings it back"
        return (
            f"The newest backup that is whole {how}:",
            f"{_format_program_call(env)} restore {_quote_shell_path(whole)}",
        )
    if report.backups.problem:
        return (
            f"The backups in {shorten_home_paths(env.backup_directory)} can't be looked into ({report.backups.problem}).{copy}",
            "",
        )
    if there and {one.check for one in report.wrong_findings} == {"expect"}:
        return "No backup here holds that head either. Was it noted from another ledger?", ""
    holds = " and holds that head" if report.expected_head else ""
    return (
        f"There is no backup in {shorten_home_paths(env.backup_directory)} that is whole{holds}.{copy}",
        "",
    )


def _format_program_call(env: Env) -> str:
    """How the program is called for the ledger in question."""
    usual = env.environ.get("PROMISECTL_LEDGER") or places.default_ledger_path(env.environ)
    if env.ledger == os.path.abspath(os.path.expanduser(usual)):
        return "promisectl"
    return f"promisectl --ledger {_quote_shell_path(env.ledger)}"


def _find_intact_backup(report: DoctorReport) -> str | None:
    """The newest backup that nothing is wrong with, and that has the head that is expected."""
    for path in report.backups.paths:
        try:
            checks.ensure_intact(path, report.expected_head)
        except errors.LedgerError:
            continue
        return path
    return None


def build_doctor_record(env: Env, report: DoctorReport) -> dict[str, Any]:
    """The report for a program."""
    extent, newest = report.extent, report.backups.newest
    return {
        "healthy": not report.wrong_findings,
        "checks": [_build_doctor_check_record(one) for one in report.findings],
        "advice": " ".join(filter(None, build_advice(env, report))) or None,
        "done": report.repair_lines,
        "promises": extent.promises if extent else None,
        "acts": extent.acts if extent else None,
        "head": extent.head or None if extent else None,
        "step": extent.schema_step if extent else None,
        "newest_step": sql.SCHEMA_STEP,
        "ledger": env.ledger,
        "config": env.config_file,
        "backups": env.backup_directory,
        "newest_backup": newest,
        "newest_backup_at": encode_instant(find_backup_time(newest, env.now)) if newest else None,
        "zone": env.zone,
        "versions": _read_program_versions(),
    }


def _build_doctor_check_record(one: IntegrityFinding) -> dict[str, Any]:
    return {
        "check": one.check,
        "result": one.result,
        "says": one.says,
        "details": one.details,
        "cure": one.cure or None,
    }
