"""Threats from the file system: strange things in the ledger's place, links, second names, root, and exports onto the ledger."""

import io
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, closing, suppress
from pathlib import Path

import pytest

from promisectl import errors
from promisectl.commands.shared import output_files
from promisectl.compiled import sql
from promisectl.env import Env
from tests.conftest import Program, tool

MOVES = (["make", "X", "--to", "dana"], ["note", "1", "x"], ["undo"])
LOOKS = (["list"], ["export"], ["log", "--json"])
SOMEBODY = 4242


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed")
    return program


def shell(words: Sequence[str], before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """One run in a process of its own, which can't hang for long."""
    command = [*before, sys.executable, "-m", "promisectl", *words]
    return subprocess.run(
        command, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=60
    )


def seen(place: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything in a directory: what it is, when it was changed, and its bytes."""
    found = {}
    for one in place.iterdir():
        about = one.lstat()
        found[one.name] = (
            about.st_mode,
            about.st_mtime_ns,
            one.read_bytes() if stat.S_ISREG(about.st_mode) else b"",
        )
    return found


def refused(program: Program, sentence: str, *, looks: bool = True, moves: bool = True) -> None:
    """Moves and looks are refused in one sentence, with exit 5, and all stays as it is."""
    before = seen(program.ledger.parent)
    for words in (*(MOVES if moves else ()), *(LOOKS if looks else ())):
        done = program(*words)
        assert (done.stdout, done.code, done.stderr.count("\n")) == ("", 5, 1), done
        assert re.search(sentence, done.stderr), done.stderr
        assert seen(program.ledger.parent) == before


# What stands in the ledger's place; texts, damaged files and databases of others are in tests/storage/test_chain.py


def test_a_pipe_is_not_waited_for(program: Program) -> None:
    program.ledger.parent.mkdir(parents=True)
    os.mkfifo(program.ledger)
    for words in (*MOVES, *LOOKS):
        done = shell(words)
        assert (done.stdout, done.returncode) == ("", 5)
        assert (
            "ledger.db is a pipe, not a file. It was left as it is. Move it elsewhere, or name another"
            in done.stderr
        )


def test_a_directory_a_socket_and_a_device_are_refused(program: Program) -> None:
    program.ledger.mkdir(parents=True)
    refused(
        program,
        "is a directory, not a file. It was left as it is. Move it elsewhere, or name another ledger with --ledger",
    )
    program.ledger.rmdir()
    with (
        chdir(program.ledger.parent),
        closing(socket.socket(socket.AF_UNIX)) as server,
    ):  # the name of a socket has to be short
        server.bind(program.ledger.name)
        refused(program, "is a socket, not a file")
    for device in ("/dev/null", "/dev/full", "/dev/tty"):
        assert "is a device, not a file" in shell(["list", "--ledger", device]).stderr
        assert shell(["make", "X", "--to", "dana", "--ledger", device]).returncode == 5


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_what_is_no_file_under_the_name_of_a_journal_is_refused(filled: Program, end: str) -> None:
    copied = filled.home / "copy.db"
    filled.ok("backup", str(copied))
    before = filled.ledger.read_bytes()
    restore = ["restore", str(copied), "--yes"]
    for kind, name in _put_strange(Path(f"{filled.ledger}{end}")):
        rest = [*MOVES, ["log", "--json"], ["backup"], restore] if kind == "a pipe" else []
        for words in (["list"], ["note", "1", "x"], *rest):
            done = shell(words)
            assert (done.stdout, done.returncode) == ("", 5), (kind, words)
            assert f"{name} is {kind}, not a file. It was left as it is. Move it" in done.stderr
        found = shell(["doctor"])
        assert (found.returncode, f"{name} is {kind}, not a file" in found.stdout) == (5, True)
    for kind, name in _put_strange(Path(f"{copied}{end}")):
        assert f"{name} is {kind}, not a file. Nothing was restored" in shell(restore).stderr
    assert filled.ledger.read_bytes() == before
    filled.ledger.unlink()
    for kind, name in _put_strange(Path(f"{filled.ledger}{end}")):
        done = shell(restore)
        assert (done.returncode, f"{name} is {kind}, not a file" in done.stderr) == (5, True)
        assert shell(["make", "X y z", "--to", "me"]).returncode == 5
        assert not filled.ledger.exists()


def _put_strange(path: Path) -> Iterator[tuple[str, str]]:
    """Put something that is no file at a path, one after the other; what each is, and its name."""
    os.mkfifo(path)
    yield "a pipe", path.name
    path.unlink()
    path.mkdir()
    yield "a directory", path.name
    path.rmdir()
    with chdir(path.parent), closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(path.name)
        yield "a socket", path.name
    path.unlink()
    for target in ("/dev/null", "nowhere", "ledger.db"):
        path.symlink_to(target)
        yield "a link", path.name
        path.unlink()


@pytest.mark.parametrize("left", ["-journal", "-wal"])
def test_the_journal_of_a_ledger_that_is_gone_is_not_played_into_a_new_one(
    program: Program, left: str
) -> None:
    program.ledger.parent.mkdir(parents=True)
    journal = program.ledger.with_name(f"ledger.db{left}")
    journal.write_bytes(b"what was half done")
    result = program("make", "X", "--to", "dana")
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr == (
        f"promisectl: {journal} exists without its ledger, and SQLite would apply it to a new one. "
        "Nothing was recorded. Move it to its ledger, or elsewhere.\n"
    )
    assert [one.name for one in program.ledger.parent.iterdir()] == [journal.name]
    journal.unlink()
    assert program.ok("make", "X", "--to", "dana", "-q") == "1\n"


def test_a_log_that_is_not_its_own_is_seen_through_a_link_too(filled: Program) -> None:
    link = filled.home / "link.db"
    link.symlink_to(filled.ledger)
    filled.ledger.with_name("ledger.db-wal").write_bytes(b"changes")
    for words in (["list"], ["note", "1", "x"]):
        result = filled("--ledger", str(link), *words)
        assert (result.stdout, result.code) == ("", 5)
        assert "belongs to another state of the ledger" in result.stderr


def without_links(fault: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One run where the file system has no hard links, as FAT, exFAT and Android have none."""
    command = [tool("strace"), "-f", "-o", "/dev/null", "-e", f"inject=link,linkat:error={fault}"]
    return shell(words, command)


@pytest.mark.parametrize("fault", ["EPERM", "EACCES", "EOPNOTSUPP", "ENOSYS", "EMLINK"])
def test_a_ledger_begins_where_there_are_no_hard_links(program: Program, fault: str) -> None:
    done = without_links(fault, "make", "X y z", "--to", "dana", "-q")
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "", 0)
    assert os.listdir(program.ledger.parent) == ["ledger.db"]
    assert program.ledger.stat().st_mode & 0o777 == 0o600
    backup = str(program.home / "copy.db")
    assert without_links(fault, "backup", backup).returncode == 0
    program.ledger.unlink()
    assert without_links(fault, "restore", backup).returncode == 0
    assert program.ok("list") == "1\tdana\tX y z\t\tproposed\t\towe\n"
    assert program.ok("doctor", "-q").count("wrong") == 0


def test_a_ledger_begins_where_python_can_not_link(program: Program) -> None:
    code = "import os\ndel os.link\nfrom promisectl.__main__ import main\nmain()\n"
    done = subprocess.run(
        [sys.executable, "-c", code, "make", "X y z", "--to", "dana", "-q"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert os.listdir(program.ledger.parent) == ["ledger.db"]


def test_many_begin_at_once_where_there_are_no_hard_links(program: Program) -> None:
    """Nobody takes the file of another for damaged, while it is empty for a moment."""
    command = [tool("strace"), "-f", "-o", "/dev/null", "-e", "inject=link,linkat:error=EPERM"]
    words = [sys.executable, "-m", "promisectl", "make", "X y z", "--to", "dana", "-q"]
    pipe = subprocess.PIPE
    running = [subprocess.Popen([*command, *words], stdout=pipe, stderr=pipe) for _ in range(6)]
    heard = [one.communicate() for one in running]
    assert [said for _, said in heard] == [b""] * 6
    assert sorted(numbers for numbers, _ in heard) == [b"%d\n" % one for one in range(1, 7)]
    assert program.ok("list").count("\n") == 6


def test_a_link_to_nothing_is_refused(program: Program) -> None:
    program.ledger.parent.mkdir(parents=True)
    program.ledger.symlink_to(program.home / "nowhere")
    refused(program, "is a broken link")


def test_a_link_of_ones_own_is_followed(filled: Program) -> None:
    elsewhere = filled.home / "elsewhere.db"
    filled.ledger.rename(elsewhere)
    filled.ledger.symlink_to(elsewhere)
    assert filled.ok("note", "1", "x")
    assert filled.ok("log").count("\n") == 3
    assert filled.ledger.is_symlink()


def test_backups_are_named_where_there_are_some(program: Program) -> None:
    program.ledger.parent.mkdir(parents=True)
    program.ledger.touch()
    assert "Backups are in" not in program("list").stderr
    backups = program.home / "state" / "promisectl" / "backups"
    backups.mkdir(parents=True)
    (backups / "ledger-20261122T090000Z.db").touch()
    for words in (["list"], ["make", "X", "--to", "dana"]):
        assert program(*words).stderr.endswith(
            f"Backups are in {backups} (promisectl restore “…”). See: promisectl doctor\n"
        )


def test_a_newer_ledger_says_what_to_update(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger)) as db:
        db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP + 1}")
    newer = rf"newer promisectl \(schema step {sql.SCHEMA_STEP + 1}; this one knows {sql.SCHEMA_STEP}\). It was left as it is. Update promi"
    refused(filled, newer)


def test_a_ledger_without_a_step_is_refused(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger)) as db:
        db.execute("PRAGMA user_version = 0")
    refused(filled, "has no schema step, which every ledger has")


@pytest.mark.parametrize(
    "name",
    [
        "100% mine?",
        "# a b & c;d",
        "ünï “x” 🚲",
        "new\nline",
        "-o",
        "a\\b",
        "$(touch x)",
        "%2e%2e",
        "x" * 200,
    ],
)
def test_a_ledger_of_any_name_works(program: Program, name: str) -> None:
    place = program.home / name
    place.mkdir()
    file = "l.db" if "$" in name else f"{name[:100]}.db"  # a new file is not called as for a shell
    ledger = str(place / file)
    assert program.ok("--ledger", ledger, "make", "X y z", "--to", "dana", "-q") == "1\n"
    assert program.ok("--ledger", ledger, "note", "1", "x", "-q") == "1\n"
    assert program.ok("--ledger", ledger, "list") == "1\tdana\tX y z\t\tproposed\t\towe\n"
    assert os.listdir(place) == [file]
    assert sorted(os.listdir(program.home)) == [name]


# Second names


def test_a_ledger_with_two_names_is_refused(filled: Program) -> None:
    os.link(filled.ledger, filled.home / "another.db")
    refused(
        filled,
        r"has 2 names \(hard links\), and commands that use different ones would damage it.*find / -samefile",
    )
    (filled.home / "another.db").unlink()
    assert filled("note", "1", "x").code == 0


def test_a_name_that_a_killed_founding_left_is_read_past_and_taken_away_by_a_move(
    filled: Program,
) -> None:
    left = filled.ledger.with_name(f"ledger.db.{'0123456789abcdef'}.new")
    os.link(filled.ledger, left)
    before = seen(filled.ledger.parent)
    for words in LOOKS:
        assert filled(*words).code == 0
        assert seen(filled.ledger.parent) == before
    assert filled("note", "1", "x").code == 0
    assert os.listdir(filled.ledger.parent) == ["ledger.db"]
    os.link(filled.ledger, left)
    os.link(filled.ledger, filled.home / "another.db")
    refused(filled, "has 3 names")


def test_a_founding_killed_before_it_took_its_first_name_away_is_whole(program: Program) -> None:
    """The process is killed at the call that would take the name away; the one before is SQLite's, for its journal."""
    trace = [
        tool("strace"),
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "inject=unlink,unlinkat:signal=KILL:when=2",
    ]
    shell(["make", "X y z", "--to", "dana"], trace)
    assert program.ledger.exists()
    assert [one for one in os.listdir(program.ledger.parent) if one.endswith(".new")]
    assert program.ok("list") == "1\tdana\tX y z\t\tproposed\t\towe\n"
    assert program.ok("note", "1", "x", "-q") == "1\n"
    assert os.listdir(program.ledger.parent) == ["ledger.db"]


# Other modes of SQLite


def test_a_ledger_in_wal_mode_is_not_looked_at_and_turned_back_by_a_move(filled: Program) -> None:
    with closing(sqlite3.connect(filled.ledger)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    refused(
        filled,
        r"to WAL mode, in which even a view would write files\. The next change you record ends that mode, or end it now: sqlite3 ",
        moves=False,
    )
    assert filled.ok("note", "1", "x", "-q") == "1\n"
    assert os.listdir(filled.ledger.parent) == ["ledger.db"]
    assert filled.ledger.read_bytes()[18:20] == b"\1\1"
    assert "x" in filled.ok("log")


def test_what_stands_in_the_log_of_wal_mode_is_not_lost(filled: Program) -> None:
    """The other program died before it could write its changes back."""
    code = (
        "import os, sqlite3\n"
        f"db = sqlite3.connect({str(filled.ledger)!r}, isolation_level=None)\n"
        "db.execute('PRAGMA journal_mode = WAL')\n"
        "db.execute(\"UPDATE person SET name = 'Dana Kim'\")\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (filled.ledger.parent / "ledger.db-wal").stat().st_size
    refused(filled, "to WAL mode", moves=False)
    assert filled.ok("note", "1", "x", "-q") == "1\n"
    assert os.listdir(filled.ledger.parent) == ["ledger.db"]
    assert "Dana Kim" in filled.ok("list", "--json")


def test_a_log_that_belongs_to_another_state_of_the_ledger_is_not_mixed_in(filled: Program) -> None:
    """SQLite would: a copy that is laid in the place of a ledger beside its log becomes a mixture of the two."""
    copy = filled.home / "copy.db"
    shutil.copy(filled.ledger, copy)
    with closing(sqlite3.connect(filled.ledger, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("UPDATE promise SET outcome = 'something else'")
        log = (filled.ledger.parent / "ledger.db-wal").read_bytes()
    shutil.copy(copy, filled.ledger)
    (filled.ledger.parent / "ledger.db-wal").write_bytes(log)
    refused(
        filled,
        r"ledger\.db-wal belongs to another state of the ledger, and SQLite would apply it\. Nothing was changed\.",
    )
    (filled.ledger.parent / "ledger.db-wal").unlink()
    assert filled.ok("list") == "1\tdana\tSend the numbers\t\tactive\t\towe\n"


# Other users. Where the tests run as root a directory is given away; elsewhere the program takes itself for somebody else.


def pretended(user: int) -> list[str]:
    return [tool("strace"), "-f", "-o", "/dev/null", "-e", f"inject=geteuid:retval={user}"]


def given_away(place: Path) -> None:
    with suppress(PermissionError):
        os.chown(place, SOMEBODY, -1)


def test_root_leaves_the_directories_of_others_alone(filled: Program) -> None:
    given_away(filled.ledger.parent)
    before = seen(filled.ledger.parent)
    for words in (*MOVES, *LOOKS):
        done = shell(words, pretended(0))
        assert (done.stdout, done.returncode) == ("", 5)
        assert "You are root, and " in done.stderr
        assert re.search(
            r"Nothing was changed\. Run this as (\S+): sudo -u '?\1'? promisectl …", done.stderr
        )
        assert seen(filled.ledger.parent) == before


def test_root_founds_nothing_in_the_home_of_another(program: Program) -> None:
    given_away(program.home)
    assert shell(["make", "X", "--to", "dana"], pretended(0)).returncode == 5
    assert os.listdir(program.home) == []


def test_a_link_into_the_directory_of_another_is_not_followed(filled: Program) -> None:
    theirs = filled.home / "theirs"
    filled.ledger.parent.rename(theirs)
    given_away(theirs)
    filled.ledger.parent.symlink_to(theirs)
    for move in range(2):  # a link to the directory, then one to the file
        if move:
            filled.ledger.parent.unlink()
            filled.ledger.parent.mkdir()
            filled.ledger.symlink_to(theirs / "ledger.db")
        before = seen(theirs)
        for words in (*MOVES, *LOOKS):
            done = shell(words, pretended(SOMEBODY + 1))
            assert (done.stdout, done.returncode) == ("", 5)
            assert f"is a link to {theirs}/ledger.db, in a directory owned by " in done.stderr
            assert f"name it directly: --ledger {theirs}/ledger.db" in done.stderr
            assert seen(theirs) == before


# Exports


@pytest.mark.parametrize("ending", ["", "-journal", "-wal", "-shm", "-JOURNAL"])
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
def test_nothing_is_exported_onto_the_ledger_or_the_files_beside_it(
    filled: Program, ending: str, force: list[str]
) -> None:
    before = seen(filled.ledger.parent)
    names = [
        f"{filled.ledger}{ending}",
        f"{filled.home}/link{ending}",
        f"{filled.home}/name{ending}",
    ]
    os.symlink(names[0], names[1])
    if not ending:
        os.link(names[0], names[2])
    for name in names if not ending else names[:2]:
        done = filled("export", "-o", name, *force)
        assert done.code == 5 if "another" in name else done.code in (2, 5), done
        if not os.path.lexists(filled.home / "name"):
            assert "is the ledger itself. Choose another file." in done.stderr
    Path(names[2]).unlink(missing_ok=True)
    assert {name: what[::2] for name, what in seen(filled.ledger.parent).items()} == {
        name: what[::2] for name, what in before.items()
    }


def test_an_export_overwrites_nothing_that_comes_meanwhile(filled: Program) -> None:
    """The file is made by somebody else between the look whether it is there and its naming."""
    target = filled.home / "out.csv"

    def pieces() -> Iterator[str]:
        yield "a,b\r\n"
        target.write_text("theirs")

    with pytest.raises(errors.FileExists):
        output_files.write_output_atomically(str(target), pieces(), force=False)
    assert target.read_text() == "theirs"
    assert sorted(os.listdir(filled.home)) == ["data", "out.csv"]


@pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])
def test_an_export_works_where_there_are_no_hard_links(filled: Program, existing: bool) -> None:
    target = filled.home / "out.csv"
    if existing:
        target.write_text("theirs")
    trace = [tool("strace"), "-f", "-o", "/dev/null", "-e", "inject=link,linkat:error=EPERM"]
    done = shell(["export", "-o", str(target)], trace)
    assert done.returncode == (2 if existing else 0)
    assert target.read_text() == "theirs" if existing else target.read_text().startswith("id,uid")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 or existing
    assert sorted(os.listdir(filled.home)) == ["data", "out.csv"]


def test_an_export_is_on_the_disk_before_it_is_named_and_its_name_after(filled: Program) -> None:
    trace = filled.home / "trace"
    before = [
        tool("strace"),
        "-f",
        "-y",
        "-o",
        str(trace),
        "-e",
        "trace=fsync,fdatasync,link,linkat,rename",
    ]
    assert shell(["export", "-o", str(filled.home / "out.csv")], before).returncode == 0
    calls = [
        line.split(" ", 1)[1].strip()
        for line in trace.read_text().splitlines()
        if "sync(" in line or "out.csv" in line
    ]
    assert [re.match(r"\w+", call)[0].removesuffix("at") for call in calls] == [
        "fsync",
        "link",
        "fsync",
    ]  # type: ignore[index]
    assert ".new>" in calls[0]
    assert f"<{filled.home}>" in calls[2]


# A ledger from somebody else


STRAY = [
    "../victim/notes",
    "/tmp/notes",
    "..",
    "",
    "notes",
    "A" * 36,
    "00000000-0000-4000-8000-00000000000/",
]


@pytest.mark.parametrize("uid", STRAY)
@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "--force"])
def test_a_uid_of_another_ledger_names_no_file_elsewhere(
    program: Program, uid: str, force: list[str]
) -> None:
    program.ok("make", "Send the report", "--to", "dana", "--by", "fri", "--agreed")
    (program.home / "victim").mkdir()
    (program.home / "victim" / "notes.ics").write_text("precious")
    with closing(sqlite3.connect(program.ledger)) as db, db:
        db.execute("UPDATE promise SET uid = ?", [uid])
    before = sorted(program.home.rglob("*"))
    words = ["export", "--format", "ics", "-o", f"{program.home / 'calendar'}/", *force]
    refused = program(*words)
    assert refused.code == 5
    assert "the uid of #1 is not a UUID" in refused.stderr
    left = [path for path in sorted(program.home.rglob("*")) if path.name != "calendar"]
    assert left == before
    assert (program.home / "victim" / "notes.ics").read_text() == "precious"


@pytest.mark.parametrize(
    "words",
    [
        *(["export", "--format", form] for form in ("csv", "json", "jsonl", "md", "ics")),
        *([command, form] for command in ("list", "owe", "moves") for form in ("--csv", "--json", "--jsonl")),
        ["show", "1", "--json"],
        *(["export", "--acts", "--format", form] for form in ("csv", "json", "jsonl")),
        ["log", "--json"],
        ["log", "1", "--csv"],
        ["digest", "--json"],
        ["review", "--json"],
        ["person", "show", "dana", "--json"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_record_has_a_uid_that_is_none(program: Program, words: list[str]) -> None:
    program.ok("make", "Send the report", "--to", "dana", "--by", "today", "--agreed")
    assert program(*words).code == 0
    with closing(sqlite3.connect(program.ledger)) as db, db:
        db.execute("UPDATE promise SET uid = '../victim/notes'")
    refused = program(*words)
    assert (refused.code, "is not a UUID" in refused.stderr) == (5, True)
    assert "victim" not in refused.stdout
    assert program("owe").code == 0


@pytest.mark.parametrize("name", ["../x.ics", "/tmp/x.ics", "a/b.ics", "."])
@pytest.mark.usefixtures("program")
def test_a_file_of_many_stays_in_its_directory(name: str, tmp_path: Path) -> None:
    env = Env(os.environ, (io.StringIO(), io.StringIO(), io.StringIO()))
    with pytest.raises(errors.CannotWrite):
        output_files.write_output_files(env, str(tmp_path / "into"), [(name, "x")])
    assert list((tmp_path / "into").iterdir()) == []
