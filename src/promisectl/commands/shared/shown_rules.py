"""The rules of the check that a person was shown today: none is shown twice a day.

A file remembers them, and may be lost or damaged: then a rule is shown once more.
"""

from __future__ import annotations

from contextlib import suppress

from promisectl._typing import TYPE_CHECKING
from promisectl.system import files

if TYPE_CHECKING:
    from promisectl.env import Env


def load_shown_rules(env: Env) -> list[str]:
    """Return the IDs of the rules that were shown on this local day."""
    try:
        day, *rules = files.read_small_file(env.shown_rules_file).split()
    except (OSError, ValueError):
        return []
    return rules if day == str(env.here.today) else []


def remember_shown_rule(env: Env, rule: str) -> None:
    """Remember that a rule was shown today; where that can't be written, forget it."""
    rules = dict.fromkeys([*load_shown_rules(env), rule])
    text = " ".join((str(env.here.today), *rules))
    with suppress(OSError):
        if env.shown_rules_file:
            files.replace_small_file(env.shown_rules_file, f"{text}\n")
