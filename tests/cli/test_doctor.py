"""The doctor, as people and programs meet it."""

import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Program, Result, tool
from tests.guarantees.harness.ledgers import crash

CHECKS = [
    "file",
    "schema",
    "links",
    "chain",
    "promises",
    "people",
    "acts",
    "commands",
    "keys",
    "numbers",
    "clock",
]
PLACE = ["private", "beside", "disk", "config", "backups"]
FACTS = ["ledger", "zone", "versions", "schema step", "head"]
DIGITS = 64
posix = pytest.mark.skipif(os.name == "nt", reason="modes and links are those of POSIX")


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Fix the bike brake", "--from", "lee", "--once", "k")
    program.ok("bump", "1", "it may slip")
    program.ok("undo")
    return program


def changed(program: Program, *statements: str) -> None:
    """What somebody does with the guards off."""
    with closing(sqlite3.connect(program.ledger, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
        for _, made in guards:
            db.execute(made)


def lines(result: Result) -> dict[str, tuple[str, str]]:
    """Each check with its word and what it says."""
    return {
        check: (word, what)
        for check, word, what in (line.split("\t") for line in result.stdout.splitlines())
    }


def head(program: Program) -> str:
    return str(json.loads(program.ok("doctor", "--json"))["head"])


def homely(path: Path, program: Program) -> str:
    """A path as people write it."""
    return str(path).replace(str(program.home), "~")


def kept(program: Program, name: str = "ledger-20261122T090000Z.db") -> Path:
    """A copy of the ledger among the backups."""
    directory = program.home / "state" / "promisectl" / "backups"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / name).write_bytes(program.ledger.read_bytes())
    return directory / name


# All is well


def test_a_ledger_that_is_well(filled: Program) -> None:
    kept(filled)
    before = filled.ledger.read_bytes()
    result = filled("doctor")
    found = lines(result)
    assert [*found] == [*CHECKS, *PLACE, *FACTS]
    assert {word for word, _ in found.values()} == {"ok"}
    assert found["chain"] == ("ok", "7 acts, all as recorded")
    assert len(found["head"][1]) == DIGITS
    assert result.stderr == f"All is well: 2 promises, 7 acts, head {found['head'][1][:8]}….\n"
    assert (result.code, filled.ledger.read_bytes()) == (0, before)
    assert [one.name for one in filled.ledger.parent.iterdir()] == ["ledger.db"]


@pytest.mark.parametrize("width", [40, 80])
def test_a_page_for_people(filled: Program, width: int) -> None:
    kept(filled)
    shown = filled("doctor", width=width)
    assert max(map(len, shown.stdout.splitlines())) <= width
    words = " ".join(shown.stdout.split())
    assert words.startswith("file ok SQLite finds no damage schema ok ")
    assert "All is well: 2 promises, 7 acts, head " in words
    assert head(filled) in words.replace(" ", "")
    assert (shown.stderr, shown.code) == ("", 0)


def test_quiet_says_only_what_is_not_ok(filled: Program) -> None:
    kept(filled)
    assert filled("doctor", "-q") == Result("", "", 0)
    assert filled("doctor", "-q", width=80).stdout.strip() == ""
    changed(filled, "UPDATE promise SET state = 'kept' WHERE id = 1")
    told = filled("doctor", "-q")
    assert [*lines(told)] == ["promises"]
    assert told.stderr.startswith("1 of 16 checks found damage. ")
    assert told.stderr.endswith("\npromisectl doctor --rebuild\n")
    assert "1 of 16 checks found damage." in filled("doctor", "-q", width=80).stdout


def test_no_ledger_is_nothing_bad(program: Program) -> None:
    result = program("doctor")
    assert lines(result)["file"] == ("ok", "there is no ledger yet; the first promise creates it")
    assert (result.stderr, result.code) == ("All is well: there is no ledger yet.\n", 0)
    assert not (program.home / "data").exists()
    expected = program("doctor", "--expect", "0123abcd")
    assert (lines(expected)["file"][0], expected.code) == ("wrong", 5)
    assert json.loads(program.ok("doctor", "--json"))["acts"] is None
    assert (
        "there is no ledger"
        in program.ok("doctor", "--rebuild") + program("doctor", "--rebuild").stderr
    )


def test_a_record_for_programs(filled: Program) -> None:
    changed(filled, "UPDATE promise SET state = 'kept' WHERE id = 1")
    result = filled("doctor", "--json")
    record = json.loads(result.stdout)
    assert (record["healthy"], result.code, result.stderr) == (False, 5, "")
    assert [one["check"] for one in record["checks"]] == [*CHECKS, *PLACE]
    (wrong,) = [one for one in record["checks"] if one["result"] == "wrong"]
    assert wrong == {
        "check": "promises",
        "result": "wrong",
        "says": "promises do not match their history",
        "details": ["#1: state is “kept” instead of “active”"],
        "cure": "rebuild",
    }
    assert record["advice"].endswith("promisectl doctor --rebuild")


# What is wrong, and the way out


def test_rows_that_differ_are_told_again(filled: Program) -> None:
    before = (
        filled.ok("list", "--json"),
        filled.ok("log", "--json"),
        filled.ok("people", "--json"),
        head(filled),
    )
    changed(
        filled,
        "UPDATE promise SET outcome = 'Fix the break', uid = 'x' WHERE id = 2",
        "DELETE FROM promise WHERE id = 1",
        "CREATE TEMP TABLE copy AS SELECT * FROM promise WHERE id = 2",
        "UPDATE copy SET id = 7, uid = 'y' || substr(uid, 2), state = 'kept', move = NULL",
        "INSERT INTO promise SELECT * FROM copy",
        "INSERT INTO alias VALUES ('boss', 1)",
        "UPDATE person SET handle = 'danny' WHERE id = 1",
        "UPDATE entry SET undone_by = 2 WHERE id = 1",
        "DELETE FROM sqlite_sequence",
    )
    told = filled("doctor")
    assert told.code == 5
    assert told.stderr.endswith(
        "so the rows can be rebuilt from it:\npromisectl doctor --rebuild\n"
    )
    mended = filled("doctor", "--rebuild")
    assert mended.code == 0, mended
    backup = (
        filled.home
        / "state"
        / "promisectl"
        / "backups"
        / "ledger-20261123T090000Z-before-rebuild.db"
    )
    assert mended.stderr.startswith(
        f"A backup was made first: {homely(backup, filled)}.\nEvery row was rebuilt from its history.\nAll is well: "
    )
    assert (
        filled.ok("list", "--json"),
        filled.ok("log", "--json"),
        filled.ok("people", "--json"),
        head(filled),
    ) == before
    assert backup.exists()
    again = filled("doctor", "--rebuild")
    assert again.stderr.startswith("There is nothing to rebuild: every row matches its history.\n")
    assert filled.ok("make", "One more", "--to", "me", "-q") == "3\n"


@pytest.mark.parametrize("words", [["note", "1", "x"], ["complete", "1"], ["undo"]], ids=" ".join)
def test_a_move_on_what_is_gone_is_refused_with_the_way_out(
    filled: Program, words: list[str]
) -> None:
    changed(filled, "DELETE FROM promise", "DELETE FROM person")
    before = filled.ledger.read_bytes()
    done = filled(*words)
    assert (done.stdout, done.code) == ("", 5)
    assert done.stderr.endswith(
        "is damaged: acts are about a promise or a person whose row is missing. See: promisectl doctor\n"
    )
    assert filled.ledger.read_bytes() == before
    assert filled("doctor", "--rebuild").code == 0
    assert filled(*words).code == 0


def test_acts_that_differ_need_a_backup(filled: Program) -> None:
    older = kept(filled)
    changed(filled, "UPDATE act SET body = replace(body, 'slip', 'slap') WHERE verb = 'bump'")
    broken = kept(filled, "ledger-20261123T080000Z.db")
    told = filled("doctor")
    assert lines(told)["chain"] == (
        "wrong",
        "acts were changed or removed; act 6 (bump, #1) was changed",
    )
    assert told.code == 5
    assert f"promisectl restore {homely(older, filled)}\n" in told.stderr
    assert broken.name not in told.stderr
    before = filled.ledger.read_bytes()
    refused = filled("doctor", "--rebuild")
    assert (refused.stdout, refused.code) == ("", 5)
    assert "Can't rebuild" in refused.stderr
    assert filled.ledger.read_bytes() == before


def test_without_a_whole_backup_the_file_is_to_be_copied_away(filled: Program) -> None:
    changed(filled, "UPDATE act SET body = replace(body, 'slip', 'slap') WHERE verb = 'bump'")
    assert (
        "There is no intact backup in ~/state/promisectl/backups. Copy the file away before you do anything else."
        in filled("doctor").stderr
    )


def test_the_way_out_names_the_ledger_that_was_asked_about(filled: Program) -> None:
    other = filled.home / "the band's.db"
    other.write_bytes(filled.ledger.read_bytes())
    with closing(sqlite3.connect(other)) as db:
        db.execute("DROP INDEX promise_open")
    told = filled("--ledger", str(other), "doctor").stderr
    assert f"""promisectl --ledger '{filled.home}/the band'"'"'s.db' doctor --fix""" in told


@pytest.mark.parametrize(
    "content",
    [b"", b"SQLite format 3\0", b"hello" * 999, b"SQLite format 3\0" + bytes(4080)],
    ids=["empty", "cut", "text", "zeros"],
)
def test_a_file_that_is_none_is_told_as_wrong(filled: Program, content: bytes) -> None:
    filled.ledger.write_bytes(content)
    result = filled("doctor")
    assert (lines(result)["file"][0], result.code) == ("wrong", 5)
    assert filled.ledger.read_bytes() == content


def test_a_newer_ledger_is_no_damage(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger)) as db:
        db.execute("PRAGMA user_version = 99")
    result = filled("doctor")
    assert (result.stdout, result.code) == ("", 5)
    assert "newer promisectl" in result.stderr


# What is in the ledger's place, and no ledger: its own sentence has the way out


def replaced(program: Program, how: str) -> None:
    program.ledger.unlink()
    if how == "directory":
        program.ledger.mkdir(mode=0o755)
        (program.ledger / "sub").mkdir()
    elif how == "pipe":
        os.mkfifo(program.ledger)
    elif how == "dangling":
        program.ledger.symlink_to("nowhere")
    else:
        with closing(sqlite3.connect(program.ledger)) as db:
            db.execute("CREATE TABLE cookies (a)")


@posix
@pytest.mark.parametrize("how", ["directory", "pipe", "dangling", "database"])
def test_what_is_no_ledger_is_not_to_be_restored(filled: Program, how: str) -> None:
    backup = kept(filled)
    replaced(filled, how)
    told = filled("doctor")
    assert (lines(told)["file"][0], told.code) == ("wrong", 5)
    assert told.stderr == "1 of 6 checks failed: see above.\n"
    assert backup.name not in told.stderr
    assert [one for one in ("private", "beside") if lines(told)[one][0] != "ok"] == (
        ["beside"] if how == "dangling" else []
    )
    assert json.loads(filled("doctor", "--json").stdout)["advice"] is None
    (shown,) = filled("doctor", "-q", width=80).stdout.splitlines()[-1:]
    assert shown == "1 of 6 checks failed: see above."


@posix
def test_names_of_the_same_file_are_found_from_anywhere(filled: Program) -> None:
    place = filled.home / "the band"
    place.mkdir()
    ledger = place / "ledger.db"
    os.link(filled.ledger, ledger)
    told = filled("--ledger", str(ledger), "doctor")
    assert f"to find them: find / -samefile '{ledger}'" in lines(told)["file"][1]
    assert told.stderr.endswith(" failed: see above.\n")
    shown = "".join(filled("--ledger", str(ledger), "doctor", width=80).stdout.split())
    assert f"-samefile'{ledger}'".replace(" ", "") in shown


@posix
def test_a_foreign_log_is_not_to_be_restored(filled: Program) -> None:
    kept(filled)
    filled.ledger.with_name("ledger.db-wal").write_bytes(b"x" * 99)
    told = filled("doctor")
    assert "Move that file elsewhere" in lines(told)["file"][1]
    assert told.stderr == "1 of 6 checks failed: see above.\n"


def test_a_damaged_file_is_restored_by_a_command_on_a_line_of_its_own(filled: Program) -> None:
    backup = kept(filled)
    filled.ledger.write_bytes(b"hello" * 999)
    command = f"promisectl restore {homely(backup, filled)}"
    assert filled("doctor").stderr.endswith(f"To restore the newest intact backup:\n{command}\n")
    for width in (40, 80):
        assert filled("doctor", width=width).stdout.splitlines()[-1] == command
    assert json.loads(filled("doctor", "--json").stdout)["advice"].endswith(f" backup: {command}")


def test_a_ledger_that_vanished_is_brought_back(filled: Program) -> None:
    backup = kept(filled)
    filled.ledger.unlink()
    told = filled("doctor", "-q")
    assert lines(told)["file"] == (
        "note",
        f"there is no ledger at {filled.ledger}, but it has backups",
    )
    where = homely(filled.ledger, filled)
    command = f"promisectl restore {homely(backup, filled)}"
    brings = "To restore the newest intact backup:"
    assert (
        told.stderr == f"There is no ledger at {where}, but it has backups. {brings}\n{command}\n"
    )
    assert told.code == 0
    assert json.loads(filled.ok("doctor", "--json"))["advice"] == f"{brings} {command}"
    assert filled("doctor", "-q", width=80).stdout.splitlines()[-1] == command
    assert "No backup here" not in filled("doctor", "--expect", "0123abcd").stderr
    backup.write_bytes(b"x")
    assert filled("doctor").stderr.endswith("state/promisectl/backups.\n")
    backup.rename(backup.with_name("ledger-20261122T090000Z-damaged.db"))
    assert filled("doctor").stderr == "All is well: there is no ledger yet.\n"


# The head that is expected


def test_the_head_is_expected(filled: Program) -> None:
    older = head(filled)
    assert lines(filled("doctor", "--expect", older))["expect"] == (
        "ok",
        "the expected head is the newest act",
    )
    filled.ok("note", "1", "rang")
    later = filled("doctor", "--expect", f"{older[:8].upper()}…")
    assert (lines(later)["expect"], later.code) == (
        ("ok", "the expected head is act 7, with 1 after it"),
        0,
    )
    strange = filled("doctor", "--expect", "0" * DIGITS)
    assert (lines(strange)["expect"][0], strange.code) == ("wrong", 5)


def test_an_older_copy_is_seen_by_the_head_alone(filled: Program) -> None:
    older = filled.ledger.read_bytes()
    filled.ok("note", "1", "rang")
    noted = head(filled)
    filled.ledger.write_bytes(older)
    assert filled("doctor").code == 0
    result = filled("doctor", "--expect", noted)
    assert result.code == 5
    assert "the last acts were cut off, this is an older copy" in lines(result)["expect"][1]
    kept(filled)
    told = filled("doctor", "--expect", noted).stderr
    assert (
        told
        == "1 of 17 checks found damage. No backup here has that head either. Is it from another ledger?\n"
    )
    changed(filled, "UPDATE act SET body = replace(body, 'slip', 'slap') WHERE verb = 'bump'")
    assert (
        " with that head in ~/state/promisectl/backups. Copy the file away before you do anything else.\n"
        in filled("doctor", "--expect", noted).stderr
    )


@pytest.mark.parametrize("text", ["", "0123abc", "g" * 8, "0" * 65, "HEAD"])
def test_what_is_no_head_is_refused(filled: Program, text: str) -> None:
    result = filled("doctor", "--expect", text)
    assert (result.stdout, result.code) == ("", 2)
    assert result.stderr.startswith(f"promisectl: “{text}” is not a head")


# What is safe to fix


def test_indexes_guards_and_views_are_made_anew(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger)) as db:
        db.execute("DROP INDEX promise_open")
        db.execute("DROP VIEW owe")
        db.execute("DROP TRIGGER act_is_never_deleted")
        db.execute("CREATE TRIGGER own AFTER INSERT ON act BEGIN DELETE FROM alias; END")
    told = filled("doctor")
    assert told.code == 5
    assert told.stderr.endswith("To repair it:\npromisectl doctor --fix\n")
    mended = filled("doctor", "--fix")
    assert mended.code == 0, mended
    assert "The index promise_open was rebuilt.\n" in mended.stderr
    assert "The trigger own was removed.\n" in mended.stderr
    assert "A backup was made first: " in mended.stderr
    assert filled("doctor", "--fix").stderr.startswith("There was nothing to fix.\n")


def test_an_index_that_does_not_fit_is_made_anew(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        made = db.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'promise_of_person'"
        ).fetchone()[0]
        db.execute(
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX promise_of_person ON promise (state)' WHERE name = 'promise_of_person'"
        )
        db.execute("PRAGMA writable_schema = RESET")
        db.execute("REINDEX promise_of_person")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'promise_of_person'", (made,))
    told = lines(filled("doctor"))
    assert told["file"][0] == "wrong"
    assert told["file"][1].startswith("an index does not match its table; ")
    assert filled("doctor", "--fix").code == 0
    assert filled("doctor").code == 0


@posix
def test_what_only_a_backup_helps_is_not_fixed_away(filled: Program) -> None:
    filled.ok("note", "1", "x", "--once", "key")
    changed(
        filled,
        "PRAGMA writable_schema = ON",
        "ALTER TABLE once ADD COLUMN more TEXT",
        "DROP INDEX promise_open",
    )
    before = filled.ledger.read_bytes()
    told = filled("doctor", "--fix")
    assert told.code == 5
    assert filled.ledger.read_bytes() == before


def test_modes_are_put_right(filled: Program) -> None:
    backup = kept(filled)
    filled.ledger.chmod(0o644)
    filled.ledger.parent.chmod(0o755)
    backup.chmod(0o640)
    result = filled("doctor")
    word, what = lines(result)["private"]
    assert (word, result.code) == ("note", 0)
    assert what.split("; ")[1:] == [
        f"{filled.ledger} has the mode 0644, not 0600",
        f"{backup} has the mode 0640, not 0600",
        f"{filled.ledger.parent} has the mode 0755, not 0700",
    ]
    assert ", with 1 note: " in result.stderr
    filled.ok("doctor", "--fix")
    assert [
        one.stat().st_mode & 0o777 for one in (filled.ledger, filled.ledger.parent, backup)
    ] == [0o600, 0o700, 0o600]
    assert lines(filled("doctor"))["private"][0] == "ok"


@posix
def test_a_directory_that_is_not_ours_may_be_read_by_others(filled: Program) -> None:
    place = filled.home / "shared"
    place.mkdir(mode=0o755)
    place.chmod(0o755)
    (place / "band.db").write_bytes(filled.ledger.read_bytes())
    assert lines(filled("--ledger", str(place / "band.db"), "doctor"))["private"][0] == "ok"
    place.chmod(0o777)
    assert (
        "others can put files there"
        in lines(filled("--ledger", str(place / "band.db"), "doctor", "--fix"))["private"][1]
    )
    assert place.stat().st_mode & 0o777 == 0o777


def without_powers(*words: str) -> Result:
    """The same by a process that the modes of files hold for, even if root says it."""
    import subprocess

    root = hasattr(os, "geteuid") and os.geteuid() == 0
    bounds = [tool("setpriv"), "--bounding-set=-dac_override,-dac_read_search"] if root else []
    done = subprocess.run(
        [*bounds, sys.executable, "-m", "promisectl", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.stdout, done.stderr, done.returncode)


@posix
def test_where_nothing_can_be_recorded_is_told_and_the_ledger_is_unlocked(filled: Program) -> None:
    kept(filled)
    filled.ledger.chmod(0o400)
    told = without_powers("doctor")
    assert lines(told)["private"] == (
        "note",
        f"nothing can be recorded; {filled.ledger} has the mode 0400: chmod u+rw {filled.ledger}",
    )
    assert told.code == 0
    filled.ledger.chmod(0)
    told = without_powers("doctor")
    assert "you may not use it (Permission denied)" in lines(told)["file"][1]
    assert told.stderr == "1 of 6 checks failed: see above.\n"
    mended = without_powers("doctor", "--fix")
    assert mended.stderr.startswith(f"{homely(filled.ledger, filled)} now has the mode 0600.\n")
    assert (filled.ledger.stat().st_mode & 0o777, mended.code) == (0o600, 0)
    place = filled.ledger.parent
    place.chmod(0o500)
    told = without_powers("doctor")
    place.chmod(0o700)
    assert lines(told)["private"] == (
        "note",
        f"nothing can be recorded; {place} has the mode 0500: chmod u+rwx {place}",
    )


@posix
def test_backups_that_cannot_be_looked_into(filled: Program) -> None:
    directory = kept(filled).parent
    filled.ledger.write_bytes(b"hello" * 999)
    directory.chmod(0)
    told = without_powers("doctor")
    directory.chmod(0o700)
    assert lines(told)["backups"] == (
        "note",
        f"{directory} can't be read (Permission denied)",
    )
    where = homely(directory, filled)
    copy = "Copy the file away before you do anything else."
    assert told.stderr.endswith(
        f"The backups in {where} can't be read (Permission denied). {copy}\n"
    )


def aged(path: Path, content: bytes = b"x") -> Path:
    path.write_bytes(content)
    os.utime(path, (time.time() - 100, time.time() - 100))
    return path


@posix
def test_leftovers_go_and_what_may_be_in_use_or_somebodys_stays(filled: Program) -> None:
    place = filled.ledger.parent
    old = aged(place / "ledger.db.0123456789abcdef.new")
    fresh = place / "ledger.db.fedcba9876543210.new"
    fresh.write_bytes(b"x")
    os.utime(
        fresh, (time.time(), time.time())
    )  # the clock that the program reads, which need not be that of the disk
    conflict = aged(place / "ledger (conflicted copy 2026-11-20).db")
    other = aged(place / "ledger.sync-conflict-20261120-101010-ABCDEFG.db")
    told = lines(filled("doctor"))["beside"]
    assert told[0] == "note"
    assert told[1].split("; ")[1:] == [
        f"{conflict} looks like a conflict copy of a sync service: open it with --ledger",
        f"{old} is a leftover of an interrupted command",
        f"{other} looks like a conflict copy of a sync service: open it with --ledger",
    ]
    assert filled("doctor", "--fix").stderr.startswith(f"{homely(old, filled)} was deleted.\n")
    assert {one.name for one in place.iterdir()} == {
        "ledger.db",
        fresh.name,
        conflict.name,
        other.name,
    }


@pytest.mark.parametrize(
    "name",
    [
        "ledger 2.db",
        "ledger 13.db",
        "ledger-DESKTOP-AB12CD3.db",
        "ledger-Danas-MacBook-Pro.db",
        "ledger (1).db",
        "ledger (Konflikt 2026).db",
        "ledger.db.sync-conflict-20261120-101010-ABCDEFG",
    ],
)
def test_the_copies_that_services_make_are_seen(filled: Program, name: str) -> None:
    copy = aged(filled.ledger.with_name(name))
    told = lines(filled("doctor"))["beside"]
    assert told[0] == "note"
    assert f"{copy} looks like a conflict copy of a sync service: open it with --ledger" in told[1]


@pytest.mark.parametrize(
    "name",
    [
        "ledger-20261120T101010Z.db",
        "ledger-20261120T101010Z-2-before-import.db",
        "ledger-old.db",
        "ledger2.db",
        "work 2.db",
        "ledger.txt",
    ],
)
def test_what_somebody_has_put_there_is_no_such_copy(filled: Program, name: str) -> None:
    aged(filled.ledger.with_name(name))
    assert lines(filled("doctor"))["beside"][0] == "ok"


@posix
def test_a_second_name_is_told_and_goes_if_it_is_ours(filled: Program) -> None:
    second = filled.home / "second.db"
    os.link(filled.ledger, second)
    assert lines(filled("doctor"))["beside"][1].endswith("has 2 names; a ledger should have one")
    second.unlink()
    ours = filled.ledger.with_name("ledger.db.0123456789abcdef.new")
    os.link(filled.ledger, ours)
    os.utime(ours, (time.time() - 100, time.time() - 100))
    assert "is a second name of the ledger" in lines(filled("doctor"))["beside"][1]
    filled.ok("doctor", "--fix")
    assert not ours.exists()
    assert filled.ok("list").count("\n") == 2


@posix
def test_what_a_command_left_half_done_is_told_and_taken_back(filled: Program) -> None:

    crash(filled.ledger)
    journal = filled.ledger.with_name("ledger.db-journal")
    before = filled.ledger.read_bytes(), journal.read_bytes()
    told = filled("doctor")
    assert told.code == 5
    assert lines(told)["file"] == (
        "wrong",
        "a command was interrupted while it wrote, and has to be rolled back",
    )
    assert told.stderr.endswith("promisectl doctor --fix\n")
    assert (filled.ledger.read_bytes(), journal.read_bytes()) == before
    assert filled("doctor", "--fix").stderr.startswith("An unfinished command was rolled back.\n")
    assert not journal.exists()
    assert filled.ok("list").count("Q3") == 1


def test_another_way_of_writing_is_told_and_ended(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    before = {one.name: one.read_bytes() for one in filled.ledger.parent.iterdir()}
    told = filled("doctor")
    assert (lines(told)["file"], told.code) == (
        ("wrong", "another program set it to WAL mode"),
        5,
    )
    assert {one.name: one.read_bytes() for one in filled.ledger.parent.iterdir()} == before
    assert filled("doctor", "--fix").code == 0


# The place and the config


@posix
def test_a_link_a_synchronised_place_and_a_bad_config_are_worth_notes(filled: Program) -> None:
    place = filled.home / "Dropbox" / "notes"
    place.mkdir(parents=True)
    (place / "ledger.db").write_bytes(filled.ledger.read_bytes())
    link = filled.home / "link.db"
    link.symlink_to(place / "ledger.db")
    config = filled.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("colour = 'never'\n", encoding="utf-8")
    found = lines(filled("--ledger", str(link), "doctor"))
    assert found["private"][0] == "ok"
    assert found["beside"] == (
        "note",
        f"the ledger is a link; {link} is a link to {place}/ledger.db",
    )
    assert found["disk"][0] == "note"
    assert f"it is in {place.parent}, which a service seems to synchronise" in found["disk"][1]
    assert found["config"][0] == "note"
    assert "colour" in found["config"][1]


def test_the_age_of_the_newest_backup_is_told(filled: Program) -> None:
    assert lines(filled("doctor"))["backups"][0] == "note"
    path = kept(filled)
    assert lines(filled("doctor"))["backups"] == ("ok", f"the newest is from 1 day ago: {path}")
    found = lines(filled("doctor", today="2027-01-10"))
    assert found["backups"] == ("note", f"the newest is from 49 days ago: {path}")


def test_what_was_put_aside_as_damaged_is_no_backup(filled: Program) -> None:
    aside = kept(filled, "ledger-20261122T090000Z-damaged.db")
    assert lines(filled("doctor"))["backups"] == ("note", f"there are none in {aside.parent} yet")
    older = kept(filled, "ledger-20261121T090000Z.db")
    assert lines(filled("doctor"))["backups"] == ("ok", f"the newest is from 2 days ago: {older}")
    assert json.loads(filled.ok("doctor", "--json"))["newest_backup"] == str(older)


def test_the_newest_backup_is_the_one_made_last_whatever_its_name(filled: Program) -> None:
    ahead, fresh = kept(filled, "ledger-20310101T090000Z.db"), kept(filled)
    moment = 1_795_000_000  # 18 November 2026
    os.utime(fresh, (moment, moment))
    os.utime(ahead, (moment - 40 * 86_400, moment - 40 * 86_400))
    assert lines(filled("doctor"))["backups"][1].endswith(f"1 day ago: {fresh}")
    filled.ledger.write_bytes(b"hello" * 999)
    assert filled("doctor").stderr.endswith(f"promisectl restore {homely(fresh, filled)}\n")
    fresh.unlink()
    assert lines(filled("doctor"))["backups"][0] == "note"


def test_a_bar_is_shown_at_a_terminal_while_it_takes_long(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from promisectl.commands import doctor

    monkeypatch.setattr(doctor, "_MIN_ACTS_FOR_PROGRESS", 5)
    shown = filled("doctor", answers="", width=80)
    assert "100%" in shown.stderr
    assert "100%" not in filled("doctor").stderr
