"""Files that records are written into: each appears whole or not at all, readable by me alone."""

from __future__ import annotations

import os
from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.storage import ledger
from promisectl.system import files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promisectl.env import Env


def is_directory(path: str) -> bool:
    """Whether `path` means a directory: one that is there, or the name of one to be made."""
    return path.endswith(tuple(filter(None, (os.sep, os.altsep)))) or os.path.isdir(path)


def write(env: Env, path: str, pieces: Iterable[str], *, force: bool) -> None:
    """Write one file. Raises FileExists, unless `force` replaces it, OntoTheLedger and CannotWrite."""
    if ledger.same(path, env.ledger):
        raise errors.OntoTheLedger(path)
    refuse_strange(path)
    if not force and os.path.lexists(path):
        raise errors.FileExists(path)
    appear(path, pieces, force=force)
    env.hint(f"Written: {path}")


def write_each(env: Env, directory: str, texts: Iterable[tuple[str, str]]) -> None:
    """Write a file for each name and text. One that says the same already stays as it is, and so does every other in the directory."""
    counted = dict.fromkeys(("new", "changed", "as before"), 0)
    make_directory(directory)
    for name, text in texts:
        path = os.path.join(directory, name)
        if ledger.same(path, env.ledger):
            raise errors.OntoTheLedger(path)
        refuse_strange(path)
        how = "new" if not os.path.lexists(path) else "as before" if _says(path, text) else "changed"
        if how != "as before":
            _put(path, [text])
        counted[how] += 1
    _keep_names(directory)
    env.hint(f"Written: {directory} ({', '.join(f'{number} {how}' for how, number in counted.items() if number) or 'no file'})")


def refuse_strange(path: str) -> None:
    """Refuse to write where something other than an ordinary file is. Raises CannotWrite."""
    if os.path.islink(path) or (os.path.lexists(path) and not os.path.isfile(path)):
        raise errors.CannotWrite(path, "it is no ordinary file")


def _says(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() == text.encode()
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error


def make_directory(directory: str) -> None:
    """Make what is missing of a directory, for me alone. Raises CannotWrite."""
    try:
        files.make_directories(os.path.abspath(directory))
    except OSError as error:
        raise errors.CannotWrite(directory, error.strerror or str(error)) from error


def appear(path: str, pieces: Iterable[str], *, force: bool = True) -> None:
    """Write beside `path`, and only then name it; with `force` in the place of whatever is there. When this returns, it is on the disk.

    Raises CannotWrite, and FileExists when somebody else has used the name meanwhile.
    """
    _put(path, pieces, force=force)
    _keep_names(os.path.dirname(path))


def _put(path: str, pieces: Iterable[str], *, force: bool = True) -> None:
    temporary = files.temporary_name(path)
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        (os.replace if force else files.give_name)(temporary, path)
    except FileExistsError as error:
        raise errors.FileExists(path) from error
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _keep_names(directory: str) -> None:
    """Have the names in a directory on the disk, not only the files. Raises CannotWrite."""
    try:
        files.sync(os.path.abspath(directory))
    except OSError as error:
        raise errors.CannotWrite(directory, error.strerror or str(error)) from error
