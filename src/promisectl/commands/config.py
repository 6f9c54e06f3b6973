"""The config: what holds and who says so, where it is, and writing it."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import editor, output, output_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.env import Env


def show(env: Env) -> None:
    """Every key with what holds, and who says so: an option, a variable of the environment, a line of the config, or nobody."""
    output.answer(env, _settings(env), SETTINGS, lambda rows: _draw(env, rows))


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

    table, _, name = key.partition(".") if "." in key else ("", "", key)
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

    output.draw(env, tables.settings([(row["key"], row["value"], row["from"]) for row in rows]))


FIELDS = ("key", "value", "from")
SETTINGS = output.Kind(FIELDS, FIELDS, lambda row: {"key": row["key"], "value": row["whole"], "from": row["from"]})


def path(env: Env) -> None:
    """Where the config is, and nothing else."""
    env.say(env.config_file, whole=True)
    if not os.path.exists(env.config_file):
        env.hint("There is none yet. To begin one: promisectl config edit.")


def edit(env: Env) -> None:
    """Edit a copy, again as often as it is wished until it can be used, and put it in the place of the config."""
    place = os.path.realpath(env.config_file)  # a link, as programs for dotfiles make it, stays one
    before = _before(place)
    with editor.sheet(env, before, ".toml") as path:
        after = editor.edited(env, path, lambda text: text if text == before else _usable(env, text))
        if after == before:
            env.say("Nothing was changed.")
            return
        _put(place, after)
    env.say(f"Written: {env.config_file}")


def _before(place: str) -> str:
    """What is in the config now; where there is none, every key as an example. Raises BadConfig."""
    from promisectl.config import file, keys

    if not os.path.exists(place):
        return keys.template()
    return "\n".join(file.decoded(file.content(place), place).splitlines()) + "\n"


def _usable(env: Env, text: str) -> str:
    """The text, if it can be the config. Raises BadConfig."""
    from promisectl.config import file

    file.parsed(text.encode(), env.config_file)
    return text


def _put(place: str, text: str) -> None:
    """The file whole, or as it was; readable by me alone, as its directory if that is new. Raises CannotWrite."""
    output_files.make_directory(os.path.dirname(place))
    output_files.appear(place, [text])
