"""Records and help, as they are typed."""

from typing import Annotated

import typer

from promisectl.cli.declare import NEITHER, PAGE, SILENT, command

PANEL = "Records"

Acts = Annotated[bool, typer.Option("--acts", metavar="", help="Every act instead of every promise.")]
Format = Annotated[str, typer.Option("--format", metavar="FORMAT", help="csv.")]
Output = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Into this file; - is stdout.")]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace the file if it is there.")]
Raw = Annotated[bool, typer.Option("--raw", metavar="", help="Leave cells that look like formulas as they are.")]
Bom = Annotated[bool, typer.Option("--bom", metavar="", help="Begin with a byte order mark, for Excel.")]
Newline = Annotated[str, typer.Option("--newline", metavar="KIND", help="crlf or lf.")]


@command("export", PANEL, answers=SILENT)
def export(
    acts: Acts = False,
    format_: Format = "csv",
    output: Output = "-",
    force: Force = False,
    raw: Raw = False,
    bom: Bom = False,
    newline: Newline = "crlf",
) -> None:
    """Everything as CSV, for a spreadsheet or another program.

    \b
    promisectl export -o promises.csv
    promisectl export --acts > acts.csv
    """


@command("path", PANEL, answers=NEITHER)
def path() -> None:
    """Where the ledger is kept.

    \b
    sqlite3 "$(promisectl path | head -1)" "select * from owe"
    """


@command("guide", PANEL, answers=PAGE)
def guide(
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", help="A page; the list of pages if none is given.")] = None,
) -> None:
    """How it all works, page by page.

    \b
    promisectl guide start
    """


@command("demo", PANEL, answers=NEITHER)
def demo() -> None:
    """A short tour in a ledger that is thrown away.

    \b
    promisectl demo
    """
