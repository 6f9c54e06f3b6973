"""One promise whole: show."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output
from promisectl.records import as_lines, fields
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from promisectl.domain.promise import Act
    from promisectl.env import Env
    from promisectl.records.fields import Row


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
    """All there is about one promise: its row, its acts for the lifecycle, and their rows."""

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
    """A line for every field that says something, every revision, act and open move."""
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
        [{"name": "act", **act} for act in record["acts"]], ("name", *fields.ACT_LINE_FIELDS)
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
        env.here,
    )
    output.print_renderables(env, *([] if first else [""]), page)
