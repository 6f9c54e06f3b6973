"""What a power cut may leave of a recording: the model of a disk, and the states it allows.

The model takes nothing for granted but what POSIX says of fsync, and is weaker than ext4, XFS, Btrfs and APFS are in their usual settings.
(After Pillai and others, “All File Systems Are Not Created Equal”, OSDI 2014, and SQLite's “Atomic Commit In SQLite”.) After a cut

- a file holds what was written before its last fsync or fdatasync, and of every later write any part: all of it, none, or some of its
  sectors of 512 bytes, whatever came of the writes before and after it. Cutting and filling up a file are such writes too.
- a file that had grown may have its new length already, with zeros or garbage where the data did not arrive.
- the names in a directory are those of its last fsync, and of the later changes to them any number of the first ones: they come to the
  disk in order, each whole, but independently of the data and of other directories. So fsync of a new file does not save its name.
- nothing else changes: a sector that was not written to stays, and what fsync has said to be on the disk is there.

Where there are only a few possibilities all are tried, and otherwise those at the edges (nothing, everything, all but one, one alone,
each place where a write can be torn), and of the rest as many as are asked for, drawn with a seed.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, product
from random import Random
from typing import NamedTuple, TypeVar

from tests.guarantees.harness.recording import (
    Call,
    Disk,
    Flush,
    Names,
    Recording,
    Resize,
    Write,
    put,
    renamed,
)

T = TypeVar("T")

_SECTOR, _PAGE = 512, 4096
_FEW = 4
_AFTERWARDS = 32  # states of a moment after the first word: where all was flushed there is one
_GARBAGE = bytes(range(255, 0, -1))


class Kept(NamedTuple):
    """What has come to the disk of one file's unflushed calls, and with what it was filled up to its new length, if it was."""

    calls: tuple[Write | Resize, ...]
    filled: bytes = b""


class State(NamedTuple):
    """What a power cut after so many calls has left: for some files what came to the disk of them, for directories how many changes."""

    done: int
    files: dict[int, Kept]
    directories: dict[int, int]


class _Moment:
    """A power cut after so many calls of a recording: what is on the disk for sure, and what is not."""

    def __init__(self, recording: Recording, done: int) -> None:
        self.done = done
        self.before = recording.before
        flushed: dict[int, int] = {}
        for place, call in enumerate(recording.calls[:done]):
            if isinstance(call, Flush):
                flushed[call.inode] = place
        self.sure: list[Call] = []
        self.files: dict[int, list[Write | Resize]] = {}
        self.directories: dict[int, list[Names]] = {}
        for place, call in enumerate(recording.calls[:done]):
            if isinstance(call, Flush):
                continue
            if place < flushed.get(call.inode, -1):
                self.sure.append(call)
            elif isinstance(call, Names):
                self.directories.setdefault(call.inode, []).append(call)
            else:
                self.files.setdefault(call.inode, []).append(call)


def states(recording: Recording, random: Random, *, moments: int, each: int) -> Iterator[State]:
    """The states that a power cut may leave at so many moments of a recording, the latest first: so many of each moment, or all there are.

    What the first word was said after comes first: these are the states that have to hold it.
    """
    for done in _moments(recording, random, moments):
        moment = _Moment(recording, done)
        # Before the first word a state without the last call is one of an earlier moment. After it, what matters is when it was said.
        last = recording.calls[done - 1] if 0 < done < recording.said else None
        yield from _of(
            moment, last, random, each if done < recording.said else max(each, _AFTERWARDS)
        )


def _moments(recording: Recording, random: Random, most: int) -> list[int]:
    """After which numbers of calls the power is cut: nothing new can be found where something was only flushed."""
    calls = recording.calls
    telling = [
        done for done in range(recording.said) if not done or not isinstance(calls[done - 1], Flush)
    ]
    edges = [
        done
        for done in telling
        if done + 1 >= recording.said
        or not isinstance(calls[done], Write)
        or not isinstance(calls[done - 1], Write)
    ]
    others = sorted({*telling} - {*edges})
    chosen = [
        *_some(edges, most, random),
        *_some(others, max(0, most - len(edges)), random),
        *range(recording.said, len(calls) + 1),
    ]
    return sorted(chosen, reverse=True)


def _of(moment: _Moment, last: Call | None, random: Random, most: int) -> Iterator[State]:
    """States of one moment; in all of them something of the `last` call has come to the disk, if one is named."""
    files = [(inode, _kept(calls, last, random, most)) for inode, calls in moment.files.items()]
    numbers = [(inode, _numbers(changes, last)) for inode, changes in moment.directories.items()]
    choices: list[tuple[int, Sequence[Kept | int]]] = [*files, *numbers]
    every = [possible for _, possible in choices]
    for chosen in _drawn(every, random, most):
        named = {inode: one for (inode, _), one in zip(choices, chosen, strict=True)}
        kept = {inode: one for inode, one in named.items() if isinstance(one, Kept)}
        yield State(
            moment.done, kept, {inode: one for inode, one in named.items() if isinstance(one, int)}
        )


def _drawn(every: Sequence[Sequence[T]], random: Random, most: int) -> Iterator[tuple[T, ...]]:
    """All combinations where they are not too many, else each possibility alone beside everything else whole, and others by chance."""
    size = 1
    for possible in every:
        size *= len(possible)
    if size <= most:
        yield from product(*every)
        return
    whole = [possible[0] for possible in every]
    alone = [
        (*whole[:place], one, *whole[place + 1 :])
        for place, possible in enumerate(every)
        for one in possible[1:]
    ]
    yield tuple(whole)
    yield from _some(alone, most // 2, random)
    for _ in range(most // 2):
        yield tuple(random.choice(possible) for possible in every)


def _numbers(changes: Sequence[Names], last: Call | None) -> list[int]:
    """How many of the changes to the names of a directory have come to the disk."""
    return [len(changes)] if changes[-1] is last else list(range(len(changes), -1, -1))


def _kept(
    calls: Sequence[Write | Resize], last: Call | None, random: Random, most: int
) -> list[Kept]:
    """What can have come to the disk of a file's unflushed calls, everything first."""
    *others, end = calls
    ends = [(end,), *_torn(end, random), *([] if end is last else [()])]
    earlier = list(_subsets(others, random, most))
    found = [Kept((*earlier[0], *one)) for one in ends]
    found += [
        Kept((*one, *random.choice(ends[:1] if random.random() < 0.5 else ends)))
        for one in earlier[1:]
    ]
    found += [Kept(_by_pages(calls, random)) for _ in range(min(most // 4, len(others)))]
    if any(isinstance(call, Write) for call in calls):
        found += [
            Kept(found[place].calls if place else (), filled)
            for filled in (bytes(1), _GARBAGE)
            for place in {0, random.randrange(len(found))}
        ]
    return found


def _subsets(calls: Sequence[T], random: Random, most: int) -> Iterator[tuple[T, ...]]:
    """Parts of what was written, everything first: all parts of a few, else those at the edges and some by chance."""
    number = len(calls)
    if number <= _FEW:
        yield from (
            tuple(call for place, call in enumerate(calls) if not mask >> place & 1)
            for mask in range(2**number)
        )
        return
    yield from (tuple(calls), ())
    places = _some(range(number), most, random)
    yield from ((*calls[:place], *calls[place + 1 :]) for place in places)
    yield from ((calls[place],) for place in places)
    for _ in range(most // 2):
        yield tuple(call for call in calls if random.random() < 0.5)


def _torn(call: Write | Resize, random: Random) -> Iterator[tuple[Write, ...]]:
    """A write of which only the first sectors have arrived, each number of them, or some here and there."""
    sectors = _sectors(call) if isinstance(call, Write) else []
    yield from (tuple(sectors[:number]) for number in range(len(sectors) - 1, 0, -1))
    if len(sectors) > 1:
        yield tuple(sector for sector in sectors if random.random() < 0.5)


def _sectors(call: Write, size: int = _SECTOR) -> list[Write]:
    end = call.offset + len(call.data)
    borders = [call.offset, *range((call.offset // size + 1) * size, end, size), end]
    return [
        Write(call.inode, one, call.data[one - call.offset : other - call.offset])
        for one, other in pairwise(borders)
    ]


def _by_pages(calls: Sequence[Write | Resize], random: Random) -> tuple[Write | Resize, ...]:
    """As a system writes its memory out: every page of the file as it was at one moment, each at another."""
    pieces: list[Write | Resize] = list(
        chain.from_iterable(
            _sectors(call, _PAGE) if isinstance(call, Write) else [call] for call in calls
        )
    )
    pages = {piece.offset // _PAGE for piece in pieces if isinstance(piece, Write)}
    until = {page: random.randrange(len(pieces) + 1) for page in sorted(pages)}
    return tuple(
        piece
        for place, piece in enumerate(pieces)
        if isinstance(piece, Resize) or place < until[piece.offset // _PAGE]
    )


def _some(cases: Sequence[T], most: int, random: Random) -> list[T]:
    return list(cases) if len(cases) <= most else random.sample(cases, most)


class Cuts:
    """The trees that states of one recording come to, built one after the other: what is sure is put together once a moment."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._moment = _Moment(recording, 0)
        self._sure = recording.before

    def tree(self, state: State) -> dict[str, bytes | None]:
        """What is found after the power cut: the content of each file by its path, and None for a directory."""
        if self._moment.done != state.done:
            self._moment = _Moment(self._recording, state.done)
            self._sure = self._recording.before.after(self._moment.sure)
        disk = Disk(
            dict(self._sure.files),
            {inode: dict(names) for inode, names in self._sure.directories.items()},
        )
        for inode, kept in state.files.items():
            disk.files[inode] = self._content(disk.files[inode], self._moment.files[inode], kept)
        for inode, number in state.directories.items():
            for change in self._moment.directories[inode][:number]:
                renamed(disk.directories[inode], change.now)
        return disk.tree(without=self._recording.mapped)

    def _content(self, sure: bytes, calls: Iterable[Write | Resize], kept: Kept) -> bytes:
        content = bytearray(sure)
        if kept.filled:
            whole = bytearray(sure)
            for call in calls:
                put(whole, call)
            missing = len(whole) - len(content)
            content += (kept.filled * (missing // len(kept.filled) + 1))[: max(0, missing)]
        for call in kept.calls:
            put(content, call)
        return bytes(content)


def told(recording: Recording, state: State) -> str:
    """The state in words, so that it can be thought through."""
    disk = recording.before.after(recording.calls[: state.done])
    names = {inode: path for path, inode in disk.places()}
    parts = []
    for inode, kept in state.files.items():
        where = ", ".join(
            f"{len(one.data)} at {one.offset}" if isinstance(one, Write) else f"cut to {one.size}"
            for one in kept.calls[:20]
        )
        filled = (
            f", filled up with {'zeros' if not any(kept.filled) else 'garbage'}"
            if kept.filled
            else ""
        )
        parts.append(
            f"of {names.get(inode, f'nameless {inode}')} arrived [{where}{', …' if len(kept.calls) > 20 else ''}]{filled}"
        )
    parts += [
        f"{number} new names in {names.get(inode, 'the home')}/"
        for inode, number in state.directories.items()
    ]
    return f"{recording.words}: power cut after call {state.done} of {len(recording.calls)}; {'; '.join(parts) or 'all was flushed'}"
