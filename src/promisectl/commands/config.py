"""The config: what holds and who says so, where it is, and writing it."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import editor, output, output_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row


def show(env: Env) -> None:
    """Every key with what holds, and who says so: an option, a variable of the environment, a line of the config, or nobody."""
    output.print_rows(
        env, _iter_setting_rows(env), SETTINGS, lambda rows: _print_settings_table(env, rows)
    )


def _iter_setting_rows(env: Env) -> Iterator[dict[str, Any]]:
    """A record for every key, then one for every alias; `said` is the value as a text."""
    from promisectl.config.keys import CONFIG_KEYS

    sources = _find_setting_sources(env)
    for key in (*CONFIG_KEYS, *(f"alias.{name}" for name in env.config.alias)):
        value = _find_setting_value(env, key)
        yield {
            "key": key,
            "value": _format_setting_value(value),
            "from": sources.get(key, "default"),
            "whole": value,
        }


def _find_setting_value(env: Env, key: str) -> Any:
    """What holds for a key, as it could be written in the config; None for nothing."""
    from promisectl.config.keys import WEEKDAY_CHOICES
    from promisectl.rendering.columns import DEFAULT_COLUMNS

    table, _, name = key.partition(".") if "." in key else ("", "", key)
    match key:
        case "zone":
            return env.zone
        case "color":
            return env.color_wish[0]
        case "week_start":
            return WEEKDAY_CHOICES[env.config.week_start]
        case "table.columns":
            return [*(env.config.table.columns or DEFAULT_COLUMNS)]
    if table == "alias":
        return env.config.alias[name]
    found = getattr(getattr(env.config, table) if table else env.config, name)
    return [*found] if isinstance(found, tuple) else found


def _find_setting_sources(env: Env) -> dict[str, str]:
    """Who says what holds, where that is not the default: the environment and the options win over the config."""
    sources: dict[str, str] = {}
    if os.path.exists(env.config_file):
        from promisectl.config import file

        sources |= {
            key: f"line {line}" for key, line in file.find_key_lines(env.config_file).items()
        }
    if env.color_wish[1] != "config":
        sources["color"] = env.color_wish[1]
    if env.environ.get("TZ"):
        sources["zone"] = "TZ"
    return sources


def _format_setting_value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else "false" if value is False else str(value)


def _print_settings_table(env: Env, rows: Sequence[Row]) -> None:
    from promisectl.rendering import tables

    output.print_renderables(
        env, tables.render_config([(row["key"], row["value"], row["from"]) for row in rows])
    )


SETTING_FIELDS = ("key", "value", "from")
SETTINGS = output.RecordKind(
    SETTING_FIELDS,
    SETTING_FIELDS,
    lambda row: {"key": row["key"], "value": row["whole"], "from": row["from"]},
)


def path(env: Env) -> None:
    """Where the config is, and nothing else."""
    env.print_line(env.config_file, whole=True)
    if not os.path.exists(env.config_file):
        env.print_hint("There is none yet. To begin one: promisectl config edit.")


def edit(env: Env) -> None:
    """Edit a copy, again as often as it is wished until it can be used, and put it in the place of the config."""
    place = os.path.realpath(env.config_file)  # a link, as programs for dotfiles make it, stays one
    before = _read_config_or_template(place)
    with editor.open_edit_file(env, before, ".toml") as path:
        after = editor.edit_until_usable(
            env, path, lambda text: text if text == before else _ensure_usable_config(env, text)
        )
        if after == before:
            env.print_line("Nothing was changed.")
            return
        _write_config(place, after)
    env.print_line(f"Written: {env.config_file}")


def _read_config_or_template(place: str) -> str:
    """What is in the config now; where there is none, every key as an example. Raises BadConfig."""
    from promisectl.config import file, keys

    if not os.path.exists(place):
        return keys.build_config_template()
    return "\n".join(file.decode_config(file.read_config_file(place), place).splitlines()) + "\n"


def _ensure_usable_config(env: Env, text: str) -> str:
    """The text, if it can be the config. Raises BadConfig."""
    from promisectl.config import file

    file.parse_config(text.encode(), env.config_file)
    return text


def _write_config(place: str, text: str) -> None:
    """The file whole, or as it was; readable by me alone, as its directory if that is new. Raises CannotWrite."""
    output_files.create_output_directory(os.path.dirname(place))
    output_files.write_output_atomically(place, [text])
