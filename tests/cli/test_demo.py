"""The short tour."""

import pytest

from tests.conftest import Program


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_the_demo_ends_with_people(program: Program, capfd: pytest.CaptureFixture[str]) -> None:
    tour = program.ok("demo")
    assert [line for line in tour.splitlines() if line.startswith("$ ")][
        -1
    ] == "$ promisectl people"
    assert (
        "# And who keeps their promises:\n$ promisectl people\n\nThe tour's ledger is deleted."
        in tour
    )
    out, err = capfd.readouterr()
    assert "Standing\n" in out
    assert [line.split()[0] for line in out.splitlines()[-3:]] == ["Dana", "Kim", "Lee"]
    assert "promisectl:" not in err
    assert not program.ledger.exists()
