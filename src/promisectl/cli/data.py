"""Declares the commands that copy or check all of the data."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import (
    DRY_RUN_OPTIONS,
    FINDINGS_OPTIONS,
    PATH_OPTIONS,
    QUIET_OPTIONS,
    register_command,
)
from promisectl.domain.constants import (
    EXPORT_FORMATS,
    EXPORT_NEWLINES,
    EXPORT_READERS,
    PROMISE_SORTS,
)
from promisectl.records.fields import PROMISE_FIELDS
from promisectl.records.reader import IMPORT_FORMATS

DATA_PANEL = "Data"

Acts = Annotated[
    bool, typer.Option("--acts", metavar="", help="Export the acts, not the promises.")
]
ExportJournal = Annotated[
    bool,
    typer.Option(
        "--journal", metavar="", help="Export everything ever recorded, to import it elsewhere."
    ),
]
ExportFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="csv, tsv, json, jsonl, md, ics. Default: by FILE, else csv.",
    ),
]
Output = Annotated[
    str,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to this file (- is stdout). ics also takes DIR/.",
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns", metavar="A,B,…", help="Only these fields, in this order (not with ics)."
    ),
]
For = Annotated[
    str | None,
    typer.Option(
        "--for",
        metavar="READER",
        help="people: a dozen columns in words; programs: every field (default).",
    ),
]
ExportRaw = Annotated[
    bool,
    typer.Option(
        "--raw", metavar="", help="csv, tsv: put no ' before text that looks like a formula."
    ),
]
Bom = Annotated[
    bool,
    typer.Option("--bom", metavar="", help="csv, tsv: start with a byte order mark, for Excel."),
]
Newline = Annotated[
    str | None,
    typer.Option("--newline", metavar="KIND", help="csv, tsv: line endings, crlf or lf."),
]
Alarm = Annotated[
    list[str],
    typer.Option(
        "--alarm",
        metavar="TIME",
        help="ics: remind this long before: 1d, 2h, 30m; may be repeated.",
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
        "for_": EXPORT_READERS,
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
    force: o.Force = False,
    columns: Columns = None,
    for_: For = None,
    raw: ExportRaw = False,
    bom: Bom = False,
    newline: Newline = None,
    alarm: Alarm = [],  # noqa: B006
) -> None:
    """Export promises (CSV, JSON, Markdown, iCalendar).

    \b
    promisectl export -o promises.csv
    promisectl export --for people --with dana -o dana.csv
    promisectl export --overdue --format md
    promisectl export --alarm 1d -o promises.ics
    promisectl export --journal -o ledger.jsonl
    """


ImportFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A CSV, JSON, iCalendar or todo.txt file, or a journal; - is stdin.",
    ),
]
ImportFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="csv, tsv, json, jsonl, ics or todo.txt, if it is not clear from the file.",
    ),
]
FromFormat = Annotated[
    str | None,
    typer.Option(
        "--from-format",
        metavar="PROGRAM",
        help="The program that wrote the file, if it is not clear from it; none for our fields.",
    ),
]
Map = Annotated[
    list[str],
    typer.Option(
        "--map",
        metavar="THEIRS=OURS",
        help="Read column THEIRS as field OURS; THEIRS= skips it, *= all others. May be repeated.",
    ),
]
Set = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Set a field that the file does not have; may be repeated.",
    ),
]
Only = Annotated[
    list[str],
    typer.Option(
        "--only",
        metavar="COLUMN=VALUE",
        help="Only rows with that value; * is any. May be repeated.",
    ),
]
Skip = Annotated[
    list[str],
    typer.Option(
        "--skip", metavar="COLUMN=VALUE", help="Leave out rows with that value. May be repeated."
    ),
]
KeyColumn = Annotated[
    list[str],
    typer.Option(
        "--id",
        metavar="COLUMN",
        help="The column that identifies a row, to know it again when its text has changed.",
    ),
]
WithClosed = Annotated[
    bool,
    typer.Option(
        "--all", "-a", metavar="", help="Also what is done (as kept) or cancelled (as released)."
    ),
]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", metavar="", help="Only show what would be added, skipped and refused."
    ),
]
ImportRaw = Annotated[
    bool,
    typer.Option(
        "--raw",
        metavar="",
        help="Keep a ' before text that looks like a formula.",
    ),
]
ImportNew = Annotated[
    bool,
    typer.Option(
        "--new", metavar="", help="Add new people, even if the names look like known ones."
    ),
]


@register_command(
    "import",
    DATA_PANEL,
    runs="import_.import_",
    answers=DRY_RUN_OPTIONS,
    writes=True,
    choices={"format_": IMPORT_FORMATS},
)
def import_(
    file: ImportFile,
    format_: ImportFormat = None,
    from_format: FromFormat = None,
    map_: Map = [],  # noqa: B006
    set_: Set = [],  # noqa: B006
    only: Only = [],  # noqa: B006
    skip: Skip = [],  # noqa: B006
    id_: KeyColumn = [],  # noqa: B006
    all_: WithClosed = False,
    dry_run: DryRun = False,
    raw: ImportRaw = False,
    new: ImportNew = False,
) -> None:
    """Import promises from a file, all or nothing.

    \b
    promisectl import promises.csv --dry-run
    promisectl import tasks.ics --set direction=self
    promisectl import theirs.csv --map Task=outcome --set direction=owe
    promisectl --ledger copy.db import journal.jsonl

    What is already in the ledger (by its uid) is skipped, so you can repeat it.
    """


BackupFile = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE]",
        help="A file, or a directory for a file named by the time.",
    ),
]
RestoreFile = Annotated[str, typer.Argument(metavar="FILE", help="A backup, or another ledger.")]
Yes = Annotated[
    bool,
    typer.Option("--yes", metavar="", help="Do not ask before the current ledger is replaced."),
]


@register_command(
    "backup",
    DATA_PANEL,
    runs="backup.backup",
    answers=PATH_OPTIONS,
    needs_config=False,
)
def backup(file: BackupFile = None, force: o.Force = False) -> None:
    """Back up the ledger, verified.

    \b
    promisectl backup
    promisectl backup /media/stick/
    promisectl backup ledger-at-home.db --force

    Without FILE, it goes to the backups directory (see promisectl path), which keeps the last ten.
    """


@register_command(
    "restore",
    DATA_PANEL,
    runs="backup.restore",
    answers=PATH_OPTIONS,
    needs_config=False,
)
def restore(file: RestoreFile, yes: Yes = False) -> None:
    """Restore a backup.

    \b
    promisectl restore ledger-20261123T090000Z.db
    promisectl restore /media/stick/ledger.db --yes

    The current ledger is backed up first.
    """


Fix = Annotated[
    bool,
    typer.Option(
        "--fix",
        metavar="",
        help="Make safe repairs: modes, leftovers, indexes, triggers, views.",
    ),
]
Rebuild = Annotated[
    bool,
    typer.Option("--rebuild", metavar="", help="Back up, then rebuild every row from the acts."),
]
Expect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="HEAD",
        help="Verify that this head, or its first 8 digits, is in the ledger.",
    ),
]


@register_command(
    "doctor", DATA_PANEL, runs="doctor.doctor", answers=FINDINGS_OPTIONS, needs_config=False
)
def doctor(fix: Fix = False, rebuild: Rebuild = False, expect: Expect = None) -> None:
    """Check the ledger, and suggest repairs.

    \b
    promisectl doctor
    promisectl doctor --expect 5f3c0a91
    promisectl doctor --fix

    Without --fix or --rebuild it changes nothing. Exit code 5 means it is damaged.
    """
