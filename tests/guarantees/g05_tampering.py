"""History can't be rewritten unseen: bytes, pages, letters, rows, acts and whole stretches are changed, and `doctor` has to say so."""

import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from promisectl import errors
from promisectl.commands import acts, bookkeeping, doctor, import_, make, people, undo
from promisectl.env import Env, OnceKey
from promisectl.storage import codec, repair
from tests.guarantees.harness.mutants import MUTANTS, program
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.storage.test_chain import REFUSED

RANDOM = 1_350
_LONGEST = 30  # seconds that an examination may take here
_OUTSIDE = 20  # every so many cases are put to the real program, too
_DAYS = 12
_TABLES = ("act", "entry", "person", "alias", "promise", "once", "sqlite_sequence")


class Case(NamedTuple):
    """One way to tamper: what is done, to whose file, in a sentence, and the seed or the place that lets one do it again."""

    kind: str
    says: str
    do: Callable[[Path], None]
    expect: str = ""


class Outcome(NamedTuple):
    """What became of a case: `found`, `harmless`, `refused`, or `silent` and worse, with why."""

    kind: str
    how: str
    why: str = ""


# The ledger


def world(path: Path, day: int, key: str = "") -> Env:
    """Somebody at work on a day."""
    environ = {
        "TZ": "Europe/Berlin",
        "HOME": str(path.parent),
        "XDG_STATE_HOME": str(path.parent / "state"),
        "PROMISECTL_LEDGER": str(path),
    }
    today = f"{datetime(2026, 11, 23, 10, tzinfo=UTC) + timedelta(days=day):%Y-%m-%dT%H:%MZ}"
    streams = io.StringIO(), io.StringIO(), io.StringIO()
    return Env(
        environ, streams, ledger=str(path), today=today, once=OnceKey(key, key) if key else None
    )


def lived(path: Path, younger: Path) -> None:
    """A ledger of some days, in which all sorts of things were said, and a copy of what it was before the last two."""
    days = _DAYS
    for day in range(days):
        if day == days - 2:
            shutil.copyfile(path, younger)
        one, two = str(2 * day + 1), str(2 * day + 2)
        make.make(
            world(path, day),
            f"Send the numbers of day {day}",
            to=[("dana", "lee", "kim")[day % 3]],
            by="in 4 days",
            agreed=True,
        )
        make.make(
            world(path, day, f"key {day}"),
            "Lend the drill",
            to=["ada"],
            asked=True,
            why="the shelf",
            tag=["tools"],
        )
        bookkeeping.note(world(path, day), one, f"a word on day {day}")
        if day % 2:
            risk, no_to = "my brother has it", "drilling on Saturday"
            acts.negotiate(world(path, day), two, by="in 9 days", risk=risk, no_to=no_to)
            acts.accept(world(path, day), [two])
        if day % 3 == 0:
            acts.complete(world(path, day, f"done {day}"), [one])
            undo.undo(world(path, day))
        if day % 4 == 1:
            people.alias(world(path, day), "dana" if day < 4 else "lee", f"name {day}")
    people.rename(world(path, days), "kim", "kimberley")
    people.merge(world(path, days), "kimberley", "lee")
    undo.undo(world(path, days))
    undo.redo(world(path, days))
    file = path.with_name("found.csv")
    file.write_text(
        "direction,person,outcome,state,closed_at\nowed,max,Paint the door,reneged,2026-11-20\n",
        "utf-8",
    )
    import_.import_(world(path, days), str(file))
    file.unlink()


def head(path: Path) -> str:
    """The hash of the newest act."""
    return str(_asked(path, "SELECT hash FROM act ORDER BY number DESC LIMIT 1")[0][0])


def _asked(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def content(path: Path) -> Any:
    """All that the file says, whatever bytes it says it in; None where it can't be read."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            db.text_factory = bytes
            schema = db.execute(
                "SELECT type, name, sql FROM sqlite_schema ORDER BY name"
            ).fetchall()
            names = [name.decode() for kind, name, _ in schema if kind == b"table"]
            rows = [
                sorted(db.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names
            ]
            return (
                schema,
                rows,
                [
                    db.execute(f"PRAGMA {name}").fetchone()
                    for name in ("user_version", "application_id", "encoding")
                ],
            )
    except (sqlite3.Error, UnicodeDecodeError):
        return None


# Random faults


def _bytes(seed: int, whole: Path) -> Case:
    """A fault of the disk, or of somebody with an editor: its kind and place come from the seed."""
    dice = random.Random(seed)
    data = whole.read_bytes()
    page = int.from_bytes(data[16:18], "big")
    pages = len(data) // page
    kind = dice.choices(
        ("byte", "bit", "burst", "zeroed", "swapped", "copied", "cut", "letter", "longer"),
        (30, 25, 10, 6, 6, 4, 6, 12, 1),
    )[0]
    at, other = dice.randrange(len(data)), dice.randrange(len(data))
    first, second = (spot // page * page for spot in (at, other))
    changed = bytearray(data)
    if kind == "byte":
        changed[at] ^= dice.randrange(1, 256)
    elif kind == "bit":
        changed[at] ^= 1 << dice.randrange(8)
    elif kind == "burst":
        end = min(at + dice.randrange(2, 600), len(data))
        changed[at:end] = dice.randbytes(end - at)
    elif kind == "zeroed":
        changed[first : first + page] = bytes(page)
    elif kind == "swapped":
        changed[first : first + page], changed[second : second + page] = (
            data[second : second + page],
            data[first : first + page],
        )
    elif kind == "copied":
        changed[first : first + page] = data[second : second + page]
    elif kind == "cut":
        del changed[at if dice.random() < 0.5 else first :]
    elif kind == "letter":
        at = dice.choice(
            [spot for spot, byte in enumerate(data) if chr(byte).isalnum() and byte < 128]
        )
        changed[at] = ord(
            dice.choice("abcdefghijklmnopqrstuvwxyz0123456789".replace(chr(data[at]), ""))
        )
    else:
        changed += dice.randbytes(dice.randrange(1, 2 * page))
    return Case(
        kind,
        f"{kind} with seed {seed} at {at} of {len(data)} ({pages} pages)",
        partial(_write, data=bytes(changed)),
    )


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


# Rows


def _edits(whole: Path) -> Iterator[Case]:
    """Every column of every row changed by one letter or number, and every row but those of keys taken away."""
    with closing(sqlite3.connect(whole)) as db:
        for table in _TABLES:
            key = {"alias": "alias", "once": "key", "entry": "id", "act": "number"}.get(
                table, "rowid"
            )
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            for row in db.execute(f"SELECT {key}, * FROM {table}").fetchall():
                for name, value in zip(names, row[1:], strict=True):
                    wish = _other(value, names.index(name) + row[1:].index(value))
                    where = f"UPDATE {table} SET {name} = ? WHERE {key} = ?"
                    yield Case(
                        f"column of {table}",
                        f"{where} with {(wish, row[0])!r}",
                        partial(_forced, statement=where, values=(wish, row[0])),
                    )
                if table != "once":
                    where = f"DELETE FROM {table} WHERE {key} = ?"
                    yield Case(
                        f"row of {table}",
                        f"{where} with {row[0]!r}",
                        partial(_forced, statement=where, values=(row[0],)),
                    )


def _other(value: Any, place: int) -> Any:
    """Nearly the same: one letter is another, or the number is the next."""
    if isinstance(value, int):
        return value + 1
    if not value:
        return "x" if value == "" else 1 + place if value is None and place % 2 else "x"
    at = place % len(value)
    letter = value[at]
    return f"{value[:at]}{'1' if letter in '023456789' else '2' if letter == '1' else 'b' if letter == 'a' else 'a'}{value[at + 1 :]}"


def _forced(path: Path, statement: str, values: tuple[Any, ...]) -> None:
    """What somebody does who takes the guards away and puts them back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("PRAGMA ignore_check_constraints = ON")
        guards = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid"
        ).fetchall()
        db.execute("BEGIN")
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        try:
            db.execute(statement, values)
        except (
            sqlite3.IntegrityError
        ) as error:  # of another type, or taken: the table itself says no
            raise Refused from error
        for _, made in guards:
            db.execute(made)
        db.execute("COMMIT")


class Refused(Exception):
    """The database did not let it happen."""


# What somebody does who knows how it works


def _schema(whole: Path) -> Iterator[Case]:
    for name, made in _asked(
        whole,
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
    ):
        at = len(made) * 2 // 3
        changed = f"{made[:at]}{'b' if made[at] == 'a' else 'a'}{made[at + 1 :]}"
        yield Case(
            "schema",
            f"another letter at {at} of what made {name}",
            partial(_rewritten, name=name, made=changed),
        )
    for kind, name in _asked(
        whole,
        "SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'trigger', 'index') AND sql IS NOT NULL",
    ):
        yield Case("schema", f"DROP {kind} {name}", partial(_done, script=f"DROP {kind} {name}"))


def _rewritten(path: Path, name: str, made: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (made, name))


def _done(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(script)


def _knowing(whole: Path, younger: Path) -> Iterator[Case]:
    """Cases that always have to be tried: some are seen by one check alone."""
    last = _asked(whole, "SELECT max(number), max(entry) FROM act")[0]
    guards = dict(_asked(whole, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))

    def forced(kind: str, script: str, expect: str = "") -> Case:
        names = " ".join(f"DROP TRIGGER {name};" for name in guards)
        again = ";".join(guards.values())
        return Case(kind, script, partial(_done, script=f"{names} {script}; {again}"), expect)

    note = _asked(whole, "SELECT number FROM act WHERE verb = 'note' ORDER BY number LIMIT 1")[0][0]
    yield forced(
        "a word of a note",
        f"UPDATE act SET body = replace(body, 'a word', 'a sword') WHERE number = {note}",
    )
    yield forced(
        "when a note was said", f"UPDATE act SET at = '2026-11-23T09:59:59Z' WHERE number = {note}"
    )
    yield forced(
        "an act hashed again",
        f"UPDATE act SET body = replace(body, 'a word', 'a sword'), hash = upper(hash) WHERE number = {note}",
    )
    yield Case(
        "an act hashed again, rightly",
        f"act {note}",
        partial(_hashed_again, number=note, whole=False),
    )
    yield Case(
        "all acts hashed again",
        f"from act {note}",
        partial(_hashed_again, number=note, whole=True),
        head(whole),
    )
    yield forced("the last act", f"DELETE FROM act WHERE number = {last[0]}")
    yield forced(
        "the last command",
        f"DELETE FROM act WHERE entry = {last[1]}; DELETE FROM entry WHERE id = {last[1]}",
    )
    yield Case(
        "the last command, without a trace",
        f"command {last[1]}",
        partial(_cut, entry=last[1]),
        head(whole),
    )
    yield Case("an older copy", "of two days before", partial(_put, other=younger), head(whole))
    yield forced("a promise", "UPDATE promise SET outcome = 'Send the figures' WHERE id = 1")
    yield forced("a state", "UPDATE promise SET state = 'kept' WHERE id = 1")
    yield forced(
        "two numbers",
        "UPDATE act SET promise = 3 - promise WHERE promise IN (1, 2); UPDATE promise SET id = -id WHERE id IN (1, 2); UPDATE promise SET id = 3 + id WHERE id < 0",
    )
    yield forced("an act of another", f"UPDATE act SET promise = promise + 1 WHERE number = {note}")
    yield forced("a handle", "UPDATE person SET handle = 'danny' WHERE handle = 'dana'")
    yield forced("an alias", "INSERT INTO alias VALUES ('boss', 1)")
    yield forced("a person", "INSERT INTO person (handle, name) VALUES ('eve', 'Eve')")
    yield forced(
        "a promise that was never made",
        "INSERT INTO promise (uid, direction, state, outcome, revision, revisions, renegotiated, made_at, contact_at) VALUES ('x', 'self', 'active', 'Run', 1, 1, 0, '2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z')",
    )
    yield forced("an undo", "UPDATE entry SET undone_by = NULL WHERE undone_by")
    yield forced("an undo that was not", "UPDATE entry SET undone_by = 5 WHERE id = 4")
    yield forced("a command", "UPDATE entry SET command = 'complete' WHERE id = 3")
    yield forced("a key", "UPDATE once SET key = 'other' WHERE key = 'key 3'")
    yield forced(
        "an answer",
        "UPDATE once SET answer = replace(answer, 'drill', 'frill') WHERE key = 'key 3'",
    )
    yield Case(
        "a guard of somebody",
        "a trigger",
        partial(_done, script="CREATE TRIGGER t AFTER INSERT ON act BEGIN SELECT 1; END"),
    )
    schema = whole.read_bytes().replace(
        b"CREATE INDEX act_of_entry", b"CREATE I\xefDEX act_of_entry"
    )
    yield Case("schema", "a letter of what made act_of_entry is none", partial(_write, data=schema))
    yield Case("the schema step", "0", partial(_done, script="PRAGMA user_version = 0"))
    yield Case("the name of the file", "0", partial(_done, script="PRAGMA application_id = 0"))


def _hashed_again(path: Path, number: int, *, whole: bool) -> None:
    """A note says something else, and its hash fits; those after it as well, where `whole`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        db.execute(
            "UPDATE act SET body = replace(body, 'a word', 'a sword') WHERE number = ?", (number,)
        )
        query = "SELECT act.*, command, uid FROM act JOIN entry ON entry.id = act.entry LEFT JOIN promise ON promise.id = act.promise ORDER BY number"
        before = ""
        for row in db.execute(query).fetchall():
            hash_ = codec.compute_act_hash(before, row["command"], row["uid"] or row["person"], row)
            if row["number"] == number or (whole and row["number"] > number):
                db.execute("UPDATE act SET hash = ? WHERE number = ?", (hash_, row["number"]))
            before = hash_
            if row["number"] == number and not whole:
                break
        for _, made in guards:
            db.execute(made)
        if whole:  # so that nothing but the head tells
            for row in db.execute(
                "SELECT *, (SELECT hash FROM act WHERE act.entry = once.entry ORDER BY number DESC) AS head FROM once"
            ).fetchall():
                kept = codec.encode_answer(
                    codec.decode_answer(row["answer"]),
                    row["head"],
                    row["key"],
                    row["entry"],
                    row["request"],
                )
                db.execute("UPDATE once SET answer = ? WHERE key = ?", (kept, row["key"]))


def _cut(path: Path, entry: int) -> None:
    """The newest command goes, and every row is as if it had never been."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        for statement in (
            "DELETE FROM once WHERE entry = ?",
            "DELETE FROM act WHERE entry = ?",
            "DELETE FROM entry WHERE id = ?",
        ):
            db.execute(statement, (entry,))
        db.execute("BEGIN")
        repair.rebuild_rows(db)
        db.execute("COMMIT")
        for name, made in guards:
            db.execute(f"DROP TRIGGER IF EXISTS {name}")
            db.execute(made)


def _put(path: Path, other: Path) -> None:
    shutil.copyfile(other, path)


def _statements() -> Iterator[tuple[str, str]]:
    for recursive in ("ON", "OFF"):
        for foreign in ("ON", "OFF"):
            for name, statement in REFUSED.items():
                yield (
                    f"{name}, recursive_triggers {recursive}, foreign_keys {foreign}",
                    f"PRAGMA recursive_triggers = {recursive}; PRAGMA foreign_keys = {foreign}; {statement}",
                )


# Trying


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Every case on a copy of its own."""
    with tempfile.TemporaryDirectory(prefix="tampering-") as place:
        whole, younger = Path(place, "whole.db"), Path(place, "younger.db")
        lived(whole, younger)
        faults = [*_not_well(whole, mutant)]
        cases = [
            *_knowing(whole, younger),
            *size.some([*_schema(whole)]),
            *size.some([*_edits(whole)]),
        ]
        cases += [_bytes(size.seed + number, whole) for number in range(size.of(RANDOM))]
        refused = size.some([*_statements()], least=len(REFUSED))
        outcomes: Counter[str] = Counter()
        initial = MUTANTS[mutant] if mutant else _unchanged
        with ProcessPoolExecutor(2 if size.whole else 1, get_context("fork"), initial) as pool:
            attempts = [(number, case, whole, mutant) for number, case in enumerate(cases)]
            for number, (case, outcome) in enumerate(
                zip(cases, pool.map(_attempted, attempts, chunksize=8), strict=True)
            ):
                outcomes[outcome.how] += 1
                if outcome.how not in ("found", "harmless", "refused"):
                    faults.append(
                        f"{outcome.how}: {case.kind}: {case.says}{f' ({outcome.why})' if outcome.why else ''}"
                    )
                step(number, len(cases) + len(refused))
        for number, (name, script) in enumerate(refused):
            faults += _let_through(whole, name, script)
            step(len(cases) + number, len(cases) + len(refused))
        outcomes["refused"] += len(refused)
        figures = ", ".join(f"{outcomes[how]:,} {how}" for how in ("found", "harmless", "refused"))
        return Found(len(cases) + len(refused), faults, figures)


def _unchanged() -> None:
    """The program as it is."""


def _not_well(whole: Path, mutant: str | None) -> Iterator[str]:
    """The ledger that nobody touched has to be well, also with the head that it had."""
    done = _program(whole, mutant, head(whole))
    if done.returncode or "All is well" not in done.stderr:
        yield f"silent: a ledger that is well is not said to be: {done.stdout}{done.stderr}"


def _program(path: Path, mutant: str | None, expect: str) -> subprocess.CompletedProcess[str]:
    environ = {
        "HOME": str(path.parent),
        "TZ": "Europe/Berlin",
        "PROMISECTL_TODAY": "2026-12-24T10:00",
        "PROMISECTL_LEDGER": str(path),
    }
    words = ["doctor", *(["--expect", expect] if expect else [])]
    return subprocess.run(
        program(words, mutant),
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=_LONGEST,
    )


def _attempted(attempt: tuple[int, Case, Path, str | None]) -> Outcome:
    """Tamper with a copy, and ask the doctor."""
    number, case, whole, mutant = attempt
    with tempfile.TemporaryDirectory(prefix="tampering-") as place:
        path = Path(place, "ledger.db")
        shutil.copyfile(whole, path)
        os.chmod(path, 0o600)
        try:
            case.do(path)
        except Refused:
            return Outcome(case.kind, "refused")
        before = path.read_bytes()
        if before == whole.read_bytes():
            return Outcome(case.kind, "harmless")
        code, why = _asked_inside(path, case.expect)
        if path.read_bytes() != before or [*Path(place).iterdir()] != [path]:
            return Outcome(case.kind, "written", "doctor wrote")
        if code == errors.LedgerError.exit_code and number % _OUTSIDE == 0:
            code, why = _asked_outside(path, mutant, case.expect)
        if code == errors.LedgerError.exit_code:
            return Outcome(case.kind, "found")
        if code == 0:
            return Outcome(
                case.kind, "harmless" if content(path) == content(whole) else "silent", why
            )
        return Outcome(case.kind, "badly told", f"exit {code}: {why}")


def _asked_inside(path: Path, expect: str) -> tuple[int, str]:
    env = world(path, 31)
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(_LONGEST)
    try:
        code = doctor.doctor(env, expect=expect or None)
    except errors.Problem as problem:
        return problem.exit_code, str(problem)
    except Exception as error:  # noqa: BLE001 (a traceback is what must not be)
        return 1, repr(error)
    finally:
        signal.alarm(0)
    return code, env.stderr().getvalue()  # type: ignore[attr-defined]


def _too_long(*_: object) -> None:
    raise TimeoutError


def _asked_outside(path: Path, mutant: str | None, expect: str) -> tuple[int, str]:
    done = _program(path, mutant, expect)
    told = (
        done.stderr.rstrip().endswith((".", "--fix", "--rebuild", "promisectl doctor"))
        and "Traceback" not in done.stderr
    )
    return done.returncode if told else 1, done.stderr


def _let_through(whole: Path, name: str, script: str) -> Iterator[str]:
    """What the database itself has to refuse."""
    path = whole.with_name("refused.db")
    shutil.copyfile(whole, path)
    try:
        _done(path, script)
    except sqlite3.IntegrityError:
        pass
    else:
        yield f"silent: the database lets it happen: {name}"
    if content(path) != content(whole):
        yield f"silent: refused, and done all the same: {name}"


PROOF = Proof(
    "G5",
    "history can't be rewritten unseen",
    "ways to tamper",
    "0 silent",
    tried,
    ("without the chain", "rows not rebuilt"),
)
