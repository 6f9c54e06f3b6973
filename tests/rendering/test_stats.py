"""The page of the record, drawn from any figures: it fits, its bars are whole, and a rate is given only where there is enough to tell."""

import io
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from promisectl.domain.statistics import (
    OUTCOME_CLASSES,
    REQUEST_OUTCOMES,
    DirectionStatistics,
    Rate,
)
from promisectl.rendering import rates, stats, tables
from promisectl.rendering.formats import LocalMoment

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HERE = LocalMoment(NOW, "Europe/Berlin")
SIGNS = "█▄×○"
MONTHS = [
    f"{name} {year}"
    for year in (2025, 2026)
    for name in ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
][-13:-1]
NAMES = (None, "Dana", "Dana Kim-Berger", "東京の部長さん 長い名前の人です", "名" * 50, "x" * 100)
CAUSES = ("overload", "dependency", "underestimated", "need-changed", "forgot", "external", "other")

numbers = st.one_of(st.integers(0, 12), st.integers(0, 400), st.integers(0, 2_000))


@st.composite
def a_rate(draw: st.DrawFn) -> Rate:
    number = draw(numbers)
    return Rate(number, number + draw(numbers))


days = st.one_of(st.none(), st.floats(-400, 400))
all_figures = st.builds(
    DirectionStatistics,
    classes=st.fixed_dictionaries(dict.fromkeys(OUTCOME_CLASSES, numbers)),
    kept=a_rate(), on_time=a_rate(), on_time_first=a_rate(), renegotiated=a_rate(), notice=a_rate(), confirmed=a_rate(), said_no=a_rate(),
    slip_days=days, lead_days=days, late_credit=st.one_of(st.none(), st.floats(0, 1)),
    causes=st.dictionaries(st.sampled_from(CAUSES), st.integers(1, 999)), foreseen=a_rate(), untold=numbers,
    kept_before=st.one_of(st.none(), a_rate()), requests=st.fixed_dictionaries(dict.fromkeys(REQUEST_OUTCOMES, numbers)), risk_named=a_rate(),
    always_yes=st.dictionaries(st.just("me"), st.integers(5, 999)),
)  # fmt: skip
all_months = st.dictionaries(
    st.sampled_from(MONTHS),
    st.dictionaries(st.sampled_from(OUTCOME_CLASSES), st.integers(1, 900), max_size=6),
    max_size=12,
)


def _drawn(
    made: Mapping[str, DirectionStatistics],
    months: Mapping[str, Mapping[str, Mapping[str, int]]],
    width: int,
    name: str | None = None,
    *,
    detail: bool = True,
) -> list[str]:
    out = io.StringIO()
    shown = stats.StatsScope(name, None, NOW, is_past=False, detail=detail, yes_name=name)
    tables.create_console(out, width, color=False).print(
        stats.render_stats(made, months, shown, HERE, width)
    )
    return [line.rstrip() for line in out.getvalue().splitlines()]


def _nothing(**more: object) -> DirectionStatistics:
    rate = Rate(0, 0)
    bare = DirectionStatistics(
        dict.fromkeys(OUTCOME_CLASSES, 0),
        rate,
        rate,
        rate,
        rate,
        rate,
        rate,
        rate,
        None,
        None,
        None,
        {},
        rate,
        0,
        None,
        dict.fromkeys(REQUEST_OUTCOMES, 0),
        rate,
        {},
    )
    return bare._replace(**more)


@given(
    all_figures, all_figures, all_months, all_months, st.integers(40, 120), st.sampled_from(NAMES)
)
def test_the_page_fits_whatever_it_says(
    owe: DirectionStatistics,
    owed: DirectionStatistics,
    mine: dict[str, dict[str, int]],
    theirs: dict[str, dict[str, int]],
    width: int,
    name: str | None,
) -> None:
    for line in _drawn({"owe": owe, "owed": owed}, {"owe": mine, "owed": theirs}, width, name):
        assert cell_len(line) <= width
        assert not line.endswith("…") or line.split()[0] == "earlier"


@given(all_months, st.integers(40, 120))
@example({"Nov 2026": {"kt": 61, "kl": 61, "bl": 61, "od": 71}}, 40)
@example({"Nov 2026": {"kt": 999, "kl": 999, "bl": 999, "od": 999}}, 80)
@example({"Nov 2026": {"kt": 26}}, 40)
@example({"Nov 2026": {"kt": 1}}, 40)
def test_a_bar_is_never_broken(months: dict[str, dict[str, int]], width: int) -> None:
    lines = _drawn(
        {"owe": _nothing(kept=Rate(1, 1)), "owed": _nothing()}, {"owe": months, "owed": {}}, width
    )
    bars = [line for line in lines if any(sign in line for sign in SIGNS)]
    full = [month for month, found in months.items() if sum(found.values())]
    assert sorted(line.strip()[:8] for line in bars) == sorted(full)
    assert not any("…" in line for line in bars)


@given(all_months)
def test_a_bar_and_its_words_say_the_same(months: dict[str, dict[str, int]]) -> None:
    lines = _drawn(
        {"owe": _nothing(kept=Rate(1, 1)), "owed": _nothing()}, {"owe": months, "owed": {}}, 120
    )
    for month, found in months.items():
        told = {
            "kept": found.get("kt", 0) + found.get("kn", 0), "late": found.get("kl", 0),
            "broken": found.get("bn", 0) + found.get("bl", 0), "overdue": found.get("od", 0),
        }  # fmt: skip
        if not sum(told.values()):
            continue
        [line] = [line for line in lines if line.strip().startswith(month)]
        assert line.endswith(
            f"  {', '.join(f'{number} {name}' for name, number in told.items() if number)}"
        )
        for sign, number in zip(SIGNS, told.values(), strict=True):
            assert (sign in line) is bool(number)


def test_what_one_sign_stands_for_is_said() -> None:
    for number, heading in (
        (20, "You: month by month"),
        (500, "You: month by month, one character for 25 or fewer"),
    ):
        lines = _drawn(
            {"owe": _nothing(kept=Rate(1, 1)), "owed": _nothing()},
            {"owe": {"Nov 2026": {"kt": number}}, "owed": {}},
            80,
        )
        assert heading in lines


def test_nothing_to_count() -> None:
    assert _drawn({"owe": _nothing(), "owed": _nothing()}, {"owe": {}, "owed": {}}, 80) == [
        "Since the first promise", "No promise was kept or broken.",
    ]  # fmt: skip


def test_what_the_reason_echoed_stands_in_detail() -> None:
    made = {"owe": _nothing(kept=Rate(0, 3), foreseen=Rate(1, 2)), "owed": _nothing()}
    assert "  broken for the reason foreseen  1 of 2" in _drawn(made, {"owe": {}, "owed": {}}, 80)
    assert not any(
        "echoed the risk" in line
        for line in _drawn(made, {"owe": {}, "owed": {}}, 80, detail=False)
    )


def test_a_direction_without_a_figure_is_left_out() -> None:
    lines = _drawn(
        {"owe": _nothing(), "owed": _nothing(kept=Rate(1, 1))}, {"owe": {}, "owed": {}}, 80
    )
    assert "Others" in lines
    assert "You" not in lines


@pytest.mark.parametrize("width", [47, 48, 77, 78])
def test_what_there_is_room_for(width: int) -> None:
    made = {"owe": _nothing(kept=Rate(5, 8)), "owed": _nothing(kept=Rate(8, 10))}
    [*rows] = [
        line.split()
        for line in _drawn(made, {"owe": {}, "owed": {}}, width)
        if line.startswith("kept ")
    ]
    mine, theirs = ["5", "of", "8", "63", "%"], ["8", "of", "10", "80", "%"]
    if width >= 48:
        mine, theirs = [*mine, "31–86", "%"], [*theirs, "49–94", "%"]
    assert rows == (
        [["kept", *mine, *theirs]] if width >= 78 else [["kept", *mine], ["kept", *theirs]]
    )


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (Rate(0, 0), "none"),
        (Rate(0, 1), "0 of 1"),
        (Rate(2, 3), "2 of 3"),
        (Rate(4, 4), "4 of 4"),
        (Rate(0, 5), "0 of 5 (0 %, 95 % interval 0–43 %)"),
        (Rate(5, 5), "5 of 5 (100 %, 95 % interval 57–100 %)"),
        (Rate(5, 8), "5 of 8 (63 %, 95 % interval 31–86 %)"),
        (Rate(8, 10), "8 of 10 (80 %, 95 % interval 49–94 %)"),
        (Rate(45, 50), "45 of 50 (90 %, 95 % interval 79–96 %)"),
    ],
)
def test_a_rate_in_words(rate: Rate, said: str) -> None:
    assert rates.format_rate(rate) == said


@given(a_rate())
def test_of_fewer_than_five_there_is_no_share(rate: Rate) -> None:
    assert (
        bool(rates.format_rate_percent(rate))
        is bool(rates.format_rate_interval(rate))
        is (rate.of >= 5)
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 day"),
        (-1, "-1 days"),
        (0, "0 days"),
        (1.5, "1.5 days"),
        (0.96, "1 day"),
        (-0.01, "0 days"),
        (10, "10 days"),
    ],
)
def test_a_span_in_words(number: float, said: str) -> None:
    assert rates.format_day_span(number) == said


def test_the_line_of_a_record() -> None:
    made = _nothing(
        kept=Rate(5, 8),
        on_time=Rate(4, 8),
        notice=Rate(2, 5),
        renegotiated=Rate(1, 10),
        said_no=Rate(3, 9),
    )
    assert rates.format_statistics_line(made) == (
        "Kept 5 of 8 (63 %, 95 % interval 31–86 %) · on time 4 of 8 · warned in time 2 of 5 · terms changed 1 of 10 · said no 3 times"
    )
    assert rates.format_statistics_line(_nothing(said_no=Rate(1, 1))) == "Said no once"
    assert rates.format_statistics_line(_nothing()) == ""


def test_what_there_is_to_learn() -> None:
    said = rates.format_lesson(
        _nothing(causes={"overload": 3, "forgot": 1}, foreseen=Rate(1, 2), slip_days=1.0, untold=2)
    )
    parts = said.split(" · ")
    assert parts == [
        "Broken most often by: overload (3 of 4)",
        "broken for the reason foreseen: 1 of 2",
        "changes moved the date by 1 day (median)",
        "not told yet: 2",
    ]
    assert (
        rates.format_lesson(_nothing(foreseen=Rate(1, 1)))
        == "Broken for the reason foreseen: 1 of 1"
    )
    assert rates.format_lesson(_nothing()) == ""


def _answered(*counts: int) -> dict[str, int]:
    return dict(zip(REQUEST_OUTCOMES, counts, strict=True))


def _agreed(owe: DirectionStatistics, owed: DirectionStatistics, name: str | None = None) -> str:
    """The part about how promises were agreed, on one line."""
    lines = _drawn({"owe": owe, "owed": owed}, {"owe": {}, "owed": {}}, 100, name, detail=False)
    place = lines.index("How promises were agreed") if "How promises were agreed" in lines else None
    return "" if place is None else " ".join(lines[place + 1 :])


def test_how_promises_were_agreed_in_words() -> None:
    mine = _nothing(requests=_answered(4, 1, 2, 3), risk_named=Rate(2, 5))
    theirs = _nothing(requests=_answered(6, 1, 1, 1), risk_named=Rate(0, 7))
    assert _agreed(mine, theirs) == (
        "You said yes to 5 requests: as asked 4, negotiated 1, with a risk 2 "
        "You made 9 requests: yes as asked 6, negotiated 1, no 1, no answer 1"
    )
    assert _agreed(_nothing(), _nothing(requests=_answered(0, 0, 0, 1)), "Lee") == (
        "You made 1 request to Lee: yes as asked 0, negotiated 0, no 0, no answer 1"
    )
    declined = _nothing(requests=_answered(0, 0, 2, 1), said_no=Rate(2, 2))
    assert _agreed(declined, _nothing()) == ""


def test_who_always_says_yes_is_asked_about() -> None:
    yes = "said yes to 7 of 7 as asked, without a counter or a risk. Is a no possible?"
    answers = {"requests": _answered(7, 0, 0, 0), "risk_named": Rate(0, 7)}
    mine = _nothing(**answers, always_yes={"me": 7})
    theirs = _nothing(**answers, always_yes={"omar": 7, "lee": 5})
    assert _agreed(mine, _nothing()).endswith(f"with a risk 0 You {yes}")
    assert _agreed(_nothing(), theirs, "Omar").endswith(f"no answer 0 Omar {yes}")


def test_overload_without_a_no_is_told() -> None:
    often = _nothing(causes={"forgot": 1, "overload": 5}, said_no=Rate(0, 3))
    assert rates.format_overload(often, "you") == (
        "Broken by overload 5 times; you said no 0 times."
    )
    assert rates.format_overload(often._replace(said_no=Rate(1, 3)), "you") == ""
    assert rates.format_overload(often._replace(causes={"overload": 1}), "you") == ""
    page = _drawn(
        {"owe": often._replace(kept=Rate(0, 6)), "owed": often._replace(kept=Rate(0, 6))},
        {"owe": {}, "owed": {}},
        100,
    )
    assert "Broken by overload 5 times; you said no 0 times." in page
    assert "Broken by overload 5 times; they said no 0 times." in page


def test_the_window_before_is_told_beside_kept() -> None:
    made = _nothing(kept=Rate(5, 8), kept_before=Rate(3, 9))
    assert rates.format_statistics_line(made) == (
        "Kept 5 of 8 (63 %, 95 % interval 31–86 %; before: 3 of 9)"
    )
    few = made._replace(kept=Rate(1, 2))
    assert rates.format_statistics_line(few) == "Kept 1 of 2 (before: 3 of 9)"
    assert "before" not in rates.format_statistics_line(made._replace(kept_before=Rate(0, 0)))
    months: dict[str, dict[str, dict[str, int]]] = {"owe": {}, "owed": {}}
    page = _drawn({"owe": made, "owed": _nothing(kept=Rate(1, 1))}, months, 100)
    rows = [line.split() for line in page]
    place = next(index for index, row in enumerate(rows) if row[:2] == ["kept", "5"])
    assert rows[place + 1] == ["kept", "before", "3", "of", "9", "33", "%", "12–65", "%", "none"]
    plain = _drawn({"owe": made._replace(kept_before=None), "owed": _nothing()}, months, 100)
    assert not any("before" in line for line in plain)
