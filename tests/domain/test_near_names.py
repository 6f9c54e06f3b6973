"""Near misses of many names: the same as of each alone, and few names are compared."""

import random
import sys
from collections import Counter
from types import FrameType

from hypothesis import given, settings
from hypothesis import strategies as st

from promisectl.domain import people
from promisectl.domain.near_names import NearNameIndex
from promisectl.domain.people import Person

SYLLABLES = st.sampled_from(
    ["a", "b", "ab", "ba", "é", "e", "da", "na", "dana", "ss", "ß", "-", " ", "y"]
)
NAMES = st.lists(SYLLABLES, min_size=1, max_size=9).map("".join)
PEOPLE = st.lists(
    st.builds(
        Person,
        st.integers(1, 9),
        NAMES.map(people.build_handle).filter(bool),
        NAMES.filter(str.strip),
        st.lists(NAMES.map(people.build_handle).filter(bool), max_size=2).map(tuple),
        st.sampled_from([None, None, None, 1]),
        st.sampled_from([True, True, True, False]),
    ),
    max_size=8,
)


@given(PEOPLE, NAMES)
@settings(max_examples=1_500, derandomize=True, deadline=None)
def test_the_index_answers_as_comparing_with_everybody_does(known: list[Person], new: str) -> None:
    assert NearNameIndex(known).list_near_people(new) == people.list_near_people(new, known)


@given(st.text("ab", min_size=11, max_size=16), st.text("ab", min_size=11, max_size=16))
@settings(max_examples=500, derandomize=True, deadline=None)
def test_long_names_too(known: str, new: str) -> None:
    everybody = [Person(1, known, known)]
    assert NearNameIndex(everybody).list_near_people(new) == people.list_near_people(new, everybody)


def build_name(source: random.Random) -> str:
    """A first name and a family name that nobody else has."""
    return " ".join(
        "".join(source.choice("abcdefghijklmnoprstuvw") for _ in range(source.randint(4, 9)))
        for _ in range(2)
    )


def test_the_names_that_are_compared_are_few() -> None:
    """2,000 new names beside 2,000 known ones: four million pairs, and hardly any is looked at."""
    source, calls = random.Random(1), Counter[str]()
    known = [Person(n, *people.parse_newcomer(build_name(source))) for n in range(2_000)]
    new = [build_name(source) for _ in range(1_990)]
    slips = [f"{person.handle[:-2]}z" for person in known[:10]]

    def note_call(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            calls[frame.f_code.co_name] += 1

    sys.setprofile(note_call)
    try:
        index, names = NearNameIndex(known), people.NameIndex(known)
        found = [index.list_near_people(name) for name in [*new, *slips]]
        exact = [names.find_exact_person(name) for name in new]
    finally:
        sys.setprofile(None)
    assert [near[0] for near in found[-10:]] == known[:10]
    assert not any(exact)
    assert calls["is_near_handle"] < 4_000
    assert calls.total() < 300_000
