"""The program as a real process at a terminal of its own, and another one beside it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pexpect


@contextmanager
def terminal(*words: str, rows: int = 50, columns: int = 200) -> Iterator[Any]:
    """A real process at a terminal of its own; it is gone in the end."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "promisectl", *words],
        env=dict(os.environ),
        encoding="utf-8",
        codec_errors="replace",
        timeout=30,
        dimensions=(rows, columns),
    )
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.wait()
    return int(child.exitstatus if child.exitstatus is not None else -child.signalstatus)


def in_another(*words: str) -> subprocess.CompletedProcess[str]:
    """What another command does meanwhile."""
    return subprocess.run(
        [sys.executable, "-m", "promisectl", *words],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
