"""What can be typed next, each word with what it means: commands, options, numbers, people, tags, dates and fixed words."""

from __future__ import annotations

from itertools import islice

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.rendering import completion
from promisectl.rendering.formats import Here, count
from promisectl.storage import completion as stored
from promisectl.storage.queries import Clock
from promisectl.storage.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.commands.completion_line import Line, Slot
    from promisectl.env import Env

Candidate = tuple[str, str]

FILES: Candidate = ("", "FILE")
"""What asks the shell itself for files: a line without a value."""

_MOST = 100
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LOOK_BACK = ("--on", "--said", "--told", "--as-of", "--since", "--until")


def offered(env: Env, line: Line, current: str) -> Iterable[Candidate]:
    """What could stand where `current` is being typed, all of it beginning like that, and so much that it can be looked through."""
    return islice(_all(env, line, current), _MOST)


def _all(env: Env, line: Line, current: str) -> Iterable[Candidate]:
    name, sign, value = current.partition("=")
    if line.awaiting:
        return _beginning(current, _of(env, line, line.awaiting.slot))
    if sign and line.may_be_option(current):
        option = line.option(name)
        found = _beginning(value, _of(env, line, option.slot)) if option and option.kind else ()
        return ((f"{name}={one}" if one else one, about) for one, about in found)
    if line.may_be_option(current):
        return _options(env, line, current)
    if line.names:
        return _beginning(current, _commands(env, line))
    if line.next:
        return _beginning(current, _of(env, line, line.next))
    return () if current else _options(env, line, current)


def _beginning(typed: str, found: Iterable[Candidate]) -> Iterator[Candidate]:
    return (one for one in found if one[0].startswith(typed) or one == FILES)


def _commands(env: Env, line: Line) -> Iterator[Candidate]:
    for name, about in line.names.items():
        yield name, completion.text(about, env.width)
    if not line.command:
        for name, stands_for in line.aliases().items():
            if name not in line.names:
                yield name, completion.text(stands_for, env.width)


def _options(env: Env, line: Line, current: str) -> Iterator[Candidate]:
    """The options that are not given yet, or may be given again."""
    for option in line.options:
        name = next((name for name in option.names if name.startswith(current)), "")
        if name and (option.repeat or option.names[0] not in line.values):
            yield name, completion.text(option.about, env.width)


def _of(env: Env, line: Line, slot: Slot) -> Iterable[Candidate]:
    """The words of a kind that are not given yet."""
    said = {word.removeprefix("#") for word in (line.values.get(slot.option, ()) if slot.option else line.arguments)}
    offer = KINDS.get(slot.kind)
    found = _fixed(env, slot) if slot.choices else offer(_there(env, line), line, slot) if offer else ()
    return (one for one in found if one[0] not in said)


def _fixed(env: Env, slot: Slot) -> Iterator[Candidate]:
    return ((word, completion.text(about, env.width)) for word, about in slot.choices)


def _there(env: Env, line: Line) -> Env:
    """The world that the typed line would meet: its ledger, its moment."""
    path, today = (line.values.get(name, [None])[-1] for name in ("--ledger", "--today"))
    return env.elsewhere(ledger=path, today=today)


def _numbers(env: Env, line: Line, slot: Slot) -> Iterator[Candidate]:
    """Promises for which the move is open, or all; open ones first, then the newest that are over."""
    here = Here(env.now, env.zone)
    with _glance(env) as (db, clock):
        for row in stored.promises(db, clock, "" if slot.option else line.command):
            yield str(row["id"]), completion.promise(row, here, env.width)


def _people(env: Env, _line: Line, slot: Slot) -> Iterator[Candidate]:
    with _glance(env) as (db, _):
        for handle, name in stored.people(db):
            yield handle, completion.text(name, env.width)
    if slot.option:
        yield "me", "Myself"


def _tags(env: Env, line: Line, _slot: Slot) -> Iterator[Candidate]:
    """Every tag in use, the most used first; those of the promise alone where one is to be taken off."""
    number = line.arguments[0].removeprefix("#") if line.command == "untag" and line.arguments else None
    with _glance(env) as (db, clock):
        for tag, many in stored.tags(db, clock, number):
            yield tag, count(many, "promise")


def _glance(env: Env) -> Any:
    return stored.glance(env.ledger, Clock(*map(instant, env.clock())))


def _dates(env: Env, _line: Line, slot: Slot) -> Iterator[Candidate]:
    """A few everyday words, each with the day that it means here."""
    from promisectl.domain import dates

    past = slot.option in _LOOK_BACK
    days = [(civil.local(env.now, env.zone).weekday() + (-day if past else day)) % 7 for day in range(1, 8)]
    near, far = (("today", "yesterday"), ()) if past else (("today", "tomorrow"), ("+2w", "+4w"))
    for word in (*near, *(_WEEK[day] for day in days), *far):
        when = dates.read(word, env.now, env.zone, past=past)
        yield word, civil.show(when.civil).partition(",")[0]


KINDS: dict[str, Callable[[Env, Line, Slot], Iterable[Candidate]]] = {
    "ID": _numbers,
    "PERSON": _people,
    "INTO": _people,
    "TAG": _tags,
    "WHEN": _dates,
    "FILE": lambda *_: [FILES],
    "PATH": lambda *_: [FILES],
}
"""What completes a kind of value, by its metavar; fixed words come with the declaration."""
FREE = ("OUTCOME", "TEXT", "NEW", "ALIAS", "DISPLAY", "N", "DATE", "KEY", "WORD", "TIME", "THEIRS=OURS", "FIELD=VALUE", "HEAD")
"""Kinds that nobody can guess: what a person says, how many, which name."""
