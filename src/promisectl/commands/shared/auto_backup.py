"""What is kept before a command changes much: a backup, made under the same lock; of a command that is refused or stopped none is left."""

from __future__ import annotations

from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promisectl.env import Env
    from promisectl.storage.backup.create import Backup

_NOTHING_DONE = (errors.Usage, errors.NotFound, errors.Ambiguous, errors.IllegalMove, errors.BadData, KeyboardInterrupt)


@contextmanager
def before(env: Env) -> Iterator[Callable[[str], None]]:
    """Around a command that writes: what `ledger.write` calls when a backup is due. Whoever looks is told where it is, when all is done.

    Raises NoBackupFirst, and then nothing is recorded.
    """
    made: list[Backup] = []

    def keep(command: str) -> None:
        from promisectl.storage.backup import create

        made.append(create.first(env.ledger, env.backups, env.now, command))

    try:
        yield keep
    except _NOTHING_DONE:
        _forget(made)
        raise
    if made:
        from promisectl.storage.backup import create

        create.prune(env.ledger, env.backups, [one.path for one in made])
        env.hint(f"As it was before: {made[-1].path}")


def _forget(made: list[Backup]) -> None:
    from promisectl.storage.backup import create

    for one in made:
        create.forget(one)
