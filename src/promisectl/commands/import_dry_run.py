"""The dry run of an import: what would happen to each record, and the command that does it."""

from __future__ import annotations

import shlex
from collections import Counter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.import_plan import open_import_steps
from promisectl.commands.shared import output
from promisectl.errors import end_sentence
from promisectl.records import imported_rows
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from promisectl.commands.import_source import ImportSource
    from promisectl.commands.import_step import ImportStep
    from promisectl.env import Env

_STEP_COLUMNS = ("line", "does", "id", "person", "outcome", "why")
_STEP_KIND = output.RecordKind(
    _STEP_COLUMNS, _STEP_COLUMNS, lambda row: {name: row[name] for name in _STEP_COLUMNS}
)
_MAX_LISTED_RECORDS = 10
_DRY_RUN_WORDS = ("--dry-run", "--plain", "--csv")
_DOES_WORDS = {"make": "to make", "skip": "to skip", "refuse": "refused"}


def print_dry_run(env: Env, source: ImportSource, answers: Sequence[str], *, new: bool) -> int:
    """Print what would happen to every record, without recording anything.

    `answers` are the options that say what was asked about the file. Returns the exit code: 6 when
    a record is refused, else 0.
    """
    counts: Counter[str] = Counter()
    with output.open_view(env) as db, open_import_steps(env, db, source, new=new) as steps:
        queries.release_ledger(db)
        records = iter_step_records(steps, counts)
        if env.is_form_open:
            print_first_records(env, records)
        else:
            env.write_records(output.encode_rows(env.form, records, _STEP_KIND))
    env.print_hint(f"Dry run: {format_counts(counts)}. Nothing was recorded.")
    if counts["refuse"]:
        return errors.BadData.exit_code
    if counts["make"]:
        words = [word for word in env.words if word not in _DRY_RUN_WORDS]
        env.print_hint("To import it:")
        env.print_hint(shlex.join(["promisectl", *words, *answers]))
    return 0


def iter_step_records(
    steps: Iterable[ImportStep], counts: Counter[str]
) -> Iterator[dict[str, Any]]:
    """Return a record for what happens to each row, and count what happens and why."""
    for step in steps:
        counts[step.does] += 1
        counts[step.reason] += step.does == "omit"
        counts["differ"] += bool(step.differences)
        if step.does == "refuse" and step.number:
            counts["make"] -= 1  # its link was refused in the end
        if step.does != "link":
            yield build_step_record(step)


def format_counts(counts: Mapping[str, int]) -> str:
    """Return how many records are made, skipped, refused and not imported, as a clause."""
    parts = [f"{counts[does]:,} {words}" for does, words in _DOES_WORDS.items()]
    if counts["differ"]:
        verb = "differs" if counts["differ"] == 1 else "differ"
        parts[1] += f" ({counts['differ']:,} {verb} here)"
    clause = ", ".join(parts)
    omissions = imported_rows.format_omissions(counts)
    return f"{clause}; not imported: {omissions}" if omissions else clause


def print_first_records(env: Env, records: Iterable[Mapping[str, Any]]) -> None:
    """Print a table of the first records and of the first that are refused, and count the rest."""
    listed: list[Mapping[str, Any]] = []
    listed_kinds: Counter[bool] = Counter()
    unlisted: Counter[str] = Counter()
    for record in records:
        does = record["does"]
        if does == "omit":
            continue
        if listed_kinds[does == "refuse"] < _MAX_LISTED_RECORDS:
            listed_kinds[does == "refuse"] += 1
            listed.append(record)
        else:
            unlisted[does] += 1
    if listed:
        from promisectl.rendering import import_ as import_table

        output.print_renderables(env, import_table.render_import_plan(listed))
    if unlisted:
        rest = [f"{unlisted[does]:,} more {_DOES_WORDS[does]}" for does in sorted(unlisted)]
        env.print_line(f"and {', '.join(rest)}; to see all, add --plain")


def build_step_record(step: ImportStep) -> dict[str, Any]:
    """Return what would happen to one record, and why it is skipped, omitted or refused."""
    cells = step.row.cells if step.row else {}
    why = f"already #{step.number}" if step.does == "skip" else None
    if step.does == "omit":
        why = step.reason
    if step.differences:
        why = f"{why}, differs here: {', '.join(step.differences)}"
    if step.problem:
        column, what, advice = step.problem.column, step.problem.what, step.problem.advice
        why = f"{column}: {what}" if column else what
        why = f"{end_sentence(why)} {advice}".removesuffix(".") if advice else why
    person = cells.get("person") or cells.get("person_name")
    outcome = cells.get("outcome")
    return {
        "line": step.line,
        "does": step.does,
        "id": step.number,
        "person": person if isinstance(person, str) else None,
        "outcome": outcome if isinstance(outcome, str) else None,
        "why": why,
    }
