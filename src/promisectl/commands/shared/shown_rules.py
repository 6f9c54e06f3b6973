"""The rules of the check that a person was shown today: none is shown twice a day.

The same promise twice (L19) is another advice for each promise: it is shown once a day for each.

A file remembers them, and may be lost or damaged: then a rule is shown once more.
"""

from __future__ import annotations

from contextlib import suppress

from promisectl._typing import TYPE_CHECKING
from promisectl.system import files

if TYPE_CHECKING:
    from promisectl.env import Env

_RULES_FOR_EACH_PROMISE = ("L19",)


def name_shown_rule(rule: str, promise_id: int) -> str:
    """Return what is remembered of a rule that was shown about a promise."""
    return f"{rule}#{promise_id}" if rule in _RULES_FOR_EACH_PROMISE else rule


def list_rules_to_leave_out(env: Env, promise_id: int) -> list[str]:
    """Return the IDs of the rules that were shown on this local day, L19 if about this promise."""
    shown = load_shown_rules(env)
    again = [rule for rule in _RULES_FOR_EACH_PROMISE if name_shown_rule(rule, promise_id) in shown]
    return [*(rule for rule in shown if "#" not in rule), *again]


def load_shown_rules(env: Env) -> list[str]:
    """Return what is remembered of the rules that were shown on this local day."""
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
