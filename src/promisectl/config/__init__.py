"""The config: what somebody has said once and for all. Read once, before anything is done; where there is no file it costs nothing."""

from __future__ import annotations

import os
from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal


class CheckConfig(NamedTuple):
    """What the check of promises leaves out, and the words it looks for besides its own."""

    ignore: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()


class TableConfig(NamedTuple):
    """How `owe`, `owed` and `list` look on a terminal: their columns, if not the usual ones, and the order of their rows."""

    columns: tuple[str, ...] = ()
    sort: str = "due"


class Config(NamedTuple):
    """What the config can say, and what holds where it says nothing.

    `me` is my name, `zone` the IANA name of my zone. `date_order` says how dates of bare numbers are read: dmy, mdy, ymd, or not at
    all. `week_start` is the day that begins a week, Monday is 0. `window` is what `stats` looks back on, in days. `color` is auto,
    always or never. `pager` is a command, False for none, None where nothing is said. `alias` holds what each alias stands for.
    """

    me: str | None = None
    zone: str | None = None
    date_order: str | None = None
    week_start: int = 0
    window: int = 90
    color: str = "auto"
    pager: str | Literal[False] | None = None
    check: CheckConfig = CheckConfig()
    table: TableConfig = TableConfig()
    alias: Mapping[str, str] = MappingProxyType({})


def load_config(path: str) -> Config:
    """The config in a file; nothing but defaults where there is none. Raises BadConfig."""
    if not os.path.exists(path):
        return Config()
    from promisectl.config import file

    return file.parse_config(file.read_config_file(path), path)
