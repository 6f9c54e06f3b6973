"""G3 with a server: every command is overtaken by another one at every question that it asks the server, and at every answer that it gets.

The question or the answer is held back; meanwhile another command runs from beginning to end, on the same machine or on another one, and then
the first one goes on. Where that has the lock of the server, the server ends the connection first, as it does when a laptop sleeps, and the
command does not know. Whatever it has read before is old by then. What both commands say and record has to be what they say and record one
after the other, in one order or the other; only that a connection was lost may be said besides, by a command of which nothing is recorded.
"""

import re
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from promisectl import errors
from tests.guarantees.harness import scenes, servers
from tests.guarantees.harness.injecting import plain
from tests.guarantees.harness.inside import MEMORY
from tests.guarantees.harness.proof import SAMPLE, Found, Proof, Size, Step
from tests.guarantees.harness.proxy import CLIENT, SERVER, Connection, Cut, Piece, Proxy
from tests.guarantees.harness.scenes import Scene
from tests.guarantees.harness.servers import Schema
from tests.tools.fork_server import Done, shared

_WORKERS = 6
_WORKERS_OF_A_SAMPLE = 4
_COPY_SECONDS = 0.5
"""How long another command on the machine is waited for that may be waiting for the copy."""
_HELD, _OTHER = "the command", "the other one"
_ORDERS = ((_OTHER, _HELD), (_HELD, _OTHER), (_OTHER,), (_HELD,), ())
"""Which of the two is recorded, in which order; the other one has lost its connection."""
_LOST = ("The connection to ", "Can't reach ", "Another command kept ")
"""How a command begins to say that it could not have the server, or the copy."""
_OF_ONE_RUN = re.compile(
    r"(?<=copies/)[0-9a-f]{16}|(?<=head )[0-9a-f]{8}(?=…)|(?m:^backups\t.*$)|(?<=with )\d notes?"
)
"""What differs from run to run besides random names: the copy, the head, and a backup that a move makes before it has the lock."""
_EARLIER = ("note", "2", "Earlier")
"""What another machine has recorded, where the copy is behind."""

OTHERS = (
    ("note", "1", "Meanwhile"),
    ("make", "Paint a door", "--to", "kim"),
    ("undo",),
    ("doctor", "--fix"),
    ("person", "rename", "dana", "dana-b"),
)
"""The commands that overtake."""
_ELSEWHERE = OTHERS[1:3] + OTHERS[4:]
"""Those that also do so on another machine, where only what they record matters."""
_LOOKS = (
    Scene("doctor", ("doctor",)),
    Scene("doctor --fix", ("doctor", "--fix")),
    Scene("doctor --fix (where nothing is)", ("doctor", "--fix"), "nothing"),
    Scene("list", ("list", "--all")),
    Scene("export", ("export", "--journal")),
    Scene("backup", ("backup", "~/files/new.db")),
)
"""Commands that record nothing, and ask the server."""
_THOROUGHLY = ("make", "undo", "make (founding)")
"""The commands that are also overtaken while they connect; all connections begin alike."""
_BEHIND = ("make", "note", "undo", "import (csv)", "doctor --fix", "export")
"""The commands that are also tried where the copy lacks what another machine has recorded."""
_SAMPLE = ("make (founding)", "note", "undo")
_OTHERS_OF_A_SAMPLE = OTHERS[1:2]
_OF_A_MUTANT = ("doctor --fix",)
_MOST_OF_A_MUTANT = 8


class Start(NamedTuple):
    """A scene, and whether the copy is behind when it begins."""

    scene: Scene
    is_behind: bool = False

    def __str__(self) -> str:
        return f"{self.scene.name}{', behind' if self.is_behind else ''}"


class Case(NamedTuple):
    """A scene, the message at which it is overtaken, the command that overtakes, and whether that is on the same machine."""

    start: Start
    piece: Piece
    other: tuple[str, ...]
    is_same_machine: bool

    def __str__(self) -> str:
        where = "the same machine" if self.is_same_machine else "another machine"
        return f"{self.start}, {self.piece} held, {' '.join(self.other)!r} on {where}"


class Outcome(NamedTuple):
    """What each of the two commands left, None for one that was not run, and what is in the ledger after them."""

    held: Done | None
    other: Done | None
    content: str


class Machines:
    """Two homes with a ledger in a schema that only they use. On the first one it is reached by way of a proxy."""

    def __init__(self, directory: Path, schema: Schema, proxy: Proxy, mutant: str | None) -> None:
        self._schema, self._proxy, self._mutant = schema, proxy, mutant
        self._homes = (directory / "first", directory / "second")
        self._addresses = (schema.address_at(proxy.database), schema.address)

    def _lay(self, start: Start) -> None:
        template = servers.find_template(start.scene.begins)
        template.lay(self._homes[0], self._schema, self._addresses[0])
        template.lay_home(self._homes[1], self._addresses[1])
        if start.is_behind:
            done = self._run(_EARLIER, 1)
            assert done.code == 0, done

    def _run(self, words: Sequence[str], machine: int) -> Done:
        home, address = self._homes[machine], self._addresses[machine]
        done = shared().run(
            [word.replace("~", str(home)) for word in words],
            env=servers.environment_of(home, address),
            cwd=home,
            timeout=120,
            mutant=self._mutant,
        )
        return Done(*(self._name_plainly(text, machine) for text in done[:2]), done.code)

    def _name_plainly(self, text: str, machine: int) -> str:
        """A text as every machine would have it."""
        text = text.replace(str(self._homes[machine]), "~").replace(
            self._addresses[machine], "postgresql://…"
        )
        return plain(_OF_ONE_RUN.sub("…", text))

    def learn_messages(self, start: Start) -> list[Piece]:
        """Let a scene go well, and return its messages in order."""
        self._lay(start)
        self._proxy.begin()
        done = self._run(start.scene.words, 0)
        self._proxy.wait_until_settled()
        assert done.code == 0, (start, done)
        return list(self._proxy.pieces)

    def run_in_turn(
        self, start: Start, other: tuple[str, ...], machine: int, order: Sequence[str]
    ) -> Outcome:
        """Let the commands be run one after the other."""
        self._lay(start)
        self._proxy.begin()
        words = {_HELD: (start.scene.words, 0), _OTHER: (other, machine)}
        done = {which: self._run(*words[which]) for which in order}
        self._proxy.wait_until_settled()
        return Outcome(done.get(_HELD), done.get(_OTHER), self._look())

    def overtake(self, case: Case) -> Outcome:
        """Let a command be overtaken. Raises AssertionError when it never came to the message."""
        self._lay(case.start)
        machine = 0 if case.is_same_machine else 1
        others: list[Done] = []
        thread = threading.Thread(
            target=lambda: others.append(self._run(case.other, machine)), daemon=True
        )

        def meanwhile(connection: Connection) -> None:
            if connection.backend and self._has_lock(connection.backend):
                connection.end_server()
            is_copy_locked = case.is_same_machine and self._is_copy_locked()
            thread.start()
            thread.join(_COPY_SECONDS if is_copy_locked else None)

        self._proxy.begin(Cut(case.piece, "held"), meanwhile)
        held = self._run(case.start.scene.words, 0)
        assert self._proxy.was_cut.is_set(), f"{case}: it never came to this message: {held}"
        thread.join()
        self._proxy.wait_until_settled()
        return Outcome(held, others[0], self._look())

    def _has_lock(self, backend: int) -> bool:
        """Whether a process of the server is in a transaction that locks or has written something."""
        question = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND backend_xid IS NOT NULL"
        return bool(self._schema.run(question, (backend,)))

    def _is_copy_locked(self) -> bool:
        """Whether a command reads or writes the first machine's copy, so that another one would wait to write."""
        copy = servers.find_copy(self._homes[0], self._addresses[0])
        if not copy.exists():
            return False
        with closing(sqlite3.connect(copy, timeout=0, isolation_level=None)) as db:
            try:
                db.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                return True
            db.execute("ROLLBACK")
        return False

    def _look(self) -> str:
        """What is in the ledger, after both machines have looked; what is wrong with that, too."""
        self._proxy.begin()
        examined = self._run(("doctor",), 0)  # it compares every row with the server
        seen = self._run(("list",), 1)
        copies = map(servers.find_copy, self._homes, self._addresses)
        contents = [scenes.content(copy) if copy.exists() else "no copy" for copy in copies]
        wrong = [str(done) for done in (examined, seen) if done.code or "Traceback" in done.stderr]
        return "\n".join((*dict.fromkeys(contents), *wrong))


class Oracle:
    """What commands say and record one after the other; learnt when it is first asked for, on machines that nothing else uses."""

    def __init__(self, free: "SimpleQueue[Machines]") -> None:
        self._free = free
        self._known: dict[object, Outcome] = {}

    def find_outcome(self, case: Case, order: Sequence[str]) -> Outcome:
        """What comes of two commands in an order."""
        machine = 0 if case.is_same_machine else 1
        other = (case.other, machine) if _OTHER in order else None
        start = case.start if _HELD in order else (case.start.scene.begins, case.start.is_behind)
        if (start, other, order) not in self._known:  # two threads may learn the same
            machines = self._free.get()
            try:
                found = machines.run_in_turn(case.start, case.other, machine, order)
            finally:
                self._free.put(machines)
            self._known[start, other, order] = found
        return self._known[start, other, order]

    def find_faults(self, case: Case, found: Outcome) -> list[str]:
        """What is wrong with an outcome: nothing, where one of the orders explains it."""
        if any(_is_explained(found, self.find_outcome(case, order)) for order in _ORDERS):
            return []
        known = [self.find_outcome(case, order) for order in _ORDERS[:2]]
        for field, words in (("held", case.start.scene.words), ("other", case.other)):
            if words[0] == "doctor" and _is_examined_in_between(found, known, field):
                return []
        return [f"{case}: {'; '.join(_iter_differences(found, known[0]))}"]


def _is_explained(found: Outcome, known: Outcome) -> bool:
    """Whether an outcome is the known one; what is not known has to be that the connection was lost."""
    answers = ((found.held, known.held), (found.other, known.other))
    return found.content == known.content and all(
        one == other if other else one is not None and _is_lost(one) for one, other in answers
    )


def _is_lost(done: Done) -> bool:
    """Whether a command says that it lost its connection, or waited in vain."""
    said = done.stderr.removeprefix("promisectl: ")
    return done.code == errors.LedgerError.exit_code and said.startswith(_LOST)


def _is_examined_in_between(found: Outcome, known: Sequence[Outcome], field: str) -> bool:
    """Whether every line of an examination is one that it has before or after the other command, as it takes several looks."""
    examined: Done = getattr(found, field)
    outcomes: list[Done] = [getattr(one, field) for one in known]
    lines = {line for done in outcomes for line in _iter_lines(done)}
    return lines.issuperset(_iter_lines(examined)) and any(
        examined.code == done.code and found == one._replace(**{field: examined})
        for done, one in zip(outcomes, known, strict=True)
    )


def _iter_lines(done: Done) -> Iterator[str]:
    yield from done.stdout.splitlines()
    yield from done.stderr.splitlines()


def _iter_differences(found: Outcome, known: Outcome) -> Iterator[str]:
    """What there is in an outcome that is not in the known one."""
    for name, one, other in zip(found._fields, found, known, strict=True):
        if one != other:
            yield f"{name}: {one}, instead of {other}"


def _iter_places(start: Start, pieces: Sequence[Piece], size: Size) -> Iterator[Piece]:
    """The questions of a command, and the first message of each answer; those of the login only for some commands, and in no sample."""
    has_login = size.whole and start.scene.name in _THOROUGHLY
    is_asked = False
    for piece in pieces:
        is_question = piece.sender == CLIENT and piece.kind != "X"
        is_answer = piece.sender == SERVER and is_asked
        if (is_question or is_answer) and (has_login or piece.kind not in ("startup", "R")):
            yield piece
        if is_question or is_answer:
            is_asked = is_question


def _list_starts(size: Size, mutant: str | None) -> list[Start]:
    chosen = _OF_A_MUTANT if mutant else None if size.whole else _SAMPLE
    known = [scene for scene in (*scenes.MOVES, *_LOOKS) if chosen is None or scene.name in chosen]
    behind = [Start(scene, is_behind=True) for scene in known if scene.name in _BEHIND]
    return [*map(Start, known), *(behind if size.whole else ())]


def _list_others(size: Size, mutant: str | None) -> list[tuple[tuple[str, ...], bool]]:
    """The commands that overtake, each with whether it is on the same machine."""
    here, elsewhere = (
        (OTHERS, _ELSEWHERE) if size.whole else (_OTHERS_OF_A_SAMPLE, _OTHERS_OF_A_SAMPLE)
    )
    there = () if mutant else elsewhere
    return [*((other, True) for other in here), *((other, False) for other in there)]


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    size = SAMPLE if mutant else size
    number = _WORKERS if size.whole else _WORKERS_OF_A_SAMPLE
    with tempfile.TemporaryDirectory(prefix="overtaken-", dir=MEMORY) as root, ExitStack() as stack:
        names = count(1)

        def open_machines(mutant: str | None) -> Machines:
            schema = stack.enter_context(servers.open_schema())
            proxy = stack.enter_context(Proxy(schema.database))
            directory = Path(root) / f"machines-{next(names)}"
            directory.mkdir()
            return Machines(directory, schema, proxy, mutant)

        free, sound = SimpleQueue[Machines](), SimpleQueue[Machines]()
        for _ in range(number):
            free.put(open_machines(mutant))
            sound.put(open_machines(None))
        oracle, learner = Oracle(sound), open_machines(None)
        others = _list_others(size, mutant)
        cases = [
            Case(start, piece, other, is_same_machine)
            for start in _list_starts(size, mutant)
            for piece in _iter_places(start, learner.learn_messages(start), size)
            for other, is_same_machine in others
        ]
        cases = cases[:_MOST_OF_A_MUTANT] if mutant else cases
        done, lock = count(1), threading.Lock()

        def run(case: Case) -> list[str]:
            machines = free.get()
            try:
                found = machines.overtake(case)
            finally:
                free.put(machines)
                with lock:
                    step(next(done), len(cases))
            return oracle.find_faults(case, found)

        with ThreadPoolExecutor(number) as pool:
            faults = [fault for found in pool.map(run, cases) for fault in found]
    same = sum(case.is_same_machine for case in cases)
    scenes_tried = len({case.start.scene for case in cases})
    return Found(
        len(cases),
        faults,
        f"{scenes_tried} commands; {same} by one of the same machine, {len(cases) - same} by one of another",
    )


PROOF = Proof(
    guarantee="G3",
    says="a command that is overtaken by another at any message: both end as if one had come after the other",
    counts="times overtaken",
    goal="0 false alarms, 0 wrong answers, 0 half done",
    tried=_tried,
    mutants=("an answer about a later copy",),
    needs_server=True,
)
