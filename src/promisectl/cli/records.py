"""Where the ledger is, and help, as they are typed."""

from typing import Annotated

import typer

from promisectl.cli.declare import NEITHER, PAGE, command

PANEL = "Records"


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
