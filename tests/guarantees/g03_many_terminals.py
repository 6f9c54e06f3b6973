"""G3: many terminals at once: sixteen workers that make and move promises, a third of them killed over and over; then every word is counted.

Each command carries a text of its own. What was acknowledged is there once, what was killed is there once or not at all, and whole; what
was killed and said again with the same key, or imported again, is there once. `PROMISECTL_STORM=50000` asks for so many commands.
"""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from promisectl import errors
from tests.guarantees.harness import views
from tests.guarantees.harness.ledgers import place
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.watching import environment
from tests.tools.fork_server import shared

WORKERS = 16
COMMANDS = 2_000
_LEAST = 150
_REALLY = 40  # one command of so many is a real start of an interpreter
_VIEWS = (
    "list",
    "owe --json",
    "log --limit 5",
    "people",
    "moves",
    "week",
    "stats --all",
    "export --acts --format jsonl",
)
_PEOPLE = ("dana", "lee", "kim", "me")
_TOKEN = re.compile(r"w\d+x\d+e")
_OPENINGS = {"offer", "request", "import"}
_LONGEST = 60
_EITHER = (-signal.SIGKILL, errors.WriteUncertain.exit_code)
"""The codes of a command that may be recorded or not."""
_SLOW = 4
"""A sample may run on a machine so busy that it ends fewer commands than this a second; sixteen can't all have their turn in the ten
seconds that each waits, then, and who is sent away is no fault. The whole makes no such allowance."""


class Said(NamedTuple):
    """What a command with a text of its own has to leave: how many acts with it; whether it was acknowledged, refused or killed."""

    acts: int
    how: str
    number: int = 0


class Ran(NamedTuple):
    """A command that has ended, or was killed."""

    code: int
    stdout: str
    stderr: str


class Storm:
    """All workers of one storm, and what they remember.

    They are in turn in the `homes`; `more` is what their environment has besides, and `ledger` the file with what they recorded. A command
    that fits `may_fail` when it ends with 5 is refused without a fault, and where there is such a pattern, 7 may be the answer, too.
    """

    def __init__(
        self,
        homes: Sequence[Path],
        commands: int,
        seed: int,
        mutant: str | None,
        step: Step,
        *,
        ledger: Path | None = None,
        more: Mapping[str, str] | None = None,
        may_fail: re.Pattern[str] | None = None,
    ) -> None:
        self.homes, self.home, self.mutant, self._step, self._of = (
            homes,
            homes[0],
            mutant,
            step,
            commands,
        )
        self._seed = seed
        self.ledger = ledger or place(self.home)
        self._more = dict(more or {})
        self.may_fail = may_fail
        self.uncertain = self.failed = 0
        self._left = iter(range(commands))
        self._lock = Lock()
        self.said: dict[str, Said] = {}
        self.undone: dict[
            str, bool
        ] = {}  # a token whose command was taken back: whether that was acknowledged
        self.faults: list[str] = []
        self.sent_away: list[str] = []
        self.seconds: list[float] = []
        self.done = self.killed = 0
        self.shared = 0  # a promise that all of them write to

    def blow(self) -> None:
        """Let all workers work until the commands are used up; of a mutant no more than its first fault."""
        shared()  # started here, and not by several workers at once
        with ThreadPoolExecutor(WORKERS) as pool:
            for worker in [
                pool.submit(Worker(self, number, self._seed).work) for number in range(WORKERS)
            ]:
                worker.result()

    def list_sent_away(self, seconds: float, *, whole: bool) -> list[str]:
        """Those that were sent away, as far as that is a fault: a slow machine may do so in a sample."""
        return self.sent_away if whole or len(self.seconds) / seconds > _SLOW else []

    def describe(self, seconds: float) -> str:
        """Figures of the storm, which took so long."""
        return (
            f"{self.killed} killed, longest {max(self.seconds, default=0):.2f} s, {self._of / seconds:.0f} a second, "
            f"{len(self.sent_away)} sent away as the ledger was locked"
        )

    def goes_on(self) -> bool:
        """Whether there is another command to be given, which is counted."""
        with self._lock:
            self.done += 1
            self._step(min(self.done, self._of), self._of)
            return next(self._left, None) is not None and not (
                self.mutant and (self.faults or self.sent_away)
            )

    def run(
        self, words: Sequence[str], given: str, kill_at: float | None, home: Path | None = None
    ) -> Ran:
        """One command, in a process of its own, killed so many times its usual length after its beginning."""
        usual = sum(self.seconds[-50:]) / len(self.seconds[-50:]) if self.seconds else 0.1
        with (
            tempfile.TemporaryFile() as stdin,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            stdin.write(given.encode())
            stdin.seek(0)
            began = time.monotonic()
            home = home or self.home
            environ = environment(home, **self._more)
            really = kill_at is None and self.done % _REALLY == 0
            if really:
                where = Path(__file__).parents[2]  # from where mutants can be found
                process = subprocess.Popen(
                    program(words, self.mutant),
                    env=environ,
                    cwd=where,
                    stdin=stdin,
                    stdout=out,
                    stderr=err,
                )
                code = process.wait(_LONGEST)
            else:
                run = shared().start(
                    words,
                    env=environ,
                    cwd=home,
                    stdin=stdin,
                    stdout=out,
                    stderr=err,
                    mutant=self.mutant,
                )
                if kill_at is not None:
                    time.sleep(kill_at * usual)
                    run.kill()
                code = run.wait(_LONGEST)
            if code >= 0:
                self.seconds.append(time.monotonic() - began)
            out.seek(0)
            err.seek(0)
            self.killed += code < 0
            return Ran(code, out.read().decode(), err.read().decode())


class Worker:
    """Somebody at a terminal, who makes promises and moves them; every third is killed, now and again."""

    def __init__(self, storm: Storm, number: int, seed: int) -> None:
        self._storm, self._number = storm, number
        self._home = storm.homes[number % len(storm.homes)]
        self._dice = random.Random(f"{seed} {number}")
        self._places = count()
        self._mortal = number % 3 == 0

    def work(self) -> None:
        """One promise after the other, with other commands in between, until the storm is over."""
        while self._live():
            pass

    def _live(self) -> bool:
        """The life of a promise. False when the storm is over."""
        made = self._say(
            lambda token: [
                "make",
                f"life {token}",
                "--to",
                self._dice.choice(_PEOPLE[:3]),
                "--asked",
            ]
        )
        if made is None:
            return False
        if not made:
            return True  # it was killed, and goes on with another one
        number = made.stdout.strip()
        self._storm.shared = self._storm.shared or int(number)
        moves: list[Callable[[str], list[str]]] = [
            lambda token: ["negotiate", number, "--by", "in 5 days", "--reason", token],
            lambda token: ["accept", number, "--note", token],
            lambda token: ["note", number, token],
            lambda token: ["bump", number, token],
            lambda token: ["note", str(self._storm.shared), token],
            lambda token: ["tag", number, token],
            lambda token: ["complete", number, "--note", token],
            lambda token: ["accept", number, "--note", token],
        ]
        for move in moves:
            answer = self._say(move)
            if (
                answer and move is moves[2] and int(number) != self._storm.shared
            ):  # of that one somebody else may have said something since
                answer = self._take_back(number, self._token)
            if answer:
                answer = self._something_else()
            if not answer:
                return answer is not None
        return True

    def _something_else(self) -> Ran | bool | None:
        """A view, or a command that stands alone."""
        dice = self._dice.random()
        if dice < 0.4:
            return self._look(self._dice.choice(_VIEWS).split())
        if dice < 0.5:
            return self._say(
                lambda token: ["make", f"pair {token}", "--to", "ann", "--to", "bob", "--agreed"],
                acts=2,
            )
        if dice < 0.6:
            token = self._next_token()
            rows = "".join(f"row {row} of {token},owe,{_PEOPLE[row]}\n" for row in range(3))
            given = f"outcome,direction,person\n{rows}"
            return self._say(
                lambda _: ["import", "-", "--format", "csv"],
                acts=3,
                given=given,
                token=token,
                again=[],
            )
        if dice < 0.7 and self._storm.shared:
            return self._say(
                lambda token: ["person", "alias", self._dice.choice(_PEOPLE[:1]), token], again=None
            )
        return True

    def _next_token(self) -> str:
        self._token = f"w{self._number}x{next(self._places)}e"
        return self._token

    def _look(self, words: list[str]) -> Ran | bool | None:
        if not self._storm.goes_on():
            return None
        return self._heard(self._storm.run(words, "", self._kill_at(), self._home), words)

    def _take_back(self, number: str, token: str) -> Ran | bool | None:
        """Undo what was said of a promise last."""
        if not self._storm.goes_on():
            return None
        words = ["undo", "--promise", number, "-q"]
        answer = self._heard(self._storm.run(words, "", self._kill_at(), self._home), words)
        self._storm.undone[token] = bool(answer)
        return answer

    def _say(
        self,
        words_of: Callable[[str], list[str]],
        acts: int = 1,
        given: str = "",
        token: str | None = None,
        again: Sequence[str] | None = ("--once",),
    ) -> Ran | bool | None:
        """A command with a text of its own: its answer, False when it was killed or refused, None when the storm is over.

        After every second kill it is said `again`, with a key where it takes one; None: it can't be.
        """
        if not self._storm.goes_on():
            return None
        token = token or self._next_token()
        words = [*words_of(token), *([] if words_of(token)[0] == "person" else ["-q"])]
        repeats = again is not None and self._mortal and self._dice.random() < 0.5
        words += [*again, f"key {token}"] if repeats and again else []
        ran = self._storm.run(words, given, self._kill_at(), self._home)
        if ran.code < 0 and repeats:
            ran = self._storm.run(words, given, None, self._home)
        answer = self._heard(ran, words)
        first = ran.stdout.split()[0] if words[0] == "make" and answer and ran.stdout else "0"
        how = "acknowledged" if answer else "killed" if ran.code in _EITHER else "refused"
        self._storm.said[token] = Said(acts, how, int(first) if first.isdigit() else 0)
        return answer

    def _heard(self, ran: Ran, words: list[str]) -> Ran | bool:
        """The answer, if it was given; a fault when a living command ends in any other way."""
        if ran.code == errors.LedgerBusy.exit_code and "Another command kept" in ran.stderr:
            self._storm.sent_away.append(
                f"promisectl {' '.join(words)} was sent away: {ran.stderr.strip()[-300:]}"
            )
        elif self._storm.may_fail and ran.code == errors.WriteUncertain.exit_code:
            self._storm.uncertain += 1
        elif (
            self._storm.may_fail
            and ran.code == errors.LedgerError.exit_code
            and self._storm.may_fail.search(ran.stderr)
        ):
            self._storm.failed += 1
        elif ran.code > 0:
            self._storm.faults.append(
                f"promisectl {' '.join(words)} ended with {ran.code}: {ran.stderr.strip()[-300:]}"
            )
        return ran if ran.code == 0 else False

    def _kill_at(self) -> float | None:
        return self._dice.random() * 1.5 if self._mortal and self._dice.random() < 0.5 else None


# What has to be true afterwards


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """A storm, and a look at what it left."""
    commands = (
        int(os.environ.get("PROMISECTL_STORM", COMMANDS))
        if size.whole
        else max(_LEAST, size.of(COMMANDS))
    )
    with tempfile.TemporaryDirectory(prefix="storm-") as directory:
        home = Path(directory)
        storm = Storm([home], commands, size.seed, mutant, step)
        began = time.monotonic()
        storm.blow()
        took = time.monotonic() - began
        faults = storm.faults or list(find_losses(storm))
    faults += storm.list_sent_away(took, whole=size.whole)
    return Found(min(storm.done, commands), faults, f"{WORKERS} workers, {storm.describe(took)}")


def find_losses(storm: Storm) -> Iterator[str]:
    """What is missing, doubled, half there, or not as its acts say."""
    looked = storm.run(
        ["list", "--all"], "", None
    )  # takes back what the last one that was killed left half done
    if looked.code:
        yield f"the first view after the storm ended with {looked.code}: {looked.stderr}"
    yield from _left_over(storm.ledger)
    with closing(sqlite3.connect(f"file:{storm.ledger}?mode=ro", uri=True)) as db:
        yield from (
            f"SQLite says: {line}"
            for (line,) in db.execute("PRAGMA integrity_check")
            if line != "ok"
        )
        yield from (
            f"a foreign key leads nowhere: {row}" for row in db.execute("PRAGMA foreign_key_check")
        )
        yield from _miscounted(db, storm)
    yield from _not_as_replayed(storm)


def _miscounted(db: sqlite3.Connection, storm: Storm) -> Iterator[str]:
    acts: Counter[str] = Counter()
    entries: dict[str, set[int]] = {}
    numbers: dict[str, int] = {}
    for entry, promise, verb, text in db.execute(
        "SELECT entry, promise, verb, body FROM act ORDER BY number"
    ):
        body = json.loads(text)
        if verb not in _OPENINGS and "terms" in body:
            del body["terms"]["outcome"]  # said again with every change of the terms
        for token in set(_TOKEN.findall(json.dumps(body))):
            acts[token] += 1
            entries.setdefault(token, set()).add(entry)
            numbers.setdefault(token, promise)
    for token, said in storm.said.items():
        found, wanted = (
            acts.pop(token, 0),
            {"acknowledged": (said.acts,), "refused": (0,), "killed": (0, said.acts)},
        )
        if found not in wanted[said.how]:
            yield f"of a command that was {said.how} {found} acts of {said.acts} are there: {token}"
        if len(entries.get(token, ())) > 1:
            yield f"a command is there {len(entries[token])} times: {token}"
        if said.number and said.number != numbers.get(token):
            yield f"#{said.number} was answered, and #{numbers.get(token)} it is: {token}"
    yield from (f"nobody said {token}" for token in acts)
    taken_back = dict(db.execute("SELECT id, undone_by FROM entry"))
    for token, found in entries.items():
        is_undone = any(taken_back[entry] for entry in found)
        if storm.undone.get(token, is_undone and None) not in (is_undone, False):
            yield f"{token} was {'' if storm.undone.get(token) else 'not '}taken back, and the ledger says otherwise"


def _left_over(ledger: Path) -> Iterator[str]:
    """Files that nobody knows: what is known is what a command left that was killed while it founded the ledger."""
    for path in ledger.parent.iterdir():
        if path.name != ledger.name and not re.fullmatch(
            re.escape(ledger.name) + r"\.[0-9a-f]{16}\.new(-journal)?", path.name
        ):
            yield f"{path.name} lies beside the ledger"


def _not_as_replayed(storm: Storm) -> Iterator[str]:
    """Whether the chain is whole and every row is what its acts make of it: the journal makes the same ledger elsewhere."""
    if any(views.name_of(one) == "doctor" for one in views.declared()):
        doctor = storm.run(["doctor"], "", None)
        if doctor.code:
            yield f"doctor ended with {doctor.code}: {doctor.stdout[-500:]}"
    other = storm.home / "other.db"
    for words in (
        ["export", "--journal", "-o", str(storm.home / "ledger.jsonl")],
        ["import", "ledger.jsonl", "--ledger", str(other)],
    ):
        ran = storm.run(words, "", None)
        if ran.code:
            yield f"promisectl {words[0]} of the journal ended with {ran.code}: {ran.stderr}"
            return
    with closing(sqlite3.connect(other)) as db:
        db.execute("ATTACH ? AS storm", (str(storm.ledger),))
        for table in ("entry", "act", "promise", "person", "alias"):
            for one, another in (("storm", "main"), ("main", "storm")):
                for row in db.execute(
                    f"SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {another}.{table} LIMIT 3"
                ):
                    yield f"only {'the storm' if one == 'storm' else 'its journal'} leaves in {table}: {row}"


PROOF = Proof(
    "G3",
    "many terminals at once: what was acknowledged is there once, what was killed is whole or not at all, and nobody is sent away",
    "commands",
    "0 lost, 0 doubled, 0 “locked”",
    tried,
    ("transactions that begin late", "without waiting"),
)
