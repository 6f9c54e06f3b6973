"""The command `review`: go through all open promises, one by one.

Every choice is an ordinary move that is recorded at once, so leaving in the middle loses nothing.
"""

from __future__ import annotations

from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import acts, bookkeeping, lists, message
from promisectl.commands.shared import missing, output, prompts
from promisectl.commands.shared.recorder import AnswerExtras, Reply
from promisectl.domain import lifecycle
from promisectl.domain.constants import OPEN_STATES
from promisectl.domain.promise import Cause, Promise, Verb
from promisectl.env import GoBack
from promisectl.records import fields
from promisectl.rendering import folding, formats, messages, waiting
from promisectl.rendering.waiting import WaitingGroup
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row

_WAITING_GROUPS = {group.kind: group for group in waiting.WAITING_GROUPS}
_FLAG_GROUPS = {
    "overdue": WaitingGroup("", "Overdue, owed to you", "overdue, owed to you", "overdue"),
    "stale": WaitingGroup("", "No news for a while", "no news for a while", "stale"),
    "unconfirmed": WaitingGroup("", "Reported, not confirmed", "not confirmed", "unconfirmed"),
}
"""The groups of what does not wait for me, by the flag that brings a promise up."""
_OTHER_GROUP = WaitingGroup("", "Other open promises", "open", "open")
REVIEW_GROUPS = (*waiting.WAITING_GROUPS, *_FLAG_GROUPS.values(), _OTHER_GROUP)
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
_VERBS_BY_KIND = {
    "warned": (Verb.NEGOTIATE, Verb.RELEASE, Verb.NOTE, Verb.BUMP, Verb.RENEGE),
    "affected": (Verb.BUMP, Verb.NEGOTIATE, Verb.NOTE, Verb.COMPLETE, Verb.RENEGE),
    "unsaid": (Verb.TOLD, Verb.WITHDRAW, Verb.NEGOTIATE, Verb.BUMP),
    "unanswered": (Verb.BUMP, Verb.NEGOTIATE, Verb.WITHDRAW, Verb.ACCEPT, Verb.DECLINE),
}
"""The moves that lead on from a kind of waiting, where they are not those of all others."""
_STAY_CHOICES = {
    "leave": "nothing to change",
    "skip": "decide another time",
    "quit": "leave the rest for another time",
}
"""The choices that record nothing, and what they mean."""
_MESSAGE_CHOICE = {"message": "print the words to send, and ask again"}
_MOVED_RESULT = "changed"
_STAY_RESULTS = {"leave": "left as is", "skip": "skipped"}
_CAUSE_MEANINGS = {
    Cause.OVERLOAD: "too much else to do",
    Cause.DEPENDENCY: "something else had to come first",
    Cause.UNDERESTIMATED: "it took more than was thought",
    Cause.NEED_CHANGED: "it was not needed any more",
    Cause.FORGOT: "it was forgotten",
    Cause.EXTERNAL: "something nobody could change, such as an illness",
    Cause.OTHER: "anything else",
}


class ReviewItem(NamedTuple):
    """A promise to review: why it comes up, its row, the promise, and the moves that are open.

    One of a series also stands for the `others` of the same group. `series_note` is about these,
    `part_note` about what is the matter with its parts.
    """

    group: WaitingGroup
    row: Row
    promise: Promise
    verbs: tuple[Verb, ...]
    series_note: str = ""
    part_note: str = ""
    others: Sequence[Row] = ()

    @property
    def note(self) -> str:
        """What is said below the outcome, a note a line."""
        return "\n".join(filter(None, (self.series_note, self.part_note)))

    @property
    def commands(self) -> list[str]:
        """The open moves as commands, without the program's name."""
        return [f"{verb} {self.promise.id}" for verb in self.verbs]

    @property
    def full_commands(self) -> list[str]:
        """The open moves as commands with all that they need, to be pasted.

        Before them comes the one that words what they don't know.
        """
        promise = self.promise
        moves = [lifecycle.format_move(verb, promise.id, promise.state) for verb in self.verbs]
        return [f"promisectl message {promise.id}", *moves] if self.is_unheard else moves

    @property
    def is_unheard(self) -> bool:
        """Whether the next thing is to tell the other side something."""
        return self.promise.is_unsaid or self.promise.is_untold

    @property
    def id_word(self) -> str:
        """The ID of the promise as it is typed."""
        return str(self.promise.id)


def review(env: Env, *, each: bool = False) -> None:
    """Ask about every open promise in turn, the urgent ones first.

    Off a terminal, and for a program, list them with the moves that are open. For people, a series
    is one item of its group, unless `each` is set. Raises MoveOnCopy and LedgerError where a person
    would be asked in vain.
    """
    is_walk = env.may_ask and env.is_terminal
    if is_walk:
        env.prepare_move()
    with output.open_view(env) as db:
        clock = output.build_clock(env)
        rows = [
            *queries.fetch_promise_rows(db, Query(clock, open=True)),
            *queries.fetch_promise_rows(db, Query(clock, untold=True)),
        ]
        kinds = {row["id"]: row["waiting"] for row in queries.fetch_waiting_rows(db, clock)}
        by_group: dict[WaitingGroup, list[Row]] = {group: [] for group in REVIEW_GROUPS}
        for row in rows:
            by_group[find_review_group(row, kinds.get(row["id"]))].append(row)
        each = each or not (is_walk or env.form == "table")
        notes = lists.load_part_notes(db, clock)
        items = [
            item
            for group, group_rows in by_group.items()
            for item in load_group_items(env, db, group, group_rows, notes, each=each)
        ]
    if is_walk and items:
        walk_through_items(env, items)
        return
    output.print_view(
        env,
        (
            {**item.row, "review": item.group.review, "moves": ", ".join(item.commands)}
            for item in items
        ),
        _REVIEW_RECORDS,
        lambda _: print_review_page(env, items),
    )


def find_review_group(row: Row, kind: str | None) -> WaitingGroup:
    """Return the group in which a promise comes up; `kind` is for what it waits for me, if any."""
    flags = (row["flags"] or "").split()
    by_flag = (group for flag, group in _FLAG_GROUPS.items() if flag in flags)
    return _WAITING_GROUPS[kind] if kind else next(by_flag, _OTHER_GROUP)


def load_group_items(
    env: Env,
    db: sqlite3.Connection,
    group: WaitingGroup,
    rows: Sequence[Row],
    notes: Mapping[int, str],
    *,
    each: bool,
) -> list[ReviewItem]:
    """Load the promises of a group; a series is one item, unless `each` is set.

    `notes` are those of `lists.load_part_notes`.
    """
    folded = folding.fold_series(rows, env.here, each=each, changes_apart=True, notes=notes)
    return [
        load_review_item(db, row, group)._replace(
            series_note=folded.series_notes.get(row["id"], ""),
            part_note=notes.get(row["id"], ""),
            others=folded.others[row["id"]],
        )
        for row in folded.rows
    ]


def load_review_item(db: sqlite3.Connection, row: Row, group: WaitingGroup) -> ReviewItem:
    """Load the promise of a row, with its open moves in the order that review names them."""
    promise = queries.load_promise(db, row["id"])
    open_verbs = lifecycle.list_open_verbs(promise)
    verbs = tuple(v for v in _VERBS_BY_KIND.get(group.kind, _REVIEW_VERBS) if v in open_verbs)
    return ReviewItem(group, row, promise, verbs)


# Off a terminal


def build_review_record(row: Row) -> dict[str, Any]:
    """Return the record of a promise with its kind and its open moves."""
    return {
        **fields.build_promise_record(row),
        "review": row["review"],
        "moves": row["moves"].split(", "),
    }


_REVIEW_RECORDS = output.RecordKind(
    (*fields.PROMISE_FIELDS, "review", "moves"),
    (*fields.PROMISE_LINE_FIELDS, "review", "moves", "direction"),
    build_review_record,
)


def print_review_page(env: Env, items: Sequence[ReviewItem]) -> None:
    """Print the promises to review, kind by kind, each with its open moves."""
    if not items:
        env.print_line("Nothing is open, so there is nothing to review.")
        return
    from promisectl.rendering import review as review_page

    parts = [(item.group.title, item.row, item.note, item.full_commands) for item in items]
    output.print_renderables(env, review_page.render_review(parts, env.here))


# At a terminal


def walk_through_items(env: Env, items: list[ReviewItem]) -> None:
    """Ask about each promise as it is when its turn comes; in the end, print what was chosen."""
    results: dict[int, str] = {}
    rest = " The rest: promisectl review"
    try:
        if _review_items(env, items, results):
            rest = ""
    finally:
        chosen = list(results.values())
        names = [name for name in (_MOVED_RESULT, *_STAY_RESULTS.values()) if name in chosen]
        summary = ", ".join(f"{chosen.count(name)} {name}" for name in names)
        env.print_line(
            f"Reviewed {len(results)} of {len(items)}{f': {summary}' if summary else ''}.{rest}"
        )


def _review_items(env: Env, items: list[ReviewItem], results: dict[int, str]) -> bool:
    """Ask about promises in turn, and note the result by ID; return False when the person quits.

    A promise that has been settled in the meantime is passed over. After a move on one of a series
    that is urgent, the next of them comes up; any other answer is about all of them.
    """
    index = 0
    while index < len(items):
        env.prepare_move()  # the one before may have been the last that the server recorded
        item = load_current_item(env, items[index])
        if item is None:
            index += 1
            continue
        env.seen_uids[item.promise.id] = item.promise.opening.uid
        heading = f"{index + 1} of {len(items)}, {item.group.summary}"
        for line in (heading, *format_item_standing(env, item)):
            env.print_line(line)
        earlier = (i for i in reversed(range(index)) if load_current_item(env, items[i]))
        former = next(earlier, None)
        try:
            word = _ask_item_move(env, item, may_go_back=former is not None)
        except GoBack:
            index = former or 0
        else:
            if word == "quit":
                return False
            number = item.promise.id
            if results.get(number) != _MOVED_RESULT:
                results[number] = _STAY_RESULTS.get(word, _MOVED_RESULT)
            index += 1
            if word not in _STAY_CHOICES and item.group is not _OTHER_GROUP:
                items[index:index] = load_others(env, item, items)
        env.print_line("")
    return True


def load_current_item(env: Env, item: ReviewItem) -> ReviewItem | None:
    """Load the promise of an item as it is now; None if there is nothing to review any more."""
    with output.open_view(env) as db:
        clock, number = output.build_clock(env), item.promise.id
        row = queries.find_promise_by_id(db, clock, number)
        kind = queries.find_waiting_kind(db, clock, number)
        if row and (kind or row["state"] in OPEN_STATES):
            current = load_review_item(db, row, find_review_group(row, kind))
            return current._replace(
                series_note=item.series_note,
                part_note=lists.load_part_notes(db, clock).get(number, ""),
                others=item.others,
            )
    return None


def load_others(env: Env, item: ReviewItem, items: Sequence[ReviewItem]) -> list[ReviewItem]:
    """Load what an item of a series stood for as one item, unless it is among `items` already."""
    others = {row["id"] for row in item.others}
    if any(one.promise.id in others for one in items):
        return []
    with output.open_view(env) as db:
        notes = lists.load_part_notes(db, output.build_clock(env))
        return load_group_items(env, db, item.group, item.others, notes, each=False)


def format_item_standing(env: Env, item: ReviewItem) -> list[str]:
    """Return the lines that show the standing of a promise.

    These are its terms, what else of its series it stands for, the terms proposed beside its own,
    and the foreseen risk when it is overdue.
    """
    here, row, promise = env.here, item.row, item.promise
    state = formats.format_state(row["state"])
    standing = [text for text, _ in formats.describe_standing(row, here) if text != state]
    terms = messages.format_terms(promise.current_revision.terms, here)
    line = f"#{row['id']} {state}, {formats.format_counterparty(row)}: {terms}"
    lines = [f"{', '.join([line, *standing])}."]
    if item.note:
        note = item.note.replace("\n", "; ")
        lines.append(f"{note[:1].upper()}{note[1:]}.")
    offered = promise.offered_revision
    if promise.in_force and offered:
        whose = "Your" if row["author"] == "me" else f"{row['person_name']}'s"
        changes = messages.format_term_changes(promise.in_force.terms, offered.terms, here)
        lines.append(f"{whose} proposed change (rev {offered.number}): {changes}.")
    if item.group.kind == "overdue":
        lines.append(messages.format_named_risk(promise, row["person_name"]))
    return list(filter(None, lines))


def _ask_item_move(env: Env, item: ReviewItem, *, may_go_back: bool) -> str:
    """Ask for a choice until one is made or carried out, and return its word.

    Raises GoBack for the promise before this one, if `may_go_back`.
    """
    promise, name = item.promise, item.row["person_name"]
    moves = {verb.value: messages.describe_move(promise, verb, name) for verb in item.verbs}
    views = _MESSAGE_CHOICE if item.is_unheard else {}
    choices = ("leave", *views, *moves, "skip", "quit")
    meanings = {word: (moves | views | _STAY_CHOICES)[word] for word in choices}
    back = ", back" if may_go_back else ""
    question = f"{', '.join(choices[:-1])}{back} or quit? (Enter to skip)"
    if their_moves := format_their_moves(item):
        env.print_warning(their_moves)
    while True:
        env.back_meaning = "show the promise before this one again" if may_go_back else ""
        word = prompts.ask_choice(env, question, choices, enter="skip", meanings=meanings)
        if word in _STAY_CHOICES:
            return word
        if word in views:
            message.message(env, [item.id_word])
            continue
        env.back_meaning = "choose again for this promise"
        try:
            _MOVE_FUNCTIONS[Verb(word)](env, item)
        except (errors.WriteUncertain, errors.WriteUnconfirmed, errors.AnswerLost):
            raise  # to ask again would record it twice
        except errors.Problem as problem:
            env.print_warning(str(problem))
        except GoBack:
            continue
        else:
            return word


def format_their_moves(item: ReviewItem) -> str:
    """Return which open moves are those of the other side and what they mean; may be empty."""
    promise, name = item.promise, item.row["person_name"]
    verbs = [
        verb
        for verb in item.verbs
        if not promise.direction.is_my_side(lifecycle.infer_speaker(promise, verb))
    ]
    return "; ".join(
        f"{verb}: {messages.describe_past_move(promise, verb, name)}" for verb in verbs
    )


# The moves: each asks for what it needs, or the command does, and records the act


def negotiate_item(env: Env, item: ReviewItem) -> None:
    """Ask for other terms and a reason. Raises NothingChanged."""
    whose = acts.ask_whose_terms(env, item.promise)
    seen = lifecycle.find_base_revision(item.promise, Verb.NEGOTIATE)
    new_terms = prompts.ask_new_terms(env, seen.terms, by="By when?", what="What?")
    if new_terms == seen.terms.content:
        raise errors.NothingChanged(item.promise.id, "negotiate")
    reason = missing.ask_reason(env, Verb.NEGOTIATE, [item.id_word], always=True)
    speech = acts.TermsSpeech(reason=reason, whose=whose, seen=seen)
    acts.record_new_terms(env, Verb.NEGOTIATE, [item.id_word], lambda *_: new_terms, speech)


def accept_item(env: Env, item: ReviewItem) -> None:
    """Accept what is proposed or reported."""
    offered = item.promise.offered_revision
    if offered and item.promise.in_force:
        # The change has been shown already: only what asks more of me brings questions.
        reply = Reply(revision=offered.number, seen=offered.terms)
        acts.accept_after_questions(env, [item.promise.id], reply, always=True)
    else:
        acts.accept_after_questions(env, [item.promise.id], Reply(), always=True)


def reply_with_reason(env: Env, item: ReviewItem, *, verb: Verb) -> None:
    """Ask for a reason and record the move `verb`."""
    offered = item.promise.offered_revision
    reason = missing.ask_reason(env, verb, [item.id_word], always=True)
    reply = Reply(verb, reason=reason, seen=offered.terms if offered else None)
    acts.record_replies(env, {item.promise.id: reply}, AnswerExtras())


def renege_item(env: Env, item: ReviewItem) -> None:
    """Ask why the promise is broken, and record it; `renege` asks when the other side was told."""
    reason = missing.ask_reason(env, Verb.RENEGE, [item.id_word])
    causes = tuple(map(str, Cause))
    cause = prompts.ask_choice(
        env,
        f"Which cause: {', '.join(causes)}? (Enter to skip)",
        (*causes, ""),
        enter="",
        meanings={cause.value: about for cause, about in _CAUSE_MEANINGS.items()},
    )
    acts.renege(env, [item.id_word], reason=reason, cause=cause or None)


def record_item_notice(env: Env, item: ReviewItem) -> None:
    """Ask when the other side was told, and record that they know."""
    question = f"When was {item.row['person_name']} told? (Enter for now)"
    told_on = prompts.ask_told_time(env, "--on", question, [item.promise])
    acts.told(env, [item.id_word], on=told_on)


_MOVE_FUNCTIONS: Mapping[Verb, Callable[[Env, ReviewItem], None]] = {
    Verb.COMPLETE: lambda env, item: acts.complete(env, [item.id_word]),
    Verb.NEGOTIATE: negotiate_item,
    Verb.BUMP: lambda env, item: acts.bump(env, item.id_word, None),
    Verb.NOTE: lambda env, item: bookkeeping.note(env, item.id_word, None),
    Verb.RENEGE: renege_item,
    Verb.ACCEPT: accept_item,
    Verb.TOLD: record_item_notice,
    Verb.RELEASE: partial(reply_with_reason, verb=Verb.RELEASE),
    Verb.DECLINE: partial(reply_with_reason, verb=Verb.DECLINE),
    Verb.WITHDRAW: partial(reply_with_reason, verb=Verb.WITHDRAW),
    Verb.REOPEN: partial(reply_with_reason, verb=Verb.REOPEN),
}
