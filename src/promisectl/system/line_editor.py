"""A line that a person types at the terminal, edited with readline (GNU's, or libedit).

Without readline, and on a dumb terminal, the line is read as the terminal gives it.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, nullcontext, suppress

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import FrameType, ModuleType
    from typing import TextIO

    ListWords = Callable[[], Iterable[str]]

_FATAL_SIGNALS = ("SIGTERM", "SIGHUP", "SIGQUIT")
_PAUSING_SIGNALS = ("SIGTSTP", "SIGCONT")
# What has readline has these, too; Windows, which the types know, has not.
_TIMER_NAMES = ("SIGALRM", "setitimer", "siginterrupt")
_WAKE_UP_SECONDS = 0.1
_STDIN, _STDOUT = 0, 1
_GNU_BINDINGS = (
    "tab: complete",
    "set show-all-if-ambiguous on",
    "set enable-bracketed-paste on",
    r'"\e\C-j": accept-line',  # and not the mode of vi, which few mean
    r'"\e\C-m": accept-line',
    # Control characters are refused, so none has to be quoted. Searches, in a history that is
    # empty or for a character, make readline 8.2 crash if an Escape follows.
    *(
        rf'"{keys}": redraw-current-line'
        for keys in (r"\C-v", r"\C-q", r"\C-r", r"\C-s", r"\ep", r"\en", r"\C-]", r"\e\C-]")
    ),
)
_LIBEDIT_BINDINGS = ("bind ^I rl_complete", "bind ^W ed-delete-prev-word")
_FIRST_VERSION_WITH_NEWLINE = 0x801
_SIZE_VARIABLES = ("LINES", "COLUMNS")
_LINE_BREAKS_AND_TABS = "\t\n\v\f\r\x85\u2028\u2029"
_FIRST_PRINTABLE, _C1_CONTROLS = 0x20, range(0x7F, 0xA0)


class _Signalled(BaseException):
    """A signal came while a line was typed: its number, and what was typed so far."""

    def __init__(self, number: int, typed: str) -> None:
        super().__init__(number, typed)
        self.number = number
        self.typed = typed


def read_line(
    prompt: str,
    streams: tuple[TextIO, TextIO],
    environ: Mapping[str, str],
    list_words: ListWords,
) -> str | None:
    """Show a prompt and return the line typed; None after Ctrl-C, or Ctrl-D on an empty line.

    `streams` are the one to read from and the one for the prompt. TAB completes the words of
    `list_words`. The cursor is at the start of a line afterwards, and the modes of the terminal
    are as before.
    """
    stdin, stderr = streams
    try:
        if readline := find_readline(stdin, environ):
            return _read_edited_line(readline, prompt, stderr, environ, list_words)
        stderr.write(prompt)
        stderr.flush()
        with _wake_up_often(restarts=False) if hasattr(signal, "SIGALRM") else nullcontext():
            line = stdin.readline()
    except KeyboardInterrupt:
        line = ""  # a line that is not finished does not count
    if not line.endswith("\n"):
        stderr.write("\n")
    return line or None


def join_lines(text: str) -> str:
    """Return a typed or pasted text as one line: a space replaces each line break and tab."""
    for character in _LINE_BREAKS_AND_TABS:
        text = text.replace(character, "\n")
    return " ".join(part.strip() for part in text.split("\n") if part.strip())


def find_control_character(text: str) -> str:
    """Return the first control character of a text, such as the one of an arrow key; or ""."""
    if text.isprintable():
        return ""
    codes = (ord(character) for character in text)
    return next((chr(c) for c in codes if c < _FIRST_PRINTABLE or c in _C1_CONTROLS), "")


def find_readline(stdin: TextIO, environ: Mapping[str, str]) -> ModuleType | None:
    """Return the module readline if it can read this stream, the stdin of the process; or None.

    The standard library has none on Windows, where the console itself edits lines.
    """
    from importlib import import_module

    if environ.get("TERM", "dumb") in ("", "dumb") or stdin is not sys.stdin:
        return None
    with suppress(OSError, ValueError, ImportError):  # such as a stream without a descriptor
        return import_module("readline") if stdin.fileno() == _STDIN else None
    return None


def _read_edited_line(
    readline: ModuleType,
    prompt: str,
    stderr: TextIO,
    environ: Mapping[str, str],
    list_words: ListWords,
) -> str | None:
    """Return the line that is typed with readline, or None; a pause asks again."""
    typed = ""
    set_up_readline(readline, list_words)
    with _put_terminal_on_stdout(stderr):
        while True:
            try:
                with _raise_on_signals(readline), _wake_up_often(restarts=True):
                    return _read_with_readline(readline, prompt, typed)
            except _Signalled as signalled:
                typed = signalled.typed
                _repeat_signal(signalled.number)
            finally:
                for name in _SIZE_VARIABLES:
                    if name not in environ:  # readline sets it, and the next program believes it
                        os.unsetenv(name)


@contextmanager
def _put_terminal_on_stdout(stderr: TextIO) -> Iterator[None]:
    """Let the terminal of stderr be stdout during the block: readline writes only there."""
    stdout, descriptor = sys.stdout, os.dup(_STDOUT)
    stderr.flush()
    try:
        os.dup2(stderr.fileno(), _STDOUT)
        sys.stdout = open(  # noqa: SIM115 (it only borrows the descriptor)
            _STDOUT, "w", encoding=stderr.encoding, errors=stderr.errors, newline="", closefd=False
        )
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = stdout
        os.dup2(descriptor, _STDOUT)
        os.close(descriptor)


def set_up_readline(readline: ModuleType, list_words: ListWords) -> None:
    """Set what TAB completes, always the whole line, and keep no history of answers."""
    matches: list[str] = []

    def complete(text: str, number: int) -> str | None:
        if number == 0:
            begins = text.casefold()
            matches[:] = [word for word in list_words() if word.casefold().startswith(begins)]
        return matches[number] if number < len(matches) else None

    readline.set_auto_history(False)
    readline.set_completer(complete)
    readline.set_completer_delims("")
    is_libedit = "libedit" in (readline.__doc__ or "")
    for line in _LIBEDIT_BINDINGS if is_libedit else _GNU_BINDINGS:
        readline.parse_and_bind(line)


def _read_with_readline(readline: ModuleType, prompt: str, typed: str) -> str | None:
    """Return the line that is typed, after what is `typed` already; None if there is none."""
    head, newline, last_line = prompt.rpartition("\n")
    sys.stdout.write(head + newline)
    readline.set_startup_hook((lambda: readline.insert_text(typed)) if typed else None)
    try:
        return input(last_line)
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    except EOFError:
        # GNU readline has begun a new line itself since 8.1.
        if getattr(readline, "_READLINE_RUNTIME_VERSION", 0) < _FIRST_VERSION_WITH_NEWLINE:
            sys.stdout.write("\n")
    return None


@contextmanager
def _raise_on_signals(readline: ModuleType) -> Iterator[None]:
    """Raise _Signalled for signals that end or pause the process; readline then cleans up."""

    def handle(number: int, _: FrameType | None) -> None:
        raise _Signalled(number, readline.get_line_buffer())

    numbers = [
        number
        for name in (*_FATAL_SIGNALS, *_PAUSING_SIGNALS)
        if (number := getattr(signal, name, None)) and signal.getsignal(number) is signal.SIG_DFL
    ]
    try:
        for number in numbers:
            signal.signal(number, handle)
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def _wake_up_often(*, restarts: bool) -> Iterator[None]:
    """Let Python look for signals often: a reader waits on for a key if one came just before.

    What is being read or written then goes on by itself if it `restarts`; else Python sees to it.
    """
    number, start_timer, let_interrupt = (getattr(signal, name) for name in _TIMER_NAMES)
    if signal.getsignal(number) is not signal.SIG_DFL:
        yield
        return
    signal.signal(number, lambda *_: None)
    let_interrupt(number, not restarts)  # readline writes what it writes to its end
    start_timer(0, _WAKE_UP_SECONDS, _WAKE_UP_SECONDS)
    try:
        yield
    finally:
        start_timer(0, 0)
        signal.signal(number, signal.SIG_DFL)


def _repeat_signal(number: int) -> None:
    """Let a signal have its usual effect, now that the terminal is as before."""
    sys.stdout.flush()
    if number != getattr(signal, "SIGCONT", None):
        os.kill(os.getpid(), number)
