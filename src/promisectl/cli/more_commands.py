"""Declares the commands of the panel “More commands”."""

from typing import Annotated

import typer

from promisectl.cli import options as o
from promisectl.cli.registry import ASKED, HOLDS_IDS, MOVE_OPTIONS, ONE_TEXT, register_command

MORE_PANEL = "More commands"

BumpText = Annotated[
    list[str],
    typer.Argument(metavar="TEXT…", help="The warning, or the reminder; it needs no quotes."),
    ASKED,
    ONE_TEXT,
]
AnswerBy = Annotated[
    str | None,
    typer.Option(
        "--answer-by",
        metavar="WHEN",
        help="The answer to what was proposed comes by then; the terms stay.",
    ),
]
NoteText = Annotated[
    list[str],
    typer.Argument(metavar="TEXT…", help="The note; it needs no quotes."),
    ASKED,
    ONE_TEXT,
]
RightOutcome = Annotated[
    list[str],
    typer.Argument(metavar="OUTCOME…", help="The right outcome, the same as --what."),
    ONE_TEXT,
]
Tags = Annotated[
    list[str],
    typer.Argument(metavar="TAG…", help="Tags without spaces, with or without a # or +."),
    ASKED,
]
UndoPromise = Annotated[
    str | None,
    typer.Option("--promise", metavar="ID", help="Undo the last command on this promise."),
    HOLDS_IDS,
]


@register_command("withdraw", MORE_PANEL, runs="acts.withdraw", answers=MOVE_OPTIONS)
def withdraw(ids: o.Ids, reason: o.Reason = None, on: o.On = None, rest: o.Rest = False) -> None:
    """Take back an offer, a request or a proposed change.

    \b
    promisectl withdraw 3 --reason "found another way"
    """


@register_command("release", MORE_PANEL, runs="acts.release", answers=MOVE_OPTIONS)
def release(ids: o.Ids, reason: o.Reason = None, on: o.On = None, rest: o.Rest = False) -> None:
    """Release the promisor.

    \b
    promisectl release 3 --reason "not needed any more"

    The promise need not be kept any more, and does not count as broken.
    """


@register_command("reopen", MORE_PANEL, runs="acts.reopen", answers=MOVE_OPTIONS)
def reopen(
    id_: o.Id,
    words: o.ReasonWords = [],  # noqa: B006
    reason: o.Reason = None,
    on: o.On = None,
) -> None:
    """Reopen: take back a report or a confirmation.

    \b
    promisectl reopen 3 the brake squeaks again
    """


@register_command("bump", MORE_PANEL, runs="acts.bump", answers=MOVE_OPTIONS)
def bump(
    id_: o.Id,
    text: BumpText,
    answer_by: AnswerBy = None,
    theirs: o.Theirs = False,
    on: o.On = None,
    unsaid: o.Unsaid = False,
    rest: o.Rest = False,
) -> None:
    """Record an early warning, or a reminder.

    \b
    promisectl bump 1 vendor slipped, will know on Thursday
    promisectl bump 2 I have to ask the team --answer-by thu
    """


@register_command("told", MORE_PANEL, runs="acts.told", answers=MOVE_OPTIONS)
def told(ids: o.Ids, on: o.On = None) -> None:
    """Record that they now know of it.

    \b
    promisectl told 1 --on yesterday
    promisectl told 3 4

    They now know that the promise is broken, or what you noted with --unsaid.
    """


@register_command("note", MORE_PANEL, runs="bookkeeping.note", answers=MOVE_OPTIONS)
def note(id_: o.Id, text: NoteText, on: o.On = None, rest: o.Rest = False) -> None:
    """Add a note.

    \b
    promisectl note 2 asked which version she means
    """


@register_command("tag", MORE_PANEL, runs="bookkeeping.tag", answers=MOVE_OPTIONS)
def tag(id_: o.Id, tags: Tags, rest: o.Rest = False) -> None:
    """Add tags.

    \b
    promisectl tag 3 work urgent
    promisectl list --tag work
    """


@register_command("untag", MORE_PANEL, runs="bookkeeping.untag", answers=MOVE_OPTIONS)
def untag(id_: o.Id, tags: Tags, rest: o.Rest = False) -> None:
    """Remove tags.

    \b
    promisectl untag 3 urgent
    """


PartOfBigger = Annotated[
    str | None,
    typer.Option("--of", metavar="ID", help="The bigger promise that they are parts of."),
]
PartAlone = Annotated[
    bool, typer.Option("--alone", metavar="", help="They are parts of nothing from now on.")
]


@register_command("part", MORE_PANEL, runs="part.part", answers=MOVE_OPTIONS)
def part(ids: o.Ids, of: PartOfBigger = None, alone: PartAlone = False) -> None:
    """Make promises parts of a bigger one.

    \b
    promisectl part 6 7 --of 5
    promisectl part 6 --alone

    A part that has a problem makes the bigger promise wait for you. No promise changes.
    """


CorrectRev = Annotated[
    int | None, typer.Option("--rev", metavar="N", help="Fix only this revision.")
]

CorrectWith = Annotated[
    str | None, typer.Option("--with", "-w", metavar="PERSON", help="The right person.")
]
CorrectNew = Annotated[
    bool,
    typer.Option(
        "--new",
        metavar="",
        help="With --with: a new person, even if the name looks like a known one.",
    ),
]


@register_command("correct", MORE_PANEL, runs="bookkeeping.correct", answers=MOVE_OPTIONS)
def correct(
    id_: o.Id,
    outcome: RightOutcome = [],  # noqa: B006
    what: o.What = None,
    by: o.By = None,
    done_when: o.DoneWhen = None,
    why: o.Why = None,
    risk: o.Risk = None,
    no_to: o.NoTo = None,
    with_: CorrectWith = None,
    new: CorrectNew = False,
    rev: CorrectRev = None,
    backfill: o.Backfill = False,
    rest: o.Rest = False,
) -> None:
    """Fix a typo in the terms, or the wrong person.

    \b
    promisectl correct 1 Send Q3 numbers to Dana
    promisectl correct 1 --rev 2 --by 2026-11-17
    promisectl correct 1 --risk "the vendor is late"
    promisectl correct 1 --with kim

    Or add what is missing: a date, a done-when, a risk.
    Other revisions with the same wrong value are fixed too.
    """


@register_command("void", MORE_PANEL, runs="bookkeeping.void", answers=MOVE_OPTIONS)
def void(
    id_: o.Id,
    words: o.ReasonWords = [],  # noqa: B006
    reason: o.Reason = None,
    rest: o.Rest = False,
) -> None:
    """Void an entry made by mistake.

    \b
    promisectl void 5 entered twice

    A void promise is not counted anywhere.
    """


@register_command("undo", MORE_PANEL, runs="undo.undo", answers=MOVE_OPTIONS)
def undo(promise: UndoPromise = None) -> None:
    """Undo the last command; repeat to go further back.

    \b
    promisectl undo
    promisectl undo --promise 3
    """


@register_command("redo", MORE_PANEL, runs="undo.redo", answers=MOVE_OPTIONS)
def redo() -> None:
    """Redo what was undone.

    \b
    promisectl redo
    """


Correct = Annotated[bool, typer.Option("--correct", metavar="", help="You are fixing a typo.")]
Negotiate = Annotated[
    bool, typer.Option("--negotiate", metavar="", help="You are proposing other terms.")
]
EditReason = Annotated[
    str | None, typer.Option("--reason", "-r", metavar="TEXT", help="Why you propose other terms.")
]


@register_command("edit", MORE_PANEL, runs="edit.edit", answers=MOVE_OPTIONS)
def edit(
    id_: o.Id,
    correct: Correct = False,
    negotiate: Negotiate = False,
    reason: EditReason = None,
    mine: o.Mine = False,
    theirs: o.TheirTerms = False,
    backfill: o.Backfill = False,
    unsaid: o.Unsaid = False,
) -> None:
    """Edit the terms in your editor.

    \b
    promisectl edit 1
    promisectl edit 1 --correct
    promisectl edit 1 --reason "the vendor slipped"

    It asks whether this is a typo or a proposal, if both are possible.
    The editor is $VISUAL, or else $EDITOR.
    """
