"""G8 with a server: views write nothing there; they need no other right than to read, and wait for no move that is being recorded.

Every view is run by the owner and by a role that may only read. Before and after, all that the server counts is the same.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.guarantees.harness import ledgers, servers, views
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.servers import Schema
from tests.guarantees.harness.watching import Asked
from tests.tools.fork_server import Done, shared

_READER = "reader_of_proofs"
_TOLD_APART = ("doctor", "config", "path")
"""Views that name the role or the address."""


def _create_reader(schema: Schema) -> None:
    """Have a role that may only read this schema."""
    create = f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{_READER}') THEN CREATE ROLE {_READER} LOGIN; END IF"
    schema.run(
        f"DO $$ BEGIN {create}; END $$; GRANT USAGE ON SCHEMA {schema.name} TO {_READER};"
        f" GRANT SELECT ON ALL TABLES IN SCHEMA {schema.name} TO {_READER}"
    )


def _count_writes(schema: Schema) -> list[Any]:
    """What the server counts that only a writer changes: rows written, tuples of the head, and transactions that wrote at all."""
    tables = schema.run(
        "SELECT relname::text, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE schemaname = current_schema() ORDER BY 1"
    )
    head = schema.run("SELECT ctid::text, xmin::text, xmax::text FROM head")
    transactions = (
        [] if servers.GIVEN else schema.run("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
    )
    return [*tables, *head, *transactions]


@contextmanager
def _hold_lock(schema: Schema) -> Iterator[None]:
    """A move holds the lock all the while."""
    import psycopg2

    with closing(psycopg2.connect(schema.address)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM head FOR UPDATE")
        yield


class _Machine:
    """A home in which a view is run under a role, whose copy lacks what the server has."""

    def __init__(self, home: Path, schema: Schema, address: str, mutant: str | None) -> None:
        self.home, self._address, self._mutant = home, address, mutant
        servers.find_template("full").lay(home, schema, address)
        (home / "new.csv").write_text(ledgers.CSV, encoding="utf-8")
        ledgers.config(home).parent.mkdir(parents=True)
        ledgers.config(home).write_text(ledgers.CONFIG, encoding="utf-8")
        self._kept = servers.find_copy(home, address).read_bytes()

    def run(self, line: Asked) -> Done:
        servers.find_copy(self.home, self._address).write_bytes(self._kept)
        environ = servers.environment_of(self.home, self._address, **line.more)
        return shared().run(
            line.words, given=line.given, env=environ, cwd=self.home, mutant=self._mutant
        )


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    lines = [line for line in views.lines() if not line.at_terminal]
    chosen = size.some(
        [line for line in lines if line.words[:1] in (("list",), ("owe",))] if mutant else lines, 14
    )
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="views-") as root, servers.open_schema() as schema:
        own = _Machine(Path(root) / "owner", schema, schema.address, mutant)
        machines = [own]
        if not servers.GIVEN:
            machines.append(
                _Machine(
                    Path(root) / "reader",
                    schema,
                    schema.address_at(schema.database, _READER),
                    mutant,
                )
            )
            _create_reader(schema)
        noted = own.run(Asked(("note", "1", "A word that no copy has yet")))
        assert noted.code == 0, noted
        before = _count_writes(schema)
        for place, line in enumerate(chosen):
            step(place, len(chosen))
            answers = [machine.run(line) for machine in machines]
            faults += _find_faults(line, answers, machines)
            if (after := _count_writes(schema)) != before:
                faults.append(f"{line} wrote: {set(after) ^ set(before)}")
                before = after
        if not mutant:
            faults += _find_waits(schema, own)
            ((head,),) = [schema.run("SELECT count(*) FROM act")]
            assert head
    return Found(
        len(chosen) * len(machines),
        faults,
        f"{len(chosen)} command lines, each by {len(machines)} roles",
    )


def _find_faults(line: Asked, answers: list[Done], machines: list[_Machine]) -> Iterator[str]:
    plain = [
        Done(*(text.replace(str(machine.home), "~") for text in done[:2]), done.code)
        for done, machine in zip(answers, machines, strict=True)
    ]
    for done in plain:
        if (
            "Traceback" in done.stderr
            or "can't reach" in done.stderr
            or "You may not" in done.stderr
        ):
            yield f"{line} ends with {done.code}: {done.stderr[-500:]}"
    if plain[0] != plain[-1] and not {*line.words} & {*_TOLD_APART}:
        yield f"{line} answers the owner {plain[0]}, and who may only read {plain[-1]}"


def _find_waits(schema: Schema, machine: _Machine) -> Iterator[str]:
    """What a view says while a move holds the lock: the same."""
    line = Asked(("list", "--all"))
    free = machine.run(line)
    with _hold_lock(schema):
        held = machine.run(line)
    if held != free:
        yield f"while a move is recorded, {line} answers {held}"


PROOF = Proof(
    guarantee="G8",
    says="views write nothing on a server, need no right but to read, and wait for no move",
    counts="views",
    goal="0 written",
    tried=_tried,
    mutants=("a view that locks",),
    needs_server=True,
)
