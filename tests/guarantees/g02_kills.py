"""G2: every command that writes is killed at every one of its file calls; it has happened whole then, or not at all."""

from tests.guarantees.harness import scenes
from tests.guarantees.harness.kills import kill_everywhere
from tests.guarantees.harness.proof import SAMPLE, Found, Proof, Size, Step


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    if mutant:
        return kill_everywhere(SAMPLE, mutant, step, scenes.MOVES[1:3])
    big = [scenes.BIG] if size.whole else []
    return kill_everywhere(size, mutant, step, [*size.some(scenes.MOVES, 8), *big])


PROOF = Proof(
    guarantee="G2",
    says="a command happens whole or not at all",
    counts="kills",
    goal="0 half done; the next command works without help",
    tried=_tried,
    mutants=("no transaction", "answer before commit"),
)
