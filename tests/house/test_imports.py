"""A start imports hardly anything: what is dear waits, and what is heavy is never needed by a view or a move."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.conftest import Program

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
    "readline",
    "psycopg2",
    "promisectl.storage.remote",
)


def _loaded(words: Sequence[str], modules: Sequence[str]) -> set[str]:
    """Those of the modules that a real process has imported when it has carried out a command line."""
    code = (
        "import sys\nfrom promisectl.cli.main import run_command_line\n"
        f"code = run_command_line({list(words)!r})\n"
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
    "message 1",
    "message 1 2 --whole",
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
    "message --with dana",
    "message 1 --format md",
    "message 1 --format mailto",
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
    "guide records --schema",
    "doctor",
    "doctor --json",
    "config show",
    "config path",
)
MOVES = (
    'make "another thing here" --to dana --by fri',
    'jot "to dana: Another thing | fri | agreed" "from lee: One more | #home"',
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
    "part 2 --of 1",
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


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "line",
    [
        "backup copy.db",
        "export --journal -o all.jsonl",
        "import found.csv",
        "restore kept.db --yes",
        "doctor --fix",
        "doctor --rebuild",
        "redo",
        "person merge lee dana",
        "config set ledger ~/kept.db",
        "demo --help",
    ],
)
def test_a_ledger_in_a_file_knows_of_no_server(
    program: Program, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.chdir(program.home)
    program.ok("make", "Fix the brake", "--from", "lee")
    program.ok("backup", "kept.db")
    program.ok("undo")
    (program.home / "found.csv").write_text("direction,person,outcome\nowed,ida,A thing\n")
    if not line.startswith("redo"):
        program.ok("redo")
    assert _loaded(shlex.split(line), ("psycopg2", "promisectl.storage.remote")) == set()


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
        "import sys\nfrom promisectl.cli.main import run_command_line\n"
        "code = run_command_line(['make', 'x y z', '--to', 'dana', '--by', 'fri'])\n"
        "print(code, [name for name in ('sqlmodel', 'sqlalchemy', 'rich', 'dateutil') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert program.ok("list").count("\n") == 1
