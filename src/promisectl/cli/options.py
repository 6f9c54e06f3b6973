"""The arguments and options that several commands share."""

from typing import Annotated

import typer

from promisectl.cli.registry import HOLDS_IDS

Id = Annotated[str, typer.Argument(metavar="ID", help="The number of a promise."), HOLDS_IDS]
Ids = Annotated[
    list[str],
    typer.Argument(metavar="ID…", help="Numbers of promises; all of them happen, or none."),
    HOLDS_IDS,
]
ShownIds = Annotated[
    list[str], typer.Argument(metavar="ID…", help="Numbers of promises."), HOLDS_IDS
]
On = Annotated[
    str | None, typer.Option("--on", metavar="WHEN", help="When it was said, if not now.")
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="WHEN", help="Due: fri, 28 nov, 2026-11-27, “fri 17:00”."),
]
DoneWhen = Annotated[
    str | None,
    typer.Option("--done-when", metavar="TEXT", help="How both will know that it is done."),
]
Why = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="For the sake of what.")]
What = Annotated[str | None, typer.Option("--what", metavar="TEXT", help="The outcome.")]
ReplyBy = Annotated[
    str | None, typer.Option("--reply-by", metavar="WHEN", help="Until when an answer is asked.")
]
Risk = Annotated[
    str | None, typer.Option("--risk", metavar="TEXT", help="What could make it impossible.")
]
NoTo = Annotated[
    str | None, typer.Option("--no-to", metavar="TEXT", help="What this Yes says No to.")
]
Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="A word along with it.")]
Backfill = Annotated[bool, typer.Option("--backfill", metavar="", help="Let a date have passed.")]
Theirs = Annotated[bool, typer.Option("--theirs", metavar="", help="They said it.")]
Mine = Annotated[bool, typer.Option("--mine", metavar="", help="The new terms are yours.")]
Agreed = Annotated[bool, typer.Option("--agreed", metavar="", help="Both have said Yes already.")]
Name = Annotated[
    str, typer.Argument(metavar="PERSON", help="A handle, an alias, a name, or its beginning.")
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", help="At most so many.", rich_help_panel="Filter"),
]

With = Annotated[
    str | None,
    typer.Option(
        "--with", metavar="PERSON", help="Only with this person.", rich_help_panel="Filter"
    ),
]
StateIs = Annotated[
    list[str],
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only in this state; may be repeated.",
        rich_help_panel="Filter",
    ),
]
DueBefore = Annotated[
    str | None,
    typer.Option(
        "--due-before", metavar="WHEN", help="Due before that day begins.", rich_help_panel="Filter"
    ),
]
DueAfter = Annotated[
    str | None,
    typer.Option(
        "--due-after", metavar="WHEN", help="Due after that day ends.", rich_help_panel="Filter"
    ),
]
Overdue = Annotated[
    bool,
    typer.Option("--overdue", metavar="", help="Only what is overdue.", rich_help_panel="Filter"),
]
TagIs = Annotated[
    str | None,
    typer.Option("--tag", metavar="TAG", help="Only with this tag.", rich_help_panel="Filter"),
]
Search = Annotated[
    str | None,
    typer.Option(
        "--search",
        metavar="TEXT",
        help="Only where the terms contain this.",
        rich_help_panel="Filter",
    ),
]
All = Annotated[
    bool, typer.Option("--all", metavar="", help="Closed ones too.", rich_help_panel="Filter")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="WHEN", help="The ledger as it stood then.", rich_help_panel="Filter"
    ),
]
Sort = Annotated[
    str | None,
    typer.Option(
        "--sort", metavar="KEY", help="due, made, person or state.", rich_help_panel="Filter"
    ),
]


def declare_view_filters(
    with_: With = None,
    state: StateIs = [],  # noqa: B006
    due_before: DueBefore = None,
    due_after: DueAfter = None,
    overdue: Overdue = False,
    tag: TagIs = None,
    search: Search = None,
    all_: All = False,
    as_of: AsOf = None,
    sort: Sort = None,
    limit: Limit = None,
) -> None:
    """Declare the arguments of every view that lists promises."""
