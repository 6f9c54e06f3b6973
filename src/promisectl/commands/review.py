"""The walk through what is open: review. Every choice is the ordinary move, recorded at once, so that leaving loses nothing."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import acts
from promisectl.commands.lists import OPEN
from promisectl.commands.shared import output, prompts
from promisectl.commands.shared.recorder import Besides, Reply
from promisectl.domain import lifecycle
from promisectl.domain.promise import Cause, Direction, Promise, Verb
from promisectl.records import as_lines, fields
from promisectl.rendering import formats, messages
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.env import Env

KINDS = ("overdue", "untold", "stale", "unconfirmed")
_REST = "open"
_VERBS = (
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
_STANDING = ("keep", "skip", "quit")


class Item(NamedTuple):
    """A promise to look at: why it comes up, its record, the promise, and the moves that are open."""

    kind: str
    row: Row
    promise: Promise
    verbs: tuple[Verb, ...]


def review(env: Env) -> None:
    """Put every open promise before a person, the pressing ones first; off a terminal, list them with the moves that are open."""
    with output.opened(env) as db:
        if db is None:
            output.nothing_yet(env, _RECORDS)
            return
        rows = [row for which in ("open", "untold") for row in queries.found(db, output.clock(env), **{which: True})]
        items = sorted((_item(db, row) for row in rows), key=_place)
    if env.may_ask and env.tty and items:
        _walk(env, items)
    else:
        output.answer(env, map(_listed, items), _RECORDS, lambda _: _draw(env, items))


def _item(db: Any, row: Row) -> Item:
    promise = lifecycle.replay(row["id"], queries.said(db, row["id"]))
    flags = (row["flags"] or "").split()
    kind = next((kind for kind in KINDS if kind in flags), _REST)
    open_now = lifecycle.open_verbs(promise)
    return Item(kind, row, promise, tuple(verb for verb in _VERBS if verb in open_now))


def _place(item: Item) -> int:
    return (*KINDS, _REST).index(item.kind)


# Off a terminal


def _commands(item: Item) -> list[str]:
    return [f"{verb} {item.promise.id}" for verb in item.verbs]


def _listed(item: Item) -> dict[str, Any]:
    return {**item.row, "review": item.kind, "moves": ", ".join(_commands(item))}


def _as_json(row: Row) -> dict[str, Any]:
    return {**fields.promise(row), "review": row["review"], "moves": row["moves"].split(", ")}


_RECORDS = output.Kind((*fields.PROMISE, "review", "moves"), (*as_lines.PROMISE, "review", "moves"), _as_json)


def _draw(env: Env, items: Sequence[Item]) -> None:
    if not items:
        env.say("Nothing is open, so there is nothing to review.")
        return
    from promisectl.rendering import review as listed

    output.draw(env, listed.page([(item.kind, item.row, _commands(item)) for item in items], output.here(env)))


# At a terminal


def _walk(env: Env, items: Sequence[Item]) -> None:
    """One promise after the other, as it stands when its turn comes; in the end, or when it is left, what became of them."""
    done = {"moved": 0, "left as agreed": 0, "skipped": 0}
    rest = " The rest waits: promisectl review."
    try:
        if all(_looked_at(env, item, f"{place} of {len(items)}", done) for place, item in enumerate(items, 1)):
            rest = ""
    finally:
        told = ", ".join(f"{number} {name}" for name, number in done.items() if number)
        env.say(f"Reviewed {sum(done.values())} of {len(items)}{f': {told}' if told else ''}.{rest}")


def _looked_at(env: Env, item: Item, place: str, done: dict[str, int]) -> bool:
    """Put one promise before a person, and count what was chosen; False when the walk is to end."""
    now = _again(env, item)
    if now is None:
        return True
    for line in (f"{place}, {now.kind}", *_standing(env, now)):
        env.say(line)
    word = _one(env, now)
    if word != "quit":
        done[{"keep": "left as agreed", "skip": "skipped"}.get(word, "moved")] += 1
        env.say("")
    return word != "quit"


def _again(env: Env, item: Item) -> Item | None:
    """The promise as it stands now; None when it has been settled meanwhile."""
    with output.opened(env) as db:
        found = queries.promise(db, output.clock(env), item.promise.id)
        now = _item(db, found) if found else None
    return now if now and (now.kind == "untold" or now.row["state"] in OPEN) else None


def _standing(env: Env, item: Item) -> list[str]:
    """How a promise stands: its terms, those on the table beside them, and what was foreseen where it is overdue."""
    here, row, promise = output.here(env), item.row, item.promise
    said = ", ".join(text for text, _ in formats.standing(row, here) if text != row["state"])
    terms = messages.terms(promise.current.terms, here)
    lines = [f"#{row['id']} {row['state']}, {formats.to_or_from(row)}: {terms}{f', {said}' if said else ''}."]
    if promise.in_force and promise.offered:
        whose = "yours" if row["author"] == "me" else f"{row['person_name']}'s"
        changed = messages.changes(promise.in_force.terms, promise.offered.terms, here)
        lines.append(f"On the table (rev {promise.offered.number}, {whose}): {changed}.")
    foreseen = messages.foreseen(promise) if item.kind == "overdue" else ""
    return [*lines, foreseen] if foreseen else lines


def _one(env: Env, item: Item) -> str:
    """What a person chose; a move is asked about and carried out, and when it can't be, the choice is put again."""
    choices = ("keep", *map(str, item.verbs), "skip", "quit")
    if theirs := _theirs(item):
        env.warn(theirs)
    question = f"{', '.join(choices[:-1])} or quit? [Enter skips]"
    while True:
        word = prompts.choice(env, question, choices, enter="skip")
        if word in _STANDING:
            return word
        try:
            _MOVES[Verb(word)](env, item)
        except errors.Problem as problem:
            env.warn(str(problem))
        else:
            return word


def _theirs(item: Item) -> str:
    """Which of the moves would be said by the other side, and what they would mean."""
    promise, name = item.promise, item.row["person_name"]
    verbs = [verb for verb in item.verbs if not lifecycle.is_mine(promise.direction, lifecycle.speaker(promise, verb))]
    return "; ".join(f"{verb}: {messages.gloss(promise, verb, name)}" for verb in verbs)


def _negotiate(env: Env, item: Item) -> None:
    terms = (item.promise.offered or item.promise.current).terms
    new = prompts.terms(env, terms, by="By when?", what="What?")
    if new == terms:
        raise errors.NothingChanged(item.promise.id, "negotiate")
    reply = Reply(Verb.NEGOTIATE, terms=new, reason=_reason(env, item, Verb.NEGOTIATE), seen=terms)
    acts.answer(env, {item.promise.id: reply}, Besides(foreseen=True, new=True))


def _accept(env: Env, item: Item) -> None:
    offered = item.promise.offered
    if offered and item.promise.in_force:  # new terms; whatever else is accepted is asked about, or shown, by the move itself
        acts.answer(env, {item.promise.id: Reply(revision=offered.number, seen=offered.terms)}, Besides(new=True))
    else:
        acts.accept(env, [_id(item)])


def _reason(env: Env, item: Item, verb: Verb) -> str | None:
    """Why, asked for until it is said where the move needs it."""
    row = lifecycle.find(item.promise, verb, lifecycle.speaker(item.promise, verb))
    if row and "reason" in row.needs:
        return prompts.needed(env, "reason", "Why?")
    return prompts.text(env, "reason", "Why? [Enter for no reason]")


def _renege(env: Env, item: Item) -> None:
    reason = prompts.needed(env, "reason", "Why?")
    causes = tuple(map(str, Cause))
    cause = prompts.choice(env, f"Which cause: {', '.join(causes)}? [Enter for none]", (*causes, ""), enter="")
    told = _told(env, item)
    acts.renege(env, [_id(item)], reason=reason, cause=cause or None, **told)


def _told(env: Env, item: Item) -> dict[str, Any]:
    """When the other side was told, as the options of renege say it."""
    direction, name = item.promise.direction, item.row["person_name"]
    if direction is Direction.SELF:
        return {}
    question = (
        f"When was {name} told? [Enter for now, or not yet]"
        if direction is Direction.OWE
        else "When were you told? [Enter for now, or never]"
    )
    never = {"not yet": {"not_told": True}} if direction is Direction.OWE else {"never": {"silent": True}}
    formats = prompts.past(env, "--told", question, after=item.promise.made_at, but=tuple(never))
    return never.get(formats or "", {"told": formats})


def _bump(env: Env, item: Item) -> None:
    acts.bump(env, _id(item), prompts.needed(env, "text", "What do you say?"))


def _told_now(env: Env, item: Item) -> None:
    name = item.row["person_name"]
    acts.told(env, _id(item), on=prompts.past(env, "--on", f"When was {name} told? [Enter for now]", after=item.promise.made_at))


def _with_reason(verb: Verb) -> Callable[[Env, Item], None]:
    def move(env: Env, item: Item) -> None:
        offered = item.promise.offered
        reply = Reply(verb, reason=_reason(env, item, verb), seen=offered.terms if offered else None)
        acts.answer(env, {item.promise.id: reply}, Besides())

    return move


def _id(item: Item) -> str:
    return str(item.promise.id)


_MOVES: Mapping[Verb, Callable[[Env, Item], None]] = {
    Verb.COMPLETE: lambda env, item: acts.complete(env, [_id(item)]),
    Verb.NEGOTIATE: _negotiate,
    Verb.BUMP: _bump,
    Verb.RENEGE: _renege,
    Verb.ACCEPT: _accept,
    Verb.TOLD: _told_now,
    **{verb: _with_reason(verb) for verb in (Verb.RELEASE, Verb.DECLINE, Verb.WITHDRAW, Verb.REOPEN)},
}
