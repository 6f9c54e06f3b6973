"""One promise as a page for people (terms, history, possible moves), and the journal."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group, RenderableType
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import lifecycle
from promisectl.domain.promise import Direction, Promise, Revision, Side, State, Verb
from promisectl.rendering import acts, formats, messages, tables
from promisectl.rendering import parts as part_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promisectl.domain.promise import Terms
    from promisectl.rendering.formats import LocalMoment, ViewRow
    from promisectl.rendering.parts import Relatives

_AGREED_HEADINGS = {"owe": "you owe {}", "owed": "{} owes you", "self": "to yourself"}
_PROPOSED_HEADINGS = {
    ("owe", True): ("you offer {}", "you offered {}"),
    ("owe", False): ("{} asks you", "{} asked you"),
    ("owed", True): ("you ask {}", "you asked {}"),
    ("owed", False): ("{} offers you", "{} offered you"),
}
_DESCRIBED_VERBS = tuple(verb for verb in Verb if verb not in (Verb.NOTE, Verb.CORRECT, Verb.VOID))

_QUIET_VERBS = (Verb.TAG, Verb.UNTAG, Verb.PART)
"""What is possible with almost every promise, and no answer to anything."""


def render_promise(
    row: ViewRow,
    promise: Promise,
    history: Sequence[ViewRow],
    changes: Mapping[int, tuple[Terms, Terms]],
    here: LocalMoment,
    *,
    relatives: Relatives | None = None,
    width: int = 0,
) -> RenderableType:
    """Return the page of a promise; `history` and `changes` are those of its acts.

    `relatives` are shown in tables of `width` columns.
    """
    name = row["person_name"]
    other = "" if row["direction"] == "self" else name
    heading = format_promise_heading(row, promise).format(name)
    parts: list[RenderableType] = [
        tables.render_heading(f"#{row['id']} {formats.format_state(row['state'])} · {heading}"),
        tables.render_text(row["outcome"]),
    ]
    if _has_risk_to_recall(row, promise):
        parts.append(tables.render_text(messages.format_named_risk(promise, name)))
    facts = list_promise_facts(row, promise, here)
    parts += [Text(), tables.render_pairs([*facts, *(relatives.facts if relatives else ())])]
    if relatives:
        parts += iter_relative_tables(relatives, here, width)
    if promise.offered_revision and promise.in_force:
        whose = "Your" if row["author"] == "me" else f"{name}'s"
        title = f"{whose} proposed change (rev {promise.offered_revision.number})"
        offered = _list_terms_rows(promise.offered_revision, here)
        parts += [Text(), tables.render_titled_pairs(title, offered)]
    live = [act for act in history if not act["undone_by"] and act["act"] not in ("undo", "redo")]
    lines = [
        (formats.format_short_instant(act["at"], here), acts.format_act(act, other, here, changes))
        for act in live or history
    ]
    parts += [Text(), tables.render_titled_pairs("History", lines)]
    if moves := list_open_moves(promise, name):
        parts += [Text(), tables.render_titled_pairs("Possible now", moves)]
    return Group(*parts)


def iter_relative_tables(
    relatives: Relatives, here: LocalMoment, width: int
) -> Iterator[RenderableType]:
    """Yield the tables of the parts of a promise, and of those that were asked together with it."""
    if relatives.parts:
        title = part_words.format_parts_title(relatives.parts)
        shown = [(title, relatives.parts)]
        yield from (
            Text(),
            tables.render_promise_sections(shown, here, width, both_ways=True),
        )
    if relatives.together:
        columns = ("id", "person", "standing", "reason")
        shown = [(part_words.format_together_title(relatives.together), relatives.together)]
        yield from (Text(), tables.render_promise_sections(shown, here, width, columns=columns))


def format_promise_heading(row: ViewRow, promise: Promise) -> str:
    """Return who owes whom, or before a yes who offers or asks; `{}` holds the other's place."""
    if promise.accepted_at:
        return _AGREED_HEADINGS[row["direction"]]
    is_mine = promise.direction.is_my_side(promise.current_revision.author)
    present, past = _PROPOSED_HEADINGS[row["direction"], is_mine]
    return present if promise.state is State.PROPOSED else past


def list_promise_facts(row: ViewRow, promise: Promise, here: LocalMoment) -> list[tuple[str, str]]:
    """Return the facts about a promise except its outcome, each with its name."""
    state = formats.format_state(row["state"])
    standing = [text for text, _ in formats.describe_standing(row, here) if text != state]
    first_due = ""
    if promise.first_due and promise.first_due != promise.current_revision.terms.due:
        first_due = formats.format_civil_moment(promise.first_due, here)
    delivered = ""
    if row["delivered_at"]:
        delivered_at = datetime.fromisoformat(row["delivered_at"])
        lateness = formats.format_lateness(formats.read_due_date(row), delivered_at, here.zone)
        at = formats.format_instant(row["delivered_at"], here)
        delivered = f"{at}, {lateness}" if lateness else at
    is_at_top = _has_risk_to_recall(row, promise)
    facts = [
        *_list_terms_rows(promise.current_revision, here)[1:],
        ("standing", ", ".join(standing)),
        ("revision", f"{row['revision']} of {row['revisions']}" if row["revisions"] > 1 else ""),
        ("first due", first_due),
        ("reported", delivered),
        ("told", formats.format_instant(row["told_at"], here) if row["told_at"] else ""),
        ("reason", row["reason"]),
        ("cause", row["cause"]),
        ("repair", row["repair"]),
        ("could go wrong", "" if is_at_top else row["risk"]),
        ("displaces", "" if is_at_top else row["no_to"]),
        ("replaces", f"#{row['replaces']}" if row["replaces"] else ""),
        ("tags", row["tags"]),
    ]
    return [(name, value) for name, value in facts if value]


def _has_risk_to_recall(row: ViewRow, promise: Promise) -> bool:
    """Whether the page begins with what could go wrong, because it matters now."""
    is_overdue = "overdue" in (row["flags"] or "").split()
    return is_overdue and bool(promise.risk or promise.no_to)


def _list_terms_rows(revision: Revision, here: LocalMoment) -> list[tuple[str, str]]:
    """Return the terms that are set, each with its name; the outcome comes first."""
    terms = revision.terms
    reply_by = formats.format_civil_moment(revision.reply_by, here) if revision.reply_by else ""
    named = [
        ("what", terms.outcome),
        ("by", formats.format_civil_moment(terms.due, here) if terms.due else "no date"),
        ("done when", terms.done_when),
        ("why", terms.why),
        ("reply by", reply_by),
    ]
    return [(name, value) for name, value in named if value]


def list_open_moves(promise: Promise, name: str) -> list[tuple[str, str]]:
    """Return the possible moves, each as a command; all but bookkeeping with their meaning.

    `name` is the display name of the other side. Tags and the bigger promise are left out.
    """
    verbs = [verb for verb in lifecycle.list_open_verbs(promise) if verb not in _QUIET_VERBS]
    moves = []
    for verb in (verb for verb in verbs if verb in _DESCRIBED_VERBS):
        for option, side in _list_speakers(promise, verb):
            command = lifecycle.format_move(verb, promise.id, promise.state, option=option)
            moves.append((command, messages.describe_move(promise, verb, name, side)))
        offered = promise.offered_revision
        if verb is Verb.BUMP and offered and not promise.direction.is_my_side(offered.author):
            option = "--answer-by “…”"
            command = lifecycle.format_move(verb, promise.id, promise.state, option=option)
            moves.append((command, "you say by when you will answer"))
    others = [
        lifecycle.format_move(verb, promise.id, promise.state)
        for verb in verbs
        if verb not in _DESCRIBED_VERBS
    ]
    return [*moves, *((command, "") for command in others)]


def _list_speakers(promise: Promise, verb: Verb) -> list[tuple[str, Side | None]]:
    """Return who could make a move now, each with the option that names the side.

    The side that is inferred needs no option.
    """
    mine, theirs = promise.direction.my_side, promise.direction.their_side
    if verb is Verb.NEGOTIATE and lifecycle.is_negotiator_unclear(promise):
        return [("--mine", mine), ("--theirs", theirs)]
    speakers: list[tuple[str, Side | None]] = [("", None)]
    if promise.state is State.ACTIVE and promise.direction is not Direction.SELF:
        if verb in (Verb.NEGOTIATE, Verb.BUMP):
            speakers.append(("--theirs", theirs))
        elif verb is Verb.COMPLETE and promise.direction is Direction.OWED:
            speakers.append(("--reported", theirs))
    return speakers


def render_log(
    history: Iterable[ViewRow],
    subjects: Mapping[int, ViewRow],
    changes: Mapping[int, tuple[Terms, Terms]],
    here: LocalMoment,
    *,
    is_whole: bool,
) -> RenderableType:
    """Return the journal as a page: when, which promise, who did what.

    `subjects` has the other side and the outcome by the ID of the promise, `changes` the terms
    before and after an act by its number. With `is_whole`, each act says what it is about.
    """
    rows = []
    for act in history:
        subject = subjects.get(act["promise"])
        name = subject["person_name"] if subject else ""
        what = acts.format_act(act, name, here, changes)
        if is_whole and subject:
            what += acts.describe_act_subject(act, subject, changes)
        when = formats.format_short_instant(act["at"], here)
        number = f"#{act['promise']}" if act["promise"] else ""
        rows.append((when, number, what, bool(act["undone_by"])))
    return tables.render_journal_table(rows)
