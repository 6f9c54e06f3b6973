"""The figures of the house do not get worse than they may be, and they are counted as it is said."""

import ast

import pytest

from tests.house import measures
from tests.house.measures import MEASURES, is_participle

SHOWN = 20


@pytest.mark.parametrize("name", MEASURES)
def test_the_figure_is_within_its_limit(name: str) -> None:
    measure = MEASURES[name]
    figure, behind = measure.compute()
    if not measure.holds(figure):
        pytest.fail(
            "\n".join(
                (
                    measure.describe(figure),
                    *map(str, behind[:SHOWN]),
                    f"All of them: python -m tests.house.measures {name}",
                )
            ),
            pytrace=False,
        )


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("said", True),
        ("kept", False),
        ("told", False),
        ("cleaned", True),
        ("feed", False),
        ("read", False),
        ("width", False),
    ],
)
def test_a_participle_is_known_unless_it_is_a_word_of_the_domain(name: str, is_one: bool) -> None:
    assert is_participle(name) == is_one


def test_every_verb_stands_once_and_in_order() -> None:
    verbs = measures.Path(measures.__file__).with_name("verbs.txt").read_text("utf-8").split()
    assert verbs == sorted(set(verbs))


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("def _f(): ...\n_f()", 1),
        ("def _f(): ...\n_f()\n_f()", 2),
        ("def _f(): return _f()\nTABLE = {1: _f}", 1),
        ("class A:\n    def _f(self): ...\n    def g(self): self._f(); self._f()", 2),
        ("def _f(): ...", 0),
    ],
)
def test_places_of_a_call_are_counted(
    monkeypatch: pytest.MonkeyPatch, source: str, places: int
) -> None:
    tree = ast.parse(source)
    monkeypatch.setattr(measures, "parse_sources", lambda: {"one.py": tree})
    monkeypatch.setattr(
        measures,
        "list_functions",
        lambda: tuple(measures._iter_functions("one.py", tree, public=True)),
    )
    for remembered in (measures._count_mentions, measures._find_definers):
        remembered.cache_clear()
    [one] = [one for one in measures.list_functions() if one.node.name == "_f"]
    assert measures._count_call_places(one) == places
    for remembered in (measures._count_mentions, measures._find_definers):
        remembered.cache_clear()
