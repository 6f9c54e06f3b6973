"""G12: no traceback and a documented exit code on a damaged ledger, whatever is asked of it, and the cure that is advised helps.

Any damage × any command × the advised cure. What a command leaves of a ledger that `doctor` could mend is still a ledger that it can mend.
"""

import os
import shlex
import signal
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.guarantees.harness.damages import WHOLE_TABLES, Damage, Refused, inflict, list_damages
from tests.guarantees.harness.inside import Heard, Home, each, home
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.views import declared, name_of
from tests.storage import life

_TODAY = "2026-12-02T10:00"
_BACKUP = "ledger-20261202T090000Z.db"
_LONGEST = 20  # seconds for a command
_DAMAGED = 5
_AT_ONCE = 20
_NO_PEOPLE = 0  # the first damage of all: the rows of people are gone
_ROUNDS = 4  # of doctor and cure
_CSV = "outcome,direction,person\nPay the caterer,owe,dana\nLend the drill,owed,zoe\n"

WORDS: dict[str, list[list[str]]] = {
    "make": [
        ["make", "Bring the cake", "--to", "dana", "--by", "fri"],
        ["make", "Bring the tea", "--from", "eve", "--agreed", "--replaces", "5", "--json"],
    ],
    "jot": [["jot", "to dana: Bring the cake | fri", "from eve: Bring the tea | agreed"]],
    "negotiate": [["negotiate", "7", "--by", "in 20 days", "--reason", "later", "--mine"]],
    "accept": [["accept", "7"], ["accept", "7", "9", "--json", "--once", "mail-18"]],
    "decline": [["decline", "7"]],
    "complete": [["complete", "8"], ["complete", "8", "--once", "mail-17"]],
    "renege": [["renege", "8", "--reason", "ill"]],
    "withdraw": [["withdraw", "9"]],
    "release": [["release", "10"]],
    "reopen": [["reopen", "11", "--reason", "it leaks"]],
    "bump": [["bump", "8", "it may slip"]],
    "told": [["told", "8", "12", "--json"]],
    "note": [["note", "1", "a word"], ["note", "8", "a word", "--json"]],
    "tag": [["tag", "8", "home"]],
    "untag": [["untag", "8", "garden"]],
    "part": [["part", "8", "--of", "7"], ["part", "8", "--alone"]],
    "correct": [
        ["correct", "8", "--what", "Water the flowers"],
        ["correct", "8", "--risk", "rain", "--no-to", "a nap"],
        ["correct", "8", "--with", "dana"],
    ],
    "void": [["void", "8", "--reason", "twice"]],
    "undo": [["undo"], ["undo", "--promise", "8", "--json"]],
    "redo": [["redo"]],
    "edit": [["edit", "8", "--correct"]],
    "moves": [["moves"], ["moves", "--json"]],
    "owe": [["owe"], ["owe", "--json"]],
    "owed": [["owed"], ["owed", "--plain"]],
    "list": [
        ["list", "--all"],
        ["list", "--all", "--csv"],
        ["list", "--all", "--as-of", "2026-11-26", "--json"],
        ["list", "--with", "kim", "--search", "ü"],
    ],
    "show": [["show", "1", "2", "8"], ["show", "1", "--json"]],
    "log": [["log"], ["log", "1", "--json"]],
    "status": [["status"]],
    "message": [
        ["message", "8"],
        ["message", "--with", "dana"],
        ["message", "8", "--format", "ics"],
    ],
    "week": [["week"], ["week", "--json"]],
    "digest": [["digest", "--since", "2026-11-01"], ["digest", "--json"]],
    "stats": [["stats", "--all"], ["stats", "--all", "--as-of", "2026-11-27", "--json"]],
    "check": [["check"], ["check", "8", "--json"]],
    "review": [["review"], ["review", "--json"]],
    "people": [["people"], ["people", "--json"]],
    "person show": [["person", "show", "dana"]],
    "person rename": [["person", "rename", "dana", "dk"]],
    "person alias": [["person", "alias", "kim", "boss"]],
    "person unalias": [["person", "unalias", "leo", "Ölaf"]],
    "person merge": [["person", "merge", "kim", "dana"]],
    "export": [
        ["export", "--format", "csv"],
        ["export", "--format", "md"],
        ["export", "--journal"],
        ["export", "--format", "jsonl", "--all"],
    ],
    "import": [["import", "more.csv"], ["import", "more.csv", "--dry-run", "--json"]],
    "backup": [["backup"]],
    "restore": [["restore", "kept.db", "--yes"]],
    "doctor": [["doctor"], ["doctor", "--json"]],
    "path": [["path"]],
    "guide": [],
    "help": [],
    "demo": [],
    "config show": [],
    "config path": [],
    "config edit": [],
    "config set": [],
    "config unset": [],
    "version": [],
    "completion": [
        ["completion", "bash", "--", "show", ""],
        ["completion", "fish", "--", "owe", "--with", ""],
    ],
    "": [[]],
}
"""The words of every command; a command that does not look into the ledger has none."""
AT_TERMINAL = [(["review"], "n\n\n\nq\n"), (["accept", "7"], "\n\n\n"), ([], "")]


class Case(NamedTuple):
    """Some damages by their places among all of them, each for `every` so many commands."""

    damages: tuple[int, ...]
    every: int


def commands() -> list[tuple[tuple[str, ...], str | None]]:
    """The words of every command, and what is typed at a terminal."""
    missing = {name_of(one) for one in declared()} - WORDS.keys()
    assert not missing, f"give words for {', '.join(sorted(missing))} in WORDS"
    typed = [(tuple(words), None) for lines in WORDS.values() for words in lines]
    return [*typed, *((tuple(words), answers) for words, answers in AT_TERMINAL)]


@cache
def build_whole_ledger() -> bytes:
    """A ledger in which everything was said, with promises in each state."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "ledger.db")
        life.live(path)
        life.answer_once(path)
        make = life.make.make
        there = life.world(path, "2026-12-01")
        make(there, "Mend the fence", to=["dana"], by="in 3 days", asked=True)
        make(there, "Water the garden", to=["kim"], by="in 4 days", agreed=True, tag=["garden"])
        make(there, "Lend the ladder", to=["dana"], by="in 5 days")
        make(there, "Paint the door", from_=["kim"], by="in 6 days", agreed=True)
        make(there, "Sweep the yard", to=["kim"], by="in 4 days", agreed=True)
        make(there, "Clean the roof", to=["dana"], by="in 4 days", agreed=True)
        life.acts.complete(there, ["11"])
        life.acts.renege(there, ["12"], reason="rain", not_told=True)
        life.acts.bump(there, "8", "it may slip", unsaid=True)
        life.bookkeeping.note(there, "12", "it rains")
        life.undo.undo(there)
        return path.read_bytes()


def _settle(at: Home) -> None:
    at.ledger.parent.mkdir(parents=True, exist_ok=True)
    _put(at, build_whole_ledger())
    (at.directory / "kept.db").write_bytes(build_whole_ledger())
    (at.directory / "more.csv").write_text(_CSV, encoding="utf-8")
    os.chdir(at.directory)
    at("backup", today=_TODAY)
    assert (at.directory / "state/promisectl/backups" / _BACKUP).exists()


def _put(at: Home, content: bytes) -> None:
    kept = [at.ledger.parent, at.directory / "state" / "promisectl" / "backups"]
    for leftover in [file for place in kept if place.exists() for file in place.iterdir()]:
        if leftover.name != _BACKUP:
            leftover.unlink()
    at.ledger.write_bytes(content)
    at.ledger.chmod(0o600)


def _too_long(*_: object) -> None:
    raise TimeoutError


def _ask(at: Home, words: tuple[str, ...], answers: str | None = None) -> Heard:
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(_LONGEST)
    try:
        width = None if answers is None else 80
        return at(*words, today=_TODAY, answers=answers, width=width)
    finally:
        signal.alarm(0)


class Cure(NamedTuple):
    """What became of a ledger: the remedies that were advised, one after the other, and what went wrong."""

    advised: tuple[str, ...]
    faults: tuple[str, ...]


def _cure(at: Home) -> Cure:
    """Do what `doctor` advises until it finds the ledger whole."""
    advised, said = list[str](), ""
    for _ in range(_ROUNDS):
        found = _ask(at, ("doctor", "-q"))
        if found.code not in (0, _DAMAGED) or found.faults():
            return Cure(tuple(advised), (*found.faults(), f"doctor left with {found.code}"))
        if found.code == 0:
            return Cure(tuple(advised), ())
        last = found.err.strip().rpartition("\n")[2]
        if not last.startswith("promisectl "):
            return Cure(tuple(advised), (f"doctor has no cure: {found.err.strip()[-300:]}",))
        words = tuple(shlex.split(last.replace("~", str(at.directory)))[1:])
        advised.append(" ".join(words[:2]) if words[0] == "doctor" else words[0])
        if advised.count(advised[-1]) > 1:
            return Cure(
                tuple(advised), (f"the cure does not help: {said} {found.out.strip()[-500:]}",)
            )
        cured = _ask(at, words, "y\n" if words[0] == "restore" else None)
        said = cured.err.strip()[-300:]
        if cured.faults():
            return Cure(tuple(advised), tuple(cured.faults()))
    return Cure(tuple(advised), ("the cures do not end",))


def _try(case: Case) -> Found:
    tried, faults = 0, list[str]()
    with home() as at:
        _settle(at)
        damages = list_damages(at.ledger)
        asked = commands()
        for place in case.damages:
            _put(at, build_whole_ledger())
            try:
                inflict(at.ledger, damages[place])
            except Refused:
                continue
            damaged = at.kept() or b""
            if damaged == build_whole_ledger():
                continue
            some = asked[place % case.every :: case.every]
            for found in _faults(at, damages[place], damaged, some):
                tried += 1
                faults += found
    return Found(tried, faults)


def _faults(at: Home, damage: Damage, damaged: bytes, asked: list):
    cure = _cure(at)
    yield [f"{damage}: {fault}" for fault in cure.faults]
    known = {damaged: cure}
    for words, answers in asked:
        _put(at, damaged)
        heard = _ask(at, words, answers)
        found = [*heard.faults()]
        if heard.code == _DAMAGED and words[:1] != ("doctor",) and "doctor" not in heard.err:
            found.append(f"{heard.named} names no way out: {heard.err.strip()[-200:]}")
        left = at.kept() or b""
        if words[:1] != ("restore",) and left not in known:
            after = known[left] = _cure(at)
            if "restore" in after.advised and "restore" not in cure.advised:
                found.append(f"{heard.named} left it beyond repair ({after.advised})")
            found += [f"after {heard.named}: {fault}" for fault in after.faults if not cure.faults]
        yield [f"{damage}: {fault}" for fault in found]


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Damage a ledger in every way, give it to commands, and do what is advised.

    The whole has every damage, each with one command in 36, so that every command meets every kind;
    the sample has some.
    """
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "ledger.db")
        path.write_bytes(build_whole_ledger())
        count = len(list_damages(path))
    places = range(count) if size.whole else _sample(size, count)
    cases = [] if size.whole else [Case((_NO_PEOPLE,), 1)]
    cases += [
        Case(tuple(places[begin : begin + _AT_ONCE]), 36 if size.whole else 18)
        for begin in range(0, len(places), _AT_ONCE)
    ]
    return each(_try, cases, size, mutant, step)


def _sample(size: Size, count: int) -> list[int]:
    """Some damages: first those to whole tables, as most of what a move reads as a fact is there."""
    tables = [*range(0, WHOLE_TABLES, 3)]
    return [*tables, *Random(size.seed).sample(range(WHOLE_TABLES, count), size.of(count) // 8)]


PROOF = Proof(
    "G12",
    "no traceback on a damaged ledger, and the cure that is advised helps",
    "damages × commands",
    "0 tracebacks, 0 beyond repair",
    tried,
    ("damage read as a fact", "damage taken for a bug"),
)
