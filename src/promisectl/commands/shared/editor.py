"""A text in the editor of whoever sits there: in a file of their own that goes when it has been used, and stays when it has not."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import prompts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from promisectl.env import Env

    T = TypeVar("T")


_FALLBACK_EDITORS = ("sensible-editor", "nano", "vi")
_STDERR_DESCRIPTOR = 2


@contextmanager
def open_edit_file(env: Env, text: str, suffix: str) -> Iterator[str]:
    """The path of a file that holds `text`, for me alone to read; gone afterwards.

    When something goes wrong after the text was changed, the file stays, and whoever typed it is told where.
    Raises CannotWrite.
    """
    path = _create_edit_file(text, suffix)
    try:
        yield path
    except BaseException as error:
        if _is_empty_or_unchanged(path, text):
            _remove_edit_file(path)
        elif isinstance(error, errors.Problem):
            error.add_note(f"What you typed is kept: {path}")
        else:
            env.print_warning(f"What you typed is kept: {path}")
        raise
    _remove_edit_file(path)


def edit_until_usable(env: Env, path: str, use: Callable[[str], T]) -> T:
    """What `use` makes of the text at `path` once somebody has edited it.

    Where it raises Usage or BadData, a person at a terminal may go on editing. Raises EditorFailed and NoEditor.
    """
    words = _find_editor_command(env)
    while True:
        _run_editor(env, words, path)
        env.refresh_now()
        try:
            return use(_read_edited_text(path, words[0]))
        except (errors.Usage, errors.BadData) as problem:
            if not env.may_ask:
                raise
            env.print_warning(str(problem))
            if (
                prompts.ask_choice(
                    env, "Edit it again? [Enter for Yes, or no]", ("yes", "no"), enter="yes"
                )
                == "no"
            ):
                raise


def _create_edit_file(text: str, suffix: str) -> str:
    import tempfile

    path = ""
    try:
        path = os.path.join(tempfile.mkdtemp(prefix="promisectl-"), f"edit{suffix}")
        with open(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600),
            "w",
            encoding="utf-8",
            newline=os.linesep,
        ) as file:
            file.write(text)
    except OSError as error:
        raise errors.CannotWrite(
            path or "A temporary file", error.strerror or str(error)
        ) from error
    return path


def _remove_edit_file(path: str) -> None:
    """Take the file away, with whatever the editor has left beside it; where that can't be done it is no loss."""
    import shutil

    with suppress(OSError):  # a directory that can't be looked at is none of the errors it ignores
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)


def _is_empty_or_unchanged(path: str, text: str) -> bool:
    """Whether nothing but `text` would be lost with the file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read() in ("", text)
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError):
        return False


def _read_edited_text(path: str, editor: str) -> str:
    """What the editor left, with `\\n` between the lines."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise errors.EditorFailed(editor, "left bytes that are no UTF-8") from error
    except OSError as error:
        raise errors.EditorFailed(
            editor, f"left no file that can be read ({error.strerror})"
        ) from error


def _find_editor_command(env: Env) -> list[str]:
    """The command of the editor: $VISUAL, else $EDITOR, else the first that is there, for whom a terminal is needed."""
    import shlex
    import shutil

    named = next(
        (said for name in ("VISUAL", "EDITOR") if (said := env.environ.get(name, "").strip())), ""
    )
    if named:
        try:
            return (
                shlex.split(named)
                if os.name != "nt"
                else [word.strip('"') for word in shlex.split(named, posix=False)]
            )
        except ValueError as error:
            raise errors.EditorFailed(named, f"can't be started ({str(error).lower()})") from error
    if not env.is_present:
        raise errors.NoEditor
    if os.name == "nt":  # pragma: no cover
        return ["notepad"]
    return [next(filter(shutil.which, _FALLBACK_EDITORS), _FALLBACK_EDITORS[-1])]


def _run_editor(env: Env, words: list[str], path: str) -> None:
    """Let the editor have the terminal; Ctrl-C is for the editor meanwhile, and ours again when it ends by it."""
    import signal
    import subprocess

    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.run(  # noqa: S603 (their own editor)
            [*words, path], stdout=None if env.is_terminal else _STDERR_DESCRIPTOR, check=False
        ).returncode
    except OSError as error:
        raise errors.EditorFailed(words[0], f"can't be started ({error.strerror})") from error
    finally:
        signal.signal(signal.SIGINT, before)
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code:
        raise errors.EditorFailed(words[0], f"ended with exit code {code}")
