"""G6: the first move on an older ledger is killed at every file call; and files that are no ledger of ours stay as they are."""

import gzip
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import product, repeat
from pathlib import Path

from promisectl.compiled import sql
from tests.guarantees.harness import aftermath, injecting, scenes
from tests.guarantees.harness.aftermath import Plan
from tests.guarantees.harness.injecting import World
from tests.guarantees.harness.kills import kill_everywhere
from tests.guarantees.harness.proof import Found, Proof, Size, Step

_LOOKS = (
    ("moves",),
    ("owe",),
    ("owed",),
    ("list", "--all"),
    ("list", "--as-of", "2026-11-22"),
    ("show", "1"),
    ("log",),
    ("week",),
    ("digest",),
    ("stats",),
    ("check",),
    ("people",),
    ("person", "show", "dana"),
    ("export",),
    ("export", "--acts"),
    ("export", "--journal"),
    ("import", "~/files/rows.csv", "--dry-run"),
    ("backup",),
    ("backup", "~/files/new.db"),
    ("backup", "~/files/mine.db", "--force"),
)
_COMMANDS = (*_LOOKS, *(scene.words for scene in scenes.MOVES))
_TABLES = "entry", "person", "alias", "act"


# What is no ledger


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def lay(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return lay


def _told(*statements: str) -> Callable[[Path], None]:
    def lay(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)

    return lay


def _instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def lay(path: Path) -> None:
        path.unlink()
        make(path)

    return lay


STRANGE: dict[str, Callable[[Path], None]] = {
    "an empty file": _bytes(lambda _: b""),
    "one byte": _bytes(lambda _: b"S"),
    "a text": _bytes(lambda _: b"Dear Dana,\nI promise.\n" * 500),
    "zeros": _bytes(lambda whole: b"\0" * len(whole)),
    "the first 16 bytes of a ledger": _bytes(lambda whole: whole[:16]),
    "the first 99 bytes of a ledger": _bytes(lambda whole: whole[:99]),
    "a ledger whose first 16 bytes are gone": _bytes(lambda whole: bytes(16) + whole[16:]),
    "a ledger compressed": _bytes(gzip.compress),
    "a ledger of a later step": _told(f"PRAGMA user_version = {sql.SCHEMA_STEP + 1}"),
    "a ledger of the last step there can be": _told("PRAGMA user_version = 2147483647"),
    "a ledger of no step": _told("PRAGMA user_version = 0"),
    "a ledger of a step below none": _told("PRAGMA user_version = -1"),
    "a database of another program": _told("PRAGMA application_id = 252006674"),
    "a database of nobody": _instead(
        _told("CREATE TABLE promise (id, text)", "INSERT INTO promise VALUES (1, 'a')")
    ),
    "a directory": _instead(Path.mkdir),
    "a pipe": _instead(os.mkfifo),
    "a link to nothing": _instead(lambda path: path.symlink_to("elsewhere.db")),
    "a link to a directory": _instead(lambda path: path.symlink_to("..")),
}
"""What may stand in the ledger's place and is none, made from a ledger."""


def refused(template: Path, name: str, words: tuple[str, ...]) -> list[str]:
    """What is wrong when a command meets a strange file: nothing, it says what it is in one sentence, and all stays as it was."""
    world = injecting.world()
    world.lay(template)
    STRANGE[name](world.ledger)
    before = _everything(world)
    ran = world.run(words)
    faults = []
    if (ran.code, ran.stdout) != (5, "") or not _is_one_sentence(ran.stderr):
        faults.append(
            f"ended with {ran.code}, and said {ran.stdout[:200]!r} and {ran.stderr[-500:]!r}"
        )
    after = _everything(world)
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    if changed:
        faults.append(
            f"changed {', '.join(f'{path} from {before.get(path)} to {after.get(path)}' for path in changed)}"
        )
    return [f"{name} in the ledger's place, then {' '.join(words)}: {fault}" for fault in faults]


def _is_one_sentence(said: str) -> bool:
    is_ended = said.endswith((".\n", "promisectl doctor\n"))
    return said.startswith("promisectl: ") and is_ended and said.count("\n") == 1


def _everything(world: World) -> dict[str, tuple[object, ...]]:
    """Every file below the home: its kind and mode, when it was changed, and what is in it."""
    found = {}
    for place in ("data", "state", "files"):
        for path in sorted((world.home / place).rglob("*")):
            about = path.lstat()
            inside = (
                hashlib.sha256(path.read_bytes()).hexdigest()[:12]
                if path.is_file()
                else path.is_symlink() and path.readlink()
            )
            when = None if path.is_dir() and not path.is_symlink() else about.st_mtime_ns
            found[str(path.relative_to(world.home))] = (oct(about.st_mode), when, inside)
    return found


# Upgrades


def kept(plan: Plan) -> list[str]:
    """What of an older ledger is not in the newer one as it was: nothing."""
    world = injecting.world()
    world.lay(plan.template)
    before = _rows(world)
    world.look(plan.scene.words)
    after = _rows(world)
    lost = [f"{table} {row}" for table, rows in before.items() for row in rows - after[table]]
    return [f"{plan.scene.name}: no longer as it was: {', '.join(lost)}"] if lost else []


def _rows(world: World) -> dict[str, set[tuple[object, ...]]]:
    with closing(sqlite3.connect(world.ledger)) as db:
        columns = {"entry": "id, command, recorded_at"}
        return {
            table: set(db.execute(f"SELECT {columns.get(table, '*')} FROM {table}"))
            for table in _TABLES
        }


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    if mutant == "strange files opened":
        return _strange(
            size, mutant, step, ("a database of nobody", "a ledger of a later step"), _COMMANDS[::6]
        )
    if mutant:
        return kill_everywhere(size, mutant, step, scenes.UPGRADES[:1])
    kills = kill_everywhere(size, mutant, step, size.some(scenes.UPGRADES, 2))
    meetings = _strange(size, mutant, step, tuple(STRANGE), _COMMANDS)
    figures = f"{kills.tried:,} kills, {meetings.tried:,} meetings of strange files with commands"
    return Found(kills.tried + meetings.tried, (*kills.faults, *meetings.faults), figures)


def _strange(
    size: Size,
    mutant: str | None,
    step: Step,
    names: Sequence[str],
    commands: Sequence[tuple[str, ...]],
) -> Found:
    with injecting.workers(mutant, 2 if size.whole else 1) as (pool, root):
        cases = list(_meetings(size, names, commands))
        moves = [scene for scene in scenes.UPGRADES if scene.words != ("undo",)]
        plan, *upgrades = aftermath.plans(pool, root, [scenes.MOVES[1], *moves])
        faults = [fault for one in pool.map(kept, upgrades) for fault in one]
        for done, found in enumerate(
            pool.map(
                refused, repeat(plan.template, len(cases)), *zip(*cases, strict=True), chunksize=8
            ),
            1,
        ):
            faults += found
            step(done, len(cases))
        return Found(len(cases) + len(upgrades), faults)


def _meetings(
    size: Size, names: Sequence[str], commands: Sequence[tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every strange file with every command; in a sample every file with some, and every command with some file."""
    for (place, name), (nth, words) in product(enumerate(names), enumerate(commands)):
        if size.whole or nth % len(names) == place:
            yield name, words


PROOF = Proof(
    guarantee="G6",
    says="upgrades are atomic; strange files are refused unchanged",
    counts="cases",
    goal="0 mixtures, 0 changed",
    tried=_tried,
    mutants=("steps outside the transaction", "strange files opened"),
)
