"""The command path."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.storage import ledger

if TYPE_CHECKING:
    from promisectl.env import Env


def path(env: Env) -> None:
    """Print the path of the ledger, alone on the first line, then of the config and backups.

    Of a ledger on a server, the path is that of this machine's copy; the address follows it.
    """
    address = None if isinstance(env.ledger, str) else str(env.ledger)
    if env.is_json:
        from promisectl.records.as_json import encode_json

        where = {
            "ledger": env.ledger_file,
            "config": env.config_file or None,
            "backups": env.backup_directory,
            "server": address,
        }
        env.write_records([encode_json(where) + "\n"])
        return
    env.print_line(env.ledger_file, whole=True)
    if address:
        env.print_line(f"server: {address}", whole=True)
    config = env.config_file or "none, as there is no home directory"
    env.print_line(f"config: {config}", whole=True)
    env.print_line(f"backups: {env.backup_directory}", whole=True)
    if not address and not ledger.has_ledger(env.ledger):
        env.print_hint(
            "None of it has to exist: the ledger is founded by the first promise, "
            "the config is yours to write."
        )
