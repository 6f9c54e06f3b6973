"""G4 with a server: the disk of a machine fails under its copy; the answer is what the server has, and the next command repairs the copy.

Once the server has committed, every file call of the copy fails, or the command is killed there: the move is recorded, and is answered as ever.
"""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from tests.guarantees.harness import injecting, scenes, servers
from tests.guarantees.harness.injecting import Call, Ran, World, plain
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.scenes import Scene
from tests.guarantees.harness.servers import Schema, Template

_ALL = ("-e", "trace=%file,%desc,%network")
_DONE, _USAGE, _REFUSED, _KILLED = 0, 2, 5, -9
_DATA = "data"
_FULL_DISK = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "openat")
_SAMPLE = ("note",)
_EARLY = ("make (founding)", "note", "undo", "person merge", "import (csv)")
"""Commands of every kind; before the COMMIT the others do with the disk what one of these does."""


class Blow(NamedTuple):
    """What happens at a file call: an error, or SIGKILL."""

    what: str

    def inject(self, call: Call) -> tuple[str, ...]:
        """The words for strace."""
        how = "signal=KILL" if self.what == "SIGKILL" else f"error={self.what}"
        return ("-e", f"trace={call.name}", "-e", f"inject={call.name}:{how}:when={call.nth}")


class Known(NamedTuple):
    """A scene that went well: the copy before and after it, what it printed, its file calls, and how many of them come after the COMMIT."""

    scene: Scene
    template: Template
    before: str
    after: str
    stdout: str
    calls: Sequence[Call]
    late: int


class Place:
    """A world and the schema that only it uses."""

    def __init__(self, world: World, schema: Schema) -> None:
        self._world, self.schema = world, schema

    def lay(self, template: Template) -> None:
        """Begin anew."""
        template.lay(self._world.home, self.schema, self.schema.address, _DATA)
        for name in (_DATA, "state", "tmp"):
            (self._world.home / name).mkdir(exist_ok=True)
        os.environ["PROMISECTL_LEDGER"] = self.schema.address

    @property
    def copy(self) -> Path:
        """Where the copy is."""
        return servers.find_copy(self._world.home, self.schema.address, _DATA)

    def describe_copy(self) -> str:
        """All that is in the copy."""
        return scenes.content(self.copy) if self.copy.exists() else "no copy"

    def learn(self, scene: Scene, template: Template) -> Known:
        """Let a scene go well, and note its file calls."""
        self.lay(template)
        before = self.describe_copy()
        ran = self._world.run(scene.words, trace=_ALL)
        assert ran.code == _DONE, ran
        log = (self._world.root / "log").read_text(errors="replace").splitlines()
        *_, commit, _ = (place for place, line in enumerate(log) if line.startswith("sendto("))
        late = sum(f"{self._world.home}/" in line for line in log[commit:])
        assert 0 < late < len(ran.calls), (scene, late, len(ran.calls))
        return Known(
            scene, template, before, self.describe_copy(), plain(ran.stdout), ran.calls, late
        )

    def strike(self, known: Known, number: int, blow: Blow) -> list[str]:
        """What is wrong when a file call of a scene fails: nothing."""
        call, is_late = known.calls[number], number >= len(known.calls) - known.late
        self.lay(known.template)
        head = self.schema.find_head()
        ran = self._world.run(known.scene.words, trace=blow.inject(call))
        is_recorded = self.schema.find_head() != head
        faults = []
        if not any(call.same(other) for other in ran.calls):
            faults.append(f"it never came to this call; it ended with {ran.code}")
        if is_late and not is_recorded:
            faults.append("it is not recorded")
        if blow.what == "SIGKILL":
            if ran.code != _KILLED:
                faults.append(f"it was to be killed, and ended with {ran.code}")
        elif ran.code not in _find_allowed_codes(ran, is_late=is_late) or "Traceback" in ran.stderr:
            faults.append(f"it ended with {ran.code}: {ran.stderr[-700:]}")
        elif is_recorded != (ran.code == _DONE):
            faults.append(
                f"it ended with {ran.code}, and it is {'' if is_recorded else 'not '}recorded: {ran.stderr[-300:]}"
            )
        elif ran.code == _DONE and plain(ran.stdout) != known.stdout:
            faults.append(f"it printed {ran.stdout!r}")
        faults += self._look(known, is_recorded=is_recorded)
        when = "after the COMMIT" if is_late else "before the COMMIT"
        return [f"{known.scene.name}, {blow.what} {when} at {call}: {fault}" for fault in faults]

    def _look(self, known: Known, *, is_recorded: bool) -> Iterator[str]:
        seen = self._world.look(("list", "--all", "--json"))
        if seen.code or seen.stderr:
            yield f"a view after it ends with {seen.code}: {seen.stderr[-500:]}"
        wanted = known.after if is_recorded else known.before
        if self.describe_copy() != wanted:
            yield f"half done: the copy holds {self.describe_copy()}; before it was {known.before}, after it {known.after}"
        if self.copy.exists():
            yield from servers.compare_with_copy(self.schema, self.copy)


def _find_allowed_codes(ran: Ran, *, is_late: bool) -> tuple[int, ...]:
    if is_late:
        return (_DONE,)
    is_import_unread = "Can't read ~/files/" in ran.stderr
    return (_DONE, _REFUSED, *((_USAGE,) if is_import_unread else ()))


_place: list[Place] = []


def _enter_place(world: World, database: str) -> None:
    """Use a database in this worker; its schemas have names that no other process uses."""
    servers.GIVEN[:] = [database]
    _place.append(Place(world, Schema(database, f"proof_of_{os.getpid()}")))


def _learn(scene: Scene, template: Template) -> Known:
    return _place[0].learn(scene, template)


def _strike(known: Known, number: int, blow: Blow) -> list[str]:
    return _place[0].strike(known, number, blow)


def _drop() -> None:
    _place[0].schema.drop()


def _iter_cases(known: Known, size: Size) -> Iterator[tuple[Known, int, Blow]]:
    """Every call after the COMMIT in every way, and for some commands a failure of every call before it."""
    first = len(known.calls) - known.late
    late = [
        (number, Blow(what))
        for number in range(first, len(known.calls))
        for what in ("EIO", "ENOSPC", "SIGKILL")
        if what != "ENOSPC" or known.calls[number].name in _FULL_DISK
    ]
    telling = [
        (number, blow)
        for number, blow in late
        if known.calls[number].name in ("pwrite64", "fsync", "fdatasync", "unlink")
    ]
    early = [(number, Blow("EIO")) for number in range(first) if known.scene.name in _EARLY]
    chosen = [*early, *late] if size.whole else [*size.some(early, 3), *size.some(telling, 6)]
    return ((known, number, blow) for number, blow in chosen)


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    wanted = [scene for scene in scenes.MOVES if size.whole or scene.name in _SAMPLE]
    database, number = servers.find_database(), 2 if size.whole else 1
    also = partial(_enter_place, database=database)
    faults: list[str] = []
    with injecting.workers(mutant, number, also) as (pool, _):
        learnt = [
            pool.submit(_learn, scene, servers.find_template(scene.begins)) for scene in wanted
        ]
        known = [one.result() for one in learnt]
        cases = [*chain.from_iterable(_iter_cases(one, size) for one in known)]
        if mutant:
            cases = [case for case in cases if case[1] >= len(case[0].calls) - case[0].late]
        for done, found in enumerate(pool.map(_strike, *zip(*cases, strict=True)), 1):
            faults += found
            step(done, len(cases))
        for _ in range(number):
            pool.submit(_drop)
    late = sum(number >= len(known.calls) - known.late for known, number, _ in cases)
    return Found(len(cases), faults, f"{len(known)} commands; {late} after the server's COMMIT")


PROOF = Proof(
    guarantee="G4",
    says="a disk that fails under the copy: the answer is what the server has, and the next command repairs the copy",
    counts="troubles",
    goal="0 wrong answers, 0 damaged",
    tried=_tried,
    mutants=("an error of the copy reported",),
    needs_server=True,
)
