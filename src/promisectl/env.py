"""The world around one command: its clock, environment, config and streams."""

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
from promisectl.system.text import escape_lines, escape_text, fold_line, format_terminal_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import IO, NoReturn, TextIO

    from promisectl.storage.ledger import LedgerPlace

PROMPT_SIGN = " › "
"""Separates a question from its answer."""
HOOK_NAME = "after-move"
"""The name of the hook, in the directory `hooks` beside the config."""
HOOK_VARIABLE = "PROMISECTL_HOOK"
"""The variable that a hook has in its environment: commands that it runs run no hook."""
_CLOCK_TOLERANCE_SECONDS = 2
_BACK_WORD = "back"
_HELP_WORD = "?"
_ANY_TEXT = "Any text is an answer."
_DEFAULT_CONFIG = Config()


class OnceKey(NamedTuple):
    """The key that lets a command happen once, and a digest of what the command asks."""

    key: str
    request: str

    def add_content(self, content: str) -> OnceKey:
        """Return the key with more content (such as a file) in its request."""
        import hashlib

        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        return self._replace(request=f"{self.request} of {digest}")


class RecordedActs(NamedTuple):
    """The acts that one transaction has recorded: after the number `before`, up to `last`.

    `hash` is that of the last one.
    """

    before: int
    last: int
    hash: str


class GoBack(Exception):
    """A person wants to go one question back."""


class Env:
    """The world around one command: what it can read, and where it prints.

    `now` is the moment of this run (aware UTC, whole seconds), `zone` the IANA name of the local
    zone (UTC, and `is_zone_known` false, when it is not known), `config` the config and
    `config_file` its path, empty where there is no home. `quiet` reduces the answer to IDs. `form`
    is the wanted form of the answer (see the property), `svg` the file for the picture of a view,
    and `template` the text of each line of a list. `no_pager` is None for a command that never
    pages. `words` is the command line as it was typed.
    """

    recorded_acts: tuple[RecordedActs, ...] = ()
    """What this command has recorded, if there is a hook to hear of it."""
    _clock_lead: timedelta | None = None
    """How far this machine's clock is ahead of the server's; None until a move knows that."""
    _ledger: LedgerPlace | None = None
    _has_recorded = False

    def __init__(
        self,
        environ: Mapping[str, str],
        streams: tuple[TextIO, TextIO, TextIO],
        config: Config = _DEFAULT_CONFIG,
        *,
        config_file: str | None = None,
        ledger: str | None = None,
        offline: bool = False,
        today: str | None = None,
        color: str | None = None,
        no_input: bool = False,
        quiet: bool = False,
        form: str | None = None,
        svg: str | None = None,
        template: str | None = None,
        once: OnceKey | None = None,
        no_pager: bool | None = None,
        words: Sequence[str] = (),
    ) -> None:
        self.environ, self.words = environ, words
        self._in, self._out, self._err = streams
        self.config = config
        self.config_file = paths.find_config_path(environ) if config_file is None else config_file
        zone = timezone.find_local_zone(environ, config.zone)
        self.zone, self.is_zone_known = zone or "UTC", bool(zone)
        self._today = today or environ.get("PROMISECTL_TODAY")
        self.now = _resolve_now(self._today, self.zone)
        self._ledger_option = ledger
        self.offline_setting = self._find_offline_setting(is_given=offline)
        if color not in (None, *constants.COLOR_CHOICES):
            raise errors.BadChoice("--color", color, constants.COLOR_CHOICES)
        self._color = color
        self.quiet, self.once, self._form, self._no_pager = quiet, once, form, no_pager
        self.svg, self.template = svg, template or ""
        self._may_ask = not (no_input or environ.get("PROMISECTL_NO_INPUT") or quiet or form)
        pages = no_pager is False and self.form == "table" and self.is_terminal
        encoding = "utf-8" if form == "svg" else self._out.encoding if pages else ""
        self._page = _PageBuffer(encoding) if encoding else None
        # Each line with its `whole`; printed after the page.
        self._late_warnings: list[tuple[str, bool]] = []
        self.chosen_dates: dict[tuple[str, ...], str] = {}
        """The reading that a person chose, by all readings of a date, so that it is asked once."""
        self.back_meaning = ""
        """What `back` does as an answer to any question; empty where it is a text like others."""
        self.seen_uids: dict[int, str] = {}
        """The uid of each promise that a person was shown, by its ID.

        After a restore, the ID may mean another promise by the time of the answer.
        """

    def copy_elsewhere(self, *, ledger: str | None, today: str | None) -> Env:
        """Return the world of the same person with another ledger or moment.

        `ledger` is a path as in a shell, with its variables; None keeps the ledger. `today` is a
        date in the words of --today; None reads the clock.
        """
        name = os.path.expandvars(ledger) if ledger else self.ledger_wish[0]
        streams = (self._in, self._out, self._err)
        return Env(
            self.environ,
            streams,
            self.config,
            config_file=self.config_file,
            ledger=name,
            offline=bool(self.offline_setting),
            today=today,
        )

    @property
    def ledger(self) -> LedgerPlace:
        """The ledger: the path of a file, or a ledger on a server.

        Raises NoHome, BadPlace, NotAnAddress and PasswordInAddress.
        """
        if self._ledger is None:
            self._ledger = self._resolve_ledger(self.ledger_wish[0])
        return self._ledger

    def _resolve_ledger(self, name: str | None) -> LedgerPlace:
        """Return the ledger of a name; the default one without a name."""
        from promisectl.storage import ledger

        if name is None:
            return paths.default_ledger_path(self.environ)
        if ledger.is_on_server(name):
            directory = paths.default_copy_directory(self.environ)
            return ledger.name_server_ledger(name, self.environ, directory, self)
        return paths.resolve_file_path(name)

    @property
    def is_usual_ledger(self) -> bool:
        """Whether a command that names no ledger uses this one."""
        with suppress(errors.Usage, errors.MachineError):
            return str(self.ledger) == str(self._resolve_ledger(self._usual_ledger_wish[0]))
        return False

    def prepare_move(self) -> None:
        """Prepare the ledger for a command that is going to write, before it reads or asks.

        Where it can't be written to, no question is asked. Raises MoveOnCopy for a file that is a
        copy of a ledger on a server, and LedgerError.
        """
        from promisectl.storage import ledger

        if isinstance(self.ledger, str) and paths.is_copy(self.environ, self.ledger):
            raise errors.MoveOnCopy(self.ledger)
        ledger.prepare_writing(self.ledger)

    @property
    def ledger_wish(self) -> tuple[str | None, str]:
        """The wanted ledger, None for the default one, and the setting that decides it."""
        if self._ledger_option is not None:
            return self._ledger_option, "--ledger"
        return self._usual_ledger_wish

    @property
    def _usual_ledger_wish(self) -> tuple[str | None, str]:
        """The ledger of a command that names none, and the setting that decides it."""
        if from_environment := self.environ.get("PROMISECTL_LEDGER"):
            return from_environment, "PROMISECTL_LEDGER"
        return self.config.ledger, "config"

    @property
    def ledger_file(self) -> str:
        """The path of the ledger's file; of one on a server, that of this machine's copy."""
        ledger = self.ledger
        return ledger if isinstance(ledger, str) else ledger.file

    def _find_offline_setting(self, *, is_given: bool) -> str:
        """Return the setting that forbids to connect to a server; empty if none does."""
        if is_given:
            return "--offline"
        wish = self.environ.get("PROMISECTL_OFFLINE", "0")
        return "PROMISECTL_OFFLINE" if wish not in ("", "0") else ""

    def use_clock(self, moment: datetime) -> None:
        """Take the moment of a server's clock, unless there is one by --today.

        A hint says so where this machine's clock differs.
        """
        if self._today:
            return
        if self._clock_lead is None and (span := self.describe_clock_difference(moment)):
            self.print_hint(f"This machine's clock is {span} the server's, which counts.")
        self._clock_lead = _resolve_now("", self.zone) - moment
        self.now = moment

    def describe_clock_difference(self, moment: datetime) -> str:
        """Return how this machine's clock differs from a server's, as in “3 s ahead of”.

        It is empty where they agree.
        """
        ahead = (datetime.now(UTC) - moment).total_seconds()
        if abs(ahead) <= _CLOCK_TOLERANCE_SECONDS:
            return ""
        from promisectl.rendering import formats

        return formats.format_clock_difference(ahead)

    def warn_of_old_copy(self, moment: datetime, why: str) -> None:
        """Say that a view shows the copy of a moment, and why the server does not answer.

        Without a reason, somebody wanted that.
        """
        from promisectl.rendering import formats

        when = formats.format_instant(moment, self.here)
        if why:
            self.print_warning(f"As of {when}: can't reach the server ({why}).")
        else:
            self.print_hint(f"As of {when}.")

    @property
    def here(self) -> LocalMoment:
        """The moment and the zone in which the person reads."""
        return LocalMoment(self.now, self.zone)

    @property
    def backup_directory(self) -> str:
        """The directory for backups of this ledger."""
        return paths.default_backup_directory(self.environ, self.ledger_file)

    @property
    def hook_file(self) -> str:
        """The path of the hook; empty where there is none, and for a command that a hook runs."""
        if not self.config_file or HOOK_VARIABLE in self.environ or os.name == "nt":
            return ""
        path = os.path.join(os.path.dirname(self.config_file), "hooks", HOOK_NAME)
        return path if os.path.lexists(path) else ""

    def build_environment(self) -> dict[str, str]:
        """Return the environment for a program that works with the ledger of this command."""
        more = {"PROMISECTL_TODAY": self._today} if self._today else {}
        if self.config_file != paths.default_config_path(self.environ):
            more["PROMISECTL_CONFIG"] = self.config_file
        if self.offline_setting:
            more["PROMISECTL_OFFLINE"] = "1"
        return {**self.environ, "PROMISECTL_LEDGER": str(self.ledger), **more}

    @property
    def shown_rules_file(self) -> str:
        """The path of the file that remembers the advice of the day; empty without a home."""
        return paths.default_shown_rules_path(self.environ)

    def ensure_ledger_directory(self) -> None:
        """Refuse to begin a ledger that was named where its directory is missing.

        The disk that it is on may not be mounted. Raises NoLedgerDirectory.
        """
        if self.lacks_ledger_directory:
            raise errors.NoLedgerDirectory(os.path.dirname(self.ledger_file))

    @property
    def lacks_ledger_directory(self) -> bool:
        """Whether the ledger was named and its directory is missing."""
        if not isinstance(self.ledger, str) or paths.is_default_ledger(self.environ, self.ledger):
            return False
        return paths.is_missing(os.path.dirname(self.ledger))

    # What the person sees

    @property
    def is_terminal(self) -> bool:
        """Whether stdout is a terminal."""
        return self._out.isatty()

    @property
    def is_json(self) -> bool:
        """Whether answers and errors are JSON."""
        return self._form in ("json", "jsonl")

    @property
    def form(self) -> str:
        """The form of a view: `json`, `jsonl`, `csv`, `plain`, `template` or `table`.

        Without an option it is `table` on a terminal and `plain` in a pipe, or for who always wants
        plain lines. A picture is one of the form `table`.
        """
        if self._form:
            return "table" if self._form == "svg" else self._form
        return "table" if self.is_terminal and self.form_wish[0] == "auto" else "plain"

    @property
    def is_form_open(self) -> bool:
        """Whether nobody asked for a form of a view, by an option or a setting, or for a table."""
        return self._form in (None, "table", "svg") and (
            self.form == "table" or self.form_wish[0] == "auto"
        )

    @property
    def form_wish(self) -> tuple[str, str]:
        """Plain or auto, and the setting that decides it: PROMISECTL_PLAIN, then the config."""
        if wish := self.environ.get("PROMISECTL_PLAIN"):
            return "auto" if wish == "0" else "plain", "PROMISECTL_PLAIN"
        return self.config.form, "config"

    @property
    def width(self) -> int:
        """The number of columns of stdout, at least 40 (see `terminal.find_terminal_width`)."""
        return terminal.find_terminal_width(self._out, self.environ)

    @property
    def color(self) -> bool:
        """Whether stdout gets colors; a picture does unless they are never wanted."""
        if self._form == "svg":
            return self.color_wish[0] != "never"
        return terminal.is_colored(self._out, self.color_wish[0], self.environ)

    @property
    def color_wish(self) -> tuple[str, str]:
        """auto, always or never, and the setting that decides it."""
        return terminal.resolve_color_wish(self.environ, self._color, self.config.color)

    @property
    def pager(self) -> str | None:
        """The pager command for long views; None, "" and "cat" mean none."""
        if self._no_pager or self.environ.get("TERM") == "dumb":
            return None
        return self.pager_wish[0] or None

    @property
    def pager_wish(self) -> tuple[str, str]:
        """The wanted pager command, empty for none, and the setting that decides it.

        PROMISECTL_PAGER decides, then the config, then PAGER; the default is less.
        """
        if (own := self.environ.get("PROMISECTL_PAGER")) is not None:
            return own, "PROMISECTL_PAGER"
        if self.config.pager is not None:
            return self.config.pager or "", "config"
        if (general := self.environ.get("PAGER")) is not None:
            return general, "PAGER"
        from promisectl.system import pager

        return pager.DEFAULT_PAGER, "default"

    @property
    def may_ask(self) -> bool:
        """Whether a command may ask: a person is present, and no option forbids questions."""
        return self._may_ask and self.is_present

    @contextmanager
    def ask_nothing(self) -> Iterator[None]:
        """Let no command ask during the block."""
        before, self._may_ask = self._may_ask, False
        try:
            yield
        finally:
            self._may_ask = before

    @property
    def is_present(self) -> bool:
        """Whether stdin and stderr are terminals: a person types there and sees questions."""
        return self._in.isatty() and self._err.isatty()

    @property
    def is_read_by_person(self) -> bool:
        """Whether a person reads the answer and its hints."""
        return self.is_terminal and not self.quiet and self._form is None

    @property
    def is_stderr_watched(self) -> bool:
        """Whether a person sees what is printed on stderr."""
        return self._err.isatty() and not self.quiet and self._form is None

    @property
    def draws_progress(self) -> bool:
        """Whether a person gets a bar on stderr that is drawn again and again, not one sentence.

        Who has plain lines on a terminal gets the sentence.
        """
        has_plain_lines = self.environ.get("TERM") == "dumb" or (
            self.is_terminal and self.form == "plain"
        )
        return self.is_stderr_watched and not has_plain_lines

    def read_clock(self, moment: datetime | None = None) -> tuple[datetime, datetime, datetime]:
        """Return a moment (default: now), the end of its local day and that of 3 days later."""
        at = moment or self.now
        return at, self.find_day_end(at, 0), self.find_day_end(at, 3)

    def find_day_end(self, moment: datetime, days: int) -> datetime:
        """Return the end of the local day that is `days` days after the day of a moment."""
        day = civil.local_time(moment, self.zone).date()
        last_day = day + timedelta(days=min(days, (date.max - day).days))
        try:
            return civil.last_second(last_day, self.zone)
        except OverflowError:  # west of Greenwich the year 9999 ends after the last UTC moment
            return datetime.max.replace(microsecond=0, tzinfo=UTC)

    @contextmanager
    def wait_for_person(self) -> Iterator[None]:
        """Let go of the ledger's server while a person takes time; after that, ask it again.

        Where a move can't be recorded, the person is not asked. Raises LedgerError.
        """
        remote = None if isinstance(self._ledger, str) else self._ledger
        if remote:
            remote.prepare_question()
        yield
        if remote:
            remote.expect_changes()

    def refresh_now(self) -> None:
        """Read the clock again, after a person has taken time to answer."""
        lead = self._clock_lead or timedelta()
        self.now = _resolve_now(self._today, self.zone) - lead

    def read_stdin(self) -> bytes:
        """Return all bytes of stdin, up to its end."""
        return self.open_stdin_bytes().read()

    def open_stdin_bytes(self) -> IO[bytes]:
        """Return the stream of stdin to be read to its end; tell a person that it is waited for."""
        if self.is_present:
            self.print_warning("Paste or type, then Ctrl-D:")
        return self._in.buffer

    # What it prints

    def write_stdout(self, pieces: Iterable[str]) -> None:
        """Write pieces of data to stdout as they come. Raises StdoutFailed."""
        write = self.stdout().write
        for piece in pieces:
            try:
                write(piece)
            except OSError as error:
                raise _build_stdout_error(error) from error

    def write_records(self, pieces: Iterable[str]) -> None:
        """Write pieces of records to stdout as they come, escaped on a terminal alone."""
        self.write_stdout(map(escape_lines, pieces) if self.is_terminal else pieces)

    def print_line(self, line: str, *, whole: bool = False) -> None:
        """Print a line of data on stdout, escaped; in a view for people folded, unless `whole`."""
        self.write_stdout([self._format_line(line, self._out, whole=whole) + "\n"])

    def print_answer(self, lines: Iterable[str], *, whole: bool = False) -> None:
        """Print the answer of a recorded move as `print_line` does. Raises AnswerLost."""
        self._has_recorded = True
        try:
            for line in lines:
                self._out.write(self._format_line(line, self._out, whole=whole) + "\n")
            self._out.flush()
        except OSError as error:
            raise errors.AnswerLost(error.strerror or str(error)) from error

    def print_hint(self, line: str) -> None:
        """Print a line on stderr, unless only data is wanted (--quiet, --json or --jsonl).

        A line that is a command is not folded.
        """
        if not (self.quiet or self.is_json):
            self.print_warning(line, whole=line.startswith("promisectl "))

    def print_warning(self, line: str, *, whole: bool = False) -> None:
        """Print a line on stderr, escaped; on a terminal folded, unless `whole`.

        A line that comes while a page is built waits for the end of the page. When stderr
        can't be written to, the line is lost.
        """
        if self._page and self._page.tell():
            self._late_warnings.append((line, whole))
            return
        with suppress(OSError):
            print(self._format_line(line, self._err, whole=whole), file=self._err, flush=True)

    def _format_line(self, line: str, stream: TextIO, *, whole: bool) -> str:
        if whole:
            return escape_text(line)
        if stream is self._out and self._form in ("table", "svg"):
            return fold_line(escape_text(line), self.width)
        return format_terminal_line(line, stream, self.environ)

    def ask_question(
        self,
        question: str,
        *,
        about: Iterable[str] = (_ANY_TEXT,),
        list_words: Callable[[], Iterable[str]] = tuple,
    ) -> str:
        """Ask on stderr, and return the line that is typed, without control characters.

        `about` is what `?` prints: what the answers mean. TAB completes the words of `list_words`.
        Raises EOFError after Ctrl-C or Ctrl-D, with what `leave_questions` prints, and GoBack for
        `back` where that has a meaning.
        """
        from promisectl.system import interrupts, line_editor

        prompt = format_terminal_line(question, self._err, self.environ, spare=len(PROMPT_SIGN))
        while True:
            interrupts.restore_interrupts()
            with self.wait_for_person():
                line = line_editor.read_line(
                    prompt + PROMPT_SIGN,
                    (self._in, self._err),
                    self.environ,
                    lambda: (*list_words(), *([_BACK_WORD] if self.back_meaning else ())),
                )
            if line is None:
                self.leave_questions()
            answer = line_editor.join_lines(line)
            if control := line_editor.find_control_character(answer):
                self.print_warning(f"That has a control character ({control}). Type it again.")
            elif answer == _HELP_WORD:
                self._explain_answers(about)
            elif self.back_meaning and answer.casefold() == _BACK_WORD:
                raise GoBack
            else:
                return answer

    def _explain_answers(self, about: Iterable[str]) -> None:
        """Print what the answers of a question mean, and the ways out of it."""
        for line in about:
            self.print_warning(line)
        if self.back_meaning:
            self.print_warning(f"{_BACK_WORD}: {self.back_meaning}.")
        self.print_warning(self._format_way_out())

    def refuse_empty_answer(self) -> None:
        """Print that Enter is not an answer, after a question that has to be answered."""
        self.print_warning(f"Type an answer, or ? for help. {self._format_way_out()}")

    def _format_way_out(self) -> str:
        result = "what is recorded stays" if self._has_recorded else "nothing is recorded"
        return f"Ctrl-C: leave; {result}."

    def leave_questions(self) -> NoReturn:
        """Leave the command that is asking. Raises EOFError.

        It prints that nothing was recorded, unless something was.
        """
        if not self._has_recorded:
            self.print_warning("Nothing was recorded.")
        raise EOFError

    def can_show(self, text: str) -> bool:
        """Whether the encoding of stdout has every character of a text."""
        try:
            text.encode((self._page or self._out).encoding)
        except UnicodeEncodeError:
            return False
        return True

    def take_page(self) -> str:
        """Return the page that was built so far, and print it no more."""
        page, self._page = self._page, None
        return page.getvalue() if page else ""

    def flush_output(self) -> None:
        """Print what is held back: a long page through the pager, then the late warnings.

        Raises StdoutFailed when stdout can't be written to.
        """
        page, self._page = self._page, None
        with self.catch_stdout_errors():
            if page and not self._show_paged(page.getvalue()):
                self._out.write(page.getvalue())
            self._out.flush()
        while self._late_warnings:
            line, whole = self._late_warnings.pop(0)
            self.print_warning(line, whole=whole)

    def _show_paged(self, text: str) -> bool:
        """Show a text that is longer than the terminal in the pager; return whether it was."""
        from promisectl.system import pager

        height = terminal.find_terminal_height(self._out, self.environ)
        if not height or text.count("\n") < height:
            return False
        words = pager.find_pager_command(self.pager)
        return bool(words) and pager.show_in_pager(
            text, words, self.environ, self._out, color=self.color
        )

    @contextmanager
    def catch_stdout_errors(self) -> Iterator[None]:
        """Turn an OSError of stdout into StdoutFailed; a closed pipe stays BrokenPipeError."""
        try:
            yield
        except OSError as error:
            raise _build_stdout_error(error) from error

    def stderr(self) -> IO[str]:
        """Return the stream for messages, for a progress bar."""
        return self._err

    def stdout(self) -> IO[str]:
        """Return the stream for data, on which tables are drawn: the page, if there is one."""
        return self._page or self._out


class _PageBuffer(io.StringIO):
    """The text of a page that is being built; its encoding is that of the terminal."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the terminal, by which a table chooses its characters."""
        return self._encoding


def _build_stdout_error(error: OSError) -> Exception:
    """Return the error to raise for one of stdout: StdoutFailed, or a closed pipe as it is."""
    if isinstance(error, BrokenPipeError):
        return error
    return errors.StdoutFailed(error.strerror or str(error))


def _resolve_now(today: str | None, zone: str) -> datetime:
    if not today:
        return datetime.now(UTC).replace(microsecond=0)
    if at := civil.read_plain_minute(today, zone):
        return at
    from promisectl.domain import dates  # saves 0.39 starts of Python

    return dates.parse_now(today, zone)
