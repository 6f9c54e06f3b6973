"""The config file: what somebody has said once and for all. Unknown keys are refused with the nearest known one."""

import os
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from promisectl import errors
from promisectl.env import Env

_ORDERS = ("dmy", "mdy", "ymd")
_RULES = tuple(f"L{number:02}" for number in range(1, 23))


class Check(NamedTuple):
    """What the check of promises leaves out, and the words it looks for besides its own."""

    ignore: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()


class Config(NamedTuple):
    """What the config can say. `date_order` says how dates of bare numbers are read: dmy, mdy, ymd, or not at all."""

    date_order: str | None = None
    check: Check = Check()


def read(env: Env) -> Config:
    """The config of this run. Raises BadConfig."""
    path = env.config_file
    if not os.path.exists(path):
        return Config()
    import tomllib

    try:
        with open(path, encoding="utf-8-sig") as file:
            found = tomllib.loads(file.read())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.BadConfig(path, f"it is no TOML ({error})") from error
    except OSError as error:
        raise errors.BadConfig(path, error.strerror or str(error)) from error
    _known(path, found, Config._fields)
    order = found.get("date_order")
    if order is not None and order not in _ORDERS:
        raise _wrong(path, "date_order", f"date_order is one of {', '.join(_ORDERS)}")
    return Config(order, _check(path, found.get("check", {})))


def _check(path: str, found: Any) -> Check:
    if not isinstance(found, dict):
        raise _wrong(path, "check", 'check is a table: write [check], and below it ignore = ["L08"]')
    _known(path, found, Check._fields)
    for key, value in found.items():
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise _wrong(path, key, f"{key} is a list of texts")
    for rule in found.get("ignore", ()):
        if rule.upper() not in _RULES:
            raise _wrong(path, "ignore", f"there is no rule “{rule}”; they are {_RULES[0]} to {_RULES[-1]}")
    return Check(**{key: tuple(value) for key, value in found.items()})


def _known(path: str, found: Mapping[str, Any], keys: Collection[str]) -> None:
    for key in found:
        if key not in keys:
            raise _wrong(path, key, f"there is no “{key}”; the nearest is {_nearest(key, keys)}")


def _wrong(path: str, key: str, what: str) -> errors.BadConfig:
    return errors.BadConfig(path, f"line {_line(path, key)}: {what}")


def _line(path: str, key: str) -> int:
    begins = (f"{key}=", f"[{key}]")
    with open(path, encoding="utf-8") as file:
        return next((number for number, line in enumerate(file, 1) if line.replace(" ", "").startswith(begins)), 1)


def _nearest(key: str, keys: Collection[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(key, keys, 1, 0)))
