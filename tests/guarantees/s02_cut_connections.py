"""G4 with a server: the connection is cut at every message of every command that writes, before it and inside; every answer is true.

Once the server can be reached again afterwards, and once not. What is said is compared with what the server has: 0 is recorded, 5 is not,
and 7 is given only where nobody can know, as the server stays away.
"""

import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from tests.guarantees.harness import scenes, servers
from tests.guarantees.harness.injecting import plain
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.proxy import CLIENT, Cut, Piece, Proxy
from tests.guarantees.harness.scenes import Scene
from tests.guarantees.harness.servers import Schema, Template
from tests.tools.fork_server import Done, shared

_DONE, _REFUSED, _UNCERTAIN = 0, 5, 7
_WORKERS = 24
_WORKERS_OF_A_SAMPLE = 4
_THOROUGHLY = ("make", "undo", "make (founding)")
"""The commands that are also cut at every message by which a connection begins; all connections begin alike."""
_WITH_A_PERSON = ("edit",)
"""The commands that let the server go while a person takes time, and connect again."""
_SAMPLE = ("make (founding)", "undo")
_OF_A_MUTANT = ("undo",)
IMPATIENT = "a second for the outcome"
"""The program, but for the seconds that it waits for a server that is away: a sample has no time for them."""


class Known(NamedTuple):
    """A scene that went well: what is in the copy before and after it, what it printed, and its messages in order."""

    scene: Scene
    template: Template
    before: str
    after: str
    stdout: str
    pieces: Sequence[Piece]


class Machine:
    """A home, a schema that only it uses, and a proxy on the way to it."""

    def __init__(self, home: Path, schema: Schema, proxy: Proxy, mutant: str | None) -> None:
        self.home, self.schema, self.proxy, self._mutant = home, schema, proxy, mutant
        self.address = schema.address_at(proxy.database)

    @property
    def copy(self) -> Path:
        """Where the copy is."""
        return servers.find_copy(self.home, self.address)

    def describe_copy(self) -> str:
        """All that is in the copy."""
        return scenes.content(self.copy) if self.copy.exists() else "no copy"

    def run(self, *words: str) -> Done:
        """Run a command on this machine, whose home it names as every machine does."""
        done = shared().run(
            [word.replace("~", str(self.home)) for word in words],
            env=servers.environment_of(self.home, self.address),
            cwd=self.home,
            timeout=120,
            mutant=self._mutant,
        )
        return Done(*(text.replace(str(self.home), "~") for text in done[:2]), done.code)

    def learn(self, scene: Scene, template: Template) -> Known:
        """Let a scene go well."""
        template.lay(self.home, self.schema, self.address)
        before = self.describe_copy()
        self.proxy.begin()
        done = self.run(*scene.words)
        connections = 2 if scene.name in _WITH_A_PERSON else 1
        assert (done.code, self.proxy.connections) == (0, connections), (
            scene,
            self.proxy.connections,
            done,
        )
        self.proxy.wait_until_settled()
        after = self.describe_copy()
        assert before != after, scene
        return Known(scene, template, before, after, plain(done.stdout), list(self.proxy.pieces))

    def try_cut(self, known: Known, cut: Cut) -> list[str]:
        """What is wrong when the connection of a scene is cut: nothing."""
        known.template.lay(self.home, self.schema, self.address)
        head = self.schema.find_head()
        self.proxy.begin(cut)
        done = self.run(*known.scene.words)
        was_cut = self.proxy.was_cut.is_set()
        self.proxy.wait_until_settled()
        is_recorded = self.schema.find_head() != head
        faults = [*_find_wrong_answers(known, cut, done, is_recorded=is_recorded)]
        if not was_cut:
            faults.append(f"it never came to this message; it ended with {done.code}")
        self.proxy.begin()
        faults += self._look(known, is_recorded=is_recorded)
        return [f"{known.scene.name}, {cut}: {fault}" for fault in faults]

    def _look(self, known: Known, *, is_recorded: bool) -> Iterator[str]:
        """What a view finds afterwards, and what it leaves in the copy."""
        seen = self.run("list", "--all", "--json")
        if seen.code or seen.stderr:
            yield f"a view after it ends with {seen.code}: {seen.stderr}"
        wanted = known.after if is_recorded else known.before
        found = self.describe_copy()
        if found != wanted:
            yield f"half done: the copy holds {found}; before it was {known.before}, after it {known.after}"
        if self.copy.exists():
            yield from servers.compare_with_copy(self.schema, self.copy)


def _find_wrong_answers(known: Known, cut: Cut, done: Done, *, is_recorded: bool) -> Iterator[str]:
    said = done.stderr.strip()
    may_be = {_DONE: (True,), _REFUSED: (False,)} | (
        {} if cut.returns else {_UNCERTAIN: (True, False)}
    )
    if done.code not in may_be or "Traceback" in said:
        yield f"it ended with {done.code}: {said[-1000:]}"
    elif is_recorded not in may_be[done.code]:
        yield f"it ended with {done.code}, and it is {'' if is_recorded else 'not '}recorded: {said[-300:]}"
    if done.code == _DONE and plain(done.stdout) != known.stdout:
        yield f"it ended well, and printed {done.stdout!r}"
    if done.code == _REFUSED and "Nothing was recorded." not in said:
        yield f"it does not say that nothing was recorded: {said}"


# Where to cut


def _iter_cuts(known: Known, size: Size, mutant: str | None) -> Iterator[Cut]:
    """Every cut of a scene; in a sample some before the last message that the command sends, and all about the answer to it."""
    (commit,) = (place for place, piece in enumerate(known.pieces) if piece.commits)
    first = next(place for place, piece in enumerate(known.pieces) if piece.kind == "Q")
    begin = 0 if known.scene.name in _THOROUGHLY else first
    for place, piece in enumerate(known.pieces):
        if not size.whole and not (place == first or commit <= place < commit + 3):
            continue
        if place < begin or (piece.sender == CLIENT and piece.kind == "X"):
            continue
        for how in ("before", "inside") if size.whole or place >= commit else ("before",):
            yield Cut(piece, how)
            if mutant is None and (size.whole or place <= commit):
                yield Cut(piece, how, returns=False)
    yield Cut(known.pieces[commit], "late")


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    chosen = _OF_A_MUTANT if mutant else None if size.whole else _SAMPLE
    wanted = [scene for scene in scenes.MOVES if chosen is None or scene.name in chosen]
    number = _WORKERS if size.whole else _WORKERS_OF_A_SAMPLE
    variant = mutant or (None if size.whole else IMPATIENT)
    with tempfile.TemporaryDirectory(prefix="cut-") as root, ExitStack() as stack:
        directory, database = Path(root), servers.find_database()
        machines: SimpleQueue[Machine] = SimpleQueue()
        for place in range(number):
            schema = stack.enter_context(servers.open_schema())
            proxy = stack.enter_context(Proxy(database))
            machines.put(Machine(directory / f"home-{place}", schema, proxy, variant))
        sound = Machine(
            directory / "home",
            stack.enter_context(servers.open_schema()),
            stack.enter_context(Proxy(database)),
            None,
        )
        known = [sound.learn(scene, servers.find_template(scene.begins)) for scene in wanted]
        cases = [(one, cut) for one in known for cut in _iter_cuts(one, size, mutant)]
        done, lock = count(1), threading.Lock()

        def run(case: tuple[Known, Cut]) -> list[str]:
            machine = machines.get()
            try:
                return machine.try_cut(*case)
            finally:
                machines.put(machine)
                with lock:
                    step(next(done), len(cases))

        with ThreadPoolExecutor(number) as pool:
            faults = [fault for found in pool.map(run, cases) for fault in found]
    returning = sum(cut.returns for _, cut in cases)
    return Found(
        len(cases),
        faults,
        f"{len(known)} commands; {returning} came back, {len(cases) - returning} stayed away",
    )


PROOF = Proof(
    guarantee="G4",
    says="a connection that breaks anywhere in a command: the answer is what the server has",
    counts="cuts",
    goal="0 wrong answers, 0 half done",
    tried=_tried,
    mutants=(
        "the copy committed first",
        "a lost reply taken for a failure",
        "a lost reply taken for a success",
        "undone_by not sent",
    ),
    needs_server=True,
)
