"""What a Python program reads with `promisectl.models` is what the commands print, and it can't write."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError
from sqlmodel import Session, SQLModel, col, delete, insert, select, update

from promisectl import errors, models
from promisectl.domain import constants
from promisectl.domain.person_acts import PersonVerb
from promisectl.domain.promise import Cause, Side, Verb
from promisectl.models import Act, Offer, Person, Promise, open_ledger
from promisectl.records import fields
from tests.conftest import Program
from tests.guarantees.g12_damaged_ledgers import build_whole_ledger
from tests.guarantees.harness.ledgers import crash
from tests.storage import test_random_walks as walks

LATER = "2026-12-02T10:00"
ZONES = ("Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")
RECORDS = {
    Promise: fields.IMPORT_RECORD_FIELDS,
    Act: fields.ACT_FIELDS,
    Person: fields.PERSON_FIELDS,
}
WRITES = {
    "an object that is added": lambda db: (db.add(Person(person="zoe")), db.commit()),
    "an object that is changed": lambda db: (
        setattr(db.exec(select(Promise)).first(), "outcome", "another"),
        db.commit(),
    ),
    "an object that is deleted": lambda db: (db.delete(db.get(Promise, 1)), db.flush()),
    "insert": lambda db: db.exec(insert(Act).values(id=99)),
    "update": lambda db: db.exec(update(Promise).values(state="kept")),
    "delete": lambda db: db.exec(delete(Act)),
    "SQL that changes a table": lambda db: db.connection().execute(
        text("UPDATE promise SET state = 'kept'")
    ),
    "SQL that changes the file": lambda db: db.connection().execute(
        text("PRAGMA user_version = 99")
    ),
    "a table of another program": lambda db: db.connection().execute(text("CREATE TABLE x (y)")),
}


@pytest.fixture
def lived(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Everything was said there that can be said."""
    program.ledger.parent.mkdir(parents=True)
    program.ledger.write_bytes(build_whole_ledger())
    program.ledger.chmod(0o600)
    monkeypatch.setenv("PROMISECTL_TODAY", LATER)
    return program


def list_files(home: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in sorted(home.rglob("*")) if one.is_file()}


def dump(rows: Any) -> list[dict[str, Any]]:
    return [row.model_dump(mode="json") for row in rows]


def read_as_printed(session: Session) -> dict[str, Any]:
    """What the session has, as `print_all` has it."""
    waiting = {row.person: row for row in session.exec(select(Person))}
    return {
        "list": dump(
            session.exec(select(Promise).where(Promise.state != "void").order_by(col(Promise.id)))
        ),
        "void": dump(
            session.exec(select(Promise).where(Promise.state == "void").order_by(col(Promise.id)))
        ),
        "log": dump(session.exec(select(Act).order_by(col(Act.id)))),
        "people": dump(waiting[name] for name in sorted(waiting)),
    }


def print_all(program: Program) -> dict[str, Any]:
    """What the commands print."""
    lists: dict[str, Any] = {
        "list": ["list", "--all"],
        "void": ["list", "--state", "void"],
        "log": ["log"],
        "people": ["people"],
    }
    printed = {name: json.loads(program.ok(*words, "--json")) for name, words in lists.items()}
    for name in ("list", "void"):
        printed[name].sort(key=lambda record: record["id"])
    printed["people"].sort(key=lambda record: record["person"])
    return printed


# The same as the commands print


def test_every_field_is_what_the_commands_print(lived: Program) -> None:
    with open_ledger() as session:
        found = read_as_printed(session)
    assert {name: len(rows) > 0 for name, rows in found.items()} == dict.fromkeys(found, True)
    assert found == print_all(lived)
    assert [*found["list"][0]] == [*fields.PROMISE_FIELDS, "offer"]


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), hours=st.integers(0, 24 * 40), zone=st.sampled_from(ZONES))
def test_whatever_was_recorded_is_read_as_it_is_printed(seed: int, hours: int, zone: str) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as place:
        path = os.path.join(place, "ledger.db")
        now = write_random_ledger(path, walks.Dice(seed))
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
            patch.setenv(name, place)
        patch.setenv("TZ", zone)
        patch.setenv("PROMISECTL_LEDGER", path)
        patch.setenv("PROMISECTL_TODAY", f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%MZ}")
        program = Program(Path(place), patch)
        with open_ledger() as session:
            assert read_as_printed(session) == print_all(program)


def write_random_ledger(path: str, dice: walks.Dice) -> datetime:
    """Record random commands, refused ones left out; return the moment of the last."""
    now = walks.START
    for promise in walks.PRELUDE:
        walks.perform(path, now, "make", [], promise)
    for _ in range(dice.randrange(5, 40)):
        now += timedelta(minutes=dice.choice((1, 90, 60 * 26)))
        name = dice.choice((*walks.SAID, "make"))
        words = dice.promise() if name == "make" else dice.words(name)
        with suppress(errors.Problem):
            walks.perform(path, now, name, [dice.randrange(1, 8)], words)
    return now


def test_the_moment_the_zone_and_the_ledger_are_those_of_the_program(
    lived: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "")
    (lived.home / "config" / "promisectl").mkdir(parents=True)
    config = lived.home / "config" / "promisectl" / "config.toml"
    config.write_text('zone = "Asia/Tokyo"\n')
    with open_ledger() as session:
        assert session.info == {
            "ledger": str(lived.ledger),
            "now": datetime(2026, 12, 2, 1, tzinfo=UTC),
            "zone": "Asia/Tokyo",
        }
        overdue = session.exec(select(Promise).where(col(Promise.flags).contains("overdue")))
        assert dump(overdue) == json.loads(lived.ok("list", "--overdue", "--json"))
    config.write_text("zone = 3\n")
    with pytest.raises(errors.BadConfig, match=r"promisectl config edit"), open_ledger():
        pass


def test_sql_by_hand_sees_the_public_views_at_the_same_moment(lived: Program) -> None:
    with open_ledger() as session:
        rows = session.connection().execute(text("SELECT id, waiting FROM moves")).all()
    printed = json.loads(lived.ok("moves", "--json"))
    assert sorted(map(tuple, rows)) == sorted((one["id"], one["waiting"]) for one in printed)
    assert rows


def test_a_session_sees_one_moment_and_keeps_nobody_from_the_ledger(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    with open_ledger() as session:
        program.ok("make", "Fix the bike", "--to", "lee")
        for end in (session.commit, session.rollback, session.close):
            assert session.exec(select(Promise.outcome)).all() == ["Send the numbers"]
            end()
    with open_ledger() as session:
        assert len(session.exec(select(Promise)).all()) == 2


def test_a_ledger_that_does_not_fit_into_memory_is_read_as_well(
    lived: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.connection, "MAX_MEMORY_BYTES", 1)
    with open_ledger() as session:
        assert read_as_printed(session) == print_all(lived)


# The types


def test_values_have_the_types_that_a_python_program_expects(program: Program) -> None:
    program.ok(
        *("make", "Send the numbers", "--to", "dana", "--by", "fri", "--agreed"),
        *("--tag", "work", "--tag", "q3"),
    )
    program.ok("make", "Fix it", "--from", "lee", "--by", "sat 17:00", "--reply-by", "wed")
    with open_ledger() as session:
        agreed, proposed = session.exec(select(Promise).order_by(col(Promise.id))).all()
        made = session.exec(select(Act).where(Act.act == "request")).one()
        dana = session.get(Person, "dana")
    assert isinstance(agreed.uid, UUID)
    assert agreed.due == agreed.first_due == date(2026, 11, 27)
    assert not isinstance(agreed.due, datetime)
    assert agreed.due_at == datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)
    assert (agreed.tags, agreed.flags, agreed.offer) == (("work", "q3"), (), None)
    assert (proposed.tags, proposed.due, proposed.reply_by) == (
        (),
        datetime(2026, 11, 28, 17, 0),  # noqa: DTZ001
        date(2026, 11, 25),
    )
    assert proposed.offer == Offer(
        revision=1,
        author="me",
        outcome="Fix it",
        due=proposed.due,
        done_when=None,
        why=None,
        reply_by=proposed.reply_by,
    )
    assert made.unsaid is False
    assert made.uid == proposed.uid
    assert dana
    assert (dana.owe, dana.next_due) == (1, agreed.due_at)


def test_queries_compare_with_values_of_these_types(lived: Program) -> None:
    records = json.loads(lived.ok("export", "--format", "json"))
    with open_ledger() as session:

        def find(condition: Any) -> list[int]:
            return sorted(session.exec(select(Promise.id).where(condition)))

        moment = datetime(2026, 11, 28, tzinfo=UTC)
        for given_, told in (
            (moment, "2026-11-28T00:00:00Z"),
            ("2026-11-28", "2026-11-28"),
        ):
            due = [one["id"] for one in records if one["due_at"] and one["due_at"] < told]
            assert find(col(Promise.due_at) < given_) == due != []
        day = [one["id"] for one in records if (one["due"] or "") >= "2026-12-05"]
        assert find(col(Promise.due) >= date(2026, 12, 5)) == day != []
        uid = records[0]["uid"]
        assert find(Promise.uid == UUID(uid)) == find(Promise.uid == uid) == [records[0]["id"]]
        tagged = [one["id"] for one in records if "garden" in one["tags"]]
        assert find(col(Promise.tags).contains("garden")) == tagged != []
        assert find(col(Promise.tags).contains("den")) == []
        offers = [one["id"] for one in records if one["offer"]]
        assert find(col(Promise.offer).is_not(None)) == offers != []
        with pytest.raises(StatementError, match="has no time zone"):
            find(col(Promise.due_at) < datetime(2026, 11, 28))  # noqa: DTZ001


def test_pandas_reads_a_query(lived: Program) -> None:
    pandas = pytest.importorskip("pandas")
    with open_ledger() as session:
        frame = pandas.read_sql(select(Promise), session.connection(), index_col="id")
    assert [*frame.columns] == [*fields.PROMISE_FIELDS[1:], "offer"]
    assert str(frame["made_at"].dtype).endswith("UTC]")
    assert len(frame) == len(json.loads(lived.ok("export", "--format", "json")))


# The contract


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_the_fields_are_those_of_the_records(kind: type[SQLModel]) -> None:
    assert tuple(kind.model_fields) == RECORDS[kind]
    assert [column.name for column in kind.__table__.columns] == [*RECORDS[kind]]


def test_the_words_of_a_field_are_those_of_the_domain() -> None:
    views = (Path(models.__file__).parent / "storage" / "views.sql").read_text("utf-8")
    verbs = dict.fromkeys([*Verb, *PersonVerb])
    words = {
        models.DirectionWord: constants.DIRECTIONS,
        models.StateWord: constants.STATES,
        models.CauseWord: tuple(Cause),
        models.SideWord: tuple(Side),
        models.VerbWord: tuple(verb for verb in verbs if verb != PersonVerb.MEET),
        models.Flag: tuple(re.findall(r"' ([a-z-]+)', ''\)", views)),
        models.NoticeWord: tuple(
            dict.fromkeys(re.findall(r"THEN '([a-z-]+)'", views.split("AS notice")[0]))
        ),
    }
    assert {kind: get_args(kind) for kind in words} == words


def test_the_public_names_are_these() -> None:
    assert sorted(models.__all__) == ["Act", "Offer", "Person", "Problem", "Promise", "open_ledger"]


def test_the_classes_share_nothing_with_those_of_other_programs() -> None:
    assert not {kind.__table__.name for kind in RECORDS} & {*SQLModel.metadata.tables}


def test_nothing_is_imported_before_it_is_needed() -> None:
    code = "import sys, promisectl; print(sorted(name for name in sys.modules if name.startswith('promisectl')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['promisectl']"
    code = "import sys, promisectl.models; print([name for name in ('typer', 'rich', 'dateutil') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Nothing is written


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_change_is_refused_with_the_way_out(lived: Program, write: Any) -> None:
    before = list_files(lived.home)
    with open_ledger() as session:
        with pytest.raises(errors.ReadOnly) as caught:
            write(session)
        assert str(caught.value) == (
            "A session only reads the ledger, so nothing was changed. "
            "Use the commands for changes: promisectl help all"
        )
        session.rollback()
        assert session.exec(select(Promise)).all()
    assert list_files(lived.home) == before


def test_reading_creates_nothing(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger() as session:
        assert [session.exec(select(kind)).all() for kind in RECORDS] == [[], [], []]
    with (
        pytest.raises(errors.MissingLedger, match=r"There is no ledger at .*typo\.db"),
        open_ledger(program.home / "typo.db"),
    ):
        pass
    monkeypatch.setenv("PROMISECTL_LEDGER", str(program.home / "other.db"))
    with open_ledger() as session:
        assert session.exec(select(Promise)).all() == []
    assert [*program.home.iterdir()] == []


def test_a_ledger_can_be_named(lived: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    lived.ledger.rename(lived.home / "other.db")
    monkeypatch.setenv("HOME", str(lived.home))
    for named in (lived.home / "other.db", "~/other.db"):
        with open_ledger(named) as session:
            assert session.get(Promise, 1)
    with pytest.raises(errors.BadPlace), open_ledger(""):
        pass


# The errors of the program


def test_what_is_no_ledger_is_refused_as_by_the_program(lived: Program) -> None:
    def change(statement: str) -> None:
        with closing(sqlite3.connect(lived.ledger, isolation_level=None)) as db:
            db.execute(statement)

    ways = {
        errors.NewerLedger: lambda: change("PRAGMA user_version = 99"),
        errors.WalModeLedger: lambda: change("PRAGMA journal_mode = WAL"),
        errors.DamagedLedger: lambda: change("DROP TABLE person"),
    }
    lived.ok("backup")
    for problem, damage in ways.items():
        lived.ledger.write_bytes(build_whole_ledger())
        damage()
        before = lived.ledger.read_bytes()
        with pytest.raises(problem) as caught, open_ledger():
            pass
        printed = lived("list", "--all", "--json").stderr
        assert json.loads(printed)["error"]["message"] == str(caught.value)
        assert json.loads(printed)["error"]["id"] == caught.value.id
        assert lived.ledger.read_bytes() == before
        (lived.ledger.parent / "ledger.db-wal").unlink(missing_ok=True)
        (lived.ledger.parent / "ledger.db-shm").unlink(missing_ok=True)
    lived.ledger.write_text("hello")
    with pytest.raises(models.Problem, match="not a ledger"), open_ledger():
        pass


def test_a_page_that_is_damaged_is_said_when_it_is_read(lived: Program) -> None:
    content = bytearray(lived.ledger.read_bytes())
    with closing(sqlite3.connect(lived.ledger)) as db:
        (size,) = db.execute("PRAGMA page_size").fetchone()
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'promise'").fetchone()
    content[(root - 1) * size : root * size] = b"\xff" * size
    lived.ledger.write_bytes(content)
    with open_ledger() as session, pytest.raises(errors.DamagedLedger, match="doctor"):
        session.exec(select(Promise)).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE promise SET uid = 'x' WHERE id = 1", "a value in it can't be read (“"),
        ("UPDATE promise SET due = 'soon' WHERE id = 8", "a value in it can't be read (“"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM person", "a person who is missing"),
    ],
)
def test_a_value_that_can_not_be_is_said(lived: Program, change: str, said: str) -> None:
    with closing(sqlite3.connect(lived.ledger)) as db:
        db.executescript(change)
    with open_ledger() as session, pytest.raises(errors.DamagedContent, match=re.escape(said)):
        session.exec(select(Promise)).all()


def test_what_a_dead_writer_left_is_rolled_back_as_by_the_program(lived: Program) -> None:
    printed = print_all(lived)
    crash(lived.ledger)
    with open_ledger() as session:
        assert read_as_printed(session) == printed


@pytest.mark.usefixtures("lived")
def test_the_errors_of_others_stay_theirs() -> None:
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table: theirs"),
        open_ledger(),
        closing(sqlite3.connect(":memory:")) as theirs,
    ):
        theirs.execute("SELECT * FROM theirs")
    with open_ledger() as session, pytest.raises(OperationalError, match="no such column"):
        session.connection().execute(text("SELECT mistyped FROM promises"))


# The guide


@pytest.mark.parametrize("topic", ["python", "spreadsheets"])
def test_the_examples_with_pandas_run(
    lived: Program, monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    pytest.importorskip("pandas")
    monkeypatch.chdir(lived.home)
    lived.ok("export", "-o", "promises.csv")
    page = (Path(models.__file__).parent / "guide" / f"{topic}.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    before = re.findall(r"```python run\n(.*?)```", page, flags=re.DOTALL)[:1]
    exec("\n".join((*before, block)), {})
