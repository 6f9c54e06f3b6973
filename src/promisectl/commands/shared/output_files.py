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


def is_directory_path(path: str) -> bool:
    """Whether `path` means a directory: one that is there, or the name of one to be made."""
    return path.endswith(tuple(filter(None, (os.sep, os.altsep)))) or os.path.isdir(path)


def write_output_file(env: Env, path: str, pieces: Iterable[str], *, force: bool) -> None:
    """Write one file. Raises FileExists, unless `force` replaces it, OntoTheLedger and CannotWrite."""
    if ledger.is_ledger_file(path, env.ledger):
        raise errors.ExportOntoLedger(path)
    ensure_ordinary_file(path)
    if not force and os.path.lexists(path):
        raise errors.FileExists(path)
    write_output_atomically(path, pieces, force=force)
    env.print_hint(f"Written: {path}")


def write_output_files(env: Env, directory: str, texts: Iterable[tuple[str, str]]) -> None:
    """Write a file for each name and text. One that says the same already stays as it is, and so does every other in the directory."""
    counted = dict.fromkeys(("new", "changed", "as before"), 0)
    create_output_directory(directory)
    for name, text in texts:
        path = os.path.join(directory, name)
        if ledger.is_ledger_file(path, env.ledger):
            raise errors.ExportOntoLedger(path)
        ensure_ordinary_file(path)
        how = (
            "new"
            if not os.path.lexists(path)
            else "as before"
            if _has_same_content(path, text)
            else "changed"
        )
        if how != "as before":
            _replace_output_file(path, [text])
        counted[how] += 1
    _sync_output_directory(directory)
    env.print_hint(
        f"Written: {directory} ({', '.join(f'{number} {how}' for how, number in counted.items() if number) or 'no file'})"
    )


def ensure_ordinary_file(path: str) -> None:
    """Refuse to write where something other than an ordinary file is. Raises CannotWrite."""
    if os.path.islink(path) or (os.path.lexists(path) and not os.path.isfile(path)):
        raise errors.CannotWrite(path, "it is no ordinary file")


def _has_same_content(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read() == text.encode()
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error


def create_output_directory(directory: str) -> None:
    """Make what is missing of a directory, for me alone. Raises CannotWrite."""
    try:
        files.create_directories(os.path.abspath(directory))
    except OSError as error:
        raise errors.CannotWrite(directory, error.strerror or str(error)) from error


def write_output_atomically(path: str, pieces: Iterable[str], *, force: bool = True) -> None:
    """Write beside `path`, and only then name it; with `force` in the place of whatever is there. When this returns, it is on the disk.

    Raises CannotWrite, and FileExists when somebody else has used the name meanwhile.
    """
    _replace_output_file(path, pieces, force=force)
    _sync_output_directory(os.path.dirname(path))


def _replace_output_file(path: str, pieces: Iterable[str], *, force: bool = True) -> None:
    temporary = files.choose_temporary_name(path)
    try:
        with open(
            os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600),
            "w",
            encoding="utf-8",
            newline="",
        ) as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        (os.replace if force else files.link_finished_file)(temporary, path)
    except FileExistsError as error:
        raise errors.FileExists(path) from error
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _sync_output_directory(directory: str) -> None:
    """Have the names in a directory on the disk, not only the files. Raises CannotWrite."""
    try:
        files.sync_path(os.path.abspath(directory))
    except OSError as error:
        raise errors.CannotWrite(directory, error.strerror or str(error)) from error
