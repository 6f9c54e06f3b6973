"""Ten weeks of one person's promises to me: which of them L26 warns of.

They were written down before the rule. `-s` prints how often it was right.
"""

import csv
from datetime import timedelta
from pathlib import Path

from promisectl.domain import statistics
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import check
from promisectl.domain.wellmade.subject import Subject
from tests.domain.test_group_names import PAGE, format_row
from tests.domain.test_outcomes import AROUND
from tests.domain.test_wellmade import at

WEEKS = Path(__file__).with_name("weeks.csv")
DUE = at(AROUND.now + timedelta(days=4))
ASKED = Subject("Fix the brake", Direction.OWED, State.PROPOSED, AROUND.now, 99, "Omar", DUE)


def says(subject: Subject, agreed: int, asked: int, usual: float = 0.0) -> str:
    """What L26 says of one more promise in a week."""
    around = AROUND._replace(
        their_week=[(number, f"Thing {number}") for number in range(1, agreed + asked + 1)],
        their_open=asked,
        their_usual=usual,
    )
    findings = check.check_promise(subject, around)
    return next((one.says for one in findings if one.rule == "L26"), "")


def test_of_ten_weeks_every_warning_is_right() -> None:
    judged = []
    with WEEKS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            usual = statistics.compute_median(map(int, row["delivered"].split())) or 0.0
            spoke = bool(says(ASKED, int(row["agreed"]), int(row["asked"]), usual))
            judged.append((row["verdict"] == "warn", spoke))
    assert len(judged) == 10
    spoke = sum(spoke for _, spoke in judged)
    right = sum(spoke and wanted for wanted, spoke in judged)
    wanted = sum(wanted for wanted, _ in judged)
    print(f"\nL26 precision {right / spoke:.2f} recall {right / wanted:.2f}")
    row = format_row("L26", right / spoke, right / wanted)
    assert row in PAGE.read_text(encoding="utf-8")
    assert (right / spoke, right / wanted >= 0.8) == (1.0, True)


def test_it_begins_with_the_sixth_and_with_two_more_than_usual() -> None:
    assert says(ASKED, 4, 0) == ""
    assert says(ASKED, 5, 0) == (
        "With this one, 6 of Omar's promises to you are due in week 48 (1 not agreed yet)."
    )
    assert says(ASKED._replace(state=State.ACTIVE), 5, 0) == (
        "With this one, 6 of Omar's promises to you are due in week 48."
    )
    assert says(ASKED, 3, 4, usual=6.5) == (
        "With this one, 8 of Omar's promises to you are due in week 48 (5 not agreed yet), more than usual."
    )
    assert says(ASKED, 4, 3, usual=7) == says(ASKED, 8, 0, usual=8) == ""


def test_only_what_they_still_have_to_do_is_about_it() -> None:
    for fields in (
        {"direction": Direction.OWE},
        {"due": None},
        {"due": at(AROUND.now - timedelta(days=2))},
        {"state": State.DELIVERED},
    ):
        assert says(ASKED._replace(**fields), 9, 0) == ""
