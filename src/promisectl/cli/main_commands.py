"""Declares the commands of the panel “Main commands”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import (
    ASKED,
    MAIN_PANEL,
    MOVE_OPTIONS,
    ONE_TEXT,
    READS_STDIN,
    register_command,
)
from promisectl.domain.constants import SERIES_RULES

MakeTo = Annotated[
    list[str],
    typer.Option(
        "--to", "-t", metavar="PERSON", help="You owe this person (“me” is you); may be repeated."
    ),
]
MakeFrom = Annotated[
    list[str],
    typer.Option("--from", "-f", metavar="PERSON", help="This person owes you; may be repeated."),
]
Asked = Annotated[
    bool,
    typer.Option(
        "--asked", metavar="", help="With --to: they asked you, and you have not answered."
    ),
]
Offered = Annotated[
    bool,
    typer.Option(
        "--offered", metavar="", help="With --from: they offered, and you have not answered."
    ),
]
Said = Annotated[
    str | None,
    typer.Option(
        "--said", metavar="WHEN", help="When it was said, if not now; other dates count from then."
    ),
]
Replaces = Annotated[
    str | None,
    typer.Option(
        "--replaces",
        metavar="ID",
        help="What it replaces; with the same person unless you name one.",
    ),
]
PartOf = Annotated[
    str | None,
    typer.Option("--part-of", metavar="ID", help="The bigger promise that this one is a part of."),
]
Beside = Annotated[
    bool, typer.Option("--beside", metavar="", help="With --replaces: keep that one open too.")
]
Tag = Annotated[
    list[str], typer.Option("--tag", metavar="TAG", help="A tag to find it by; may be repeated.")
]
MakeNew = Annotated[
    bool,
    typer.Option(
        "--new", metavar="", help="A new person, even if the name looks like a known one."
    ),
]

Every = Annotated[
    str | None,
    typer.Option(
        "--every",
        metavar="RULE",
        help="A series: week, “2 weeks”, month, weekday, fri, mon,thu …",
    ),
]
SeriesUntil = Annotated[
    str | None,
    typer.Option("--until", metavar="WHEN", help="With --every: the end of the series."),
]
Times = Annotated[
    int | None,
    typer.Option("--times", metavar="N", help="With --every: how many promises, 2 to 100."),
]
Except = Annotated[
    list[str],
    typer.Option(
        "--except",
        metavar="WHEN",
        help="With --every: a date to leave out; may be repeated.",
    ),
]


@register_command(
    "make",
    MAIN_PANEL,
    runs="make.make",
    answers=MOVE_OPTIONS,
    choices={"every": SERIES_RULES},
)
def make(
    outcome: Annotated[
        list[str],
        typer.Argument(
            metavar="OUTCOME…",
            help="What will be done; “-” reads lines, or with --json JSON.",
        ),
        READS_STDIN,
        ASKED,
        ONE_TEXT,
    ],
    to: MakeTo = [],  # noqa: B006
    from_: MakeFrom = [],  # noqa: B006
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    reply_by: o.ReplyBy = None,
    asked: Asked = False,
    offered: Offered = False,
    agreed: o.Agreed = False,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    said: Said = None,
    backfill: o.Backfill = False,
    replaces: Replaces = None,
    beside: Beside = False,
    part_of: PartOf = None,
    tag: Tag = [],  # noqa: B006
    new: MakeNew = False,
    unsaid: o.Unsaid = False,
    every: Every = None,
    until: SeriesUntil = None,
    times: Times = None,
    except_: Except = [],  # noqa: B006
) -> None:
    """Make a promise: offered, requested or already agreed.

    \b
    promisectl make Send Q3 numbers --to dana --by fri --agreed
    promisectl make "Send the draft" --from kim --by tue --part-of 5
    promisectl make "Send a report" -t ben -b fri --every week --until "26 feb"
    """


@register_command("jot", MAIN_PANEL, runs="jot.jot", answers=MOVE_OPTIONS)
def jot(
    lines: Annotated[
        list[str],
        typer.Argument(
            metavar="LINE…", help="A promise; - reads lines from stdin, none opens your editor."
        ),
        READS_STDIN,
    ] = [],  # noqa: B006
    new: MakeNew = False,
    backfill: o.Backfill = False,
) -> None:
    """Make several promises at once, each on a line.

    \b
    promisectl jot
    promisectl jot "to dana: Send the numbers | fri | agreed"
    promisectl jot - < meeting.txt

    A line is “to NAME: OUTCOME” or “from NAME: OUTCOME”, then any of these after a “|”: a date,
    every week until 26 feb, agreed, asked, offered, unsaid, done when: …, why: …, answer by: …,
    part of: …, #tag.

    At a terminal promisectl shows several promises and asks before it makes them.
    All are made, or none; one undo takes them back.
    """


Rev = Annotated[
    int | None,
    typer.Option("--rev", metavar="N", help="Only if this is still the latest revision."),
]
Confirmed = Annotated[
    bool,
    typer.Option(
        "--confirmed", "-y", metavar="", help="You owe it, and they have already confirmed it."
    ),
]
Reported = Annotated[
    bool,
    typer.Option(
        "--reported",
        metavar="",
        help="You are owed it; they reported it, you have not confirmed it.",
    ),
]
Partial = Annotated[
    str | None,
    typer.Option("--partial", metavar="TEXT", help="What is done so far; the promise stays open."),
]
DoneOn = Annotated[
    str | None,
    typer.Option(
        "--on", metavar="WHEN", help="When it happened, if not now; due: each on its due date."
    ),
]
CompleteRest = Annotated[
    bool,
    typer.Option("--rest", metavar="", hidden=True, help="Refused: nobody can deliver the future."),
]
Told = Annotated[
    str | None,
    typer.Option("--told", metavar="WHEN", help="When they were told, if not now."),
]
NotTold = Annotated[bool, typer.Option("--not-told", metavar="", help="They do not know yet.")]
Silent = Annotated[
    bool,
    typer.Option("--silent", metavar="", help="They broke a promise to you without telling you."),
]
RenegeCause = Annotated[
    str | None,
    typer.Option(
        "--cause",
        metavar="CAUSE",
        help="overload, dependency, underestimated, need-changed, forgot, external or other.",
    ),
]
Repair = Annotated[
    str | None, typer.Option("--repair", metavar="TEXT", help="What you will do instead.")
]


NegotiateReason = Annotated[
    str | None,
    typer.Option(
        "--reason", "-r", metavar="TEXT", help="Why you change agreed terms (required then)."
    ),
]


@register_command("negotiate", MAIN_PANEL, runs="acts.negotiate", answers=MOVE_OPTIONS)
def negotiate(
    id_: o.Id,
    by: o.By = None,
    what: o.What = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    reply_by: o.ReplyBy = None,
    reason: NegotiateReason = None,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    mine: o.Mine = False,
    theirs: o.TheirTerms = False,
    agreed: o.Agreed = False,
    on: o.On = None,
    backfill: o.Backfill = False,
    unsaid: o.Unsaid = False,
    rest: o.Rest = False,
) -> None:
    """Propose other terms: a counter-offer, or a change to agreed terms.

    \b
    promisectl negotiate 2 --by thu
    promisectl negotiate 1 --by "next mon" --reason "the vendor slipped"
    promisectl negotiate 3 --by mon --theirs
    promisectl negotiate 3 -b tomorrow -y
    promisectl negotiate 5 --rest --by mon --reason "Fridays are full"

    An empty text removes a date, a done-when or a why: --by "".
    With --rest, --by moves every date: a weekday, +2d or a time.
    """


@register_command("accept", MAIN_PANEL, runs="acts.accept", answers=MOVE_OPTIONS)
def accept(
    ids: o.Ids,
    rev: Rev = None,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    on: o.On = None,
    note: o.Note = None,
    rest: o.Rest = False,
) -> None:
    """Say yes to proposed terms, or confirm a delivery.

    \b
    promisectl accept 2 --risk "kids are ill" --no-to "gym on Tuesday"
    promisectl accept 3 4
    """


@register_command("decline", MAIN_PANEL, runs="acts.decline", answers=MOVE_OPTIONS)
def decline(ids: o.Ids, reason: o.Reason = None, on: o.On = None, rest: o.Rest = False) -> None:
    """Say no to proposed terms, or to a delivery.

    \b
    promisectl decline 2 --reason "full until December"
    """


@register_command("complete", MAIN_PANEL, runs="acts.complete", answers=MOVE_OPTIONS)
def complete(
    ids: o.Ids,
    confirmed: Confirmed = False,
    reported: Reported = False,
    partial: Partial = None,
    on: DoneOn = None,
    note: o.Note = None,
    rest: CompleteRest = False,
) -> None:
    """Mark as done: report yours, confirm theirs.

    \b
    promisectl complete 1
    promisectl complete 1 -y
    promisectl complete 3 --on yesterday
    promisectl complete 4-14 --on due
    """


@register_command("renege", MAIN_PANEL, runs="acts.renege", answers=MOVE_OPTIONS)
def renege(
    ids: o.Ids,
    reason: o.Reason = None,
    told: Told = None,
    not_told: NotTold = False,
    silent: Silent = False,
    cause: RenegeCause = None,
    repair: Repair = None,
    on: o.On = None,
    rest: o.Rest = False,
) -> None:
    """Record that a promise is broken, and when the other side was told.

    \b
    promisectl renege 1 --reason "out of time" --repair "Lee takes it over"
    promisectl renege 1 --reason "I forgot" --cause forgot --not-told
    """
