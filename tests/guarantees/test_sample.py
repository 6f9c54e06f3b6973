"""A sample of every proof, which has to be without a fault, and every mutant found by it, which has to be wrong rather than broken."""

import pytest

from tests.conftest import check_server_programs
from tests.guarantees.harness import scenes, views
from tests.guarantees.harness.mutants import convicting
from tests.guarantees.harness.proof import SAMPLE, Proof, proofs

ALL = proofs()
MUTANTS = [
    pytest.param(proof, mutant, id=f"{name}-{mutant}")
    for name, proof in ALL.items()
    for mutant in proof.mutants
]


def _still(done: int, of: int) -> None:
    """Nobody watches."""


def _check_programs(proof: Proof) -> None:
    if proof.needs_server:
        check_server_programs()


@pytest.mark.parametrize("proof", ALL.values(), ids=[*ALL])
def test_the_guarantee_holds(proof: Proof) -> None:
    _check_programs(proof)
    found = proof.tried(SAMPLE, None, _still)
    assert found.tried > 0
    assert list(found.faults) == [], f"{proof.guarantee}: {proof.says}"


@pytest.mark.parametrize(("proof", "mutant"), MUTANTS)
def test_the_proof_finds_the_mutant(proof: Proof, mutant: str) -> None:
    _check_programs(proof)
    assert convicting(mutant, proof.tried(SAMPLE, mutant, _still).faults)


def test_every_command_that_writes_is_among_the_scenes() -> None:
    """But for those that write where no ledger of anybody's is kept."""
    writers = {views.name_of(one) for one in views.declared() if views.writes(one)}
    tried = {scene.words for scene in (*scenes.MOVES, *scenes.COPIES)}
    known = {" ".join(words[:count]) for words in tried for count in (1, 2)}
    assert writers - known == {"config edit", "config set", "config unset", "demo"}
