"""The tools that look after style, types, layers and spelling have nothing to say."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import library, tool

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "words",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("mypy", "--no-incremental"),
        ("codespell_lib", "src", "tests", ".github", "README.md", "CHANGELOG.md"),
    ],
    ids="-".join,
)
def test_the_tools_have_nothing_to_say(words: tuple[str, ...]) -> None:
    library(words[0])
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_layers_are_kept() -> None:
    """By its own script: as a module, import-linter does nothing and is content."""
    library("importlinter")
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "0 broken" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_top_level_has_nothing_else() -> None:
    listed = subprocess.run(
        [tool("git"), "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a clone")
    top = {name.partition("/")[0] for name in listed.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} == {
        "CHANGELOG.md", "README.md", "pyproject.toml", "src", "tests",
    }  # fmt: skip
