"""Where the ledger, the config and the backups are: path."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.storage import ledger

if TYPE_CHECKING:
    from promisectl.env import Env


def path(env: Env) -> None:
    """Where the ledger is, alone on the first line, and where the config and the backups are."""
    env.say(env.ledger, whole=True)
    env.say(f"config: {env.config_file}", whole=True)
    env.say(f"backups: {env.backups}", whole=True)
    if not ledger.exists(env.ledger):
        env.hint("None of it has to exist: the ledger is founded by the first promise, the config is yours to write.")
