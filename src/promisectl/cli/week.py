"""The coming weeks, as they are asked for."""

from typing import Annotated

import typer

from promisectl.cli.declare import VIEW, command

PANEL = "Look"

Weeks = Annotated[int, typer.Option("--weeks", metavar="N", help="So many weeks, this one among them.")]


@command("week", PANEL, answers=VIEW)
def week(weeks: Weeks = 2) -> None:
    """The coming weeks: what you owe and are owed, day by day.

    \b
    promisectl week
    promisectl week --weeks 4
    """
