"""What makes a promise well made: every rule speaks where it should, and is silent where it should be."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promisectl.domain.civil import CivilMoment
from promisectl.domain.promise import Direction, State
from promisectl.domain.wellmade import check, phrases
from promisectl.domain.wellmade import subject as subjects
from promisectl.domain.wellmade.check import RULES, Rule, RuleFinding, RuleLevel
from promisectl.domain.wellmade.subject import CheckContext, ExtraPhrases, LeadTime, Subject

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OTHERS = [
    (3, "The shed is painted green"),
    (5, "Lee has the old drill back"),
    (8, "Taxes for 2025 are filed"),
    (9, "The bike brake works"),
]
SIX = [*OTHERS, (11, "The van is washed inside"), (12, "Minutes are on the wiki")]


def at(instant: datetime) -> CivilMoment:
    """A due date in UTC, to the minute or a bit finer where a test needs that."""
    return CivilMoment(f"{instant:%Y-%m-%dT%H:%M}", "UTC", instant)


FRIDAY = CivilMoment("2026-11-27", "UTC", datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC))
WELL_MADE = Subject(
    "Q3 numbers are in Lee's inbox",
    Direction.OWE,
    State.ACTIVE,
    NOW,
    7,
    "Lee",
    FRIDAY,
    done_when="Lee has opened all 4 sheets",
    why="so that the board can decide",
    risk="the vendor data comes late",
    no_to="the Thursday run",
)
AROUND = CheckContext(NOW, "UTC")
PROPOSED = WELL_MADE._replace(state=State.PROPOSED)


def found(subject: Subject, around: CheckContext = AROUND, **more: Any) -> list[str]:
    """The rules that speak."""
    return [finding.rule for finding in check.check_promise(subject, around, **more)]


def says(rule: str, subject: Subject, around: CheckContext = AROUND) -> str:
    """What one rule says; empty where it is silent."""
    return next(
        (
            finding.full_sentence
            for finding in check.check_promise(subject, around)
            if finding.rule == rule
        ),
        "",
    )


def about(outcome: str, rule: str, **fields: Any) -> bool:
    """Whether a rule speaks about an outcome."""
    return rule in found(WELL_MADE._replace(outcome=outcome, **fields))


# The rules as a table


def test_there_are_25_rules_in_order() -> None:
    assert list(RULES) == [f"L{number:02}" for number in (*range(1, 24), 25, 26)]
    assert [name for name, rule in RULES.items() if rule.id != name] == []
    assert all(rule.about for rule in RULES.values())


def test_levels_and_qualities_are_those_of_the_specification() -> None:
    assert [name for name, rule in RULES.items() if rule.level is RuleLevel.REFUSE] == [
        "L01",
        "L03",
        "L16",
    ]
    assert [name for name, rule in RULES.items() if rule.level is RuleLevel.WARN] == [
        "L02",
        "L04",
        "L05",
        "L06",
        "L10",
        "L12",
        "L14",
        "L19",
        "L20",
        "L23",
        "L25",
        "L26",
    ]
    assert [name for name, rule in RULES.items() if not rule.quality] == [
        "L01",
        "L15",
        "L16",
        "L17",
        "L19",
        "L21",
    ]
    assert RULES["L10"] == Rule("L10", RuleLevel.WARN, "active", RULES["L10"].about)
    assert {rule.quality for rule in RULES.values()} == {
        "",
        "explicit",
        "voluntary",
        "active",
        "mission",
    }


def test_a_well_made_promise_gives_no_cause_to_speak() -> None:
    assert check.check_promise(WELL_MADE, AROUND) == []
    assert [is_so for _, is_so in check.list_marks(WELL_MADE)] == [True] * 6


def test_a_finding_carries_its_rule_its_level_its_quality_and_a_sentence() -> None:
    assert check.check_promise(WELL_MADE._replace(due=None), AROUND) == [
        RuleFinding(
            "L02",
            RuleLevel.WARN,
            "explicit",
            "By when?",
            answer="promisectl correct 7 --by “…”",
        )
    ]


def test_findings_come_in_the_order_of_the_rules() -> None:
    draft = Subject("try some stuff; send it", due=at(NOW - DAY), stale=True, assumed=True)
    around = AROUND._replace(alike=[(4, "try some stuff; send it")])
    assert found(draft, around) == [
        "L01",
        "L05",
        "L06",
        "L07",
        "L08",
        "L09",
        "L11",
        "L16",
        "L18",
        "L19",
        "L22",
    ]


def test_what_is_ignored_is_silent_and_the_rest_is_not() -> None:
    subject = WELL_MADE._replace(due=None, why=None)
    assert found(subject) == ["L02", "L11"]
    assert found(subject, ignore=("L02",)) == ["L11"]
    assert found(subject, ignore={"l11", "L99"}) == ["L02"]
    assert found(subject, ignore=RULES) == []


CLOSED = sorted(set(State) - {State.PROPOSED, State.ACTIVE})


@pytest.mark.parametrize("state", CLOSED)
def test_rules_about_what_lies_ahead_are_silent_once_it_is_over(state: State) -> None:
    subject = WELL_MADE._replace(
        state=state,
        risk=None,
        no_to=None,
        assumed=True,
        stale=True,
        number=None,
        due=at(NOW - 2 * DAY),
    )
    around = AROUND._replace(week=SIX, day=SIX, with_other=(0, 9), with_lead=(0, 9))
    assert found(subject, around) == []
    assert found(subject._replace(done_when=None, why=" "), around) == ["L08", "L11"]


# What is missing


def test_a_side_is_asked_for() -> None:
    assert says("L01", WELL_MADE._replace(direction=None)) == "To whom, or from whom?"
    assert all("L01" not in found(WELL_MADE._replace(direction=side)) for side in Direction)


def test_a_date_is_asked_for() -> None:
    assert says("L02", WELL_MADE._replace(due=None)) == "By when?"
    assert says("L02", WELL_MADE) == ""


def test_a_date_that_could_not_be_read_is_answered_with_its_own_sentence() -> None:
    subject = WELL_MADE._replace(due=None, unread="“soon” is no date: fri, 28 nov or 2026-11-27?")
    assert check.check_promise(subject, AROUND) == [
        RuleFinding(
            "L03", RuleLevel.REFUSE, "explicit", "“soon” is no date: fri, 28 nov or 2026-11-27?"
        )
    ]


@pytest.mark.parametrize(
    ("rounds", "ahead", "level"),
    [
        (0, 7 * DAY, RuleLevel.INFO),
        (0, 7 * DAY + SECOND, RuleLevel.WARN),
        (1, DAY, RuleLevel.INFO),
        (2, DAY, RuleLevel.WARN),
        (3, -DAY, RuleLevel.WARN),
    ],
)
def test_a_missing_measure_weighs_more_far_ahead_and_after_two_rounds(
    rounds: int, ahead: timedelta, level: RuleLevel
) -> None:
    subject = WELL_MADE._replace(done_when=None, rounds=rounds, due=at(NOW + ahead))
    assert [
        finding.level for finding in check.check_promise(subject, AROUND) if finding.rule == "L08"
    ] == [level]


def test_a_missing_measure_is_asked_for_without_a_date_too() -> None:
    finding = check.check_promise(WELL_MADE._replace(done_when="  ", due=None), AROUND)[1]
    assert (finding.rule, finding.level, finding.says, finding.answer) == (
        "L08",
        RuleLevel.INFO,
        "How will you both know it is done?",
        "promisectl correct 7 --done-when “…”",
    )


def test_a_reason_is_asked_for() -> None:
    assert says("L11", WELL_MADE._replace(why="")) == "What is it for?"
    assert says("L11", WELL_MADE) == ""


@pytest.mark.parametrize(("rule", "field"), [("L12", "risk"), ("L13", "no_to")])
def test_risk_and_price_are_asked_for_where_i_said_yes_to_somebody(rule: str, field: str) -> None:
    bare = WELL_MADE._replace(**{field: None})
    assert found(bare) == [rule]
    assert found(bare._replace(**{field: " "})) == [rule]
    assert rule not in found(bare._replace(state=State.PROPOSED))
    assert rule not in found(bare._replace(direction=Direction.SELF))
    assert rule not in found(bare._replace(direction=Direction.OWED))


# The outcome: how many words


@pytest.mark.parametrize(
    "outcome",
    [
        "",
        " ",
        "…",
        "Report",
        "Fix brake",
        "Fix brake!",
        "Fix - brake",
        "don't",
        "4.5 10:30",
        "修车",
        "🚲 🚲 🚲",
    ],
)
def test_one_or_two_words_are_too_few(outcome: str) -> None:
    assert about(outcome, "L04")


@pytest.mark.parametrize(
    "outcome",
    [
        "Fix the brake",
        "Call at 10:30",
        "“Dune” is read",
        "Lee's brake fixed",
        "a/b tested",
        "修理自行车",
        "Müller’s Fenster repariert",
    ],
)
def test_three_words_are_enough(outcome: str) -> None:
    assert not about(outcome, "L04")


# The outcome: effort


@pytest.mark.parametrize(
    ("outcome", "effort"),
    [
        ("Try to fix the brake", "Try"),
        ("Trying another vendor", "Trying"),
        ("look into the leak", "look into"),
        ("Lee looks into the leak", "looks into"),
        ("Look at the slides", "Look at"),
        ("Working on the slides", "Working on"),
        ("Work on the slides", "Work on"),
        ("help Dana set up the tent", "help"),
        ("Helping with the move", "Helping"),
        ("I'll help the new ones", "help"),
        ("I’ll help the new ones", "help"),
        ("I will help the new ones", "help"),
        ("We will please also help the new ones", "help"),
        ("Please handle complaints", "handle"),
        ("Let me handle the rest", "handle"),
        ("to deal with the bank", "deal with"),
        ("Thinking about a new flat", "Thinking about"),
        ("Consider the second offer", "Consider"),
        ("Explores new markets", "Explores"),
        ("Follow up with Dana on the invoice", "Follow up"),
        ("Touch base with Dana", "Touch base"),
        ("Circle back to Dana", "Circle back"),
        ("Supporting Dana", "Supporting"),
        ("Improve the docs", "Improve"),
        ("Improve the docs by Friday", "Improve"),
        ("Assisting at the fair", "Assisting"),
        ("Sort out the attic", "Sort out"),
        ("Maybe look into the leak", "look into"),
        ("Look into why the pump was stopped", "Look into"),
        ("HELP THE NEW ONES", "HELP"),
        ("Chase the vendor about the invoice", "Chase"),
        ("Tackling the attic", "Tackling"),
        ("Get my head around the tax form", "Get my head around"),
        ("Make progress on the slides", "Make progress"),
        ("I am going to make a start", "make a start"),
    ],
)
def test_effort_is_no_outcome(outcome: str, effort: str) -> None:
    assert says("L05", WELL_MADE._replace(outcome=outcome)).startswith(f"“{effort}” ")


@pytest.mark.parametrize(
    "outcome",
    [
        "Support contract signed by both",
        "Support contract signed, scanned",
        "Support agreed with the vendor",
        "Help page is online",
        "Help text translated",
        "Help from Dana arranged",
        "Handle for the door mounted",
        "Handle mounted on Friday",
        "Handles are all painted",
        "Deal with Acme signed",
        "Work on the roof finished",
        "Work plan for the allotment",
        "Follow up email sent",
        "Follow-up email sent",
        "Supporting documents filed with the court",
        "Improved page speed measured",
        "Helped the neighbours move",
        "Help Dana get the shed painted",
        "Lee's support contract signed",
        "Fix the brake that Dana tried",
        "“Help” album is mastered",
        "Helper found for Dana",
        "Looking glass mounted above the sink",
        "Send what will help Dana",
        "Chase account closed",
        "The pump, which will work on Friday, sold",
        "Dana will",
        "will",
        "",
    ],
)
def test_an_outcome_is_no_effort(outcome: str) -> None:
    assert not about(outcome, "L05")


# The outcome: hedges


@pytest.mark.parametrize(
    ("outcome", "hedge"),
    [
        ("Maybe fix the brake", "Maybe"),
        ("Fix the brake, try the gears", "try"),
        ("Probably the slides are sent", "Probably"),
        ("Hopefully send the slides", "Hopefully"),
        ("The slides might be sent", "might"),
        ("The slides should be sent", "should"),
        ("I could send the slides", "could"),
        ("Send the slides if I can", "if I can"),
        ("Send the slides IF POSSIBLE", "IF POSSIBLE"),
        ("As much as possible of it sent", "As much as possible"),
        ("Best effort on the slides", "Best effort"),
        ("Ideally, slides are sent", "Ideally"),
        ("Send slides, I guess", "I guess"),
        ('Read "Dune" and maybe "Emma"', "maybe"),
        ('The 24" screen is maybe sold', "maybe"),
        ('The “Dune” poster behind the 24" screen is maybe sold', "maybe"),
        ("I should be able to bring it, maybe", "should"),
        ("Send the slides when I can", "when I can"),
        ("Weather permitting, the roof is tight", "Weather permitting"),
        ("Slides sent if I get around to it", "get around to"),
    ],
)
def test_a_hedge_is_no_promise(outcome: str, hedge: str) -> None:
    subject = WELL_MADE._replace(outcome=outcome)
    assert says("L06", subject) == f"What can you promise without “{hedge}”?"
    theirs = subject._replace(direction=Direction.OWED)
    assert says("L06", theirs) == f"What can Lee promise without “{hedge}”?"


@pytest.mark.parametrize(
    "outcome",
    [
        "“Should I stay” ticket bought",
        '"Should I stay" ticket bought',
        "«Maybe» and »could« are struck out",
        "„Vielleicht might“ is read",
        "Shoulder strap sewn on",
        "Mighty-Max delivered home",
        "Send it if possible-worlds is in",
        "Look, if. Possible buyers listed",
        "tr\u0301y is spelled right",
    ],
)
def test_what_is_no_hedge_is_let_be(outcome: str) -> None:
    assert not about(outcome, "L06")


# The outcome and its measure: vague words


@pytest.mark.parametrize(
    ("outcome", "vague"),
    [
        ("Buy some chairs for the hall", "some"),
        ("Several chairs are bought", "Several"),
        ("A few chairs are bought", "A few"),
        ("Chairs, tables etc. are bought", "etc"),
        ("The page loads faster", "faster"),
        ("The page loads better than last year", "better"),
        ("More chairs than tables in the hall", "More"),
        ("Chairs are in the hall as soon as possible", "soon"),
        ("The chairs arrive soon", "soon"),
        ("Chairs cleaned properly", "properly"),
        ("Chairs moved as appropriate", "as appropriate"),
        ("Stuff is in the hall", "Stuff"),
        ("The thing from the shop is here", "thing"),
        ("The hall is in good shape", "in good shape"),
        ("A decent draft of the speech", "decent"),
        ("The page is noticeably lighter", "noticeably"),
        ("A smaller box for the drill", "smaller"),
    ],
)
def test_a_vague_measure_is_named(outcome: str, vague: str) -> None:
    bare = WELL_MADE._replace(outcome=outcome, done_when="Lee has said so")
    assert says("L07", bare).startswith(f"“{vague}” ")


@pytest.mark.parametrize(
    "outcome",
    [
        "More than 20 chairs are in the hall",
        "At least five more chairs are bought",
        "The shop is rated better than the 4.5 of today",
        "The shop is rated 4.5 or better",
        "The page loads faster: under 2 seconds",
        "Pages load 20 % faster",
        "As many as 20 chairs bought",
        "Someone is found for the hall",
        "The “Some Things” poster is printed",
    ],
)
def test_a_number_makes_it_precise(outcome: str) -> None:
    assert not about(outcome, "L07", done_when="Lee has said so")


def test_the_measure_can_be_vague_or_can_settle_what_is() -> None:
    assert about("The page of the shop is up", "L07", done_when="it looks better")
    assert not about("The page loads faster", "L07", done_when="it loads in 2 seconds")
    assert not about("20 pages of the shop are up", "L07", done_when="they look better")
    assert about("The page loads faster", "L07", done_when=None)


# The outcome: two of them


@pytest.mark.parametrize(
    ("outcome", "second"),
    [
        ("Write the report and send it to Dana", "and send"),
        ("Write the report & send it to Dana", "& send"),
        ("Write the report and then send it", "then send"),
        ("Write the report, then send it", "then send"),
        ("Write the report; send it to Dana", "send"),
        ("Write the report and also please send it", "please send"),
        ("Fix the brake and call her", "and call"),
        ("Fix the brake and call the bank", "and call"),
        ("Fix the brake and carry it home", "and carry"),
        ("Fix the brake and read “Dune”", "and read"),
        ("Minutes and notes filed and book the room", "and book"),
        ("Set up the booth so that Lee can see and touch it; send the key", "send"),
        ("Write to Dana and send the file", "and send"),
        ("Write the report plus send it to Dana", "plus send"),
        ("Write the report. Send it to Dana", "Send"),
        ("write the report. then send it", "then send"),
        ("Report written. Also send it", "Also send"),
        ("Clean the hall and file the keys", "and file"),
    ],
)
def test_two_outcomes_are_two_promises(outcome: str, second: str) -> None:
    assert says("L09", WELL_MADE._replace(outcome=outcome)) == (
        f"“{second} …” looks like a second promise; "
        "made separately (--part-of), each can be kept by itself."
    )


@pytest.mark.parametrize(
    "outcome",
    [
        "buy bread and milk",
        "minutes and notes are filed",
        "Q3 numbers and forecast",
        "Q3 numbers and forecast sent to Dana",
        "Review and sign the contract",
        "Go and get the van",
        "Report written and sent to Dana",
        "Report for Q3 and plan Q4 sent",
        "Band and “send” button drawn",
        "Bread; milk; water and",
        "and send it home",
        "Buy approx. send-off gifts for 20",
        "Bike repaired, and the brakes work again",
        "Please review and sign the contract",
        "Chairs and also a table in the hall",
        "Also a table in the hall",
        "Water the plants and water every 6 days",
        "Tables and book shelves painted",
    ],
)
def test_two_things_are_one_outcome(outcome: str) -> None:
    assert not about(outcome, "L09")


# The outcome: an act of somebody else


PEOPLE = ["dana-kim", "Dana Kim", "will", "Will", "Mark", "Bill Smith", "team-7", ""]


@pytest.mark.parametrize(
    ("outcome", "who"),
    [
        ("Dana sends the numbers", "Dana"),
        ("dana kim sends the numbers", "dana kim"),
        ("Dana-Kim sends the numbers", "Dana-Kim"),
        ("Dana will send the numbers", "Dana"),
        ("Hopefully Dana sends the numbers", "Dana"),
        ("Dana has to send the numbers", "Dana"),
        ("Dana is going to send it", "Dana"),
        ("Dana to send the numbers", "Dana"),
        ("Dana also carries the chairs", "Dana"),
        ("Dana calls the bank", "Dana"),
        ("team-7 fixes the pump", "team-7"),
        ("Mark sends the numbers", "Mark"),
    ],
)
def test_what_somebody_else_does_is_not_mine_to_promise(outcome: str, who: str) -> None:
    assert who in says("L20", WELL_MADE._replace(outcome=outcome), AROUND._replace(people=PEOPLE))


@pytest.mark.parametrize(
    "outcome",
    [
        "Dana's numbers are sent",
        "Dana’s call noted",
        "Dana call noted",
        "Dana calls noted in the wiki",
        "Dana and Kim send it",
        "Dana, send the numbers",
        "Dana to Kim handover",
        "Dana is happy with it",
        "Dana will signed by both",
        "Dana will",
        "Dana",
        "Send Dana the numbers",
        "Danas send the numbers",
        "Will send the numbers",
        "Mark tests of class 3",
        "Mark the tests of class 3",
        "Bill the client for May",
        "Lee sends the numbers",
        "The council letter is answered",
        "The page sends a mail to everybody",
        "The council approves the hall",
        "“Dana” sends the numbers",
        "",
    ],
)
def test_what_is_mine_or_the_other_sides_is_let_be(outcome: str) -> None:
    assert says("L20", WELL_MADE._replace(outcome=outcome), AROUND._replace(people=PEOPLE)) == ""


def test_a_first_name_is_first_of_all_the_other_sides() -> None:
    subject = WELL_MADE._replace(other="Dana Lee", outcome="Dana sends the numbers")
    around = AROUND._replace(people=["Dana Kim"])
    assert says("L20", subject, around) == ""
    assert "Dana Kim" in says("L20", subject._replace(outcome="Dana Kim sends the numbers"), around)


# The same again


WORDS = "one two three four five six seven eight nine"


@pytest.mark.parametrize(
    ("other", "speaks"),
    [
        (WORDS, True),
        (WORDS.upper() + "!", True),
        ("nine eight seven six five four three two one one one", True),
        ("one two three four five six seven eight ten", True),  # 8 of 10
        ("one two three four five six seven", False),  # 7 of 9
        ("one two three four five six seven eight nine ten eleven", True),  # 9 of 11
        ("one two three four five six seven eight ten eleven", False),  # 8 of 11
        ("", False),
    ],
)
def test_four_fifths_of_the_words_make_it_look_the_same(other: str, speaks: bool) -> None:
    subject = WELL_MADE._replace(outcome=WORDS)
    assert says("L19", subject, AROUND._replace(alike=[(4, other)])) == (
        "Looks like #4. Is it the same?" if speaks else ""
    )


def test_all_that_look_the_same_are_named() -> None:
    around = AROUND._replace(alike=[(4, WORDS), (5, "another"), (6, WORDS)])
    assert (
        says("L19", WELL_MADE._replace(outcome=WORDS), around)
        == "Looks like #4, #6. Is it the same?"
    )
    assert says("L19", WELL_MADE._replace(outcome=" … "), AROUND._replace(alike=[(4, " … ")])) == ""


# The calendar


@pytest.mark.parametrize(
    ("ahead", "speaks"),
    [
        (48 * HOUR, "is"),
        (48 * HOUR + SECOND, ""),
        (0 * HOUR, "is"),
        (-SECOND, "was"),
        (-9 * DAY, "was"),
    ],
)
def test_what_nobody_has_accepted_is_said_two_days_ahead(ahead: timedelta, speaks: str) -> None:
    sentence = says("L10", PROPOSED._replace(due=at(NOW + ahead)))
    assert (f"It {speaks} due " in sentence) if speaks else not sentence


def test_only_what_is_still_proposed_lacks_a_yes() -> None:
    due = PROPOSED._replace(due=at(NOW + DAY))
    assert (
        says("L10", due)
        == "Nobody has said yes, so nothing is promised yet. It is due Tue 24 Nov, 09:00."
    )
    assert "L10" not in found(due._replace(state=State.ACTIVE))
    assert "L10" not in found(due._replace(direction=Direction.SELF))
    assert "L10" not in found(due._replace(due=None))
    assert "L10" not in found(due._replace(number=None))


@pytest.mark.parametrize(
    ("count", "usual", "full"),
    [
        (4, 0, False),
        (5, 0, True),
        (5, 4, True),
        (5, 4.5, False),
        (6, 4.5, True),
        (5, 5, False),
        (6, 5, True),
    ],
)
def test_a_week_is_full_from_five_on_or_with_one_more_than_usual(
    count: int, usual: float, full: bool
) -> None:
    assert subjects.is_overfull(count, usual) is full
    assert bool(says("L14", WELL_MADE, AROUND._replace(week=SIX[: count - 1], usual=usual))) is full


def test_a_full_week_is_listed() -> None:
    assert says("L14", WELL_MADE, AROUND._replace(week=OTHERS)) == (
        "With this one, 5 of your promises are due in week 48: #3 “The shed is painted green”, #5 “Lee has the old drill back”, "
        "#8 “Taxes for 2025 are filed”, #9 “The bike brake works”."
    )
    assert says("L14", WELL_MADE, AROUND._replace(week=SIX)).endswith(
        "#11 “The van is washed inside” and 1 more."
    )
    around = AROUND._replace(week=OTHERS)
    assert "L14" in found(WELL_MADE._replace(direction=Direction.SELF), around)
    assert "L14" not in found(WELL_MADE._replace(direction=Direction.OWED), around)
    assert "L14" not in found(WELL_MADE._replace(due=None), around)


def test_a_full_day_is_listed() -> None:
    assert says("L15", WELL_MADE, AROUND._replace(day=OTHERS[:2])) == (
        "With this one, 3 of your promises are due on Fri 27 Nov: #3 “The shed is painted green”, #5 “Lee has the old drill back”."
    )
    assert "L15" not in found(WELL_MADE, AROUND._replace(day=OTHERS[:1]))
    assert "L15" in found(WELL_MADE._replace(direction=Direction.SELF), AROUND._replace(day=SIX))
    assert "L15" not in found(
        WELL_MADE._replace(direction=Direction.OWED), AROUND._replace(day=SIX)
    )
    assert "L15" not in found(WELL_MADE._replace(due=None), AROUND._replace(day=SIX))


def test_a_draft_may_not_be_due_before_it_was_said() -> None:
    draft = WELL_MADE._replace(number=None, due=at(NOW - SECOND))
    assert [(one.rule, one.level) for one in check.check_promise(draft, AROUND)] == [
        ("L16", RuleLevel.REFUSE)
    ]
    assert "L16" in found(draft._replace(said_at=None))
    assert "L16" not in found(draft._replace(due=at(NOW)))
    assert "L16" not in found(draft._replace(said_at=NOW - SECOND))
    assert "L16" not in found(draft._replace(backfill=True))
    assert "L16" not in found(draft._replace(number=7))
    assert "L16" not in found(draft._replace(due=None))


@pytest.mark.parametrize(("day", "name"), [(27, ""), (28, "Saturday"), (29, "Sunday"), (30, "")])
def test_a_weekend_is_named_as_the_calendar_there_has_it(day: int, name: str) -> None:
    there = CivilMoment(
        f"2026-11-{day}", "Pacific/Kiritimati", datetime(2026, 11, day - 1, 9, 59, 59, tzinfo=UTC)
    )
    assert name in says("L17", WELL_MADE._replace(due=there))
    assert ("L17" in found(WELL_MADE._replace(due=there))) is bool(name)


def test_an_assumed_yes_is_asked_about() -> None:
    assert "Lee" in says("L18", WELL_MADE._replace(assumed=True))
    assert "the other side" in says("L18", WELL_MADE._replace(assumed=True, other=None))
    assert says("L18", WELL_MADE._replace(assumed=True, direction=Direction.SELF)) == ""


def test_a_question_that_nobody_answers_gets_a_day() -> None:
    stale = PROPOSED._replace(stale=True)
    late = NOW.replace(hour=23, minute=30)
    assert says("L22", stale) == "Ask for an answer by Thu 26 Nov."
    assert (
        says("L22", stale, CheckContext(late, "Europe/Berlin"))
        == "Ask for an answer by Fri 27 Nov."
    )
    for silent in (
        {"state": State.ACTIVE},
        {"direction": Direction.SELF},
        {"reply_by": FRIDAY},
        {"stale": False},
    ):
        assert says("L22", stale._replace(**silent)) == ""


@pytest.mark.parametrize(
    ("bad", "count", "speaks"),
    [(0, 0, False), (2, 4, False), (3, 3, False), (3, 4, True), (4, 4, True)],
)
def test_a_series_that_goes_wrong_is_to_be_talked_over(
    bad: int, count: int, *, speaks: bool
) -> None:
    around = AROUND._replace(series_bad=(bad, count))
    sentence = f"{bad} of the last 4 were late or broken." if speaks else ""
    for subject in (WELL_MADE, PROPOSED):
        assert says("L23", subject, around) == sentence
    for state in (State.DELIVERED, State.KEPT, State.RELEASED):
        assert says("L23", WELL_MADE._replace(state=state), around) == ""


def test_a_series_is_asked_once_what_is_the_same_for_all() -> None:
    bare = Subject("Send the weekly report", Direction.OWE, State.ACTIVE, NOW, 7, "Lee")
    bare = bare._replace(due=at(NOW + 5 * DAY), assumed=True, series="a")
    around = AROUND._replace(series_bad=(4, 4), week=SIX, day=SIX)
    once = {"L08", "L11", "L12", "L13", "L17", "L18", "L23"}
    assert once <= {*found(bare, around)}
    assert {*found(bare, around._replace(is_later=True))} == {*found(bare, around)} - once
    answers = {one.rule: one.answer for one in check.check_promise(bare, around)}
    assert answers["L08"] == "promisectl correct 7 --rest --done-when “…”"
    assert answers["L12"] == "promisectl correct 7 --risk “…”"
    assert answers["L23"] == "promisectl negotiate 7 --rest --by “…” --reason “…”"


def test_who_has_to_answer_is_told_to_answer() -> None:
    stale = PROPOSED._replace(stale=True, waits_for_me=True)
    assert says("L22", stale) == "Answer by Thu 26 Nov."


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-11-24", "24 Nov."),
        ("2026-11-24T17:00", "24 Nov, 17:00."),
        ("2025-12-01", "1 Dec 2025."),
        ("2025-01-01", "1 Jan 2025."),
    ],
)
def test_a_year_is_said_where_it_is_far_away(due: str, words: str) -> None:
    when = CivilMoment(due, "UTC", datetime.fromisoformat(due).replace(tzinfo=UTC))
    assert says("L10", PROPOSED._replace(due=when)).endswith(words)


# The answers


def test_every_rule_about_a_promise_has_an_answer_and_none_about_a_draft() -> None:
    promise = Subject("Maybe try some stuff; send it", Direction.OWE, State.ACTIVE, NOW, 7, "Lee")
    around = AROUND._replace(
        week=SIX,
        day=SIX,
        alike=[(4, promise.outcome)],
        people=["Kim"],
        with_other=(0, 9),
        their_week=SIX,
        series_bad=(3, 4),
    )
    subjects_ = [
        promise._replace(assumed=True),
        promise._replace(due=at(NOW + 5 * DAY), outcome="Help"),
        PROPOSED._replace(due=at(NOW), stale=True),
        WELL_MADE._replace(outcome="Kim sends the slides"),
        WELL_MADE._replace(direction=Direction.OWED, other="platform team"),
    ]
    drafts = [subject._replace(number=None) for subject in subjects_]
    answers = {
        finding.rule: finding.answer
        for subject in subjects_
        for finding in check.check_promise(subject, around)
    }
    assert RULES.keys() - answers.keys() == {"L01", "L03", "L16"}
    assert all(answer.startswith("promisectl ") for answer in answers.values())
    for draft in drafts:
        assert {finding.answer for finding in check.check_promise(draft, around)} <= {""}


@pytest.mark.parametrize(
    ("rule", "fields", "answer"),
    [
        ("L06", {"outcome": "Maybe fix the brake"}, "correct 7 --what “…”"),
        (
            "L06",
            {"outcome": "Maybe fix it", "state": State.PROPOSED, "waits_for_me": True},
            "negotiate 7 --what “…”",
        ),
        ("L10", {"state": State.PROPOSED, "due": at(NOW)}, "bump 7 “…”"),
        ("L10", {"state": State.PROPOSED, "due": at(NOW), "waits_for_me": True}, "accept 7"),
        ("L17", {"due": at(NOW + 5 * DAY)}, "negotiate 7 --by “…” --reason “…”"),
        ("L17", {"due": at(NOW + 5 * DAY), "state": State.PROPOSED}, "negotiate 7 --mine --by “…”"),
        (
            "L22",
            {"state": State.PROPOSED, "stale": True},
            "negotiate 7 --mine --reply-by 2026-11-26",
        ),
        ("L22", {"state": State.PROPOSED, "stale": True, "waits_for_me": True}, "accept 7"),
    ],
)
def test_an_answer_fits_the_state(rule: str, fields: dict[str, Any], answer: str) -> None:
    findings = check.check_promise(WELL_MADE._replace(**fields), AROUND)
    assert {one.rule: one.answer for one in findings}[rule] == f"promisectl {answer}"


# The record


@pytest.mark.parametrize(
    ("kept", "of", "speaks"),
    [
        (0, 4, False),
        (0, 5, True),
        (1, 5, True),
        (2, 5, True),
        (3, 5, False),
        (3, 8, True),
        (4, 8, True),
        (5, 8, False),
        (0, 0, False),
    ],
)
def test_a_poor_record_is_said_from_five_promises_on(kept: int, of: int, speaks: bool) -> None:
    sentence = f"You kept {kept} of {of} promises to Lee."
    assert says("L21", WELL_MADE, AROUND._replace(with_other=(kept, of))) == (
        sentence if speaks else ""
    )


def test_a_record_that_is_not_counted_whole_says_so() -> None:
    around = AROUND._replace(with_other=(3, 8), is_recent=True)
    assert says("L21", WELL_MADE, around) == "You kept 3 of 8 recent promises to Lee."


def test_the_record_with_such_a_lead_time_is_said_too() -> None:
    poor = AROUND._replace(with_lead=(3, 8))
    soon = WELL_MADE._replace(due=at(NOW + 2 * DAY))
    assert says("L21", soon, poor) == "You kept 3 of 8 promises made up to 2 days ahead."
    assert says("L21", soon._replace(other=None), poor._replace(with_other=(1, 6))) == (
        "You kept 1 of 6 promises to this person and 3 of 8 promises made up to 2 days ahead."
    )
    assert says("L21", soon._replace(said_at=None), poor) == ""
    assert says("L21", soon._replace(direction=Direction.OWED), poor) == ""
    assert says("L21", soon._replace(direction=Direction.SELF), poor) == ""


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (-DAY, "up to 2 days ahead"),
        (2 * DAY, "up to 2 days ahead"),
        (2 * DAY + SECOND, "2 to 7 days ahead"),
        (7 * DAY, "2 to 7 days ahead"),
        (7 * DAY + SECOND, "7 to 30 days ahead"),
        (30 * DAY, "7 to 30 days ahead"),
        (30 * DAY + SECOND, "more than 30 days ahead"),
        (900 * DAY, "more than 30 days ahead"),
    ],
)
def test_lead_times_fall_into_four_ranges(ahead: timedelta, words: str) -> None:
    found_ = subjects.find_lead_time(WELL_MADE._replace(due=at(NOW + ahead)))
    assert found_ is not None
    assert found_.label == words


def test_the_ranges_of_lead_times_touch() -> None:
    ranges = [
        subjects.find_lead_time(WELL_MADE._replace(due=at(NOW + days * DAY)))
        for days in (1, 5, 20, 90)
    ]
    assert all(isinstance(one, LeadTime) for one in ranges)
    assert all(
        one and other and one.most is not None and one.most + 1 == other.least
        for one, other in pairwise(ranges)
    )
    assert subjects.find_lead_time(WELL_MADE._replace(due=None)) is None
    assert subjects.find_lead_time(WELL_MADE._replace(said_at=None)) is None


# The marks


def test_the_marks_have_their_names_and_order() -> None:
    assert [name for name, _ in check.list_marks(WELL_MADE)] == [
        "who",
        "what",
        "by when",
        "done when",
        "accepted",
        "risk",
    ]


@pytest.mark.parametrize(
    ("mark", "fields"),
    [
        ("who", {"direction": None}),
        ("what", {"outcome": "Report"}),
        ("what", {"outcome": "Look into the leak"}),
        ("what", {"outcome": "The leak might be fixed"}),
        ("by when", {"due": None}),
        ("done when", {"done_when": ""}),
        ("risk", {"risk": None}),
        *[
            ("accepted", {"state": state})
            for state in (State.PROPOSED, State.DECLINED, State.WITHDRAWN, State.VOID)
        ],
    ],
)
def test_a_mark_is_missing_for_one_reason(mark: str, fields: dict[str, Any]) -> None:
    assert [
        name for name, is_so in check.list_marks(WELL_MADE._replace(**fields)) if not is_so
    ] == [mark]


@pytest.mark.parametrize("side", [Direction.OWED, Direction.SELF])
def test_a_risk_is_a_mark_only_where_i_promise_somebody(side: Direction) -> None:
    for risk in (None, "I am sick"):
        assert check.list_marks(WELL_MADE._replace(direction=side, risk=risk)) == [
            ("who", True), ("what", True), ("by when", True), ("done when", True), ("accepted", True), ("risk", None),
        ]  # fmt: skip


@pytest.mark.parametrize("state", [State.DELIVERED, State.KEPT, State.RENEGED, State.RELEASED])
def test_what_was_accepted_stays_accepted(state: State) -> None:
    assert dict(check.list_marks(WELL_MADE._replace(state=state)))["accepted"]


# Words of one's own


def test_words_of_ones_own_extend_the_lists() -> None:
    words = ExtraPhrases(
        effort=("noodle on", "Ponder"), hedges=("Schau’n wir mal", ""), vague=("hübsch",)
    )
    subject = WELL_MADE._replace(
        outcome="Noodling on it, schau'n wir mal", done_when="it looks HÜBSCH"
    )
    assert found(subject) == []
    assert found(subject, words=words) == ["L05", "L06", "L07"]
    assert found(WELL_MADE._replace(outcome="I will ponder it"), words=words) == ["L05"]
    assert found(WELL_MADE._replace(outcome="Try to noodle around"), words=words) == ["L05", "L06"]


# Any text at all


PIECES = st.sampled_from(
    [
        *"“”\"'’‘„«»;,.&-%",
        *phrases.EFFORT_PHRASES,
        *phrases.HEDGE_PHRASES,
        *phrases.VAGUE_PHRASES,
        "and",
        "then",
        "send",
        "call",
        "the",
        "Dana",
        "20",
        "will",
        "to",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(PIECES, max_size=12).map(" ".join),
    st.lists(PIECES, max_size=12).map("".join),
)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from([*Direction, None]), st.sampled_from(State))
@settings(derandomize=True, database=None)
def test_any_text_can_be_checked_and_gives_the_same_twice(
    outcome: str, other: str, more: str, direction: Direction | None, state: State
) -> None:
    subject = WELL_MADE._replace(
        outcome=outcome, other=other, done_when=more, direction=direction, state=state
    )
    around = AROUND._replace(people=[more, outcome], alike=[(4, more), (5, outcome)])
    words = ExtraPhrases((more,), (more,), (more,))
    once = check.check_promise(subject, around, words=words)
    phrases.tokenize_text.cache_clear()
    assert check.check_promise(subject, around, words=words) == once
    assert [finding.rule for finding in once] == sorted({finding.rule for finding in once})
    assert all(
        finding.full_sentence and finding.quality == RULES[finding.rule].quality for finding in once
    )
    assert len(check.list_marks(subject)) == 6


@given(st.text(max_size=60))
@settings(derandomize=True, database=None)
def test_no_sign_but_blanks_is_lost(text: str) -> None:
    assert "".join(phrases.tokenize_text(text).typed) == "".join(
        normalize("NFC", text).replace("’", "'").split()
    )


def test_words_are_compared_without_case_accents_in_parts_and_curly_apostrophes() -> None:
    assert phrases.list_words("I’ll SEND Mu\u0308ller’s 1.5 m² — at 10:30!") == [
        "i'll",
        "send",
        "müller's",
        "1.5",
        "m²",
        "at",
        "10:30",
    ]


@pytest.mark.parametrize(
    "piece",
    [
        "and ",
        "and send ",
        "to ",
        "try ",
        "as soon as ",
        "“",
        "'",
        "' ",
        "x",
        "will ",
        "Dana ",
        "; ",
    ],
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    around = AROUND._replace(people=["Dana Kim"])
    started = perf_counter()
    check.check_promise(WELL_MADE._replace(outcome=piece * 5_000), around)
    assert perf_counter() - started < 5
