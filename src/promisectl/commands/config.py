"""The config: what holds and who says so, where it is, and writing it."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from promisectl import errors
from promisectl.commands import viewing
from promisectl.commands.viewing import Row
from promisectl.env import Env

_EDITORS = ("notepad",) if sys.platform == "win32" else ("sensible-editor", "nano", "vi")


def show(env: Env) -> None:
    """Every key with what holds, and who says so: an option, a variable of the environment, a line of the config, or nobody."""
    viewing.answer(env, _settings(env), SETTINGS, lambda rows: _draw(env, rows))


def _settings(env: Env) -> Iterator[dict[str, Any]]:
    """A record for every key, then one for every alias; `said` is the value as a text."""
    from promisectl.config.keys import KEYS

    sources = _sources(env)
    for key in (*KEYS, *(f"alias.{name}" for name in env.config.alias)):
        value = _value(env, key)
        yield {"key": key, "value": _text(value), "from": sources.get(key, "default"), "whole": value}


def _value(env: Env, key: str) -> Any:
    """What holds for a key, as it could be written in the config; None for nothing."""
    from promisectl.config.keys import WEEKDAYS
    from promisectl.rendering.columns import USUAL

    table, _, name = key.rpartition(".")
    match key:
        case "zone":
            return env.zone
        case "color":
            return env.color_wish[0]
        case "week_start":
            return WEEKDAYS[env.config.week_start]
        case "table.columns":
            return [*(env.config.table.columns or USUAL)]
    if table == "alias":
        return env.config.alias[name]
    found = getattr(getattr(env.config, table) if table else env.config, name)
    return [*found] if isinstance(found, tuple) else found


def _sources(env: Env) -> dict[str, str]:
    """Who says what holds, where that is not the default: the environment and the options win over the config."""
    sources: dict[str, str] = {}
    if os.path.exists(env.config_file):
        from promisectl.config import file

        sources |= {key: f"line {line}" for key, line in file.lines(env.config_file).items()}
    if env.color_wish[1] != "config":
        sources["color"] = env.color_wish[1]
    if env.environ.get("TZ"):
        sources["zone"] = "TZ"
    return sources


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else "false" if value is False else str(value)


def _draw(env: Env, rows: Sequence[Row]) -> None:
    from promisectl.rendering import tables

    viewing.draw(env, tables.settings([(row["key"], row["value"], row["from"]) for row in rows]))


FIELDS = ("key", "value", "from")
SETTINGS = viewing.Kind(FIELDS, FIELDS, lambda row: {"key": row["key"], "value": row["whole"], "from": row["from"]})


def path(env: Env) -> None:
    """Where the config is, and nothing else."""
    env.say(env.config_file, whole=True)
    if not os.path.exists(env.config_file):
        env.hint("There is none yet. To begin one: promisectl config edit.")


def edit(env: Env) -> int:
    """Edit a copy, again as often as it is wished until it can be used, and put it in the place of the config; 6 if it never can."""
    import tempfile

    place = os.path.realpath(env.config_file)  # a link, as programs for dotfiles make it, stays one
    before = _before(place)
    with tempfile.TemporaryDirectory(prefix="promisectl-config-") as directory:
        draft = os.path.join(directory, "config.toml")
        with open(draft, "wb") as file:
            file.write(before)
        after = _edited(env, draft)
        while after != before and (problem := _problem(env, after)):
            if not env.may_ask:
                raise problem
            env.warn(f"promisectl: {problem}")
            if not _again(env):
                return problem.exit_code
            after = _edited(env, draft)
    if after == before:
        env.say("Nothing was changed.")
        return 0
    _put(place, after)
    env.say(f"Written: {env.config_file}")
    return 0


def _before(place: str) -> bytes:
    """What is in the config now; where there is none, every key as an example."""
    from promisectl.config import file, keys

    return file.content(place) if os.path.exists(place) else keys.template().encode()


def _problem(env: Env, written: bytes) -> errors.BadConfig | None:
    from promisectl.config import file

    try:
        file.parsed(written, env.config_file)
    except errors.BadConfig as problem:
        return problem
    return None


def _again(env: Env) -> bool:
    try:
        return env.ask("Edit it again? [Enter for yes, no leaves the config as it was]").casefold() not in ("n", "no")
    except EOFError:
        return False


def _edited(env: Env, draft: str) -> bytes:
    """The draft, when the editor has ended. Raises NoEditor and EditorFailed."""
    import shlex
    import shutil
    import subprocess

    wish = env.environ.get("VISUAL") or env.environ.get("EDITOR") or next(filter(shutil.which, _EDITORS), "")
    try:
        command = shlex.split(wish, posix=os.name == "posix")
    except ValueError as error:
        raise errors.EditorFailed(wish, f"can't be read as a command ({error})") from error
    if not command:
        raise errors.NoEditor(env.config_file)
    env.flush()
    with _deaf():
        try:
            code = subprocess.run([*command, draft], check=False).returncode  # noqa: S603 (the editor of whoever types)
        except OSError as error:
            raise errors.EditorFailed(wish, f"can't be started ({error.strerror})") from error
    if code:
        raise errors.EditorFailed(wish, f"ended with {code}")
    try:
        with open(draft, "rb") as file:
            return file.read()
    except OSError as error:
        raise errors.EditorFailed(wish, "has taken the file away") from error


@contextmanager
def _deaf() -> Iterator[None]:
    """While an editor runs Ctrl-C is its own."""
    import signal

    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _put(place: str, written: bytes) -> None:
    """The file whole, or as it was; readable by me alone, as its directory if that is new. Raises CannotWrite."""
    temporary = f"{place}.{os.urandom(6).hex()}.new"
    try:
        os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, place)
    except OSError as error:
        raise errors.CannotWrite(place, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            os.unlink(temporary)
