"""Declares the commands of the panel “Views”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import (
    HOLDS_IDS,
    JSON_OPTIONS,
    LIST_OPTIONS,
    QUIET_OPTIONS,
    REVIEW_OPTIONS,
    VIEW_OPTIONS,
    VIEWS_PANEL,
    register_command,
)
from promisectl.domain.constants import DIGEST_FORMATS, MESSAGE_FORMATS, PROMISE_SORTS
from promisectl.rendering.waiting import WAITING_GROUPS

Waiting = Annotated[
    str | None,
    typer.Option(
        "--waiting",
        metavar="KIND",
        help=f"Show all of one group: {', '.join(group.kind for group in WAITING_GROUPS)}.",
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", metavar="", help="Exit with 10 if something is waiting.")
]
LogPromise = Annotated[
    str | None,
    typer.Argument(metavar="[ID]", help="The ID of a promise; without it, all promises."),
    HOLDS_IDS,
]


@register_command(
    "moves",
    VIEWS_PANEL,
    runs="moves.moves",
    answers=LIST_OPTIONS,
    choices={"waiting": {group.kind: group.title for group in WAITING_GROUPS}},
)
def moves(waiting: Waiting = None, exit_code: ExitCode = False, each: o.Each = False) -> None:
    """What is waiting for you.

    \b
    promisectl moves --waiting overdue
    promisectl moves --exit-code

    The same as promisectl without a command.
    """


@register_command(
    "owe",
    VIEWS_PANEL,
    runs="lists.owe",
    answers=LIST_OPTIONS,
    also=o.declare_view_filters,
    choices={"sort": PROMISE_SORTS},
)
def owe(each: o.Each = False) -> None:
    """What you owe.

    \b
    promisectl owe --due-before tomorrow
    promisectl owe --with dana --all
    """


@register_command(
    "owed",
    VIEWS_PANEL,
    runs="lists.owed",
    answers=LIST_OPTIONS,
    also=o.declare_view_filters,
    choices={"sort": PROMISE_SORTS},
)
def owed(each: o.Each = False) -> None:
    """What you are owed.

    \b
    promisectl owed --overdue
    """


@register_command(
    "list",
    VIEWS_PANEL,
    runs="lists.list_",
    answers=LIST_OPTIONS,
    also=o.declare_view_filters,
    choices={"sort": PROMISE_SORTS},
)
def list_(each: o.Each = False) -> None:
    """Promises, open or all, filtered.

    \b
    promisectl list --state kept --state reneged
    promisectl list --all --as-of "last fri"
    """


@register_command("show", VIEWS_PANEL, runs="show.show", answers=VIEW_OPTIONS)
def show(ids: o.ShownIds) -> None:
    """One promise in full.

    \b
    promisectl show 1
    promisectl 1
    promisectl 3-5,8
    """


LogSince = Annotated[
    str | None, typer.Option("--since", metavar="WHEN", help="Only what happened since then.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="WHEN", help="Up to the end of this day.")
]


After = Annotated[
    int | None,
    typer.Option(
        "--after", metavar="N", help="Only what was recorded after act N, its `id` in --json."
    ),
]


@register_command("log", VIEWS_PANEL, runs="log.log", answers=VIEW_OPTIONS)
def log(
    id_: LogPromise = None,
    with_: o.With = None,
    since: LogSince = None,
    until: Until = None,
    after: After = None,
    limit: o.Limit = None,
) -> None:
    """The history, undone entries included.

    \b
    promisectl log 3
    promisectl log --with dana --since "1 nov"
    promisectl log --limit 10
    promisectl log --after 120 --jsonl
    """


@register_command(
    "status", VIEWS_PANEL, runs="status.status", answers=JSON_OPTIONS, needs_config=False
)
def status() -> None:
    """What is waiting, in one short line for a prompt.

    \b
    promisectl status
    promisectl status --json

    It prints nothing if nothing is waiting. See: promisectl guide scripting
    """


Weeks = Annotated[
    int, typer.Option("--weeks", metavar="N", help="How many weeks, including this one.")
]


@register_command("week", VIEWS_PANEL, runs="week.week", answers=VIEW_OPTIONS)
def week(weeks: Weeks = 2) -> None:
    """The coming weeks, day by day.

    \b
    promisectl week
    promisectl week --weeks 4
    """


DigestSince = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="WHEN", help="What happened since then; without it, the last 7 days."
    ),
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="plain, for e-mail, or md, for Markdown."),
]


@register_command(
    "digest",
    VIEWS_PANEL,
    runs="digest.digest",
    answers=JSON_OPTIONS,
    choices={"format_": DIGEST_FORMATS},
)
def digest(with_: o.With = None, since: DigestSince = None, format_: Format = None) -> None:
    """A summary for e-mail.

    \b
    promisectl digest
    promisectl digest --with dana
    promisectl digest --since yesterday
    promisectl digest --format md >> journal.md

    It shows what is waiting, what is due soon and what happened.
    It prints nothing if there is nothing to report.
    """


MessageIds = Annotated[
    list[str],
    typer.Argument(metavar="ID…", help="IDs of promises with one person, such as 3 or 3-5,8."),
    HOLDS_IDS,
]
MessageWith = Annotated[
    str | None,
    typer.Option(
        "--with", "-w", metavar="PERSON", help="Where you stand with this person, both ways."
    ),
]
Whole = Annotated[
    bool, typer.Option("--whole", metavar="", help="With all terms, not only those that changed.")
]
WithRisk = Annotated[
    bool,
    typer.Option("--with-risk", metavar="", help="With what could go wrong and what it displaces."),
]
NoReason = Annotated[bool, typer.Option("--no-reason", metavar="", help="Without the reasons.")]
MessageFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="text, md, mailto (a link) or ics (tasks, from their side).",
    ),
]
MessageOutput = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Write to this file (- is stdout)."),
]


@register_command(
    "message",
    VIEWS_PANEL,
    runs="message.message",
    answers=QUIET_OPTIONS,
    choices={"format_": MESSAGE_FORMATS},
)
def message(
    ids: MessageIds = [],  # noqa: B006
    with_: MessageWith = None,
    whole: Whole = False,
    with_risk: WithRisk = False,
    no_reason: NoReason = False,
    format_: MessageFormat = None,
    output: MessageOutput = "-",
    force: o.Force = False,
) -> None:
    """The words to send to the other side.

    \b
    promisectl message 4
    promisectl message --with dana
    xdg-open "$(promisectl message 4 --format mailto)"

    It shows what you said last; if they spoke last, it shows what you understood.
    In your language: promisectl guide talking
    """


StatsSince = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        help="From this day on; by default 90 days back (config: window).",
    ),
]
StatsAll = Annotated[bool, typer.Option("--all", "-a", metavar="", help="Since the beginning.")]
StatsAsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="WHEN", help="Show the figures as they were then.")
]
Detail = Annotated[
    bool,
    typer.Option("--detail", metavar="", help="Show the parts of each figure, and more figures."),
]


@register_command("stats", VIEWS_PANEL, runs="stats.stats", answers=VIEW_OPTIONS)
def stats(
    with_: o.With = None,
    since: StatsSince = None,
    until: Until = None,
    all_: StatsAll = False,
    as_of: StatsAsOf = None,
    detail: Detail = False,
) -> None:
    """Your record: kept, on time, warned in time.

    \b
    promisectl stats
    promisectl stats --with dana --all
    promisectl stats --since "1 oct" --until "31 oct" --detail
    """


AnyIds = Annotated[
    list[str],
    typer.Argument(metavar="ID…", help="IDs of promises; without them, all open promises."),
]
Draft = Annotated[
    str | None,
    typer.Option("--draft", metavar="OUTCOME", help="Check a promise before you make it."),
]
DraftTo = Annotated[
    str | None, typer.Option("--to", "-t", metavar="PERSON", help="You would owe this person.")
]
DraftFrom = Annotated[
    str | None, typer.Option("--from", "-f", metavar="PERSON", help="This person would owe you.")
]
Ignore = Annotated[
    list[str],
    typer.Option(
        "--ignore", metavar="RULE", help="Leave out a rule, such as L08; may be repeated."
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
    """Check how well promises are made.

    \b
    promisectl check 2
    promisectl check --ignore L11
    promisectl check --draft "Help with the move" --to lee --by sat

    The rules: promisectl guide well-made
    """


@register_command("review", VIEWS_PANEL, runs="review.review", answers=REVIEW_OPTIONS)
def review(each: o.Each = False) -> None:
    """Go through what is open, one by one.

    \b
    promisectl review

    Overdue promises come first, then broken ones that the other side does not know about,
    then those without news, then reported ones that are not confirmed.
    The answer `leave` means that nothing needs to change, `skip` that you decide later; both
    record nothing. In a pipe it only lists them, with the commands that you can use.
    """
