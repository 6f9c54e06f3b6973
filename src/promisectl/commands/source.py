"""The file that is imported: opened once, read as often as it takes, every line known by its number."""

import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from typing import IO, Any, NamedTuple

from promisectl import errors
from promisectl.env import Env
from promisectl.records import incoming
from promisectl.records.incoming import Row, Unreadable
from promisectl.storage import copying

_LONG = 1 << 20  # bytes
_PIECE = 1 << 16


class Source(NamedTuple):
    """A file: its name, its bytes, its form if it was said, which of its columns is which field, and whether its cells are `raw`."""

    name: str
    file: IO[bytes]
    form: str | None
    names: Mapping[str, str]
    raw: bool


@contextmanager
def opened(env: Env, path: str) -> Iterator[IO[bytes]]:
    """The bytes of a file; of stdin a copy, so that nobody else waits for the ledger while somebody types. Raises CannotRead."""
    try:
        stream = _copied(env) if path == "-" else open(path, "rb")  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as error:
        raise errors.CannotRead(path, getattr(error, "strerror", None) or str(error)) from error
    with stream:
        yield stream


def _copied(env: Env) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (whoever asks closes it)
    while piece := env.stdin().buffer.read1(_PIECE):  # type: ignore[attr-defined]
        copy.write(piece)  # read in one go, the end would have to be typed twice at a terminal
    return copy


def lines(source: Source) -> Iterator[str]:
    """The lines of the file from its beginning. Raises Unreadable where it is no UTF-8."""
    source.file.seek(0)
    text, line = io.TextIOWrapper(source.file, encoding="utf-8", newline=""), 0
    try:
        for line, one in enumerate(text, 1):  # noqa: B007
            yield one
    except UnicodeDecodeError as error:
        raise Unreadable(line + 1, "it is no UTF-8 text; save the file as UTF-8") from error
    finally:
        with suppress(ValueError):  # it is closed already
            text.detach()


def head(source: Source) -> dict[str, Any] | None:
    """The first line of a journal; None of any other file."""
    if source.form not in (None, "jsonl"):
        return None
    try:
        first = next(lines(source), "")
        found = incoming.one(first, 1) if incoming.form_of(first) == "jsonl" else None
    except Unreadable:  # it is told with all the rest
        return None
    return found if copying.is_head(found) else None


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
    form = source.form or incoming.form_of(first)
    return incoming.rows(chain([first], all_), form, source.names, raw=source.raw)


def watched(env: Env, source: Source) -> Iterator[str]:
    """Its lines; at a terminal a bar shows how far a long file is."""
    size = os.fstat(source.file.fileno()).st_size
    if size < _LONG or not env.watched:
        return lines(source)
    from promisectl.rendering import progress

    return progress.shown(env.stderr(), lines(source), size)
