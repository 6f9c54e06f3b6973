"""Backups and the way back, as people meet them."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from tests.cli import terminal
from tests.conftest import Program
from tests.storage import next_step

MOMENT = "20261123T090000Z"


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed", "--by", "fri")
    return program


def kept(program: Program) -> list[str]:
    place = program.home / "state" / "promisectl" / "backups"
    return sorted(one.name for one in place.iterdir()) if place.exists() else []


def path_of(program: Program, name: str) -> str:
    return str(program.home / "state" / "promisectl" / "backups" / name)


def acts(path: Path | str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM act ORDER BY number").fetchall()


# Making one


def test_it_says_where_it_is_what_is_in_it_and_what_stands_for_all_of_it(filled: Program) -> None:
    result = filled("backup")
    made = path_of(filled, f"ledger-{MOMENT}.db")
    head = acts(filled.ledger)[-1][-1]
    assert result.stdout == f"Backed up 1 promise, 3 acts.\nfile: {made}\nhead: {head}\n"
    assert (
        result.stderr
        == "Keep the head, the hash of the newest act. To verify the ledger later: promisectl doctor --expect “…”\n"
    )
    assert acts(made) == acts(filled.ledger)


def test_programs_get_an_object_or_the_path_alone(filled: Program) -> None:
    result = filled("backup", "--json")
    head = acts(filled.ledger)[-1][-1]
    assert json.loads(result.stdout) == {
        "path": path_of(filled, f"ledger-{MOMENT}.db"),
        "promises": 1,
        "acts": 3,
        "head": head,
    }
    assert result.stderr == ""
    assert filled("backup", "-q") == (path_of(filled, f"ledger-{MOMENT}-2.db") + "\n", "", 0)


def test_only_i_can_read_it(filled: Program) -> None:
    made = Path(filled.ok("backup", "-q").strip())
    os.umask(0)
    mine = filled.home / "mine" / "copy.db"
    mine.parent.mkdir()
    filled.ok("backup", str(mine))
    assert [
        stat.S_IMODE(one.stat().st_mode) for one in (made, mine, made.parent, made.parent.parent)
    ] == [0o600, 0o600, 0o700, 0o700]


def test_two_in_one_second_are_two(filled: Program) -> None:
    for _ in range(3):
        filled.ok("backup")
    assert kept(filled) == [f"ledger-{MOMENT}-2.db", f"ledger-{MOMENT}-3.db", f"ledger-{MOMENT}.db"]


def test_the_last_ten_stay_and_whatever_else_is_there(filled: Program) -> None:
    filled.ok("backup", today="2026-11-01T10:00")
    others = [
        "ledger.db",
        "ledger-20200101T000000Z.db.bak",
        "notes.txt",
        "band-20200101T000000Z.db",
        "ledger-20200101T000000Z-damaged.db",
    ]
    for name in others:
        Path(path_of(filled, name)).write_text("mine")
    for day in range(2, 13):
        filled.ok("backup", today=f"2026-11-{day:02}T10:00")
    assert kept(filled) == sorted(
        [*others, *(f"ledger-202611{day:02}T090000Z.db" for day in range(3, 13))]
    )


def test_what_a_restore_replaced_is_not_pushed_out_by_others(
    filled: Program, tmp_path: Path
) -> None:
    elsewhere = str(tmp_path / "elsewhere.db")
    filled.ok("backup", elsewhere)
    filled.ok("note", "1", "which is nowhere else soon")
    filled.ok("restore", elsewhere, "--yes", today="2026-11-01T10:00")
    lost = path_of(filled, "ledger-20261101T090000Z-before-restore.db")
    for day in range(2, 29):
        filled.ok("backup", today=f"2026-11-{day:02}T10:00")
    assert any("which is nowhere else soon" in str(act) for act in acts(lost))
    assert len(kept(filled)) == 11
    for day in range(2, 13):
        filled.ok("restore", elsewhere, "--yes", today=f"2026-12-{day:02}T10:00")
    assert len([name for name in kept(filled) if "before-restore" in name]) == 10
    assert len(kept(filled)) == 20


def replace_during_backup(program: Program, other: Path, times: int) -> None:
    """Put another ledger in the place of this one, as a restore would, before it is compared.

    From SQLite's third connection of each attempt on, which compares the copy with the ledger.
    """
    opened = {"count": 0, "left": times}

    def replace(event: str, words: tuple[object, ...]) -> None:
        if event != "sqlite3.connect" or not opened["left"]:
            return
        if f"{program.ledger}?mode=ro" in str(words[0]):
            opened["count"] += 1
            if opened["count"] > 1 and not opened["count"] % 2:
                continue_with = other.with_suffix(".new")
                continue_with.write_bytes(other.read_bytes())
                other.write_bytes(program.ledger.read_bytes())
                os.replace(continue_with, program.ledger)
                opened["left"] -= 1

    sys.addaudithook(replace)  # stays for good, and does nothing any more after the last time


@pytest.mark.parametrize("times", [1, 2])
def test_a_restore_meanwhile_is_no_damage(filled: Program, tmp_path: Path, times: int) -> None:
    other = tmp_path / "other.db"
    filled.ok("--ledger", str(other), "make", "Another life", "--to", "zoe")
    before = {head_of(filled.ledger), head_of(other)}
    from promisectl.storage.backup import create

    replace_during_backup(filled, other, times)
    made = create.create_backup(str(filled.ledger), str(tmp_path / "copy.db"))
    assert made.summary.head in before
    assert acts(made.path) == acts(filled.ledger)
    assert {head_of(filled.ledger), head_of(other)} == before


def head_of(path: Path) -> object:
    return acts(path)[-1][-1]


def test_the_one_just_made_stays_whatever_its_moment(filled: Program) -> None:
    for day in range(2, 13):
        filled.ok("backup", today=f"2026-11-{day:02}T10:00")
    made = filled.ok("backup", "-q", today="2020-01-01T10:00").strip()
    assert Path(made).exists()
    assert len(kept(filled)) == 10
    filled.ok("backup")
    assert Path(made).exists()
    assert len(kept(filled)) == 10
    assert len(kept(filled)) == 10


def test_a_clock_that_was_ahead_does_not_push_out_what_is_made_later(filled: Program) -> None:
    ahead = filled.ok("backup", "-q", today="2031-01-01T10:00").strip()
    os.utime(ahead, (1, 1))
    made = [
        filled.ok("backup", "-q", today=f"2026-11-{day:02}T10:00").strip() for day in range(3, 14)
    ]
    for age, path in enumerate(reversed(made)):
        if Path(path).exists():
            os.utime(path, (1000 - age, 1000 - age))
    assert not Path(ahead).exists()
    last = filled.ok("backup", "-q", today="2026-11-02T10:00").strip()
    assert kept(filled) == sorted(Path(one).name for one in (*made[2:], last))


def test_what_was_left_half_made_goes_after_a_day(filled: Program) -> None:
    filled.ok("backup")
    left, fresh = (path_of(filled, f"ledger-{MOMENT}.db.{letter * 16}.new") for letter in "ab")
    for name in (left, fresh):
        Path(name).touch()
    os.utime(left, (0, 0))
    filled.ok("backup")
    assert (Path(left).exists(), Path(fresh).exists()) == (False, True)


def test_another_ledger_of_the_same_name_has_a_place_of_its_own(filled: Program) -> None:
    for _ in range(10):
        filled.ok("backup")
    other = str(filled.home / "band" / "ledger.db")
    (filled.home / "band").mkdir()
    filled.ok("--ledger", other, "make", "Bring the amp", "--to", "kim")
    made = Path(filled.ok("--ledger", other, "backup", "-q").strip())
    assert made.parent.parent == Path(path_of(filled, ""))
    assert made.parent.name.startswith("ledger-")
    assert filled.ok("--ledger", other, "path").splitlines()[2] == f"backups: {made.parent}"
    assert len([name for name in kept(filled) if name.endswith(".db")]) == 10
    assert filled.ok("path").splitlines() == [
        str(filled.ledger),
        f"config: {filled.home}/config/promisectl/config.toml",
        f"backups: {made.parent.parent}",
    ]


def test_it_goes_where_it_is_told_and_replaces_only_what_it_may(filled: Program) -> None:
    target = filled.home / "copy.db"
    assert filled.ok("backup", str(target), "-q") == f"{target}\n"
    before = target.read_bytes()
    filled.ok("make", "Another thing", "--to", "dana")
    result = filled("backup", str(target))
    assert (result.stdout, result.code) == ("", 2)
    assert (
        result.stderr
        == f"promisectl: {target} already exists. Add --force to replace it, or choose another name.\n"
    )
    assert target.read_bytes() == before
    filled.ok("backup", str(target), "--force")
    assert acts(target) == acts(filled.ledger)
    assert (
        sorted(one.name for one in filled.home.iterdir()) == ["copy.db", "data", "state"]
        if kept(filled)
        else ["copy.db", "data"]
    )


def test_a_directory_gets_a_file_named_by_the_time(filled: Program) -> None:
    stick = filled.home / "stick"
    stick.mkdir()
    for _ in range(12):
        filled.ok("backup", str(stick))
    assert len(list(stick.iterdir())) == 12
    assert filled.ok("backup", f"{stick}/", "-q") == f"{stick}/ledger-{MOMENT}-13.db\n"
    assert kept(filled) == []


@pytest.mark.parametrize("name", ["media/stick/", "media/stick/ledger.db", "stick/"])
def test_a_directory_that_is_not_there_is_not_made(filled: Program, name: str) -> None:
    directory = filled.home / name.removesuffix("ledger.db")
    result = filled(
        "backup", str(filled.home / name) + ("/" if name.endswith("/") else ""), "--force"
    )
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr == (
        f"promisectl: There is no directory {directory}, so nothing was backed up. "
        f"Mount its disk, or create it: mkdir -p {directory}\n"
    )
    assert [one.name for one in filled.home.iterdir()] == ["data"]


def test_a_directory_that_can_t_be_looked_at_is_not_called_missing(filled: Program) -> None:
    (filled.home / "round").symlink_to("round")
    file = filled.home / "round" / "stick" / "ledger.db"
    result = filled("backup", str(file))
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr == (
        f"promisectl: Can't write {file}: Too many levels of symbolic links. "
        "Choose another place, or try again.\n"
    )
    result = filled("owe", "--ledger", str(file))
    assert result.code == 5
    assert "There is no directory" not in result.stderr


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_file_without_a_name_is_refused(filled: Program, command: str) -> None:
    result = filled(command, "")
    assert (result.stdout, result.code) == ("", 2)
    assert (
        result.stderr
        == "promisectl: FILE is empty. Name a file; in a script, check the variable it comes from.\n"
    )


@pytest.mark.parametrize("words", [(), ("--force",)])
@pytest.mark.parametrize(
    "other", [b"my notes", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(100)]
)
def test_only_a_ledger_gives_way(filled: Program, words: tuple[str, ...], other: bytes) -> None:
    notes = filled.home / "notes.txt"
    notes.write_bytes(other)
    result = filled("backup", str(notes), *words)
    assert (result.stdout, result.code) == ("", 2)
    assert result.stderr == (
        f"promisectl: {notes} exists and is not a ledger, so --force does not replace it. Choose another name, or move it away.\n"
    )
    assert notes.read_bytes() == other


def test_an_empty_file_gives_way_by_force(filled: Program) -> None:
    made = filled.home / "made-by-mktemp"
    made.touch()
    assert filled("backup", str(made)).code == 2
    filled.ok("backup", str(made), "--force")
    assert acts(made) == acts(filled.ledger)


def test_where_there_are_no_links_it_gets_its_name_all_the_same(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(_source: str, _target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", link)
        target = filled.home / "copy.db"
        filled.ok("backup", str(target))
        assert filled("backup", str(target)).code == 2
        filled.ok("backup")
        filled.ok("backup")
    assert acts(target) == acts(filled.ledger)
    assert len(kept(filled)) == 2


@pytest.mark.parametrize(
    "name",
    [
        "data/promisectl/ledger.db",
        "link.db",
        "data/../data/promisectl/ledger.db",
        "data/promisectl/ledger.db-journal",
    ],
)
def test_the_ledger_is_never_its_own_backup(filled: Program, name: str) -> None:
    (filled.home / "link.db").symlink_to(filled.ledger)
    before = filled.ledger.read_bytes()
    for words in ((), ("--force",)):
        result = filled("backup", str(filled.home / name), *words)
        assert (result.stdout, result.code) == ("", 2)
        assert "is the ledger itself. Choose another file." in result.stderr
    assert filled.ledger.read_bytes() == before
    assert filled.ok("list").count("\n") == 1


def test_a_name_beside_which_a_journal_lies_is_refused(filled: Program) -> None:
    target = filled.home / "copy.db"
    (filled.home / "copy.db-journal").write_text("of another")
    result = filled("backup", str(target), "--force")
    assert (result.stdout, result.code) == ("", 2)
    assert "copy.db-journal exists, and SQLite would apply it to the new file" in result.stderr
    assert not target.exists()


def test_stdout_is_no_place_for_it(filled: Program) -> None:
    result = filled("backup", "-")
    assert (result.stdout, result.code) == ("", 2)
    assert "export --journal" in result.stderr


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("file/below", "Not a directory"),
        ("file/", "Not a directory"),
        ("fifo", "not a regular file"),
        ("link", "not a regular file"),
    ],
)
def test_strange_places_are_refused(filled: Program, kind: str, why: str) -> None:
    (filled.home / "file").touch()
    os.mkfifo(filled.home / "fifo")
    (filled.home / "link").symlink_to(filled.home / "elsewhere.db")
    result = filled("backup", f"{filled.home}/{kind}", "--force")
    assert (result.stdout, result.code) == ("", 5)
    assert why in result.stderr
    assert not (filled.home / "elsewhere.db").exists()


def test_without_a_ledger_there_is_nothing_to_back_up(program: Program) -> None:
    result = program("backup")
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr.startswith(
        f"promisectl: There is no ledger at {program.ledger} to back up."
    )
    assert list(program.home.iterdir()) == []


def test_a_damaged_ledger_gives_no_backup_and_pushes_none_out(filled: Program) -> None:
    for _ in range(10):
        filled.ok("backup")
    good = kept(filled)
    filled.ok("make", "Water the plants", "--to", "me", "--done-when", "x" * 9000)
    raw = bytearray(filled.ledger.read_bytes())
    for place in range(8192, len(raw), 4096):
        raw[place : place + 200] = b"\xa5" * 200
    filled.ledger.write_bytes(raw)
    result = filled("backup")
    assert (result.stdout, result.code) == ("", 5)
    assert kept(filled) == good
    assert filled.ledger.read_bytes() == raw


def test_an_answer_that_nobody_hears_is_told(filled: Program) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "promisectl", "backup"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=dict(os.environ),
        )
    assert done.returncode == 7
    assert (
        done.stderr
        == "promisectl: The backup was made, but the result could not be printed (No space left on device). See: promisectl path\n"
    )
    assert len(kept(filled)) == 1


def test_while_another_command_writes_a_backup_is_made_of_what_is_recorded(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE promise SET outcome = 'half done'")
        made = filled.ok("backup", "-q").strip()
    assert filled.ok("--ledger", made, "list") == filled.ok("list")


# The way back


@pytest.fixture
def backed(filled: Program) -> str:
    """A backup, and a ledger that has gone on since."""
    made = filled.ok("backup", "-q").strip()
    filled.ok("complete", "1")
    filled.ok("make", "Review the book", "--to", "lee")
    return made


def test_the_ledger_is_what_the_backup_holds_and_the_way_back_is_told(
    filled: Program, backed: str
) -> None:
    before = acts(filled.ledger)
    result = filled("restore", backed, "--yes")
    head = acts(backed)[-1][-1]
    safe = path_of(filled, f"ledger-{MOMENT}-2-before-restore.db")
    assert (
        result.stdout
        == f"Restored 1 promise, 3 acts, the newest from Mon 23 Nov, 10:00.\nhead: {head}\n"
    )
    assert result.stderr == (
        f"The previous ledger is in: {safe}\nNot what you meant?\npromisectl restore {safe}\n"
    )
    assert acts(filled.ledger) == acts(backed)
    assert acts(safe) == before
    assert filled.ok("list").count("\n") == 1
    filled.ok("restore", safe, "--yes")
    assert acts(filled.ledger) == before
    assert filled.ok("withdraw", "2", "-q") == "2\n"
    assert sorted(one.name for one in filled.ledger.parent.iterdir()) == ["ledger.db"]
    assert stat.S_IMODE(filled.ledger.stat().st_mode) == 0o600


def test_programs_read_what_was_restored(filled: Program, backed: str) -> None:
    result = filled("restore", backed, "--yes", "--json")
    safe = path_of(filled, f"ledger-{MOMENT}-2-before-restore.db")
    head = acts(backed)[-1][-1]
    assert json.loads(result.stdout) == {
        "path": str(filled.ledger),
        "promises": 1,
        "acts": 3,
        "head": head,
        "from": backed,
        "before": safe,
        "repairs": [],
    }
    assert filled("restore", safe, "--yes", "-q") == (
        path_of(filled, f"ledger-{MOMENT}-3-before-restore.db") + "\n",
        "",
        0,
    )


def test_without_a_person_it_has_to_be_said(filled: Program, backed: str) -> None:
    before = acts(filled.ledger)
    for words in ((), ("-q",), ("--json",)):
        result = filled("restore", backed, *words)
        assert (result.stdout, result.code) == ("", 2)
        assert "add --yes" in result.stderr
    assert acts(filled.ledger) == before
    assert len(kept(filled)) == 1


def asked(file: str, answer: str) -> list[str]:
    with terminal.terminal("restore", file) as child:
        child.expect("›")
        shown = child.before.splitlines()
        child.sendline(answer)
        child.expect(pexpect.EOF)
        return [line for line in (shown + child.before.splitlines()) if line]


def test_a_person_is_told_what_would_be_gone_and_may_say_no(filled: Program, backed: str) -> None:
    before = acts(filled.ledger)
    shown = asked(backed, "")
    assert shown[:3] == [
        "In the ledger: 2 promises, 6 acts, the newest from Mon 23 Nov, 10:00.",
        "In the backup: 1 promise, 3 acts, the newest from Mon 23 Nov, 10:00.",
        "The backup is older: 3 acts in the ledger would be lost. The ledger will be backed up first.",
    ]
    assert shown[-1] == "Nothing was restored."
    assert acts(filled.ledger) == before
    assert len(kept(filled)) == 1
    assert any(
        line.startswith("Restored 1 promise, 3 acts, the newest") for line in asked(backed, "yes")
    )
    assert acts(filled.ledger) == acts(backed)


def test_how_a_backup_stands_to_the_ledger(filled: Program, backed: str) -> None:
    later = filled.ok("backup", "-q").strip()
    assert "They are the same. The ledger will be backed up first." in asked(later, "no")
    filled.ok("restore", backed, "--yes")
    assert "The backup is newer, with 3 acts more. The ledger will be backed up first." in asked(
        later, "no"
    )
    filled.ok("make", "Something else", "--to", "kim")
    assert (
        "Their histories differ: what is only in the ledger would be lost. The ledger will be backed up first."
        in asked(later, "no")
    )


def test_where_nothing_is_nothing_is_asked(filled: Program, backed: str) -> None:
    filled.ledger.unlink()
    filled.ledger.parent.rmdir()
    result = filled("restore", backed)
    assert (result.code, result.stderr) == (0, "")
    assert acts(filled.ledger) == acts(backed)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (filled.ledger, filled.ledger.parent)] == [
        0o600,
        0o700,
    ]
    assert len(kept(filled)) == 1


def test_the_oldest_of_ten_is_still_there_when_it_was_restored(filled: Program) -> None:
    for day in range(1, 11):
        filled.ok("backup", today=f"2026-11-{day:02}T10:00")
    oldest = path_of(filled, "ledger-20261101T090000Z.db")
    filled.ok("restore", oldest, "--yes")
    assert Path(oldest).exists()


@pytest.mark.parametrize("name", ["data/promisectl/ledger.db", "link.db", "hard.db"])
def test_the_ledger_is_not_restored_from_itself(filled: Program, name: str) -> None:
    (filled.home / "link.db").symlink_to(filled.ledger)
    (filled.home / "hard.db").hardlink_to(filled.ledger)
    result = filled("restore", str(filled.home / name), "--yes")
    assert (result.stdout, result.code) == ("", 2)
    assert "is the ledger itself." in result.stderr


_BY_SQLITE = {
    "another program's": "PRAGMA application_id = 7",
    "newer": "PRAGMA user_version = 99",
    "an act less": "DROP TRIGGER act_is_never_deleted; DELETE FROM act WHERE number = 2",
    "in wal mode": "PRAGMA journal_mode = WAL",
    "nobody": "DELETE FROM person",
}


def spoil(backup: Path, how: str) -> None:
    if how in _BY_SQLITE:
        with closing(sqlite3.connect(backup, isolation_level=None)) as db:
            db.executescript(_BY_SQLITE[how])
    elif how == "a letter":
        backup.write_bytes(backup.read_bytes().replace(b"Send Q3 numbers", b"Send Q4 numbers"))
    elif how in ("cut off", "empty"):
        os.truncate(backup, 20_000 if how == "cut off" else 0)
    elif how == "text":
        backup.write_text("no ledger " * 100)
    elif how == "a journal beside it":
        backup.with_name(f"{backup.name}-journal").write_bytes(b"\xd9\xd5\x05\xf9 something")


SPOILT = [
    "a letter",
    "cut off",
    "empty",
    "text",
    "another program's",
    "newer",
    "an act less",
    "a journal beside it",
    "in wal mode",
    "nobody",
]


@pytest.mark.parametrize("how", SPOILT)
def test_a_backup_that_is_not_whole_is_refused_and_nothing_changes(
    filled: Program, backed: str, how: str
) -> None:
    spoil(Path(backed), how)
    ledger, backup = filled.ledger.read_bytes(), Path(backed).read_bytes()
    result = filled("restore", backed, "--yes")
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr.startswith("promisectl: ")
    assert backed in result.stderr
    assert (filled.ledger.read_bytes(), Path(backed).read_bytes()) == (ledger, backup)
    assert [name for name in kept(filled) if "before" in name] == []


def test_a_backup_that_is_not_there_is_a_sentence(filled: Program) -> None:
    result = filled("restore", "nothing.db", "--yes")
    assert (result.stdout, result.code) == ("", 2)
    assert result.stderr == "promisectl: Can't read nothing.db: No such file or directory.\n"


def test_a_journal_with_nothing_in_it_is_no_hindrance(filled: Program, backed: str) -> None:
    Path(f"{backed}-journal").write_bytes(bytes(28))
    filled.ok("restore", backed, "--yes")
    assert acts(filled.ledger) == acts(backed)


def test_a_config_that_can_not_be_used_is_no_hindrance(filled: Program) -> None:
    (filled.home / "config" / "promisectl").mkdir(parents=True)
    (filled.home / "config" / "promisectl" / "config.toml").write_text("what?")
    made = filled.ok("backup", "-q").strip()
    filled.ok("restore", made, "--yes")
    assert filled("list").code == 6


def test_a_newer_backup_is_not_taken_for_the_ledger(filled: Program, backed: str) -> None:
    spoil(Path(backed), "newer")
    result = filled("restore", backed, "--yes")
    assert result.stderr.startswith(
        f"promisectl: {backed} was written by a newer promisectl (schema step 99; this one knows "
    )
    assert result.stderr.endswith(
        "). Nothing was restored. Update promisectl, or choose another backup.\n"
    )


def test_what_changes_while_a_person_thinks_is_not_replaced(filled: Program, backed: str) -> None:
    with terminal.terminal("restore", backed) as child:
        child.expect("›")
        filled.ok("make", "From another terminal", "--to", "lee")
        before = acts(filled.ledger)
        child.sendline("yes")
        child.expect(pexpect.EOF)
        said = " ".join(child.before.split())
    assert said.endswith(
        f"promisectl: {filled.ledger} has changed meanwhile, so nothing was restored. Run the command again to see what it holds now."
    )
    assert child.exitstatus == 5
    assert acts(filled.ledger) == before
    assert len(kept(filled)) == 1


@pytest.mark.parametrize("how", ["the same head, other rows", "the same"])
def test_a_copy_that_fails_is_never_called_done(filled: Program, how: str) -> None:
    backup = Path(filled.ok("backup", "-q").strip())
    with closing(
        sqlite3.connect(backup, isolation_level=None)
    ) as db:  # so long that it can't be written, and whole
        db.executescript("CREATE TABLE filler AS SELECT zeroblob(2000000) AS x; DROP TABLE filler")
    if how != "the same":
        alter(filled.ledger)
    before = filled.ledger.read_bytes()
    done = subprocess.run(
        [
            "sh",
            "-c",
            'ulimit -f 1000; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "promisectl",
            "restore",
            str(backup),
            "--yes",
        ],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    (safe,) = {*kept(filled)} - {backup.name}
    assert (done.stdout, done.returncode) == ("", 5)
    assert done.stderr == (
        f"promisectl: {filled.ledger} could not be restored: disk I/O error. The former ledger is in {path_of(filled, safe)}. "
        "See: promisectl doctor\n"
    )
    assert filled.ledger.read_bytes() == before
    assert safe.endswith("-before-restore.db" if how == "the same" else "-damaged.db")


# A damaged ledger


def alter(ledger: Path) -> None:
    """Other rows with the same acts, as another program may leave them."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as db:
        db.execute("UPDATE promise SET outcome = 'What nobody said'")


def lose(ledger: Path, act: int) -> None:
    """An act is deleted, and the guard against that is put back."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as db:
        (guard,) = db.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'act_is_never_deleted'"
        ).fetchone()
        db.execute("DROP TRIGGER act_is_never_deleted")
        db.execute("DELETE FROM act WHERE number = ?", (act,))
        db.execute(guard)


def test_what_is_damaged_is_never_called_the_same(filled: Program) -> None:
    same = filled.ok("backup", "-q").strip()
    lose(filled.ledger, 2)
    shown = asked(same, "no")
    assert shown[:3] == [
        "In the ledger: 1 promise, 2 acts, the newest from Mon 23 Nov, 10:00.",
        "In the backup: 1 promise, 3 acts, the newest from Mon 23 Nov, 10:00.",
        "The ledger is damaged (act 2 is missing); the backup is not. The damaged ledger will be set aside first.",
    ]
    assert shown[-1] == "Nothing was restored."


@pytest.mark.parametrize("how", ["an act less", "other rows"])
def test_a_damaged_ledger_that_can_be_opened_is_put_aside_to_be_looked_into(
    filled: Program, backed: str, how: str
) -> None:
    lose(filled.ledger, 2) if how == "an act less" else alter(filled.ledger)
    raw = filled.ledger.read_bytes()
    result = filled("restore", backed, "--yes")
    aside = path_of(filled, f"ledger-{MOMENT}-2-damaged.db")
    assert (result.code, result.stderr) == (
        0,
        f"To look at the damaged ledger: promisectl --ledger {aside} list\n",
    )
    assert Path(aside).read_bytes() == raw
    assert filled.ok("--ledger", aside, "list").count("\n") == 2
    assert acts(filled.ledger) == acts(backed)
    for _ in range(12):
        filled.ok("backup")
    assert Path(aside).exists()


def damage(ledger: Path, how: str) -> None:
    raw = bytearray(ledger.read_bytes())
    if how == "pages":
        for place in range(8192, len(raw), 4096):
            raw[place : place + 200] = b"\xa5" * 200
    elif how == "the tables' page":
        raw[100:4096] = b"\xa5" * 3996
    elif how == "the header":
        raw[:100] = b"\xa5" * 100
    elif how == "cut off":
        del raw[20_000:]
    elif how == "empty":
        raw.clear()
    ledger.write_bytes(raw)


DAMAGES = ["pages", "the tables' page", "the header", "cut off", "empty"]


@pytest.mark.parametrize("how", DAMAGES)
def test_what_can_not_be_read_is_put_aside_whole(filled: Program, backed: str, how: str) -> None:
    damage(filled.ledger, how)
    raw = filled.ledger.read_bytes()
    result = filled("restore", backed, "--yes")
    aside = path_of(filled, f"ledger-{MOMENT}-2-damaged.db")
    assert (result.code, result.stderr) == (0, f"The unreadable file was set aside: {aside}\n")
    assert Path(aside).read_bytes() == raw
    assert stat.S_IMODE(Path(aside).stat().st_mode) == 0o600
    assert acts(filled.ledger) == acts(backed)
    assert filled.ok("complete", "1", "-q") == "1\n"
    assert sorted(one.name for one in filled.ledger.parent.iterdir()) == ["ledger.db"]
    assert stat.S_IMODE(filled.ledger.stat().st_mode) == 0o600


@pytest.mark.parametrize("how", ["the header", "empty", "missing"])
def test_a_journal_beside_what_can_not_be_read_is_put_aside_with_it(
    filled: Program, backed: str, how: str
) -> None:
    damage(filled.ledger, how)
    if how == "missing":
        filled.ledger.unlink()
    journal = filled.ledger.with_name("ledger.db-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 a journal")
    filled.ok("restore", backed, "--yes")
    assert (
        Path(path_of(filled, f"ledger-{MOMENT}-2-damaged.db-journal")).read_bytes()
        == b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 a journal"
    )
    assert not journal.exists()
    assert acts(filled.ledger) == acts(backed)


def test_a_person_is_told_that_nothing_can_be_read(filled: Program, backed: str) -> None:
    damage(filled.ledger, "the header")
    assert (
        asked(backed, "no")[0]
        == "In the ledger: nothing that can be read. The file will be set aside."
    )


@pytest.mark.parametrize("how", ["another program's", "a directory"])
def test_what_is_no_damaged_ledger_of_ours_stays_as_it_is(
    filled: Program, backed: str, how: str
) -> None:
    if how == "a directory":
        filled.ledger.unlink()
        filled.ledger.mkdir()
    else:
        spoil(filled.ledger, how)
    before = filled.ledger.read_bytes() if filled.ledger.is_file() else b""
    result = filled("restore", backed, "--yes")
    assert (result.stdout, result.code) == ("", 5)
    assert (filled.ledger.read_bytes() if filled.ledger.is_file() else b"") == before


def test_a_newer_ledger_gives_way_and_is_kept(filled: Program, backed: str) -> None:
    spoil(filled.ledger, "newer")
    newer = filled.ledger.read_bytes()
    aside = json.loads(filled.ok("restore", backed, "--yes", "--json"))["before"]
    assert Path(aside).read_bytes() == newer
    assert acts(filled.ledger) == acts(backed)


def test_a_damaged_ledger_behind_a_link_is_restored_where_it_is(
    filled: Program, backed: str
) -> None:
    link = filled.home / "link.db"
    link.symlink_to(filled.ledger)
    damage(filled.ledger, "the header")
    filled.ok("--ledger", str(link), "restore", backed, "--yes")
    assert link.is_symlink()
    assert acts(filled.ledger) == acts(backed)


def test_a_journal_without_its_ledger_is_put_aside_every_time(filled: Program, backed: str) -> None:
    journal = filled.ledger.with_name("ledger.db-journal")
    for _ in range(2):
        filled.ledger.unlink()
        journal.write_bytes(b"what was half done")
        aside = json.loads(filled.ok("restore", backed, "--yes", "--json"))["before"]
        assert Path(aside).read_bytes() == b"what was half done"
        assert acts(filled.ledger) == acts(backed)


# By themselves


def test_before_two_people_become_one_there_is_a_backup(filled: Program) -> None:
    filled.ok("make", "Review the book", "--to", "lee")
    before = acts(filled.ledger)
    result = filled("person", "merge", "lee", "dana")
    made = path_of(filled, f"ledger-{MOMENT}-before-merge.db")
    assert result.stderr == f"Backup from before: {made}\n"
    assert acts(made) == before
    assert filled("person", "merge", "lee", "dana").code == 2
    assert filled("person", "merge", "nobody", "dana").code == 3
    assert kept(filled) == [os.path.basename(made)]


def rows(number: int, last: str = "") -> str:
    return (
        "outcome,person,direction\n"
        + "".join(f"Thing number {one},kim,owe\n" for one in range(number))
        + last
    )


def test_before_a_long_import_there_is_a_backup(filled: Program) -> None:
    before = acts(filled.ledger)
    filled.ok("import", "-", piped=rows(100))
    assert kept(filled) == []
    filled.ok("undo")
    between = acts(filled.ledger)
    result = filled("import", "-", "-q", piped=rows(101))
    assert result.stderr == ""
    assert acts(path_of(filled, f"ledger-{MOMENT}-before-import.db")) == between != before
    filled.ok("import", "-", piped=rows(101))  # all of them known already
    refused = filled("import", "-", piped=rows(300, "Thing,,owe\n"))
    assert refused.code == 6
    assert kept(filled) == [f"ledger-{MOMENT}-before-import.db"]


def test_a_first_import_has_nothing_to_lose(program: Program) -> None:
    result = program("import", "-", piped=rows(101))
    assert result.code == 0
    assert "Backup from before" not in result.stderr
    assert kept(program) == []


def test_before_an_upgrade_there_is_a_backup(filled: Program) -> None:
    before = acts(filled.ledger)
    with next_step.known():
        assert filled("complete", "9").code == 3
        assert kept(filled) == []
        result = filled("complete", "1")
        made = path_of(filled, f"ledger-{MOMENT}-before-upgrade.db")
        assert f"Backup from before: {made}\n" in result.stderr
        assert acts(made) == before
        with closing(sqlite3.connect(made)) as db:
            assert db.execute("PRAGMA user_version").fetchone() == (next_step.STEP - 1,)
        filled.ok("note", "1", "one more")
        assert kept(filled) == [os.path.basename(made)]
        filled.ok("restore", made, "--yes")
        assert acts(filled.ledger) == before


@pytest.mark.parametrize(
    "words",
    [("person", "merge", "lee", "dana"), ("import", "-"), ("restore", "copy.db", "--yes")],
    ids=lambda words: words[0],
)
def test_without_its_backup_nothing_happens(
    filled: Program, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.ok("make", "Review the book", "--to", "lee")
    monkeypatch.chdir(filled.home)
    filled.ok("backup", "copy.db")
    filled.ok("complete", "1")
    before = filled.ledger.read_bytes()
    (filled.home / "state").write_text("no directory")
    result = filled(*words, piped=rows(101))
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr.startswith(
        "promisectl: Nothing was changed, because the backup before it failed: can't write "
    )
    assert "Not a directory" in result.stderr
    assert filled.ledger.read_bytes() == before
