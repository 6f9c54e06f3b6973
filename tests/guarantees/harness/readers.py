"""Eight readers beside a writer: nobody meets a lock, and whoever looks sees a state that there was."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from tests.guarantees.harness import ledgers
from tests.guarantees.harness.proof import Found
from tests.guarantees.harness.watching import environment
from tests.tools.fork_server import Done, shared

READERS = 8
VIEWS = 1200
_WHOLE = ("list --all --json", "owe --all --json", "export --format jsonl")
_ACTS, _PEOPLE = "export --acts --format jsonl", "people --json"
_LOOKS = (*_WHOLE, "moves --json", _ACTS, _PEOPLE)
_FEW = 5  # faults of a kind


def beside_a_writer(views: int, mutant: str | None) -> Found:
    """So many views by eight readers, while a writer makes and moves promises two by two."""
    with ledgers.home_with(ledgers.some) as home, ThreadPoolExecutor(READERS + 1) as pool:
        desk = _Desk(home, mutant)
        desk.make()
        writer = pool.submit(desk.write)
        readers = [
            pool.submit(desk.read, views // READERS + 1, number) for number in range(READERS)
        ]
        wait(readers)
        desk.closed = True
        faults = [fault for one in (*readers, writer) for fault in one.result()]
    figures = f"{desk.pairs} pairs written meanwhile, longest view {max(desk.seconds):.2f} s"
    return Found(len(desk.seconds), faults, f"{READERS} readers beside a writer: {figures}")


class _Desk:
    """Where one writes and others read."""

    def __init__(self, home: Path, mutant: str | None) -> None:
        self._home, self._mutant = home, mutant
        self.pairs = 0
        self.seconds: list[float] = []
        self.closed = False

    def _run(self, *words: str) -> Done:
        return shared().run(words, env=environment(self._home), cwd=self._home, mutant=self._mutant)

    def make(self) -> list[str]:
        """Make a pair of promises; what went wrong."""
        made = self._run(
            "make", f"pair {self.pairs}", "--to", "ann", "--to", "bob", "--asked", "-q"
        )
        self.numbers = made.stdout.split()
        if made.code or len(self.numbers) != 2:
            return [f"while others looked, make ended with {made.code}: {made.stderr}"]
        self.pairs += 1
        return []

    def write(self) -> list[str]:
        """Pairs of promises, each made in one command and moved in another, until all readers have ended."""
        faults: list[str] = []
        while not self.closed and len(faults) < _FEW:
            faults += self.make()
            accepted = self._run("accept", *self.numbers, "-q")
            if accepted.code:
                faults.append(
                    f"while others looked, accept ended with {accepted.code}: {accepted.stderr}"
                )
        return faults

    def read(self, views: int, number: int) -> list[str]:
        """Views in turn, each looked through for what no moment of the ledger was like."""
        faults, seen = list[str](), 0
        for place in range(views):
            look = _LOOKS[(place + number) % len(_LOOKS)]
            least, began = max(seen, self.pairs), time.monotonic()
            answer = self._run(*look.split())
            self.seconds.append(time.monotonic() - began)
            records = _records(look, answer)
            found = (
                [f"it ended with {answer.code}: {answer.stderr.strip()}"]
                if answer.code
                else list(_odd(look, records))
            )
            if not answer.code and look in _WHOLE:
                seen = sum(one["outcome"].startswith("pair ") for one in records) // 2
                if seen < least:
                    found.append(
                        f"it shows {seen} pairs, when {least} had been told or seen before"
                    )
            faults += [f"beside a writer, promisectl {look}: {one}" for one in found]
        return faults[:_FEW]


def _records(look: str, answer: Done) -> list[Any]:
    text = answer.stdout or "[]"
    return (
        json.loads(text)
        if look.endswith("--json")
        else [json.loads(line) for line in text.splitlines()]
    )


def _odd(look: str, records: list[Any]) -> Iterator[str]:
    """What no moment of the ledger was like: of two promises made and moved together one is ahead."""
    if look == _PEOPLE:
        said = {
            one["person"]: {
                name: value for name, value in one.items() if not name.startswith("person")
            }
            for one in records
        }
        if said["ann"] != said["bob"]:
            yield f"{said['ann']} of ann, and {said['bob']} of bob"
    elif look == _ACTS:
        entries = Counter(
            one["entry"] for one in records if one["promise"] and one["promise"] > ledgers.PROMISES
        )
        yield from (
            f"{count} acts of command {entry}" for entry, count in entries.items() if count != 2
        )
    else:
        pairs: dict[str, list[Any]] = {}
        for one in records:
            if one["outcome"].startswith("pair "):
                pairs.setdefault(one["outcome"], []).append(
                    (one["state"], one["move"], one["accepted_at"])
                )
        yield from (
            f"{pair}: {said}"
            for pair, said in pairs.items()
            if len(said) != 2 or said[0] != said[1]
        )
