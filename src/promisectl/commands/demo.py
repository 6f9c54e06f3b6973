"""The command demo: a short tour in a temporary ledger."""

from __future__ import annotations

import os
import sys

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from promisectl.env import Env

# What each step is for, and its command line.
_TOUR_STEPS = (
    (
        "You and Dana have agreed on something: you owe it to her now.",
        'make "Send the Q3 numbers" --to dana --by "in 4 days" --agreed',
    ),
    (
        "Lee asks you for something. It is not a promise until you say yes.",
        'make "Lend the drill" --to lee --by "in 2 days" --asked',
    ),
    (
        "What is waiting for you?",
        "moves",
    ),
    (
        "You offer a later day, one that you can keep.",
        'negotiate 2 --by "in 6 days" --risk "my brother has it" --no-to "drilling on Saturday"',
    ),
    ("Lee says yes.", "accept 2"),
    ("You ask Kim for something.", 'make "Fix the bike brake" --from kim --by "in 5 days"'),
    ("What do you owe?", "owe"),
    ("What are you owed?", "owed"),
    (
        "The drill is at risk, so you warn Lee early.",
        'bump 2 "my brother is abroad until Thursday"',
    ),
    ("You send the numbers, and Dana confirms.", "complete 1"),
    ("", "accept 1"),
    (
        "You can't get the drill. You tell Lee, and record that the promise is broken.",
        'renege 2 --reason "my brother keeps it" --cause dependency',
    ),
    ("Everything, open and closed:", "list --all"),
    ("And who keeps their promises:", "people"),
)

_VIEWS = ("moves", "owe", "owed", "list", "people")


def _create_demo_directory() -> TemporaryDirectory[str]:
    """Create a directory that is removed in the end. Raises NoTemporaryFile."""
    import tempfile

    try:
        return tempfile.TemporaryDirectory(prefix="promisectl-demo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise errors.NoTemporaryFile(error.strerror or str(error)) from error


def demo(env: Env) -> int:
    """Play a short tour in a temporary ledger: print each command, then run it.

    The views are tables, also in a pipe.

    Returns the exit code: the first one that is not 0, else 0. Raises NoTemporaryFile.
    """
    import shlex
    import subprocess

    with _create_demo_directory() as directory:
        environ = {
            **env.environ,
            "XDG_CONFIG_HOME": directory,
            "PROMISECTL_NO_INPUT": "1",
            "PAGER": "",
        }
        path = os.path.join(directory, "ledger.db")
        program = [sys.executable, "-m", "promisectl", "--ledger", path]
        for why, line in _TOUR_STEPS:
            if why:
                env.print_line("")
                env.print_line(f"# {why}")
            words = shlex.split(line)
            env.print_line(f"$ promisectl {shlex.join(words)}", whole=True)
            env.flush_output()
            form = ["--table"] if words[0] in _VIEWS else []
            # Our own program, with our own words.
            done = subprocess.run([*program, *words, *form], check=False, env=environ)  # noqa: S603
            if done.returncode:
                return done.returncode
    env.print_line("")
    env.print_line("The tour's ledger is deleted. To begin yours: promisectl make “…” --to dana")
    return 0
