"""G12: no traceback, and a documented exit code, whatever the streams, the locale and the surroundings are.

Real processes: with streams that are closed, full, or read by nobody any more, in locales that can write little, and in places
that are not there. What was recorded is in the ledger, and what was not is said.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.guarantees.harness.inside import DOCUMENTED, WORLD, homes
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step

_OUTCOME = "Tee für 東京 \N{PERSON WITH FOLDED HANDS}"
_MOVES = (
    ("make", _OUTCOME, "--to", "dana", "--by", "fri"),
    ("note", "1", "ümläut € 東"),
    ("import", "new.csv"),
    ("undo",),
)
_VIEWS = (
    ("moves",),
    ("list", "--all"),
    ("list", "--json"),
    ("show", "1"),
    ("log", "--csv"),
    ("week",),
    ("stats",),
    ("digest",),
    ("status",),
    ("export",),
    ("guide", "start"),
    ("path",),
    ("completion", "bash"),
    ("--help",),
    ("make", "--help"),
    ("--version",),
)
_REFUSED = (
    ("show", "99"),
    ("list", "--wrong"),
    ("frobnicate",),
    ("make", "x", "--to", "dana", "--by", "soon"),
    ("import", "nowhere.csv"),
    ("show", "99", "--json"),
)
_COMMANDS = (*_MOVES, *_VIEWS, *_REFUSED)
_KINDS = ((_MOVES, 2), (_VIEWS, 4), (_REFUSED, 1))
_CLOSED = ("<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-")
_FULL = (">/dev/full", "2>/dev/full", ">/dev/full 2>&1", "<&- >/dev/full", ">/dev/full 2>&-")
_GONE = ("| :", "| head -c 1 >/dev/null", "2>&1 | :")
_SURROUNDINGS: dict[str, dict[str, str | None]] = {
    "LC_ALL=C": {"LC_ALL": "C"},
    "LC_ALL=C without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "LC_ALL=POSIX": {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    "LC_ALL=en_US.ISO-8859-1": {"LC_ALL": "en_US.ISO-8859-1"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "ASCII, strict": {"PYTHONIOENCODING": "ascii:strict"},
    "Latin-1": {"PYTHONIOENCODING": "latin-1"},
    "UTF-16": {"PYTHONIOENCODING": "utf-16"},
    "a dumb terminal": {"TERM": "dumb"},
    "no TERM": {"TERM": None, "NO_COLOR": None},
    "no HOME": {
        "HOME": None,
        "XDG_DATA_HOME": None,
        "XDG_CONFIG_HOME": None,
        "XDG_STATE_HOME": None,
        "PROMISECTL_LEDGER": "ledger.db",
    },
    "HOME that is none": {"HOME": "/nowhere", "XDG_CONFIG_HOME": "relative", "XDG_STATE_HOME": ""},
    "COLUMNS=0": {"COLUMNS": "0", "LINES": "0"},
    "COLUMNS=-5": {"COLUMNS": "-5"},
    "COLUMNS=words": {"COLUMNS": "wide", "LINES": "high"},
    "COLUMNS=9…": {"COLUMNS": "9" * 400, "LINES": "9" * 400},
    "COLUMNS=1": {"COLUMNS": "1", "FORCE_COLOR": "1", "NO_COLOR": None},
    "TZ=nowhere": {"TZ": "Mars/Base"},
    "TZ=a path": {"TZ": "../../etc/passwd"},
    "TZ=a rule": {"TZ": "CET-1CEST,M3.5.0,M10.5.0/3"},
    "TZ=bytes": {"TZ": "\udcff"},
    "today=nothing": {"PROMISECTL_TODAY": "soon"},
    "today=bytes": {"PROMISECTL_TODAY": "\udcff"},
    "a ledger of bytes": {"PROMISECTL_LEDGER": "\udcfe.db"},
    "a pager that is none": {"PAGER": "'unclosed"},
    "an empty PATH": {"PATH": ""},
    "bytes all over": {
        "EDITOR": "\udcff",
        "PAGER": "\udcff",
        "NO_COLOR": "\udcff",
        "XDG_CONFIG_HOME": "/tmp/\udcff",
    },
}


class Case(NamedTuple):
    """A command line, what becomes of its streams, and what is said of the surroundings."""

    words: tuple[str, ...]
    streams: str = ""
    surroundings: str = ""
    place: str = ""

    @property
    def named(self) -> str:
        return f"{' '.join(self.words)} {self.streams} {self.surroundings} {self.place}".strip()


def _cases() -> list[Case]:
    cases = [Case(words, streams) for words in _COMMANDS for streams in (*_CLOSED, *_FULL, *_GONE)]
    for place, name in enumerate(
        _SURROUNDINGS
    ):  # not every command in all of them, but every kind in each
        cases += [
            Case(kind[(place + turn) % len(kind)], surroundings=name)
            for kind, count in _KINDS
            for turn in range(count)
        ]
    return [
        *cases,
        *(
            Case(words, place=place)
            for words in _COMMANDS
            for place in ("a directory that is gone", "a directory of others")
        ),
    ]


_FEW = (
    Case(_MOVES[0], ">&-"),
    Case(_MOVES[0], "<&- >&- 2>&-"),
    Case(_MOVES[1], ">/dev/full"),
    Case(_VIEWS[1], ">/dev/full 2>&1"),
    Case(("--help",), ">/dev/full"),
    Case(("--help",), "| :"),
    Case(_VIEWS[1], surroundings="LC_ALL=C without UTF-8"),
    Case(_VIEWS[3], surroundings="ASCII, strict"),
    Case(_REFUSED[0], place="a directory that is gone"),
    Case(("week",), surroundings="TZ=bytes"),
)
"""What a sample tries: one of each kind, and those that once went wrong."""


def _try(case: Case, mutant: str | None) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        environ = {**WORLD, **homes(directory), "PYTHONPATH": ":".join(filter(None, sys.path))}
        Path(directory, "new.csv").write_text(
            "outcome,direction,person\nLend the drill,owe,kim\n", encoding="utf-8"
        )
        if case.words not in (_MOVES[0], _MOVES[2]):
            (Path(directory, "data", "promisectl")).mkdir(parents=True, mode=0o700)
            Path(directory, "data", "promisectl", "ledger.db").write_bytes(_ledger())
        for name, value in _SURROUNDINGS.get(case.surroundings, {}).items():
            environ[name] = value or ""
            if value is None:
                del environ[name]
        return [f"{case.named}: {fault}" for fault in _faults(case, directory, environ, mutant)]


@cache
def _ledger() -> bytes:
    """A ledger with one promise, which waits for an answer."""
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        environ = {**WORLD, **homes(directory), "PYTHONPATH": ":".join(filter(None, sys.path))}
        subprocess.run(
            program(["make", _OUTCOME, "--to", "dana", "--asked", "-q"]),
            env=environ,
            capture_output=True,
            check=True,
        )
        return Path(directory, "data", "promisectl", "ledger.db").read_bytes()


def _faults(case: Case, directory: str, environ: dict[str, str], mutant: str | None) -> list[str]:
    before, errors = _acts(directory), Path(directory, "errors")
    place = {
        "": ":",
        "a directory that is gone": "mkdir gone && cd gone && rmdir ../gone",
        "a directory of others": "cd /",
    }[case.place]
    heard = "" if "2>" in case.streams else f"2>{errors}"
    code = Path(directory, "code")
    command = f'{place}; {{ "$@" {heard} {"" if "|" in case.streams else case.streams}; echo $? >{code}; }} {case.streams if "|" in case.streams else ""}'
    done = subprocess.run(
        ["/bin/sh", "-c", command, "sh", *program(case.words, mutant)],
        env=environ,
        cwd=directory,
        capture_output=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    if not code.exists():
        return [f"it did not come to an end: {done.stderr[-200:]!r}"]
    left, said = (
        int(code.read_text()),
        done.stderr + (errors.read_bytes() if errors.exists() else b""),
    )
    faults = [f"left with {left}: {said[-200:]!r}"] if left not in DOCUMENTED else []
    if (
        b"Traceback" in said + done.stdout
        or b"Exception ignored" in said
        or b"Error in sys" in said
    ):
        faults.append(f"a traceback: {said[-400:]!r}")
    recorded = _acts(directory) != before
    if case.words in _MOVES and recorded is not (left in (0, 7)) and not (recorded and left == 141):
        faults.append(f"left with {left}, and it was{'' if recorded else ' not'} recorded")
    if case.words not in _MOVES and recorded:
        faults.append("something was recorded")
    if left in (2, 3, 5, 6, 7) and not said and "2>" not in case.streams:
        faults.append(f"left with {left} without a word")
    if (
        ">/dev/full" in case.streams.replace("2>/dev/full", "")
        and case.words not in _REFUSED
        and left == 0
    ):
        faults.append("nobody could hear it, and it left with 0")
    return faults


def _acts(directory: str) -> list[bytes]:
    """All that is in ledgers there; what is recorded changes it."""
    return [path.read_bytes() for path in sorted(Path(directory).rglob("*.db"))]


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Give commands whose streams, locales and surroundings are as bad as they get."""
    cases = _cases() if size.whole else list(_FEW[:4] if mutant else _FEW)
    faults = list[str]()
    with ThreadPoolExecutor(os.cpu_count() if size.whole else 1) as threads:
        for done, found in enumerate(threads.map(lambda case: _try(case, mutant), cases), 1):
            step(done, len(cases))
            faults += found
    return Found(len(cases), faults)


PROOF = Proof(
    "G12",
    "no traceback, and a documented exit code, for any stream, locale and surroundings",
    "processes",
    "0 tracebacks; what was recorded is there, and exit code 7 says so where nobody could hear it",
    tried,
    ("streams left as they are",),
)
