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


def test_a_copy_is_only_for_reading(machine: Callable[[str], Program]) -> None:
    home = machine("home")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri")
    copy = str(home.copy)
    before = home.copy.read_bytes()
    for words in (["accept", "1"], ["make", "Another", "--to", "me"], ["undo"]):
        result = home("--ledger", copy, *words)
        assert (result.stdout, result.code) == ("", 2)
        assert "only for reading. Nothing was recorded." in result.stderr
    assert home.copy.read_bytes() == before
    assert "Send the Q3 numbers" in home.ok("--ledger", copy, "owe")
    home.ok("accept", "1")
