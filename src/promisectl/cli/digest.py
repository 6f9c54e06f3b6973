"""The summary for a mail, as it is asked for."""

from typing import Annotated

import typer

from promisectl.cli.declare import ONE, command

PANEL = "Look"

Since = Annotated[str | None, typer.Option("--since", metavar="WHEN", help="What happened from that day on; 7 days if nothing is said.")]
Format = Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="plain, for a mail, or md, for Markdown.")]


@command("digest", PANEL, answers=ONE)
def digest(since: Since = None, format_: Format = None) -> None:
    """What waits, what comes and what happened, for a mail; nothing where there is nothing to say.

    \b
    promisectl digest
    promisectl digest --since yesterday
    promisectl digest --format md >> journal.md
    """
