"""Names of several people: what is one, how it is taken apart, and how often the sixty of names.csv are told apart rightly.

The names were written down before the rule, thirty people with hard names and thirty groups. The words of the rule, taken anywhere in a name,
were right in .62 of their warnings; the rule was then written with these names in view, so its own figures flatter it. `-s` prints them.
"""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import promisectl
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import check, group_names
from promisectl.domain.wellmade.subject import ExtraPhrases, Subject
from tests.domain.test_outcomes import AROUND

PAGE = Path(promisectl.__file__).parent / "guide" / "well-made.md"
NAMES = Path(__file__).with_name("names.csv")
WORDS = (
    *("team", "everyone", "everybody", "all", "staff", "crew", "board", "committee", "department"),
    *("group", "support", "ops", "operations", "sales", "marketing", "legal", "finance"),
    *("engineering", "it", "hr", "management", "and", "&", "/", ","),
)


def is_warned_of(name: str, *, people: Sequence[str] = (), groups: Sequence[str] = ()) -> bool:
    """Whether L25 speaks of a promise that somebody owes me."""
    subject = Subject("Fix the brake", Direction.OWED, State.PROPOSED, other=name)
    words = ExtraPhrases(people=tuple(people), groups=tuple(groups))
    return "L25" in [one.rule for one in check.check_promise(subject, AROUND, words=words)]


def has_word(name: str) -> bool:
    """Whether a name holds one of the words anywhere."""
    apart = name.lower().replace("-", " ")
    for sign in "&/,":
        apart = apart.replace(sign, f" {sign} ")
    return any(word in WORDS for word in apart.split())


def format_row(title: str, precision: float, recall: float) -> str:
    """A row of the guide's table: the page tells what is measured."""
    return f"| {title} | {precision:.2f} | {recall:.2f} |".replace("| 0.", "| .")


def judge(speaks: Callable[[str], bool]) -> tuple[int, int, int]:
    """How often it speaks, how often rightly, and how often it should."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        judged = [(row["verdict"] == "group", speaks(row["name"])) for row in csv.DictReader(file)]
    assert len(judged) == 60
    return (
        sum(spoke for _, spoke in judged),
        sum(spoke and is_group for is_group, spoke in judged),
        sum(is_group for is_group, _ in judged),
    )


def test_of_sixty_names_nearly_all_warnings_are_right() -> None:
    print()
    for title, speaks in (
        ("the words of L25, anywhere in a name", has_word),
        ("L25, now", is_warned_of),
    ):
        spoke, right, wanted = judge(speaks)
        print(f"{title:<38} precision {right / spoke:.2f} recall {right / wanted:.2f}")
        assert format_row(title, right / spoke, right / wanted) in PAGE.read_text(encoding="utf-8")
    assert wanted == 30
    assert right / spoke >= 0.95
    assert right / wanted >= 0.9


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("kim, bob", ["kim", "bob"]),
        ("Kim and Bob", ["Kim", "Bob"]),
        ("Kim & Bob", ["Kim", "Bob"]),
        ("kim/bob/Lu Ann", ["kim", "bob", "Lu Ann"]),
        ("Kim, Bob AND Lu", ["Kim", "Bob", "Lu"]),
        ("Kim, Bob, and Lu", ["Kim", "Bob", "Lu"]),
        ("Kim (IT, HR) and Bob", ["Kim (IT, HR)", "Bob"]),
        ("platform team", ["platform team"]),
        ("Platform-Team", ["Platform-Team"]),
        ("everybody", ["everybody"]),
        ("The Family", ["The Family"]),
        ("all", ["all"]),
        ("all hands", ["all hands"]),
        ("all parents", ["all parents"]),
        ("all the sales", ["all the sales"]),
        ("ÉQUIPE TEAM", ["ÉQUIPE TEAM"]),
    ],
)
def test_a_name_of_several_people(name: str, parts: list[str]) -> None:
    assert group_names.is_group_name(name)
    assert group_names.split_group_name(name) == parts


@pytest.mark.parametrize(
    "name",
    [
        *("dana", "Andrea", "Anders And", "Sandy", "Allison", "Kim,", "Teamer", "o'brien"),
        "All Bran",
        *("John Smith, PhD", "Kim (sales)", "D & D Dave", "", "()", "—"),
    ],
)
def test_a_name_of_one_person(name: str) -> None:
    assert not group_names.is_group_name(name)


def test_the_config_names_more_people_and_more_groups() -> None:
    assert is_warned_of("Smith, John")
    assert not is_warned_of("Smith, John", people=["dana", "smith,  john"])
    assert not is_warned_of("the Neighbours next door")
    assert is_warned_of("the Neighbours next door", groups=["neighbours NEXT door"])
    assert not is_warned_of("Neighbourson", groups=["neighbours"])
    assert not is_warned_of("the neighbours", groups=["neighbours"], people=["The Neighbours"])
    assert not is_warned_of("Dana", groups=["", "()"])


def test_only_an_open_promise_with_somebody_else_is_about_it() -> None:
    team = Subject("Fix the brake", Direction.OWED, State.PROPOSED, other="platform team")

    def says(**fields: object) -> list[str]:
        subject = team._replace(**fields)
        return [one.says for one in check.check_promise(subject, AROUND) if one.rule == "L25"]

    said = ["Who of them? A promise is one person's."]
    assert says() == says(direction=Direction.OWE) == says(state=State.ACTIVE) == said
    assert says(other="Dana") == says(other=None) == says(state=State.KEPT) == []
    assert says(direction=Direction.SELF, other=None) == []
