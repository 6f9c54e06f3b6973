"""Looking, as it is typed."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import VIEW, command

PANEL = "Look"

ExitCode = Annotated[bool, typer.Option("--exit-code", metavar="", help="Exit with 10 when something waits.")]
OfPromise = Annotated[str | None, typer.Argument(metavar="[ID]", help="The number of a promise; all of them if none is given.")]


@command("moves", PANEL, answers=VIEW)
def moves(exit_code: ExitCode = False) -> None:
    """What waits for you; the same as promisectl alone.

    \b
    promisectl moves --exit-code
    """


@command("owe", PANEL, answers=VIEW, also=o.filters)
def owe() -> None:
    """What you owe.

    \b
    promisectl owe --due-before tomorrow
    promisectl owe --with dana --all
    """


@command("owed", PANEL, answers=VIEW, also=o.filters)
def owed() -> None:
    """What is owed to you.

    \b
    promisectl owed --overdue
    """


@command("list", PANEL, answers=VIEW, also=o.filters)
def list_() -> None:
    """Every promise that is open, or all that match.

    \b
    promisectl list --state kept --state reneged
    promisectl list --all --as-of "last fri"
    """


@command("show", PANEL, answers=VIEW)
def show(ids: o.ShownIds) -> None:
    """Everything about a promise.

    \b
    promisectl show 1
    """


@command("log", PANEL, answers=VIEW)
def log(id_: OfPromise = None, limit: o.Limit = None) -> None:
    """Everything that was said, in order, undone or not.

    \b
    promisectl log 3
    promisectl log --limit 10
    """
