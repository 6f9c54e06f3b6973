"""More moves, as they are typed."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.declare import MOVE, command

PANEL = "More moves"

Text = Annotated[str, typer.Argument(metavar="TEXT", help="What was said.")]
Tags = Annotated[list[str], typer.Argument(metavar="TAG…", help="Words without blanks, with or without a # or +.")]
OfPromise = Annotated[str | None, typer.Option("--promise", metavar="ID", help="The newest command of this promise.")]


@command("withdraw", PANEL, answers=MOVE)
def withdraw(ids: o.Ids, reason: o.Reason = None, on: o.On = None) -> None:
    """Take an offer, a request, or new terms back.

    \b
    promisectl withdraw 3 --reason "found another way"
    """


@command("release", PANEL, answers=MOVE)
def release(ids: o.Ids, reason: o.Reason = None, on: o.On = None) -> None:
    """Let the promisor off.

    \b
    promisectl release 3 --reason "not needed any more"
    """


@command("reopen", PANEL, answers=MOVE)
def reopen(id_: o.Id, reason: o.Reason = None, on: o.On = None) -> None:
    """Take a delivery or a confirmation back.

    \b
    promisectl reopen 3 --reason "the brake squeaks again"
    """


@command("bump", PANEL, answers=MOVE)
def bump(id_: o.Id, text: Text, theirs: o.Theirs = False, on: o.On = None) -> None:
    """Give word of trouble early, or send a reminder.

    \b
    promisectl bump 1 "vendor slipped, will know on Thursday"
    """


@command("told", PANEL, answers=MOVE)
def told(id_: o.Id, on: o.On = None) -> None:
    """Say that they have been told of a break.

    \b
    promisectl told 1 --on yesterday
    """


@command("note", PANEL, answers=MOVE)
def note(id_: o.Id, text: Text, on: o.On = None) -> None:
    """Keep a note beside a promise.

    \b
    promisectl note 2 "asked which version she means"
    """


@command("tag", PANEL, answers=MOVE)
def tag(id_: o.Id, tags: Tags) -> None:
    """Give a promise words to find it by.

    \b
    promisectl tag 3 work urgent
    promisectl list --tag work
    """


@command("untag", PANEL, answers=MOVE)
def untag(id_: o.Id, tags: Tags) -> None:
    """Take tags away.

    \b
    promisectl untag 3 urgent
    """


@command("correct", PANEL, answers=MOVE)
def correct(
    id_: o.Id,
    what: o.What = None,
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    backfill: o.Backfill = False,
) -> None:
    """Put a typo in the terms right.

    \b
    promisectl correct 1 --what "Send Q3 numbers to Dana"
    """


@command("void", PANEL, answers=MOVE)
def void(id_: o.Id, reason: o.Reason = None) -> None:
    """Take out what was entered by mistake.

    \b
    promisectl void 5 --reason "entered twice"
    """


@command("undo", PANEL, answers=MOVE)
def undo(promise: OfPromise = None) -> None:
    """Take the newest command back; again, the one before.

    \b
    promisectl undo
    promisectl undo --promise 3
    """


@command("redo", PANEL, answers=MOVE)
def redo() -> None:
    """Take the newest undo back.

    \b
    promisectl redo
    """
