"""The lists of promises: owe, owed, list."""

from __future__ import annotations

from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.commands.shared.filters import Filters
from promisectl.domain import constants
from promisectl.storage import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.formats import LocalMoment
    from promisectl.storage.queries import Query, QueryClock

    PromiseParts = list[tuple[str, Sequence[Row]]]


def owe(env: Env, *, each: bool = False, **typed: Any) -> None:
    """Print what I owe: active, proposed, then reported; promises to myself apart."""
    _print_promise_view(
        env, Filters(**typed), "You owe nothing", group_by_standing, each=each, owe=True
    )


def owed(env: Env, *, each: bool = False, **typed: Any) -> None:
    """Print what is owed to me, in the same order."""
    _print_promise_view(
        env, Filters(**typed), "Nothing is owed to you", group_by_standing, each=each, owed=True
    )


def list_(env: Env, *, each: bool = False, **typed: Any) -> None:
    """Print all open promises, or those that match."""
    _print_promise_view(env, Filters(**typed), "Nothing is open", None, each=each)


def group_by_standing(rows: Sequence[Row]) -> PromiseParts:
    """Return promises in titled parts: by state, then those to myself, then the closed ones."""
    others = [row for row in rows if row["direction"] != "self"]
    return [
        ("Agreed", [row for row in others if row["state"] == "active"]),
        ("Not agreed yet", [row for row in others if row["state"] == "proposed"]),
        ("Reported, not confirmed", [row for row in others if row["state"] == "delivered"]),
        (
            "To yourself",
            [row for row in rows if row["direction"] == "self" and row["state"] == "active"],
        ),
        ("Closed", [row for row in rows if row["state"] not in constants.OPEN_STATES]),
    ]


def _print_promise_view(
    env: Env,
    filters: Filters,
    nothing: str,
    group: Callable[[Sequence[Row]], PromiseParts] | None,
    *,
    each: bool,
    owe: bool = False,
    owed: bool = False,
) -> None:
    """Print the promises that match the filters.

    A table is divided into parts by `group`; one that is not shows both directions. `nothing` is
    the sentence for no rows. Records never depend on the config. Unless `each` is set, a table
    folds each series, and the limit counts lines.
    """
    sort = env.config.table.sort if env.form == "table" else "due"
    moment, query = filters.build_query(env, sort=sort)
    query = query._replace(
        owe=owe,
        owed=owed,
        open=set(query.states) <= {*constants.OPEN_STATES}
        if query.states
        else not (filters.all_ or filters.is_about_links),
        not_void=(filters.all_ or filters.is_about_links) and not query.states,
    )
    most, is_folded = query.limit, not each and may_fold_series(env, query)
    query = query._replace(limit=None if is_folded else most)
    part_notes: Mapping[int, str] = {}

    def print_table(rows: Sequence[Row]) -> None:
        here, notes = output.local_moment(env, moment), part_notes
        if is_folded:
            from promisectl.rendering import folding

            folded = folding.fold_series(rows, here, notes=part_notes)
            rows, notes = folded.rows[:most], folded.notes
        if rows:
            parts = group(rows) if group else [("", rows)]
            columns = env.config.table.columns
            print_promise_parts(env, parts, here, both_ways=not group, columns=columns, notes=notes)
        else:
            env.print_line(explain_empty_list(filters, nothing))

    with output.open_view(env, moment, acts=bool(filters.asked_with)) as db:
        if env.form == "table":
            part_notes = load_part_notes(db, query.clock)
        rows = queries.iter_promise_rows(db, query)
        output.print_view(env, rows, output.PROMISE_RECORDS, print_table)


def explain_empty_list(filters: Filters, nothing: str) -> str:
    """Return why a list is empty; `nothing` is the sentence for what is open."""
    if filters.all_:
        return "Nothing matches."
    if filters.is_narrowing:
        return "Nothing matches. Everything: promisectl list --all"
    return f"{nothing}. Closed ones, too: promisectl list --all"


def may_fold_series(env: Env, query: Query) -> bool:
    """Whether a list is a table in which each series can be one line.

    It is in the order of due dates and has the column that the notes are in. Folding needs all
    rows: closed promises may be many, so a limit on them counts promises.
    """
    if env.form != "table" or query.sort != "due":
        return False
    columns = env.config.table.columns
    return (query.open or query.limit is None) and (not columns or "outcome" in columns)


def load_part_notes(db: sqlite3.Connection, clock: QueryClock) -> dict[int, str]:
    """Return what is the matter with parts of open promises, in a line by the ID of each.

    It names the problems that are newer than my last act on the bigger promise. While nothing is a
    part of anything, it looks at one row.
    """
    if not queries.has_any_part(db):
        return {}
    from promisectl.rendering import parts as part_words

    return part_words.format_problem_notes(queries.fetch_new_problems(db, clock))


def print_promise_parts(
    env: Env,
    parts: PromiseParts,
    here: LocalMoment,
    *,
    both_ways: bool,
    columns: Sequence[str] = (),
    closings: Mapping[str, str] | None = None,
    notes: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Print a table of promises in parts, each below its title.

    `both_ways`: a part can hold what I owe and what I am owed. Without `columns`, the renderer
    chooses them. `closings` has a line for below the part of a title, `notes` one for below the
    outcome of a promise, by its ID.
    """
    from promisectl.rendering import tables

    sections = tables.render_promise_sections(
        parts,
        here,
        env.width,
        both_ways=both_ways,
        columns=columns,
        closings=closings,
        notes=notes,
    )
    output.print_renderables(env, sections)
