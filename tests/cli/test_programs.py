"""`promisectl foo` runs promisectl-foo: which one, with what, and when not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Program, Result


def put_program(directory: Path, name: str, *lines: str, mode: int = 0o755) -> Path:
    directory.mkdir(exist_ok=True)
    file = directory / f"promisectl-{name}"
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    file.chmod(mode)
    return file


def run(
    *words: str, path: str = "", cwd: Path | None = None, piped: str = "", **environ: str
) -> Result:
    """Run promisectl as a process of its own, which another program can replace."""
    done = subprocess.run(
        [sys.executable, "-m", "promisectl", *words],
        env={**os.environ, "PATH": path + os.pathsep + os.environ["PATH"], **environ},
        cwd=cwd,
        input=piped,
        capture_output=True,
        text=True,
        check=False,
        umask=0o027,
        timeout=60,
    )
    return Result(done.stdout, done.stderr, done.returncode)


@pytest.fixture
def bin_(program: Program) -> Path:
    directory = program.home / "bin"
    directory.mkdir()
    return directory


@pytest.mark.parametrize("compiled", ["1", "0"])
def test_it_gets_all_that_comes_after_its_name(bin_: Path, compiled: str) -> None:
    put_program(bin_, "sum-up", 'printf "<%s>" "$@"; cat; exit 9')
    words = ["sum-up", "a b", "", "--json", "--ledger", "x", "--", "--help", "-y"]
    done = run(*words, path=str(bin_), piped=" in", PROMISECTL_COMPILED=compiled)
    assert done == ("<a b><><--json><--ledger><x><--><--help><-y> in", "", 9)


def test_it_is_the_process_itself(bin_: Path) -> None:
    put_program(bin_, "sum", "umask", "trap", "kill -TERM $$")
    put_program(bin_, "pipe", "yes | head -1; yes > /dev/full")
    done = run("sum", path=str(bin_))
    assert (done.stdout, done.code) == ("0027\n", -15)
    assert "Broken pipe" not in run("pipe", path=str(bin_)).stderr


OPTIONS = (
    (("--ledger", "other.db"), {"PROMISECTL_LEDGER": "other.db"}),
    (("--config", "mine.toml"), {"PROMISECTL_CONFIG": "mine.toml"}),
    (("--no-color",), {"NO_COLOR": "1"}),
    (("--ledger=other.db", "--no-input"), {"PROMISECTL_LEDGER": "other.db", "PROMISECTL_NO_INPUT": "1"}),
    (("--today", "2026-12-01"), {"PROMISECTL_TODAY": "2026-12-01"}),
    (("--color", "never"), {"NO_COLOR": "1"}),
    (("--color=always",), {"FORCE_COLOR": "1"}),
    (("--color", "auto"), {"NO_COLOR": "1"}),
)  # fmt: skip


@pytest.mark.parametrize(("options", "environ"), OPTIONS)
def test_the_options_before_it_are_in_its_environment(
    bin_: Path, options: tuple[str, ...], environ: dict[str, str]
) -> None:
    put_program(bin_, "show-env", "exec env")
    done = run(*options, "show-env", path=str(bin_))
    found = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    names = {"NO_COLOR", "FORCE_COLOR", "PROMISECTL_LEDGER", "PROMISECTL_NO_INPUT"}
    if "FORCE_COLOR" not in environ:
        environ = {"NO_COLOR": "1", **environ}  # as these tests have it
    names |= {*environ}
    assert {name: found[name] for name in names if name in found} == environ


@pytest.mark.parametrize("words", [("--json",), ("--ledger", "x", "--plain"), ("--",)])
def test_other_options_before_it_are_refused(bin_: Path, words: tuple[str, ...]) -> None:
    put_program(bin_, "sum", "echo ran")
    done = run(*words, "sum", path=str(bin_))
    assert (done.stdout, done.code) == ("", 2)
    assert "is not for other programs" in done.stderr
    assert run("--color", "pink", "sum", path=str(bin_)).code == 2


def test_commands_come_before_aliases_and_these_before_programs(
    program: Program, bin_: Path
) -> None:
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[alias]\nsum = "list --all"\n', encoding="utf-8")
    for name in ("owe", "sum", "twice"):
        put_program(bin_, name, 'echo "$0 $*"')
    program.ok("make", "Send it", "--to", "me")
    assert "Send it" in run("owe", path=str(bin_)).stdout
    assert "Send it" in run("sum", path=str(bin_)).stdout
    assert run("twice", "more", path=str(bin_)).stdout == f"{bin_}/promisectl-twice more\n"


def test_the_first_on_path_that_is_executable_runs(program: Program) -> None:
    first, second, third = (program.home / name for name in ("one", "two", "three"))
    put_program(first, "sum", "echo one", mode=0o644)
    (second / "promisectl-sum").mkdir(parents=True)
    put_program(third, "sum", "echo three")
    path = os.pathsep.join(map(str, (first, second, program.home / "none", third)))
    assert run("sum", path=path).stdout == "three\n"


@pytest.mark.parametrize("entry", ["", ".", "bin", "./bin"])
def test_none_runs_from_the_current_directory(program: Program, bin_: Path, entry: str) -> None:
    put_program(bin_, "mak", "echo ran")
    cwd = bin_ if entry in ("", ".") else program.home
    done = run("mak", path=entry, cwd=cwd)
    assert (done.stdout, done.code) == ("", 2)
    assert done.stderr == "promisectl: “mak” is not a command. Did you mean promisectl make?\n"


@pytest.mark.parametrize("word", ["3", "3,4", "../bin/promisectl-sum", "sum/x", "", "-sum"])
def test_only_a_word_names_a_program(bin_: Path, word: str) -> None:
    for name in ("3", "3,4", "-sum", ""):
        put_program(bin_, name, "echo ran")
    (bin_ / "promisectl-sum").mkdir()
    put_program(bin_, "sum/x".replace("/", "-"), "echo ran")
    assert "ran" not in run(word, path=str(bin_)).stdout


def test_what_others_may_have_put_there_is_not_run(bin_: Path) -> None:
    file = put_program(bin_, "sum", "echo ran", mode=0o775)
    refused = run("sum", path=str(bin_))
    assert refused == (
        "", f"promisectl: Can't run {file}: others can write to it. Fix it: chmod go-w {file}\n", 2
    )  # fmt: skip
    file.chmod(0o755)
    bin_.chmod(0o777)
    assert "others can write to " + str(bin_) in run("sum", path=str(bin_)).stderr
    bin_.chmod(0o775)  # as Homebrew has it
    assert run("sum", path=str(bin_)).stdout == "ran\n"
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
        assert f"Can't run {file}: it belongs to another user." in run("sum", path=str(bin_)).stderr


def test_one_that_can_not_start_says_why(bin_: Path) -> None:
    file = put_program(bin_, "sum", "echo ran")
    file.write_text("#!/nowhere/sh\n")
    done = run("sum", "--json", path=str(bin_))
    assert json.loads(done.stderr)["error"]["message"] == (
        f"Can't run {file}: the program that its first line names is missing."
    )
    assert done.code == 2


def test_help_names_them_and_asks_them(program: Program, bin_: Path) -> None:
    put_program(bin_, "sum", 'echo "usage: $*"')
    put_program(bin_, "owe", "echo ran")
    put_program(bin_, "notes", "echo ran", mode=0o644)
    listed = run("help", "all", path=str(bin_)).stdout.split("Programs on PATH\n")[1]
    assert listed.split("\n\n")[0].split() == ["sum", str(bin_ / "promisectl-sum")]
    assert "Programs on PATH" not in run("--help", path=str(bin_)).stdout
    assert run("help", "sum", path=str(bin_)).stdout == "usage: --help\n"
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[alias]\nsum = "list --all"\n', encoding="utf-8")
    assert "usage" not in run("help", "sum", path=str(bin_)).stdout
    assert "Programs on PATH" not in run("help", "all", path=str(bin_)).stdout
