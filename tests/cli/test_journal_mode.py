"""A ledger that another program has turned to WAL mode: whatever writes turns it back, and whatever looks says what helps."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from promisectl.cli.registry import build_traits
from tests.conftest import Program, remembered
from tests.guarantees.harness.views import declared, name_of, writes

# Every command that writes, in a ledger where it is open; those that need no ledger are not here.
WORDS: dict[str, tuple[str, ...]] = {
    "make": ("make", "Another thing", "--to", "dana"),
    "jot": ("jot", "to dana: Another thing | fri"),
    "negotiate": ("negotiate", "1", "--by", "in 9 days", "--reason", "late"),
    "accept": ("accept", "2"),
    "decline": ("decline", "2"),
    "complete": ("complete", "1"),
    "renege": ("renege", "1", "--reason", "ill"),
    "withdraw": ("withdraw", "2"),
    "release": ("release", "1"),
    "reopen": ("reopen", "3", "--reason", "a page is missing"),
    "bump": ("bump", "1", "slow"),
    "told": ("told", "4"),
    "note": ("note", "1", "rang"),
    "tag": ("tag", "1", "new"),
    "untag": ("untag", "1", "old"),
    "part": ("part", "1", "--of", "2"),
    "correct": ("correct", "1", "--what", "Send all numbers"),
    "void": ("void", "1", "--reason", "twice"),
    "undo": ("undo",),
    "redo": ("redo",),
    "edit": ("edit", "1", "--correct"),
    "import": ("import", "-", "--format", "csv"),
    "backup": ("backup",),
    "restore": ("restore", "backup.db", "--yes"),
    "doctor": ("doctor", "--fix"),
    "person rename": ("person rename", "dana", "dk"),
    "person alias": ("person alias", "dana", "dk"),
    "person unalias": ("person unalias", "dana", "dd"),
    "person merge": ("person merge", "lee", "dana"),
}
NEED_NO_LEDGER = {"config edit", "config set", "config unset", "demo"}
FILE = "outcome,person,direction\nMow the lawn,dana,owe\n"


@pytest.fixture
@remembered
def told(program: Program) -> Program:
    """A ledger in which every command of the table is open, and a backup of it."""
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed", "--tag", "old")
    program.ok("make", "Fix the brake", "--to", "lee", "--asked", "--new")
    program.ok("make", "Lend the drill", "--to", "dana", "--agreed")
    program.ok("complete", "3", "--confirmed")
    program.ok("make", "Water the plants", "--to", "dana", "--agreed")
    program.ok("renege", "4", "--reason", "away", "--not-told")
    program.ok("person", "alias", "dana", "dd")
    program.ok("backup", str(program.home / "backup.db"))
    program.ok("note", "1", "to be undone")
    return program


def turn_to_wal(ledger: Path, *, leftovers: bool) -> None:
    """Set the mode as another program does; with what it leaves behind where it was killed."""
    with closing(sqlite3.connect(ledger)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        if leftovers:
            db.execute("UPDATE entry SET recorded_at = recorded_at")
            db.commit()
            for suffix in ("", "-wal", "-shm"):
                shutil.copy(f"{ledger}{suffix}", f"{ledger}.copy{suffix}")
    if leftovers:
        for suffix in ("", "-wal", "-shm"):
            shutil.move(f"{ledger}.copy{suffix}", f"{ledger}{suffix}")


def test_every_command_that_writes_is_known_and_tried() -> None:
    names = {name_of(one) for one in declared() if writes(one)} - NEED_NO_LEDGER
    assert names - WORDS.keys() == set()
    marked = {name_of(one) for one in declared() if build_traits(one).get("writes")}
    assert marked == names - {"backup", "doctor", "restore"}, "which settle it themselves"


@pytest.fixture
def ready(told: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The ledger, with an editor that changes the outcome."""
    monkeypatch.setenv("EDITOR", "sed -i s/numbers/figures/")
    monkeypatch.chdir(told.home)
    return told


@pytest.mark.parametrize("leftovers", [False, True], ids=["alone", "with a log"])
@pytest.mark.parametrize("name", WORDS)
def test_what_writes_turns_the_mode_back_and_goes_on(
    ready: Program, name: str, leftovers: bool
) -> None:
    if name == "redo":
        ready.ok("undo")
    turn_to_wal(ready.ledger, leftovers=leftovers)
    result = ready(*" ".join(WORDS[name][:1]).split(), *WORDS[name][1:], piped=FILE)
    assert (result.code, "WAL" in result.stderr) == (0, False), result
    assert ready.ledger.read_bytes()[18:20] == b"\1\1"
    assert [path.name for path in ready.ledger.parent.iterdir()] == ["ledger.db"]
    ready.ok("doctor")


@pytest.mark.parametrize("leftovers", [False, True], ids=["alone", "with a log"])
@pytest.mark.parametrize("name", ["note", "make", "accept"])
def test_a_key_is_looked_up_in_it(ready: Program, name: str, leftovers: bool) -> None:
    ready.ok(*WORDS[name], "--once", "k")
    turn_to_wal(ready.ledger, leftovers=leftovers)
    result = ready(*WORDS[name], "--once", "k")
    assert (result.code, "nothing was recorded" in result.stderr) == (0, True)


def test_rows_are_told_again_in_it(ready: Program) -> None:
    with closing(sqlite3.connect(ready.ledger)) as db:
        db.execute("UPDATE promise SET outcome = 'else'")
        db.commit()
    turn_to_wal(ready.ledger, leftovers=False)
    ready.ok("doctor", "--rebuild")


@pytest.mark.parametrize("words", [("list",), ("import", "-", "--format", "csv", "--dry-run")])
def test_what_only_looks_writes_nothing_and_its_advice_is_true(
    ready: Program, words: tuple[str, ...]
) -> None:
    turn_to_wal(ready.ledger, leftovers=False)
    before = ready.ledger.read_bytes()
    refused = ready(*words, piped=FILE)
    assert refused.code == 5
    assert "The next change you record ends that mode" in refused.stderr
    assert ready.ledger.read_bytes() == before
    ready.ok("make", "Another thing", "--to", "dana")
    ready.ok(*words, piped=FILE)


def test_a_restore_goes_over_a_ledger_that_is_damaged_as_well(ready: Program) -> None:
    turn_to_wal(ready.ledger, leftovers=False)
    content = ready.ledger.read_bytes()
    ready.ledger.write_bytes(content[:100] + bytes(4096) + content[4196:])
    ready.ok("restore", "backup.db", "--yes")
    ready.ok("doctor")
