"""A series of promises, all made at once: what `make --every` adds to one promise."""

from __future__ import annotations

import uuid

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, recorder
from promisectl.commands.shared.recorder import MoveAnswer
from promisectl.domain.series import dates, rule
from promisectl.rendering import series as rendering
from promisectl.rendering.series import SeriesSpan

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Act, Terms
    from promisectl.domain.series.rule import SeriesRule
    from promisectl.env import Env
    from promisectl.rendering.formats import LocalMoment
    from promisectl.rendering.messages import MoveReport


class SeriesDraft(NamedTuple):
    """The rule of a series, its due dates, at least two, and the dates that it leaves out."""

    rule: SeriesRule
    dues: Sequence[CivilMoment]
    left_out: Sequence[CivilMoment]

    @property
    def span(self) -> SeriesSpan:
        """The last due date, and how often a date comes."""
        return SeriesSpan(self.dues[-1], rule.format_rule(self.rule))

    def format_dates(self, here: LocalMoment) -> str:
        """Return how many promises there are, and on which dates they are due."""
        how_often = rule.format_rule(self.rule)
        return rendering.format_series_dates(how_often, self.dues, self.left_out, here)

    def format_terms(self, terms: Terms, here: LocalMoment) -> str:
        """Return the outcome in quotes, and the dates."""
        return f"“{terms.outcome}”, {self.format_dates(here)}"


def check_series_options(typed: Mapping[str, Any]) -> None:
    """Refuse options of a series that don't fit together. Raises Contradiction.

    `typed` are the arguments of make.
    """
    arguments.ensure_at_most_one(until=typed["until"], times=typed["times"] is not None)
    if typed["every"] is None:
        given = [
            arguments.spell_option(name)
            for name in ("until", "times", "except_")
            if typed[name] not in (None, (), [])
        ]
        are = "is" if len(given) == 1 else "are"
        raise errors.Contradiction(
            f"{' and '.join(given)} {are} for a series.", "Add --every and how often: --every week"
        )
    if not typed["by"]:
        raise errors.Contradiction(
            "A series needs its first date.", "Add --by and the date: --by fri"
        )


def build_series(
    env: Env, first: CivilMoment, typed: Mapping[str, Any], said: datetime
) -> SeriesDraft:
    """Return the series that begins with the date `first`, by the arguments of make.

    Other dates count from `said`. Raises what `rule.parse_rule` and `dates.list_series_dates`
    raise, and DatePassed.
    """

    def parse_date(option: str, words: str | None) -> CivilMoment | None:
        backfill = typed["backfill"]
        return arguments.parse_due_date(env, option, words, said=said, backfill=backfill)

    left_out = [moment for word in typed["except_"] if (moment := parse_date("--except", word))]
    how_often = rule.parse_rule(typed["every"])
    dues = dates.list_series_dates(
        first,
        how_often,
        env.here.today,
        until=parse_date("--until", typed["until"]),
        times=typed["times"],
        exceptions=left_out,
    )
    return SeriesDraft(how_often, dues, sorted(left_out, key=lambda moment: moment.at))


def build_opening_acts(series: SeriesDraft, opening: Act) -> Iterator[Act]:
    """Yield the first act of each promise of a series, for that of the first one.

    The series and the due date give each promise its uid. Only the first one replaces another.
    """
    if opening.terms is None or opening.opening is None:
        raise TypeError
    series_uid = uuid.uuid4()
    for number, due in enumerate(series.dues, 1):
        begun = opening.opening._replace(
            uid=str(uuid.uuid5(series_uid, due.civil)),
            series=str(series_uid),
            place=(number, len(series.dues)),
            replaces=opening.opening.replaces if number == 1 else None,
        )
        yield opening._replace(terms=opening.terms._replace(due=due), opening=begun)


def build_series_answers(
    env: Env,
    db: sqlite3.Connection,
    series: SeriesDraft,
    moves: Sequence[MoveReport],
    *,
    is_guided: bool,
) -> list[MoveAnswer]:
    """Return an answer for each promise of a series; only the first one has a line, for all.

    With `is_guided`, it also has what can be typed next.
    """
    promises = [move.after for move in moves]
    name, here = moves[0].name, moves[0].here
    terms = series.format_terms(promises[0].current_revision.terms, here)
    line = rendering.format_new_series(promises, name, terms, here)
    step = rendering.format_first_step(promises, name, is_fresh=moves[0].is_fresh_proposal)
    answers = [
        MoveAnswer("", promise.id, recorder.load_answer_record(env, db, promise.id))
        for promise in promises
    ]
    month_end = rendering.format_month_end(series.rule.unit, series.dues)
    hints = [month_end, step if is_guided else ""]
    return [answers[0]._replace(line=line, hints=hints), *answers[1:]]
