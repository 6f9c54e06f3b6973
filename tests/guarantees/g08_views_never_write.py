"""G8: views never write: every view in every form, on every kind of ledger, under strace; and readers beside a writer."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from promisectl import errors
from tests.conftest import tool
from tests.guarantees.harness import ledgers, readers, views
from tests.guarantees.harness.mutants import STEP_LATER
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.watching import Answered, Asked, Call, Watch

_NAMES = "/etilqs_"  # what SQLite calls the file of a table that goes with the connection
_STREAMS = ("pipe:", "socket:", "/dev/pts/", "/dev/null", "/dev/tty", "/dev/ptmx")
_READS = {
    "open",
    "openat",
    "openat2",
    "mmap",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "umask",
    "write",
    "writev",
}
_STRANGE = {2, 3}


class Kind(NamedTuple):
    """A kind of ledger: how a home with it is made, what goes on meanwhile, and what a view may do there besides.

    `alike`: each view answers as it does with an ordinary ledger; where there is a `refusal` it may say that instead, and end with 5.
    `temporary`: rows may wait in a nameless file. `program`: another program of `mutants` that looks at it.
    """

    ready: Callable[[Path], None]
    alike: bool = True
    meanwhile: Callable[[Path], Any] = nullcontext
    refusal: str = ""
    temporary: bool = False
    program: str | None = None


def _held_to_modes() -> Sequence[str]:
    """The words that let even root be refused by the mode of a file."""
    if hasattr(os, "geteuid") and not os.geteuid():
        off = "-dac_override,-dac_read_search,-fowner"
        return (tool("setpriv"), f"--inh-caps={off}", f"--bounding-set={off}", "--")
    return ()


KINDS: Mapping[str, Kind] = {
    "a ledger": Kind(ledgers.some),
    "no ledger": Kind(ledgers.none, alike=False),
    "a ledger of the schema step before": Kind(ledgers.some, program=STEP_LATER),
    "a ledger that may only be read": Kind(ledgers.read_only),
    "a ledger while a move is written": Kind(ledgers.some, meanwhile=ledgers.being_written),
    "a ledger in WAL mode": Kind(
        ledgers.wal, refusal="to WAL mode, in which even a view would write files"
    ),
    f"a ledger of {ledgers.MANY:,} promises": Kind(ledgers.many, alike=False, temporary=True),
}

_LEAST = {"a ledger": 16, "no ledger": 6}  # lines in a sample


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """All views on all kinds of ledgers, then a hot journal, then readers beside a writer; of a mutant no more than its first fault."""
    lines = views.lines()
    chosen = {
        name: size.some(lines, _LEAST.get(name, 4))
        for name, kind in KINDS.items()
        if size.whole or not kind.temporary
    }
    faults, done, of = list[str](), 0, sum(map(len, chosen.values()))
    with Watch(_held_to_modes()) as watch:
        usual: dict[str, Answered] = {}
        for name, kind in KINDS.items():
            for answer in _looked(watch, kind, chosen.get(name, ()), mutant):
                usual.setdefault(str(answer.asked), answer)
                faults += [
                    f"{answer.asked}, with {name}: {fault}"
                    for fault in _faults(answer, kind, usual)
                ]
                step(done := done + 1, of)
                if mutant and faults:
                    return Found(done, faults)
        faults += _after_a_crash(watch, mutant)
    beside = readers.beside_a_writer(size.of(readers.VIEWS, 32), mutant)
    figures = f"{len(lines)} command lines on {len(KINDS)} kinds of ledgers; {beside.figures}"
    return Found(of + beside.tried, [*faults, *beside.faults], figures)


def _looked(
    watch: Watch, kind: Kind, lines: Sequence[Asked], mutant: str | None
) -> Iterator[Answered]:
    with ledgers.home_with(kind.ready) as home, kind.meanwhile(home):
        for line in lines:
            yield watch.run(home, line, mutant or kind.program)


def _faults(answer: Answered, kind: Kind, as_usual: Mapping[str, Answered]) -> Iterator[str]:
    """What is wrong with what a view did, which is to answer `as_usual` where the ledger is like an ordinary one."""
    said = answer.stdout + answer.stderr
    refused = (
        bool(kind.refusal)
        and answer.code == errors.LedgerError.exit_code
        and kind.refusal in " ".join(said.split())
    )
    examined = answer.asked.words[:1] == (
        "doctor",
    )  # it says what is odd about a ledger, and ends with 5 where it is damaged
    known = as_usual.get(str(answer.asked)) if kind.alike and not (examined or refused) else None
    left = (
        answer.asked.at_terminal and answer.code == errors.INTERRUPTED_EXIT_CODE
    )  # at a question: nobody answers here
    if "Traceback" in said or not (
        refused or left or answer.code in ((0, 2, 3, 5, 10) if examined else (0, 2, 3, 10))
    ):
        yield f"it ended with {answer.code}: {said.strip()[-200:]}"
    if (
        known
        and (answer.code, answer.stdout) != (known.code, known.stdout)
        and not (kind.refusal and _at_a_tab(answer))
    ):
        yield f"it answered {answer.stdout[:100]!r}, and with an ordinary ledger {known.stdout[:100]!r}"
    if not answer.calls:
        yield "no call of it was seen"
    yield from (
        f"it called {call}"
        for call in answer.calls
        if _changes(call) and not _allowed(call, kind, answer.asked)
    )
    if answer.changed:
        yield f"its home changed: {', '.join(sorted(answer.changed))}"


def _at_a_tab(answer: Answered) -> bool:
    """Whether a shell asks, to which nothing is said where something is wrong."""
    return answer.asked.words[:1] == ("completion",) and (answer.code, answer.stdout) == (0, "")


def _changes(call: Call) -> bool:
    """Whether a call could change anything but a stream."""
    if call.name in {"open", "openat", "openat2"}:
        return any(
            flag in call.arguments
            for flag in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE", "O_APPEND")
        ) and not _stream(call)
    if call.name == "mmap":
        return (
            "PROT_WRITE" in call.arguments
            and "MAP_SHARED" in call.arguments
            and "MAP_ANONYMOUS" not in call.arguments
        )
    if call.name in {"write", "writev"}:
        return not _stream(call)
    if call.name == "fchown" and hasattr(
        os, "getuid"
    ):  # as root, SQLite gives a journal to the owner of the ledger, who has it already
        return not call.arguments.endswith(f"-journal>, {os.getuid()}, {os.getgid()}")
    return call.name not in _READS


def _stream(call: Call) -> bool:
    return bool(call.paths) and call.paths[0].startswith(_STREAMS)


def _allowed(call: Call, kind: Kind, asked: Asked) -> bool:
    """Whether a kind of ledger lets a view do that; what is read from stdin waits in a nameless file until it is judged."""
    if (
        asked.given
        and call.paths
        and tempfile.gettempdir() in (call.paths[0], os.path.dirname(call.paths[0]))
    ):
        return True
    if not (kind.temporary and call.paths and _NAMES in call.paths[0]):
        return False
    return "O_CREAT" not in call.arguments or (
        "O_EXCL" in call.arguments and "0600" in call.arguments
    )


def _after_a_crash(watch: Watch, mutant: str | None) -> Iterator[str]:
    """The one time that a view writes: it takes back what a command left half done, and answers as if that had never begun."""
    line = Asked(("list", "--all", "--csv"))
    (usual,) = _looked(watch, Kind(ledgers.some), [line], mutant)
    first, second = _looked(watch, Kind(ledgers.hot), [line, line], mutant)
    (refused,) = _looked(watch, Kind(_hot_and_read_only), [line], mutant)
    ledger = str(ledgers.place(Path()))
    if (first.code, first.stdout) != (0, usual.stdout):
        yield f"{line}, after a crash: it answered {first.stdout[:100]!r}, {first.stderr!r}"
    if set(first.changed) != {ledger, f"{ledger}-journal", os.path.dirname(ledger)}:
        yield f"{line}, after a crash: its home changed: {', '.join(sorted(first.changed))}"
    yield from (
        f"{line}, the second time after a crash: {what}"
        for what in _faults(second, Kind(ledgers.hot), {str(line): usual})
    )
    if refused.code != 5 or refused.changed or refused.stdout:
        yield f"{line}, after a crash, where nothing may be written: {refused.code} {refused.stdout!r}, changed: {refused.changed}"


def _hot_and_read_only(home: Path) -> None:
    ledgers.hot(home)
    for name in ("ledger.db", "ledger.db-journal"):
        ledgers.place(home).with_name(name).chmod(0o400)
    ledgers.place(home).parent.chmod(0o500)


PROOF = Proof(
    "G8",
    "views never write, never wait for a move that is being written, and see one moment of the ledger",
    "views",
    "0 writes, 0 lock errors",
    tried,
    ("a view that may write", "a view that leaves a mark"),
)
