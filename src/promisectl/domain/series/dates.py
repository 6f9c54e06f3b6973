"""The due dates of a series, from its first one, its rule and its end."""

from __future__ import annotations

from datetime import date

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import format_near_civil, list_civil_readings
from promisectl.domain.constants import MAX_SERIES_LENGTH
from promisectl.domain.series.rule import format_rule, iter_rule_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.series.rule import SeriesRule

MIN_SERIES_PROMISES = 2


def list_series_dates(
    first: CivilMoment,
    rule: SeriesRule,
    today: date,
    *,
    until: CivilMoment | None = None,
    times: int | None = None,
    exceptions: Sequence[CivilMoment] = (),
) -> tuple[CivilMoment, ...]:
    """Return the due dates of a series, 2 to 100, in the order of time.

    Each is in the zone of `first`, at its time of day; where the clocks show that time twice, the
    earlier one. A month without the day of `first` has its last day instead.
    Give either `until`, which is the last day or minute that a date may have, or `times`, the
    number of dates without the `exceptions`. A day in `exceptions` leaves out the date on it,
    whatever its time. `today` is for the words of errors.
    Raises SeriesWithoutEnd, BadCount, FirstOutsideRule, UntilBeforeFirst, SeriesTooLong,
    SeriesTooShort; NotInSeries for an exception that is not one of the dates; SkippedInSeries
    when the clocks skip one of them.
    """
    if until is None and times is None:
        raise errors.SeriesWithoutEnd
    if times is not None and not MIN_SERIES_PROMISES <= times <= MAX_SERIES_LENGTH:
        raise errors.BadCount("--times", times, MIN_SERIES_PROMISES, MAX_SERIES_LENGTH)
    series = _Series(first, rule, today, until, times, tuple(exceptions))
    series.check_first()
    dates, kept = series.select_dates()
    if until and not dates:
        raise errors.UntilBeforeFirst(series.show(until), series.show(first))
    if until and len(kept) > MAX_SERIES_LENGTH:
        last = series.show(kept[MAX_SERIES_LENGTH - 1])
        raise errors.SeriesTooLong(series.show(until), MAX_SERIES_LENGTH, last)
    if times and len(kept) < times:  # the calendar ends with the year 9999
        raise errors.BadCount("--times", times, MIN_SERIES_PROMISES, len(kept))
    series.check_exceptions(dates)
    if len(kept) < MIN_SERIES_PROMISES:
        raise errors.SeriesTooShort("".join(map(series.show, kept)))
    check_clocks(kept, today, may_leave_out=True)
    return tuple(kept)


def check_clocks(dates: Sequence[CivilMoment], today: date, *, may_leave_out: bool) -> None:
    """Raise SkippedInSeries for the first of some dates that the clocks in its zone skip.

    `may_leave_out`: `--except` is an option, so the error offers it for all that are skipped.
    """
    skipped = [moment for moment in dates if not moment.is_real]
    if not skipped:
        return
    days = [moment.civil[:10] for moment in skipped]
    clock, zone = skipped[0].civil[11:], skipped[0].zone
    raise errors.SkippedInSeries(
        format_near_civil(days[0], today), clock, zone, days if may_leave_out else ()
    )


class _Series(NamedTuple):
    """What the dates of a series depend on, as in `list_series_dates`."""

    first: CivilMoment
    rule: SeriesRule
    today: date
    until: CivilMoment | None
    times: int | None
    exceptions: tuple[CivilMoment, ...]

    def show(self, moment: CivilMoment) -> str:
        """Return a date as people read it, with its zone where that is not the one of the first."""
        return format_near_civil(moment.civil, self.today, moment.zone, self.first.zone)

    def iter_days(self) -> Iterator[date]:
        """Yield the days of the rule from the first date on."""
        return iter_rule_days(self.rule, date.fromisoformat(self.first.civil[:10]))

    def check_first(self) -> None:
        """Raise FirstOutsideRule when the rule does not have the day of the first date."""
        day, fitting = self.first.civil[:10], str(next(self.iter_days(), self.today))
        if day != fitting:
            name = format_rule(self.rule).removeprefix("every ").replace(" and ", " or ")
            shown, first = (format_near_civil(civil, self.today) for civil in (day, fitting))
            raise errors.FirstOutsideRule(shown, name, first)

    def select_dates(self) -> tuple[list[CivilMoment], list[CivilMoment]]:
        """Return all dates up to the end, and those that are not left out, at most 101."""
        dates: list[CivilMoment] = []
        kept: list[CivilMoment] = []
        for day in self.iter_days():
            moment = self.build_date(day)
            if self.is_after_end(moment):
                break
            dates.append(moment)
            if not any(_is_meant(moment, exception) for exception in self.exceptions):
                kept.append(moment)
            if len(kept) == (self.times or MAX_SERIES_LENGTH + 1):
                break
        return dates, kept

    def build_date(self, day: date) -> CivilMoment:
        """Return the date on a day, also where the clocks skip it."""
        civil = f"{day}{self.first.civil[10:]}"
        if civil == self.first.civil:
            return self.first
        return list_civil_readings(civil, self.first.zone)[0]

    def is_after_end(self, moment: CivilMoment) -> bool:
        """Whether a date is on a day after `until`, or begins after its minute."""
        if not self.until:
            return False
        if self.until.is_day:
            return moment.civil[:10] > self.until.civil
        return moment.start > self.until.at

    def check_exceptions(self, dates: Sequence[CivilMoment]) -> None:
        """Raise NotInSeries for the first exception that is not one of the dates."""
        for exception in self.exceptions:
            if not any(_is_meant(moment, exception) for moment in dates):
                nearest = min(dates, key=lambda moment: abs(moment.at - exception.at))
                raise errors.NotInSeries(self.show(exception), self.show(nearest))


def _is_meant(moment: CivilMoment, exception: CivilMoment) -> bool:
    """Whether an exception leaves out a date."""
    if exception.is_day:
        return moment.civil[:10] == exception.civil
    return moment.at == exception.at
