"""Changes of one key in the file of the config, which keep its comments and its order."""

from __future__ import annotations

import os

import tomlkit
from tomlkit.items import AbstractTable, InlineTable

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.config import file, keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


class ConfigChange(NamedTuple):
    """The text of a config after a change, and the value in it as TOML."""

    text: str
    value: str


def read_config_text(path: str) -> str:
    """Return the text of a config, empty when there is none. Raises BadConfig."""
    if not os.path.exists(path):
        return ""
    content = file.read_config_file(path)
    file.parse_config(content, path)
    return file.decode_config(content, path)


def set_config_value(text: str, path: str, setting: str, words: Sequence[str]) -> ConfigChange:
    """Return the text of a config with another value of a setting, such as `table.sort`.

    The words are the first of these that the setting can be: a number or false, a text, a list of
    texts. Raises UnknownSetting, WrongSetting and BadConfig.
    """
    key = _split_setting(setting)
    value = _choose_value(key, words)
    document = tomlkit.parse(text)
    place: Any = document
    for depth, name in enumerate(key[:-1], 1):
        if not isinstance(place.get(name), AbstractTable | InlineTable):
            # A table of tables alone has no heading of its own.
            place[name] = tomlkit.table(is_super_table=depth < len(key) - 1)
        place = place[name]
    place[key[-1]] = value
    changed = tomlkit.dumps(document)
    file.parse_config(changed.encode(), path)
    return ConfigChange(changed, tomlkit.item(value).as_string())


def unset_config_value(text: str, path: str, setting: str) -> str:
    """Return the text of a config without a setting. Raises UnknownSetting and BadConfig."""
    key = _split_setting(setting, whole_profile=True)
    document = tomlkit.parse(text)
    place: Any = document
    for name in key[:-1]:
        place = place.get(name, {})
    if key[-1] in place:
        del place[key[-1]]
    changed = tomlkit.dumps(document)
    file.parse_config(changed.encode(), path)
    return changed


def _split_setting(setting: str, *, whole_profile: bool = False) -> tuple[str, ...]:
    """Return the table of a setting, if it is in one, and its key. Raises UnknownSetting.

    `whole_profile`: a profile of files to import is a setting too.
    """
    if setting.startswith("import."):
        return split_import_setting(setting, whole_profile=whole_profile)
    table, _, name = setting.rpartition(".")
    known = (
        setting in keys.CONFIG_KEYS
        or (table == "message" and name in keys.MESSAGE_KEYS)
        or (table == "alias" and name)
    )
    if not known:
        raise errors.UnknownSetting(setting, _find_near_setting(setting))
    return (table, name) if table else (name,)


def split_import_setting(setting: str, *, whole_profile: bool) -> tuple[str, ...]:
    """Return the parts of a setting such as `import.mytool.map.Task`. Raises UnknownSetting."""
    from difflib import get_close_matches

    from promisectl.records import profiles

    _, *parts = setting.split(".", 3)
    name, key, column = (*parts, "", "")[:3]
    is_in_table = key in profiles.PROFILE_TABLES
    if name and not key and whole_profile:
        return ("import", name)
    if name and key in profiles.PROFILE_KEYS and bool(column) is is_in_table:
        return ("import", name, key, *([column] if column else []))
    near = next(iter(get_close_matches(key or "map", profiles.PROFILE_KEYS, 1, 0)))
    inner = f".{column or 'Task'}" if near in profiles.PROFILE_TABLES else ""
    raise errors.UnknownSetting(setting, f"import.{name or 'mytool'}.{near}{inner}")


def _find_near_setting(setting: str) -> str:
    """Return the setting that a word may mean: one in a table with that key, or one like it."""
    from difflib import get_close_matches

    known = [*keys.CONFIG_KEYS, *(f"message.{name}" for name in keys.MESSAGE_KEYS)]
    name = setting.rpartition(".")[2]
    in_tables = [one for one in known if one.rpartition(".")[2] == name]
    return next(iter(in_tables or get_close_matches(setting, known, 1)), "")


def _choose_value(key: tuple[str, ...], words: Sequence[str]) -> Any:
    """Return the first reading of the words that the key can have. Raises WrongSetting."""
    problem: Exception | None = None
    readings = [*_iter_readings(words)]
    if key[0] == "import" and len(words) > 1:
        readings.reverse()  # several columns or conditions, not one with spaces
    for value in readings:
        try:
            file.parse_config_value(key, value)
        except keys.WrongConfigValue as wrong:
            problem = wrong if len(words) > 1 else problem or wrong
        else:
            return value
    raise errors.WrongSetting(str(problem))


def _iter_readings(words: Sequence[str]) -> Iterator[Any]:
    """Yield all that typed words can be in a config."""
    text = " ".join(words)
    if text == "false":
        yield False
    if text.isascii() and text.isdigit():
        yield int(text)
    yield text
    yield [*words]
