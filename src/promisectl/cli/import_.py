"""Import, as it is typed."""

from typing import Annotated

import typer

from promisectl.cli.declare import GIVEN, command

PANEL = "Records"

File = Annotated[str, typer.Argument(metavar="FILE", help="A CSV, JSON or JSON Lines file, or a journal; - is stdin.")]
Format = Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="csv, json or jsonl, if it can't be told from the file.")]
Map = Annotated[
    list[str], typer.Option("--map", metavar="THEIRS=OURS", help="Their column is our field; THEIRS= leaves it out. May be repeated.")
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="FIELD=VALUE", help="A field that is the same in every record, where the file lacks it.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help="Only show what would be made, skipped and refused.")]
Raw = Annotated[bool, typer.Option("--raw", metavar="", help="Take a ' before what looks like a formula for a part of the text.")]
New = Annotated[bool, typer.Option("--new", metavar="", help="New people, though their names look like known ones.")]


@command("import", PANEL, answers=GIVEN)
def import_(
    file: File,
    format_: Format = None,
    map_: Map = [],  # noqa: B006
    set_: Set = [],  # noqa: B006
    dry_run: DryRun = False,
    raw: Raw = False,
    new: New = False,
) -> None:
    """Promises from a file: all of it, or nothing.

    \b
    promisectl import promises.csv --dry-run
    promisectl import theirs.csv --map Task=outcome --set direction=owe
    promisectl --ledger copy.db import journal.jsonl

    What is known by its uid is skipped, so it can be repeated.
    """
