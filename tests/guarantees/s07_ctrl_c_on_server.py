"""G13 with a server: Ctrl-C answers at once while a command connects, waits for the lock, gets rows, sends them, or waits to hear that they are recorded.

130 is nothing recorded. Once the COMMIT is under way nobody can know; the answer is 7 then, and just as fast.
"""

import random
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from promisectl import errors
from tests.guarantees.g13_ctrl_c import LIMIT, LIMIT_OF_A_SAMPLE, open_bare_process
from tests.guarantees.harness import ledgers, servers
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.proxy import SERVER, Cut, Piece, Proxy
from tests.guarantees.harness.servers import Schema
from tests.tools.fork_server import shared

_TIMES = 20
_GIVE_UP = 15
_ROWS = 2_000
_INTERRUPTED, _UNCERTAIN = errors.INTERRUPTED_EXIT_CODE, errors.WriteUncertain.exit_code
_VIEW, _MOVE, _IMPORT = ("list",), ("note", "1", "Hm"), ("import", "many.csv", "--new")
_LOCKED_OUT = (
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
_LOOKING_MOVE = ("make", "Paint the fence", "--to", "dana")
"""It reads the ledger before it takes the lock."""


class Moment(NamedTuple):
    """Something that a command waits for when the signal comes: where the proxy falls silent or cuts, and how it has to end.

    `find` chooses the message among those of a run that went well; None where nothing is cut. `pause` is how long to wait then, in seconds.
    `is_behind` is whether another machine has recorded something that the copy lacks.
    """

    name: str
    words: Sequence[str]
    find: Callable[[Sequence[Piece]], Piece] | None
    code: int
    how: str = "silent"
    returns: bool = True
    pause: float = 0.1
    is_locked: bool = False
    is_behind: bool = False


def _find_commit(pieces: Sequence[Piece]) -> Piece:
    return next(piece for piece in pieces if piece.commits)


def _find_query(pieces: Sequence[Piece]) -> Piece:
    return next(piece for piece in pieces if piece.kind == "Q")


def _find_last_query(pieces: Sequence[Piece]) -> Piece:
    return [piece for piece in pieces if piece.kind == "Q"][-1]


def _find_answer(pieces: Sequence[Piece], to: Callable[[Sequence[Piece]], Piece]) -> Piece:
    return next(piece for piece in pieces[pieces.index(to(pieces)) + 1 :] if piece.sender == SERVER)


def _find_rows(pieces: Sequence[Piece]) -> Piece:
    """The first message with rows, which is not the last one."""
    queries = [piece for piece in pieces if piece.kind == "Q"]
    return queries[queries.index(_find_commit(pieces)) - 1]


_MOMENTS = (
    Moment("a view that connects", _VIEW, lambda pieces: pieces[0], _INTERRUPTED),
    Moment("a view that logs in", _VIEW, lambda pieces: pieces[1], _INTERRUPTED),
    Moment(
        "a view that waits for the head",
        _VIEW,
        lambda pieces: _find_answer(pieces, _find_query),
        _INTERRUPTED,
    ),
    Moment("a move that connects", _MOVE, lambda pieces: pieces[0], _INTERRUPTED),
    Moment("a move that waits for the lock", _MOVE, None, _INTERRUPTED, is_locked=True, pause=0.5),
    Moment("an import that sends rows", _IMPORT, _find_rows, _INTERRUPTED),
    Moment("a move that sends the COMMIT", _MOVE, _find_commit, _UNCERTAIN),
    Moment(
        "a move that waits for the answer",
        _MOVE,
        lambda pieces: _find_answer(pieces, _find_commit),
        _UNCERTAIN,
    ),
    Moment(
        "a move that looks what became of it",
        _MOVE,
        _find_commit,
        _UNCERTAIN,
        "before",
        returns=False,
        pause=2,
    ),
    Moment(
        "a view that fetches what is new",
        _VIEW,
        lambda pieces: _find_answer(pieces, _find_last_query),
        _INTERRUPTED,
        is_behind=True,
    ),
    Moment(
        "a move that has fetched what is new and waits for the lock",
        _LOOKING_MOVE,
        None,
        _INTERRUPTED,
        is_locked=True,
        is_behind=True,
        pause=0.5,
    ),
    Moment(
        "a move that has fetched what is new and waits for the answer",
        _MOVE,
        lambda pieces: _find_answer(pieces, _find_commit),
        _UNCERTAIN,
        is_behind=True,
    ),
)


class Stopped(NamedTuple):
    """How long a command took to end and how long a bare process took."""

    took: float
    bare: float


class Machine:
    """A home, a schema and a proxy between them."""

    def __init__(self, home: Path, schema: Schema, proxy: Proxy, mutant: str | None) -> None:
        self._home, self._schema, self._proxy, self._mutant = home, schema, proxy, mutant
        self._other_home = home.with_name("other")
        self._address = schema.address_at(proxy.database)
        self._learnt: dict[tuple[Sequence[str], bool], list[Piece]] = {}

    def _lay(self, *, is_behind: bool) -> None:
        template = servers.find_template("full")
        if is_behind:
            template.lay(self._other_home, self._schema, self._schema.address)
        template.lay(self._home, self._schema, self._address)
        if is_behind:
            self._run(("note", "2", "Meanwhile"), self._other_home, self._schema.address)
        (self._home / "many.csv").write_text(ledgers.rows(_ROWS), encoding="utf-8")

    def _run(self, words: Sequence[str], home: Path, address: str) -> None:
        done = shared().run(words, env=servers.environment_of(home, address), cwd=home)
        assert done.code == 0, done

    def _learn(self, words: Sequence[str], *, is_behind: bool) -> list[Piece]:
        """The messages of a command that goes well."""
        if (words, is_behind) not in self._learnt:
            self._lay(is_behind=is_behind)
            self._proxy.begin()
            self._run(words, self._home, self._address)
            self._proxy.wait_until_settled()
            self._learnt[words, is_behind] = list(self._proxy.pieces)
        return self._learnt[words, is_behind]

    def interrupt(self, moment: Moment, part: float, limit: float) -> tuple[Stopped, list[str]]:
        """Stop a command at a moment; what is wrong then."""
        is_behind = moment.is_behind
        piece = moment.find(self._learn(moment.words, is_behind=is_behind)) if moment.find else None
        self._lay(is_behind=is_behind)
        head = self._schema.find_head()
        self._proxy.begin(Cut(piece, moment.how, moment.returns) if piece else None)
        lock = self._hold_lock() if moment.is_locked else nullcontext()
        with (
            lock,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
            open_bare_process() as bare,
        ):
            with open("/dev/null", "rb") as nothing:
                run = shared().start(
                    moment.words,
                    env=servers.environment_of(self._home, self._address),
                    cwd=self._home,
                    stdin=nothing,
                    stdout=out,
                    stderr=err,
                    mutant=self._mutant,
                )
            self._wait(moment)
            time.sleep(0.02 + moment.pause * part)
            began = time.monotonic()
            run.send(signal.SIGINT)
            bare.send_signal(signal.SIGINT)
            bare.wait()
            taken_bare = time.monotonic() - began
            code = _wait_for(run, limit + taken_bare + 1)
            taken = time.monotonic() - began
            err.seek(0)
            said = err.read().decode(errors="replace")
        self._proxy.wait_until_settled()
        stopped = Stopped(taken, taken_bare)
        faults = [*_judge(moment, stopped, code, said, limit)]
        if code == _INTERRUPTED and self._schema.find_head() != head:
            faults.append("it is recorded nevertheless")
        return stopped, [f"{moment.name}: {fault}" for fault in faults]

    def _wait(self, moment: Moment) -> None:
        """Wait until a command has come to the moment."""
        until = time.monotonic() + _GIVE_UP
        while time.monotonic() < until:
            if self._is_locked_out() if moment.is_locked else self._proxy.was_cut.is_set():
                return
            time.sleep(0.002)
        raise TimeoutError(moment.name)

    def _is_locked_out(self) -> bool:
        return bool(self._schema.run(_LOCKED_OUT))

    @contextmanager
    def _hold_lock(self) -> Iterator[None]:
        import psycopg2

        with (
            closing(psycopg2.connect(self._schema.address)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 FROM head FOR UPDATE")
            yield


def _wait_for(run: object, seconds: float) -> int:
    try:
        return run.wait(seconds)  # type: ignore[attr-defined,no-any-return]
    except TimeoutError:
        run.kill()  # type: ignore[attr-defined]
        return run.wait(seconds)  # type: ignore[attr-defined,no-any-return]


def _judge(moment: Moment, stopped: Stopped, code: int, said: str, limit: float) -> Iterator[str]:
    if stopped.took - stopped.bare > limit:
        yield f"it took {stopped.took:.2f} s to end, and a bare process {stopped.bare:.2f} s"
    elif code not in (moment.code, *((-signal.SIGINT,) if moment.code == _INTERRUPTED else ())):
        yield f"it ended with {code}: {said[-400:]}"
    elif code == _UNCERTAIN and "may or may not be recorded" not in said:
        yield f"it says more than anybody can know: {said[-400:]}"
    if "Traceback" in said:
        yield f"it printed a traceback: {said[-900:]}"


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    limit = LIMIT if size.whole else LIMIT_OF_A_SAMPLE
    number = random.Random(size.seed)
    moments = _MOMENTS[:1] if mutant else _MOMENTS
    times = size.of(_TIMES)
    faults: list[str] = []
    stopped: list[Stopped] = []
    with (
        tempfile.TemporaryDirectory(prefix="ctrl-c-") as root,
        servers.open_schema() as schema,
        Proxy(schema.database) as proxy,
    ):
        machine = Machine(Path(root) / "home", schema, proxy, mutant)
        for moment in moments * times:
            one, found = machine.interrupt(moment, number.random(), limit)
            stopped.append(one)
            faults += found
            step(len(stopped), len(moments) * times)
    took, bare = [one.took for one in stopped], [one.bare for one in stopped]
    figures = f"worst {max(took):.3f} s, median {statistics.median(took):.3f} s, a bare process {max(bare):.3f} s and {statistics.median(bare):.3f} s"
    return Found(len(stopped), faults, figures)


PROOF = Proof(
    guarantee="G13",
    says="Ctrl-C answers at once while a server is waited for, and the answer is true",
    counts="commands stopped",
    goal=f"< {LIMIT} s",
    tried=_tried,
    mutants=("waiting inside the driver",),
    needs_server=True,
)
