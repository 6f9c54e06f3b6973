"""The first move: make."""

from __future__ import annotations

import uuid

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, counterparty, recorder
from promisectl.commands.shared.recorder import AnswerExtras, MoveAnswer, Reply
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Direction, Opening, Side, Terms, Verb
from promisectl.rendering import messages
from promisectl.rendering.messages import MoveReport

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.env import Env
    from promisectl.storage.journal import Journal

_STDIN_OUTCOME = "-"


class MakeArguments(NamedTuple):
    """A promise to be made: the arguments of `make`, and the `place` of each of several."""

    outcome: str
    to: Sequence[str] = ()
    from_: Sequence[str] = ()
    by: str | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: str | None = None
    asked: bool = False
    offered: bool = False
    agreed: bool = False
    risk: str | None = None
    no_to: str | None = None
    said: str | None = None
    backfill: bool = False
    replaces: str | None = None
    tag: Sequence[str] = ()
    new: bool = False
    place: str = ""


class _MakeDraft(NamedTuple):
    """An offer or a request that is about to be made with each of `others`, None is myself, and what is replied to it at once."""

    direction: Direction
    author: Side
    terms: Terms
    at: datetime
    risk: str | None
    no_to: str | None
    replaces: int | None
    tags: tuple[str, ...]
    others: Sequence[Person | Newcomer | None]
    reply: Reply | None = None
    place: str = ""


def make(env: Env, outcome: str, **words: Any) -> None:
    """Make a promise, as an offer, a request, or agreed already: one with each person named, in one command.

    With the outcome `-`, make those that come in on stdin as JSON, all of them or none.
    """
    wanted = MakeArguments(outcome, **words)
    if outcome == _STDIN_OUTCOME:
        from promisectl.commands import make_json

        _check_stdin_options(env, wanted)
        all_wanted = [MakeArguments(**said) for said in make_json.read_json_promises(env)]
        env.once = env.once and env.once.add_content(repr([*map(tuple, all_wanted)]))
        _make_promises(env, all_wanted)
    else:
        _make_promises(env, [wanted])


def _check_stdin_options(env: Env, wanted: MakeArguments) -> None:
    """With `-` every promise brings its own words along, as JSON."""
    given = [
        f"--{name.strip('_').replace('_', '-')}"
        for name, value in wanted._asdict().items()
        if value and name != "outcome"
    ]
    if not env.is_json:
        raise errors.Contradiction(
            "“-” is for promises that come in on stdin as JSON: add --json. In words: make “…” --to dana."
        )
    if given:
        raise errors.Contradiction(
            f"With “-” each promise says for itself what it needs: leave out {' and '.join(given)}."
        )


def _make_promises(env: Env, wanted: Sequence[MakeArguments]) -> None:
    """Make every promise that is wanted, in one command."""
    met, drafts = counterparty.load_known_people(env), list[_MakeDraft]()
    for one in wanted:
        with errors.add_place_to_errors(one.place):
            drafts.append(_build_draft(env, one, met))
    _record_drafts(env, drafts)


def _build_draft(env: Env, wanted: MakeArguments, met: list[Person]) -> _MakeDraft:
    """What is wanted, its words read; whoever is new in it is known afterwards."""
    names = _list_counterparty_names(env, wanted)
    at = arguments.parse_event_moment(env, "--said", wanted.said)
    terms = Terms(
        arguments.check_outcome(wanted.outcome),
        arguments.parse_due_date(env, "--by", wanted.by, said=at, backfill=wanted.backfill),
        arguments.check_text("done-when", wanted.done_when),
        arguments.check_text("why", wanted.why),
        arguments.parse_due_date(
            env, "--reply-by", wanted.reply_by, said=at, backfill=wanted.backfill
        ),
    )
    draft = _MakeDraft(
        Direction.OWE if wanted.to else Direction.OWED,
        Side.PROMISEE if wanted.asked or (wanted.from_ and not wanted.offered) else Side.PROMISOR,
        terms,
        at,
        arguments.check_text("risk", wanted.risk),
        arguments.check_text("no-to", wanted.no_to),
        None if wanted.replaces is None else arguments.parse_promise_number(wanted.replaces),
        arguments.parse_tags(wanted.tag),
        counterparty.resolve_counterparties(env, names, met, new=wanted.new),
        place=wanted.place,
    )
    return _add_first_reply(env, draft) if wanted.agreed else draft


def _add_first_reply(env: Env, draft: _MakeDraft) -> _MakeDraft:
    """The draft with what is replied to it at once."""
    reply = _resolve_first_reply(env, draft)
    author = (
        draft.author if reply.verb is Verb.ACCEPT else Side.PROMISEE
    )  # else it was they who asked
    return draft._replace(reply=reply, author=author)


def _resolve_first_reply(env: Env, draft: _MakeDraft) -> Reply:
    """What is said to it at once: Yes, as it is agreed already, unless whoever binds themselves with it thinks better of it when asked."""
    if draft.direction is not Direction.OWE or not env.may_ask:
        return Reply(risk=draft.risk, no_to=draft.no_to)
    from promisectl.commands.shared import consent

    names = " and ".join(other.name for other in draft.others if other)
    heading = f"You promise {names}: {messages.format_terms(draft.terms, env.here)}."
    return consent.ask_yes_questions(
        env,
        draft.terms,
        draft.risk,
        draft.no_to,
        may_refuse=len(draft.others) == 1,
        heading=heading,
        many=len(draft.others),
    )


def _record_drafts(env: Env, drafts: Sequence[_MakeDraft]) -> None:
    """Write the promises down, all of them or none."""
    alone = sum(len(draft.others) for draft in drafts) == 1

    def record_each_draft(db: sqlite3.Connection, journal: Journal) -> list[MoveAnswer]:
        return [
            answer
            for draft in drafts
            for answer in _record_draft_with_each(env, db, journal, draft, alone=alone)
        ]

    recorder.record_command(env, "make", record_each_draft, checks=True)


def _record_draft_with_each(
    env: Env, db: sqlite3.Connection, journal: Journal, draft: _MakeDraft, *, alone: bool
) -> list[MoveAnswer]:
    with errors.add_place_to_errors(draft.place):
        if draft.replaces is not None:
            journal.load_promise(draft.replaces)
        return [
            _record_new_promise(env, db, journal, draft, other, alone=alone)
            for other in draft.others
        ]


def _list_counterparty_names(env: Env, wanted: MakeArguments) -> list[str]:
    """The people named, each once, if exactly one side is me."""
    to, from_, asked, offered, agreed = (
        wanted.to,
        wanted.from_,
        wanted.asked,
        wanted.offered,
        wanted.agreed,
    )
    counterparty.ensure_one_side(env, to, from_)
    names = list(dict.fromkeys([*to, *from_]))
    if not names:
        raise errors.NoSide
    arguments.ensure_at_most_one(asked=asked, offered=offered)
    if asked and from_:
        raise errors.Contradiction(
            "--asked goes with --to: somebody asked you. With --from it is you who asks, unless --offered."
        )
    if offered and to:
        raise errors.Contradiction(
            "--offered goes with --from: somebody offered it to you. With --to it is you who offers, unless --asked."
        )
    if (asked or offered or agreed or wanted.reply_by) and counterparty.is_ledger_owner(
        env, *names
    ):
        raise errors.Contradiction(
            "A promise to yourself needs no other side: leave out --asked, --offered, --agreed and --reply-by."
        )
    if agreed and wanted.reply_by:
        raise errors.Contradiction(
            "--agreed says that the answer was Yes, so there is none to wait for: leave out --reply-by."
        )
    if (wanted.risk or wanted.no_to) and not agreed and (asked or from_):
        raise errors.Contradiction(
            "--risk and --no-to belong to the Yes of the promisor. Give them with: accept."
        )
    return names


def _record_new_promise(
    env: Env,
    db: sqlite3.Connection,
    journal: Journal,
    draft: _MakeDraft,
    other: Person | Newcomer | None,
    *,
    alone: bool,
) -> MoveAnswer:
    reply = draft.reply
    person = journal.find_or_insert_person(other) if isinstance(other, Newcomer) else other
    name, here = person.name if person else "", env.here
    promise = journal.begin_promise(_build_opening_act(env, draft, person, named=reply is None))
    line = messages.format_new_promise(promise, name, here)
    if reply:
        before = promise
        act, promise = journal.append_act(
            before, recorder.build_reply_act(env, before, reply, draft.at)
        )
        agreed = reply.verb is Verb.ACCEPT
        line = (
            messages.format_new_promise(promise, name, here)
            if agreed
            else messages.format_move_line(MoveReport(before, promise, act, name, here))
        )
    besides = AnswerExtras(new=alone, asked=bool(reply and reply.asked))
    hints = (
        [
            messages.format_next_step(promise, name),
            recorder.format_check_hint(env, db, promise, besides),
        ]
        if alone
        else ()
    )
    met = (
        [f"New in the ledger: {person.name} ({person.handle})."]
        if person and journal.is_new_person(person)
        else []
    )
    return MoveAnswer(
        line, promise.id, recorder.load_answer_record(env, db, promise.id), hints, met
    )


def _build_opening_act(env: Env, draft: _MakeDraft, person: Person | None, *, named: bool) -> Act:
    """The offer or the request; with the risk and the price where they are not `named` with the reply."""
    direction, author = (draft.direction, draft.author) if person else (Direction.SELF, Side.SELF)
    opening = Opening(
        str(uuid.uuid4()), direction, person.id if person else None, draft.replaces, draft.tags
    )
    verb = Verb.REQUEST if author is Side.PROMISEE else Verb.OFFER
    first = Act(verb, author, draft.at, env.now, terms=draft.terms, opening=opening)
    return first._replace(risk=draft.risk, no_to=draft.no_to) if named else first
