"""What `--rest` means: a promise, and the later ones of its series that can move now."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output
from promisectl.domain import constants, lifecycle
from promisectl.domain.promise import Direction, State, Verb
from promisectl.domain.series import pattern, shift
from promisectl.domain.series.dates import MIN_SERIES_PROMISES
from promisectl.domain.series.rule import format_rule
from promisectl.rendering import formats
from promisectl.rendering.series import SeriesSpan
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promisectl.commands.shared.recorder import Reply
    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Promise, Side, Terms
    from promisectl.env import Env

_REST_MOVES_OF_A_SIDE = (Verb.ACCEPT, Verb.DECLINE, Verb.WITHDRAW)


def list_rest_ids(env: Env, verb: Verb, ids: Sequence[str]) -> list[str]:
    """Return the IDs of a promise and the later open ones of its series that can make a move.

    Without any, it is the ID itself, so that the move is refused as it would be without --rest. An
    answer is one to terms, or one to deliveries, and by one side, as it is for the first: their yes
    to my terms is not my yes to theirs. Raises NoPromise, NoSeries, and Contradiction for several
    IDs.
    """
    numbers = arguments.parse_promise_numbers(ids)
    if len(numbers) > 1:
        raise errors.Contradiction(
            "--rest takes one ID: that of the first promise.", "Give one ID, or leave out --rest."
        )
    if not ledger.has_ledger(env.ledger):
        raise errors.NoPromise(numbers[0])
    with output.open_view(env) as db:
        promises = queries.load_series_rest(db, numbers[0])
    if promises[0].opening.series is None:
        raise errors.NoSeries(numbers[0])
    open_ones = [
        promise
        for promise in promises
        if is_open_for(promise, verb)
        and (promise is promises[0] or promise.state in constants.OPEN_STATES)
    ]
    if verb in _REST_MOVES_OF_A_SIDE and open_ones:
        kind = find_kind_of_move(open_ones[0], verb)
        open_ones = [promise for promise in open_ones if find_kind_of_move(promise, verb) == kind]
    env.seen_uids |= {promise.id: promise.opening.uid for promise in open_ones}
    return [str(promise.id) for promise in open_ones] or [str(numbers[0])]


def is_open_for(promise: Promise, verb: Verb) -> bool:
    """Whether a move is possible now for the side that is inferred."""
    speaker = lifecycle.infer_speaker(promise, verb)
    return lifecycle.find_transition(promise, verb, speaker) is not None


def find_kind_of_move(promise: Promise, verb: Verb) -> tuple[bool, Side]:
    """Return whether a move is about a delivery, and the side that is inferred for it."""
    return promise.state is State.DELIVERED, lifecycle.infer_speaker(promise, verb)


# Other dates


def build_date_change(env: Env, by: str, *, backfill: bool) -> Callable[[Terms], Terms]:
    """Return the function that moves the due date of terms as the words of --by say.

    It raises ShiftedIntoPast for a date that has passed, unless `backfill`, and what
    `shift.shift_date` raises. Raises what `shift.parse_shift` raises.
    """
    try:
        how = shift.parse_shift(
            by,
            env.now,
            env.zone,
            order=env.config.date_order,
            week_start=env.config.week_start,
            hours=env.config.date,
        )
    except errors.AmbiguousDate as problem:
        raise problem.name_option("--by") from None

    def move_due_date(terms: Terms) -> Terms:
        if terms.due is None:
            return terms
        due = shift.shift_date(terms.due, how, env.here.today)
        if due.at < env.now and due != terms.due and not backfill:
            dates = (formats.format_civil_moment(one, env.here) for one in (terms.due, due))
            raise errors.ShiftedIntoPast(*dates)
        return terms._replace(due=due)

    return move_due_date


# The questions before a yes to all


def find_span(dues: Sequence[CivilMoment | None]) -> SeriesSpan | None:
    """Return the last of some due dates, and how often one is due; None for less than two."""
    dated = [due for due in dues if due is not None]
    if len(dated) < MIN_SERIES_PROMISES:
        return None
    found = pattern.find_rule([due.civil for due in dated])
    return SeriesSpan(dated[-1], format_rule(found) if found else "each time")


def find_changed_span(
    env: Env, ids: Sequence[str], change_terms: Callable[[Terms], Terms]
) -> SeriesSpan | None:
    """Return the span of the dates that promises would have with other terms."""
    dues = []
    for number in map(int, ids):
        promise, _ = output.load_promise_and_name(env, number)
        base = lifecycle.find_base_revision(promise, Verb.NEGOTIATE)
        dues.append(change_terms(lifecycle.copy_base_terms(base, Verb.NEGOTIATE)).due)
    return find_span(dues)


def ask_replies_to_rest(env: Env, numbers: Sequence[int], given: Reply) -> Mapping[int, Reply]:
    """Ask once about a yes to the terms of several promises, and return the reply to each.

    Nothing is returned where nothing is asked. `given` holds the words of the command line. Raises
    NoPromise.
    """
    from promisectl.commands.shared import consent, facts

    loaded = [output.load_promise_and_name(env, number) for number in numbers]
    offered = {
        promise.id: revision
        for promise, _ in loaded
        if (revision := consent.find_terms_asked_of_me(env, promise))
    }
    if not offered:
        asked = facts.ask_their_replies(env, numbers[:1], given)
        offered = {
            promise.id: promise.current_revision
            for promise, _ in loaded
            if asked and promise.direction is Direction.OWED
        }
        first = asked.get(numbers[0], given)
    elif env.config.questions == "never":
        return {}
    else:
        promise, name = next(one for one in loaded if one[0].id in offered)
        span = find_span([revision.terms.due for revision in offered.values()])
        first = consent.ask_reply_to_offer(
            env, promise, offered[promise.id], name, given, alone=False, span=span
        )
    return {
        number: first._replace(revision=revision.number, seen=revision.terms)
        for number, revision in offered.items()
    }
