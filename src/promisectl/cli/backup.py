"""Backups and the way back, as they are typed."""

from typing import Annotated

import typer

from promisectl.cli.declare import PLACED, command

PANEL = "Records"

File = Annotated[
    str | None,
    typer.Argument(metavar="[FILE]", help="A file, or a directory for one that is named by the time; else among the last ten."),
]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace what is there.")]
From = Annotated[str, typer.Argument(metavar="FILE", help="A backup, or any other ledger.")]
Yes = Annotated[bool, typer.Option("--yes", metavar="", help="Ask nothing: replace what is there, which is backed up first.")]


@command("backup", PANEL, answers=PLACED)
def backup(file: File = None, force: Force = False) -> None:
    """A whole copy of the ledger, checked.

    \b
    promisectl backup
    promisectl backup /media/stick/
    promisectl backup ledger-at-home.db --force

    Without FILE it goes where promisectl path says, and the last ten stay there.
    """


@command("restore", PANEL, answers=PLACED)
def restore(file: From, yes: Yes = False) -> None:
    """Bring a backup back; what is there is backed up first.

    \b
    promisectl restore ledger-20261123T090000Z.db
    promisectl restore /media/stick/ledger.db --yes
    """
