"""G5 with a server: somebody who owns the database changes it behind the program's back, and a later command or doctor says so.

Two machines look: a witness, which has seen the ledger as it was, and a newcomer, which gets a copy for the first time. What was seen has to
be the same; what is new has to fit together. A newcomer can't know of a history that is whole.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from promisectl.compiled import postgresql
from promisectl.storage import codec
from tests.guarantees.harness import servers
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.servers import Schema
from tests.tools.fork_server import Done, shared

_REFUSED = 5
_VIEW = ("list", "--json")
_LATER = ("note", "1", "A word beside")
_ACTS_SQL = """SELECT act.*, entry.command, coalesce(promise.uid, act.person::text) AS about FROM act JOIN entry ON entry.id = act.entry
    LEFT JOIN promise ON promise.id = act.promise ORDER BY act.number"""
_CHANGES = {"bigint": "{} + 1", "text": "{} || ' '", "NULL": "NULL", "nothing": "''", "zero": "0"}


class Harm(NamedTuple):
    """Something that is done to a schema, how a newcomer may find it ("view", "doctor", or not at all), and whether a view of the witness has to.

    Where the database refuses it, nothing has happened.
    """

    name: str
    do: Callable[[Schema], object]
    newcomer: str = ""
    is_seen_at_once: bool = False


# What is done


def _run(sql: str) -> Callable[[Schema], object]:
    return lambda schema: schema.tamper(sql)


def _list_cells(schema: Schema) -> Iterator[Harm]:
    """Every column of some rows of every table, changed in every way that its type allows."""
    columns = schema.run(
        "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name <> 'head' ORDER BY table_name, ordinal_position"
    )
    keys = {table: _find_key(table) for table, *_ in columns}
    for table, column, kind, may_be_null in columns:
        ways = [kind, "zero" if kind == "bigint" else "nothing", *(["NULL"] if may_be_null else [])]
        for place in ("min", "max"):
            which = f'"{keys[table]}" = (SELECT {place}("{keys[table]}") FROM {table})'
            for way in ways:
                value = _CHANGES[way].format(f'"{column}"')
                sql = f'UPDATE {table} SET "{column}" = {value} WHERE {which} AND "{column}" IS DISTINCT FROM {value}'
                newcomer = "view" if table == "act" else ""
                yield Harm(f"{table}.{column} of the {place} becomes {value}", _run(sql), newcomer)


def _list_rows(schema: Schema) -> Iterator[Harm]:
    """Rows that are deleted or appear."""
    for table in postgresql.TABLES:
        key = _find_key(table)
        for place in ("min", "max"):
            which = f'"{key}" = (SELECT {place}("{key}") FROM {table})'
            yield Harm(
                f"the {place} row of {table} is deleted", _run(f"DELETE FROM {table} WHERE {which}")
            )
        names = [
            name
            for (name,) in schema.run(
                f"SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}'"
                " AND table_schema = current_schema() ORDER BY ordinal_position"
            )
        ]
        cells = [
            f'"{name}" + 1000'
            if name == key and table not in ("alias", "once")
            else f"\"{name}\" || 'x'"
            if name in (key, "uid")
            else f'"{name}"'
            for name in names
        ]
        which = f'"{key}" = (SELECT max("{key}") FROM {table})'
        yield Harm(
            f"a row of {table} appears again",
            _run(f"INSERT INTO {table} SELECT {', '.join(cells)} FROM {table} WHERE {which}"),
        )


def _find_key(table: str) -> str:
    return {
        "act": "number",
        "alias": "alias",
        "once": "key",
        "part": "promise",
        "series": "promise",
    }.get(table, "id")


def _rewrite_chain(place: Callable[[int], int], change: str) -> Callable[[Schema], object]:
    """Change an act, and write the chain again from there on, with the head."""

    def rewrite(schema: Schema) -> None:
        ((last,),) = schema.run("SELECT max(number) FROM act")
        number = place(last)
        schema.tamper(f"UPDATE act SET {change} WHERE number = {number}")
        hash_ = ""
        for act in _list_acts(schema):
            hash_ = codec.compute_act_hash(hash_, act["command"], _read_about(act), act)
            if act["number"] >= number:
                schema.tamper(f"UPDATE act SET hash = '{hash_}' WHERE number = {act['number']}")
        schema.run(f"UPDATE head SET hash = '{hash_}'")

    return rewrite


def _list_acts(schema: Schema) -> list[dict[str, Any]]:
    names = [
        name
        for (name,) in schema.run(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'act'"
            " AND table_schema = current_schema() ORDER BY ordinal_position"
        )
    ]
    return [
        dict(zip((*names, "command", "about"), row, strict=True)) for row in schema.run(_ACTS_SQL)
    ]


def _read_about(act: dict[str, Any]) -> object:
    return act["about"] if act["promise"] else act["person"]


_HEADS = (
    Harm(
        "the number of the head goes down",
        _run("UPDATE head SET number = number - 1"),
        "view",
        True,
    ),
    Harm(
        "the number of the head goes up", _run("UPDATE head SET number = number + 1"), "view", True
    ),
    Harm("the hash of the head is another", _run("UPDATE head SET hash = md5(hash)"), "view", True),
    Harm(
        "the head goes back, the acts stay",
        _run("UPDATE head SET (number, hash) = (SELECT number, hash FROM act WHERE number = 3)"),
        "view",
        True,
    ),
    Harm("the head is empty", _run("UPDATE head SET number = 0, hash = ''"), "", True),
    Harm("there is no head", _run("DELETE FROM head"), "view", True),
    Harm(
        "the step of the head is a later one", _run("UPDATE head SET step = step + 1"), "view", True
    ),
    Harm("the tables are gone", lambda schema: schema.copy_rows_from(None), "", True),
    Harm("the table of acts is another's", _run("ALTER TABLE act RENAME TO deeds"), "view", True),
)
_CHAINS = tuple(
    Harm(f"{what} of act {name}, with a whole new chain", _rewrite_chain(place, change), "", True)
    for name, place in (
        ("1", lambda _: 1),
        ("in the middle", lambda last: last // 2),
        ("that is the last", lambda last: last),
    )
    for what, change in (
        ("the text", "body = replace(replace(body, '{', '{\"text\":\"Other\",'), ',}', '}')"),
        ("the time", "at = '2026-11-01T08:00:00Z'"),
        ("the hand", "\"by\" = CASE \"by\" WHEN 'me' THEN 'them' ELSE 'me' END"),
    )
)
_GUARDS = (
    Harm("a trigger is dropped", _run("DROP TRIGGER act_is_never_changed ON act")),
    Harm(
        "a trigger is switched off",
        lambda schema: schema.run("ALTER TABLE act DISABLE TRIGGER act_is_never_deleted"),
    ),
    Harm(
        "a function does nothing",
        _run(
            "CREATE OR REPLACE FUNCTION act_is_the_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ),
    ),
    Harm("a CHECK is dropped", _run("ALTER TABLE entry DROP CONSTRAINT recorded_at_is_an_instant")),
    Harm("an index is dropped", _run("DROP INDEX person_handle")),
)


# What is found


class Trial:
    """A schema that is harmed again and again, and the machines that look at it."""

    def __init__(self, directory: Path, schema: Schema, mutant: str | None) -> None:
        self.schema, self._mutant = schema, mutant
        self._witness, self._newcomer = directory / "witness", directory / "newcomer"
        self._template = servers.find_template("full")
        self.found = {"command": 0, "doctor": 0, "refused": 0, "harmless": 0}

    def _ask(self, home: Path, *words: str) -> Done:
        environ = servers.environment_of(home, self.schema.address)
        return shared().run(words, env=environ, cwd=home, mutant=self._mutant)

    def try_harm(self, harm: Harm) -> list[str]:
        """What is wrong after some harm: that nobody says so, or that it is said badly."""
        import psycopg2

        self._template.lay(self._witness, self.schema, self.schema.address)
        before = self._read_all()
        try:
            harm.do(self.schema)
        except psycopg2.Error:
            self.found["refused"] += 1
            return []
        if harm not in _GUARDS and self._read_all() == before:
            self.found["harmless"] += 1
            return []
        faults = [
            *self._look(self._witness, "doctor", "the witness", must_be_view=harm.is_seen_at_once)
        ]
        if harm.newcomer:
            self._newcomer.mkdir(exist_ok=True)
            is_view = harm.newcomer == "view"
            faults += self._look(self._newcomer, harm.newcomer, "a newcomer", must_be_view=is_view)
        return [f"{harm.name}: {fault}" for fault in faults]

    def _read_all(self) -> list[Any]:
        tables = (
            table
            for table in servers.TABLES
            if self.schema.run(f"SELECT to_regclass('{table}')") != [(None,)]
        )
        return [
            (table, sorted(map(repr, self.schema.run(f"SELECT * FROM {table}"))))
            for table in tables
        ]

    def _look(self, home: Path, how: str, who: str, *, must_be_view: bool) -> Iterator[str]:
        said = [self._ask(home, *_VIEW)]
        if said[0].code == 0 and must_be_view:
            yield f"a view of {who} says nothing: {said[0].stdout[:200]}"
        if said[0].code == 0 and how == "doctor":
            said.append(self._ask(home, "doctor"))
        self.found["command" if said[0].code else "doctor"] += 1
        if not said[-1].code:
            yield f"nobody says so to {who}: {said[-1].stdout[-300:]}"
        for one in said:
            if "Traceback" in one.stderr or one.code not in (0, _REFUSED):
                yield f"{who} sees {one.code}: {one.stderr[-700:]}"


def _try_histories(trial: Trial, directory: Path) -> Iterator[str]:
    """Another ledger, one that went back, and one that went another way after it went back."""
    for name, template in (
        ("another ledger", "undone"),
        ("back to an earlier state", "full"),
        ("another way", "full"),
    ):
        witness = directory / "witness"
        servers.find_template("full").lay(witness, trial.schema, trial.schema.address)
        done = trial._ask(witness, *_LATER)
        assert done.code == 0, done
        other = servers.find_template(template)
        if name == "another way":
            third = directory / "third"
            other.lay(third, trial.schema, trial.schema.address)
            done = trial._ask(third, "note", "1", "Another word")
            assert done.code == 0, done
        else:
            trial.schema.copy_rows_from(other.schema)
        for words in (_VIEW, _LATER, ("log", "--limit", "1"), ("doctor",)):
            said = trial._ask(witness, *words)
            if said.code != _REFUSED or "Traceback" in said.stderr:
                yield f"{name}: {' '.join(words)} ends with {said.code}: {said.stdout[:200]} {said.stderr[-300:]}"
        trial.found["command"] += 1


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    with tempfile.TemporaryDirectory(prefix="tamper-") as root, servers.open_schema() as schema:
        directory = Path(root)
        trial = Trial(directory, schema, mutant)
        schema.copy_rows_from(servers.find_template("full").schema)
        cells, rows = [*_list_cells(schema)], [*_list_rows(schema)]
        acts = [harm for harm in cells if harm.newcomer]
        kinds: Sequence[Sequence[Harm]] = (cells, rows, _HEADS, _CHAINS, _GUARDS)
        harms = (
            acts[-6:]
            if mutant
            else [harm for kind in kinds for harm in (kind if size.whole else size.some(kind, 2))]
        )
        faults: list[str] = []
        for place, harm in enumerate(harms):
            step(place, len(harms))
            faults += trial.try_harm(harm)
            for home in (directory / "newcomer", directory / "witness"):
                shutil.rmtree(home, ignore_errors=True)
        if not mutant:
            faults += _try_histories(trial, directory)
    found = trial.found
    tried = len(harms) - found["harmless"]
    looks = found["command"] + found["doctor"]
    figures = f"{found['refused']} refused by the database; {looks} times a machine met one: {found['command']} found by any command, {found['doctor']} by doctor"
    return Found(tried, faults, figures)


PROOF = Proof(
    guarantee="G5",
    says="a ledger on a server can't be changed unseen by a machine that knows it",
    counts="ways to tamper",
    goal="0 silent",
    tried=_tried,
    mutants=("a copy without the chain",),
    needs_server=True,
)
