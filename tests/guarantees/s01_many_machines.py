"""G3 with a server: sixteen workers on four machines, a third of them killed over and over; then every word is counted, on the server.

The storm is that of many terminals; here each worker is on one of four machines, with a copy of its own.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.guarantees.g03_many_terminals import WORKERS, Storm, find_losses
from tests.guarantees.harness import servers
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.servers import Schema

COMMANDS = 1_000
MACHINES = 4
_LEAST = 60
_COUNTED = {"act": "number", "entry": "id", "promise": "id"}
"""Tables whose rows are numbered from 1 on."""


def make_homes(directory: Path) -> list[Path]:
    """The home of each machine, and of one that comes when all is over."""
    homes = [directory / f"machine-{number}" for number in range(MACHINES + 1)]
    for home in homes:
        home.mkdir()
    return homes


def find_faults(storm: Storm, schema: Schema, homes: list[Path]) -> Iterator[str]:
    """What is lost, doubled or half there after a storm, on the server or in a copy."""
    for home in homes:
        seen = storm.run(["list", "--all"], "", None, home)
        if seen.code or seen.stderr:
            yield f"a view after the storm ended with {seen.code}: {seen.stderr}"
            return
        yield from servers.compare_with_copy(schema, servers.find_copy(home, schema.address))
    for table, key in _COUNTED.items():
        ((rows, last),) = schema.run(f"SELECT count(*), max({key}) FROM {table}")
        if rows != last:
            yield f"there are {rows} rows in {table}, and the last one is number {last}"
    yield from find_losses(storm)


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    commands = size.of(COMMANDS, _LEAST)
    with tempfile.TemporaryDirectory(prefix="storm-") as directory, servers.open_schema() as schema:
        *homes, newcomer = make_homes(Path(directory))
        storm = Storm(
            homes,
            commands,
            size.seed,
            mutant,
            step,
            ledger=servers.find_copy(homes[0], schema.address),
            more={"PROMISECTL_LEDGER": schema.address},
        )
        began = time.monotonic()
        storm.blow()
        took = time.monotonic() - began
        faults = storm.faults or list(find_faults(storm, schema, [*homes, newcomer]))
    faults += storm.list_sent_away(took, whole=size.whole)
    return Found(
        min(storm.done, commands),
        faults,
        f"{WORKERS} workers on {MACHINES} machines, {storm.describe(took)}",
    )


PROOF = Proof(
    guarantee="G3",
    says="many machines at once: what was acknowledged is on the server once, what was killed is whole or not at all, and nobody is sent away",
    counts="commands",
    goal="0 lost, 0 doubled, 0 half done, 0 gaps, 0 “locked”",
    tried=_tried,
    mutants=("no FOR UPDATE",),
    needs_server=True,
)
