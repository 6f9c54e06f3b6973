"""The config file: what somebody has said once and for all. Unknown keys are refused with the nearest known one."""

import os
from typing import NamedTuple

from promisectl import errors
from promisectl.env import Env

_ORDERS = ("dmy", "mdy", "ymd")


class Config(NamedTuple):
    """What the config can say. `date_order` says how dates of bare numbers are read: dmy, mdy, ymd, or not at all."""

    date_order: str | None = None


def read(env: Env) -> Config:
    """The config of this run. Raises BadConfig."""
    path = env.config_file
    if not os.path.exists(path):
        return Config()
    import tomllib

    try:
        with open(path, "rb") as file:
            found = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.BadConfig(path, f"it is no TOML ({error})") from error
    except OSError as error:
        raise errors.BadConfig(path, error.strerror or str(error)) from error
    for key in found:
        if key not in Config._fields:
            raise errors.BadConfig(path, f"line {_line(path, key)}: there is no “{key}”; the nearest is {_nearest(key)}")
    order = found.get("date_order")
    if order is not None and order not in _ORDERS:
        raise errors.BadConfig(path, f"line {_line(path, 'date_order')}: date_order is one of {', '.join(_ORDERS)}")
    return Config(order)


def _line(path: str, key: str) -> int:
    with open(path, encoding="utf-8") as file:
        return next((number for number, line in enumerate(file, 1) if line.replace(" ", "").startswith(f"{key}=")), 1)


def _nearest(key: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(key, Config._fields, 1, 0)))
