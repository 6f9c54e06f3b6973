"""A story told to the program, every command of it recorded: all that writes, on a ledger of some pages, and on a big one."""

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.guarantees.harness.mutants import STEP_LATER
from tests.guarantees.harness.recording import (
    LEDGER,
    Call,
    Names,
    Recording,
    Write,
    lay,
    read,
    record,
)
from tests.storage import life

_IDLE = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT * FROM entry').fetchall(); print(flush=True); sys.stdin.read()"


class Told(NamedTuple):
    """A command of the story. `{home}` and `{given}` in its words are the home, and a directory of files to import.

    `editor` is a program that edits; `laid` are files that are there from then on; `killed` says where the command is killed, so that
    the next one begins with what it left; `sample` whether it belongs to the sample; `beside` whether the ledger is open in another terminal;
    `later` whether the program knows the next schema step; `data` is where it keeps its data below the home, in directories that it makes.
    """

    words: tuple[str, ...]
    editor: str = ""
    laid: Callable[[], Mapping[str, bytes]] = dict
    killed: Callable[[tuple[Call, ...]], int] | None = None
    sample: bool = False
    beside: bool = False
    later: bool = False
    data: str = ""


def _writing(calls: tuple[Call, ...]) -> int:
    """In the middle of writing to the file that was there before: half of its pages are new."""
    places = [
        place
        for place, call in enumerate(calls)
        if isinstance(call, Write) and len(call.data) % 4096 == 0 and call.offset % 4096 == 0
    ]
    return places[len(places) // 2] + 1


def _named(calls: tuple[Call, ...]) -> int:
    """When the last name was given or taken, and not yet flushed."""
    return max(place for place, call in enumerate(calls) if isinstance(call, Names)) + 1


def _made(calls: tuple[Call, ...]) -> int:
    """When the first directories were made."""
    return next(place for place, call in enumerate(calls) if not isinstance(call, Names))


def _told(line: str, /, *texts: str, **how: object) -> Told:
    """A command line, in which every _ stands for the next of the texts."""
    rest = iter(texts)
    return Told(tuple(next(rest) if word == "_" else word for word in line.split()), **how)  # type: ignore[arg-type]


def _old() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="old-") as place:
        life.live(path := Path(place) / "ledger.db", life.PLAIN)
        return {"old/ledger.db": path.read_bytes()}


STORY = (
    _told("make _ --to dana --by fri", "Send the Q3 numbers", sample=True),
    _told(
        "make _ --to lee --to mia --to dana --by sat --tag work",
        "Bring a cake",
        sample=True,
        beside=True,
    ),
    _told("export -o {home}/all.csv", sample=True),
    _told("import {given}/some.csv", sample=True),
    _told("export --force -o {home}/all.csv"),
    _told("accept 1", sample=True),
    _told("make _ --from noa --by _ --why _", "Lend the drill", "fri next week", "the shelf"),
    _told("negotiate 29 --theirs --by _ --reason _", "in 2 weeks", "it rains"),
    _told("accept 29"),
    _told("decline 2 --reason _", "no time"),
    _told("complete 1 --note _", "sent by mail"),
    _told("accept 1"),
    _told("reopen 1 --reason _", "page 4 is missing"),
    _told("bump 1 _", "it gets late"),
    _told("renege 1 --reason _ --not-told", "the numbers are wrong"),
    _told("told 1"),
    _told("note 3 _", "A long one. " * 800, sample=True),
    _told("tag 3 urgent sweet"),
    _told("untag 3 urgent"),
    _told("withdraw 3"),
    _told("correct 4 --what _", "Bring two cakes"),
    _told("edit 4 --correct", editor="sed -i -e s/two/three/"),
    _told("correct 4 --with noa"),
    _told("edit 4 --negotiate --mine --reason _", "more guests", editor="sed -i -e s/three/four/"),
    _told("make _ --to noa --by sat --agreed --once key-1", "Water the plants"),
    _told("release 30"),
    _told("void 4 --reason _", "entered twice"),
    _told("undo", sample=True),
    _told("undo"),
    _told("redo"),
    _told("person rename lee lee-k --name _", "Lee K"),
    _told("person alias mia m"),
    _told("person merge noa dana"),
    _told("export --format ics -o {home}/calendars/"),
    _told("export --acts --format jsonl -o {home}/acts.jsonl"),
    _told("config edit", editor="""sed -i -e 's/^# color.*/color = "never"/'"""),
    _told("backup", sample=True),
    _told("backup {home}/mine.db"),
    _told("note 3 _", "Later"),
    _told("restore {home}/mine.db --yes"),
    _told("note 3 _", "Later still"),
    _told("backup {home}/mine.db --force"),
    _told("restore {home}/mine.db", data="third"),
    # The power is cut after a command was killed, and another has put in order what it left.
    _told("complete 5 6", killed=_writing, sample=True),
    _told("list", sample=True),
    _told("complete 5 6", killed=_writing),
    _told("complete 6 7"),
    _told("complete 5", killed=_named),
    _told("complete 8"),
    _told("import {given}/more.csv", killed=_writing),
    _told("make _ --to dana --by fri", "Something else"),
    _told("make _ --to dana --by fri", "The first", data="first/one", killed=_made),
    _told("make _ --to dana --by fri", "The first again", data="first/one"),
    _told("make _ --to dana --by fri", "The first", data="second/one", killed=_named),
    _told("accept 1", data="second/one"),
    # Whole ledgers, big ones, and at last one of the schema step before, which no later command would know.
    _told("export --journal -o {home}/journal.jsonl"),
    _told("import {home}/journal.jsonl", data="copy"),
    _told("import {given}/big.csv"),
    _told("undo"),
    _told("make _ --to dana --by fri", "One among thousands"),
    _told(
        "--ledger {home}/old/ledger.db note 1 _",
        "still there",
        laid=_old,
        later=True,
        sample=True,
    ),
)


def tell(place: Path, *, sample: bool, mutant: str | None) -> Iterator[Recording]:
    """The recordings of the story, one after the other, as they are made. Raises ValueError when a command does not do what it has to."""
    home, given = place / "home", place / "given"
    _give(given, sample=sample)
    lay({}, home)
    disk, killed = read(home), None
    for one in STORY:
        if sample and not one.sample:
            continue
        lay({**disk.tree(), **_with_directories(one.laid())}, home)
        with _idle(home / LEDGER) if one.beside else _nothing():
            if one.laid is not dict or one.beside:
                disk = read(home)
            words = [
                word.replace("{home}", str(home)).replace("{given}", str(given))
                for word in one.words
            ]
            environ = {"EDITOR": one.editor} if one.editor else {}
            environ |= {"XDG_DATA_HOME": f"{home}/{one.data}"} if one.data else {}
            program = mutant or (STEP_LATER if one.later else None)
            recording = record(words, disk, home, place, mutant=program, environ=environ)
            recording = recording._replace(later=program == STEP_LATER)
        if recording.code:
            raise ValueError(f"“{recording.words}” ended with {recording.code}: {recording.output}")
        if one.killed:
            killed = recording, one.killed(recording.calls)
            disk = recording.before.after(recording.calls[: killed[1]])
            continue
        yield killed[0].killed(killed[1], recording) if killed else recording
        disk, killed = recording.before.after(recording.calls), None


def length(*, sample: bool) -> int:
    """How many recordings there will be."""
    return sum(not one.killed and (one.sample or not sample) for one in STORY)


def _with_directories(files: Mapping[str, bytes]) -> dict[str, bytes | None]:
    above: dict[str, bytes | None] = {
        str(parent): None for path in files for parent in reversed(Path(path).parents[:-1])
    }
    return {**above, **files}


@contextmanager
def _idle(path: Path) -> Iterator[None]:
    """Another terminal, in which the ledger has been read and is still open."""
    with subprocess.Popen(
        [sys.executable, "-c", _IDLE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        yield
        other.communicate()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _give(place: Path, *, sample: bool) -> None:
    place.mkdir()
    for name, number in ({"some": 24, "more": 24} | ({} if sample else {"big": 3000})).items():
        text = io.StringIO()
        sheet = csv.writer(text)
        sheet.writerow(("direction", "person", "outcome", "due", "why"))
        for one in range(number):
            sheet.writerow(
                (
                    "owe",
                    ("dana", "lee", "mia")[one % 3],
                    f"{name.capitalize()} thing {one}",
                    f"2026-12-{one % 28 + 1:02}",
                    "for " * 20,
                )
            )
        (place / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")
