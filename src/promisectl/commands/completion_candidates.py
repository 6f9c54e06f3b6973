"""The candidates for the next word of a command line, each with what it means.

They are commands, options, IDs, people, tags, dates and fixed words.
"""

from __future__ import annotations

from itertools import islice

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.completion_line import WordSlot
from promisectl.commands.shared import arguments
from promisectl.domain import civil, constants
from promisectl.domain.civil import encode_instant
from promisectl.rendering import completion
from promisectl.rendering.formats import LocalMoment, format_count
from promisectl.storage import completion as stored_completion
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.commands.completion_line import TypedLine
    from promisectl.env import Env

Candidate = tuple[str, str]

FILE_CANDIDATE: Candidate = ("", "FILE")
"""Asks the shell itself to complete files: a candidate without a value."""

_MAX_CANDIDATES = 100
_FOLDED_KINDS = ("PERSON", "INTO", "TAG")  # found in any spelling, also by a command
_PAST_DATE_OPTIONS = ("--on", "--said", "--told", "--as-of", "--since", "--until")
_FUTURE_END = ("make", "--until")  # the end of a series
_OWN_DUE_DATE = ("complete", "--on")


def iter_candidates(env: Env, line: TypedLine, current: str) -> Iterable[Candidate]:
    """Return at most 100 candidates for the word `current`; all of them begin with it.

    Where nobody's name and no tag does, marks and case don't count: “zoe” becomes zoë.
    """
    return islice(_iter_all_candidates(env, line, current), _MAX_CANDIDATES)


def _iter_all_candidates(env: Env, line: TypedLine, current: str) -> Iterable[Candidate]:
    name, separator, value = current.partition("=")
    if line.awaiting:
        return _iter_slot_matches(env, line, line.awaiting.slot, current)
    if separator and line.may_be_option(current):
        option = line.find_option(name)
        slot = option.slot if option and option.kind else WordSlot()
        values = _iter_slot_matches(env, line, slot, value)
        return ((f"{name}={word}" if word else word, about) for word, about in values)
    if line.may_be_option(current):
        return _iter_option_candidates(env, line, current)
    if line.next_commands:
        return _filter_by_prefix(current, iter_command_candidates(env, line))
    if line.next_slot:
        return _iter_slot_matches(env, line, line.next_slot, current)
    return () if current else _iter_option_candidates(env, line, current)


def _filter_by_prefix(typed: str, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    return (
        candidate
        for candidate in candidates
        if candidate[0].startswith(typed) or candidate == FILE_CANDIDATE
    )


def _iter_slot_matches(
    env: Env, line: TypedLine, slot: WordSlot, typed: str
) -> Iterable[Candidate]:
    """Return the words of a kind that begin with `typed`, else people and tags without marks."""
    candidates = _iter_slot_candidates(env, line, slot)
    if slot.kind not in _FOLDED_KINDS:
        return _filter_by_prefix(typed, candidates)
    from promisectl.domain import spelling

    everything, wanted = list(candidates), spelling.fold_for_search(typed)
    return [*_filter_by_prefix(typed, everything)] or [
        candidate
        for candidate in everything
        if spelling.fold_for_search(candidate[0]).startswith(wanted)
    ]


def iter_command_candidates(env: Env, line: TypedLine) -> Iterator[Candidate]:
    """Return the commands that can come next, and the aliases of the config."""
    for name, about in line.next_commands.items():
        yield name, completion.format_word_completion(about, env.width)
    if line.command in ("", "help"):
        for name, expansion in line.aliases().items():
            if name not in line.next_commands:
                yield name, completion.format_word_completion(expansion, env.width)


def _iter_option_candidates(env: Env, line: TypedLine, current: str) -> Iterator[Candidate]:
    """Return the options that are not typed yet, or may be repeated."""
    for option in line.options:
        name = next((name for name in option.names if name.startswith(current)), "")
        if name and (option.repeat or option.names[0] not in line.values):
            yield name, completion.format_word_completion(option.about, env.width)


def _iter_slot_candidates(env: Env, line: TypedLine, slot: WordSlot) -> Iterable[Candidate]:
    """Return the words of a kind that are not typed yet.

    They come from the ledger and the moment that the typed line names.
    """
    typed = line.values.get(slot.option, ()) if slot.option else line.arguments
    typed_words = {*typed, *(arguments.spell_numbers(typed) if slot.kind == "ID" else ())}
    candidates: Iterable[Candidate] = ()
    if slot.choices:
        candidates = (
            (word, completion.format_word_completion(about, env.width))
            for word, about in slot.choices
        )
    elif slot.kind in COMPLETERS:
        ledger, today = (line.values.get(name, [None])[-1] for name in ("--ledger", "--today"))
        line_env = env.copy_elsewhere(ledger=ledger, today=today)
        candidates = COMPLETERS[slot.kind](line_env, line, slot)
    return (candidate for candidate in candidates if candidate[0] not in typed_words)


# The kinds of values


def iter_number_candidates(env: Env, line: TypedLine, slot: WordSlot) -> Iterator[Candidate]:
    """Return the promises that the command can move, or all; open ones first, then the newest."""
    here = LocalMoment(env.now, env.zone)
    command = "" if slot.option else line.command
    with _open_candidate_view(env) as (db, clock):
        for row in stored_completion.iter_completion_promises(db, clock, command):
            yield str(row["id"]), completion.format_promise_completion(row, here, env.width)


def iter_person_candidates(env: Env, _line: TypedLine, slot: WordSlot) -> Iterator[Candidate]:
    """Return all people by handle; an option also takes `me`."""
    with _open_candidate_view(env) as (db, _):
        for handle, name in stored_completion.list_completion_people(db):
            yield handle, completion.format_word_completion(name, env.width)
    if slot.option:
        yield "me", "Yourself"


def iter_tag_candidates(env: Env, line: TypedLine, _slot: WordSlot) -> Iterator[Candidate]:
    """Return all tags, the most used first; for `untag`, those of the promise."""
    number = None
    if line.command == "untag" and line.arguments:
        number = line.arguments[0].removeprefix("#")
    with _open_candidate_view(env) as (db, clock):
        for tag, count in stored_completion.count_completion_tags(db, clock, number):
            yield tag, format_count(count, "promise")


def _open_candidate_view(env: Env) -> Any:
    clock = QueryClock(*map(encode_instant, env.read_clock()))
    return stored_completion.open_completion_snapshot(env.ledger_file, clock)


def iter_date_candidates(env: Env, line: TypedLine, slot: WordSlot) -> Iterator[Candidate]:
    """Return everyday words for dates, each with the day or the time that it means here.

    Options for the past get past days, all others the days ahead.
    """
    if (line.command, slot.option) == _OWN_DUE_DATE:
        about = "the due date of each promise"
        yield constants.DUE_DATE_WORD, completion.format_word_completion(about, env.width)
    past = slot.option in _PAST_DATE_OPTIONS and (line.command, slot.option) != _FUTURE_END
    for words, when in arguments.list_date_words(env, past=past).items():
        yield words, civil.format_civil(when.civil).replace(", end of day", "")


def iter_profile_candidates(env: Env, _line: TypedLine, _slot: WordSlot) -> Iterator[Candidate]:
    """Return the programs whose files import can read, those of the config first."""
    from promisectl.commands import import_profile
    from promisectl.records import profiles

    own = import_profile.list_config_profiles(env)
    names = {profile.name: profile.title for profile in (*profiles.load_profiles(), *own)}
    for name in dict.fromkeys((*(profile.name for profile in own), *names)):
        yield name, completion.format_word_completion(names[name], env.width)
    yield profiles.NO_PROFILE_NAME, "A file with the fields of promisectl"


COMPLETERS: dict[str, Callable[[Env, TypedLine, WordSlot], Iterable[Candidate]]] = {
    "ID": iter_number_candidates,
    "PERSON": iter_person_candidates,
    "INTO": iter_person_candidates,
    "TAG": iter_tag_candidates,
    "WHEN": iter_date_candidates,
    "FILE": lambda *_: [FILE_CANDIDATE],
    "PATH": lambda *_: [FILE_CANDIDATE],
    "PROGRAM": iter_profile_candidates,
}
"""What completes a kind of value, by its metavar; fixed words come with the declaration."""
FREE_KINDS = (
    "LINE",
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
    "COLUMN",
    "COLUMN=VALUE",
    "VALUE",
    "HEAD",
)
"""Kinds of values that are not completed: free texts, numbers, new names."""
