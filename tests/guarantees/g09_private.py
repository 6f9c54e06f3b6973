"""G9: what is kept is private: the mode of every file at every moment, with umask 000, by what strace saw of every command that writes."""

import re
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.guarantees.harness import ledgers, views
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.watching import BIRTHS, Answered, Asked, Call, Watch

_FILE, _DIRECTORY = 0o600, 0o700
_EDITOR = {
    "EDITOR": """sh -c 'cp "$1" "$1.bak"; sed -i "s/numbers/figures/; s/^# table/# tables/" "$1"; mkdir "$1.d"' sh"""
}
_DEVICES = ("/dev/", "/proc/")
_MODE = re.compile(r"\b0[0-7]*$")
_MADE = {"open", "openat", "openat2", "creat", "mkdir", "mkdirat", "mknod", "mknodat"}
_CHANGED = {"chmod", "fchmod", "fchmodat", "fchmodat2"}
_LINE = '{"outcome": "Mow the lawn", "to": "kim"}\n'

# What every command that writes is tried with: all it writes in one way or another, each line beginning on a ledger with a story.
TRIED: dict[str, Sequence[Asked]] = {
    "make": [
        Asked(("make", "Bake a cake", "--to", "dana", "--by", "fri", "--agreed")),
        Asked(("make", "--json", "-"), given=_LINE),
        Asked(("make", "Bake another", "--to", "dana", "--once", "key-1")),
        Asked(("make", "Try", "--to", "dana"), at_terminal=True),  # remembers its advice
    ],
    "jot": [Asked(("jot", "to dana: Bake two cakes | fri", "from lee: Lend a pan"))],
    "negotiate": [Asked(("negotiate", "2", "--by", "in 9 days", "--unsaid"))],
    "accept": [Asked(("accept", "2"))],
    "decline": [Asked(("decline", "2", "--reason", "no time"))],
    "complete": [Asked(("complete", "3"))],
    "renege": [Asked(("renege", "3", "--reason", "ill"))],
    "withdraw": [Asked(("withdraw", "2"))],
    "release": [Asked(("release", "3"))],
    "reopen": [Asked(("reopen", "1", "--reason", "not whole"))],
    "bump": [Asked(("bump", "3", "late"))],
    "told": [
        Asked(("renege", "3", "--reason", "ill", "--not-told")),
        Asked(("told", "3")),
        Asked(("bump", "1", "late", "--unsaid")),
        Asked(("told", "1")),
    ],
    "note": [Asked(("note", "1", "a word"))],
    "tag": [Asked(("tag", "1", "new"))],
    "untag": [Asked(("untag", "1", "work"))],
    "part": [Asked(("part", "1", "--of", "3"))],
    "correct": [Asked(("correct", "1", "--what", "Send the Q4 numbers"))],
    "void": [Asked(("void", "2", "--reason", "a slip"))],
    "undo": [Asked(("undo",))],
    "redo": [Asked(("redo",))],
    "edit": [Asked(("edit", "1"), more=_EDITOR)],
    "person rename": [Asked(("person", "rename", "dana", "dana-kim"))],
    "person alias": [Asked(("person", "alias", "kim", "neighbour"))],
    "person unalias": [Asked(("person", "unalias", "dana", "boss"))],
    "person merge": [Asked(("person", "merge", "kim", "lee"))],
    "export": [
        Asked(("export", "-o", "out.csv")),
        Asked(("export", "--format", "ics", "-o", "calendar/")),
        Asked(("export", "--journal", "-o", "ledger.jsonl")),
    ],
    "import": [
        Asked(("import", "new.csv")),
        Asked(
            ("import", "-", "--format", "csv"),
            given="outcome,direction,person\nSweep the yard,owe,dana\n",
        ),
    ],
    "config edit": [Asked(("config", "edit"), more=_EDITOR)],
    "config set": [Asked(("config", "set", "window", "30"))],
    "config unset": [
        Asked(("config", "set", "window", "30")),
        Asked(("config", "unset", "window")),
    ],
    "doctor": [Asked(("doctor", "--fix")), Asked(("doctor", "--rebuild"))],
    "demo": [Asked(("demo",))],
    "backup": [Asked(("backup",)), Asked(("backup", "mine.db"))],
    "restore": [Asked(("backup", "mine.db")), Asked(("restore", "mine.db", "--yes"))],
}
_FOUNDING = [
    [Asked(("config", "set", "window", "30"))],
    [Asked(("config", "edit"), more=_EDITOR)],
    [Asked(("import", "new.csv")), Asked(("list",))],
    [Asked(("make", "Begin", "--to", "dana")), Asked(("backup",))],
]
"""What makes directories and files where there was nothing before."""


class Case(NamedTuple):
    """Command lines that follow each other in a home, and what is in it before."""

    lines: Sequence[Asked]
    ready: Callable[[Path], None]


def cases() -> list[Case]:
    """The lines of every command that is known to write, and in a home that has nothing yet."""
    writers = {views.name_of(one) for one in views.declared() if views.writes(one)}
    assert writers <= TRIED.keys(), f"say how to try {', '.join(writers - TRIED.keys())}, in TRIED"
    there = {views.name_of(one) for one in views.declared()}
    lines = [
        [line for line in some if line.words[0] in {name.split()[0] for name in there}]
        for some in _FOUNDING
    ]
    known = [Case(some, ledgers.some) for name, some in TRIED.items() if name in there]
    return [
        Case(lines[0], ledgers.nothing),
        Case(lines[1], ledgers.nothing),
        *known,
        Case(lines[2], ledgers.nothing),
    ]


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Every command that writes, in a home of its own, with umask 000; of a mutant no more than its first fault."""
    chosen = size.some(cases(), 20)
    faults, files, lines = list[str](), 0, 0
    with Watch() as watch:
        for done, case in enumerate(chosen, 1):
            with ledgers.home_with(case.ready) as home:
                (home / "temporary").mkdir(mode=0o700)
                for line in case.lines:
                    more = {**line.more, "TMPDIR": str(home / "temporary")}
                    answer = watch.run(home, line._replace(more=more), mutant)
                    made = [call for call in answer.calls if call.name in _MADE and _creates(call)]
                    files, lines = files + len(made), lines + 1
                    faults += [f"{line}: {fault}" for fault in _faults(answer, home)]
            step(done, len(chosen))
            if mutant and faults:
                break
    return Found(lines, faults, f"{files} files and directories made meanwhile")


def _faults(answer: Answered, home: Path) -> Iterator[str]:
    """What anybody else could have read, at some moment or in the end."""
    if answer.code:
        yield f"it ended with {answer.code}, so nothing was tried: {answer.stderr.strip()[-200:]} {answer.stdout[-200:]}"
    if answer.calls:
        yield from _open_to_others(answer.calls, answer.calls[0].process, 0)
    for path in sorted(home.rglob("*")):
        mode = path.lstat().st_mode
        if not path.is_symlink() and stat.S_IMODE(mode) & ~(_DIRECTORY if path.is_dir() else _FILE):
            yield f"in the end {path.relative_to(home)} has the mode {stat.S_IMODE(mode):04o}"
    left = sorted(path.name for path in (home / "temporary").iterdir())
    if left:
        yield f"it left behind in the directory for temporary files: {', '.join(left)}"


def _open_to_others(calls: Sequence[Call], process: int, mask: int) -> Iterator[str]:
    """The calls of a process, begun with that umask, and of those that it started, that make or leave something open to others."""
    for call in calls:
        if call.process != process or call.failed:
            continue
        if call.name == "umask":
            mask = int(call.arguments, 8)
        elif call.name in BIRTHS:
            yield from _open_to_others(calls, int(call.result.split("<")[0]), mask)
        elif (call.name in _MADE and _creates(call)) or call.name in _CHANGED:
            mode = _mode(call) & ~(mask if call.name in _MADE else 0)
            if mode & ~(
                _FILE if call.name in {"open", "openat", "openat2", "creat"} else _DIRECTORY
            ):
                yield f"with umask {mask:03o} it called {call}"


def _creates(call: Call) -> bool:
    named = call.paths[0] if call.paths else ""
    flagged = (
        "O_CREAT" in call.arguments
        or "O_TMPFILE" in call.arguments
        or not call.name.startswith("open")
    )
    return flagged and not call.failed and not named.startswith(_DEVICES)


def _mode(call: Call) -> int:
    """The mode it asks for; that of everybody where it says none."""
    said = _MODE.search(call.arguments.removesuffix("}"))
    return int(said[0], 8) if said else 0o777


PROOF = Proof(
    "G9",
    "what is kept is for its owner alone: every file and directory, from the moment it is made, whatever the umask was",
    "commands that write",
    "directories 0700, files 0600",
    tried,
    ("without umask 077", "directories for everybody"),
)
