"""Changes of one key in the file of the config, which keep its comments and its order."""

from __future__ import annotations

import os

import tomlkit
from tomlkit.items import AbstractTable

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
    if len(key) > 1:
        if not isinstance(document.get(key[0]), AbstractTable):
            document[key[0]] = tomlkit.table()
        place = document[key[0]]
    place[key[-1]] = value
    changed = tomlkit.dumps(document)
    file.parse_config(changed.encode(), path)
    return ConfigChange(changed, tomlkit.item(value).as_string())


def unset_config_value(text: str, path: str, setting: str) -> str:
    """Return the text of a config without a setting. Raises UnknownSetting and BadConfig."""
    key = _split_setting(setting)
    document = tomlkit.parse(text)
    place: Any = document if len(key) == 1 else document.get(key[0], {})
    if key[-1] in place:
        del place[key[-1]]
    changed = tomlkit.dumps(document)
    file.parse_config(changed.encode(), path)
    return changed


def _split_setting(setting: str) -> tuple[str, ...]:
    """Return the table of a setting, if it is in one, and its key. Raises UnknownSetting."""
    table, _, name = setting.rpartition(".")
    known = (
        setting in keys.CONFIG_KEYS
        or (table == "message" and name in keys.MESSAGE_KEYS)
        or (table == "alias" and name)
    )
    if not known:
        raise errors.UnknownSetting(setting, _find_near_setting(setting))
    return (table, name) if table else (name,)


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
    for value in _iter_readings(words):
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
