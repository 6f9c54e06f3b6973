"""The standard streams: opened and encoded safely, flushed, dropped when nobody reads."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def open_streams() -> None:
    """Make the standard streams safe to use.

    A closed stream becomes /dev/null. A character that the encoding lacks is escaped. Pipes are
    UTF-8 unless PYTHONIOENCODING is set.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")  # refused later, where it is used
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = None if stream.isatty() or os.environ.get("PYTHONIOENCODING") else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace", newline="")
    if sys.platform == "win32":  # pragma: no cover
        import ctypes

        # An old console shows colours only when it is asked to; other consoles ignore this.
        console = ctypes.windll.kernel32
        console.SetConsoleMode(console.GetStdHandle(-11), 7)


def flush_stdout() -> None:
    """Write out the buffer of stdout; drop it when nobody reads it."""
    try:
        sys.stdout.flush()
    except OSError:
        drop_stream(sys.stdout)


def release_stdout() -> None:
    """Close stdout for who reads it in a pipe, as all is written and something else takes time."""
    with suppress(OSError):
        if not sys.stdout.isatty():
            sys.stdout.flush()
            drop_stream(sys.stdout)


def drop_stream(stream: TextIO) -> None:
    """Point a stream that nobody reads at /dev/null, so that the rest of its buffer is dropped."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_stdout(text: str) -> None:
    """Print the help or the version on stdout. Raises ClosedPipe and StdoutFailed."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise errors.ClosedPipe from error
    except OSError as error:
        raise errors.StdoutFailed(error.strerror or str(error)) from error
