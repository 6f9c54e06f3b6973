"""Declares the commands that copy or check all of the data."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import (
    FINDINGS_OPTIONS,
    PATH_OPTIONS,
    QUIET_OPTIONS,
    RESULT_OPTIONS,
    register_command,
)
from promisectl.domain.constants import EXPORT_FORMATS, EXPORT_NEWLINES, PROMISE_SORTS
from promisectl.records.fields import PROMISE_FIELDS
from promisectl.records.reader import IMPORT_FORMATS

DATA_PANEL = "Records"

Acts = Annotated[
    bool, typer.Option("--acts", metavar="", help="Every act instead of every promise.")
]
ExportJournal = Annotated[
    bool,
    typer.Option(
        "--journal", metavar="", help="All that was ever recorded, to import it elsewhere."
    ),
]
ExportFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="csv, json, jsonl, md or ics; else what FILE ends in, else csv.",
    ),
]
Output = Annotated[
    str,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Into this file; - is stdout; ics also takes DIR/."
    ),
]
ExportForce = Annotated[bool, typer.Option("--force", metavar="", help="Replace what is there.")]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns", metavar="A,B,…", help="Only these fields, in this order; not for ics."
    ),
]
ExportRaw = Annotated[
    bool,
    typer.Option("--raw", metavar="", help="csv: leave cells that look like formulas as they are."),
]
Bom = Annotated[
    bool, typer.Option("--bom", metavar="", help="csv: begin with a byte order mark, for Excel.")
]
Newline = Annotated[
    str | None, typer.Option("--newline", metavar="KIND", help="csv: end lines in crlf, or lf.")
]
Alarm = Annotated[
    list[str],
    typer.Option(
        "--alarm", metavar="TIME", help="ics: remind so long before: 1d, 2h, 30m; may be repeated."
    ),
]


@register_command(
    "export",
    DATA_PANEL,
    runs="export.export",
    answers=QUIET_OPTIONS,
    also=o.declare_view_filters,
    choices={
        "format_": EXPORT_FORMATS,
        "newline": EXPORT_NEWLINES,
        "sort": PROMISE_SORTS,
        "columns": PROMISE_FIELDS,
    },
)
def export(
    acts: Acts = False,
    journal: ExportJournal = False,
    format_: ExportFormat = None,
    output: Output = "-",
    force: ExportForce = False,
    columns: Columns = None,
    raw: ExportRaw = False,
    bom: Bom = False,
    newline: Newline = None,
    alarm: Alarm = [],  # noqa: B006
) -> None:
    """Everything, or what matches, for a spreadsheet, a calendar or another program.

    \b
    promisectl export -o promises.csv
    promisectl export --overdue --format md
    promisectl export --alarm 1d -o promises.ics
    promisectl export --journal -o ledger.jsonl
    """


ImportFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A CSV, JSON or JSON Lines file, or a journal; - is stdin."
    ),
]
ImportFormat = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="FORMAT", help="csv, json or jsonl, if it can't be told from the file."
    ),
]
Map = Annotated[
    list[str],
    typer.Option(
        "--map",
        metavar="THEIRS=OURS",
        help="Their column is our field; THEIRS= leaves it out. May be repeated.",
    ),
]
Set = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A field that is the same in every record, where the file lacks it.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", metavar="", help="Only show what would be made, skipped and refused."
    ),
]
ImportRaw = Annotated[
    bool,
    typer.Option(
        "--raw",
        metavar="",
        help="Take a ' before what looks like a formula for a part of the text.",
    ),
]
ImportNew = Annotated[
    bool,
    typer.Option("--new", metavar="", help="New people, though their names look like known ones."),
]


@register_command(
    "import",
    DATA_PANEL,
    runs="import_.import_",
    answers=RESULT_OPTIONS,
    writes=True,
    choices={"format_": IMPORT_FORMATS},
)
def import_(
    file: ImportFile,
    format_: ImportFormat = None,
    map_: Map = [],  # noqa: B006
    set_: Set = [],  # noqa: B006
    dry_run: DryRun = False,
    raw: ImportRaw = False,
    new: ImportNew = False,
) -> None:
    """Promises from a file: all of it, or nothing.

    \b
    promisectl import promises.csv --dry-run
    promisectl import theirs.csv --map Task=outcome --set direction=owe
    promisectl --ledger copy.db import journal.jsonl

    What is known by its uid is skipped, so it can be repeated.
    """


BackupFile = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE]",
        help="A file, or a directory for one that is named by the time; else among the last ten.",
    ),
]
BackupForce = Annotated[bool, typer.Option("--force", metavar="", help="Replace what is there.")]
RestoreFile = Annotated[str, typer.Argument(metavar="FILE", help="A backup, or any other ledger.")]
Yes = Annotated[
    bool,
    typer.Option(
        "--yes", metavar="", help="Ask nothing: replace what is there, which is backed up first."
    ),
]


@register_command(
    "backup",
    DATA_PANEL,
    runs="backup.backup",
    answers=PATH_OPTIONS,
    needs_config=False,
    writes=True,
)
def backup(file: BackupFile = None, force: BackupForce = False) -> None:
    """A whole copy of the ledger, checked.

    \b
    promisectl backup
    promisectl backup /media/stick/
    promisectl backup ledger-at-home.db --force

    Without FILE it goes where promisectl path says, and the last ten stay there.
    """


@register_command(
    "restore",
    DATA_PANEL,
    runs="backup.restore",
    answers=PATH_OPTIONS,
    needs_config=False,
)
def restore(file: RestoreFile, yes: Yes = False) -> None:
    """Bring a backup back; what is there is backed up first.

    \b
    promisectl restore ledger-20261123T090000Z.db
    promisectl restore /media/stick/ledger.db --yes
    """


Fix = Annotated[
    bool,
    typer.Option(
        "--fix",
        metavar="",
        help="Put right what is safe to: modes, leftovers, indexes, triggers, views.",
    ),
]
Rebuild = Annotated[
    bool,
    typer.Option(
        "--rebuild", metavar="", help="Tell every row again from the acts, after a backup."
    ),
]
Expect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="HEAD",
        help="The head that was noted before, or its first 8 digits: it has to be there.",
    ),
]


@register_command(
    "doctor", DATA_PANEL, runs="doctor.doctor", answers=FINDINGS_OPTIONS, needs_config=False
)
def doctor(fix: Fix = False, rebuild: Rebuild = False, expect: Expect = None) -> None:
    """Whether the ledger is whole, and what helps if not.

    \b
    promisectl doctor
    promisectl doctor --expect 5f3c0a91
    promisectl doctor --fix

    It only looks, unless told to mend. Exit code 5: the ledger is damaged.
    """
