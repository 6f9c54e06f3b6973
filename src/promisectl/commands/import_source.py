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
from promisectl.records.reader import Row, Unreadable
from promisectl.storage import transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import IO, Any, TypeVar

    from promisectl.env import Env

    T = TypeVar("T")

_LONG = 1 << 20  # bytes
_MANY = 5_000  # promises
_LONGEST = 16 << 20  # of one line
_PIECE = 1 << 16


class Source(NamedTuple):
    """A file: its name, its bytes, its form if it was said, and how its cells are to be taken.

    `names` says which of its columns is which field, `raw` whether a `'` before what looks like a formula belongs to the text,
    `alike` what every record has in a field that the file lacks.
    """

    name: str
    file: IO[bytes]
    form: str | None
    names: Mapping[str, str]
    raw: bool
    alike: Mapping[str, str]


@contextmanager
def opened(env: Env, path: str) -> Iterator[IO[bytes]]:
    """The bytes of a file; of stdin and of a pipe a copy, so that nobody waits for the ledger while somebody types. Raises CannotRead."""
    with ExitStack() as stack:
        try:
            stream = env.stdin().buffer if path == "-" else stack.enter_context(_read(path))  # type: ignore[attr-defined]
            if path == "-" or not stream.seekable():
                stream = _copied(stream, stack.enter_context(temporary()))
        except (OSError, ValueError) as error:
            raise errors.CannotRead(path, getattr(error, "strerror", None) or str(error)) from error
        yield stream


def temporary() -> AbstractContextManager[IO[bytes]]:
    """A file without a name, for as long as it is needed. Raises CannotWrite."""
    with kept():
        return _closing(tempfile.TemporaryFile())


@contextmanager
def kept() -> Iterator[None]:
    """Around what is written to such a file, whose disk may be full. Raises CannotWrite."""
    try:
        yield
    except OSError as error:
        raise errors.CannotWrite("A temporary file", error.strerror or str(error)) from error


def _read(path: str) -> AbstractContextManager[IO[bytes]]:
    return _closing(open(path, "rb"))


@contextmanager
def _closing(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """A file that is closed in the end: whatever the disk says then, nothing is lost."""
    try:
        yield file
    finally:
        with suppress(OSError):
            file.close()


def _copied(stream: Any, copy: IO[bytes]) -> IO[bytes]:
    while piece := stream.read1(_PIECE):  # read in one go, the end would have to be typed twice at a terminal
        with kept():
            copy.write(piece)
    with kept():
        copy.flush()
    return copy


def lines(source: Source) -> Iterator[str]:
    """The lines of the file from its beginning, whatever they end in. Raises CannotRead, and Unreadable of what is no UTF-8 or endless."""
    line = 0
    try:
        source.file.seek(0)
        while piece := source.file.readline(_LONGEST + 1):
            if len(piece) > _LONGEST:
                raise Unreadable(line + 1, f"it is longer than {_LONGEST >> 20} MiB; give every record a line of its own")
            text = piece.decode()
            for one in io.StringIO(text, newline="") if "\r" in text else (text,):
                line += 1
                yield one
    except UnicodeDecodeError as error:
        raise Unreadable(line + 1, "it is no UTF-8 text; save the file as UTF-8") from error
    except OSError as error:
        raise errors.CannotRead(source.name, error.strerror or str(error)) from error


def head(source: Source) -> dict[str, Any] | None:
    """The first line of a journal; None of any other file."""
    if source.form not in (None, "jsonl"):
        return None
    try:
        first = next(lines(source), "")
        found = reader.one(first.removeprefix("\ufeff"), 1) if reader.form_of(first) == "jsonl" else None
    except Unreadable:  # it is told with all the rest
        return None
    return found if transfer.is_head(found) else None


@contextmanager
def placed(source: Source) -> Iterator[None]:
    """Whatever can't be read inside is told with its place."""
    try:
        yield
    except Unreadable as error:
        raise errors.BadImport(source.name, error.line, error.problem) from error


def rows(env: Env, source: Source) -> Iterator[Row]:
    """Its records, one after the other. Raises Unreadable."""
    all_ = watched(env, source)
    first = next(all_, "")
    form = source.form or reader.form_of(first)
    return reader.rows(chain([first], all_), form, source.names, source.alike, raw=source.raw)


def watched(env: Env, source: Source) -> Iterator[str]:
    """Its lines; at a terminal a bar shows how far a long file is."""
    size = _size(source) if env.watched else 0
    if size < _LONG:
        return lines(source)
    from promisectl.rendering import progress

    return progress.shown(env.stderr(), lines(source), size, lambda line: len(line.encode(errors="replace")))


def _size(source: Source) -> int:
    """How long the file is; 0 where that can't be told, which only costs the bar."""
    try:
        return os.fstat(source.file.fileno()).st_size
    except OSError:
        return 0


def counted(env: Env, things: Iterable[T], number: int) -> Iterator[T]:
    """What is written of a long file, thing by thing; at a terminal with such a bar."""
    if number < _MANY or not env.watched:
        return iter(things)
    from promisectl.rendering import progress

    return progress.shown(env.stderr(), things, number, lambda _: 1)
