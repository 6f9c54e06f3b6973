"""The world around one command: the clock, the environment, the streams. Commands meet them only here."""

from __future__ import annotations

import io
import os
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.config import Config
from promisectl.domain import civil, constants
from promisectl.rendering.formats import LocalMoment
from promisectl.system import paths, terminal, timezone
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO, TextIO

PROMPT_SIGN = " › "
"""What stands between a question and its answer."""
_DEFAULT_CONFIG = Config()


class OnceKey(NamedTuple):
    """A key that lets a command happen once, and what is asked with it."""

    key: str
    request: str

    def add_content(self, content: str) -> OnceKey:
        """The same with what else is asked."""
        import hashlib

        return self._replace(
            request=f"{self.request} of {hashlib.sha256(content.encode()).hexdigest()[:16]}"
        )


class Env:
    """What a command may know of the world, and where it speaks.

    `now` is the moment of this run (aware UTC, whole seconds), `zone` the IANA name of the local zone, `ledger` the path of the
    ledger, `config_file` the path of the config, `config` what is said there.
    `quiet` asks for numbers alone. `no_pager` is None for a command that never pages.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        streams: tuple[TextIO, TextIO, TextIO],
        config: Config = _DEFAULT_CONFIG,
        *,
        ledger: str | None = None,
        today: str | None = None,
        color: str | None = None,
        no_input: bool = False,
        quiet: bool = False,
        form: str | None = None,
        once: OnceKey | None = None,
        no_pager: bool | None = None,
    ) -> None:
        self.environ = environ
        self._in, self._out, self._err = streams
        self.config = config
        self.zone = timezone.find_local_zone(environ, config.zone)
        self._today = today or environ.get("PROMISECTL_TODAY")
        self.now = _resolve_now(self._today, self.zone)
        self.ledger = os.path.abspath(
            os.path.expanduser(
                ledger
                if ledger is not None
                else environ.get("PROMISECTL_LEDGER") or paths.default_ledger_path(environ)
            )
        )
        self.config_file = paths.default_config_path(environ)
        if color not in (None, *constants.COLOR_CHOICES):
            raise errors.BadChoice("--color", color, constants.COLOR_CHOICES)
        self._color = color
        self.quiet = quiet
        self.once = once
        self._form = form
        self._may_ask = not (no_input or environ.get("PROMISECTL_NO_INPUT") or quiet or form)
        self._no_pager = no_pager
        self._page = (
            _PageBuffer(self._out.encoding) if no_pager is False and self.form == "table" else None
        )
        self._late_warnings: list[
            tuple[str, bool]
        ] = []  # hints that wait until the page has been looked at
        self._has_recorded = False

    def copy_elsewhere(self, *, ledger: str | None, today: str | None) -> Env:
        """The same person with another ledger, or at another moment, where one is named as a shell would be given it."""
        path = os.path.expandvars(ledger) if ledger else self.ledger
        return Env(
            self.environ, (self._in, self._out, self._err), self.config, ledger=path, today=today
        )

    @property
    def here(self) -> LocalMoment:
        """When and where the person is looking."""
        return LocalMoment(self.now, self.zone)

    @property
    def backup_directory(self) -> str:
        """The directory in which backups of this ledger are kept."""
        return paths.default_backup_directory(self.environ, self.ledger)

    # What the person sees

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking at stdout."""
        return self._out.isatty()

    @property
    def is_json(self) -> bool:
        """Whether the answer, and an error, is to be JSON."""
        return self._form in ("json", "jsonl")

    @property
    def form(self) -> str:
        """The form of a view: `json`, `jsonl`, `csv` or `plain` as asked for, else `table` for a person and `plain` in a pipe."""
        return self._form or ("table" if self.is_terminal else "plain")

    @property
    def width(self) -> int:
        """How many columns the terminal has: COLUMNS, else what it says itself, else 80; never fewer than 40."""
        return terminal.find_terminal_width(self._out, self.environ)

    @property
    def color(self) -> bool:
        """Whether to colour what goes to stdout."""
        return terminal.is_colored(self._out, self.color_wish[0], self.environ)

    @property
    def color_wish(self) -> tuple[str, str]:
        """auto, always or never, and who says so."""
        return terminal.resolve_color_wish(self.environ, self._color, self.config.color)

    @property
    def pager(self) -> str | None:
        """The pager for long views: none with --no-pager, else PAGER, then what the config says, then less; "" and "cat" mean none."""
        if self._no_pager or self.environ.get("TERM") == "dumb":
            return None
        from promisectl.system import pager

        named = self.environ.get("PAGER")
        wish = self.config.pager if named is None else named
        return pager.DEFAULT_PAGER if wish is None else wish or None

    @property
    def may_ask(self) -> bool:
        """Whether a question may be put: a person at both ends, and nobody said not to."""
        return self._may_ask and self.is_present

    @property
    def is_present(self) -> bool:
        """Whether a person is at both ends: types, and sees what is asked."""
        return self._in.isatty() and self._err.isatty()

    @property
    def is_read_by_person(self) -> bool:
        """Whether a person reads the answer and the hints beside it."""
        return self.is_terminal and not self.quiet and self._form is None

    @property
    def is_stderr_watched(self) -> bool:
        """Whether a person sees what is written beside the data."""
        return self._err.isatty() and not self.quiet and self._form is None

    def read_clock(self, moment: datetime | None = None) -> tuple[datetime, datetime, datetime]:
        """A moment, this one if none is given, the end of its local day, and the end of the third day after it."""
        at = moment or self.now
        return at, self.find_day_end(at, 0), self.find_day_end(at, 3)

    def find_day_end(self, moment: datetime, days: int) -> datetime:
        """The end of the local day that is so many days after that of a moment."""
        day = civil.local_time(moment, self.zone).date()
        try:
            return civil.last_second(
                day + timedelta(days=min(days, (date.max - day).days)), self.zone
            )
        except OverflowError:  # west of Greenwich the year 9999 ends later than moments can be told
            return datetime.max.replace(microsecond=0, tzinfo=UTC)

    def refresh_now(self) -> None:
        """Read the clock anew: somebody has taken their time."""
        self.now = _resolve_now(self._today, self.zone)

    def read_stdin(self) -> bytes:
        """All that comes in on stdin, until its end."""
        return self._in.buffer.read()

    # Saying

    def write_stdout(self, pieces: Iterable[str]) -> None:
        """Write data to stdout as it comes."""
        write = self.stdout().write
        for piece in pieces:
            try:
                write(piece)
            except OSError as error:
                raise _build_stdout_error(error) from error

    def write_records(self, pieces: Iterable[str]) -> None:
        """Records as they come: whole in a pipe or a file, escaped where they would steer a terminal."""
        self.write_stdout(map(_escape_piece, pieces) if self.is_terminal else pieces)

    def print_line(self, line: str, *, whole: bool = False) -> None:
        """One line of data on stdout, escaped so that no text in it can steer a terminal; a sentence, unless it is to stay `whole`."""
        self.write_stdout(
            [
                (
                    escape_text(line)
                    if whole
                    else terminal.format_terminal_line(line, self._out, self.environ)
                )
                + "\n"
            ]
        )

    def print_answer(self, lines: Iterable[str], *, whole: bool = False) -> None:
        """The answer of a move that is recorded; sentences, unless they are to stay `whole`. Raises AnswerLost when nobody can hear it."""
        self._has_recorded = True
        try:
            for line in lines:
                self._out.write(
                    (
                        escape_text(line)
                        if whole
                        else terminal.format_terminal_line(line, self._out, self.environ)
                    )
                    + "\n"
                )
            self._out.flush()
        except OSError as error:
            raise errors.AnswerLost(error.strerror or str(error)) from error

    def print_hint(self, line: str) -> None:
        """One line beside the data, on stderr; none where only the data was asked for."""
        if not (self.quiet or self.is_json):
            self.print_warning(line)

    def print_warning(self, line: str, *, whole: bool = False) -> None:
        """One line on stderr, whatever was asked for, after the page if there is one; where nobody can hear it, it is no loss.

        It is a sentence, unless it is to stay `whole`.
        """
        if self._page and self._page.tell():
            self._late_warnings.append((line, whole))
            return
        with suppress(OSError):
            print(
                escape_text(line)
                if whole
                else terminal.format_terminal_line(line, self._err, self.environ),
                file=self._err,
                flush=True,
            )

    def ask_question(self, question: str) -> str:
        """Put a question on stderr and read one line. Raises EOFError when there is none, as after Ctrl-C or Ctrl-D.

        Who gives up like that is told that nothing was recorded, unless something was.
        """
        from promisectl.system import interrupts

        line = ""
        interrupts.restore_interrupts()
        try:
            self._err.write(
                terminal.format_terminal_line(
                    question, self._err, self.environ, spare=len(PROMPT_SIGN)
                )
                + PROMPT_SIGN
            )
            self._err.flush()
            line = self._in.readline()
        except KeyboardInterrupt:
            line = ""  # what was typed so far does not count
        if not line.endswith("\n"):  # what comes next begins on a line of its own
            self._err.write("\n")
        if not line:
            if not self._has_recorded:
                self.print_warning("Nothing was recorded.")
            raise EOFError
        return line.strip()

    def can_show(self, text: str) -> bool:
        """Whether stdout can show `text` in the encoding it has."""
        try:
            text.encode(self._out.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def flush_output(self) -> None:
        """Have everything said so far heard, through the pager where it is long. Raises Unheard when stdout is full."""
        page, self._page = self._page, None
        with self.catch_stdout_errors():
            if page and not self._show_paged(page.getvalue()):
                self._out.write(page.getvalue())
            self._out.flush()
        while self._late_warnings:
            line, whole = self._late_warnings.pop(0)
            self.print_warning(line, whole=whole)

    def _show_paged(self, text: str) -> bool:
        """Whether a text is longer than the terminal is high, and was shown through the pager."""
        from promisectl.system import pager

        height = terminal.find_terminal_height(self._out, self.environ)
        words = (
            pager.find_pager_command(self.pager) if height and text.count("\n") >= height else []
        )
        return bool(words) and pager.show_in_pager(
            text, words, self.environ, self._out, color=self.color
        )

    @contextmanager
    def catch_stdout_errors(self) -> Iterator[None]:
        """Around whatever writes data to stdout: raises Unheard when it is full; a closed pipe stays BrokenPipeError."""
        try:
            yield
        except OSError as error:
            raise _build_stdout_error(error) from error

    def stdin(self) -> IO[str]:
        """The stream for data that is handed in."""
        return self._in

    def stderr(self) -> IO[str]:
        """The stream beside the data, for a bar that shows how far something is."""
        return self._err

    def stdout(self) -> IO[str]:
        """The stream for data, for the one console that prints tables: the page, where one is being put together."""
        return self._page or self._out


class _PageBuffer(io.StringIO):
    """What is said on stdout until it is shown at once; it can hold what the terminal can show."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the terminal, by which a table knows what it may draw with."""
        return self._encoding


def _escape_piece(piece: str) -> str:
    return "".join(
        letter if letter in "\t\n" else escape_text(letter)
        for letter in piece.replace("\r\n", "\n")
    )


def _build_stdout_error(error: OSError) -> Exception:
    """What is wrong with stdout: a closed pipe is no news, it stays as it is."""
    return (
        error
        if isinstance(error, BrokenPipeError)
        else errors.StdoutFailed(error.strerror or str(error))
    )


def _resolve_now(today: str | None, zone: str) -> datetime:
    if today:
        from promisectl.domain import dates

        return dates.parse_now(today, zone)
    return datetime.now(UTC).replace(microsecond=0)
