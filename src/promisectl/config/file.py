"""The file of the config: TOML to values, and the line of each key."""

from __future__ import annotations

import os
import tomllib

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.config import CheckConfig, Config, TableConfig
from promisectl.config.keys import (
    CONFIG_KEYS,
    MESSAGE_KEYS,
    WrongConfigValue,
    parse_alias,
    parse_import_value,
    parse_message_value,
)
from promisectl.domain.civil import DayHours

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

CONFIG_TABLES: Mapping[str, type[DayHours | CheckConfig | TableConfig]] = {
    "date": DayHours,
    "check": CheckConfig,
    "table": TableConfig,
}
_TABLE_HINTS = {
    "date": 'date is a table: type [date], and below it evening = "20:00"',
    "check": 'check is a table: type [check], and below it ignore = ["L08"]',
    "table": 'table is a table: type [table], and below it sort = "person"',
    "message": 'message is a table: type [message], and below it greeting = "Dear {name},"',
    "import": 'import is a table: type [import.mytool], and below it set = {direction = "self"}',
    "alias": 'alias is a table: type [alias], and below it late = "owe --overdue"',
}


_MAX_KEY_DEPTH = len(("import", "mytool", "map", "Task"))
_KEY_NAMES = tuple("import" if name == "imports" else name for name in Config._fields)


def read_config_file(path: str) -> bytes:
    """Return the content of the file. Raises BadConfig when it can't be read."""
    try:
        if os.path.islink(path) and not os.path.exists(path):
            raise errors.BadConfig(
                path, f"it is a link to {os.readlink(path)}, which does not exist"
            )
        if not os.path.isfile(path) and not os.path.isdir(path) and os.path.exists(path):
            raise errors.BadConfig(path, "it is not a regular file")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise errors.BadConfig(path, error.strerror or str(error)) from error


def decode_config(content: bytes, path: str) -> str:
    """Return the content of a config as text. Raises BadConfig when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise errors.BadConfig(path, f"line {line} is not UTF-8") from error


def parse_config(content: bytes, path: str) -> Config:
    """Return the config of a file's content; errors name `path`. Raises BadConfig."""
    text, tables = _parse_toml(content, path)
    values: dict[str, dict[str, Any]] = {table: {} for table in ("", *_TABLE_HINTS)}
    try:
        for (*table, name), value in iter_config_items(tables):
            values["".join(table)][name] = parse_config_value((*table, name), value)
    except WrongConfigValue as wrong:
        line = _find_key_line_numbers(text)[wrong.key]
        raise errors.BadConfig(path, f"line {line}: {wrong}") from None
    parts: dict[str, Any] = {table: kind(**values[table]) for table, kind in CONFIG_TABLES.items()}
    return Config(
        **values[""],
        **parts,
        message=values["message"],
        alias=values["alias"],
        imports=values["import"],
    )


def find_key_lines(path: str) -> dict[str, int]:
    """Return the line of each key of a valid config; a key in a table is `table.key`."""
    text, _ = _parse_toml(read_config_file(path), path)
    return {".".join(key): line for key, line in _find_key_line_numbers(text).items()}


def _parse_toml(content: bytes, path: str) -> tuple[str, dict[str, Any]]:
    """Return the text of a config, and its values as TOML has them. Raises BadConfig."""
    text = decode_config(content, path).replace("\r\n", "\n")
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise errors.BadConfig(path, f"it is not TOML ({error})") from error
    except RecursionError as error:
        raise errors.BadConfig(path, "its brackets are nested too deeply") from error
    except ValueError as error:  # Python reads no number of thousands of digits
        raise errors.BadConfig(path, "a number in it is too long") from error


def iter_config_items(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Iterate over each key, after the name of its table if it is in one, with its value.

    Raises WrongConfigValue for an unknown key, and for a table that is a plain value.
    """
    for name, value in values.items():
        if name not in _KEY_NAMES:
            raise _build_unknown_key((name,), _KEY_NAMES)
        if name not in _TABLE_HINTS:
            yield (name,), value
            continue
        if not isinstance(value, dict):
            raise WrongConfigValue((name,), _TABLE_HINTS[name])
        known: Collection[str] = value.keys()  # an alias and a profile can have any name
        if name not in ("alias", "import"):
            known = MESSAGE_KEYS if name == "message" else CONFIG_TABLES[name]._fields
        for key, inner in value.items():
            if key not in known:
                raise _build_unknown_key((name, key), known)
            yield (name, key), inner


def _build_unknown_key(key: tuple[str, ...], known: Collection[str]) -> WrongConfigValue:
    """Return the error for a key that is not `known` in its table.

    It names the table that the key belongs to, or else the most similar key.
    """
    from difflib import get_close_matches

    for table, _, name in (known_key.rpartition(".") for known_key in CONFIG_KEYS):
        if name == key[-1]:
            target = f"below [{table}]" if table else "above the first [table]"
            return WrongConfigValue(key, f"{name} is in the wrong place; move it {target}")
    nearest = get_close_matches(key[-1], known, 1, 0)[0]
    return WrongConfigValue(key, f"there is no “{key[-1]}”; the nearest is {nearest}")


def parse_config_value(key: tuple[str, ...], value: Any) -> Any:
    """Return a value of TOML as the config holds it. Raises WrongConfigValue."""
    try:
        if key[0] == "alias":
            return parse_alias(key[1], value)
        if key[0] == "message":
            return parse_message_value(key[1], value)
        if key[0] == "import":
            for name in reversed(key[2:]):
                value = {name: value}
            return parse_import_value(key[1], value)
        return CONFIG_KEYS[".".join(key)].parse_value(value)
    except ValueError as error:
        raise WrongConfigValue(key, str(error)) from None


def _find_key_line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Return the first line of each key.

    It reads more and more lines as TOML: a key begins after the last text that did not have it.
    """
    lines, begin, numbers = text.split("\n"), 1, dict[tuple[str, ...], int]()
    for number in range(1, len(lines) + 1):
        try:
            values = tomllib.loads("\n".join(lines[:number]))
        except (ValueError, RecursionError):
            continue  # in the middle of a value
        for key in iter_key_paths(values):
            numbers.setdefault(key, begin)
        begin = number + 1
    return numbers


def iter_key_paths(
    values: Mapping[str, Any], depth: int = _MAX_KEY_DEPTH
) -> Iterator[tuple[str, ...]]:
    """Yield each key with the names of the tables around it before it."""
    for name, value in values.items():
        yield (name,)
        if isinstance(value, dict) and depth > 1:
            yield from ((name, *inner) for inner in iter_key_paths(value, depth - 1))
