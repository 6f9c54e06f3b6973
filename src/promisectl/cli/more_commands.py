"""Declares the commands of the panel “More moves”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import HOLDS_IDS, MOVE_OPTIONS, register_command

MORE_PANEL = "More moves"

Text = Annotated[str, typer.Argument(metavar="TEXT", help="What was said.")]
Tags = Annotated[
    list[str],
    typer.Argument(metavar="TAG…", help="Words without blanks, with or without a # or +."),
]
UndoPromise = Annotated[
    str | None,
    typer.Option("--promise", metavar="ID", help="The newest command of this promise."),
    HOLDS_IDS,
]


@register_command("withdraw", MORE_PANEL, runs="acts.withdraw", answers=MOVE_OPTIONS)
def withdraw(ids: o.Ids, reason: o.Reason = None, on: o.On = None) -> None:
    """Take an offer, a request, or new terms back.

    \b
    promisectl withdraw 3 --reason "found another way"
    """


@register_command("release", MORE_PANEL, runs="acts.release", answers=MOVE_OPTIONS)
def release(ids: o.Ids, reason: o.Reason = None, on: o.On = None) -> None:
    """Let the promisor off.

    \b
    promisectl release 3 --reason "not needed any more"
    """


@register_command("reopen", MORE_PANEL, runs="acts.reopen", answers=MOVE_OPTIONS)
def reopen(id_: o.Id, reason: o.Reason = None, on: o.On = None) -> None:
    """Take a delivery or a confirmation back.

    \b
    promisectl reopen 3 --reason "the brake squeaks again"
    """


@register_command("bump", MORE_PANEL, runs="acts.bump", answers=MOVE_OPTIONS)
def bump(id_: o.Id, text: Text, theirs: o.Theirs = False, on: o.On = None) -> None:
    """Give word of trouble early, or send a reminder.

    \b
    promisectl bump 1 "vendor slipped, will know on Thursday"
    """


@register_command("told", MORE_PANEL, runs="acts.told", answers=MOVE_OPTIONS)
def told(id_: o.Id, on: o.On = None) -> None:
    """Say that they have been told of a break.

    \b
    promisectl told 1 --on yesterday
    """


@register_command("note", MORE_PANEL, runs="bookkeeping.note", answers=MOVE_OPTIONS)
def note(id_: o.Id, text: Text, on: o.On = None) -> None:
    """Keep a note beside a promise.

    \b
    promisectl note 2 "asked which version she means"
    """


@register_command("tag", MORE_PANEL, runs="bookkeeping.tag", answers=MOVE_OPTIONS)
def tag(id_: o.Id, tags: Tags) -> None:
    """Give a promise words to find it by.

    \b
    promisectl tag 3 work urgent
    promisectl list --tag work
    """


@register_command("untag", MORE_PANEL, runs="bookkeeping.untag", answers=MOVE_OPTIONS)
def untag(id_: o.Id, tags: Tags) -> None:
    """Take tags away.

    \b
    promisectl untag 3 urgent
    """


CorrectRev = Annotated[
    int | None, typer.Option("--rev", metavar="N", help="Only in this revision.")
]


@register_command("correct", MORE_PANEL, runs="bookkeeping.correct", answers=MOVE_OPTIONS)
def correct(
    id_: o.Id,
    what: o.What = None,
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    rev: CorrectRev = None,
    backfill: o.Backfill = False,
) -> None:
    """Put a typo in the terms right.

    \b
    promisectl correct 1 --what "Send Q3 numbers to Dana"
    promisectl correct 1 --rev 2 --by 2026-11-17
    promisectl correct 1 --risk "the vendor is late"

    Where other revisions have the same wrong value, it is put right there as well.
    """


@register_command("void", MORE_PANEL, runs="bookkeeping.void", answers=MOVE_OPTIONS)
def void(id_: o.Id, reason: o.Reason = None) -> None:
    """Take out what was entered by mistake.

    \b
    promisectl void 5 --reason "entered twice"
    """


@register_command("undo", MORE_PANEL, runs="undo.undo", answers=MOVE_OPTIONS)
def undo(promise: UndoPromise = None) -> None:
    """Take the newest command back; again, the one before.

    \b
    promisectl undo
    promisectl undo --promise 3
    """


@register_command("redo", MORE_PANEL, runs="undo.redo", answers=MOVE_OPTIONS)
def redo() -> None:
    """Take the newest undo back.

    \b
    promisectl redo
    """


Correct = Annotated[
    bool, typer.Option("--correct", metavar="", help="It is a typo that is put right.")
]
Negotiate = Annotated[bool, typer.Option("--negotiate", metavar="", help="It is new terms.")]
EditReason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why there are new terms.")
]
EditTheirs = Annotated[
    bool, typer.Option("--theirs", metavar="", help="The new terms are what they said.")
]


@register_command("edit", MORE_PANEL, runs="edit.edit", answers=MOVE_OPTIONS)
def edit(
    id_: o.Id,
    correct: Correct = False,
    negotiate: Negotiate = False,
    reason: EditReason = None,
    mine: o.Mine = False,
    theirs: EditTheirs = False,
    backfill: o.Backfill = False,
) -> None:
    """Change the terms in your editor: a typo, or new terms.

    \b
    promisectl edit 1
    promisectl edit 1 --correct
    promisectl edit 1 --reason "the vendor slipped"

    The editor is $VISUAL, or else $EDITOR.
    """
