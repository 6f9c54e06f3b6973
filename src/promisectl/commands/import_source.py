"""The file that is imported: opened once, read as often as it takes, every line known by its number."""

from __future__ import annotations

import io
import os
import tempfile
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import reader
from promisectl.records.reader import ImportedRow, UnreadableLine
from promisectl.storage import transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO, Any, TypeVar

    from promisectl.env import Env

    T = TypeVar("T")

_MIN_PROGRESS_BYTES = 1 << 20  # bytes
_MIN_PROGRESS_PROMISES = 5_000  # promises
_MAX_LINE_BYTES = 16 << 20  # of one line
_CHUNK_BYTES = 1 << 16


class ImportSource(NamedTuple):
    """A file: its name, its bytes, its form if it was said, and how its cells are to be taken.

    `names` says which of its columns is which field, `raw` whether a `'` before what looks like a formula belongs to the text,
    `alike` what every record has in a field that the file lacks.
    """

    name: str
    file: IO[bytes]
    form: str | None
    column_fields: Mapping[str, str]
    raw: bool
    fixed_fields: Mapping[str, str]


@contextmanager
def open_import_file(env: Env, path: str) -> Iterator[IO[bytes]]:
    """The bytes of a file; of stdin and of a pipe a copy, so that nobody waits for the ledger while somebody types. Raises CannotRead."""
    with ExitStack() as stack:
        try:
            stream = env.stdin().buffer if path == "-" else stack.enter_context(_open_bytes(path))  # type: ignore[attr-defined]
            if path == "-" or not stream.seekable():
                stream = _copy_stream(stream, stack.enter_context(create_unnamed_file()))
        except (OSError, ValueError) as error:
            raise errors.CannotRead(path, getattr(error, "strerror", None) or str(error)) from error
        yield stream


def create_unnamed_file() -> AbstractContextManager[IO[bytes]]:
    """A file without a name, for as long as it is needed. Raises CannotWrite."""
    with guard_unnamed_writes():
        return _close_quietly(tempfile.TemporaryFile())


@contextmanager
def guard_unnamed_writes() -> Iterator[None]:
    """Around what is written to such a file, whose disk may be full. Raises CannotWrite."""
    try:
        yield
    except OSError as error:
        raise errors.CannotWrite("A temporary file", error.strerror or str(error)) from error


def _open_bytes(path: str) -> AbstractContextManager[IO[bytes]]:
    return _close_quietly(open(path, "rb"))


@contextmanager
def _close_quietly(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """A file that is closed in the end: whatever the disk says then, nothing is lost."""
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _copy_stream(stream: Any, copy: IO[bytes]) -> IO[bytes]:
    while piece := stream.read1(
        _CHUNK_BYTES
    ):  # read in one go, the end would have to be typed twice at a terminal
        with guard_unnamed_writes():
            copy.write(piece)
    with guard_unnamed_writes():
        copy.flush()
    return copy


def iter_source_lines(source: ImportSource) -> Iterator[str]:
    """The lines of the file from its beginning, whatever they end in. Raises CannotRead, and Unreadable of what is no UTF-8 or endless."""
    line = 0
    try:
        source.file.seek(0)
        while piece := source.file.readline(_MAX_LINE_BYTES + 1):
            if len(piece) > _MAX_LINE_BYTES:
                raise UnreadableLine(
                    line + 1,
                    f"it is longer than {_MAX_LINE_BYTES >> 20} MiB; give every record a line of its own",
                )
            text = piece.decode()
            for one in io.StringIO(text, newline="") if "\r" in text else (text,):
                line += 1
                yield one
    except UnicodeDecodeError as error:
        raise UnreadableLine(line + 1, "it is no UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise errors.CannotRead(source.name, error.strerror or str(error)) from error


def read_source_head(source: ImportSource) -> dict[str, Any] | None:
    """The first line of a journal; None of any other file."""
    if source.form not in (None, "jsonl"):
        return None
    try:
        first = next(iter_source_lines(source), "")
        found = (
            reader.parse_json_line(first.removeprefix("\ufeff"), 1)
            if reader.detect_format(first) == "jsonl"
            else None
        )
    except UnreadableLine:  # it is told with all the rest
        return None
    return found if transfer.is_journal_head(found) else None


@contextmanager
def add_source_place(source: ImportSource) -> Iterator[None]:
    """Whatever can't be read inside is told with its place."""
    try:
        yield
    except UnreadableLine as error:
        raise errors.BadImport(source.name, error.line, error.problem) from error


def iter_source_rows(env: Env, source: ImportSource) -> Iterator[ImportedRow]:
    """Its records, one after the other. Raises Unreadable."""
    all_ = iter_lines_with_progress(env, source)
    first = next(all_, "")
    form = source.form or reader.detect_format(first)
    return reader.iter_imported_rows(
        chain([first], all_), form, source.column_fields, source.fixed_fields, raw=source.raw
    )


def iter_lines_with_progress(env: Env, source: ImportSource) -> Iterator[str]:
    """Its lines; at a terminal a bar shows how far a long file is."""
    size = _count_source_bytes(source) if env.is_stderr_watched else 0
    if size < _MIN_PROGRESS_BYTES:
        return iter_source_lines(source)
    from promisectl.rendering import progress

    return progress.iter_with_progress(
        env.stderr(),
        iter_source_lines(source),
        size,
        lambda line: len(line.encode(errors="replace")),
    )


def _count_source_bytes(source: ImportSource) -> int:
    """How long the file is; 0 where that can't be told, which only costs the bar."""
    try:
        return os.fstat(source.file.fileno()).st_size
    except OSError:
        return 0


def iter_items_with_progress(env: Env, things: Iterable[T], number: int) -> Iterator[T]:
    """What is written of a long file, thing by thing; at a terminal with such a bar."""
    if number < _MIN_PROGRESS_PROMISES or not env.is_stderr_watched:
        return iter(things)
    from promisectl.rendering import progress

    return progress.iter_with_progress(env.stderr(), things, number, lambda _: 1)
