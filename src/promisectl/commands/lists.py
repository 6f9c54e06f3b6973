"""The lists of promises: owe, owed, list. They read and never write."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.commands.shared.filters import Filters
from promisectl.domain import constants
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.formats import LocalMoment

    PromiseParts = list[tuple[str, Sequence[Row]]]

CHOICES = {"sort": constants.PROMISE_SORTS}


def owe(env: Env, **typed: Any) -> None:
    """What I owe: promised, then open circuits, then delivered and not confirmed; promises to myself apart."""
    _print_promise_view(env, Filters(**typed), "You owe nothing", _group_by_standing, owe=True)


def owed(env: Env, **typed: Any) -> None:
    """What is owed to me, in the same order."""
    _print_promise_view(
        env, Filters(**typed), "Nothing is owed to you", _group_by_standing, owed=True
    )


def list_(env: Env, **typed: Any) -> None:
    """Every promise that is open, or all that match."""
    _print_promise_view(env, Filters(**typed), "Nothing is open", _list_in_one_part)


def _list_in_one_part(rows: Sequence[Row]) -> PromiseParts:
    return [("", rows)]


def _group_by_standing(rows: Sequence[Row]) -> PromiseParts:
    mine = [row for row in rows if row["direction"] == "self" and row["state"] == "active"]
    others = [row for row in rows if row["direction"] != "self"]
    return [
        ("Promised", [row for row in others if row["state"] == "active"]),
        (
            "Open circuits: no Yes yet, so nobody has promised",
            [row for row in others if row["state"] == "proposed"],
        ),
        ("Delivered, not confirmed", [row for row in others if row["state"] == "delivered"]),
        ("To yourself", mine),
        ("Closed", [row for row in rows if row["state"] not in constants.OPEN_STATES]),
    ]


def _print_promise_view(
    env: Env,
    given: Filters,
    nothing: str,
    parts: Callable[[Sequence[Row]], PromiseParts],
    *,
    owe: bool = False,
    owed: bool = False,
) -> None:
    moment, query = given.build_query(
        env, sort=env.config.table.sort if env.form == "table" else "due"
    )  # records never depend on the config
    query = query._replace(
        owe=owe,
        owed=owed,
        open=not (given.all_ or given.state),
        not_void=given.all_ and not given.state,
    )
    with output.open_view(env, moment) as db:
        output.print_view(
            env,
            queries.iter_promise_rows(db, query),
            output.PROMISE_RECORDS,
            lambda found: _print_parts_or_hint(
                env,
                found,
                parts,
                nothing,
                output.local_moment(env, moment),
                narrowed=given.is_narrowing,
            ),
        )


def _print_parts_or_hint(
    env: Env,
    rows: Sequence[Row],
    parts: Callable[[Sequence[Row]], PromiseParts],
    nothing: str,
    here: LocalMoment,
    *,
    narrowed: bool,
) -> None:
    if rows:
        print_promise_parts(
            env,
            parts(rows),
            here,
            both_ways=parts is _list_in_one_part,
            columns=env.config.table.columns,
        )
    else:
        env.print_line(
            "Nothing matches. All that counts: promisectl list --all."
            if narrowed
            else f"{nothing}. What was: promisectl list --all."
        )


def print_promise_parts(
    env: Env,
    parts: PromiseParts,
    here: LocalMoment,
    *,
    both_ways: bool,
    columns: Sequence[str] = (),
) -> None:
    """Draw promises in parts, each below its title."""
    from promisectl.rendering import tables

    output.print_renderables(
        env,
        tables.render_promise_sections(
            parts, here, env.width, both_ways=both_ways, columns=columns
        ),
    )
