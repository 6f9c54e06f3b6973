"""Where files are: what is refused as a place, and what only the default place gets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from promisectl import errors
from promisectl.system import paths
from tests.conftest import Program

NOBODY = 54_321
"""A user ID without a home, as in a container."""


def in_world(words: list[str], cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A process of its own with no other variables than these."""
    return subprocess.run(
        [sys.executable, "-m", "promisectl", *words],
        env={
            "PATH": os.defpath,
            "TZ": "Europe/Berlin",
            "PROMISECTL_TODAY": "2026-11-23",
            **environ,
        },
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def refused(done: subprocess.CompletedProcess[str], sentence: str, code: int) -> None:
    assert (done.stdout, done.returncode) == ("", code)
    assert sentence in done.stderr
    assert done.stderr.startswith("promisectl: ")
    assert "Traceback" not in done.stderr


# Paths that nobody means

BAD_PLACES = {
    "$HOME/l.db": "its variable was not replaced",
    "${HOME}/l.db": "its variable was not replaced",
    "media/$USER.db": "its variable was not replaced",
    "~nobody-of-that-name/l.db": "there is no such user",
    "https://example.org/l.db": "is not the address of a ledger",
    "sqlite:///l.db": "is not the address of a ledger",
    "file:l.db": "it is a URL",
    "$(pwd)/l.db": "its variable was not replaced",
    "`pwd`/l.db": "its command was not run",
    "%USERPROFILE%\\l.db": "a Windows path",
    "C:\\Users\\me\\l.db": "a Windows path",
    "\\\\server\\me\\l.db": "a Windows path",
    "  ": "it is empty",
    "ledgers/": "it ends like a directory; add a file name",
    "./l.db/": "it ends like a directory",
}
BAD_OPTIONS = BAD_PLACES | {
    "": "it is empty",
}


@pytest.mark.parametrize(
    ("door", "named", "why"),
    [
        *(("option", *place) for place in BAD_OPTIONS.items()),
        *(("environment", *place) for place in BAD_PLACES.items()),
    ],
)
def test_what_no_shell_has_replaced_is_no_place_for_a_ledger(
    tmp_path: Path, named: str, why: str, door: str
) -> None:
    given = ["--ledger", named] if door == "option" else []
    environ = {"HOME": str(tmp_path)} | ({} if given else {"PROMISECTL_LEDGER": named})
    for words in (["make", "Send it", "--to", "dana"], ["owe"], ["path"], ["doctor"]):
        refused(in_world([*given, *words], tmp_path, **environ), why, 2)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ["backup", "$HOME/copies/"],
        ["restore", "$HOME/copy.db"],
        ["export", "-o", "$HOME/out.csv"],
        ["export", "-o", "~nobody-of-that-name/out.csv"],
        ["export", "-o", "  "],
        ["backup", " "],
        ["export", "--format", "ics", "-o", "${HOME}/calendar/"],
    ],
    ids=" ".join,
)
def test_nor_for_another_file(
    program: Program, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "Send it", "--to", "dana")
    monkeypatch.chdir(program.home)
    before = sorted(os.listdir(program.home))
    done = program(*words)
    assert (done.stdout, done.code) == ("", 2)
    assert "Can't use the path" in done.stderr
    assert sorted(os.listdir(program.home)) == before


@pytest.mark.parametrize("name", ["a$b", "$5", "~x", "cost $", "$HOME", "`x`", "C:\\x", "%x%"])
def test_a_directory_that_is_there_may_be_called_anything(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    named = f"./{name}/ledger.db"
    done = in_world(
        ["--ledger", named, "make", "Send it", "--to", "dana", "-q"], tmp_path, HOME="/"
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert os.listdir(tmp_path / name) == ["ledger.db"]


# No home


@pytest.mark.parametrize("home", ["", ".", "home/me"])
def test_without_a_home_there_is_no_default_ledger(tmp_path: Path, home: str) -> None:
    for words in (["make", "Send it", "--to", "dana"], ["owe"], ["path"], ["config", "path"]):
        refused(in_world(words, tmp_path, HOME=home), "There is no home directory", 5)
    assert os.listdir(tmp_path) == []
    for words in (["guide", "start"], ["--help"], ["--version"]):
        assert in_world(words, tmp_path, HOME=home).returncode == 0


def test_a_user_without_a_home_can_name_a_ledger(tmp_path: Path) -> None:
    """All works: config and backups need no home."""
    world = {"HOME": "", "PROMISECTL_LEDGER": str(tmp_path / "ledger.db")}
    assert in_world(["make", "Send it", "--to", "dana", "-q"], tmp_path, **world).stdout == "1\n"
    assert (
        in_world(["make", "Send it", "--to", "donna", "--new", "-q"], tmp_path, **world).stdout
        == "2\n"
    )
    assert in_world(["person", "merge", "donna", "dana", "-q"], tmp_path, **world).returncode == 0
    assert in_world(["doctor", "-q"], tmp_path, **world).returncode == 0
    assert in_world(["config", "show"], tmp_path, **world).returncode == 0
    done = in_world(["path"], tmp_path, **world)
    assert "config: none, as there is no home directory\n" in done.stdout
    backups = done.stdout.splitlines()[2].removeprefix("backups: ")
    assert Path(backups).parent == tmp_path / "backups"
    assert len(os.listdir(backups)) == 1


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody"
)
def test_a_user_that_no_list_of_users_has(tmp_path: Path) -> None:
    """In a process that has become that user once all of the program is read."""
    tmp_path.chmod(0o777)
    code = (
        "import os, sys, pwd\nfrom promisectl.system import paths\nfrom promisectl import errors\n"
        f"errors.NoHome\nos.setuid({NOBODY})\n"
        "try:\n    paths.default_ledger_path({})\nexcept errors.NoHome as problem:\n    print(problem)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.defpath},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("There is no home directory"), done.stderr


# Directories of a new ledger


def test_only_the_default_place_is_made(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = program.home / "media" / "stick" / "ledger.db"
    make = ("make", "Send it", "--to", "dana")
    done = program("--ledger", str(stick), *make)
    assert (done.stdout, done.code) == ("", 5)
    assert f"There is no directory {stick.parent} for a new ledger" in done.stderr
    monkeypatch.setenv("PROMISECTL_LEDGER", str(stick))
    assert program(*make).code == 5
    for view in ("owe", "moves", "digest", "people", "stats"):
        seen = program(view)
        assert f"There is no directory {stick.parent}" in seen.stderr
        assert "ways to begin" not in seen.stdout + seen.stderr
    assert not (program.home / "media").exists()
    monkeypatch.setenv("PROMISECTL_LEDGER", str(program.ledger))
    assert program(*make).code == 0  # named, but the usual one
    stick.parent.mkdir(parents=True)
    monkeypatch.setenv("PROMISECTL_LEDGER", str(stick))
    assert program(*make).code == 0


@pytest.mark.parametrize("kind", ["csv", "journal", "restore"])
def test_nor_for_what_fills_a_new_ledger(program: Program, kind: str) -> None:
    program.ok("make", "Send it", "--to", "dana")
    at = [str(program.home / name) for name in ("out.csv", "out.jsonl", "copy.db")]
    program.ok("export", "-o", at[0])
    program.ok("export", "--journal", "-o", at[1])
    program.ok("backup", at[2])
    words = {"csv": ("import", at[0]), "journal": ("import", at[1]), "restore": ("restore", at[2])}
    done = program("--ledger", str(program.home / "stick" / "l.db"), *words[kind])
    assert (done.stdout, done.code) == ("", 5)
    assert "There is no directory" in done.stderr
    assert not (program.home / "stick").exists()


def test_a_new_ledger_is_said(program: Program) -> None:
    make = ("make", "Send it", "--to", "dana")
    told = f"New ledger: {program.ledger}\n"
    assert program(*make).stderr.startswith(told)
    assert "New ledger" not in program(*make).stderr
    for number, option in enumerate(("-q", "--json")):
        other = str(program.home / f"other{number}.db")
        assert "New ledger" not in program("--ledger", other, *make, option).stderr
    (program.home / "one.csv").write_text("outcome,person,direction\nSend it,dana,owe\n", "utf-8")
    other = str(program.home / "third.db")
    done = program("--ledger", other, "import", str(program.home / "one.csv"))
    assert f"New ledger: {other}\n" in done.stderr


# A current directory that is gone


@pytest.mark.parametrize(
    "line",
    [
        "--ledger x.db owe",
        "--ledger x.db make Thing --to dana",
        "--ledger ./a/../x.db doctor",
        "backup x.db",
        "backup copies/",
        "restore x.db",
        "restore ./x.db --yes",
        "export -o x.csv",
        "export --journal -o x.jsonl",
        "export --format ics -o calendar/",
        "import x.csv",
        "import x.csv --dry-run",
    ],
)
def test_a_directory_that_is_gone_is_told(program: Program, line: str) -> None:
    program.ok("make", "Send it", "--to", "dana")
    gone = program.home / "gone"
    code = (
        "import os, sys\nfrom promisectl.__main__ import main\n"
        f"os.mkdir({str(gone)!r})\nos.chdir({str(gone)!r})\nos.rmdir({str(gone)!r})\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *line.split()],
        env=dict(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 2), done.stderr
    assert done.stderr.count("\n") == 1
    assert ("the current directory was deleted" in done.stderr) != line.startswith("import")


def test_what_names_no_file_works_in_a_directory_that_is_gone(program: Program) -> None:
    gone = program.home / "gone"
    for words in (
        ["make", "Send it", "--to", "dana", "-q"],
        ["backup", "-q"],
        ["demo"],
        ["doctor"],
    ):
        gone.mkdir()
        shell = f"cd {gone} && rmdir {gone} && exec {sys.executable} -P -m promisectl {{}}"
        done = subprocess.run(
            ["sh", "-c", shell.format(" ".join(map(repr, words)))],
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


# A home whose name is not UTF-8


def test_a_home_that_is_not_utf8_has_backups(tmp_path: Path) -> None:
    home = os.path.join(os.fsencode(tmp_path), b"h\xe9")
    os.mkdir(home)
    csv = Path(os.fsdecode(home), "many.csv")
    rows = [f"Send page {number},dana,owe" for number in range(150)]
    csv.write_text("\n".join(["outcome,person,direction", *rows]), "utf-8")
    world = {"HOME": os.fsdecode(home)}
    lines = (
        "make Thing --to dana",
        "make Thing --to donna --new",
        "backup",
        "backup copy.db",
        "backup --json",
        "person merge donna dana",
        "import many.csv",
        "restore copy.db --yes",
        "doctor",
        "doctor --json",
        "doctor --rebuild",
        "export -o out.csv",
        "path",
        "config path",
    )
    for line in lines:
        done = in_world(line.split(), Path(os.fsdecode(home)), **world)
        assert done.returncode == 0, (line, done.stderr)
        assert "Traceback" not in done.stderr
        if "--json" in line:
            json.loads(done.stdout)
    assert in_world(["list", "--all"], tmp_path, **world).stdout.count("\n") == 2
    backups = os.listdir(os.path.join(home, b".local/state/promisectl/backups"))
    assert len(backups) >= 5


def test_a_path_is_made_whole_in_one_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/me")
    assert paths.resolve_path("x.db") == str(tmp_path / "x.db")
    assert paths.resolve_path("~/x.db") == "/home/me/x.db"
    assert paths.resolve_path("~root/x.db").endswith("/x.db")
    with pytest.raises(errors.BadPlace):
        paths.resolve_path("$x")
