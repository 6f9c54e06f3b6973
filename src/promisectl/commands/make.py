"""The command make: it makes promises, typed or read from stdin."""

from __future__ import annotations

import uuid

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, counterparty, recorder
from promisectl.commands.shared.counterparty import KnownPeople
from promisectl.commands.shared.recorder import AnswerExtras, MoveAnswer, Reply
from promisectl.domain import people
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Direction, Opening, Promise, Side, Terms, Verb
from promisectl.rendering import messages
from promisectl.rendering.messages import MoveReport

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.commands.make_replaced import Replacement
    from promisectl.commands.make_series import SeriesDraft
    from promisectl.env import Env, OnceKey
    from promisectl.storage.journal import Journal

_STDIN_OUTCOME = "-"
_EXAMPLE = "promisectl make Send Q3 numbers --to dana --by fri --agreed"


class MakeArguments(NamedTuple):
    """The arguments of `make` for one promise; `place` is its place in the input, for errors.

    Without an outcome, it is asked for.
    """

    outcome: str | None
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
    beside: bool = False
    part_of: str | None = None
    tag: Sequence[str] = ()
    new: bool = False
    unsaid: bool = False
    every: str | None = None
    until: str | None = None
    times: int | None = None
    except_: Sequence[str] = ()
    place: str = ""


class MakeDraft(NamedTuple):
    """An offer or a request, parsed and not recorded yet.

    One promise is made with each of `others`, or with a `series` all of its promises, of which
    `terms` are those of the first; None is myself. `replacement` is the promise that it replaces,
    `bigger` the ID of the one that it is a part of. `reply` is the reply that it gets at once, None
    if it waits for one. `asked`: the questions about an offer were just asked. `unsaid`: the others
    do not know of it yet. `said` are the words of `at`, None for now.
    """

    direction: Direction
    author: Side
    terms: Terms
    at: datetime
    risk: str | None
    no_to: str | None
    replacement: Replacement | None
    tags: tuple[str, ...]
    others: Sequence[Person | Newcomer | None]
    reply: Reply | None = None
    asked: bool = False
    place: str = ""
    unsaid: bool = False
    bigger: int | None = None
    series: SeriesDraft | None = None
    said: str | None = None

    def build_opening_act(self, env: Env, person: Person | None, part_of: str | None) -> Act:
        """Return the offer or the request; an offer has the risk and `no_to` of the promisor.

        `part_of` is the uid of the bigger promise.
        """
        direction, author, number = self.direction, self.author, person.id if person else None
        if person is None:
            direction, author = Direction.SELF, Side.SELF
        replaces = self.replacement.number if self.replacement else None
        opening = Opening(str(uuid.uuid4()), direction, number, replaces, self.tags, part_of)
        verb = Verb.REQUEST if author is Side.PROMISEE else Verb.OFFER
        act = Act(
            verb,
            author,
            self.at,
            env.now,
            terms=self.terms,
            opening=opening,
            unsaid=self.unsaid,
        )
        if verb is Verb.REQUEST:
            return act
        return act._replace(risk=self.risk, no_to=self.no_to)


def make(env: Env, outcome: str | None = None, **words: Any) -> None:
    """Make a promise: offered, requested or already agreed; one with each person named.

    With the outcome `-`, make the promises on stdin, all or none: lines of jot, or JSON if the
    answer is JSON. Raises MissingArgument without an outcome where nobody can be asked.
    """
    if outcome is None and not env.may_ask:
        raise errors.MissingArgument("an outcome", "promisectl make", _EXAMPLE)
    typed = MakeArguments(outcome, **words)
    promises, blame = [typed], errors.add_place_to_errors
    if outcome == _STDIN_OUTCOME:
        check_stdin_options(env, typed)
        if not env.is_json:
            from promisectl.commands import jot_page

            functions = build_draft_of_fields, record_drafts
            jot_page.make_from_stdin(env, *functions, new=typed.new, backfill=typed.backfill)
            return
        from promisectl.commands import make_json

        blame = make_json.blame_input
        promises = [MakeArguments(**fields) for fields in make_json.read_json_promises(env)]
        env.once = env.once and add_promises_to_key(env.once, promises)
        if env.once and recorder.repeat_first_answer(env):
            return
    known = KnownPeople(counterparty.load_known_people(env, writing=True))
    drafts = list[MakeDraft]()
    for promise in promises:
        with blame(promise.place):
            drafts.append(build_draft(env, promise, known))
    record_drafts(env, drafts)


def add_promises_to_key(once: OnceKey, promises: Sequence[MakeArguments]) -> OnceKey:
    """Return a key of --once with the promises on stdin in its request, wherever they stand."""
    contents = [
        promise._replace(
            place="",
            replaces=promise.replaces and arguments.spell_number(promise.replaces),
            part_of=promise.part_of and arguments.spell_number(promise.part_of),
        )
        for promise in promises
    ]
    return once.add_content(repr([*map(tuple, contents)]))


def check_stdin_options(env: Env, typed: MakeArguments) -> None:
    """Refuse options beside `-`, as each promise on stdin has its own. Raises Contradiction.

    Lines, unlike JSON, take the options of jot.
    """
    taken = ("outcome",) if env.is_json else ("outcome", "new", "backfill")
    options = [
        arguments.spell_option(name)
        for name, value in typed._asdict().items()
        if value and name not in taken
    ]
    if options:
        raise errors.Contradiction(
            "With “-”, each promise has its own fields.", f"Leave out {' and '.join(options)}."
        )


def build_draft_of_fields(env: Env, fields: Mapping[str, Any], known: KnownPeople) -> MakeDraft:
    """Return the draft of a promise; `fields` are those of MakeArguments. See `build_draft`."""
    return build_draft(env, MakeArguments(**fields), known)


def build_draft(env: Env, typed: MakeArguments, known: KnownPeople) -> MakeDraft:
    """Return the draft of a promise; a newcomer in it is added to `known`.

    At a terminal, whom it binds is asked: for the reply if it is agreed, and about an offer of
    mine, which binds by the yes of the other side. Raises Usage, EOFError after a no, and what
    `counterparty.resolve_counterparties` raises.
    """
    typed = add_replaced_sides(env, typed, known)
    check_make_options(env, typed)
    option, names = ("--to", typed.to) if typed.to else ("--from", typed.from_)
    at = arguments.parse_event_moment(env, "--said", typed.said)
    backfill = typed.backfill
    terms = Terms(
        "" if typed.outcome is None else arguments.check_outcome(typed.outcome),
        arguments.parse_due_date(env, "--by", typed.by, said=at, backfill=backfill),
        arguments.check_text("done-when", typed.done_when),
        arguments.check_text("why", typed.why),
        arguments.parse_due_date(env, "--reply-by", typed.reply_by, said=at, backfill=backfill),
    )
    is_request = typed.asked or (typed.from_ and not typed.offered)
    draft = MakeDraft(
        Direction.OWE if typed.to else Direction.OWED,
        Side.PROMISEE if is_request else Side.PROMISOR,
        terms,
        at,
        arguments.check_text("risk", typed.risk),
        arguments.check_displaced_text(env, typed.no_to),
        _parse_replacement(env, typed),
        arguments.parse_tags(typed.tag),
        counterparty.resolve_counterparties(env, option, names, known, new=typed.new),
        place=typed.place,
        unsaid=typed.unsaid,
        bigger=_find_bigger(env, typed),
        said=typed.said,
    )
    if typed.every is not None and terms.due:
        from promisectl.commands import make_series

        series = make_series.build_series(env, terms.due, typed._asdict(), at)
        draft = draft._replace(terms=terms._replace(due=series.dues[0]), series=series)
    print_known_names(env, typed, draft.others)
    if typed.outcome is None:
        draft = _ask_outcome(env, draft)
    if draft.direction is Direction.OWED and env.may_ask:
        _print_facts(env, draft)
    has_other_side = any(draft.others)  # who promises something to themselves has agreed
    if not has_other_side:
        return draft
    return _add_first_reply(env, draft) if typed.agreed else _ask_about_offer(env, draft)


def add_replaced_sides(env: Env, typed: MakeArguments, known: Iterable[Person]) -> MakeArguments:
    """Return the arguments with the sides of the promise to replace, where they name no side.

    Raises NoPromise and BadNumber.
    """
    if typed.replaces is None or typed.to or typed.from_:
        return typed
    from promisectl.commands.shared import output

    number = arguments.parse_promise_number(typed.replaces)
    opening = output.load_promise_and_name(env, number)[0].opening
    names = [person.handle for person in known if person.id == opening.person] or ["me"]
    if opening.direction is Direction.OWED:
        return typed._replace(from_=names)
    return typed._replace(to=names)


def _ask_outcome(env: Env, draft: MakeDraft) -> MakeDraft:
    """Ask for the outcome of a draft, after all else about it is known to be right."""
    from promisectl.commands.shared import prompts

    is_mine = draft.direction is Direction.OWE or None in draft.others
    who = "you" if is_mine else "they"
    outcome = prompts.ask_required_text(env, "outcome", f"What do {who} promise?")
    return draft._replace(terms=draft.terms._replace(outcome=outcome))


def print_known_names(env: Env, typed: MakeArguments, others: Sequence[object]) -> None:
    """Print which of the names that --new came with are aliases, so that it made nobody."""
    for name in (*typed.to, *typed.from_) if typed.new else ():
        for other in others:
            if isinstance(other, Person) and people.build_handle(name) in other.aliases:
                env.print_hint(
                    f"“{name}” is already {other.name} ({other.handle}), so nobody was added."
                )


def _parse_replacement(env: Env, typed: MakeArguments) -> Replacement | None:
    """Return the promise to replace; at a terminal, what becomes of it is asked."""
    if typed.replaces is None:
        return None
    from promisectl.commands import make_replaced

    number = arguments.parse_promise_number(typed.replaces)
    replacement = make_replaced.Replacement(number, beside=typed.beside)
    return make_replaced.ask_what_becomes(env, replacement) if env.may_ask else replacement


def _find_bigger(env: Env, typed: MakeArguments) -> int | None:
    """Return the ID of the bigger promise; by default that of the promise to replace.

    An empty text links nothing. Raises BadNumber, NoPromise and BiggerNotOpen.
    """
    if typed.part_of is None and typed.replaces is None:
        return None
    from promisectl.commands.shared import output, parts

    if typed.part_of is None:
        return parts.find_inherited_bigger(
            env, arguments.parse_promise_number(typed.replaces or "")
        )
    if not typed.part_of.strip():
        return None
    number = arguments.parse_promise_number(typed.part_of)
    parts.ensure_open(output.load_promise_and_name(env, number)[0])
    return number


def _add_first_reply(env: Env, draft: MakeDraft) -> MakeDraft:
    """Return an agreed draft with its reply: yes, or a counter-offer of whom it binds.

    If they counter, it was a request of the other side. The risk and what is displaced belong to
    the act of the promisor: the offer, or the reply to a request.
    """
    reply = Reply(risk=draft.risk, no_to=draft.no_to)
    if draft.direction is Direction.OWE and env.may_ask:
        reply = _ask_first_reply(env, draft, reply)
    elif env.may_ask and not draft.risk:
        reply = reply._replace(risk=_ask_their_risk(env, draft))
    author = draft.author if reply.verb is Verb.ACCEPT else Side.PROMISEE
    draft = draft._replace(author=author, risk=reply.risk, no_to=reply.no_to)
    if author is Side.PROMISOR:
        reply = reply._replace(risk=None, no_to=None)
    return draft._replace(reply=reply)


def _ask_about_offer(env: Env, draft: MakeDraft) -> MakeDraft:
    """Return a draft that waits for a yes, with what I answer about it if it is my offer."""
    is_my_offer = draft.direction is Direction.OWE and draft.author is Side.PROMISOR
    if not is_my_offer or not env.may_ask:
        return draft
    reply = _ask_first_reply(env, draft, Reply(risk=draft.risk, no_to=draft.no_to), is_offer=True)
    return draft._replace(
        terms=reply.terms or draft.terms, risk=reply.risk, no_to=reply.no_to, asked=reply.asked
    )


def _ask_first_reply(env: Env, draft: MakeDraft, given: Reply, *, is_offer: bool = False) -> Reply:
    """Return the reply of the person whom a draft binds; `given` if nothing is asked."""
    from promisectl.commands.shared import consent

    known = {other.handle: other.name for other in draft.others if isinstance(other, Person)}
    last = draft.terms._replace(due=draft.series.dues[-1]) if draft.series else draft.terms
    if not consent.is_worth_asking(env, last, [*known], many=len(draft.others)):
        return given
    names = " and ".join(other.name for other in draft.others if other)
    verb = "offer" if is_offer else "promise"
    terms = messages.format_terms(draft.terms, env.here)
    if draft.series:
        terms = draft.series.format_terms(draft.terms, env.here)
    return consent.ask_yes_questions(
        env,
        consent.YesQuestion(
            draft.terms,
            f"You {verb} {names} {terms}.",
            consent.OFFER_ANSWERS if is_offer else consent.AGREED_ANSWERS,
            risk=draft.risk,
            no_to=draft.no_to,
            may_refuse=len(draft.others) == 1 and not draft.series,
            many=len(draft.others),
            people=known,
            span=draft.series and draft.series.span,
        ),
    )


def _print_facts(env: Env, draft: MakeDraft) -> None:
    """Print what stands out about the people who would owe me the promise of a draft."""
    from promisectl.commands.shared import facts

    for other in draft.others:
        if isinstance(other, Person):
            facts.print_facts(env, other.handle, other.name, draft.terms)


def _ask_their_risk(env: Env, draft: MakeDraft) -> str | None:
    """Ask what could go wrong with an agreed draft that one person owes me, if it is worth it."""
    from promisectl.commands.shared import facts

    other = next(iter(draft.others))
    known = other.handle if isinstance(other, Person) else None
    if (
        len(draft.others) > 1
        or not other
        or not facts.is_risk_worth_asking(env, known, draft.terms)
    ):
        return None
    return facts.ask_their_risk(env, other.name)


def record_drafts(
    env: Env,
    drafts: Sequence[MakeDraft],
    change_answers: Callable[[list[MoveAnswer]], list[MoveAnswer]] | None = None,
) -> None:
    """Record the promises of all drafts in one command, and answer."""
    alone = sum(len(draft.others) for draft in drafts) == 1

    def record_each_draft(db: sqlite3.Connection, journal: Journal) -> list[MoveAnswer]:
        answers = []
        for parsed in drafts:
            with errors.add_place_to_errors(parsed.place):
                at = arguments.parse_event_moment(env, "--said", parsed.said)
                draft = parsed._replace(at=at)  # a server's clock counts from the lock on
                answers += _end_replaced_promise(env, db, journal, draft)
                for other in draft.others:
                    answers += _record_new_promises(env, db, journal, draft, other, alone=alone)
        return change_answers(answers) if change_answers else answers

    recorder.record_command(env, "make", record_each_draft, checks=True)


def _end_replaced_promise(
    env: Env, db: sqlite3.Connection, journal: Journal, draft: MakeDraft
) -> list[MoveAnswer]:
    """End the promise that a draft replaces, if it has to; return the answer about it, if any."""
    if draft.replacement is None:
        return []
    from promisectl.commands import make_replaced

    return make_replaced.end_replaced_promise(env, db, journal, draft.replacement, draft.at)


def check_make_options(env: Env, typed: MakeArguments) -> None:
    """Refuse options of `make` that don't fit together; exactly one side is me.

    Raises NoSide, Contradiction, and what `counterparty.ensure_one_side` and
    `counterparty.ensure_fields_fit` raise.
    """
    to, from_, asked, offered = typed.to, typed.from_, typed.asked, typed.offered
    counterparty.ensure_one_side(env, to, from_)
    if not (to or from_):
        raise errors.NoSide
    arguments.ensure_at_most_one(asked=asked, offered=offered)
    counterparty.ensure_fields_fit(env, typed._asdict(), arguments.spell_option)
    is_request = asked or (from_ and not offered)
    if (typed.risk or typed.no_to) and not typed.agreed and is_request:
        raise errors.Contradiction(
            "--risk and --no-to belong to the promisor's yes.",
            "Give them later: promisectl accept “…” --risk “…”",
        )
    if typed.beside and typed.replaces is None:
        raise errors.Contradiction(
            "--beside keeps the promise that is replaced.", "Add --replaces and its ID."
        )
    if typed.every is not None or typed.until or typed.times is not None or typed.except_:
        from promisectl.commands import make_series

        make_series.check_series_options(typed._asdict())


def _load_bigger_uid(
    env: Env, db: sqlite3.Connection, journal: Journal, draft: MakeDraft
) -> str | None:
    """Return the uid of the bigger promise of a draft. Raises what `parts.check_link` raises."""
    if draft.bigger is None:
        return None
    from promisectl.commands.shared import parts

    bigger = recorder.load_seen_promise(env, journal, draft.bigger)
    parts.check_link(db, bigger)
    return bigger.opening.uid


def _record_new_promises(
    env: Env,
    db: sqlite3.Connection,
    journal: Journal,
    draft: MakeDraft,
    other: Person | Newcomer | None,
    *,
    alone: bool,
) -> list[MoveAnswer]:
    """Record the promise of a draft with one person, or its series, and return the answers."""
    person = journal.find_or_insert_person(other) if other else None
    name = person.name if person else ""
    opening = draft.build_opening_act(env, person, _load_bigger_uid(env, db, journal, draft))
    notices = []
    if person and journal.is_new_person(person):
        notices = [recorder.format_new_person(person)]
    if draft.series:
        from promisectl.commands import make_series

        is_guided = alone and recorder.are_steps_wanted(env, db)
        moves = [
            begin_new_promise(env, journal, draft, act, name)
            for act in make_series.build_opening_acts(draft.series, opening)
        ]
        answers = make_series.build_series_answers(
            env, db, draft.series, moves, is_guided=is_guided
        )
    else:
        move = begin_new_promise(env, journal, draft, opening, name)
        record = recorder.load_answer_record(env, db, move.after.id)
        steps = recorder.suggest_next_steps(env, db, move) if alone else []
        answers = [MoveAnswer(format_new_line(move), move.after.id, record, hints=steps)]
        moves = [move]
    first, promise = answers[0], moves[0].after
    dangers = recorder.describe_danger(env, db, promise.no_to)
    first = first._replace(notices=notices, dangers=dangers)
    if alone and promise.part_of:
        from promisectl.commands.shared import parts

        link = parts.describe_new_link(env, db, promise)
        first = first._replace(hints=[link, *first.hints])
    if alone:
        first = _add_check_hint(env, db, draft, promise, first)
    return [first, *answers[1:]]


def begin_new_promise(
    env: Env, journal: Journal, draft: MakeDraft, opening: Act, name: str
) -> MoveReport:
    """Record a new promise with the reply that it gets at once, and return its last move."""
    promise = journal.begin_promise(opening)
    if draft.reply is None or promise.direction is Direction.SELF:
        return MoveReport(None, promise, opening, name, env.here)
    reply = recorder.build_reply_act(env, promise, draft.reply, draft.at)
    act, after = journal.append_act(promise, reply)
    return MoveReport(promise, after, act, name, env.here)


def format_new_line(move: MoveReport) -> str:
    """Return what was made, or the counter-offer that it got at once."""
    if move.before is None or move.act.verb is Verb.ACCEPT:
        return messages.format_new_promise(move.after, move.name, move.here)
    return messages.format_move_line(move)


def _add_check_hint(
    env: Env, db: sqlite3.Connection, draft: MakeDraft, promise: Promise, answer: MoveAnswer
) -> MoveAnswer:
    """Return the answer about a new promise with what the check finds first."""
    reply, notices = draft.reply, answer.notices
    known_rules = (
        *(("L25",) if notices else ()),  # a new name was just asked about
        *(("L26",) if env.may_ask else ()),  # the week was just shown
    )
    was_asked = draft.asked or bool(reply and reply.asked)
    extras = AnswerExtras(new=True, asked=was_asked, known=known_rules)
    return recorder.add_check_hint(env, db, promise, extras, answer)
