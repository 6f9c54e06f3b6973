"""The house stays as it was built: layers, types, style, spelling, compiled text fresh, start-up light."""

import importlib
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from promisectl.compiled import __main__ as compiler
from promisectl.compiled import declared
from tests.conftest import Program

ROOT = Path(__file__).parent.parent
HEAVY = ("typer", "pydantic", "sqlmodel", "sqlalchemy", "rich", "dateutil", "platformdirs", "importlib.metadata", "icalendar")


def _tool(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("mypy", "--no-incremental"),
        ("importlinter.cli", "lint", "--no-cache"),
        ("codespell_lib", "src", "tests", "README.md", "CHANGELOG.md"),
    ],
    ids="-".join,
)
def test_the_tools_have_nothing_to_say(words: tuple[str, ...]) -> None:
    _tool(*words)


def test_the_compiled_text_is_fresh() -> None:
    written = Path(compiler.__file__).with_name("sql.py").read_text(encoding="utf-8")
    assert written == compiler.source(), "run: python -m promisectl.compiled"


def test_the_compiled_words_are_fresh() -> None:
    written = Path(compiler.__file__).with_name("words.py").read_text(encoding="utf-8")
    assert written == declared.source(), "run: python -m promisectl.compiled"


def _loaded(words: list[object], modules: tuple[str, ...] = HEAVY) -> set[str]:
    """Those of the modules that a real process has imported when it has carried out a command by itself, without Typer in front of it."""
    code = (
        "import sys, json\n"
        "from promisectl.commands.run import run\n"
        f"module, function, arguments = {words!r}\n"
        "sys.argv = ['promisectl']\n"
        "try:\n    run(module, function, arguments)\n"
        f"finally:\n    print(json.dumps([name for name in {modules!r} if name in sys.modules]), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


VIEWS = [
    ["look", "moves", {"json": True}],
    ["look", "owe", {}],
    ["look", "owed", {"jsonl": True}],
    ["look", "list_", {"csv": True, "all_": True, "with_": "dana"}],
    ["look", "list_", {"as_of": "2026-11-22"}],
    ["look", "show", {"ids": ["1"], "json": True}],
    ["look", "log", {}],
    ["people", "people", {}],
    ["status", "status", {}],
    ["status", "status", {"json": True}],
    ["digest", "digest", {}],
    ["digest", "digest", {"since": "yesterday", "format_": "md"}],
    ["digest", "digest", {"json": True}],
    ["people", "show", {"name": "dana"}],
    ["stats", "stats", {}],
    ["stats", "stats", {"json": True, "with_": "dana", "since": "2026-10-01"}],
    ["stats", "stats", {"csv": True, "all_": True, "as_of": "today"}],
    ["week", "week", {}],
    ["week", "week", {"json": True, "weeks": 4}],
    ["check", "check", {}],
    ["check", "check", {"json": True, "ids": ["1", "2"]}],
    ["check", "check", {"csv": True, "draft": "Help with the move", "to": "lee", "by": "sat"}],
    ["review", "review", {}],
    ["review", "review", {"json": True}],
    ["export", "export", {}],
    ["export", "export", {"format_": "md", "with_": "dana"}],
    ["export", "export", {"format_": "json", "columns": "id,offer", "all_": True}],
    ["completion", "completion", {"shell": "zsh"}],
    ["completion", "completion", {"shell": "zsh", "words": ["accept", ""]}],
    ["completion", "completion", {"words": ["make", "--by", ""], "shell": "bash"}],
    ["records", "path", {}],
    ["records", "guide", {"topic": "start"}],
    ["doctor", "doctor", {}],
    ["doctor", "doctor", {"json": True}],
    ["config", "show", {}],
    ["config", "path", {}],
]
MOVES = [
    ["make", "make", {"outcome": "another thing here", "to": ["dana"], "by": "fri"}],
    ["moves", "negotiate", {"id_": "1", "by": "+3d", "reason": "late"}],
    ["moves", "accept", {"ids": ["2"]}],
    ["moves", "decline", {"ids": ["2"]}],
    ["moves", "complete", {"ids": ["1"]}],
    ["moves", "renege", {"ids": ["1"], "reason": "no"}],
    ["more", "withdraw", {"ids": ["2"]}],
    ["more", "release", {"ids": ["1"]}],
    ["more", "bump", {"id_": "1", "text": "slow"}],
    ["more", "note", {"id_": "1", "text": "slow"}],
    ["more", "correct", {"id_": "1", "what": "another"}],
    ["edit", "edit", {"id_": "1", "correct": True}],
    ["more", "void", {"id_": "1", "reason": "twice"}],
    ["more", "tag", {"id_": "1", "tags": ["work"], "once": "a key"}],
    ["more", "untag", {"id_": "2", "tags": ["old"]}],
    ["more", "undo", {}],
    ["people", "rename", {"name": "dana", "new": "dk"}],
    ["people", "alias", {"name": "dana", "other": "boss"}],
]


@pytest.mark.parametrize("words", [*VIEWS, *MOVES], ids=lambda words: f"{words[0]}-{words[1]}-{'-'.join(words[2])}")
def test_no_view_and_no_move_imports_what_is_heavy(program: Program, words: list[object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i.before s/Q3/Q4/")
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed", "--by", "fri")
    program.ok("make", "Review the contract", "--to", "dana", "--tag", "old")
    assert _loaded(words) == set()


@pytest.mark.parametrize("words", [["look", "owe", {}], ["make", "make", {"outcome": "another thing here", "to": ["dana"], "by": "fri"}]])
def test_a_config_that_is_not_there_costs_nothing(program: Program, words: list[object]) -> None:
    modules = ("tomllib", "shlex", "difflib", "promisectl.config.file", "promisectl.config.keys")
    assert not (program.home / "config").exists()
    assert _loaded(words, modules) == set()
    (program.home / "config" / "promisectl").mkdir(parents=True)
    (program.home / "config" / "promisectl" / "config.toml").touch()
    assert "tomllib" in _loaded(words, modules)


def test_the_whole_program_leaves_sqlmodel_out(program: Program) -> None:
    code = (
        "import sys\nfrom promisectl import edge\n"
        "code = edge.main(['make', 'x y z', '--to', 'dana', '--by', 'fri'])\n"
        "print(code, [name for name in ('sqlmodel', 'sqlalchemy', 'rich', 'dateutil') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert program.ok("list").count("\n") == 1


def test_each_declaration_fits_the_function_that_it_hands_over_to() -> None:
    from promisectl.cli import ROOMS, app
    from promisectl.cli.declare import DECLARED

    app.build(["--help"])
    assert {room: {one.group or one.name for one in DECLARED if one.module == room} for room in ROOMS} == {
        room: set(commands) for room, commands in ROOMS.items()
    }

    for one in DECLARED:
        does = inspect.signature(getattr(importlib.import_module(f"promisectl.commands.{one.module}"), one.function)).parameters
        asks = inspect.signature(one.declared).parameters
        if one.also is None:
            assert list(asks) == list(does)[1:], one.name
            assert [parameter.default or None for parameter in asks.values() if parameter.default is not parameter.empty] == [
                parameter.default or None for parameter in list(does.values())[1:] if parameter.default is not parameter.empty
            ], one.name
