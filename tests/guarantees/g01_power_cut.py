"""G1: what was acknowledged is on the disk, power cut included.

A story of commands is told to the real program, each recorded by strace (see `recording`). Every disk that a power cut may leave of each of
them (see `states`) is put together, and opened as a view opens it. It has to be sound, and to hold what was there before the command or
after it, and once the command had said a word what is there after; a move made on it has to work.
"""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from random import Random
from typing import NamedTuple

from promisectl import errors
from promisectl.storage import ledger
from promisectl.storage.integrity import checks
from promisectl.storage.journal import Journal
from tests.guarantees.harness import story
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.recording import Recording, lay
from tests.guarantees.harness.states import Cuts, State, states, told
from tests.storage import next_step

_MOMENTS, _EACH = 100, 12
_BIG = 2**19  # bytes
_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_LEFT_OVER = (".new", "-journal", "-wal", "-shm")
_BACKUPS = "/backups/"
_CORES = 2


class Seen(NamedTuple):
    """What is found on a disk: of every ledger a sum over all that is in it, of every other file one over its bytes."""

    sums: Mapping[str, str]

    def differs(self, allowed: Sequence["Seen"]) -> list[str]:
        """The files that are as none of these has them."""
        paths = set(self.sums).union(*(one.sums for one in allowed))
        return sorted(
            path
            for path in paths
            if self.sums.get(path) not in {one.sums.get(path) for one in allowed}
        )

    def lacks(self, after: "Seen", before: Sequence["Seen"]) -> list[str]:
        """The backups that are to come before a change, and are not there although it is."""
        changed = [
            path
            for path in self.sums
            if self.sums[path] == after.sums.get(path) not in {one.sums.get(path) for one in before}
        ]
        backups = {path for path in after.sums if _BACKUPS in path}
        return (
            sorted(path for path in backups if path not in self.sums)
            if {*changed} - backups
            else []
        )


class Tally(NamedTuple):
    """What came of one recording: how many different disks, how many of them after the first word, and what was wrong."""

    states: int
    acknowledged: int
    faults: tuple[str, ...]


class _How(NamedTuple):
    """How a recording is tried: what the dice begin with, how many moments, states of each, and whether the ledger has to be sound at last."""

    seed: int
    moments: int
    each: int
    healthy: bool


def look(root: Path) -> Seen:
    """What is in a home, as the program reads it. Raises Problem or sqlite3.Error when a ledger is not sound."""
    sums = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.endswith(_LEFT_OVER):
            sums[str(path.relative_to(root))] = (
                _sum_of(path)
                if path.suffix == ".db"
                else hashlib.sha256(path.read_bytes()).hexdigest()
            )
    return Seen(sums)


def _sum_of(path: Path) -> str:
    with _opened(path) as db:
        wrong = [
            tuple(row)
            for row in chain(
                db.execute("PRAGMA integrity_check"), db.execute("PRAGMA foreign_key_check")
            )
        ]
        if wrong != [("ok",)]:
            raise sqlite3.DatabaseError(f"{path.name}: {wrong[:3]}")
        sum_ = hashlib.sha256()
        for name, text in db.execute(
            "SELECT name, sql FROM main.sqlite_schema ORDER BY name"
        ).fetchall():
            sum_.update(f"{name}: {text}\n".encode())
            if text and text.startswith("CREATE TABLE"):
                for row in db.execute(f'SELECT * FROM main."{name}"'):
                    sum_.update(repr(tuple(row)).encode())
        for setting in ("user_version", "application_id", "journal_mode"):
            sum_.update(repr(tuple(db.execute(f"PRAGMA main.{setting}").fetchone())).encode())
        return sum_.hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A ledger as a view opens it; one that a mutant put into WAL mode, which every view refuses, as SQLite does, so that a loss is seen."""
    with ExitStack() as stack:
        try:
            db = stack.enter_context(ledger.open_snapshot(str(path)))
        except errors.WalModeLedger:
            db = stack.enter_context(closing(sqlite3.connect(path)))
        yield db


def _move(path: Path) -> None:
    """One more command on a ledger, whatever lies beside it; a new one is founded where there is none. Raises Problem or sqlite3.Error."""

    def work(db: sqlite3.Connection) -> tuple[int, int]:
        (newest,) = db.execute("SELECT max(id) FROM entry").fetchone()
        return newest or 0, Journal(db, _NOW, "note").entry

    newest, entry = ledger.run_in_transaction(str(path), work)
    if entry != newest + 1:
        raise sqlite3.DatabaseError(f"a move made afterwards got the number {entry} after {newest}")


class _Trial:
    """The states of one recording, put to the test one by one."""

    def __init__(self, recording: Recording, place: Path, *, healthy: bool) -> None:
        self._recording = recording
        self._cuts = Cuts(recording)
        self._home = place / "home"
        self._ledger = self._home / recording.ledger
        self._after = self._there(
            recording.before.after(recording.calls).tree(without=recording.mapped)
        )
        if healthy:
            checks.ensure_intact(str(self._ledger))
        self._before = [
            self._there(disk.tree(without=recording.mapped)) for disk in recording.olds()
        ]
        self.size = sum(map(len, recording.before.files.values())) + 1
        self.known: set[bytes] = set()
        self.acknowledged = 0
        self.faults: list[str] = []

    def _there(self, tree: Mapping[str, bytes | None]) -> Seen:
        lay(tree, self._home)
        return look(self._home)

    def put(self, state: State) -> None:
        """Try one state, unless the same disk was tried already: that came later then, and had to hold as much."""
        tree = self._cuts.tree(state)
        sum_ = _sum(tree)
        if sum_ in self.known:
            return
        self.known.add(sum_)
        said = state.done >= self._recording.said
        self.acknowledged += said
        try:
            seen = self._there(tree)
            wrong = seen.differs(
                [self._after] if said else [self._after, *self._before]
            ) or seen.lacks(self._after, self._before)
            if not wrong:
                _move(self._ledger)
        except (errors.Problem, sqlite3.Error) as error:
            wrong = [f"{type(error).__name__}: {error}".replace(f"{self._home}/", "")]
        if wrong:
            lost = "what was acknowledged is lost" if said else "neither before nor after"
            self.faults.append(f"{told(self._recording, state)}. Then {lost}: {', '.join(wrong)}")


def _sum(tree: Mapping[str, bytes | None]) -> bytes:
    sum_ = hashlib.blake2b(digest_size=16)
    for path, content in sorted(tree.items()):
        sum_.update(f"{path}\0{'/' if content is None else len(content)}\0".encode())
        sum_.update(content or b"")
    return sum_.digest()


def _tried(recording: Recording, place: Path, how: _How) -> Tally:
    """Every state of one recording, opened."""
    knowing = next_step.known() if recording.later else nullcontext()
    with knowing, tempfile.TemporaryDirectory(prefix="states-", dir=place) as name:
        trial = _Trial(recording, Path(name), healthy=how.healthy)
        moments = min(how.moments, how.moments * _BIG // trial.size + 1)
        for state in states(recording, Random(how.seed), moments=moments, each=how.each):
            trial.put(state)
        return Tally(len(trial.known), trial.acknowledged, tuple(trial.faults))


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """The whole story with many states of each command, or a part of it with a few; a mutant's until it is found out."""
    tallies = []
    commands = story.length(sample=not size.whole)
    with tempfile.TemporaryDirectory(prefix="promisectl-power-", dir=_memory()) as name:
        place = Path(name)
        recordings = story.tell(place, sample=not size.whole, mutant=mutant)
        for tally in _tallies(recordings, place, size, mutant):
            tallies.append(tally)
            step(len(tallies), commands)
            if mutant and tally.faults:
                break
    acknowledged = sum(tally.acknowledged for tally in tallies)
    figures = f"{len(tallies)} commands, {acknowledged:,} of the states after the acknowledgement"
    return Found(
        sum(tally.states for tally in tallies),
        [fault for tally in tallies for fault in tally.faults],
        figures,
    )


def _tallies(
    recordings: Iterable[Recording], place: Path, size: Size, mutant: str | None
) -> Iterator[Tally]:
    """What comes of each recording: one after the other, or on both cores while the story is still told."""
    how = _How(size.seed, size.of(_MOMENTS, 12), size.of(_EACH, 4), healthy=not mutant)
    if mutant or not size.whole:
        yield from (_tried(recording, place, how) for recording in recordings)
        return
    with ProcessPoolExecutor(_CORES) as pool:
        yield from (
            one.result()
            for one in as_completed(
                [pool.submit(_tried, recording, place, how) for recording in recordings]
            )
        )


def _memory() -> str | None:
    """Where files are quickest, if there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


PROOF = Proof(
    guarantee="G1",
    says="What was acknowledged is on the disk, power cut included",
    counts="disk states that a power cut may leave",
    goal="at least 10,000 states, 0 corrupt, 0 lost",
    tried=tried,
    mutants=(
        "synchronous=NORMAL",
        "synchronous=FULL",
        "journal_mode=MEMORY",
        "journal_mode=WAL, synchronous=NORMAL",
        "founding without flushing names",
        "export without flushing",
    ),
)
