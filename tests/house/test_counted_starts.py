"""Commands stay light: the instructions of whole commands, in starts of Python.

valgrind's callgrind counts them, and the same command on the same Python comes to the same count, to a thousandth, on any machine and
however busy it is. A start of Python is `python -c pass`. What an import costs stands in .github/CONTRIBUTING.md.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import MONDAY, tool

MAX_STARTS = {
    "owe": 2.6,
    "owe --json": 2.65,
    "message 2": 2.75,
    "message --with dana": 3.05,
    "accept 3": 4.5,
    "make another --to dana --by fri": 4.75,
}
"""How many starts of Python a command may take."""

# What pip writes as the console script. An old pip writes one that imports `re`, which takes 0.41 starts.
_LAUNCHER = """\
import sys
from promisectl.__main__ import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""
_STORY = (
    ("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed"),
    ("make", "Review the contract", "--to", "dana", "--by", "wed", "--asked"),
    ("make", "Water the plants", "--to", "dana", "--asked"),
    ("accept", "2"),
    ("owe",),
    ("owe", "--json"),
    ("message", "2"),
    ("message", "--with", "dana"),
)
"""Said before anything is counted: every command once, so that all of it is compiled."""

Count = Callable[..., int]


@pytest.fixture(scope="module")
def count(tmp_path_factory: pytest.TempPathFactory) -> Count:
    """Counts the instructions of a Python, in a home with a ledger of three promises."""
    valgrind = tool("valgrind")
    home = tmp_path_factory.mktemp("counted")
    launcher = home / "promisectl"
    launcher.write_text(_LAUNCHER, encoding="utf-8")
    env = {
        "HOME": str(home),
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "TZ": "Europe/Berlin",
        "NO_COLOR": "1",
        "PYTHONHASHSEED": "0",
        "PROMISECTL_TODAY": MONDAY,
    }

    def run(*words: str, before: tuple[str, ...] = ()) -> str:
        done = subprocess.run(
            [*before, sys.executable, *words],
            env=env,
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def count_instructions(*words: str, program: bool = True) -> int:
        said = run(
            *([str(launcher)] if program else []),
            *words,
            before=(valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"),
        )
        return int(re.findall(r"Collected : (\d+)", said)[0])

    for told in _STORY:
        run(str(launcher), *told)
    return count_instructions


@pytest.fixture(scope="module")
def start(count: Count) -> int:
    """The instructions of a start of Python."""
    return count("-c", "pass", program=False)


@pytest.mark.parametrize(("line", "most"), MAX_STARTS.items())
def test_a_command_takes_only_so_many_starts_of_python(
    line: str, most: float, count: Count, start: int
) -> None:
    starts = count(*line.split()) / start
    assert starts <= most, (
        f"promisectl {line} takes {starts:.2f} starts of Python, and may take {most}. "
        "What an import costs stands in .github/CONTRIBUTING.md."
    )


def test_the_console_script_does_not_import_re() -> None:
    installed = Path(sys.executable).with_name("promisectl")
    if not installed.exists():
        pytest.skip("there is no console script beside this Python")
    assert "import re\n" not in installed.read_text(encoding="utf-8"), "upgrade pip, install anew"
