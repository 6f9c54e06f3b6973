"""The config as the commands see it: its values, read once before a command runs."""

from __future__ import annotations

import os
from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import DayHours

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal


class CheckConfig(NamedTuple):
    """The rules that the check of promises leaves out, and words to add to its lists.

    `people` are names that mean one person, whatever words they have, and `groups` words of groups.
    """

    ignore: tuple[str, ...] = ()
    effort: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class TableConfig(NamedTuple):
    """The columns (empty: the default ones) and the order of `owe`, `owed` and `list`."""

    columns: tuple[str, ...] = ()
    sort: str = "due"


class Config(NamedTuple):
    """The values of the config; the defaults hold for keys that are not set.

    `me` is the name of the owner, `ledger` the path or the address of the ledger, `zone` the IANA
    name of their zone. `date_order` is how dates of bare numbers are read: dmy, mdy, ymd or None
    for not at all. `week_start` is the first day of a week, Monday is 0. `window` is the period of
    `stats` in days. `color` is auto, always or never. `form` is plain for lines instead of tables
    on a terminal, else auto. `pager` is a command, False for none, None for PAGER or the default.
    `hints` says when the next steps are printed after a move, `questions` at which yes a person is
    asked questions. `date` holds the times that words such as "evening" mean, `message` the words
    of messages to others and what their dates are made of, `alias` the expansion of each alias,
    `imports` the tables of the profiles for files of other programs, by their names.
    """

    me: str | None = None
    ledger: str | None = None
    zone: str | None = None
    date_order: str | None = None
    week_start: int = 0
    window: int = 90
    color: str = "auto"
    form: str = "auto"
    pager: str | Literal[False] | None = None
    hints: str = "first-weeks"
    questions: str = "important"
    date: DayHours = DayHours()
    check: CheckConfig = CheckConfig()
    table: TableConfig = TableConfig()
    message: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})
    alias: Mapping[str, str] = MappingProxyType({})
    imports: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


def load_config(path: str, *, must_exist: bool = False) -> Config:
    """Return the config of a file; the defaults when it does not exist, or is /dev/null.

    Raises BadConfig, also for a missing file that `must_exist`.
    """
    if path == os.devnull or not (must_exist or os.path.lexists(path)):
        return Config()
    from promisectl.config import file

    return file.parse_config(file.read_config_file(path), path)
