"""G4: disks that fail, disks that are full, files that may not be touched: nothing is damaged, and no answer is wrong."""

import ctypes
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import NamedTuple

from tests.guarantees.harness import aftermath, injecting, scenes
from tests.guarantees.harness.aftermath import Plan
from tests.guarantees.harness.injecting import Call, Ran, World
from tests.guarantees.harness.proof import SAMPLE, Found, Proof, Size, Step
from tests.guarantees.harness.scenes import Scene

_DONE, _ASKED, _REFUSED, _RECORDED = 0, 2, 5, 7
_SENTENCE = re.compile(r"promisectl: .*(\.|'| What you typed is kept: \S+|promisectl [a-z -]+)")
_WAY_OUT = re.compile(
    r"\b(See|Try|Free|Keep|Choose|Restore|Mount|Move|Name|Fix|Repair|Set|Update|see|try|add)\b"
)
_EITHER = re.compile(r"may or may not be (recorded|restored)")

_NAMES = "link", "mkdir", "rename", "unlink"
_ONCE = {
    "ENOSPC": ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "link", "mkdir", "rename"),
    "EACCES": ("openat", "newfstatat", "fchown", *_NAMES),
    "EINTR": ("openat", "pwrite64", "write", "fsync", "fdatasync"),
    "EMFILE": ("openat",),
}
"""The errors besides EIO, and the calls that end with them."""
_OF_THE_DISK = "openat", "pread64", "pwrite64", "fsync", "fdatasync", "ftruncate", *_NAMES
_TELLING = "fsync", "fdatasync", "unlink", "link", "rename"
_PAGE = 4096


class Blow(NamedTuple):
    """An error at one call of a scene, or from there on at all that go to the disk."""

    error: str
    for_ever: bool = False


# One case


def struck(plan: Plan, place: int, blow: Blow) -> list[str]:
    """What is wrong when a file call of a scene ends with an error: nothing is damaged, and what is said is true."""
    call = plan.calls[place]
    world = injecting.world()
    world.lay(plan.template)
    ran = world.run(plan.scene.words, trace=_trace(plan, place, blow))
    faults = judged(plan, ran, view=place % 2 == 0, either=blow.for_ever)
    if not blow.for_ever and not any(call.same(other) for other in ran.calls):
        faults.append(f"it never came to this call; it ended with {ran.code}")
    when = f"from {call} on" if blow.for_ever else f"at {call}"
    return [f"{plan.scene.name}, {blow.error} {when}: {fault}" for fault in faults]


def _trace(plan: Plan, place: int, blow: Blow) -> list[str]:
    call = plan.calls[place]
    if not blow.for_ever:
        return [
            "-e",
            f"trace={call.name}",
            "-e",
            f"inject={call.name}:error={blow.error}:when={call.nth}",
        ]
    words = ["-e", f"trace={','.join(_OF_THE_DISK)}"]
    for name in _OF_THE_DISK:
        later = [other.nth for other in plan.calls[place:] if other.name == name]
        earlier = [other.nth for other in plan.calls[:place] if other.name == name]
        words += [
            "-e",
            f"inject={name}:error={blow.error}:when={min(later, default=max(earlier, default=0) + 1)}+",
        ]
    return words


def judged(plan: Plan, ran: Ran, *, view: bool, either: bool) -> list[str]:
    """What is wrong with what a run said, measured by what is there: nothing."""
    faults = list(_wrongly_said(plan, ran))
    uncertain = either and _EITHER.search(ran.stderr)
    looked = aftermath.looked(
        plan, view=view, answered=ran.code in (_DONE, _RECORDED) and not uncertain
    )
    if ran.code in (_ASKED, _REFUSED) and not looked.old:
        faults.append(f"it was refused, and yet it is there: {ran.stderr.strip()}")
    return [*faults, *looked.faults]


def _wrongly_said(plan: Plan, ran: Ran) -> Iterator[str]:
    said = ran.stderr.strip()
    if (
        ran.code not in (_DONE, _REFUSED, _RECORDED) and not _asked_for(ran)
    ) or "Traceback" in said:
        yield f"it ended with {ran.code}: {said[-2000:]}"
    elif ran.code == _DONE and injecting.plain(ran.stdout) != plan.said.stdout:
        yield f"it ended well, and answered {ran.stdout!r}"
    elif ran.code != _DONE:
        sentence = said.splitlines()[-1] if said else ""
        if not _SENTENCE.fullmatch(sentence):
            yield f"it ended with {ran.code}, and said {said!r}"
        elif not _WAY_OUT.search(sentence) and not _asked_for(ran):
            yield f"it names no way out: {sentence!r}"


def _asked_for(ran: Ran) -> bool:
    """Whether what is refused is a file that is to be imported, or what an editor left, which is a matter of what was asked for."""
    refused = "~/files/" in ran.stderr and "Can't read " in ran.stderr
    edited = "What you typed is kept: " in ran.stderr or "so nothing was changed." in ran.stderr
    return ran.code == _ASKED and (refused or edited)


# Limits of the system, instead of single calls


def limited(plan: Plan, most: int) -> list[str]:
    """The same where no file may grow beyond a size."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    world = injecting.world()
    world.lay(plan.template)
    ran = world.run(plan.scene.words, before=limit)
    return [
        f"{plan.scene.name}, no file beyond {most} bytes: {fault}"
        for fault in judged(plan, ran, view=True, either=True)
    ]


def filled(plan: Plan, free: int) -> list[str]:
    """The same on a disk that has so many pages left."""
    world = injecting.world()
    world.lay(plan.template)
    filler = world.root / "filler"
    with filler.open("wb") as file:
        file.write(b"\0" * _PAGE * (os.statvfs(world.root).f_bavail - free))
    ran = world.run(plan.scene.words)
    filler.unlink()
    return [
        f"{plan.scene.name}, {free} pages free: {fault}"
        for fault in judged(plan, ran, view=True, either=True)
    ]


def locked(plan: Plan, how: str) -> list[str]:
    """The same where the directories, the files or the whole disk may only be read; then a view answers as ever."""
    world = injecting.world()
    world.lay(plan.template)
    with _LOCKS[how](world):
        ran = world.run(plan.scene.words, before=_powerless)
    faults = judged(plan, ran, view=True, either=False)
    if plan.scene in scenes.VIEWS[:-2] and how != _UNREADABLE and ran.code != _DONE:
        faults.append(f"a view ended with {ran.code}: {ran.stderr}")
    return [f"{plan.scene.name}, {how}: {fault}" for fault in faults]


@contextmanager
def _modes(world: World, mode: int, *, files: bool) -> Iterator[None]:
    paths = [world.home / place for place in ("data", "state", "files")]
    paths += [path for place in paths for path in place.rglob("*")]
    chosen = {path: path.stat().st_mode for path in paths if path.is_file() == files}
    for path in chosen:
        path.chmod(mode)
    yield
    for path, before in chosen.items():
        path.chmod(before)


@contextmanager
def _remounted(world: World) -> Iterator[None]:
    _mount(world, 0x21)
    yield
    _mount(world, 0x20)


_UNREADABLE = "files that may not be read"
_LOCKS: dict[str, Callable[[World], object]] = {
    "directories that may only be read": partial(_modes, mode=0o500, files=False),
    "files that may only be read": partial(_modes, mode=0o400, files=True),
    _UNREADABLE: partial(_modes, mode=0o000, files=True),
    "a disk that may only be read": _remounted,
}


def _powerless() -> None:
    """Take from root what lets it open every file."""
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capset(header, none)


def _own_disk(world: World) -> None:
    """Give this process a small disk of its own in memory, which nobody else sees, where the system allows that."""
    libc, user, group = ctypes.CDLL(None), os.getuid(), os.getgid()
    if libc.unshare(0x10020000) == 0:  # mounts and users of its own
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"0 {user} 1"),
            ("gid_map", f"0 {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
        _mount(world, 0)


def _mount(world: World, flags: int) -> None:
    ctypes.CDLL(None).mount(
        b"tmpfs", os.fsencode(world.root), b"tmpfs", ctypes.c_ulong(flags), b"size=8m"
    )


def _has_own_disk() -> bool:
    return os.path.ismount(injecting.world().root)


# All of them

_CHOSEN = (
    "make (founding)",
    "make --once",
    "note",
    "person merge",
    "edit",
    "import (csv)",
    "import (journal)",
)
_FEW = (
    *(scene for scene in scenes.MOVES if scene.name in _CHOSEN),
    *scenes.VIEWS,
    *(scene for scene in scenes.COPIES if scene.begins in ("full", "damaged")),
    *scenes.UPGRADES[:1],
)
"""Commands of every kind; the others do with the disk what one of these does."""
_SIZES = sorted({0, 1, 511, 512, 513, *(page * _PAGE - page % 2 for page in range(1, 48))})
_PAGES = range(60)
Case = tuple[Callable[..., list[str]], tuple[object, ...]]


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    note = [scene for scene in scenes.MOVES if scene.name == "note"]
    if mutant:
        return _run(SAMPLE, mutant, step, note, _telling)
    if size.whole:
        wanted = [*scenes.MOVES, *(scene for scene in _FEW if scene not in scenes.MOVES)]
        single = _run(size, None, step, wanted, _errors)
    else:
        single = _run(
            size, None, step, [scenes.FOUNDING, *note, scenes.COPIES[3], scenes.VIEWS[5]], _errors
        )
    full = _run(size, None, step, _FEW if size.whole else note, _full, _own_disk)
    figures = f"{single.tried:,} with errors and limits, {full.tried:,} on disks that were full or could only be read"
    return Found(single.tried + full.tried, (*single.faults, *full.faults), figures)


def _run(
    size: Size,
    mutant: str | None,
    step: Step,
    wanted: Iterable[Scene],
    cases: Callable[[Size, Plan], Iterable[Case]],
    also: Callable[[World], object] | None = None,
) -> Found:
    with injecting.workers(mutant, 2 if size.whole else 1, also) as (pool, root):
        if also and not pool.submit(_has_own_disk).result():
            return Found(0, ())
        return _all(
            pool,
            step,
            list(
                chain.from_iterable(
                    cases(size, plan) for plan in aftermath.plans(pool, root, wanted)
                )
            ),
        )


def _all(pool: Executor, step: Step, cases: list[Case]) -> Found:
    faults: list[str] = []
    for done, found in enumerate(pool.map(_case, *zip(*cases, strict=True), chunksize=8), 1):
        faults += found
        step(done, len(cases))
    return Found(len(cases), faults)


def _case(function: Callable[..., list[str]], about: tuple[object, ...]) -> list[str]:
    return function(*about)


def _telling(_size: Size, plan: Plan) -> Iterator[Case]:
    """An error where SQLite is told whether all is on the disk."""
    for place, call in enumerate(plan.calls):
        if call.name in _TELLING:
            yield struck, (plan, place, Blow("EIO"))


def _errors(size: Size, plan: Plan) -> Iterator[Case]:
    """EIO at every call; and for some commands every other error, the end of the disk, and limits."""
    blows = [(place, Blow("EIO")) for place in range(len(plan.calls))]
    if plan.scene in _FEW:
        blows += [
            (place, Blow(error))
            for place, call in enumerate(plan.calls)
            for error in _possible(call)
        ]
        blows += [
            (place, Blow("EIO", for_ever=True))
            for place, call in enumerate(plan.calls)
            if call.name in _OF_THE_DISK[2:]
        ]
    for place, blow in blows if size.whole else size.some(blows, 6):
        yield struck, (plan, place, blow)
    if not size.whole:
        yield from _telling(size, plan)
    if plan.scene in _FEW:
        yield from ((limited, (plan, most)) for most in size.some(_SIZES, 2))
        yield from ((locked, (plan, how)) for how in [*_LOCKS][:-1])


def _possible(call: Call) -> list[str]:
    errors = [error for error, names in _ONCE.items() if call.name in names]
    return [*errors, *(["ENOSPC"] if call.name == "openat" and "O_CREAT" in call.said else [])]


def _full(size: Size, plan: Plan) -> Iterator[Case]:
    """A disk with so many pages left, and one that may only be read."""
    yield from ((filled, (plan, free)) for free in size.some(_PAGES, 3))
    yield locked, (plan, [*_LOCKS][-1])


PROOF = Proof(
    guarantee="G4",
    says="a full disk or an I/O error neither damages nor lies",
    counts="troubles",
    goal="0 damaged, 0 wrong answers, 0 tracebacks",
    tried=_tried,
    mutants=("errors swallowed",),
)
