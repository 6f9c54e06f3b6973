"""What is kept before a command changes much: a backup, made under the same lock; of a command that is refused or stopped none is left."""

from __future__ import annotations

from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promisectl.env import Env
    from promisectl.storage.backup.create import Backup

_ERRORS_WITHOUT_CHANGE = (
    errors.Usage,
    errors.NotFound,
    errors.Ambiguous,
    errors.IllegalMove,
    errors.BadData,
    KeyboardInterrupt,
)


@contextmanager
def prepare_auto_backup(env: Env) -> Iterator[Callable[[str], None]]:
    """Around a command that writes: what `ledger.write` calls when a backup is due. Whoever looks is told where it is, when all is done.

    Raises NoBackupFirst, and then nothing is recorded.
    """
    made: list[Backup] = []

    def create_auto_backup(command: str) -> None:
        from promisectl.storage.backup import create

        made.append(
            create.create_required_backup(env.ledger, env.backup_directory, env.now, command)
        )

    try:
        yield create_auto_backup
    except _ERRORS_WITHOUT_CHANGE:
        _remove_auto_backups(made)
        raise
    if made:
        from promisectl.storage.backup import create

        create.prune_backups(env.ledger, env.backup_directory, [one.path for one in made])
        env.print_hint(f"As it was before: {made[-1].path}")


def _remove_auto_backups(made: list[Backup]) -> None:
    from promisectl.storage.backup import create

    for one in made:
        create.delete_backup(one)
