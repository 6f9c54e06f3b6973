"""The acts of the bookkeeper: note, tag, untag, correct, void."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.acts import (
    TermsSpeech,
    load_rest_ids,
    record_new_terms,
    record_plain_move,
)
from promisectl.commands.shared import arguments, missing, recorder
from promisectl.commands.shared.recorder import AnswerExtras
from promisectl.domain.promise import Act, Side, Terms, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from promisectl.domain.people import Newcomer, Person
    from promisectl.domain.promise import Promise
    from promisectl.env import Env


def note(
    env: Env, id_: str, text: str | None, *, on: str | None = None, rest: bool = False
) -> None:
    """Add a note to a promise, or to all that are left of its series; nothing else changes."""
    arguments.check_words_before_lock(env, on=on)
    ids = load_rest_ids(env, Verb.NOTE, [id_]) if rest else [id_]
    text = missing.ask_missing_text(env, Verb.NOTE, ids, text, "What do you want to note?")
    arguments.check_text("text", text)

    def build_act(_: Promise) -> Act:
        at = arguments.parse_event_moment(env, "--on", on)
        return Act(Verb.NOTE, Side.BOOKKEEPER, at, env.now, text=text)

    recorder.record_move(env, "note", ids, build_act, AnswerExtras(rest=rest))


def tag(env: Env, id_: str, tags: Sequence[str], *, rest: bool = False) -> None:
    """Add tags to a promise, or to all that are left of its series."""
    _record_tags(env, Verb.TAG, id_, tags, rest=rest)


def untag(env: Env, id_: str, tags: Sequence[str], *, rest: bool = False) -> None:
    """Remove tags from a promise, or from all that are left of its series."""
    _record_tags(env, Verb.UNTAG, id_, tags, rest=rest)


def _record_tags(env: Env, verb: Verb, id_: str, tags: Sequence[str], *, rest: bool) -> None:
    from promisectl.domain import spelling

    ids = load_rest_ids(env, verb, [id_]) if rest else [id_]
    tags = tags or missing.ask_tags(env, verb)
    typed = arguments.parse_tags(tags)

    def build_act(before: Promise) -> Act:
        # A tag is added in the spelling that is there, and found without its marks to be removed.
        found = (
            spelling.select_closest_spellings(tag, before.tags, with_marks=verb is Verb.TAG)
            or [tag]
            for tag in typed
        )
        words = " ".join(dict.fromkeys(chain.from_iterable(found)))
        return Act(verb, Side.BOOKKEEPER, env.now, env.now, text=words)

    recorder.record_move(env, verb.value, ids, build_act, AnswerExtras(rest=rest))


def correct(
    env: Env,
    id_: str,
    outcome: str | None = None,
    *,
    what: str | None = None,
    by: str | None = None,
    done_when: str | None = None,
    why: str | None = None,
    risk: str | None = None,
    no_to: str | None = None,
    with_: str | None = None,
    new: bool = False,
    rev: int | None = None,
    backfill: bool = False,
    rest: bool = False,
) -> None:
    """Correct the terms or the person; this is not a negotiation and is not counted as one.

    What has the wrong value in other revisions is corrected there as well, unless `rev` names the
    only one to correct. The person, `risk` and `no_to` belong to the whole promise, the last two
    only to what I owe. `new`: the person is new, even if the name is like a known one.
    `outcome` is the right outcome without an option. With `rest`, only the outcome, the done-when
    and the why can be corrected, in all that are left of the series.
    """
    what = arguments.choose_text("--what", what, outcome)
    words = {"outcome": what, "due": by, "done_when": done_when, "why": why}
    arguments.check_words_before_lock(env, words, backfill=backfill)
    arguments.ensure_at_most_one(rev=rev, risk=risk)
    arguments.ensure_at_most_one(rev=rev, no_to=no_to)
    arguments.ensure_at_most_one(rev=rev, **{"with": with_})
    ids = [id_]
    if rest:
        ensure_shared_terms(by=by, risk=risk, no_to=no_to, with_=with_, rev=rev)
        ids = load_rest_ids(env, Verb.CORRECT, ids)
    if new and with_ is None:
        raise errors.Contradiction("--new goes with --with: it says that the person is new.")

    def change_terms(terms: Terms, at: datetime) -> Terms:
        return arguments.replace_terms_fields(env, terms, at, words, backfill=backfill)

    speech = TermsSpeech(
        risk=arguments.check_text("risk", risk),
        no_to=arguments.check_displaced_text(env, no_to, [id_]),
        revision=rev,
        person=None if with_ is None else find_right_person(env, id_, with_, new=new),
        rest=rest,
    )
    record_new_terms(env, Verb.CORRECT, ids, change_terms, speech)


def ensure_shared_terms(**options: object) -> None:
    """Refuse corrections that each promise of a series needs for itself. Raises Contradiction."""
    given = [arguments.spell_option(name) for name, value in options.items() if value is not None]
    if given:
        raise errors.Contradiction(
            "With --rest, correct takes only --what, --done-when and --why.",
            f"Leave out {' and '.join(given)}, or correct the promises one by one.",
        )


def find_right_person(env: Env, id_: str, name: str, *, new: bool) -> Person | Newcomer:
    """Return the person whom a promise is really with, found as by any `--with`, or a new one.

    Raises PersonOfSelf for myself, GroupName for several people, and what
    `counterparty.resolve_counterparty` raises.
    """
    from promisectl.commands.shared import counterparty
    from promisectl.domain import people

    number = arguments.parse_promise_number(id_)
    if counterparty.is_ledger_owner(env, name):
        raise errors.PersonOfSelf(number)
    known = counterparty.load_known_people(env, writing=True)
    if not new:
        with suppress(errors.NoPerson, errors.AmbiguousPerson):
            return people.find_person(name, known)
        counterparty.ensure_single_person(env, name, f"promisectl correct {number} --with")
    return counterparty.resolve_counterparty(env, name, counterparty.KnownPeople(known), new=new)


def void(
    env: Env,
    id_: str,
    words: str | None = None,
    *,
    reason: str | None = None,
    rest: bool = False,
) -> None:
    """Void an entry made by mistake; no figure counts it any more.

    `words` are the reason without an option. With `rest`, all that are left of the series are void.
    """
    reason = arguments.choose_text("--reason", reason, words)
    record_plain_move(env, Verb.VOID, [id_], reason=reason, rest=rest)
