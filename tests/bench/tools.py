"""The tools beside which promisectl is measured: how each is filled, and how those who use it ask it.

Filling takes the tool's own import, or writes the tool's own file, whichever is quicker. Each is called with its defaults; what would
ask or call something else is switched off as its manual says.
"""

import csv
import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from tests.bench.timed import Asked, Ran

OPEN = 50
"""How many items are open, however many there are: what a person has open does not grow with the years."""
_TABLE = "create table item (id integer primary key, text text, person text, made text, due text, ended text);"
_INDEX = "create index open on item (due) where ended is null;"
_OPENED = "select id, person, text, due from item where ended is null order by due"
_NO_STATE = "nothing in it is open or done: the table has a column for that, and an index"


class Item(NamedTuple):
    """One thing to do, for a person, done already where it has ended."""

    number: int
    text: str
    person: str
    made: datetime
    due: datetime
    ended: datetime | None


def text(number: int) -> str:
    """What an item says; its number can be found in what a tool prints."""
    return f"Send the figures of N{number:07}"


def opened(count: int) -> int:
    """How many of so many items are open."""
    return min(OPEN, count // 2)


def items(count: int) -> list[Item]:
    """So many items, made over the last years: the newest are open, and due one after the other from now on."""
    now = datetime.now(UTC).replace(microsecond=0)
    still = opened(count)
    found = []
    for number in range(1, count + 1):
        age = count - number  # the newest last
        made = now - (
            timedelta(minutes=90 * age) if age < still else timedelta(days=8, minutes=30 * age)
        )
        due = now + timedelta(days=still - age) if age < still else made + timedelta(days=3)
        found.append(
            Item(
                number,
                text(number),
                f"person{number % 40}",
                made,
                due,
                None if age < still else made + timedelta(days=2),
            )
        )
    return found


class Tool:
    """A tool with a home of its own.

    It has the name that the tables give it, where it comes from, its program, the words that ask for its version, what has to be said
    beside its figures, whether its export has what is open too, and how many more items are open after an act (`changes`). An act that it
    does not know is None in `acts`.
    """

    name: str
    debian: ClassVar[str] = ""
    pypi: ClassVar[str] = ""
    command: ClassVar[str] = ""
    version: ClassVar[Sequence[str]] = ("--version",)
    notes: ClassVar[Sequence[str]] = ()
    exports_open: ClassVar[bool] = True
    changes: ClassVar[Mapping[str, int]] = {"list": 0, "export": 0, "add": 1, "finish": -1}

    def __init__(self, program: str, home: Path, run: Callable[[Asked], Ran]) -> None:
        self.program, self.home, self._run = program, home, run
        self.acts: dict[str, Callable[[int], Asked] | None] = {
            "list": lambda _: self.ask(*self.list()),
            "add": self.add,
            "finish": self.finish,
            "export": lambda _: self.ask(*self.export()),
        }

    def ask(self, *words: object, reads: str = "") -> Asked:
        """The tool called with these words."""
        return Asked((self.program, *map(str, words)), reads.encode())

    def fill(self, items: Sequence[Item]) -> None:
        """Put the items into an empty home."""
        raise NotImplementedError

    def list(self) -> Sequence[object]:
        """The words that list what is open."""
        raise NotImplementedError

    def export(self) -> Sequence[object]:
        """The words that print everything for another program."""
        raise NotImplementedError

    def add(self, number: int) -> Asked:
        """One item more, with a number that no other has."""
        raise NotImplementedError

    def finish(self, nth: int) -> Asked:
        """The nth of the open items is done; they are finished from the first on."""
        raise NotImplementedError

    def _write(self, name: str, lines: Sequence[str]) -> Path:
        file = self.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return file


def _opened(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if not item.ended]


def _ended(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.ended]


class Promisectl(Tool):
    """This program, by its console script."""

    name = "promisectl"
    command = "promisectl"
    notes = (
        "its export has 43 fields of each item, most of them found out as it writes; sqlite3 and sqlite-utils have the 6 of the table",
    )

    def fill(self, items: Sequence[Item]) -> None:
        self._first = _opened(items)[0].number
        file = self.home / "items.csv"
        with file.open("w", encoding="utf-8", newline="") as to:
            rows = csv.writer(to)
            rows.writerow(
                (
                    "id",
                    "direction",
                    "outcome",
                    "person",
                    "state",
                    "due",
                    "made_at",
                    "accepted_at",
                    "delivered_at",
                    "closed_at",
                )
            )
            for item in items:
                made, ended = _z(item.made), _z(item.ended) if item.ended else ""
                state, direction = "kept" if ended else "active", ("owe", "owed")[item.number % 2]
                rows.writerow(
                    (
                        item.number,
                        direction,
                        item.text,
                        item.person,
                        state,
                        item.due.date(),
                        made,
                        made,
                        ended,
                        ended,
                    )
                )
        self._run(self.ask("import", file, "-q"))
        file.unlink()

    def list(self) -> Sequence[object]:
        return ("list",)

    def export(self) -> Sequence[object]:
        return ("export",)

    def add(self, number: int) -> Asked:
        return self.ask("make", text(number), "--to", "person1", "--by", "in 3 days", "--agreed")

    def finish(self, nth: int) -> Asked:
        return self.ask("complete", self._first + nth, "--confirmed")


class Sqlite(Tool):
    """SQLite's own shell: what a ledger in SQLite can hope for."""

    name = "sqlite3"
    debian = "sqlite3"
    command = "sqlite3"
    notes = (_NO_STATE,)

    def fill(self, items: Sequence[Item]) -> None:
        self._first = _opened(items)[0].number
        self._file = self.home / "items.db"
        rows = (
            (*item[:3], _z(item.made), _z(item.due), item.ended and _z(item.ended))
            for item in items
        )
        with closing(sqlite3.connect(self._file)) as database:
            database.executescript(_TABLE + _INDEX)
            database.executemany("insert into item values (?, ?, ?, ?, ?, ?)", rows)
            database.commit()

    def list(self) -> Sequence[object]:
        return (self._file, _OPENED)

    def export(self) -> Sequence[object]:
        return ("-csv", "-header", self._file, "select * from item")

    def add(self, number: int) -> Asked:
        return self.ask(
            self._file,
            f"insert into item (text, person, made, due) values ('{text(number)}', 'person1', '2026', '2026')",
        )

    def finish(self, nth: int) -> Asked:
        return self.ask(
            self._file, f"update item set ended = '2026' where id = {self._first + nth}"
        )


class SqliteUtils(Sqlite):
    """sqlite-utils over the same database."""

    name = "sqlite-utils"
    debian = ""
    pypi = "sqlite-utils"
    command = "sqlite-utils"

    def list(self) -> Sequence[object]:
        return ("query", self._file, _OPENED)

    def export(self) -> Sequence[object]:
        return ("rows", self._file, "item", "--csv")

    def add(self, number: int) -> Asked:
        return self.ask(
            "insert",
            self._file,
            "item",
            "-",
            reads=json.dumps({"text": text(number), "person": "person1", "due": "2026"}),
        )

    def finish(self, nth: int) -> Asked:
        return self.ask(
            "query", self._file, f"update item set ended = '2026' where id = {self._first + nth}"
        )


class Taskwarrior(Tool):
    """Taskwarrior 2: what is open in one file, what has ended in another."""

    name = "Taskwarrior"
    debian = "taskwarrior"
    command = "task"

    def fill(self, items: Sequence[Item]) -> None:
        self._write(
            ".taskrc",
            (
                f"data.location={self.home / '.task'}",
                "confirmation=off",
                "hooks=off",
                "news.version=2.6.0",
            ),
        )
        for name, state, some in (
            ("pending", "pending", _opened(items)),
            ("completed", "completed", _ended(items)),
        ):
            self._write(f".task/{name}.data", [_task(item, state) for item in some])

    def list(self) -> Sequence[object]:
        return ("list",)

    def export(self) -> Sequence[object]:
        return ("export",)

    def add(self, number: int) -> Asked:
        return self.ask("add", text(number), "project:person1", "due:3d")

    def finish(self, nth: int) -> Asked:
        return self.ask(nth + 1, "done")


def _task(item: Item, state: str) -> str:
    cells = {
        "description": item.text,
        "due": _unix(item.due),
        "entry": _unix(item.made),
        "project": item.person,
        "status": state,
    }
    ended = {"end": _unix(item.ended)} if item.ended else {}
    told = {**cells, **ended, "uuid": _uid(item)}
    return "[" + " ".join(f'{name}:"{value}"' for name, value in sorted(told.items())) + "]"


class TodoTxt(Tool):
    """The shell script todo.txt-cli, which moves what is done into another file."""

    name = "todo.txt-cli"
    debian = "todotxt-cli"
    command = "todo-txt"
    version = ("-V",)
    notes = ("its files are its export: `listall` prints them both",)

    def fill(self, items: Sequence[Item]) -> None:
        files = (
            f'export {name.upper()}_FILE="$TODO_DIR/{name}.txt"'
            for name in ("todo", "done", "report")
        )
        self._write(".todo/config", [f'export TODO_DIR="{self.home}"', *files])
        self._write("todo.txt", [_line(item) for item in _opened(items)])
        self._write(
            "done.txt", [f"x {item.ended:%Y-%m-%d} {_line(item)}" for item in _ended(items)]
        )

    def list(self) -> Sequence[object]:
        return ("ls",)

    def export(self) -> Sequence[object]:
        return ("listall",)

    def add(self, number: int) -> Asked:
        return self.ask("add", f"{text(number)} @person1 due:2026-12-24")

    def finish(self, nth: int) -> Asked:  # noqa: ARG002  # what is done leaves the file, so the next is the first
        return self.ask("do", 1)


class Topydo(TodoTxt):
    """topydo, on the same two files."""

    name = "topydo"
    debian = ""
    pypi = "topydo"
    command = "topydo"
    version = ("-v",)
    notes = (
        "what is done is another file to it; that one is exported, without what is open",
        "where it fails, it has run out of the identifiers that it gives to items",
    )
    exports_open = False

    def ask(self, *words: object, reads: str = "") -> Asked:
        return super().ask(
            "-t", self.home / "todo.txt", "-d", self.home / "done.txt", *words, reads=reads
        )

    def export(self) -> Sequence[object]:
        return ("-t", self.home / "done.txt", "ls", "-x", "-f", "json")


def _line(item: Item) -> str:
    return f"{item.made:%Y-%m-%d} {item.text} @{item.person} due:{item.due:%Y-%m-%d}"


class Todoman(Tool):
    """todoman: a file for every item, and a cache over them."""

    name = "todoman"
    pypi = "todoman"
    command = "todo"
    notes = ("its first call after a change to many files builds a cache, which is not counted",)

    def fill(self, items: Sequence[Item]) -> None:
        place = self.home / "calendars" / "mine"
        lines = (
            f'path = "{place.parent}/*"',
            'default_list = "mine"',
            f'cache_path = "{self.home}/cache.sqlite3"',
        )
        self._write(".config/todoman/config.py", lines)
        place.mkdir(parents=True)
        for item in items:
            (place / f"{item.number}.ics").write_text(
                "\r\n".join(_calendar(item)), encoding="utf-8"
            )
        self._ids = [
            found["id"] for found in json.loads(self._run(self.ask("--porcelain", "list")).out)
        ]

    def list(self) -> Sequence[object]:
        return ("list",)

    def export(self) -> Sequence[object]:
        return ("--porcelain", "list", "--status", "ANY")

    def add(self, number: int) -> Asked:
        return self.ask("new", "--due", "2026-12-24", text(number))

    def finish(self, nth: int) -> Asked:
        return self.ask("done", self._ids[nth])


def _calendar(item: Item) -> list[str]:
    state = (
        ("STATUS:COMPLETED", f"COMPLETED:{item.ended:%Y%m%dT%H%M%SZ}")
        if item.ended
        else ("STATUS:NEEDS-ACTION",)
    )
    head = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//items//EN",
        "BEGIN:VTODO",
        f"UID:{_uid(item)}",
        f"SUMMARY:{item.text}",
    )
    times = (
        f"{name}:{moment:%Y%m%dT%H%M%SZ}"
        for name, moment in (("DTSTAMP", item.made), ("CREATED", item.made), ("DUE", item.due))
    )
    return [*head, *times, *state, "END:VTODO", "END:VCALENDAR", ""]


class Hledger(Tool):
    """hledger, where a promise is a pending transaction."""

    name = "hledger"
    debian = "hledger"
    command = "hledger"
    notes = ("open is a pending transaction; its users add and finish in their editor",)

    def __init__(self, program: str, home: Path, run: Callable[[Asked], Ran]) -> None:
        super().__init__(program, home, run)
        self.acts |= {"add": None, "finish": None}

    def fill(self, items: Sequence[Item]) -> None:
        lines = (
            f"{item.made:%Y-%m-%d} {'*' if item.ended else '!'} {item.text}\n    owed:{item.person}    1\n    promised\n"
            for item in items
        )
        self._write(".hledger.journal", [*lines])

    def list(self) -> Sequence[object]:
        return ("print", "--pending")

    def export(self) -> Sequence[object]:
        return ("print", "-O", "csv")


class Watson(Tool):
    """Watson, which tracks time: one frame for each item."""

    name = "Watson"
    pypi = "td-watson"
    command = "watson"
    changes: ClassVar[Mapping[str, int]] = {**Tool.changes, "finish": 0}
    notes = (
        "open are the frames of the last seven days, which is what its log shows; to finish is to stop the one that runs",
    )

    def fill(self, items: Sequence[Item]) -> None:
        frames = [
            [
                _unix(item.made),
                _unix(item.made) + 60,
                item.person,
                _uid(item).replace("-", ""),
                [item.text],
                _unix(item.made),
            ]
            for item in items
        ]
        self._write(".config/watson/frames", [json.dumps(frames)])

    def list(self) -> Sequence[object]:
        return ("log",)

    def export(self) -> Sequence[object]:
        return ("log", "--all", "--json")

    def add(self, number: int) -> Asked:
        minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(
            minutes=number % 60 + 2
        )
        begin, end = (
            f"{moment:%Y-%m-%dT%H:%M}" for moment in (minute, minute + timedelta(minutes=1))
        )
        return self.ask("add", "--from", begin, "--to", end, "person1", f"+{text(number)}")

    def finish(self, nth: int) -> Asked:
        self._run(self.ask("start", "person1", f"+Stopped {nth}"))
        return self.ask("stop")


_SETTINGS = (
    *(
        "version: '4.6'",
        "encrypt: false",
        "template: false",
        "editor: ''",
        "default_hour: 9",
        "default_minute: 0",
    ),
    *(
        "timeformat: '%F %H:%M'",
        "tagsymbols: '#@'",
        "highlight: true",
        "linewrap: 79",
        "indent_character: '|'",
    ),
    *("display_format: null", "colors: {body: none, date: none, tags: none, title: none}"),
)


class Jrnl(Tool):
    """jrnl, a diary in one text file."""

    name = "jrnl"
    pypi = "jrnl"
    command = "jrnl"
    notes = ("open is an entry with a star; to take the star away is to edit",)

    def __init__(self, program: str, home: Path, run: Callable[[Asked], Ran]) -> None:
        super().__init__(program, home, run)
        self.acts |= {"finish": None}

    def fill(self, items: Sequence[Item]) -> None:
        entries = (
            f"[{item.made:%Y-%m-%d %H:%M}] {item.text}{'' if item.ended else ' *'}\nFor {item.person}.\n"
            for item in items
        )
        journal = self._write("journal.txt", [*entries])
        self._write(
            ".config/jrnl/jrnl.yaml", [*_SETTINGS, f"journals: {{default: {{journal: {journal}}}}}"]
        )

    def list(self) -> Sequence[object]:
        return ("-starred", "--short")

    def export(self) -> Sequence[object]:
        return ("--format", "json")

    def add(self, number: int) -> Asked:
        return self.ask(f"{text(number)} *")


TOOLS: Sequence[type[Tool]] = (
    Promisectl,
    Sqlite,
    Taskwarrior,
    TodoTxt,
    Hledger,
    SqliteUtils,
    Todoman,
    Topydo,
    Watson,
    Jrnl,
)
ELSEWHERE = "Taskwarrior 3, dstask and ultralist are neither among Debian 12's packages nor on PyPI"
"""What should stand beside them, and why it does not."""


def environ(home: Path, programs: Path) -> dict[str, str]:
    """The surroundings of a tool: nothing of ours but the way to the programs, and the clock where another one is set for all."""
    clock = {
        name: value
        for name, value in os.environ.items()
        if name == "LD_PRELOAD" or name.startswith("FAKETIME")
    }
    return clock | {
        "PATH": os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath))),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def _z(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def _uid(item: Item) -> str:
    return str(uuid5(NAMESPACE_OID, item.text))
