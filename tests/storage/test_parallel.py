"""Many terminals at once: what was acknowledged is there, each once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Program
from tests.tools.fork_server import shared

COMMANDS = 30


@pytest.mark.parametrize("existing", [False, True], ids=["fresh", "existing"])
def test_thirty_makes_at_once_are_thirty_kept(program: Program, existing: bool) -> None:
    if existing:
        program.ok("make", "the first", "--to", "dana")
    with ThreadPoolExecutor(COMMANDS) as terminals:
        words = [
            ["make", f"number {number} of many", "--to", "dana", "--new", "-q"]
            for number in range(COMMANDS)
        ]
        answers = list(terminals.map(shared().run, words))
    assert [(answer.code, answer.stderr) for answer in answers] == [(0, "")] * COMMANDS
    numbers = sorted(int(answer.stdout) for answer in answers)
    assert numbers == list(range(1 + existing, COMMANDS + 1 + existing))
    listed = {line.split("\t")[2] for line in program.ok("list").splitlines()}
    assert listed >= {f"number {number} of many" for number in range(COMMANDS)}
    assert sorted(path.name for path in program.ledger.parent.iterdir()) == ["ledger.db"]
