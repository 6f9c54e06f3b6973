"""The config as a file: TOML on the way in, and on which line each key stands."""

from __future__ import annotations

import os
import tomllib

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.config import CheckConfig, Config, TableConfig
from promisectl.config.keys import CONFIG_KEYS, WrongConfigValue, parse_alias

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

CONFIG_TABLES: Mapping[str, type] = {"check": CheckConfig, "table": TableConfig}
_TABLE_HINTS = {
    "check": 'check is a table: write [check], and below it ignore = ["L08"]',
    "table": 'table is a table: write [table], and below it sort = "person"',
    "alias": 'alias is a table: write [alias], and below it late = "owe --overdue"',
}


def read_config_file(path: str) -> bytes:
    """What is in the file. Raises BadConfig when it can't be read."""
    try:
        if not os.path.isfile(path) and not os.path.isdir(path) and os.path.exists(path):
            raise errors.BadConfig(path, "it is no ordinary file")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise errors.BadConfig(path, error.strerror or str(error)) from error


def decode_config(written: bytes, path: str) -> str:
    """The text that is written there. Raises BadConfig."""
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = written.count(b"\n", 0, error.start) + 1
        raise errors.BadConfig(path, f"line {line} is no UTF-8") from error


def parse_config(written: bytes, path: str) -> Config:
    """The config that is written there; `path` is what an error calls it. Raises BadConfig."""
    text, found = _parse_toml(written, path)
    try:
        said = {name: _parse_config_value(name, value) for name, value in _iter_config_items(found)}
    except WrongConfigValue as wrong:
        raise errors.BadConfig(
            path, f"line {_find_key_line_numbers(text)[wrong.key]}: {wrong}"
        ) from None
    made: dict[str, Any] = {name: value for (name, *within), value in said.items() if not within}
    made |= {
        table: kind(**_select_table_values(said, table)) for table, kind in CONFIG_TABLES.items()
    }
    return Config(**made, alias=_select_table_values(said, "alias"))


def find_key_lines(path: str) -> dict[str, int]:
    """The line of every key in a config that can be used, one in a table with the table's name and a dot before it."""
    text, _ = _parse_toml(read_config_file(path), path)
    return {".".join(key): line for key, line in _find_key_line_numbers(text).items()}


def _parse_toml(written: bytes, path: str) -> tuple[str, dict[str, Any]]:
    text = decode_config(written, path).replace("\r\n", "\n")
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise errors.BadConfig(path, f"it is no TOML ({error})") from error


def _iter_config_items(found: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each key, with that of its table before it, and its value. Raises Wrong for what nobody knows."""
    for name, value in found.items():
        if name not in Config._fields:
            raise _build_unknown_key((name,), Config._fields)
        if name not in _TABLE_HINTS:
            yield (name,), value
            continue
        if not isinstance(value, dict):
            raise WrongConfigValue((name,), _TABLE_HINTS[name])
        for key, inner in value.items():
            if name in CONFIG_TABLES and key not in CONFIG_TABLES[name]._fields:  # type: ignore[attr-defined]
                raise _build_unknown_key((name, key), CONFIG_TABLES[name]._fields)  # type: ignore[attr-defined]
            yield (name, key), inner


def _build_unknown_key(key: tuple[str, ...], known: Collection[str]) -> WrongConfigValue:
    """What is wrong with a key that is not among those `known` at its place: it belongs elsewhere, or there is no such key."""
    from difflib import get_close_matches

    for place, _, name in (one.rpartition(".") for one in CONFIG_KEYS):
        if name == key[-1]:
            return WrongConfigValue(
                key,
                f"{name} stands in the wrong place; write it {f'below [{place}]' if place else 'above the first [table]'}",
            )
    return WrongConfigValue(
        key, f"there is no “{key[-1]}”; the nearest is {get_close_matches(key[-1], known, 1, 0)[0]}"
    )


def _parse_config_value(key: tuple[str, ...], value: Any) -> Any:
    """A value as the config holds it. Raises Wrong."""
    try:
        return (
            parse_alias(key[1], value)
            if key[0] == "alias"
            else CONFIG_KEYS[".".join(key)].parse_value(value)
        )
    except ValueError as error:
        raise WrongConfigValue(key, str(error)) from None


def _select_table_values(said: Mapping[tuple[str, ...], Any], table: str) -> dict[str, Any]:
    return {key[1]: value for key, value in said.items() if key[0] == table and key[1:]}


def _find_key_line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """The line on which each key begins: it is there for the first time when the lines up to its last one are read as TOML."""
    written, begin, found = text.split("\n"), 1, dict[tuple[str, ...], int]()
    for number in range(1, len(written) + 1):
        try:
            so_far = tomllib.loads("\n".join(written[:number]))
        except tomllib.TOMLDecodeError:
            continue  # in the middle of a value
        for key in _iter_key_paths(so_far):
            found.setdefault(key, begin)
        begin = number + 1
    return found


def _iter_key_paths(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, value in found.items():
        yield (name,)
        if isinstance(value, dict):
            yield from ((name, key) for key in value)
