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


@command("owe", PANEL, answers=VIEW)
def owe(
    with_: o.With = None,
    state: o.StateIs = [],  # noqa: B006
    due_before: o.DueBefore = None,
    due_after: o.DueAfter = None,
    overdue: o.Overdue = False,
    tag: o.Tagged = None,
    search: o.Search = None,
    all_: o.All = False,
    as_of: o.AsOf = None,
    sort: o.Sort = "due",
    limit: o.Limit = None,
) -> None:
    """What you owe.

    \b
    promisectl owe --due-before tomorrow
    promisectl owe --with dana --all
    """


@command("owed", PANEL, answers=VIEW)
def owed(
    with_: o.With = None,
    state: o.StateIs = [],  # noqa: B006
    due_before: o.DueBefore = None,
    due_after: o.DueAfter = None,
    overdue: o.Overdue = False,
    tag: o.Tagged = None,
    search: o.Search = None,
    all_: o.All = False,
    as_of: o.AsOf = None,
    sort: o.Sort = "due",
    limit: o.Limit = None,
) -> None:
    """What is owed to you.

    \b
    promisectl owed --overdue
    """


@command("list", PANEL, answers=VIEW)
def list_(
    with_: o.With = None,
    state: o.StateIs = [],  # noqa: B006
    due_before: o.DueBefore = None,
    due_after: o.DueAfter = None,
    overdue: o.Overdue = False,
    tag: o.Tagged = None,
    search: o.Search = None,
    all_: o.All = False,
    as_of: o.AsOf = None,
    sort: o.Sort = "due",
    limit: o.Limit = None,
) -> None:
    """Every promise that is open, or all that match.

    \b
    promisectl list --state kept --state reneged
    promisectl list --all --as-of "last fri"
    """


@command("show", PANEL, answers=VIEW)
def show(ids: o.Ids) -> None:
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
