"""Records for other programs, as they are asked for."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import SILENT, command

PANEL = "Records"

Acts = Annotated[bool, typer.Option("--acts", metavar="", help="Every act instead of every promise.")]
Journal = Annotated[bool, typer.Option("--journal", metavar="", help="All that was ever recorded, to import it elsewhere.")]
Format = Annotated[
    str | None, typer.Option("--format", metavar="FORMAT", help="csv, json, jsonl, md or ics; else what FILE ends in, else csv.")
]
Output = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Into this file; - is stdout; ics also takes DIR/.")]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace what is there.")]
Columns = Annotated[str | None, typer.Option("--columns", metavar="A,B,…", help="Only these fields, in this order; not for ics.")]
Raw = Annotated[bool, typer.Option("--raw", metavar="", help="csv: leave cells that look like formulas as they are.")]
Bom = Annotated[bool, typer.Option("--bom", metavar="", help="csv: begin with a byte order mark, for Excel.")]
Newline = Annotated[str | None, typer.Option("--newline", metavar="KIND", help="csv: end lines in crlf, or lf.")]
Alarm = Annotated[list[str], typer.Option("--alarm", metavar="TIME", help="ics: remind so long before: 1d, 2h, 30m; may be repeated.")]


@command("export", PANEL, answers=SILENT, also=o.filters)
def export(
    acts: Acts = False,
    journal: Journal = False,
    format_: Format = None,
    output: Output = "-",
    force: Force = False,
    columns: Columns = None,
    raw: Raw = False,
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
