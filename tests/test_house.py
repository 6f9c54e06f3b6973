"""The house stays as it was built: layers, types, style, spelling, compiled text fresh, start-up light."""

import importlib
import inspect
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from promisectl.commands.make import MakeArguments
from promisectl.generate import __main__ as compiler
from promisectl.generate import tables
from tests.conftest import Program

ROOT = Path(__file__).parent.parent
DEAR = (
    "typing",
    "re",
    "enum",
    "json",
    "csv",
    "signal",
    "dataclasses",
    "inspect",
    "hashlib",
    "uuid",
    "promisectl.errors.usage",
)
HEAVY = (
    "typer",
    "pydantic",
    "sqlmodel",
    "sqlalchemy",
    "rich",
    "dateutil",
    "platformdirs",
    "importlib.metadata",
    "icalendar",
)


def _tool(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
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
    written = (compiler.COMPILED / "sql.py").read_text(encoding="utf-8")
    assert written == compiler.generate_sql_module(), "run: python -m promisectl.generate"


@pytest.mark.parametrize(
    ("name", "source"),
    [("completion", tables.generate_completion_module), ("argv", tables.generate_argv_module)],
)
def test_the_compiled_tables_are_fresh(name: str, source: Callable[[], str]) -> None:
    written = (compiler.COMPILED / f"{name}.py").read_text(encoding="utf-8")
    assert written == source(), "run: python -m promisectl.generate"


def _loaded(words: Sequence[str], modules: Sequence[str]) -> set[str]:
    """Those of the modules that a real process has imported when it has carried out a command line."""
    code = (
        "import sys\nfrom promisectl.cli import main as edge\n"
        f"code = edge.main({list(words)!r})\n"
        f"sys.stderr.write('\\n' + ' '.join(name for name in {list(modules)!r} if name in sys.modules))\n"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


LIGHT = (
    "--version",
    "moves",
    "owe",
    "owe --json",
    "owed --jsonl",
    "list --all --tag old --sort made",
    "list --json --search q3",
    "log",
    "log 1 --json",
    "status",
    "status --json",
    "path",
)
VIEWS = (
    *LIGHT,
    "list --csv --all --with dana",
    "list --as-of 2001-01-01",
    "show 1",
    "show 1 --json",
    "people",
    "person show dana",
    "digest",
    "digest --since yesterday --format md",
    "digest --json",
    "stats",
    "stats --json --with dana --since 2001-01-01",
    "stats --csv --all --as-of today",
    "week",
    "week --json --weeks 4",
    "check",
    "check --json 1 2",
    'check --csv --draft "Help with the move" --to lee --by sat',
    "review",
    "review --json",
    "export",
    "export --format md --with dana",
    "export --format json --columns id,offer --all",
    "completion zsh",
    "completion zsh -- accept ''",
    "completion bash -- make --by ''",
    "guide start",
    "doctor",
    "doctor --json",
    "config show",
    "config path",
)
MOVES = (
    'make "another thing here" --to dana --by fri',
    "negotiate 1 --by +9d --reason late",
    "accept 2",
    "decline 2",
    "complete 1",
    "renege 1 --reason no",
    "withdraw 2",
    "release 1",
    "bump 1 slow",
    "note 1 slow",
    "correct 1 --what another",
    "edit 1 --correct",
    "void 1 --reason twice",
    "tag 1 work --once key",
    "untag 2 old",
    "undo",
    "person rename dana dk",
    "person alias dana boss",
)


@pytest.fixture
def filled(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A ledger with two promises, looked at by the real clock."""
    monkeypatch.setenv("EDITOR", "sed -i.before s/Q3/Q4/")
    monkeypatch.delenv("PROMISECTL_TODAY", raising=False)
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed", "--by", "fri")
    program.ok("make", "Review the contract", "--to", "dana", "--tag", "old")
    return program


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("line", [*VIEWS, *MOVES])
def test_no_view_and_no_move_imports_what_is_heavy(line: str) -> None:
    assert _loaded(shlex.split(line), HEAVY) == set()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("line", LIGHT)
def test_a_view_in_a_pipe_imports_hardly_anything(line: str) -> None:
    assert _loaded(shlex.split(line), DEAR) == set()


@pytest.mark.parametrize(
    "words", [["owe"], ["make", "another thing here", "--to", "dana", "--by", "fri"]]
)
def test_a_config_that_is_not_there_costs_nothing(program: Program, words: list[str]) -> None:
    modules = ("tomllib", "shlex", "difflib", "promisectl.config.file", "promisectl.config.keys")
    assert not (program.home / "config").exists()
    assert _loaded(words, modules) == set()
    (program.home / "config" / "promisectl").mkdir(parents=True)
    (program.home / "config" / "promisectl" / "config.toml").touch()
    assert "tomllib" in _loaded(words, modules)


def test_the_whole_program_leaves_sqlmodel_out(program: Program) -> None:
    code = (
        "import sys\nfrom promisectl.cli import main as edge\n"
        "code = edge.main(['make', 'x y z', '--to', 'dana', '--by', 'fri'])\n"
        "print(code, [name for name in ('sqlmodel', 'sqlalchemy', 'rich', 'dateutil') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert program.ok("list").count("\n") == 1


def test_each_declaration_fits_the_function_that_it_hands_over_to() -> None:
    from promisectl.cli import DECLARED_IN, app
    from promisectl.cli.registry import DECLARATIONS

    app.build_app(["--help"])
    assert {one.group or one.name: one.prototype.__module__ for one in DECLARATIONS} == {
        command: f"promisectl.cli.{module}" for command, module in DECLARED_IN.items()
    }
    for one in DECLARATIONS:
        if one.extra_prototype is None:
            asks = _list_parameters(one.prototype)
            assert asks == _list_arguments(one.module, one.function), one.name


def _list_parameters(function: Callable[..., object]) -> list[tuple[str, object]]:
    """The parameters, each with its default; `()`, False and None are one."""
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.default or None) for one in parameters]


def _list_arguments(module: str, function: str) -> list[tuple[str, object]]:
    """What a function in `commands` takes beside the world; `make` takes the fields of MakeArguments but for the place."""
    if (module, function) == ("make", "make"):
        named = _list_parameters(MakeArguments)
        assert named.pop() == ("place", None)
        return named
    found = getattr(importlib.import_module(f"promisectl.commands.{module}"), function)
    return _list_parameters(found)[1:]
