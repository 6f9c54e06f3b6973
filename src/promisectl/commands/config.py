"""The commands `config show`, `path`, `edit`, `set` and `unset`."""

from __future__ import annotations

import os

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import editor, output, output_files
from promisectl.system import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from promisectl.env import Env


SETTING_FIELDS = ("key", "value", "from")
SETTINGS = output.RecordKind(
    SETTING_FIELDS,
    SETTING_FIELDS,
    lambda row: {"key": row["key"], "value": row["whole"], "from": row["from"]},
)


def show(env: Env) -> None:
    """Print every key with its value and where the value comes from."""
    rows = iter_setting_rows(env)
    if env.form == "table":
        from promisectl.rendering import tables

        cells = [(row["key"], row["value"], row["from"]) for row in rows]
        output.print_renderables(env, tables.render_config(cells))
    else:
        env.write_records(output.encode_rows(env.form, rows, SETTINGS))


def iter_setting_rows(env: Env) -> Iterator[dict[str, Any]]:
    """Return a row for every key, for all words of messages, every alias and every profile.

    `value` is the value as a text, `whole` the value itself, and `from` is an option, a variable
    of the environment, a line of the config, or `default`.
    """
    from promisectl.config.keys import CONFIG_KEYS

    sources = find_setting_sources(env)
    tables = {"message": env.config.message, "alias": env.config.alias}
    own = (f"{table}.{name}" for table, values in tables.items() for name in values)
    settings = {key: find_setting_value(env, key) for key in (*CONFIG_KEYS, *own)}
    settings |= iter_profile_settings("import", env.config.imports)
    for key, value in settings.items():
        if isinstance(value, list):
            text = ", ".join(value)
        elif value is False:
            text = "false"
        else:
            text = "" if value is None else str(value)
        yield {"key": key, "value": text, "from": sources.get(key, "default"), "whole": value}


def iter_profile_settings(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each value in tables of tables, by the names of its tables and its key."""
    for name, value in values.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            yield from iter_profile_settings(key, value)
        else:
            yield key, value


def find_setting_value(env: Env, key: str) -> Any:
    """Return the value of a key as it could be written in the config; None for no value."""
    from promisectl.config.keys import WEEKDAY_CHOICES
    from promisectl.rendering.columns import DEFAULT_COLUMNS

    in_effect = {
        "ledger": str(env.ledger) if env.ledger_wish[0] else None,
        "zone": env.zone,
        "color": env.color_wish[0],
        "form": env.form_wish[0],
        "pager": env.pager_wish[0] or False,
        "week_start": WEEKDAY_CHOICES[env.config.week_start],
        "table.columns": [*(env.config.table.columns or DEFAULT_COLUMNS)],
    }
    if key in in_effect:
        return in_effect[key]
    table, _, name = key.partition(".") if "." in key else ("", "", key)
    if table == "alias":
        return env.config.alias[name]
    value: Any
    if table == "message":
        value = env.config.message[name]
    else:
        value = getattr(getattr(env.config, table) if table else env.config, name)
    return [*value] if isinstance(value, tuple) else value


def find_setting_sources(env: Env) -> dict[str, str]:
    """Return by key where a value comes from, for the keys that do not have their default.

    The environment and the options win over the config.
    """
    sources: dict[str, str] = {}
    if os.path.isfile(env.config_file):
        from promisectl.config import file

        lines = file.find_key_lines(env.config_file)
        sources |= {key: f"line {line}" for key, line in lines.items()}
    wishes: dict[str, tuple[str | None, str]] = {
        "ledger": env.ledger_wish,
        "color": env.color_wish,
        "form": env.form_wish,
        "pager": env.pager_wish,
    }
    sources |= {key: source for key, (_, source) in wishes.items() if source != "config"}
    if timezone.read_zone_wish(env.environ):
        sources["zone"] = "TZ"
    return sources


def _ensure_config_place(env: Env) -> None:
    """Raise NoHome where there is no home for a config."""
    if not env.config_file:
        raise errors.NoHome


def path(env: Env) -> None:
    """Print the path of the config, and nothing else. Raises NoHome."""
    _ensure_config_place(env)
    env.print_line(env.config_file, whole=True)
    if not os.path.exists(env.config_file):
        env.print_hint("There is no config yet. To make one: promisectl config edit")


def edit(env: Env) -> None:
    """Open a copy of the config in the editor until it can be used, then replace the config.

    Raises BadConfig, CannotWrite and NoHome.
    """
    from promisectl.config import file

    _ensure_config_place(env)
    target = os.path.realpath(env.config_file)
    before = read_config_or_template(target)

    def check_config(text: str) -> str:
        if text != before:
            file.parse_config(text.encode(), env.config_file)
        return text

    with editor.open_edit_file(env, before, ".toml") as edit_path:
        after = editor.edit_until_usable(env, edit_path, check_config)
        if after == before:
            env.print_line("Nothing was changed.")
            return
        _write_config(env, after)
    env.print_line(f"Written: {env.config_file}")


def set_key(env: Env, setting: str, value: Sequence[str]) -> None:
    """Write a value into the config; all else in the file stays as it is, with its comments.

    Raises UnknownSetting, WrongSetting, BadConfig, CannotWrite and NoHome.
    """
    from promisectl.config import editing

    _ensure_config_place(env)
    before = editing.read_config_text(env.config_file)
    change = editing.set_config_value(before, env.config_file, setting, value)
    _write_config(env, change.text)
    env.print_line(f"{setting} = {change.value}")
    env.config = config.load_config(env.config_file)
    source = find_setting_sources(env).get(setting, "")
    if not source.startswith("line "):
        env.print_hint(f"Not in effect now: {source} wins over the config.")


def unset_key(env: Env, setting: str) -> None:
    """Take a value out of the config, so that its default holds.

    Raises UnknownSetting, BadConfig, CannotWrite and NoHome.
    """
    from promisectl.config import editing

    _ensure_config_place(env)
    before = editing.read_config_text(env.config_file)
    after = editing.unset_config_value(before, env.config_file, setting)
    if after == before:
        env.print_line(f"{setting} is not in the config. Nothing was changed.")
        return
    _write_config(env, after)
    env.print_line(f"{setting} is no longer in the config.")


def _write_config(env: Env, text: str) -> None:
    """Replace the config as a whole, or create it, readable by its owner alone.

    A link, as programs for dotfiles make it, stays a link. Raises CannotWrite.
    """
    target = os.path.realpath(env.config_file)
    output_files.create_output_directory(os.path.dirname(target))
    output_files.write_output_atomically(target, [text])


def read_config_or_template(path: str) -> str:
    """Return the text of the config, or a text with every key as an example when there is none.

    Raises BadConfig.
    """
    from promisectl.config import file, keys

    if not os.path.exists(path):
        return keys.build_config_template()
    return "\n".join(file.decode_config(file.read_config_file(path), path).splitlines()) + "\n"
