"""The check of promises, as it is asked for."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import VIEW, command

PANEL = "Look"

AnyIds = Annotated[list[str], typer.Argument(metavar="ID…", help="Numbers of promises; all that are open if none is given.")]
Draft = Annotated[str | None, typer.Option("--draft", metavar="OUTCOME", help="A promise that is not made yet.")]
To = Annotated[str | None, typer.Option("--to", metavar="PERSON", help="You would owe this person.")]
From = Annotated[str | None, typer.Option("--from", metavar="PERSON", help="This person would owe you.")]
Agreed = Annotated[bool, typer.Option("--agreed", metavar="", help="Both have said Yes already.")]
Ignore = Annotated[list[str], typer.Option("--ignore", metavar="RULE", help="A rule to leave out, such as L08; may be repeated.")]


@command("check", PANEL, answers=VIEW)
def check(
    ids: AnyIds = [],  # noqa: B006
    draft: Draft = None,
    to: To = None,
    from_: From = None,
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    agreed: Agreed = False,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    backfill: o.Backfill = False,
    ignore: Ignore = [],  # noqa: B006
) -> None:
    """Whether promises are well made: six marks and 22 rules.

    \b
    promisectl check 2
    promisectl check --ignore L11
    promisectl check --draft "Help with the move" --to lee --by sat
    """
