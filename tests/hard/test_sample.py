"""A sample of every proof, and every mutant found by it."""

import pytest

from tests.hard.proof import SAMPLE, Proof, proofs

ALL = proofs()
MUTANTS = [pytest.param(proof, mutant, id=f"{name}-{mutant}") for name, proof in ALL.items() for mutant in proof.mutants]


def _still(done: int, of: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("proof", ALL.values(), ids=[*ALL])
def test_the_guarantee_holds(proof: Proof) -> None:
    found = proof.tried(SAMPLE, None, _still)
    assert found.tried > 0
    assert found.faults == [], f"{proof.guarantee}: {proof.says}"


@pytest.mark.parametrize(("proof", "mutant"), MUTANTS)
def test_the_proof_finds_the_mutant(proof: Proof, mutant: str) -> None:
    assert proof.tried(SAMPLE, mutant, _still).faults
