"""The walk through what is open: review. Every choice is the ordinary move, recorded at once, so that leaving loses nothing."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import acts
from promisectl.commands.shared import output, prompts
from promisectl.commands.shared.recorder import AnswerExtras, Reply
from promisectl.domain import lifecycle
from promisectl.domain.constants import OPEN_STATES
from promisectl.domain.promise import Cause, Direction, Promise, Verb
from promisectl.records import fields
from promisectl.rendering import formats, messages
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row

REVIEW_KINDS = ("overdue", "untold", "stale", "unconfirmed")
_OTHER_KIND = "open"
_REVIEW_VERBS = (
    Verb.COMPLETE,
    Verb.NEGOTIATE,
    Verb.BUMP,
    Verb.RENEGE,
    Verb.RELEASE,
    Verb.ACCEPT,
    Verb.DECLINE,
    Verb.WITHDRAW,
    Verb.TOLD,
    Verb.REOPEN,
)
_STAY_CHOICES = ("keep", "skip", "quit")


class ReviewItem(NamedTuple):
    """A promise to look at: why it comes up, its record, the promise, and the moves that are open."""

    kind: str
    row: Row
    promise: Promise
    verbs: tuple[Verb, ...]


def review(env: Env) -> None:
    """Put every open promise before a person, the pressing ones first; off a terminal, list them with the moves that are open."""
    with output.open_view(env) as db:
        clock = output.build_clock(env)
        rows = [
            *queries.fetch_promise_rows(db, Query(clock, open=True)),
            *queries.fetch_promise_rows(db, Query(clock, untold=True)),
        ]
        items = sorted((_load_review_item(db, row) for row in rows), key=_rank_item)
    if env.may_ask and env.is_terminal and items:
        _walk_through_items(env, items)
    else:
        output.print_view(
            env,
            map(_build_review_row, items),
            _REVIEW_RECORDS,
            lambda _: _print_review_page(env, items),
        )


def _load_review_item(db: Any, row: Row) -> ReviewItem:
    promise = lifecycle.replay_acts(row["id"], queries.load_promise_acts(db, row["id"]))
    flags = (row["flags"] or "").split()
    kind = next((kind for kind in REVIEW_KINDS if kind in flags), _OTHER_KIND)
    open_now = lifecycle.list_open_verbs(promise)
    return ReviewItem(kind, row, promise, tuple(verb for verb in _REVIEW_VERBS if verb in open_now))


def _rank_item(item: ReviewItem) -> int:
    return (*REVIEW_KINDS, _OTHER_KIND).index(item.kind)


# Off a terminal


def _list_item_commands(item: ReviewItem) -> list[str]:
    return [f"{verb} {item.promise.id}" for verb in item.verbs]


def _build_review_row(item: ReviewItem) -> dict[str, Any]:
    return {**item.row, "review": item.kind, "moves": ", ".join(_list_item_commands(item))}


def _build_review_record(row: Row) -> dict[str, Any]:
    return {
        **fields.build_promise_record(row),
        "review": row["review"],
        "moves": row["moves"].split(", "),
    }


_REVIEW_RECORDS = output.RecordKind(
    (*fields.PROMISE_FIELDS, "review", "moves"),
    (*fields.PROMISE_LINE_FIELDS, "review", "moves"),
    _build_review_record,
)


def _print_review_page(env: Env, items: Sequence[ReviewItem]) -> None:
    if not items:
        env.print_line("Nothing is open, so there is nothing to review.")
        return
    from promisectl.rendering import review as listed

    output.print_renderables(
        env,
        listed.render_review(
            [(item.kind, item.row, _list_item_commands(item)) for item in items],
            env.here,
        ),
    )


# At a terminal


def _walk_through_items(env: Env, items: Sequence[ReviewItem]) -> None:
    """One promise after the other, as it stands when its turn comes; in the end, or when it is left, what became of them."""
    done = {"moved": 0, "left as agreed": 0, "skipped": 0}
    rest = " The rest waits: promisectl review."
    try:
        if all(
            _review_item(env, item, f"{place} of {len(items)}", done)
            for place, item in enumerate(items, 1)
        ):
            rest = ""
    finally:
        told = ", ".join(f"{number} {name}" for name, number in done.items() if number)
        env.print_line(
            f"Reviewed {sum(done.values())} of {len(items)}{f': {told}' if told else ''}.{rest}"
        )


def _review_item(env: Env, item: ReviewItem, place: str, done: dict[str, int]) -> bool:
    """Put one promise before a person, and count what was chosen; False when the walk is to end."""
    now = _reload_item(env, item)
    if now is None:
        return True
    for line in (f"{place}, {now.kind}", *_format_item_standing(env, now)):
        env.print_line(line)
    word = _ask_item_move(env, now)
    if word != "quit":
        done[{"keep": "left as agreed", "skip": "skipped"}.get(word, "moved")] += 1
        env.print_line("")
    return word != "quit"


def _reload_item(env: Env, item: ReviewItem) -> ReviewItem | None:
    """The promise as it stands now; None when it has been settled meanwhile."""
    with output.open_view(env) as db:
        found = queries.find_promise_by_id(db, output.build_clock(env), item.promise.id)
        now = _load_review_item(db, found) if found else None
    return now if now and (now.kind == "untold" or now.row["state"] in OPEN_STATES) else None


def _format_item_standing(env: Env, item: ReviewItem) -> list[str]:
    """How a promise stands: its terms, those on the table beside them, and what was foreseen where it is overdue."""
    here, row, promise = env.here, item.row, item.promise
    said = ", ".join(
        text for text, _ in formats.describe_standing(row, here) if text != row["state"]
    )
    terms = messages.format_terms(promise.current_revision.terms, here)
    lines = [
        f"#{row['id']} {row['state']}, {formats.format_counterparty(row)}: {terms}{f', {said}' if said else ''}."
    ]
    if promise.in_force and promise.offered_revision:
        whose = "yours" if row["author"] == "me" else f"{row['person_name']}'s"
        changed = messages.format_term_changes(
            promise.in_force.terms, promise.offered_revision.terms, here
        )
        lines.append(f"On the table (rev {promise.offered_revision.number}, {whose}): {changed}.")
    foreseen = messages.format_accepted_risk(promise) if item.kind == "overdue" else ""
    return [*lines, foreseen] if foreseen else lines


def _ask_item_move(env: Env, item: ReviewItem) -> str:
    """What a person chose; a move is asked about and carried out, and when it can't be, the choice is put again."""
    choices = ("keep", *map(str, item.verbs), "skip", "quit")
    if theirs := _format_their_moves(item):
        env.print_warning(theirs)
    question = f"{', '.join(choices[:-1])} or quit? [Enter skips]"
    while True:
        word = prompts.ask_choice(env, question, choices, enter="skip")
        if word in _STAY_CHOICES:
            return word
        try:
            _MOVE_FUNCTIONS[Verb(word)](env, item)
        except errors.Problem as problem:
            env.print_warning(str(problem))
        else:
            return word


def _format_their_moves(item: ReviewItem) -> str:
    """Which of the moves would be said by the other side, and what they would mean."""
    promise, name = item.promise, item.row["person_name"]
    verbs = [
        verb
        for verb in item.verbs
        if not promise.direction.is_my_side(lifecycle.infer_speaker(promise, verb))
    ]
    return "; ".join(f"{verb}: {messages.describe_move(promise, verb, name)}" for verb in verbs)


def _negotiate_item(env: Env, item: ReviewItem) -> None:
    terms = (item.promise.offered_revision or item.promise.current_revision).terms
    new = prompts.ask_new_terms(env, terms, by="By when?", what="What?")
    if new == terms:
        raise errors.NothingChanged(item.promise.id, "negotiate")
    reply = Reply(
        Verb.NEGOTIATE, terms=new, reason=_ask_item_reason(env, item, Verb.NEGOTIATE), seen=terms
    )
    acts.record_replies(env, {item.promise.id: reply}, AnswerExtras(foreseen=True, new=True))


def _accept_item(env: Env, item: ReviewItem) -> None:
    offered = item.promise.offered_revision
    if (
        offered and item.promise.in_force
    ):  # new terms; whatever else is accepted is asked about, or shown, by the move itself
        acts.record_replies(
            env,
            {item.promise.id: Reply(revision=offered.number, seen=offered.terms)},
            AnswerExtras(new=True),
        )
    else:
        acts.accept(env, [_item_id(item)])


def _ask_item_reason(env: Env, item: ReviewItem, verb: Verb) -> str | None:
    """Why, asked for until it is said where the move needs it."""
    row = lifecycle.find_transition(item.promise, verb, lifecycle.infer_speaker(item.promise, verb))
    if row and "reason" in row.needs:
        return prompts.ask_required_text(env, "reason", "Why?")
    return prompts.ask_text(env, "reason", "Why? [Enter for no reason]")


def _renege_item(env: Env, item: ReviewItem) -> None:
    reason = prompts.ask_required_text(env, "reason", "Why?")
    causes = tuple(map(str, Cause))
    cause = prompts.ask_choice(
        env, f"Which cause: {', '.join(causes)}? [Enter for none]", (*causes, ""), enter=""
    )
    told = _ask_notice_options(env, item)
    acts.renege(env, [_item_id(item)], reason=reason, cause=cause or None, **told)


def _ask_notice_options(env: Env, item: ReviewItem) -> dict[str, Any]:
    """When the other side was told, as the options of renege say it."""
    direction, name = item.promise.direction, item.row["person_name"]
    if direction is Direction.SELF:
        return {}
    question = (
        f"When was {name} told? [Enter for now, or not yet]"
        if direction is Direction.OWE
        else "When were you told? [Enter for now, or never]"
    )
    never = (
        {"not yet": {"not_told": True}}
        if direction is Direction.OWE
        else {"never": {"silent": True}}
    )
    formats = prompts.ask_past_moment(
        env, "--told", question, after=item.promise.made_at, but=tuple(never)
    )
    return never.get(formats or "", {"told": formats})


def _bump_item(env: Env, item: ReviewItem) -> None:
    acts.bump(env, _item_id(item), prompts.ask_required_text(env, "text", "What do you say?"))


def _record_item_notice(env: Env, item: ReviewItem) -> None:
    name = item.row["person_name"]
    acts.told(
        env,
        _item_id(item),
        on=prompts.ask_past_moment(
            env, "--on", f"When was {name} told? [Enter for now]", after=item.promise.made_at
        ),
    )


def _build_reason_move(verb: Verb) -> Callable[[Env, ReviewItem], None]:
    def reply_with_reason(env: Env, item: ReviewItem) -> None:
        offered = item.promise.offered_revision
        reply = Reply(
            verb, reason=_ask_item_reason(env, item, verb), seen=offered.terms if offered else None
        )
        acts.record_replies(env, {item.promise.id: reply}, AnswerExtras())

    return reply_with_reason


def _item_id(item: ReviewItem) -> str:
    return str(item.promise.id)


_MOVE_FUNCTIONS: Mapping[Verb, Callable[[Env, ReviewItem], None]] = {
    Verb.COMPLETE: lambda env, item: acts.complete(env, [_item_id(item)]),
    Verb.NEGOTIATE: _negotiate_item,
    Verb.BUMP: _bump_item,
    Verb.RENEGE: _renege_item,
    Verb.ACCEPT: _accept_item,
    Verb.TOLD: _record_item_notice,
    **{
        verb: _build_reason_move(verb)
        for verb in (Verb.RELEASE, Verb.DECLINE, Verb.WITHDRAW, Verb.REOPEN)
    },
}
