"""Repair a ledger on a server as its owner: create its guards again, and upgrade its schema."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import postgresql as statements
from promisectl.compiled import sql
from promisectl.storage import ledger_file, migrations
from promisectl.storage.remote import guards, server_ledger, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from promisectl.storage.connection import LastAct
    from promisectl.storage.remote.server import Server, ServerHead
    from promisectl.storage.remote.server_ledger import ServerLedger

_UPGRADE_SECONDS = 600
_ALLOW_LONG_UPGRADE = tuple(
    f"SET LOCAL {setting} = '{_UPGRADE_SECONDS}s'"
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout")
)


def repair_server_ledger(remote: ServerLedger, back_up: Callable[[str], None]) -> list[str]:
    """Upgrade a ledger of an earlier step, create guards again, and return what was done.

    `back_up` is called before an upgrade. All of it takes effect, or nothing. Raises
    NotWhileOffline, NoUpgrade, OtherHistory, MissingRights for a role that does not own the tables,
    and the errors of `Server`.
    """
    remote.prepare_move()
    try:
        server = remote.connect()
        mine = server_ledger.fetch_copy_head(remote.file)
        head = server.lock_head(mine.number)
        if head is None:
            return []
        remote.refuse_older_step(head, may_upgrade=True)
        done = []
        if head.step < sql.SCHEMA_STEP:
            upgrade_server_ledger(remote, server, head, mine, back_up)
            done.append(
                f"the ledger on the server was upgraded to schema step {sql.SCHEMA_STEP}, "
                "which older versions of promisectl can't use"
            )
        else:
            remote.catch_up(server, head, mine)
        done += guards.repair_guards(server)
        server.run("COMMIT")
    except errors.MissingRights as problem:
        problem.effect = "Nothing was changed there."
        raise
    finally:
        remote.close()
    return done


def upgrade_server_ledger(
    remote: ServerLedger,
    server: Server,
    head: ServerHead,
    mine: LastAct,
    back_up: Callable[[str], None],
) -> None:
    """Bring the tables on the server to this step, and its promises to what the acts say now.

    `mine` is the newest act of the copy when the head was read.
    """
    server.run(*_ALLOW_LONG_UPGRADE)
    for step in range(head.step + 1, sql.SCHEMA_STEP + 1):
        server.run(*statements.UPGRADES[step], seconds=_UPGRADE_SECONDS)
    server.run(statements.SET_STEP, step=sql.SCHEMA_STEP)
    remote.catch_up(server, head._replace(step=sql.SCHEMA_STEP), mine)

    def send_promises(db: sqlite3.Connection) -> None:
        migrations.rederive_promise_rows(db)
        rows = (row for (row,) in db.execute(statements.COPY_ROWS_SINCE["promise"], {"since": 0}))
        for batch in transaction.iter_batches(rows):
            put = server.bind(statements.PUT_ONTO_SERVER["promise"], rows=f"[{','.join(batch)}]")
            server.run(put, seconds=_UPGRADE_SECONDS)

    if ledger_file.has_file(remote.file):
        from promisectl.system import interrupts

        back_up("upgrade")
        with interrupts.watch_interrupts():  # the server commits after it
            ledger_file.run_file_transaction(remote.file, send_promises)
