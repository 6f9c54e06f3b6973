"""What the doctor has to say: every check, the facts, one sentence at the end, and the way out where something is wrong."""

import os
import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from promisectl import __version__, errors, places
from promisectl.commands import viewing
from promisectl.compiled import sql
from promisectl.domain.findings import Cure, Finding, Result
from promisectl.env import Env
from promisectl.rendering import words
from promisectl.storage import examining
from promisectl.storage.examining import Extent
from promisectl.storage.instants import instant

COLUMNS = ("check", "result", "what")
_LINES = viewing.Kind(COLUMNS, COLUMNS, lambda row: row)
_SHOWN = 8  # digits of a head
_STAMP = re.compile(r"\d{8}T\d{6}Z")


class Report(NamedTuple):
    """What was expected and done, what was found, how much is in the ledger (None where that can't be told), and the newest backup."""

    expected: str
    done: Sequence[str]
    findings: Sequence[Finding]
    extent: Extent | None
    backup: str | None

    @property
    def wrong(self) -> list[Finding]:
        """What is damaged."""
        return [one for one in self.findings if one.result is Result.WRONG]


def kept(env: Env) -> list[str]:
    """The backups of this ledger, the newest first."""
    stem = os.path.splitext(os.path.basename(env.ledger))[0]
    try:
        names = [one for one in os.listdir(env.backups) if one.startswith(f"{stem}-") and one.endswith(".db")]
    except OSError:
        return []
    return sorted((os.path.join(env.backups, one) for one in names), key=made_at, reverse=True)


def made_at(path: str) -> datetime:
    """When a backup was made, as its name says, else as the file does."""
    stamp = _STAMP.search(os.path.basename(path))
    if stamp:
        return datetime.strptime(stamp[0], "%Y%m%dT%H%M%S%z")
    return datetime.fromtimestamp(os.path.getmtime(path), UTC)


def answer(env: Env, report: Report) -> None:
    """Say it as it was asked for: drawn for a person, as lines, or as one JSON object."""
    if env.as_json:
        from promisectl.records import as_json

        env.say(as_json.one(record(env, report)), whole=True)
        return
    told = [one for one in report.findings if one.result is not Result.OK or not env.quiet]
    facts = [] if env.quiet else _facts(env, report)
    if env.form == "table":
        from promisectl.rendering import examined

        shown = [one._replace(says=homely(one.says), details=tuple(map(homely, one.details))) for one in told]
        viewing.draw(env, examined.page(shown, [(name, homely(value)) for name, value in facts]))
        if report.wrong or not env.quiet:
            env.say(_verdict(env, report))
        return
    rows = [(one.check, str(one.result), "; ".join((one.says, *one.details))) for one in told]
    rows += [(name, "ok", value) for name, value in facts]
    env.write_records(viewing.records("plain", [dict(zip(COLUMNS, row, strict=True)) for row in rows], _LINES))
    env.hint(_verdict(env, report))


def homely(text: str) -> str:
    """A text with the paths below the home as people write them."""
    return text.replace(os.path.join(os.path.expanduser("~"), ""), os.path.join("~", ""))


def _typed(path: str) -> str:
    """A path as it is typed in a shell."""
    quoted = shlex.quote(path)
    return homely(path) if quoted == path else quoted


def _facts(env: Env, report: Report) -> list[tuple[str, str]]:
    """What a report has to be read with: where, in which zone, with what, and the head of the chain."""
    *programs, (_, platform) = _versions().items()
    versions = ", ".join((*(f"{name} {number}" for name, number in programs), platform))
    facts = [("ledger", env.ledger), ("zone", env.zone), ("versions", versions)]
    if report.extent:
        step = report.extent.step
        facts.append(("schema step", str(step) if step == sql.SCHEMA_STEP else f"{step} of {sql.SCHEMA_STEP}"))
        facts.append(("head", report.extent.head or "none yet"))
    return facts


def _versions() -> dict[str, str]:
    import platform
    import sqlite3

    return {
        "promisectl": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "platform": f"{platform.system()} {platform.release()}",
    }


def _verdict(env: Env, report: Report) -> str:
    """One sentence: all is well, or what to do."""
    if report.wrong:
        count = len(report.wrong)
        return f"{words.count(count, 'check')} of {len(report.findings)} {'is' if count == 1 else 'are'} wrong. {way_out(env, report)}"
    notes = sum(one.result is Result.NOTE for one in report.findings)
    besides = f", with {words.count(notes, 'note')}" if notes else ""
    if report.extent is None:
        return f"All is well{besides}: there is no ledger yet."
    promises, acts, head, _ = report.extent
    return f"All is well{besides}: {words.count(promises, 'promise')}, {words.count(acts, 'act')}, head {head[:_SHOWN]}…."


def way_out(env: Env, report: Report) -> str:
    """What to do, with the command that does it: the most that is needed for what is wrong."""
    cures = {one.cure for one in report.wrong}
    program = _program(env)
    if Cure.RESTORE in cures:
        whole = _whole(env, report.expected)
        if whole:
            return f"The newest backup that is whole puts it back as it was then: {program} restore {_typed(whole)}"
        return f"There is no backup in {homely(env.backups)} that is whole. Copy the file away before you do anything else."
    if Cure.REBUILD in cures:
        return f"All that was said is whole, only rows differ from it. This tells them again: {program} doctor --rebuild"
    return f"This puts it right: {program} doctor --fix"


def _program(env: Env) -> str:
    """How the program is called for the ledger in question."""
    usual = env.environ.get("PROMISECTL_LEDGER") or places.default_ledger(env.environ)
    if env.ledger == os.path.abspath(os.path.expanduser(usual)):
        return "promisectl"
    return f"promisectl --ledger {_typed(env.ledger)}"


def _whole(env: Env, head: str) -> str | None:
    """The newest backup that nothing is wrong with, and that has the head that is expected."""
    for path in kept(env):
        try:
            examining.insist(path, head)
        except errors.LedgerTrouble:
            continue
        return path
    return None


def record(env: Env, report: Report) -> dict[str, Any]:
    """The report for a program."""
    extent = report.extent
    return {
        "healthy": not report.wrong,
        "checks": [_check(one) for one in report.findings],
        "advice": way_out(env, report) if report.wrong else None,
        "done": report.done,
        "promises": extent.promises if extent else None,
        "acts": extent.acts if extent else None,
        "head": extent.head or None if extent else None,
        "step": extent.step if extent else None,
        "newest_step": sql.SCHEMA_STEP,
        "ledger": env.ledger,
        "config": env.config_file,
        "backups": env.backups,
        "newest_backup": report.backup,
        "newest_backup_at": instant(made_at(report.backup)) if report.backup else None,
        "zone": env.zone,
        "versions": _versions(),
    }


def _check(one: Finding) -> dict[str, Any]:
    return {"check": one.check, "result": one.result, "says": one.says, "details": one.details, "cure": one.cure or None}
