"""Output files: each is written whole or not at all, and only I can read it."""

from __future__ import annotations

import os
from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.storage import ledger
from promisectl.system import files, paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promisectl.env import Env


class OutputTarget(NamedTuple):
    """Where an output goes: a path, or `-` for stdout; `force` replaces a file that is there."""

    path: str
    force: bool

    @property
    def is_directory(self) -> bool:
        """Whether the path names a directory."""
        return is_directory_path(self.path)

    def write(self, env: Env, pieces: Iterable[str]) -> None:
        """Write the pieces to stdout, or into a file that appears as a whole.

        Raises FileExists, ExportOntoLedger and CannotWrite.
        """
        if self.path == "-":
            env.write_records(pieces)
        else:
            write_output_file(env, self.path, pieces, force=self.force)


def resolve_output_target(env: Env, option: str, name: str, *, force: bool = False) -> OutputTarget:
    """Return where an output goes that an option names.

    Raises NoFileNamed, BadPlace and ExportOntoLedger.
    """
    if not name:
        raise errors.NoFileNamed(option)
    if name == "-":
        return OutputTarget(name, force)
    if ledger.is_ledger_file(paths.resolve_path(name), env.ledger_file):
        raise errors.ExportOntoLedger(name)
    return OutputTarget(os.path.expanduser(name), force)


def is_directory_path(path: str) -> bool:
    """Whether a path is a directory, or ends like the name of one to create."""
    return path.endswith(tuple(filter(None, (os.sep, os.altsep)))) or os.path.isdir(path)


def write_output_file(env: Env, path: str, pieces: Iterable[str], *, force: bool) -> None:
    """Write one file, and print where.

    Raises FileExists unless `force`, ExportOntoLedger and CannotWrite.
    """
    if ledger.is_ledger_file(path, env.ledger_file):
        raise errors.ExportOntoLedger(path)
    ensure_ordinary_file(path)
    if not force and os.path.lexists(path):
        raise errors.FileExists(path)
    write_output_atomically(path, pieces, force=force)
    env.print_hint(f"Written: {path}")


def write_output_files(env: Env, directory: str, texts: Iterable[tuple[str, str]]) -> None:
    """Write a file into a directory for each name and text, and print how many changed.

    A file that already holds its text is not written again. Other files in the directory stay.
    Raises ExportOntoLedger and CannotWrite, also for a name that is not its own basename.
    """
    counts = dict.fromkeys(("new", "changed", "as before"), 0)
    create_output_directory(directory)
    for name, text in texts:
        if os.path.basename(name) != name:  # it would lead out of the directory
            raise errors.CannotWrite(name, "it is not a regular file")
        path = os.path.join(directory, name)
        if ledger.is_ledger_file(path, env.ledger_file):
            raise errors.ExportOntoLedger(path)
        ensure_ordinary_file(path)
        change = compare_with_file(path, text)
        if change != "as before":
            _replace_output_file(path, [text])
        counts[change] += 1
    _sync_output_directory(directory)
    summary = ", ".join(f"{count} {change}" for change, count in counts.items() if count)
    env.print_hint(f"Written: {directory} ({summary or 'no file'})")


def compare_with_file(path: str, text: str) -> str:
    """Return `new`, `changed` or `as before`: what a file becomes when `text` is written to it.

    Raises CannotWrite if the file can't be read.
    """
    if not os.path.lexists(path):
        return "new"
    try:
        with open(path, "rb") as file:
            return "as before" if file.read() == text.encode() else "changed"
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error


def ensure_ordinary_file(path: str) -> None:
    """Refuse a path where something other than an ordinary file is. Raises CannotWrite."""
    if os.path.islink(path) or (os.path.lexists(path) and not os.path.isfile(path)):
        raise errors.CannotWrite(path, "it is not a regular file")


def create_output_directory(directory: str) -> None:
    """Create a directory and its parents where missing, for me alone. Raises CannotWrite."""
    try:
        files.create_directories(os.path.abspath(directory))
    except OSError as error:
        raise errors.CannotWrite(directory, error.strerror or str(error)) from error


def write_output_atomically(path: str, pieces: Iterable[str], *, force: bool = True) -> None:
    """Write a temporary file beside `path`, then give it that name; on return it is on the disk.

    `force` replaces a file of that name. Raises CannotWrite, and FileExists without `force` if
    the name is taken.
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
            files.flush_descriptor(file.fileno())
        (os.replace if force else files.link_finished_file)(temporary, path)
    except FileExistsError as error:
        raise errors.FileExists(path) from error
    except OSError as error:
        raise errors.CannotWrite(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)


def _sync_output_directory(directory: str) -> None:
    """Flush the names in a directory to the disk, beside the files. Raises CannotWrite."""
    try:
        files.sync_path(os.path.abspath(directory))
    except OSError as error:
        raise errors.CannotWrite(directory, error.strerror or str(error)) from error
