"""What an answer adds about a series: that it ended, or which promises of it stay open."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output
from promisectl.domain.constants import OPEN_STATES
from promisectl.domain.promise import State, Verb
from promisectl.domain.series import pattern
from promisectl.rendering import series as rendering
from promisectl.rendering.series import SeriesCounts
from promisectl.storage import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.messages import MoveReport

_TERM_ANSWERS = (Verb.ACCEPT, Verb.DECLINE)


class SeriesState(NamedTuple):
    """What a move means for a series: a sentence after its answer, and hints."""

    sentence: str
    hints: Sequence[str]


def describe_series(
    env: Env, db: sqlite3.Connection, moves: Sequence[MoveReport]
) -> dict[int, SeriesState]:
    """Return what the last move in each series means for that, by the ID of the promise."""
    last = {move.after.opening.series: move for move in moves if move.after.opening.series}
    return {move.after.id: describe_state(env, db, move) for move in last.values()}


def describe_state(env: Env, db: sqlite3.Connection, move: MoveReport) -> SeriesState:
    """Return what a move means for its series."""
    rows = queries.fetch_series_states(db, move.after.opening.series or "")
    is_open = any(row["state"] in OPEN_STATES for row in rows)
    has_ended = move.before is not None and move.before.state in OPEN_STATES
    if not is_open and has_ended:
        counts = count_series(rows)
        sentence = rendering.format_series_end(move.after, counts, len(move.rest))
        hints = suggest_new_series(env, db, move, rows) if any(counts) else []
        return SeriesState(sentence, hints)
    others = list_unanswered(move, rows)
    if not others:
        return SeriesState("", [])
    sentence, hint = rendering.format_unanswered(others, move.act.verb)
    return SeriesState(sentence, [hint])


def count_series(rows: Sequence[Row]) -> SeriesCounts:
    """Return how many promises of a series were kept in time, were kept late, and were broken."""
    kept = [row for row in rows if row["state"] == State.KEPT.value]
    late = sum(map(queries.is_late, kept))
    broken = sum(row["state"] == State.RENEGED.value for row in rows)
    return SeriesCounts(len(kept) - late, late, broken)


def list_unanswered(move: MoveReport, rows: Sequence[Row]) -> list[int]:
    """Return the later promises with proposed terms, if those of this one were answered alone."""
    before, numbers = move.before, [row["id"] for row in rows]
    if before is None or before.offered_revision is None or move.act.verb not in _TERM_ANSWERS:
        return []
    if move.rest:
        return []
    author = "me" if before.direction.is_my_side(before.offered_revision.author) else "them"
    later = rows[numbers.index(move.after.id) + 1 :]
    return [row["id"] for row in later if row["offer"] and row["author"] == author]


def suggest_new_series(
    env: Env, db: sqlite3.Connection, move: MoveReport, rows: Sequence[Row]
) -> list[str]:
    """Return the question whether to promise it again, and the command, unless hints are off."""
    if env.config.hints == "never":
        return []
    person = output.find_promise_row(env, db, move.after.id)["person"]
    dates = ([row[name] for row in rows if row[name]] for name in ("due", "first_due"))
    rule = next(filter(None, map(pattern.find_rule, dates)), None)
    every = rendering.quote_word(pattern.spell_rule(rule)) if rule else "“…”"
    return rendering.format_again(move.after, move.name, person, every)
