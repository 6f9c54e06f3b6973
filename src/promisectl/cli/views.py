"""Declares the commands of the panel “Look”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import (
    FORMAT_OPTIONS,
    HOLDS_IDS,
    JSON_OPTIONS,
    VIEW_OPTIONS,
    register_command,
)
from promisectl.domain.constants import DIGEST_FORMATS, PROMISE_SORTS
from promisectl.rendering.waiting import WAITING_GROUPS

VIEWS_PANEL = "Look"

Waiting = Annotated[
    str | None,
    typer.Option(
        "--waiting",
        metavar="KIND",
        help=f"Only one group, all of it: {', '.join(group.kind for group in WAITING_GROUPS)}.",
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", metavar="", help="Exit with 10 when something waits.")
]
LogPromise = Annotated[
    str | None,
    typer.Argument(metavar="[ID]", help="The number of a promise; all of them if none is given."),
    HOLDS_IDS,
]


@register_command(
    "moves",
    VIEWS_PANEL,
    runs="moves.moves",
    answers=VIEW_OPTIONS,
    choices={"waiting": {group.kind: group.title for group in WAITING_GROUPS}},
)
def moves(waiting: Waiting = None, exit_code: ExitCode = False) -> None:
    """What waits for you; the same as promisectl alone.

    \b
    promisectl moves --waiting overdue
    promisectl moves --exit-code
    """


@register_command(
    "owe",
    VIEWS_PANEL,
    runs="lists.owe",
    answers=VIEW_OPTIONS,
    also=o.declare_view_filters,
    choices={"sort": PROMISE_SORTS},
)
def owe() -> None:
    """What you owe.

    \b
    promisectl owe --due-before tomorrow
    promisectl owe --with dana --all
    """


@register_command(
    "owed",
    VIEWS_PANEL,
    runs="lists.owed",
    answers=VIEW_OPTIONS,
    also=o.declare_view_filters,
    choices={"sort": PROMISE_SORTS},
)
def owed() -> None:
    """What is owed to you.

    \b
    promisectl owed --overdue
    """


@register_command(
    "list",
    VIEWS_PANEL,
    runs="lists.list_",
    answers=VIEW_OPTIONS,
    also=o.declare_view_filters,
    choices={"sort": PROMISE_SORTS},
)
def list_() -> None:
    """Every promise that is open, or all that match.

    \b
    promisectl list --state kept --state reneged
    promisectl list --all --as-of "last fri"
    """


@register_command("show", VIEWS_PANEL, runs="show.show", answers=VIEW_OPTIONS)
def show(ids: o.ShownIds) -> None:
    """Everything about a promise.

    \b
    promisectl show 1
    """


@register_command("log", VIEWS_PANEL, runs="log.log", answers=VIEW_OPTIONS)
def log(id_: LogPromise = None, limit: o.Limit = None) -> None:
    """Everything that was said, in order, undone or not.

    \b
    promisectl log 3
    promisectl log --limit 10
    """


@register_command(
    "status", VIEWS_PANEL, runs="status.status", answers=JSON_OPTIONS, needs_config=False
)
def status() -> None:
    """What waits for you in one short line, for a prompt or a bar; nothing where nothing waits.

    \b
    promisectl status
    promisectl status --json
    promisectl guide scripting
    """


Weeks = Annotated[
    int, typer.Option("--weeks", metavar="N", help="So many weeks, this one among them.")
]


@register_command("week", VIEWS_PANEL, runs="week.week", answers=VIEW_OPTIONS)
def week(weeks: Weeks = 2) -> None:
    """The coming weeks: what you owe and are owed, day by day.

    \b
    promisectl week
    promisectl week --weeks 4
    """


DigestSince = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="What happened from that day on; 7 days if nothing is said."
    ),
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="plain, for a mail, or md, for Markdown."),
]


@register_command(
    "digest",
    VIEWS_PANEL,
    runs="digest.digest",
    answers=JSON_OPTIONS,
    choices={"format_": DIGEST_FORMATS},
)
def digest(since: DigestSince = None, format_: Format = None) -> None:
    """What waits, what comes and what happened, for a mail;
    nothing where there is nothing to say.

    \b
    promisectl digest
    promisectl digest --since yesterday
    promisectl digest --format md >> journal.md
    """


StatsWith = Annotated[
    str | None, typer.Option("--with", metavar="PERSON", help="Between you and this person.")
]
StatsSince = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        help="From that day on; the last 90 days, or the config's window.",
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="To the end of that day.")
]
StatsAll = Annotated[bool, typer.Option("--all", metavar="", help="All there is.")]
StatsAsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="WHEN", help="The figures as they stood then.")
]
Detail = Annotated[
    bool,
    typer.Option("--detail", metavar="", help="What the figures are made of, and the finer ones."),
]


@register_command("stats", VIEWS_PANEL, runs="stats.stats", answers=VIEW_OPTIONS)
def stats(
    with_: StatsWith = None,
    since: StatsSince = None,
    until: Until = None,
    all_: StatsAll = False,
    as_of: StatsAsOf = None,
    detail: Detail = False,
) -> None:
    """The record in figures: kept, in time, and with which notice.

    \b
    promisectl stats
    promisectl stats --with dana --all
    promisectl stats --since "1 oct" --until "31 oct" --detail
    """


AnyIds = Annotated[
    list[str],
    typer.Argument(metavar="ID…", help="Numbers of promises; all that are open if none is given."),
]
Draft = Annotated[
    str | None, typer.Option("--draft", metavar="OUTCOME", help="A promise that is not made yet.")
]
DraftTo = Annotated[
    str | None, typer.Option("--to", metavar="PERSON", help="You would owe this person.")
]
DraftFrom = Annotated[
    str | None, typer.Option("--from", metavar="PERSON", help="This person would owe you.")
]
Ignore = Annotated[
    list[str],
    typer.Option(
        "--ignore", metavar="RULE", help="A rule to leave out, such as L08; may be repeated."
    ),
]


@register_command("check", VIEWS_PANEL, runs="check.check", answers=VIEW_OPTIONS)
def check(
    ids: AnyIds = [],  # noqa: B006
    draft: Draft = None,
    to: DraftTo = None,
    from_: DraftFrom = None,
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    agreed: o.Agreed = False,
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


@register_command("review", VIEWS_PANEL, runs="review.review", answers=FORMAT_OPTIONS)
def review() -> None:
    """Walk through what is open, one promise at a time.

    Overdue ones come first, then breaks that nobody was told of, what has gone stale,
    and what is delivered and not confirmed.
    Off a terminal it lists them with the moves that are open.

    \b
    promisectl review
    """
