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
from promisectl.domain.findings import Cure, Finding, Result
from promisectl.rendering import formats
from promisectl.storage.backup import create
from promisectl.storage.integrity import checks
from promisectl.storage.timestamps import instant
from promisectl.system import paths as places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.summary import Extent

COLUMNS = ("check", "result", "what")
_LINES = output.Kind(COLUMNS, COLUMNS, lambda row: row)
_SHOWN = 8  # digits of a head
_STAMP = re.compile(r"\d{8}T\d{6}Z")


class Kept(NamedTuple):
    """The backups of a ledger, the newest first, or why they can't be told."""

    paths: Sequence[str] = ()
    trouble: str = ""

    @property
    def newest(self) -> str | None:
        """The newest, if there is any."""
        return next(iter(self.paths), None)


class Report(NamedTuple):
    """What was expected and done, what was found, how much is in the ledger (None where that can't be told), and its backups."""

    expected: str
    done: Sequence[str]
    findings: Sequence[Finding]
    extent: Extent | None
    backups: Kept

    @property
    def wrong(self) -> list[Finding]:
        """What is damaged."""
        return [one for one in self.findings if one.wrong]

    @property
    def amiss(self) -> list[Finding]:
        """The same, and that the ledger is gone while there are backups of it."""
        return self.wrong or [one for one in self.findings if one.check == "file" and one.result is Result.NOTE]


def kept(env: Env) -> Kept:
    """The backups of this ledger."""
    try:
        return Kept(create.there(env.ledger, env.backups))
    except OSError as error:
        return Kept(trouble=error.strerror or str(error))


def made_at(path: str, now: datetime) -> datetime:
    """When a backup was made, as its name says; as the file does, where that says nothing, or a moment to come."""
    stamp = _STAMP.search(os.path.basename(path))
    said = datetime.strptime(stamp[0], "%Y%m%dT%H%M%S%z") if stamp else None
    return said if said and said <= now else datetime.fromtimestamp(os.path.getmtime(path), UTC).replace(microsecond=0)


def answer(env: Env, report: Report) -> None:
    """Say it as it was asked for: drawn for a person, as lines, or as one JSON object."""
    if env.as_json:
        from promisectl.records import as_json

        env.say(as_json.one(record(env, report)), whole=True)
        return
    told = [one for one in report.findings if one.result is not Result.OK or not env.quiet]
    facts = [] if env.quiet else _facts(env, report)
    if env.form == "table":
        from promisectl.rendering import doctor

        shown = [one._replace(says=homely(one.says), details=tuple(map(homely, one.details))) for one in told]
        output.draw(env, doctor.page(shown, [(name, homely(value)) for name, value in facts]))
        if report.amiss or not env.quiet:
            sentence, command = _verdict(env, report)
            env.say(sentence)
            if command:
                env.say(command, whole=True)
        return
    rows = [(one.check, str(one.result), "; ".join((one.says, *one.details))) for one in told]
    rows += [(name, "ok", value) for name, value in facts]
    env.write_records(output.records("plain", [dict(zip(COLUMNS, row, strict=True)) for row in rows], _LINES))
    sentence, command = _verdict(env, report)
    if report.amiss:
        env.warn(sentence)  # with --quiet too: who is told what is wrong needs the way out
    else:
        env.hint(sentence)
    if command:
        env.warn(command, whole=True)


def homely(text: str) -> str:
    """A text with the paths below the home as people write them; not in quotes, where no shell would understand it."""
    home = os.path.join(os.path.expanduser("~"), "")
    return text if home == os.sep else re.sub(rf"(?<![\w/.'\"-]){re.escape(home)}", lambda _: os.path.join("~", ""), text)


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


def _verdict(env: Env, report: Report) -> tuple[str, str]:
    """All is well, or what to do: a sentence, and the command that does it, if there is one."""
    if report.wrong:
        count = len(report.wrong)
        sentence, command = way_out(env, report)
        after = f". {sentence}" if sentence else ": see above."
        return f"{formats.count(count, 'check')} of {len(report.findings)} {'is' if count == 1 else 'are'} wrong{after}", command
    if report.amiss:
        sentence, command = way_out(env, report)
        return f"There is no ledger at {homely(env.ledger)}, but there are backups of it. {sentence}", command
    return _well(report), ""


def _well(report: Report) -> str:
    notes = sum(one.result is Result.NOTE for one in report.findings)
    besides = f", with {formats.count(notes, 'note')}" if notes else ""
    if report.extent is None:
        return f"All is well{besides}: there is no ledger yet."
    promises, acts, head, *_ = report.extent
    return f"All is well{besides}: {formats.count(promises, 'promise')}, {formats.count(acts, 'act')}, head {head[:_SHOWN]}…."


def way_out(env: Env, report: Report) -> tuple[str, str]:
    """What to do, and the command that does it: the most that is needed for what is wrong; nothing where that tells it itself."""
    cures = {one.cure for one in report.amiss}
    program = _program(env)
    if Cure.RESTORE in cures:
        return _restoring(env, report)
    if Cure.REBUILD in cures:
        return "All that was said is whole, only rows differ from it. This tells them again:", f"{program} doctor --rebuild"
    return ("This puts it right:", f"{program} doctor --fix") if Cure.FIX in cures else ("", "")


def _restoring(env: Env, report: Report) -> tuple[str, str]:
    """Which backup puts the ledger back; or, where none does, what else is to be done."""
    whole = _whole(report)
    there = os.path.lexists(env.ledger)
    copy = " Copy the file away before you do anything else." if there else ""
    if whole:
        how = "puts it back as it was then" if there else "brings it back"
        return f"The newest backup that is whole {how}:", f"{_program(env)} restore {_typed(whole)}"
    if report.backups.trouble:
        return f"The backups in {homely(env.backups)} can't be looked into ({report.backups.trouble}).{copy}", ""
    if there and {one.check for one in report.wrong} == {"expect"}:
        return "No backup here holds that head either. Was it noted from another ledger?", ""
    holds = " and holds that head" if report.expected else ""
    return f"There is no backup in {homely(env.backups)} that is whole{holds}.{copy}", ""


def _program(env: Env) -> str:
    """How the program is called for the ledger in question."""
    usual = env.environ.get("PROMISECTL_LEDGER") or places.default_ledger(env.environ)
    if env.ledger == os.path.abspath(os.path.expanduser(usual)):
        return "promisectl"
    return f"promisectl --ledger {_typed(env.ledger)}"


def _whole(report: Report) -> str | None:
    """The newest backup that nothing is wrong with, and that has the head that is expected."""
    for path in report.backups.paths:
        try:
            checks.insist(path, report.expected)
        except errors.LedgerTrouble:
            continue
        return path
    return None


def record(env: Env, report: Report) -> dict[str, Any]:
    """The report for a program."""
    extent, newest = report.extent, report.backups.newest
    return {
        "healthy": not report.wrong,
        "checks": [_check(one) for one in report.findings],
        "advice": " ".join(filter(None, way_out(env, report))) or None,
        "done": report.done,
        "promises": extent.promises if extent else None,
        "acts": extent.acts if extent else None,
        "head": extent.head or None if extent else None,
        "step": extent.step if extent else None,
        "newest_step": sql.SCHEMA_STEP,
        "ledger": env.ledger,
        "config": env.config_file,
        "backups": env.backups,
        "newest_backup": newest,
        "newest_backup_at": instant(made_at(newest, env.now)) if newest else None,
        "zone": env.zone,
        "versions": _versions(),
    }


def _check(one: Finding) -> dict[str, Any]:
    return {"check": one.check, "result": one.result, "says": one.says, "details": one.details, "cure": one.cure or None}
