"""The terms of a promise in an editor, as it is typed."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import MOVE, command

PANEL = "More moves"

Correct = Annotated[bool, typer.Option("--correct", metavar="", help="It is a typo that is put right.")]
Negotiate = Annotated[bool, typer.Option("--negotiate", metavar="", help="It is new terms.")]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why there are new terms.")]
Mine = Annotated[bool, typer.Option("--mine", metavar="", help="You put your own terms anew.")]
Theirs = Annotated[bool, typer.Option("--theirs", metavar="", help="The new terms are what they said.")]


@command("edit", PANEL, answers=MOVE)
def edit(
    id_: o.Id,
    correct: Correct = False,
    negotiate: Negotiate = False,
    reason: Reason = None,
    mine: Mine = False,
    theirs: Theirs = False,
    backfill: o.Backfill = False,
) -> None:
    """Change the terms in your editor: a typo, or new terms.

    \b
    promisectl edit 1
    promisectl edit 1 --correct
    promisectl edit 1 --reason "the vendor slipped"

    The editor is $VISUAL, or else $EDITOR.
    """
