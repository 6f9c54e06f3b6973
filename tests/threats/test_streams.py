"""Threats from streams, signals and surroundings; closed and full streams and Latin-1 are in tests/cli/test_streams.py."""

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import promisectl
from promisectl import errors
from tests.conftest import Program, tool


def whole(*words: str | bytes, **environ: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "promisectl", *words]
    return subprocess.run(
        command, env={**os.environ, **environ}, capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize("environ", [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}], ids=str)  # fmt: skip
def test_a_stream_that_lacks_signs_shows_their_numbers(
    program: Program, environ: dict[str, str]
) -> None:
    assert program("make", "Tee für 東京 🚲", "--to", "dana").code == 0
    for words in (["list"], ["show", "1"], ["log"], ["show", "9"], ["note", "1", "x"]):
        done = whole(*words, **environ)
        assert done.returncode == (3 if words[1:] == ["9"] else 0)
        assert b"Traceback" not in done.stderr
    listed = whole("list", **environ).stdout
    assert "東京".encode() in listed or b"\\u6771\\u4eac" in listed


def test_bytes_that_are_no_text_are_a_usage_error(program: Program) -> None:
    for words in (
        [b"make", b"na\xefve", b"--to", b"dana"],
        [b"list", b"--search", b"\xff"],
        [b"make", b"x", b"--to", b"\xc3"],
    ):
        done = whole(*words)
        assert (done.stdout, done.returncode) == (b"", 2)
        assert b"bytes that are not text here" in done.stderr
    assert not program.ledger.exists()


@pytest.mark.parametrize(
    "module",
    [
        "cli.main",
        "errors.__init__",
        "cli.fast_parser",
        "env",
        "commands.lists",
        "storage.ledger",
        "records.as_lines",
    ],
)
def test_ctrl_c_while_it_starts_leaves_no_traceback(program: Program, module: str) -> None:
    """It comes when the file of a module is opened; the rest of it is in tests/guarantees."""
    program.ok("make", "Send the numbers", "--to", "dana")
    file = str(Path(promisectl.__file__).parent.joinpath(*module.split(".")).with_suffix(".py"))
    at = [word for path in (file, importlib.util.cache_from_source(file)) for word in ("-P", path)]
    trace = [
        tool("strace"),
        "-f",
        "-o",
        os.devnull,
        *at,
        "-e",
        "inject=openat:signal=INT:when=1",
        sys.executable,
        "-m",
        "promisectl",
    ]
    done = subprocess.run(
        [*trace, "list"], env=dict(os.environ), capture_output=True, check=False, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert done.returncode in (errors.INTERRUPTED_EXIT_CODE, -signal.SIGINT)


def test_no_config_is_read_from_the_current_directory(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor from a relative directory that a variable names: whoever unpacks a file for me could decide then what is started."""
    place = program.home / "unpacked"
    names = (
        "config.toml",
        "promisectl.toml",
        ".promisectl",
        ".promisectl.toml",
        "promisectl/config.toml",
        "pyproject.toml",
    )
    (place / "promisectl").mkdir(parents=True)
    for name in names:
        (place / name).write_text("nonsense = 1\n[promisectl]\nnonsense = 1\n", encoding="utf-8")
    monkeypatch.chdir(place)
    trace = program.home / "trace"
    for variable in ("/nowhere", ".", "unpacked", ""):
        monkeypatch.setenv("XDG_CONFIG_HOME", variable)
        command = [
            tool("strace"),
            "-f",
            "-y",
            "-o",
            str(trace),
            "-e",
            "trace=open,openat",
            sys.executable,
            "-P",
            "-m",
            "promisectl",
            "owe",
        ]
        done = subprocess.run(
            command, env=dict(os.environ), capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        opened = [
            line
            for line in trace.read_text().splitlines()
            if any(f'"{name}"' in line or f"{place}/{name}" in line for name in names)
        ]
        assert opened == []


def test_editor_and_pager_are_started_without_a_shell(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a shell would do is one more word for the editor."""
    program.ok("make", "Send the numbers", "--to", "dana")
    words = program.home / "words"
    editor = program.home / "my editor"
    editor.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{words}"\nexit 3\n')
    editor.chmod(0o700)
    monkeypatch.setenv(
        "EDITOR",
        f"'{editor}' --wait '; touch {program.home}/bad' $(touch {program.home}/bad) | tee",
    )
    done = program("edit", "1", "--correct")
    assert done.code == 2, done
    assert words.read_text().splitlines()[:5] == [
        "--wait",
        f"; touch {program.home}/bad",
        "$(touch",
        f"{program.home}/bad)",
        "|",
    ]
    assert not Path(program.home / "bad").exists()
