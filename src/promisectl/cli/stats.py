"""The record in figures, as it is asked for."""

from typing import Annotated

import typer

from promisectl.cli.declare import VIEW, command

PANEL = "Look"

With = Annotated[str | None, typer.Option("--with", metavar="PERSON", help="Between you and this person.")]
Since = Annotated[str | None, typer.Option("--since", metavar="WHEN", help="From that day on; the last 90 days, or the config's window.")]
Until = Annotated[str | None, typer.Option("--until", metavar="WHEN", help="To the end of that day.")]
All = Annotated[bool, typer.Option("--all", metavar="", help="All there is.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="WHEN", help="The figures as they stood then.")]
Detail = Annotated[bool, typer.Option("--detail", metavar="", help="What the figures are made of, and the finer ones.")]


@command("stats", PANEL, answers=VIEW)
def stats(
    with_: With = None,
    since: Since = None,
    until: Until = None,
    all_: All = False,
    as_of: AsOf = None,
    detail: Detail = False,
) -> None:
    """The record in figures: kept, in time, and with which notice.

    \b
    promisectl stats
    promisectl stats --with dana --all
    promisectl stats --since "1 oct" --until "31 oct" --detail
    """
