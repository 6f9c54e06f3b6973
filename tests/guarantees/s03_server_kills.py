"""G1 with a server: the server is killed in the middle of a storm, over and over; what it acknowledged is there when it is back.

In the whole it flushes what somebody wants to be flushed before the answer, and else as late as it can. All its processes are killed at once, and it is
started again.
"""

import re
import tempfile
import threading
from pathlib import Path
from signal import SIGKILL

from tests.guarantees.g03_many_terminals import WORKERS, Storm
from tests.guarantees.harness import servers
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.s01_many_machines import MACHINES, find_faults, make_homes
from tests.tools.postgres import PostgresServer

_COMMANDS = 1_000
_LEAST = 80
_KILLS = 5
_AWAY = re.compile(r"Can't reach |The connection to .* broke |the server can't be asked")
"""What a command may say while there is no server."""


def _kill_server(
    server: PostgresServer, storm: Storm, commands: int, kills: int, is_over: threading.Event
) -> None:
    for number in range(1, kills + 1):
        while storm.done < commands * number // (kills + 1):
            if is_over.wait(0.01):
                return
        server.stop(SIGKILL)
        server.start()


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    commands, kills = size.of(_COMMANDS, _LEAST), size.of(_KILLS)
    with (
        tempfile.TemporaryDirectory(prefix="storm-") as directory,
        servers.open_own_server(fsync="on" if size.whole else "off", wal_writer_delay="10s") as (
            server,
            database,
        ),
        servers.open_schema(database) as schema,
    ):
        *homes, newcomer = make_homes(Path(directory))
        storm = Storm(
            homes,
            commands,
            size.seed,
            mutant,
            step,
            ledger=servers.find_copy(homes[0], schema.address),
            more={"PROMISECTL_LEDGER": schema.address},
            may_fail=_AWAY,
        )
        is_over = threading.Event()
        killer = threading.Thread(
            target=_kill_server, args=(server, storm, commands, kills, is_over)
        )
        killer.start()
        storm.blow()
        is_over.set()
        killer.join()
        storm.may_fail = None
        faults = storm.faults or list(find_faults(storm, schema, [*homes, newcomer]))
    acknowledged = sum(said.how == "acknowledged" for said in storm.said.values())
    if acknowledged < commands // 10:
        faults.append(f"only {acknowledged} commands were acknowledged")
    return Found(
        min(storm.done, commands),
        faults,
        f"{WORKERS} workers on {MACHINES} machines, server killed {kills} ×, {storm.killed} commands killed, {acknowledged} moves "
        f"acknowledged, {storm.failed} ended with 5, {storm.uncertain} with 7",
    )


PROOF = Proof(
    guarantee="G1",
    says="a server that is killed has what it acknowledged, and every other answer is true",
    counts="commands",
    goal="0 lost, 0 doubled, 0 half done",
    tried=_tried,
    mutants=("synchronous_commit=off",),
    needs_server=True,
    ends_server=True,
)
