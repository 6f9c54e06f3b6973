"""Threats from the disk: full, failing, read-only, silent about what it has kept. What is said then is true, in plain words, with a way out."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Program, tool

PLAIN = {
    "ENOSPC": r"Can't use [^ ]+: the disk is full\. (Nothing was recorded\. )?Free some space and try again\.",
    "EIO": r"Can't use [^ ]+: the disk failed to read or write it \(input/output error\)\. (Nothing was recorded\. )?Try again; if it fails again, copy",
}


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed")
    return program


def traced(
    words: Sequence[str], *injected: str, only: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """One run in which system calls fail as `injected`, those on one file alone if it is given."""
    faults = [word for one in injected for word in ("-e", f"inject={one}")]
    command = [
        tool("strace"),
        "-f",
        "-o",
        "/dev/null",
        *(["-P", str(only)] if only else []),
        *faults,
        sys.executable,
        "-m",
        "promisectl",
    ]
    return subprocess.run(
        [*command, *words],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def notes(program: Program) -> int:
    return program.ok("log").count("\tnote\t")


# Moves


@pytest.mark.parametrize("fault", PLAIN)
def test_a_move_that_can_not_be_written_says_so_and_nothing_is_recorded(
    filled: Program, fault: str
) -> None:
    done = traced(["note", "1", "x"], f"pwrite64:error={fault}")
    assert (done.stdout, done.returncode) == ("", 5)
    assert re.search(PLAIN[fault], done.stderr)
    assert "Nothing was recorded." in done.stderr
    assert notes(filled) == 0
    assert filled.ok("note", "1", "x", "-q") == "1\n"


@pytest.mark.parametrize("when", range(1, 6))
def test_what_is_said_of_a_move_is_true_whichever_fsync_fails(filled: Program, when: int) -> None:
    """The journal, its directory, the ledger, and once the journal is gone the directory again: then it is recorded, and not confirmed."""
    done = traced(["note", "1", "x"], f"fsync,fdatasync:error=EIO:when={when}")
    assert "Traceback" not in done.stderr
    recorded = notes(filled)
    assert (done.returncode, bool(done.stdout), recorded) in {
        (0, True, 1),
        (5, False, 0),
        (7, False, 1),
    }
    sentence = {0: "", 5: "Nothing was recorded.", 7: "The move was recorded in "}[done.returncode]
    assert sentence in done.stderr
    assert filled.ok("note", "1", "x", "-q") == "1\n"
    assert notes(filled) == recorded + 1


def test_a_move_that_the_disk_did_not_confirm_is_told_apart(filled: Program) -> None:
    """The last fsync is that of the directory, from which the journal has gone."""
    done = [
        traced(["note", "1", "x"], f"fsync,fdatasync:error=EIO:when={when}") for when in range(1, 7)
    ]
    unconfirmed = [one for one in done if one.returncode == 7]
    assert len(unconfirmed) == 1
    assert re.fullmatch(
        rf"promisectl: The move was recorded in {filled.ledger}, but the disk did not confirm it \(disk I/O error\)\. See: promisectl log\n",
        unconfirmed[0].stderr,
    )
    assert unconfirmed[0].stdout == ""
    assert done[-1].returncode == 0  # there are no more


def test_a_first_move_whose_name_the_disk_did_not_confirm_is_recorded(program: Program) -> None:
    done = []
    for when in range(1, 24):
        shutil.rmtree(program.home / "data", ignore_errors=True)
        done.append(
            traced(["make", "X y z", "--to", "dana"], f"fsync,fdatasync:error=EIO:when={when}")
        )
        there = program.ledger.exists()
        assert (done[-1].returncode, there) in {(0, True), (5, False), (7, True)}
        assert not there or program.ok("list") == "1\tdana\tX y z\t\tproposed\t\towe\n"
        assert (
            os.listdir(program.ledger.parent) == ["ledger.db"]
            if there
            else not program.ledger.parent.exists()
        )
    unconfirmed = [one.stderr for one in done if one.returncode == 7]
    assert unconfirmed
    assert all(
        f"The move was recorded in {program.ledger}, but the disk did not confirm it (Input/output error)"
        in one
        for one in unconfirmed
    )
    assert [one.returncode for one in done if one.returncode == 5]


def test_where_directories_know_no_fsync_nothing_is_wrong(program: Program) -> None:
    place = program.ledger.parent
    place.mkdir(parents=True)
    done = traced(["make", "X y z", "--to", "dana"], "fsync:error=EINVAL", only=place)
    assert (done.returncode, done.stdout.startswith("#1 proposed")) == (0, True), done.stderr


def test_a_leftover_that_can_not_be_taken_away_does_not_unsay_the_first_move(
    program: Program,
) -> None:
    done = traced(["make", "X y z", "--to", "dana"], "unlink,unlinkat:error=EIO:when=2+")
    assert done.returncode == 0, done.stderr
    assert program.ok("list") == "1\tdana\tX y z\t\tproposed\t\towe\n"
    assert program.ok("note", "1", "x", "-q") == "1\n"
    assert os.listdir(program.ledger.parent) == ["ledger.db"]


def test_nobody_says_what_nobody_can_know(filled: Program) -> None:
    """The disk fails at the commit, and the ledger can't be opened again to see what came of it: its fourth time, after mode, header and move."""
    done = traced(
        ["note", "1", "x"],
        "fsync,fdatasync:error=EIO",
        "openat:error=EIO:when=4+",
        only=filled.ledger,
    )
    assert (done.stdout, done.returncode) == ("", 7)
    assert re.search(
        r"failed while the move was being recorded \(disk I/O error\) and can't be read now, so it may or may not be recorded\.",
        done.stderr,
    )
    assert notes(filled) == 0


# Looks


@pytest.mark.parametrize("words", [["list"], ["log", "--json"], ["export"]], ids=" ".join)
def test_a_look_says_nothing_of_recording(filled: Program, words: list[str]) -> None:
    done = traced(words, "pread64:error=EIO:when=1+", only=filled.ledger)
    assert (done.stdout, done.returncode) == ("", 5)
    assert re.search(PLAIN["EIO"], done.stderr)
    assert "recorded" not in done.stderr


def test_the_status_says_nothing_while_the_ledger_is_locked(filled: Program) -> None:
    """It is for a prompt, which has no use for an error."""
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    done = filled("status")
    db.close()
    assert (done.stdout, done.stderr, done.code) == ("", "", 5)


@pytest.mark.parametrize("fault", ["EACCES", "EPERM", "EROFS"])
def test_what_may_not_be_used_says_whom_to_ask(filled: Program, fault: str) -> None:
    for words in (["list"], ["note", "1", "x"]):
        done = traced(words, f"openat:error={fault}", only=filled.ledger)
        assert (done.stdout, done.returncode) == ("", 5)
        assert "you may not use it (" in done.stderr
        assert done.stderr.endswith(f"See who may: ls -la '{filled.ledger.parent}'\n")
        assert ("Nothing was recorded." in done.stderr) == (words[0] == "note")


def test_a_read_only_file_is_no_raw_complaint_of_sqlite(filled: Program) -> None:
    """The program may read the file, and is refused when it opens it for writing: the third time, after mode and header."""
    done = traced(["note", "1", "x"], "openat:error=EACCES:when=3", only=filled.ledger)
    assert (done.stdout, done.returncode) == ("", 5)
    assert re.search(
        r"you may not open or write it, or its directory\. Nothing was recorded\. See who may: ls -la '",
        done.stderr,
    )
    done = traced(
        ["note", "1", "x"], "openat:error=EROFS", only=filled.ledger.with_name("ledger.db-journal")
    )
    assert (done.stdout, done.returncode) == ("", 5)
    assert re.search(
        r"you may not open or write it, or its directory\. Nothing was recorded\. See who may",
        done.stderr,
    )
    assert notes(filled) == 0


def test_a_malformed_image_is_called_damaged(filled: Program) -> None:
    content = bytearray(filled.ledger.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    content[100:300] = b"\xff" * 200
    filled.ledger.write_bytes(content)
    for words in (["list"], ["note", "1", "x"]):
        done = filled(*words)
        assert (done.stdout, done.code) == ("", 5)
        assert (
            "is damaged, or is not a ledger. It was left as it is. See: promisectl doctor"
            in done.stderr
        )
        assert filled.ledger.read_bytes() == content


# Temporary files

NO_TEMPORARY_FILE = re.compile(
    r"promisectl: Can't write a temporary file: .*\. The ledger is unchanged\. Free some space, "
    r"or set (SQLITE_)?TMPDIR to another directory\.\n",
    re.DOTALL,
)


def without_files(*words: str) -> subprocess.CompletedProcess[str]:
    """A command that can't let any file grow, as where the disk of the temporary files is full."""
    return subprocess.run(
        [sys.executable, "-m", "promisectl", *words],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )


def fill(program: Program, rows: int, letters: int) -> None:
    """A ledger of so many promises, each with two texts of so many letters, and a journal and a backup of it."""
    file = program.home / "many.csv"
    lines = [f"Send page {one},dana,owe,{'x' * letters},{'y' * letters}" for one in range(rows)]
    file.write_text("\n".join(["outcome,person,direction,why,done_when", *lines]), "utf-8")
    program.ok("import", str(file), "-q")
    program.ok("export", "--journal", "-o", str(program.home / "journal.jsonl"))
    program.ok("backup", str(program.home / "backup.db"))


LOOKS = (
    "owe",
    "list --all --csv",
    "list --all --sort person --search page --as-of tue",
    "stats --all --as-of tue",
    "log",
    "people",
    "digest",
    "week",
    "export",
    "export --journal",
    "doctor -q",
    "import many.csv --dry-run -q",
    "--ledger other.db import journal.jsonl --dry-run",
    "restore backup.db --yes",
    "doctor --rebuild",
)


def test_a_small_ledger_needs_no_temporary_files(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever only looks, and whatever checks the ledger."""
    fill(program, 1_500, 100)
    monkeypatch.chdir(program.home)
    for line in LOOKS:
        done = without_files(*line.split(), "--today", "2026-11-25")
        if line.startswith("restore"):
            assert (done.stdout, done.returncode) == ("", 5)
        else:
            assert (done.stderr.count("promisectl:"), done.returncode) == (0, 0), done.stderr


def test_a_full_disk_for_temporary_files_is_told_as_that_and_no_ledger_as_damaged(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(program, 1_100, 8_000)
    assert program.ledger.stat().st_size > 32 << 20
    before = program.ledger.read_bytes()
    monkeypatch.chdir(program.home)
    told = []
    for line in LOOKS:
        done = without_files(*line.split(), "--today", "2026-11-25")
        assert not re.search("damage|malformed|Can't use |Traceback", done.stderr)
        if done.returncode and not line.startswith("restore"):
            assert (done.stdout, done.returncode) == ("", 5)
            assert NO_TEMPORARY_FILE.fullmatch(done.stderr), (line, done.stderr)
            told.append(line)
    assert {"owe", "list --all --csv", "export --journal"} <= {*told}
    assert program.ledger.read_bytes() == before


@pytest.mark.parametrize("made", ["nothing", "a file", "a directory that may not be written to"])
def test_a_temporary_directory_that_can_not_be_used_hides_nothing(
    program: Program, made: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another one is taken, or what has to be kept aside is in memory."""
    place = program.home / "temporary"
    if made == "a file":
        place.write_text("")
    elif made != "nothing":
        place.mkdir(mode=0o500)
    monkeypatch.setenv("TMPDIR", str(place))
    fill(program, 1_100, 100)
    assert program.ok("list", "--all").count("\n") == 1_100
    assert "wrong" not in program.ok("doctor", "-q")


@pytest.mark.usefixtures("program")
def test_a_tour_without_a_place_for_its_ledger_says_so() -> None:
    done = without_files("demo")
    assert (done.stdout, done.returncode) == ("", 5)
    assert NO_TEMPORARY_FILE.fullmatch(done.stderr), done.stderr


@pytest.mark.parametrize("call", ["lseek", "read", "fstat", "newfstatat"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_that_fails_while_it_is_imported_is_told(
    filled: Program, form: str, call: str
) -> None:
    """Whatever call fails, and however often it went well before."""
    file = filled.home / f"file.{form}"
    told = filled.ok("export", "--journal") if form == "jsonl" else filled.ok("export", "--raw")
    file.write_text(told, encoding="utf-8")
    other = str(filled.home / "other.db")
    for nth in range(1, 7):
        done = traced(
            ["--ledger", other, "import", str(file), "--dry-run"],
            f"{call}:error=EIO:when={nth}+",
            only=file,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 2, 5, 6), done.stderr
        assert (done.returncode == 0) == ("promisectl: " not in done.stderr)
