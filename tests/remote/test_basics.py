from collections.abc import Callable

from tests.conftest import Program


def test_a_promise_made_on_one_machine_is_accepted_on_the_other(
    machine: Callable[[str], Program],
) -> None:
    home, laptop = machine("home"), machine("laptop")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri")
    assert "Send the Q3 numbers" in laptop.ok("list", "--all")
    laptop.ok("accept", "1")
    laptop.ok("complete", "1")
    assert home.ok("export", "--journal") == laptop.ok("export", "--journal")
    assert home.copy != laptop.copy
