"""The first move, as it is typed."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import MOVE, command

PANEL = "The six moves"

To = Annotated[list[str], typer.Option("--to", metavar="PERSON", help="You owe this person; may be repeated. “me” is you.")]
From = Annotated[list[str], typer.Option("--from", metavar="PERSON", help="This person owes you; may be repeated.")]
Asked = Annotated[bool, typer.Option("--asked", metavar="", help="With --to: they asked, and it is yours to answer.")]
Offered = Annotated[bool, typer.Option("--offered", metavar="", help="With --from: they offered, and it is yours to answer.")]
Agreed = Annotated[bool, typer.Option("--agreed", metavar="", help="Both have said Yes already.")]
Said = Annotated[str | None, typer.Option("--said", metavar="WHEN", help="When it was said, if not now; dates count from then.")]
Replaces = Annotated[str | None, typer.Option("--replaces", metavar="ID", help="The promise that this one stands in for.")]
Tag = Annotated[list[str], typer.Option("--tag", metavar="TAG", help="A word to find it by; may be repeated.")]
New = Annotated[bool, typer.Option("--new", metavar="", help="A new person, though the name looks like a known one.")]


@command("make", PANEL, answers=MOVE)
def make(
    outcome: Annotated[str, typer.Argument(metavar="OUTCOME", help="What will be true when it is done. - with --json: from stdin.")],
    to: To = [],  # noqa: B006
    from_: From = [],  # noqa: B006
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    reply_by: o.ReplyBy = None,
    asked: Asked = False,
    offered: Offered = False,
    agreed: Agreed = False,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    said: Said = None,
    backfill: o.Backfill = False,
    replaces: Replaces = None,
    tag: Tag = [],  # noqa: B006
    new: New = False,
) -> None:
    """Make a promise: offer it, ask for it, or agreed already.

    \b
    promisectl make "Send Q3 numbers" --to dana --by fri --agreed
    promisectl make "Review the contract" --to dana --by wed --asked
    promisectl make "Fix the bike brake" --from lee --by sat
    promisectl make --json - < promises.jsonl
    """
