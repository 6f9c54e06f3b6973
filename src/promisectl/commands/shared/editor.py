"""A text in the editor of the person at the terminal, in a temporary file of its own."""

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
def open_edit_file(env: Env, text: str, suffix: str, *, is_typed: bool = False) -> Iterator[str]:
    """Yield the path of a temporary file with `text` that only I can read; remove it afterwards.

    If an error comes after the text was changed, or a person typed it (`is_typed`), the file stays,
    and its path is printed or added to the error. Raises NoTemporaryFile.
    """
    path = _create_edit_file(text, suffix)
    try:
        yield path
    except BaseException as error:
        if _is_empty_or_unchanged(path, "" if is_typed else text):
            _remove_edit_file(path)
        elif isinstance(error, errors.Problem):
            error.add_note(f"What you typed is kept: {path}")
        else:
            env.print_warning(f"What you typed is kept: {path}")
        raise
    _remove_edit_file(path)


def edit_until_usable(
    env: Env, path: str, use: Callable[[str], T], *, is_written: bool = False
) -> T:
    """Run the editor on `path`, and return what `use` makes of the text.

    If `use` raises Usage or BadData, a person at a terminal may edit again. With `is_written` the
    text is there, and the editor comes only then. Raises EditorFailed, NoEditor and what `use`
    raises.
    """
    words = find_editor_command(env)
    while True:
        if not is_written:
            with env.wait_for_person():
                run_editor(env, words, path)
            env.refresh_now()
        is_written = False
        try:
            return use(_read_edited_text(path, words[0]))
        except (errors.Usage, errors.BadData) as problem:
            if not env.may_ask:
                raise
            for line in (str(problem), *problem.details):
                env.print_warning(line)
            question = "Edit again? yes or no (Enter for yes)"
            meanings = {"yes": "open the editor on it again", "no": "leave, and keep the file"}
            word = prompts.ask_choice(env, question, ("yes", "no"), enter="yes", meanings=meanings)
            if word == "no":
                problem.details = ()  # they have just been shown
                raise


def _create_edit_file(text: str, suffix: str) -> str:
    import tempfile

    try:
        path = os.path.join(tempfile.mkdtemp(prefix="promisectl-"), f"edit{suffix}")
        _write_new_file(path, text)
    except OSError as error:
        raise errors.NoTemporaryFile(error.strerror or str(error)) from error
    return path


def replace_edited_text(path: str, text: str) -> None:
    """Put another text into the file; if that fails, the former one stays."""
    with suppress(OSError):
        _write_new_file(f"{path}.new", text)
        os.replace(f"{path}.new", path)


def _write_new_file(path: str, text: str) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8", newline=os.linesep) as file:
        file.write(text)


def _remove_edit_file(path: str) -> None:
    """Remove the file with whatever the editor left beside it; a failure is ignored."""
    import shutil

    with suppress(OSError):  # rmtree raises for a directory that can't be looked at
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)


def _is_empty_or_unchanged(path: str, text: str) -> bool:
    """Whether a file is missing, empty, or holds `text`, so that nothing is lost without it."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read() in ("", text)
    except FileNotFoundError:
        return True
    except (OSError, UnicodeDecodeError):
        return False


def _read_edited_text(path: str, editor: str) -> str:
    """Return the text that the editor left, with `\\n` between lines. Raises EditorFailed."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise errors.EditorFailed(editor, "left a file that is not UTF-8") from error
    except OSError as error:
        raise errors.EditorFailed(
            editor, f"left a file that can't be read ({error.strerror})"
        ) from error


def find_editor_command(env: Env) -> list[str]:
    """Return the command of the editor: $VISUAL, else $EDITOR, else one that is installed.

    Raises EditorFailed for a variable that can't be split, and NoEditor if neither is set and
    there is no terminal.
    """
    import shlex
    import shutil

    wishes = (env.environ.get(name, "").strip() for name in ("VISUAL", "EDITOR"))
    wish = next(filter(None, wishes), "")
    if wish:
        try:
            if os.name == "nt":
                return [word.strip('"') for word in shlex.split(wish, posix=False)]
            return shlex.split(wish)
        except ValueError as error:
            raise errors.EditorFailed(wish, f"can't be started ({str(error).lower()})") from error
    if not env.is_present:
        raise errors.NoEditor
    if os.name == "nt":  # pragma: no cover
        return ["notepad"]
    return [next(filter(shutil.which, _FALLBACK_EDITORS), _FALLBACK_EDITORS[-1])]


def run_editor(env: Env, words: list[str], path: str) -> None:
    """Run an editor on a file and wait for its end.

    Ctrl-C goes to the editor. Raises KeyboardInterrupt if the editor ends by it, and EditorFailed
    if it can't be started or exits with a code other than 0.
    """
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
