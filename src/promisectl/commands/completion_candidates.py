"""What can be typed next, each word with what it means: commands, options, numbers, people, tags, dates and fixed words."""

from __future__ import annotations

from itertools import islice

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.domain.civil import encode_instant
from promisectl.rendering import completion
from promisectl.rendering.formats import LocalMoment, format_count
from promisectl.storage import completion as stored
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.commands.completion_line import TypedLine, WordSlot
    from promisectl.env import Env

Candidate = tuple[str, str]

FILE_CANDIDATE: Candidate = ("", "FILE")
"""What asks the shell itself for files: a line without a value."""

_MAX_CANDIDATES = 100
_WEEKDAY_WORDS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PAST_DATE_OPTIONS = ("--on", "--said", "--told", "--as-of", "--since", "--until")


def iter_candidates(env: Env, line: TypedLine, current: str) -> Iterable[Candidate]:
    """What could stand where `current` is being typed, all of it beginning like that, and so much that it can be looked through."""
    return islice(_iter_all_candidates(env, line, current), _MAX_CANDIDATES)


def _iter_all_candidates(env: Env, line: TypedLine, current: str) -> Iterable[Candidate]:
    name, sign, value = current.partition("=")
    if line.awaiting:
        return _filter_by_prefix(current, _iter_slot_candidates(env, line, line.awaiting.slot))
    if sign and line.may_be_option(current):
        option = line.find_option(name)
        found = (
            _filter_by_prefix(value, _iter_slot_candidates(env, line, option.slot))
            if option and option.kind
            else ()
        )
        return ((f"{name}={one}" if one else one, about) for one, about in found)
    if line.may_be_option(current):
        return _iter_option_candidates(env, line, current)
    if line.next_commands:
        return _filter_by_prefix(current, _iter_command_candidates(env, line))
    if line.next_slot:
        return _filter_by_prefix(current, _iter_slot_candidates(env, line, line.next_slot))
    return () if current else _iter_option_candidates(env, line, current)


def _filter_by_prefix(typed: str, found: Iterable[Candidate]) -> Iterator[Candidate]:
    return (one for one in found if one[0].startswith(typed) or one == FILE_CANDIDATE)


def _iter_command_candidates(env: Env, line: TypedLine) -> Iterator[Candidate]:
    for name, about in line.next_commands.items():
        yield name, completion.format_word_completion(about, env.width)
    if not line.command:
        for name, stands_for in line.aliases().items():
            if name not in line.next_commands:
                yield name, completion.format_word_completion(stands_for, env.width)


def _iter_option_candidates(env: Env, line: TypedLine, current: str) -> Iterator[Candidate]:
    """The options that are not given yet, or may be given again."""
    for option in line.options:
        name = next((name for name in option.names if name.startswith(current)), "")
        if name and (option.repeat or option.names[0] not in line.values):
            yield name, completion.format_word_completion(option.about, env.width)


def _iter_slot_candidates(env: Env, line: TypedLine, slot: WordSlot) -> Iterable[Candidate]:
    """The words of a kind that are not given yet."""
    said = {
        word.removeprefix("#")
        for word in (line.values.get(slot.option, ()) if slot.option else line.arguments)
    }
    offer = COMPLETERS.get(slot.kind)
    found = (
        _iter_choice_candidates(env, slot)
        if slot.choices
        else offer(_build_typed_env(env, line), line, slot)
        if offer
        else ()
    )
    return (one for one in found if one[0] not in said)


def _iter_choice_candidates(env: Env, slot: WordSlot) -> Iterator[Candidate]:
    return (
        (word, completion.format_word_completion(about, env.width)) for word, about in slot.choices
    )


def _build_typed_env(env: Env, line: TypedLine) -> Env:
    """The world that the typed line would meet: its ledger, its moment."""
    path, today = (line.values.get(name, [None])[-1] for name in ("--ledger", "--today"))
    return env.copy_elsewhere(ledger=path, today=today)


def _iter_number_candidates(env: Env, line: TypedLine, slot: WordSlot) -> Iterator[Candidate]:
    """Promises for which the move is open, or all; open ones first, then the newest that are over."""
    here = LocalMoment(env.now, env.zone)
    with _open_candidate_view(env) as (db, clock):
        for row in stored.iter_completion_promises(db, clock, "" if slot.option else line.command):
            yield str(row["id"]), completion.format_promise_completion(row, here, env.width)


def _iter_person_candidates(env: Env, _line: TypedLine, slot: WordSlot) -> Iterator[Candidate]:
    with _open_candidate_view(env) as (db, _):
        for handle, name in stored.list_completion_people(db):
            yield handle, completion.format_word_completion(name, env.width)
    if slot.option:
        yield "me", "Myself"


def _iter_tag_candidates(env: Env, line: TypedLine, _slot: WordSlot) -> Iterator[Candidate]:
    """Every tag in use, the most used first; those of the promise alone where one is to be taken off."""
    number = (
        line.arguments[0].removeprefix("#") if line.command == "untag" and line.arguments else None
    )
    with _open_candidate_view(env) as (db, clock):
        for tag, many in stored.count_completion_tags(db, clock, number):
            yield tag, format_count(many, "promise")


def _open_candidate_view(env: Env) -> Any:
    return stored.open_completion_snapshot(
        env.ledger, QueryClock(*map(encode_instant, env.read_clock()))
    )


def _iter_date_candidates(env: Env, _line: TypedLine, slot: WordSlot) -> Iterator[Candidate]:
    """A few everyday words, each with the day that it means here."""
    from promisectl.domain import dates

    past = slot.option in _PAST_DATE_OPTIONS
    days = [
        (civil.local_time(env.now, env.zone).weekday() + (-day if past else day)) % 7
        for day in range(1, 8)
    ]
    near, far = (("today", "yesterday"), ()) if past else (("today", "tomorrow"), ("+2w", "+4w"))
    for word in (*near, *(_WEEKDAY_WORDS[day] for day in days), *far):
        when = dates.parse_date(word, env.now, env.zone, past=past)
        yield word, civil.format_civil(when.civil).partition(",")[0]


COMPLETERS: dict[str, Callable[[Env, TypedLine, WordSlot], Iterable[Candidate]]] = {
    "ID": _iter_number_candidates,
    "PERSON": _iter_person_candidates,
    "INTO": _iter_person_candidates,
    "TAG": _iter_tag_candidates,
    "WHEN": _iter_date_candidates,
    "FILE": lambda *_: [FILE_CANDIDATE],
    "PATH": lambda *_: [FILE_CANDIDATE],
}
"""What completes a kind of value, by its metavar; fixed words come with the declaration."""
FREE_KINDS = (
    "OUTCOME",
    "TEXT",
    "NEW",
    "ALIAS",
    "DISPLAY",
    "N",
    "DATE",
    "KEY",
    "WORD",
    "TIME",
    "THEIRS=OURS",
    "FIELD=VALUE",
    "HEAD",
)
"""Kinds that nobody can guess: what a person says, how many, which name."""
