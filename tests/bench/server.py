"""How long commands take with a ledger on a server: `python -m tests.bench.server [--runs N] [--promises N] [--write FILE]`.

A PostgreSQL server on this machine keeps the ledger. Commands are run in turn with `python -c pass`, once over a socket of this machine,
once over a connection with 20 ms between question and answer, and once on a file: the medians of the ratios. Where sshd is installed, the
same commands are run on a file by ssh over such a connection, with one that is open already. Then a journal is imported, into a file and onto
the server, and a new machine fetches its copy. With --write FILE the tables go into a Markdown page, under its heading “On a server”.
"""

import argparse
import asyncio
import getpass
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import many
from tests.bench.timed import NOTHING, PROGRAM
from tests.tools import postgres, sections

HEADING = "On a server"
_FAR_SECONDS = 0.02
_FIRST_VIEW_RATE, _IMPORT_RATIO = 2_500, 1.5
_SSHD = "/usr/sbin/sshd"


class Case(NamedTuple):
    """A command, the words of its nth call, the ratio to stay below, and what it asks the server for: its messages."""

    name: str
    words: Callable[[int], Sequence[str]]
    most: float
    messages: str


CASES = (
    Case("`status`", lambda _: ["status"], 3, "0"),
    Case("TAB after `accept`", lambda _: ["completion", "zsh", "--", "accept", ""], 4, "0"),
    Case("`owe`, piped", lambda _: ["owe"], 7, "1"),
    Case(
        "`make`",
        lambda nth: ["make", f"Another {nth}", *("--to", "dana", "--by", "fri", "--agreed")],
        8,
        "3",
    ),
    Case("`accept`", lambda nth: ["accept", str(nth)], 8, "2"),
    Case("`complete`", lambda nth: ["complete", str(nth)], 8, "2"),
)


class Way(NamedTuple):
    """A way to a ledger: how a command is run there, and in which environment."""

    name: str
    run: Sequence[str]
    environ: Mapping[str, str]


def main() -> None:
    """Print the tables, with the figures to reach."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.server",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=21, help="pairs of each command")
    parser.add_argument("--promises", type=int, default=10_000, help="how many the journal has")
    parser.add_argument(
        "--write",
        metavar="FILE",
        type=Path,
        help=f"put the tables into a Markdown file, under “{HEADING}”",
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="promisectl-bench-") as home:
        told = "\n".join(_tables(Path(home), asked.runs, asked.promises))
    print(told)
    if asked.write:
        sections.put(asked.write, HEADING, told)


def _tables(home: Path, runs: int, promises: int) -> Iterator[str]:
    with ExitStack() as stack:
        server = stack.enter_context(postgres.start_server(fsync="on"))
        yield f"Measured on {sections.today()}, {sections.versions()}, PostgreSQL 18, {sections.machine()}: medians of {runs} pairs, times `python -c pass`."
        yield ""
        ways = list(_ways(home, server, stack))
        for way in ways:
            _fill(way, 2 * (runs + 2))
        yield f"| | {' | '.join(way.name for way in ways)} | to stay below | messages |"
        yield f"|---|{'--:|' * (len(ways) + 2)}"
        for case in CASES:
            ratios = _measure(case, ways, runs)
            yield f"| {case.name} | {' | '.join(f'{ratio:.1f}' for ratio in ratios)} | {case.most} | {case.messages} |"
        yield ""
        yield "“Messages” counts those to the server that are answered one after the other; connecting comes before them."
        yield ""
        yield from _many(home, server, promises)


def _ways(home: Path, server: postgres.PostgresServer, stack: ExitStack) -> Iterator[Way]:
    yield Way("a file", PROGRAM, _environ(home / "file"))
    near, far = server.create_database(), server.create_database()
    yield Way("a server here", PROGRAM, _environ(home / "near", server.address(near)))
    place = str(server.directory / ".s.PGSQL.5432")
    port = stack.enter_context(_far_connection(lambda: asyncio.open_unix_connection(place)))
    address = f"postgresql://owner@127.0.0.1:{port}/{far}?sslmode=disable"
    yield Way("a server, 20 ms away", PROGRAM, _environ(home / "far", address))
    if os.path.exists(_SSHD) and shutil.which("ssh"):
        yield Way("by ssh, 20 ms away", stack.enter_context(_ssh(home)), _environ(home / "ssh"))


def _environ(home: Path, ledger: str = "") -> dict[str, str]:
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "PROMISECTL", "XDG"))
    }
    more = {"PROMISECTL_LEDGER": ledger} if ledger else {}
    return {**kept, "HOME": str(home), "COLUMNS": "80", **more}


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def _far_connection(connect: Callable[[], Awaitable[Any]]) -> Iterator[int]:
    """The port of a connection to somewhere else, which takes half of the distance each way."""
    loop = asyncio.new_event_loop()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            loop.call_later(_FAR_SECONDS / 2, writer.write, data)
        loop.call_later(_FAR_SECONDS / 2, writer.close)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # at the end
            try:
                there = await connect()
            except OSError:  # nobody listens there yet: who connects tries again
                writer.close()
                return
            await asyncio.gather(
                pass_on(reader, there[1]), pass_on(there[0], writer), return_exceptions=True
            )

    listening = loop.run_until_complete(asyncio.start_server(answer, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield int(listening.sockets[0].getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(_cancel_tasks(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _cancel_tasks() -> None:
    """End what still passes on."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _ssh(home: Path) -> Iterator[list[str]]:
    """The words that run the program by ssh over a far connection that is open already."""
    place = Path(tempfile.mkdtemp(prefix="ssh-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        for name in ("host", "key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name], check=True
            )
        shutil.copy(place / "key.pub", place / "authorized")
        port = _free_port()
        settings = {
            "Port": port,
            "ListenAddress": "127.0.0.1",
            "HostKey": place / "host",
            "AuthorizedKeysFile": place / "authorized",
            "StrictModes": "no",
            "PidFile": "none",
            "PermitRootLogin": "yes",
            "UsePAM": "no",
        }
        (place / "config").write_text(
            "".join(f"{name} {value}\n" for name, value in settings.items())
        )
        os.makedirs("/run/sshd", exist_ok=True)
        process = stack.enter_context(
            subprocess.Popen([_SSHD, "-D", "-f", place / "config"], stderr=subprocess.DEVNULL)
        )
        stack.callback(process.terminate)
        far = stack.enter_context(
            _far_connection(lambda: asyncio.open_connection("127.0.0.1", port))
        )
        options = [
            "-p",
            str(far),
            "-i",
            place / "key",
            "-S",
            place / "master",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            f"UserKnownHostsFile={place / 'known'}",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "BatchMode=yes",
        ]
        ssh = ["ssh", *map(str, options)]
        target = f"{getpass.getuser()}@127.0.0.1"
        for _ in range(50):
            if subprocess.run([*ssh, "-M", "-f", "-N", target], check=False).returncode == 0:
                break
            time.sleep(0.1)
        stack.callback(
            subprocess.run, [*ssh, "-O", "exit", target], check=False, stderr=subprocess.DEVNULL
        )
        yield [*ssh, target, f"HOME={home / 'ssh'}", *PROGRAM]


def _fill(way: Way, count: int) -> None:
    """Make promises to accept and to complete."""
    for nth in range(count):
        _run(way, ["make", f"Something-{nth}", "--to", "dana", "--by", "fri", "--asked"])


def _run(way: Way, words: Sequence[str]) -> None:
    quoted = [word.replace(" ", "-") for word in words] if way.run[0] == "ssh" else words
    if way.run[0] == "ssh":
        quoted = [word or "''" for word in quoted]
    subprocess.run([*way.run, *quoted], env=way.environ, check=True, capture_output=True)


def _measure(case: Case, ways: Sequence[Way], runs: int) -> list[float]:
    """The median ratio of each way; all are run in turn."""
    ratios: list[list[float]] = [[] for _ in ways]
    for nth in range(1, runs + 2):
        for way, found in zip(ways, ratios, strict=True):
            nothing = _time(lambda: subprocess.run(NOTHING, check=True))
            words = case.words(nth)
            taken = _time(lambda way=way, words=words: _run(way, words))
            if nth > 1:  # the first fills what the system remembers
                found.append(taken / nothing)
    return [statistics.median(found) for found in ratios]


def _time(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _many(home: Path, server: postgres.PostgresServer, promises: int) -> Iterator[str]:
    """Import a journal into a file and onto the server, in turn, and let a new machine fetch it."""
    first = Way("", PROGRAM, _environ(home / "first"))
    (home / "promises.csv").write_text(many.build_csv(promises), encoding="utf-8")
    _run(first, ["import", str(home / "promises.csv"), "-q"])
    _run(first, ["complete", *map(str, range(1, promises + 1, 2)), "-q"])
    _run(first, ["export", "--journal", "-o", str(home / "journal.jsonl")])
    taken: dict[str, list[float]] = {"file": [], "server": [], "view": []}
    for nth in range(3):
        ledger = server.address(server.create_database())
        file = Way("", PROGRAM, _environ(home / f"file-{nth}"))
        mover = Way("", PROGRAM, _environ(home / f"mover-{nth}", ledger))
        viewer = Way("", PROGRAM, _environ(home / f"viewer-{nth}", ledger))
        journal = ["import", str(home / "journal.jsonl"), "-q"]
        for name, way, words in (
            ("file", file, journal),
            ("server", mover, journal),
            ("view", viewer, ["owe", "--limit", "1"]),
        ):
            taken[name].append(_time(lambda way=way, words=words: _run(way, words)))
    file_seconds, server_seconds, view_seconds = (
        statistics.median(taken[name]) for name in ("file", "server", "view")
    )
    yield "| | | to reach |"
    yield "|---|--:|--:|"
    yield f"| import of a journal of {promises:,}, times the same into a file | {server_seconds / file_seconds:.2f} | at most {_IMPORT_RATIO} |"
    yield f"| first view on a new machine, promises a second | {promises / view_seconds:,.0f} | {_FIRST_VIEW_RATE:,} |"


if __name__ == "__main__":
    sys.exit(main())
