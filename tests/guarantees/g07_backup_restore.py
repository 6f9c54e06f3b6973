"""G7: `backup` and `restore` are killed at every one of their file calls; then there is old or new, never a mixture."""

from tests.guarantees.harness import scenes
from tests.guarantees.harness.kills import kill_everywhere
from tests.guarantees.harness.proof import Found, Proof, Size, Step


def _tried(size: Size, mutant: str | None, step: Step) -> Found:
    return kill_everywhere(size, mutant, step, scenes.COPIES[3:4] if mutant else scenes.COPIES)


PROOF = Proof(
    guarantee="G7",
    says="backup and restore give old or new, never a mixture",
    counts="kills",
    goal="0 mixtures, 0 good backups lost",
    tried=_tried,
    mutants=("written in place",),
)
