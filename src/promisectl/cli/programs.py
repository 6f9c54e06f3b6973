"""Other programs as commands: `promisectl foo` runs `promisectl-foo`, if that is on PATH."""

from __future__ import annotations

import os
from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.cli import aliases
from promisectl.domain.constants import COLOR_CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PREFIX = "promisectl-"
_VARIABLES = {
    "--ledger": "PROMISECTL_LEDGER",
    "--config": "PROMISECTL_CONFIG",
    "--today": "PROMISECTL_TODAY",
}
"""The variables by which a program gets the options before its name."""
_SWITCH_VARIABLES = {"--no-input": "PROMISECTL_NO_INPUT", "--offline": "PROMISECTL_OFFLINE"}
_COLOR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")


def become_program(words: Sequence[str], environ: Mapping[str, str], umask: int) -> None:
    """Run another program instead of this one, if the words name one; else return.

    `help foo` is `foo --help`. The options before the name are in its environment, and `umask` is
    its own. Raises CannotRun, OptionBeforeProgram and BadChoice.
    """
    if os.name == "nt":  # pragma: no cover (nobody knows there who may change a file)
        return
    words = _turn_help_around(words, environ)
    index = aliases.find_command_index(words)
    if index is None or not _is_program_word(words[index]):
        return
    path = find_program(words[index], environ)
    if not path:
        return
    from promisectl.system import trusted_programs

    trusted_programs.ensure_trusted_program(path, is_on_path=True)
    environ = build_program_environment(words[:index], environ, words[index])
    import signal

    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and another program may need them
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.umask(umask)
    try:
        os.execve(path, [os.path.basename(path), *words[index + 1 :]], environ)  # noqa: S606
    except OSError as error:
        why = trusted_programs.describe_start_failure(error)
        raise errors.CannotRun(path, why) from error


def _turn_help_around(words: Sequence[str], environ: Mapping[str, str]) -> Sequence[str]:
    """Return `foo --help` for `help foo`, unless foo is an alias."""
    match list(words):
        case ["help", word] if not aliases.is_command(word):
            return words if aliases.expand_alias([word], environ) != [word] else [word, "--help"]
    return words


def _is_program_word(word: str) -> bool:
    """Whether a word can name a program: letters, digits and dashes, and not an ID."""
    letters = word.replace("-", "").replace("_", "")
    return letters.isalnum() and word[:1].isalpha() and not aliases.is_command(word)


def find_program(word: str, environ: Mapping[str, str]) -> str:
    """Return the path of the first program on PATH that a word names; empty if there is none."""
    paths = (os.path.join(place, _PREFIX + word) for place in _list_directories(environ))
    return next(filter(_is_executable, paths), "")


def list_programs(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the paths of all programs on PATH that a word names, by their words."""
    programs: dict[str, str] = {}
    for directory in _list_directories(environ):
        names: list[str] = []
        with suppress(OSError):
            names = os.listdir(directory)
        for name in names:
            path, word = os.path.join(directory, name), name.removeprefix(_PREFIX)
            if word != name and _is_program_word(word) and _is_executable(path):
                programs.setdefault(word, path)
    return dict(sorted(programs.items()))


def _list_directories(environ: Mapping[str, str]) -> Iterator[str]:
    """Iterate over the directories on PATH, but for those that depend on the current one."""
    return filter(os.path.isabs, environ.get("PATH", os.defpath).split(os.pathsep))


def _is_executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def build_program_environment(
    options: Sequence[str], environ: Mapping[str, str], program: str
) -> dict[str, str]:
    """Return the environment of a program with the options that stand before its name.

    Raises OptionBeforeProgram and BadChoice.
    """
    result = dict(environ)
    rest = iter(options)
    for option in rest:
        name, is_joined, value = option.partition("=")
        if name == "--no-color":
            name, is_joined, value = "--color", "=", "never"
        if name in _SWITCH_VARIABLES:
            result[_SWITCH_VARIABLES[name]] = "1"
            continue
        if name not in aliases.OPTIONS_WITH_VALUE:
            raise errors.OptionBeforeProgram(option, program)
        value = value if is_joined else next(rest, "")
        if name in _VARIABLES:
            result[_VARIABLES[name]] = value
        elif value not in COLOR_CHOICES:
            raise errors.BadChoice("--color", value, COLOR_CHOICES)
        elif value != "auto":
            result = {name: value for name, value in result.items() if name not in _COLOR_VARIABLES}
            result["NO_COLOR" if value == "never" else "FORCE_COLOR"] = "1"
    return result
