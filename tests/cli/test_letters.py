"""A letter is short for one thing in every command, and the guide has all of them."""

import re
from collections import defaultdict

from promisectl import guide
from promisectl.compiled.argv import COMMANDS

SAME = {"--agreed", "--confirmed"}
"""Two options that say one thing: the other side has already said yes."""


def _letters() -> dict[str, set[str]]:
    """The long options that each letter is short for, in all commands."""
    letters = defaultdict(set)
    for _, _, spelled, *_ in COMMANDS.values():
        long = {name: word for word, (name, _) in spelled.items() if word.startswith("--")}
        for word, (name, _) in spelled.items():
            if not word.startswith("--"):
                letters[word].add(long[name])
    return letters


def test_one_letter_means_one_thing() -> None:
    several = {letter: options for letter, options in _letters().items() if len(options) > 1}
    assert several == {"-y": SAME}


def test_an_option_has_its_letter_wherever_it_is() -> None:
    short = {option: letter for letter, options in _letters().items() for option in options}
    for name, (_, _, spelled, *_) in COMMANDS.items():
        lacking = [word for word in spelled if word in short and short[word] not in spelled]
        assert lacking == [], name


def test_the_guide_has_every_letter() -> None:
    page = guide.read_guide_page("aliases")
    assert {*re.findall(r"`(-\w)`", page)} == {*_letters()}
