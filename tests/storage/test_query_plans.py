"""What is asked at every look and every move costs the same however much is closed: by the plans of SQLite, and by its steps."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from promisectl.compiled import sql
from promisectl.storage import journal, queries
from tests.bench import ledgers
from tests.cli.series_files import import_series
from tests.conftest import Program

_FEW, _MANY = 1_200, 4_800  # completion looks at the newest thousand, however few there are
_SAME = 1.2
_FLAT = (
    ("moves",),
    ("moves", "--waiting", "warned"),
    ("owe",),
    ("owed",),
    ("list",),
    ("list", "--tag", "work"),
    ("owe", "--with", "lee-1"),
    ("owe", "--overdue"),
    ("status",),
    ("week",),
    ("show", "ACTIVE"),
    ("log", "ACTIVE"),
    ("message", "ACTIVE"),
    ("log", "--limit", "5"),
    ("make", "Something", "--to", "lee-1", "--by", "fri"),
    ("make", "Something", "--from", "lee-1", "--by", "fri"),
    ("make", "Something", "--to", "me"),
    ("note", "ACTIVE", "a word"),
    ("complete", "ACTIVE"),
    ("undo",),
    ("redo",),
    ("person", "alias", "lee-1", "boss"),
    ("completion", "zsh", "--", "show", ""),
    ("completion", "zsh", "--", "complete", ""),
    ("completion", "zsh", "--", "list", "--tag", ""),
    ("completion", "zsh", "--", "make", "x", "--to", ""),
)
_WHOLE = (
    ("list", "--all"),
    ("list", "--all", "--sort", "person"),
    ("list", "--all", "--search", "report"),
    ("list", "--tag", "work", "--all"),
    ("owed", "--all"),
    ("list", "--state", "kept"),
    ("export", "--search", "report", "--sort", "made"),
)
_BOUNDED = (
    re.compile(r"SCAN (person|alias)\b"),  # a person knows some hundreds of people
    re.compile(r"SCAN act USING INDEX act_of_person"),  # and said as little about them
    re.compile(
        r"SCAN (p|promise) USING INDEX promise_(open|untold)"
    ),  # what is open, and what is still to tell
    re.compile(
        r"SCAN (\(?subquery-\d+\)?|\(?join-\d+\)?|CONSTANT ROW|temp\.answer|answer)"
    ),  # what an inner query has found
)
# By number from the newest on, and no further than the first rows are taken.
_NEWEST_FIRST = re.compile(r"ORDER BY (act\.number|entry\.id|id) DESC( LIMIT \d+.*)?$", re.DOTALL)
_ROW_BY_ROW, _ALL = "SEARCH p USING INTEGER PRIMARY KEY (rowid>?)", "id > 0"
_KEPT = "CREATE TEMP TABLE answer AS "
_FIRST_TAKEN = ("act", "a", "entry", "entry USING INDEX entry_live")


class _Watched:
    """What SQLite is asked by the program, and how many steps it takes for that."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.statements: dict[str, None] = {}
        self.steps = 0
        patch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=self._connection()))

    def _connection(self) -> type[sqlite3.Connection]:
        watch = self

        class Connection(sqlite3.Connection):
            def __init__(self, *words: Any, **more: Any) -> None:
                super().__init__(*words, **more)
                self.set_trace_callback(watch.heard)
                self.set_progress_handler(watch.step, 1)

        return Connection

    def heard(self, statement: str) -> None:
        """Called by SQLite with every statement that it begins."""
        asked = statement.removeprefix(_KEPT)
        if asked.startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")):
            self.statements[asked] = None

    def step(self) -> int:
        """Called by SQLite at every step."""
        self.steps += 1
        return 0


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A ledger of so many promises, of which as many are open in each."""
    place = tmp_path_factory.mktemp("ledgers")
    return lambda size: Path(ledgers.made(size, str(place / f"{size}.db")))


def _asked(program: Program, ledger: Path, words: tuple[str, ...]) -> _Watched:
    """A command, watched, in a copy of a ledger in which the last command was an undo where it is to be taken back."""
    program.ledger.parent.mkdir(parents=True, exist_ok=True)
    program.ledger.write_bytes(ledger.read_bytes())
    active = program.ok("owe", "--with", "lee-1", "--csv") + program.ok("owe", "--csv")
    number = next(line.split(",")[0] for line in active.splitlines() if ",owe,active," in line)
    if words == ("redo",):
        program.ok("undo")
    with pytest.MonkeyPatch.context() as patch:
        watched = _Watched(patch)
        program.ok(*(number if word == "ACTIVE" else word for word in words), width=100)
    return watched


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that knows the functions which the statements call."""
    db = sqlite3.connect(path)
    queries.define_name_order(db)
    return db


def _scans(db: sqlite3.Connection, statement: str) -> Iterator[str]:
    for *_, step in db.execute(f"EXPLAIN QUERY PLAN {statement}"):
        first = step.removeprefix("SCAN ") in _FIRST_TAKEN and _NEWEST_FIRST.search(
            statement.rstrip(" )")
        )
        through = step.startswith("SCAN") or (step == _ROW_BY_ROW and _ALL in statement)
        if through and not first and not any(one.match(step) for one in _BOUNDED):
            yield step


@pytest.mark.parametrize("words", _FLAT, ids=" ".join)
def test_no_statement_of_what_is_said_daily_goes_through_a_whole_table(
    program: Program, kept: Callable[[int], Path], words: tuple[str, ...]
) -> None:
    watched = _asked(program, kept(_FEW), words)
    assert watched.statements
    with closing(_connect(program.ledger)) as db:
        assert {one: found for one in watched.statements if (found := [*_scans(db, one)])} == {}


@pytest.mark.parametrize("words", _FLAT, ids=" ".join)
def test_four_times_as_many_promises_take_no_more_steps(
    program: Program, kept: Callable[[int], Path], words: tuple[str, ...]
) -> None:
    few, many = (_asked(program, kept(size), words).steps for size in (_FEW, _MANY))
    assert few
    assert (
        many <= _SAME * few + 3_000
    )  # some promises are open in one ledger and not in the other, and a few more people are known


@pytest.mark.parametrize(
    "words", [("owe",), ("moves",), ("show", "50"), ("review",), ("digest",)], ids=" ".join
)
def test_a_series_is_found_by_its_indexes(program: Program, words: tuple[str, ...]) -> None:
    import_series(program, count=100, days=1, first=date(2026, 11, 1))
    for number in range(4):
        import_series(program, f"Task {number}", count=100, state="kept")
    with pytest.MonkeyPatch.context() as patch:
        watched = _Watched(patch)
        program.ok(*words, width=100)
    with closing(_connect(program.ledger)) as db:
        read = [one for one in watched.statements if re.search(r"\bseries\b", one)]
        assert {one: found for one in read if (found := [*_scans(db, one)])} == {}
    assert read


_WITH_LINKS = (
    *(("moves",), ("status",), ("owe",), ("owed",), ("list",)),
    *(("show", "ACTIVE"), ("show", "BIGGER"), ("note", "BIGGER", "a word")),
    *(("list", "--part-of", "BIGGER"), ("list", "--asked-with", "BIGGER")),
    *(("part", "ACTIVE", "--of", "BIGGER"), ("make", "It", "--to", "me", "--part-of", "BIGGER")),
)


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A ledger of so many promises, of which every tenth is a part of an earlier one."""
    place = tmp_path_factory.mktemp("linked")
    return lambda size: Path(ledgers.linked(size, str(place / f"{size}.db")))


def _ask_about_bigger(program: Program, ledger: Path, words: tuple[str, ...]) -> _Watched:
    """A command, watched, about the newest promise that is open and has a part."""
    with closing(sqlite3.connect(ledger)) as db:
        (bigger,) = db.execute(
            "SELECT max(bigger) FROM part JOIN promise ON promise.id = bigger"
            " WHERE state IN ('proposed', 'active')"
        ).fetchone()
    assert bigger
    return _asked(program, ledger, tuple(str(bigger) if w == "BIGGER" else w for w in words))


@pytest.mark.parametrize("words", _WITH_LINKS, ids=" ".join)
def test_links_among_what_is_closed_cost_nothing(
    program: Program, linked: Callable[[int], Path], words: tuple[str, ...]
) -> None:
    few = _ask_about_bigger(program, linked(_FEW), words)
    with closing(_connect(program.ledger)) as db:
        assert {one: found for one in few.statements if (found := [*_scans(db, one)])} == {}
    many = _ask_about_bigger(program, linked(_MANY), words)
    assert many.steps <= _SAME * few.steps + 3_000


def test_a_digest_of_one_person_reads_the_acts_of_their_promises_alone(
    program: Program, kept: Callable[[int], Path]
) -> None:
    words = ("digest", "--since", "2020-01-01")
    everybody = _asked(program, kept(_FEW), words).statements
    of_one = _asked(program, kept(_FEW), (*words, "--with", "lee-1")).statements
    histories = [
        sum("FROM act" in one and "act.promise = " in one for one in statements)
        for statements in (everybody, of_one)
    ]
    theirs = program.ok("list", "--all", "--with", "lee-1", "--plain").splitlines()
    assert histories[0] > 2 * histories[1]
    assert histories[1] <= 2 * len(theirs)  # once for what happened, once for changed dates


@pytest.mark.parametrize("words", _WHOLE, ids=" ".join)
def test_what_looks_at_every_promise_takes_them_as_they_lie(
    program: Program, kept: Callable[[int], Path], words: tuple[str, ...]
) -> None:
    """By an index, it would jump from one to the next, which takes three times as long."""
    watched = _asked(program, kept(_FEW), words)
    with closing(_connect(program.ledger)) as db:
        plans = [
            step
            for one in watched.statements
            if "temp." not in one
            for *_, step in db.execute(f"EXPLAIN QUERY PLAN {one}")
        ]
    assert _ROW_BY_ROW in plans
    assert not [step for step in plans if re.match(r"SCAN (p|promise) USING INDEX", step)]


@pytest.mark.parametrize(
    "words",
    [("make", "Something", "--to", "lee-1"), ("complete", "ACTIVE"), ("note", "ACTIVE", "a word")],
    ids=" ".join,
)
def test_what_is_written_builds_no_table_for_what_the_ledger_demands_of_it(
    program: Program, kept: Callable[[int], Path], words: tuple[str, ...]
) -> None:
    """SQLite would for every list of more than two values, at every row, which takes as long as to write it."""
    watched = _asked(program, kept(_FEW), words)
    written = [
        one
        for one in watched.statements
        if re.match(r"INSERT INTO (act|promise)\b|UPDATE promise\b", one)
    ]
    assert written
    with closing(sqlite3.connect(program.ledger)) as db:
        steps = [step[1] for one in written for step in db.execute(f"EXPLAIN {one}")]
    assert {"MakeRecord", "HaltIfNull"} <= {*steps}
    assert "OpenEphemeral" not in steps


@pytest.mark.parametrize(
    "words", [("note", "ACTIVE", "a word"), ("tag", "ACTIVE", "x")], ids=" ".join
)
def test_what_is_in_no_index_leaves_the_indexes_alone(
    program: Program, kept: Callable[[int], Path], words: tuple[str, ...]
) -> None:
    watched = _asked(program, kept(_FEW), words)
    (written,) = [one for one in watched.statements if one.startswith("UPDATE promise")]
    with closing(sqlite3.connect(program.ledger)) as db:
        steps = [step[1] for step in db.execute(f"EXPLAIN {written}")]
    assert "Insert" in steps
    assert not {"IdxInsert", "IdxDelete"} & {*steps}


def test_the_updates_leave_out_what_no_act_changes_and_what_is_in_an_index() -> None:
    for statement, columns in (
        (sql.UPDATE_PROMISE_STATE, journal._FIXED_COLUMNS),
        (sql.UPDATE_PROMISE_TEXTS, journal._FIXED_COLUMNS | journal._INDEXED_COLUMNS),
    ):
        left_out = {*re.findall(r":(\w+)", sql.UPDATE_PROMISE)} - {
            *re.findall(r":(\w+)", statement)
        }
        assert left_out == columns


def test_four_times_as_many_promises_take_four_times_the_steps_to_rebuild(
    program: Program, kept: Callable[[int], Path]
) -> None:
    def rebuild(size: int) -> int:
        program.ledger.parent.mkdir(parents=True, exist_ok=True)
        program.ledger.write_bytes(kept(size).read_bytes())
        with closing(sqlite3.connect(program.ledger)) as db, db:
            db.execute("UPDATE promise SET revisions = revisions + 1")
        with pytest.MonkeyPatch.context() as patch:
            watched = _Watched(patch)
            program.ok("doctor", "--rebuild")
        return watched.steps

    assert rebuild(800) < 4.5 * rebuild(200)
