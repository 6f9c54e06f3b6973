"""The arguments and options that several commands share."""

from typing import Annotated

import typer

from promisectl.cli.registry import ASKED, HOLDS_IDS, ONE_TEXT

Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="The ID of a promise; without it, you choose from a list."),
    HOLDS_IDS,
    ASKED,
]
Ids = Annotated[
    list[str],
    typer.Argument(
        metavar="ID…",
        help="IDs of promises, such as 3 or 3-5,8; without one, you choose from a list. "
        "If one is refused, nothing is recorded.",
    ),
    HOLDS_IDS,
    ASKED,
]
ShownIds = Annotated[
    list[str],
    typer.Argument(metavar="ID…", help="IDs of promises, such as 3 or 3-5,8."),
    HOLDS_IDS,
]
ReasonWords = Annotated[
    list[str], typer.Argument(metavar="TEXT…", help="Why, the same as --reason."), ONE_TEXT
]
On = Annotated[
    str | None, typer.Option("--on", metavar="WHEN", help="When it happened, if not now.")
]
Reason = Annotated[str | None, typer.Option("--reason", "-r", metavar="TEXT", help="Why.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", "-b", metavar="WHEN", help="Due date: fri, 28 nov, 2026-11-27, “fri 17:00”."
    ),
]
DoneWhen = Annotated[
    str | None,
    typer.Option("--done-when", metavar="TEXT", help="How you will both know it is done."),
]
Why = Annotated[str | None, typer.Option("--why", metavar="TEXT", help="What it is for.")]
What = Annotated[str | None, typer.Option("--what", metavar="TEXT", help="The new outcome.")]
ReplyBy = Annotated[
    str | None, typer.Option("--reply-by", metavar="WHEN", help="By when you need an answer.")
]
Risk = Annotated[str | None, typer.Option("--risk", metavar="TEXT", help="What could go wrong.")]
NoTo = Annotated[
    str | None,
    typer.Option(
        "--no-to",
        metavar="TEXT",
        help="What it displaces, in words or by the ID of a promise.",
    ),
]
Note = Annotated[str | None, typer.Option("--note", "-n", metavar="TEXT", help="A note to add.")]
Backfill = Annotated[
    bool, typer.Option("--backfill", metavar="", help="Allow a due date in the past.")
]
Theirs = Annotated[bool, typer.Option("--theirs", metavar="", help="They said it, not you.")]
Mine = Annotated[bool, typer.Option("--mine", metavar="", help="You propose these terms.")]
TheirTerms = Annotated[bool, typer.Option("--theirs", metavar="", help="They propose these terms.")]
Unsaid = Annotated[
    bool,
    typer.Option(
        "--unsaid", metavar="", help="You have not said it yet; say it with message, then told."
    ),
]
Agreed = Annotated[
    bool, typer.Option("--agreed", "-y", metavar="", help="Both sides have already said yes.")
]
Rest = Annotated[
    bool,
    typer.Option(
        "--rest", metavar="", help="Also the later promises of its series, as far as possible."
    ),
]
Name = Annotated[
    str,
    typer.Argument(metavar="PERSON", help="A handle, an alias or a name; its beginning is enough."),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", help="Show at most N."),
]

With = Annotated[
    str | None,
    typer.Option("--with", "-w", metavar="PERSON", help="Only with this person."),
]
StateIs = Annotated[
    list[str],
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only in this state, as in “reported”; may be repeated.",
    ),
]
DueBefore = Annotated[
    str | None,
    typer.Option("--due-before", metavar="WHEN", help="Only if due before this day."),
]
DueAfter = Annotated[
    str | None,
    typer.Option("--due-after", metavar="WHEN", help="Only if due after this day."),
]
Overdue = Annotated[
    bool,
    typer.Option("--overdue", metavar="", help="Only what is overdue."),
]
TagIs = Annotated[
    str | None,
    typer.Option("--tag", metavar="TAG", help="Only with this tag."),
]
Search = Annotated[
    str | None,
    typer.Option(
        "--search",
        metavar="TEXT",
        help="Only if this text is in the terms, risk, no-to or reason.",
    ),
]
PartOfIs = Annotated[
    str | None,
    typer.Option(
        "--part-of", metavar="ID", help="Only the parts of this promise, closed ones too."
    ),
]
AskedWith = Annotated[
    str | None,
    typer.Option(
        "--asked-with", metavar="ID", help="Only what was asked of several people with this one."
    ),
]
All = Annotated[bool, typer.Option("--all", "-a", metavar="", help="Include closed promises.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="WHEN", help="Show the ledger as it was then."),
]
Sort = Annotated[
    str | None,
    typer.Option("--sort", metavar="KEY", help="Order: due, made, person or state."),
]

Each = Annotated[
    bool, typer.Option("--each", metavar="", help="Show each promise of a series on its own line.")
]


def declare_view_filters(
    with_: With = None,
    state: StateIs = [],  # noqa: B006
    due_before: DueBefore = None,
    due_after: DueAfter = None,
    overdue: Overdue = False,
    tag: TagIs = None,
    search: Search = None,
    part_of: PartOfIs = None,
    asked_with: AskedWith = None,
    all_: All = False,
    as_of: AsOf = None,
    sort: Sort = None,
    limit: Limit = None,
) -> None:
    """Declare the filters of the views that list promises."""


Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace an existing file.")]
