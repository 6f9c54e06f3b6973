"""The three streams: made safe before anything is said, and let go of when nobody hears."""

from __future__ import annotations

import os
import sys

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def open_streams() -> None:
    """Closed streams become /dev/null; what a stream's encoding lacks is escaped; pipes speak UTF-8 unless somebody said otherwise."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(
            errors="surrogateescape"
        )  # what is no text is told so when it is used
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            encoding = None if stream.isatty() or os.environ.get("PYTHONIOENCODING") else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace", newline="")
    if sys.platform == "win32":  # pragma: no cover
        import ctypes

        console = (
            ctypes.windll.kernel32
        )  # an old console shows colours only to those who ask for them; others shrug
        console.SetConsoleMode(console.GetStdHandle(-11), 7)


def flush_stdout() -> None:
    """Write out what is left in the buffer of stdout; where nobody takes it, it goes nowhere."""
    try:
        sys.stdout.flush()
    except OSError:
        drop_stream(sys.stdout)


def drop_stream(stream: TextIO) -> None:
    """Nobody can hear any more: what is left in the buffer goes nowhere, silently."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_stdout(text: str) -> None:
    """Say on stdout what no command answers: the help, or the version. Raises Unheard and ReaderGone."""
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise errors.ClosedPipe from error
    except OSError as error:
        raise errors.StdoutFailed(error.strerror or str(error)) from error
