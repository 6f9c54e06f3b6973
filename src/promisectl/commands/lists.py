"""Looking: owe, owed, list, show, log. A view reads over a read-only connection and never writes."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output
from promisectl.commands.shared.filters import Filters
from promisectl.records import as_lines, fields
from promisectl.rendering.formats import LocalMoment
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.domain.promise import Act
    from promisectl.env import Env

    PromiseParts = list[tuple[str, Sequence[Row]]]

CHOICES = {"sort": queries.PROMISE_SORT_NAMES}
OPEN_STATES = ("proposed", "active", "delivered")


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
        ("Closed", [row for row in rows if row["state"] not in OPEN_STATES]),
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
                LocalMoment(moment or env.now, env.zone),
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


# One promise


def show(env: Env, ids: Sequence[str]) -> None:
    """Everything about a promise: the terms, the talk, what can be said now."""
    numbers = arguments.parse_promise_numbers(ids)
    with output.open_view(env) as db:
        rows = [output.find_promise_row(env, db, number) for number in numbers]
        found = [
            _PromiseDetails(
                row,
                queries.load_promise_acts(db, row["id"]),
                queries.fetch_promise_act_rows(db, row["id"]),
            )
            for row in rows
        ]
    if env.form == "table":
        for one in found:
            _print_promise_details(env, one, first=one is found[0])
    elif env.form == "csv":
        env.write_records(
            output.encode_rows("csv", [one.row for one in found], output.PROMISE_RECORDS)
        )
    elif env.form == "plain":
        env.write_stdout(
            line
            for one in found
            for line in _iter_details_lines(_build_details_record(one), one.row)
        )
    else:
        from promisectl.records import as_json

        env.write_stdout(
            (as_json.iter_json_array if env.form == "json" else as_json.iter_json_lines)(
                _build_details_record(one) for one in found
            )
        )


class _PromiseDetails(NamedTuple):
    """All there is about one promise: its row, what was said for the lifecycle, and the same as act records."""

    row: Row
    history: Sequence[Act]
    act_rows: Sequence[Row]


def _build_details_record(one: _PromiseDetails) -> dict[str, Any]:
    """The promise record with all its revisions, acts and open moves."""
    from promisectl.domain import lifecycle
    from promisectl.records import revisions

    promise = lifecycle.replay_acts(one.row["id"], one.history)
    return {
        **fields.build_promise_record(one.row),
        "terms": revisions.list_revision_records(promise),
        "acts": [fields.build_act_record(act) for act in one.act_rows],
        "moves": [f"{verb} {promise.id}" for verb in lifecycle.list_open_verbs(promise)],
    }


def _iter_details_lines(record: dict[str, Any], row: Row) -> Iterator[str]:
    """Name and value of every field that says something, then the revisions, the acts and the open moves, a line each."""
    named = [
        {"name": name, "value": row[name]}
        for name in fields.PROMISE_FIELDS
        if row[name] not in (None, "")
    ]
    yield from as_lines.iter_tab_lines(named, ("name", "value"))
    revisions = [{"name": "terms", **one} for one in record["terms"]]
    yield from as_lines.iter_tab_lines(
        revisions, ("name", "revision", "status", "author", "outcome", "due")
    )
    yield from as_lines.iter_tab_lines(
        [{"name": "act", **act} for act in record["acts"]], ("name", *as_lines.ACT_LINE_FIELDS)
    )
    yield from as_lines.iter_tab_lines(
        [{"name": "open", "value": move} for move in record["moves"]], ("name", "value")
    )


def _print_promise_details(env: Env, one: _PromiseDetails, *, first: bool) -> None:
    from promisectl.domain import lifecycle
    from promisectl.rendering import promise as whole

    page = whole.render_promise(
        one.row,
        lifecycle.replay_acts(one.row["id"], one.history),
        one.act_rows,
        output.local_moment(env),
    )
    output.print_renderables(env, *([] if first else [""]), page)


def log(env: Env, id_: str | None = None, *, limit: int | None = None) -> None:
    """Everything that was said, as it was written down, undone or not."""
    number, most = (
        None if id_ is None else arguments.parse_promise_number(id_),
        arguments.check_row_limit(limit),
    )
    with output.open_view(env) as db:
        if number is not None:
            output.find_promise_row(env, db, number)
        names = (
            queries.fetch_counterparty_names(db, number, limit=most) if env.form == "table" else {}
        )
        acts = queries.iter_act_rows(db, number, limit=most)
        output.print_view(
            env, acts, output.ACT_RECORDS, lambda found: _print_log_page(env, names, found)
        )


def _print_log_page(env: Env, names: dict[int, str], acts: Sequence[Row]) -> None:
    from promisectl.rendering import promise as whole

    output.print_renderables(env, whole.render_log(acts, names, output.local_moment(env)))
