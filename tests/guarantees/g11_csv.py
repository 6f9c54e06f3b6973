"""G11: CSV is lossless, holds no live formula, and a bad file is refused whole.

Rows full of hostile cells go in, out, into another ledger and out again. Files with one thing wrong, each at a place of its own,
are refused by line and column, and the ledger stays byte for byte as it was.
"""

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple
from unicodedata import normalize

from tests.guarantees.harness.hostile_corpus import TEXTS, anything, is_seen
from tests.guarantees.harness.inside import WORLD, Heard, Home, each, home, homes
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step

_FILES, _ROWS = 100, 500
_LIVE = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_MEMORY = 150
_TEXTS = ("outcome", "done_when", "why", "risk", "no_to")
_COLUMNS = (
    "direction",
    "person",
    "state",
    *_TEXTS,
    "reason",
    "cause",
    "repair",
    "due",
    "closed_at",
    "tags",
)


class Case(NamedTuple):
    """Rows to carry, files to refuse, or one that is too long to be kept in memory."""

    kind: str
    seed: int
    count: int
    words: tuple[str, ...] = ()


# Out and in


def _row(dice: Random) -> dict[str, str]:
    """A promise with a hostile text in every field that takes one."""

    def text() -> str:
        return dice.choice(TEXTS) if dice.random() < 0.3 else anything(dice)

    state = dice.choice(("proposed", "active", "reneged", "declined"))
    row = {
        "direction": dice.choice(("owe", "owed")),
        "person": f"p{dice.randrange(9)}",
        "state": state,
    }
    row |= {name: text() if name == "outcome" or dice.random() < 0.6 else "" for name in _TEXTS}
    row["due"] = dice.choice(("", "2026-12-01", "2028-02-29T17:00"))
    if state in ("reneged", "declined"):
        row |= {"reason": text(), "closed_at": "2026-11-20T10:00:00Z"}
    if state == "reneged":
        row |= {"cause": "external", "repair": text()}
    if state not in ("reneged", "active"):
        row |= {"risk": "", "no_to": ""}
    # A tag is kept without the # or + that it begins with, and in one spelling.
    words = [word.lstrip("#+") for _ in range(3) for word in text().replace(",", " ").split()]
    tags = {normalize("NFKD", word).casefold(): word for word in words}.values()
    row["tags"] = " ".join(tag for tag in tags if len(tag) <= 100 and is_seen(tag))
    return {name: row.get(name, "") for name in _COLUMNS}


def _carried(case: Case) -> Found:
    """Rows that come in as JSON, so that nothing of CSV has a part in it, and go out and in as CSV."""
    dice = Random(case.seed)
    rows = [_row(dice) for _ in range(case.count)]
    typed = [{**row, "tags": row["tags"].split()} for row in rows]
    faults = []
    with home() as at:

        def elsewhere(name: str, *words: str, piped: str = "") -> Heard:
            heard = at(*words, piped=piped, environ={"PROMISECTL_LEDGER": str(at.directory / name)})
            if heard.code or heard.broke:
                faults.append(
                    f"seed {case.seed}: {heard.named} failed: {heard.broke or heard.err[:300]}"
                )
            return heard

        elsewhere("one.db", "import", "-", piped=json.dumps(typed))
        for way in ((), (("--newline", "lf"), ("--bom",), ("--raw",))[case.seed % 3]):
            out = elsewhere("one.db", "export", *way).out
            faults += _differences(case.seed, rows, out, raw="--raw" in way)
            elsewhere(
                f"{''.join(way)}.db", "import", "-", *(way if "--raw" in way else ()), piped=out
            )
            if elsewhere(f"{''.join(way)}.db", "export", *way).out != out:
                faults.append(
                    f"seed {case.seed}: the records of the copy are others than those it was made from ({' '.join(way)})"
                )
    return Found(case.count, faults)


def _differences(number: int, rows: list[dict[str, str]], out: str, *, raw: bool) -> Iterator[str]:
    found = list(csv.reader(io.StringIO(out.removeprefix("\ufeff"), newline=""), strict=True))
    header, cells = found[0], found[1:]
    if len(cells) != len(rows):
        yield f"seed {number}: {len(rows)} rows went in and {len(cells)} came out"
    for place, (typed, got) in enumerate(zip(rows, cells, strict=False), 1):
        for name, cell in zip(header, got, strict=True):
            if not raw and _is_live(cell) and name != "lateness_seconds":
                yield f"seed {number}, row {place}: {name} is live: {cell!a}"
            if (
                name in (*_TEXTS, "reason", "repair", "tags")
                and (cell if raw else _bare(cell)) != typed[name]
            ):
                yield f"seed {number}, row {place}: {name} was {typed[name]!a} and is {cell!a}"


def _is_live(cell: str) -> bool:
    return cell.startswith(_LIVE) or cell.lstrip().startswith(_LIVE)


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _is_live(cell.lstrip("'")) else cell


# Refused whole

_WRONG: dict[str, tuple[str, ...]] = {
    "direction": ("me", "OWE", "owes", "=owe", "\u202eowe"),
    "person": ("me", "?", "-x", "x" * 101, "a\x1bb", "\u202e"),
    "state": ("done", "ACTIVE", "0", "="),
    "outcome": ("", "  ", "\u00a0", "\u200b", "x" * 1_001),
    "done_when": ("x" * 10_001, " ", "\n\n", "\u2060\u00ad"),
    "why": ("x" * 10_001, "\t", "\u3164"),
    "risk": ("y" * 10_001, "\u3000", "\u200d\ufe0f"),
    "no_to": ("y" * 10_001, "  ", " \u202e\u2069"),
    "due": (
        "tomorrowish",
        "2026-02-30",
        "11/12",
        "2027-03-28T02:30",
        "9" * 5_000,
        "1969-01-01",
        "\x1b[2J",
        "2026-11-27T25:00",
    ),
    "closed_at": ("never", "2026-13-01", "9" * 300, "0001-01-01T00:00+14:00"),
    "tags": ("t" * 101, "\u200d", "work \u3164"),
}
"""By column, what it can't be."""


def _structural(dice: Random) -> Iterator[tuple[str, Callable[[list[str], int], bytes], str]]:
    """Things that can be wrong with a line, how each is brought into the lines of a file, and what is to be said of it."""

    def put(text: str) -> Callable[[list[str], int], bytes]:
        return lambda lines, at: "".join([*lines[:at], text, *lines[at + 1 :]]).encode()

    end = dice.choice(("\r\n", "\n", "\r"))
    yield "too few cells", put(f"owe,lee{end}"), "cells under"
    yield "too many cells", put(f"{'x,' * 40}x{end}"), "cells under"
    yield "a quote that stays open", put(f'owe,"lee{end}'), "it is not CSV"
    yield "a quote in the middle", put(f'owe,"le"e"{end}'), "it is not CSV"
    yield "an endless cell", put(f'owe,"{"x" * 140_000}"{end}'), "it is not CSV"
    yield (
        "a header twice",
        lambda lines, at: "".join([*lines[:at], lines[0], *lines[at:]]).encode(),
        "column direction",
    )
    yield (
        "no UTF-8",
        lambda lines, at: b"".join(
            [
                *(line.encode() for line in lines[:at]),
                b"owe,\xff\xfe\r\n",
                *(x.encode() for x in lines[at:]),
            ]
        ),
        "it is no UTF-8",
    )
    yield (
        "an ellipsis in Latin-1",
        lambda lines, at: b"".join([*(line.encode() for line in lines[:at]), b"owe,\x85\r\n"]),
        "it is no UTF-8",
    )
    yield (
        "a NUL",
        lambda lines, at: "".join(
            [*lines[:at], lines[at].replace("Send", "Se\0nd"), *lines[at + 1 :]]
        ).encode(),
        "",
    )


def _heads(lines: list[str]) -> Iterator[tuple[str, bytes, str]]:
    """Things that can be wrong with a whole file."""
    whole = "".join(lines)
    yield "UTF-16 without a mark", whole.encode("utf-16-le"), "line 1"
    yield "UTF-32", whole.encode("utf-32"), "line 1"
    yield "nothing", b"", "line 1: it is empty"
    yield "a mark alone", b"\xef\xbb\xbf", "line 1: it is empty"
    yield (
        "a column twice",
        whole.replace("why", "outcome", 1).encode(),
        "line 1: the column outcome is there twice",
    )
    yield (
        "a column that is none",
        whole.replace("why", "wherefore", 1).encode(),
        "line 1: the column “wherefore”",
    )
    yield "no outcome", whole.replace("outcome", "", 1).encode(), "line 1"
    yield "no direction", whole.replace("direction", "", 1).encode(), "line 2"
    yield "another sign between cells", whole.replace(",", "~").encode(), "line 1"
    yield "zeros", bytes(4_096), "line 1"
    yield "noise", Random(1).randbytes(4_096), "line 1"
    yield "a ledger", b"SQLite format 3\0" + bytes(100), "line 1"


def _good(dice: Random, count: int) -> list[str]:
    end = dice.choice(("\r\n", "\n"))
    rows = [
        {
            **dict.fromkeys(_COLUMNS, ""),
            "direction": "owe",
            "person": "dana",
            "state": "active",
            "outcome": f"Send {n}",
        }
        for n in range(count)
    ]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().splitlines(keepends=True)


def _refused(case: Case) -> Found:
    """Files with one thing wrong, at a line of its own among good ones."""
    dice = Random(case.seed)
    tries: list[tuple[str, bytes, str]] = []
    while len(tries) < case.count:
        lines = _good(dice, dice.choice((1, 3, 9)))
        at = dice.randrange(1, len(lines))
        column = dice.choice(list(_WRONG))
        for value in _WRONG[column]:
            cells = next(csv.DictReader([lines[0], lines[at]]))
            cells |= {"state": "declined"} if column == "closed_at" else {}
            text = io.StringIO(newline="")
            csv.writer(text).writerow((cells | {column: value})[name] for name in _COLUMNS)
            bad = [*lines[:at], text.getvalue(), *lines[at + 1 :]]
            tries.append(
                (
                    f"{column} as {value[:40]!a}",
                    "".join(bad).encode(),
                    f"line {at + 1}, column {column}: ",
                )
            )
        for name, broken, said in _structural(dice):
            tries.append(
                (
                    name,
                    broken(lines, at),
                    f"line {at + 1}" if said != "" else f"line {at + 1}, column outcome",
                )
            )
        tries += _heads(lines)
    with home() as at:
        for place, one in enumerate(tries[: case.count], 1):
            faults = _try_one(at, *one, existing=bool(place % 2))
            if faults:  # nothing is as it should be in that home any more
                return Found(place, [f"seed {case.seed}: {fault}" for fault in faults])
    return Found(case.count, [])


def _try_one(at: Home, name: str, content: bytes, said: str, *, existing: bool) -> list[str]:
    file, other = at.directory / "file.csv", str(at.directory / "one.db")
    file.write_bytes(content)
    ledger = {"PROMISECTL_LEDGER": other if existing else str(at.directory / "none.db")}
    if existing and not Path(other).exists():
        at("make", "Lend the drill", "--to", "dana", environ=ledger)
    before = _files(at)
    heard = at("import", str(file), environ=ledger)
    faults = heard.faults()
    if heard.code != 6 or heard.out:
        faults.append(
            f"{name} was not refused as bad data: {heard.code} {heard.out or heard.err[:200]}"
        )
    elif (
        said not in heard.err
        or "Nothing was imported." not in heard.err
        or heard.err.count("\n") != 1
    ):
        faults.append(f"{name} is told as {heard.err[:300]!a} and not by “{said}”")
    if _files(at) != before:
        faults.append(f"{name} was refused, and something was written")
    return faults


def _files(at: Home) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in at.directory.rglob("*") if path.is_file()}


# Too long to be kept in memory

_LONG = 64 << 20
_MEASURED = "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], capture_output=True); print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stderr.decode()[:300])"


def _long(case: Case) -> Found:
    """A file of 64 MiB: how much memory it takes to import, or to refuse it."""
    (kind,) = case.words
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        file = Path(directory, "long.csv")
        with file.open("wb") as out:
            for piece in _pieces(kind):
                out.write(piece)
        words = [sys.executable, "-c", _MEASURED, *program(["import", str(file)])]
        source = ":".join(filter(None, sys.path))
        done = subprocess.run(
            words,
            env={**WORLD, **homes(directory), "PYTHONPATH": source},
            capture_output=True,
            text=True,
            check=False,
        )
        code, size, said = done.stdout.split(" ", 2)
        memory = int(size) >> (20 if sys.platform == "darwin" else 10)
        faults = (
            []
            if int(code) == (0 if kind == "good" else 6)
            else [f"64 MiB ({kind}) left with {code}: {said}"]
        )
        if (
            kind != "good"
            and Path(directory, "data").exists()
            and any(Path(directory, "data").rglob("*.db*"))
        ):
            faults.append(f"64 MiB ({kind}) were refused, and there is a ledger")
    if memory >= _MEMORY:
        faults.append(f"64 MiB ({kind}) took {memory} MiB of memory")
    return Found(1, faults, f"64 MiB {kind} {memory} MiB")


def _pieces(kind: str) -> Iterator[bytes]:
    row = b"owe,dana,%d," + b"x" * 900 + b"," + b"y" * 9_000 + b"\r\n"
    count = _LONG // len(row)
    yield b"direction,person,id,outcome,why\r\n"
    if kind == "one endless line":
        yield from (b"x" * (1 << 20) for _ in range(_LONG >> 20))
        return
    if kind == "an open quote":
        yield b'owe,dana,1,x,"'
    for number in range(1, count):
        yield row % number
    if kind == "a bad last row":
        yield b"owe,dana,x,,\r\n"


def _try(case: Case) -> Found:
    kinds: dict[str, Callable[[Case], Found]] = {
        "carried": _carried,
        "refused": _refused,
        "long": _long,
    }
    return kinds[case.kind](case)


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Carry rows out and in, refuse files, and, where the whole is asked for, import 64 MiB."""
    rows, files = (20_000, 4_000) if size.whole else (150, _FILES)
    cases = [
        Case("refused", size.seed + turn, min(_FILES, files))
        for turn in range(max(1, files // _FILES))
    ]
    cases += [
        Case("carried", size.seed + turn, min(_ROWS, rows)) for turn in range(max(1, rows // _ROWS))
    ]
    long = (
        ("good", "a bad last row", "an open quote", "one endless line")
        if size.whole and not mutant
        else ()
    )
    cases += [Case("long", 0, 1, (kind,)) for kind in long]
    return each(
        _try,
        [case for case in cases if mutant is None or case.kind == _FOUND_BY[mutant]],
        size,
        mutant,
        step,
    )


_FOUND_BY = {"formulas live": "carried", "imports row by row": "refused"}

PROOF = Proof(
    "G11",
    "CSV is lossless and holds no live formula, and a bad file is refused whole",
    "hostile rows and bad files",
    "20,000 rows without a difference, 0 partial imports, 64 MiB in less than 150 MiB of memory",
    tried,
    tuple(_FOUND_BY),
)
