"""Dates in files as other programs write them: read where they can mean only one day, else refused with the way out."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promisectl import errors
from promisectl.records.cells import CellContext, CellReader
from tests.cli.import_files import take, told
from tests.conftest import Program

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SELF = ("--set", "direction=self")


def read_due(text: str, order: str | None = None) -> str:
    due = CellReader({"due": text}, CellContext(NOW, "Europe/Berlin", order)).parse_due()
    assert due is not None
    return due.civil


def read_made(text: str, order: str | None = None) -> datetime | None:
    context = CellContext(NOW, "Europe/Berlin", order)
    return CellReader({"made_at": text}, context).parse_moment("made_at")


# Days


DAYS = st.dates(date(1971, 1, 1), date(2068, 12, 31))
ORDERS = st.sampled_from([None, "dmy", "mdy", "ymd"])
PLAIN_DAYS: list[Callable[[date], str]] = [
    lambda day: f"{day:%Y-%m-%d}",
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day:%Y/%m/%d}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day:%Y.%m.%d}",
    lambda day: f"{day.day} {day:%B %Y}",
    lambda day: f"{day:%b} {day.day}, {day.year}",
    lambda day: f"{day:%A}, {day:%B} {day.day}, {day.year}",
]


@given(DAYS, st.sampled_from(PLAIN_DAYS), ORDERS)
def test_a_day_with_its_year_first_or_its_month_in_words(
    day: date, spell: Callable[[date], str], order: str | None
) -> None:
    assert read_due(spell(day), order) == str(day)
    if day < NOW.date():
        assert read_made(spell(day), order) == datetime.combine(day, time(12), BERLIN)


@given(DAYS, st.sampled_from("/.-"), st.booleans())
def test_numbers_are_read_in_the_order_of_the_config(day: date, sign: str, padded: bool) -> None:
    first, second = (f"{day.day:02}", f"{day.month:02}") if padded else (day.day, day.month)
    assert read_due(f"{first}{sign}{second}{sign}{day.year}", "dmy") == str(day)
    assert read_due(f"{second}{sign}{first}{sign}{day.year}", "mdy") == str(day)


@given(DAYS, st.sampled_from("/."))
def test_years_of_two_digits_are_read_in_the_order_of_the_config(day: date, sign: str) -> None:
    assume(day.year >= 2000)
    for order in ("dmy", "mdy", "ymd"):
        parts = {"d": f"{day.day:02}", "m": f"{day.month:02}", "y": f"{day:%y}"}
        text = sign.join(parts[letter] for letter in order)
        assert read_due(text, order) == str(day)
        if day < NOW.date():
            assert read_made(text, order) == datetime.combine(day, time(12), BERLIN)


@given(DAYS, st.sampled_from("/-"), st.booleans())
def test_without_an_order_only_one_reading_is_taken(day: date, sign: str, us: bool) -> None:
    first, second = (day.month, day.day) if us else (day.day, day.month)
    text = f"{first:02}{sign}{second:02}{sign}{day.year}"
    if day.day > 12 or day.day == day.month:
        assert read_due(text) == str(day)
        return
    with pytest.raises(errors.BadRecord) as refused:
        read_due(text)
    assert "can mean" in refused.value.what
    assert refused.value.advice == (
        "If the days of all dates come first: promisectl config set date_order dmy · "
        "If the months do: promisectl config set date_order mdy"
    )


@given(DAYS)
def test_with_dots_the_day_comes_first(day: date) -> None:
    assert read_due(f"{day:%d.%m.%Y}") == str(day)
    assert read_due(f"{day.day}.{day.month}.{day.year}") == str(day)
    assert read_due(f"{day:%m.%d.%Y}", "mdy") == str(day)


def test_with_dots_but_a_year_of_two_digits_it_is_not_clear() -> None:
    for read in (read_due, read_made):
        with pytest.raises(errors.BadRecord) as refused:
            read("05.12.25")
        assert "can mean" in refused.value.what


# Times


OFFSETS = ["Z", "+01:00", "+0100", "+01", " +0100", "-05:30", " UTC"]
INSTANTS = st.builds(
    datetime.combine, DAYS, st.times().map(lambda clock: clock.replace(microsecond=0))
)


@given(
    INSTANTS,
    st.sampled_from(OFFSETS),
    st.sampled_from(["", ".0", ".123", ".1234567"]),
    st.booleans(),
)
def test_an_instant_with_a_fraction_and_an_offset(
    moment: datetime, offset: str, fraction: str, basic: bool
) -> None:
    zone = (
        UTC
        if offset in ("Z", " UTC")
        else datetime.strptime(offset.strip() + ("00" if len(offset) == 3 else ""), "%z").tzinfo
    )
    at = moment.replace(tzinfo=zone)
    text = f"{moment:%Y%m%dT%H%M%S}" if basic else moment.isoformat(sep=" ")
    due = CellReader({"due": text + fraction + offset}, CellContext(NOW, "UTC", None)).parse_due()
    assert due is not None
    assert due.at in (at - timedelta(seconds=moment.second), at)
    if at <= NOW:
        assert read_made(text + fraction + offset) == at


CLOCKS: list[Callable[[datetime], str]] = [
    lambda moment: f"{moment:%H:%M}",
    lambda moment: f"{moment:%H:%M:%S}",
    lambda moment: f"{moment:%I:%M %p}",
    lambda moment: f"{moment:%I:%M:%S %p}",
    lambda moment: f"{moment:%I:%M%p}".lower(),
]


@given(
    INSTANTS,
    st.sampled_from(CLOCKS),
    st.sampled_from(["%Y/%m/%d", "%d.%m.%Y", "%d %b %Y", "%b %d, %Y,"]),
)
def test_a_day_and_a_time_of_the_clock_here(
    moment: datetime, spell: Callable[[datetime], str], form: str
) -> None:
    text = f"{moment.strftime(form)} {spell(moment)}"
    has_seconds = "S" in text or text.count(":") > 1
    civil = moment.isoformat(timespec="minutes")
    if has_seconds and f"{moment:%H:%M:%S}" == "23:59:59":
        civil = str(moment.date())
    try:
        due = read_due(text)
    except errors.BadRecord:
        at = moment.replace(tzinfo=BERLIN)
        is_twice = at.utcoffset() != at.replace(fold=1).utcoffset()
        assume(not is_twice)  # the clocks skip it, or show it twice
        raise
    assert due == civil
    if moment.replace(tzinfo=UTC) < NOW - timedelta(days=1):
        exact = moment if has_seconds else moment.replace(second=0)
        assert read_made(text) == exact.replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "28 nov",
        "28.11.",
        "11/12",
        "tomorrow",
        "fri",
        "05/12/2025",
        "5/12/25",
        "1795795200",
        "2026-13-01",
    ],
)
def test_a_moment_needs_its_year_and_one_reading(text: str) -> None:
    with pytest.raises(errors.BadRecord):
        read_made(text)


def test_an_ambiguous_moment_is_told_as_that() -> None:
    with pytest.raises(errors.BadRecord) as refused:
        read_made("05/12/2025")
    assert "can mean Mon 12 May 2025 or Fri 5 Dec 2025" in refused.value.what


# A file


def test_a_german_table_needs_no_config(program: Program) -> None:
    content = "\ufeffAufgabe;Fällig;Wer\r\nAnrufen;05.12.2026;\r\nSchreiben;5.12.2026 17:00:00;Max Ott\r\n;;\r\n"
    words = ("--map", "aufgabe=outcome", "--map", "Fallig=due", "--map", "Wer=assignee")
    assert take(program, content, *words, *SELF).code == 0
    assert told(program, "outcome", "due", "person") == [
        ("Anrufen", "2026-12-05", "me"), ("Schreiben", "2026-12-05T17:00", "max-ott"),
    ]  # fmt: skip


def test_the_way_out_of_an_ambiguous_date_works(program: Program) -> None:
    content = "outcome,due\nCall,05/12/2026\nWrite,25/12/2026\n"
    refused = take(program, content, *SELF)
    assert (refused.code, refused.stdout) == (6, "")
    assert refused.stderr.startswith(
        "promisectl: file.csv, line 2, column due: “05/12/2026” can mean Tue 12 May or Sat 5 Dec. "
    )
    assert refused.stderr.endswith("promisectl config set date_order mdy\n")
    program.ok("config", "set", "date_order", "dmy")
    assert take(program, content, *SELF).code == 0
    assert told(program, "due") == [("2026-12-05",), ("2026-12-25",)]
