"""The file to import: opened once, read several times, every line with its number."""

from __future__ import annotations

import codecs
import io
import os
import tempfile
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import reader
from promisectl.records.imported_rows import ImportedRow, ImportRules, UnreadableLine
from promisectl.storage import transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO, Any, TypeVar

    from promisectl.env import Env

    T = TypeVar("T")

_MIN_PROGRESS_BYTES = 1 << 20  # a progress bar is drawn from here on
_MIN_PROGRESS_PROMISES = 5_000  # the same, while promises are written
_MAX_LINE_BYTES = 16 << 20
_TOO_LONG = f"it is longer than {_MAX_LINE_BYTES >> 20} MiB; put each record on a line of its own"
_NO_UTF8 = "it is not UTF-8 text; save the file as UTF-8 (in Excel: “CSV UTF-8”)"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK_BYTES = 1 << 16
_MAX_MEMORY_BYTES = 4 << 20  # of a copy or a plan; a larger one goes to a temporary file


class ImportSource(NamedTuple):
    """A file to import: its name, its bytes, its format if it was named, and its rules."""

    name: str
    file: IO[bytes]
    form: str | None
    rules: ImportRules


@contextmanager
def open_import_file(env: Env, path: str) -> Iterator[IO[bytes]]:
    """Open a file for reading; stdin and a pipe are copied first. Raises CannotRead.

    The copy makes sure that nobody waits for the ledger while somebody types.
    """
    with ExitStack() as stack:
        try:
            if path == "-":
                stream = env.open_stdin_bytes()
            else:
                stream = stack.enter_context(_close_quietly(open(path, "rb")))  # noqa: SIM115
            if path == "-" or not stream.seekable():
                stream = _copy_stream(stream, stack.enter_context(create_unnamed_file()))
        except (OSError, ValueError) as error:
            raise errors.CannotRead(path, getattr(error, "strerror", None) or str(error)) from error
        yield stream


def create_unnamed_file() -> AbstractContextManager[IO[bytes]]:
    """Create a file without a name that is gone when it is closed, in memory while it is small.

    What writes to it is guarded by `guard_unnamed_writes`.
    """
    return _close_quietly(tempfile.SpooledTemporaryFile(_MAX_MEMORY_BYTES))


@contextmanager
def guard_unnamed_writes() -> Iterator[None]:
    """Turn an OSError while an unnamed file is written into NoTemporaryFile."""
    try:
        yield
    except OSError as error:
        raise errors.NoTemporaryFile(error.strerror or str(error)) from error


@contextmanager
def _close_quietly(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Close a file in the end; an error of the disk at that point loses nothing."""
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _copy_stream(stream: Any, copy: IO[bytes]) -> IO[bytes]:
    """Copy a stream to its end. Raises NoTemporaryFile."""
    # read1, because a plain read would need the end of input twice at a terminal.
    while chunk := stream.read1(_CHUNK_BYTES):
        with guard_unnamed_writes():
            copy.write(chunk)
    with guard_unnamed_writes():
        copy.flush()
    return copy


def iter_source_lines(source: ImportSource) -> Iterator[str]:
    """Return the lines of the file from its beginning, with any line ending.

    It is UTF-8, or UTF-16 with its mark. Raises CannotRead, and UnreadableLine for a line that is
    too long or can't be decoded.
    """
    number = 0
    try:
        source.file.seek(0)
        mark = source.file.read(len(codecs.BOM_UTF32_LE))
        source.file.seek(0)
        is_utf16 = mark.startswith(_UTF16_MARKS) and mark != codecs.BOM_UTF32_LE
        for line in iter_utf16_lines(source.file) if is_utf16 else iter_utf8_lines(source.file):
            number += 1
            yield line
    except UnicodeDecodeError as error:
        raise UnreadableLine(number + 1, _NO_UTF8) from error
    except _TooLongLineError as error:
        raise UnreadableLine(number + 1, _TOO_LONG) from error
    except OSError as error:
        raise errors.CannotRead(source.name, error.strerror or str(error)) from error


class _TooLongLineError(Exception):
    """A line is longer than _MAX_LINE_BYTES."""


def iter_utf8_lines(file: IO[bytes]) -> Iterator[str]:
    """Return the lines of UTF-8. Raises UnicodeDecodeError and _TooLongLineError."""
    is_first = True
    while piece := file.readline(_MAX_LINE_BYTES + 1):
        if len(piece) > _MAX_LINE_BYTES:
            raise _TooLongLineError
        text = piece.decode()
        if is_first and "\0" in text:  # UTF-16 without its mark
            raise UnicodeDecodeError("utf-8", piece, 0, 1, "it has a null character")
        is_first = False
        yield from io.StringIO(text, newline="") if "\r" in text else (text,)


def iter_utf16_lines(file: IO[bytes]) -> Iterator[str]:
    """Return the lines of UTF-16. Raises UnicodeDecodeError and _TooLongLineError."""
    decoded = io.TextIOWrapper(file, "utf-16", newline="")
    try:
        while line := decoded.readline(_MAX_LINE_BYTES + 1):
            if len(line) > _MAX_LINE_BYTES:
                raise _TooLongLineError
            yield line
    finally:
        decoded.detach()  # or it would close the file


def read_source_head(source: ImportSource) -> dict[str, Any] | None:
    """Return the first line of a journal; None for any other file."""
    if source.form not in (None, "jsonl"):
        return None
    try:
        first = next(iter_source_lines(source), "")
        if reader.detect_format(first) != "jsonl":
            return None
        head = reader.parse_json_line(first.removeprefix("\ufeff"), 1)
    except UnreadableLine:  # reported later, together with all other problems
        return None
    return head if transfer.is_journal_head(head) else None


def find_source_format(source: ImportSource) -> str:
    """Return the format of a file: the one that was named, or what its first line shows.

    Raises CannotRead, and UnreadableLine for a first line that can't be read.
    """
    return source.form or reader.detect_format(next(iter_source_lines(source), ""), source.name)


@contextmanager
def add_source_place(source: ImportSource) -> Iterator[None]:
    """Turn an UnreadableLine raised inside into a BadImport with the file's name and the line."""
    try:
        yield
    except UnreadableLine as error:
        raise errors.BadImport(source.name, error.line, error.problem) from error


# A bar belongs to a `with` block: Ctrl-C ends the program where it is, and what is left of a
# generator is never run.


@contextmanager
def open_source_rows(env: Env, source: ImportSource) -> Iterator[Iterator[ImportedRow]]:
    """Give the records of the file, as `open_source_lines` gives its lines.

    To read them raises UnreadableLine.
    """

    def iter_rows(lines: Iterator[str]) -> Iterator[ImportedRow]:
        yield from reader.iter_imported_rows(lines, find_source_format(source), source.rules)

    with open_source_lines(env, source) as lines:
        yield iter_rows(lines)


@contextmanager
def open_source_lines(env: Env, source: ImportSource) -> Iterator[Iterator[str]]:
    """Give the lines of the file; at a terminal, a long file gets a progress bar or a sentence."""
    lines = iter_source_lines(source)
    size = measure_source(source) if env.is_stderr_watched else 0
    if size < _MIN_PROGRESS_BYTES:
        yield lines
        return
    if not env.draws_progress:
        env.print_warning(f"Reading {size // 1_000_000 or 1} MB.")
        yield lines
        return
    from promisectl.rendering import progress

    with progress.watch_progress(env.stderr(), lines, size, _count_bytes) as watched:
        yield watched


def measure_source(source: ImportSource) -> int:
    """Return the size of the file in bytes; 0 where it can't be read, as its lines then tell."""
    with suppress(OSError):
        return source.file.seek(0, os.SEEK_END)
    return 0


def _count_bytes(line: str) -> int:
    return len(line.encode(errors="replace"))


@contextmanager
def open_written_items(env: Env, items: Iterable[T], count: int) -> Iterator[Iterator[T]]:
    """Give the items that are written; at a terminal, a high `count` gets a bar or a sentence."""
    if count < _MIN_PROGRESS_PROMISES or not env.is_stderr_watched:
        yield iter(items)
        return
    if not env.draws_progress:
        env.print_warning(f"Writing {count:,} promises.")
        yield iter(items)
        return
    from promisectl.rendering import progress

    with progress.watch_progress(env.stderr(), items, count, lambda _: 1) as watched:
        yield watched
