"""The command show: promises in full."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output
from promisectl.records import as_lines, fields
from promisectl.storage import queries
from promisectl.storage.queries import ActQuery

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from typing import Any

    from promisectl.domain.promise import Act, Promise
    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.parts import Relatives


class PromiseDetails(NamedTuple):
    """One promise in full: its record, its acts for the lifecycle, and the rows of its acts.

    `relatives` are the promises to show beside it, as `parts.load_relatives` returns them.
    """

    row: Row
    acts: Sequence[Act]
    act_rows: Sequence[Row]
    relatives: Relatives | None = None

    def replay(self) -> Promise:
        """Return the promise that the acts add up to."""
        return queries.replay_promise(self.row["id"], self.acts)


def show(env: Env, ids: Sequence[str]) -> None:
    """Print promises in full: terms, history and open moves. Raises BadNumber and NoPromise."""
    numbers = arguments.parse_promise_numbers(ids)
    with output.open_view(env) as db:
        rows = [output.find_promise_row(env, db, number) for number in numbers]
        promises = [
            PromiseDetails(
                row,
                queries.load_promise_acts(db, row["id"]),
                queries.fetch_act_rows(db, ActQuery(row["id"])),
                _load_shown_relatives(env, db, row),
            )
            for row in rows
        ]
    if env.form == "table":
        _print_promise_pages(env, promises)
    elif env.form == "csv":
        env.write_records(output.encode_rows("csv", rows, output.PROMISE_RECORDS))
    elif env.form == "plain":
        env.write_stdout(line for details in promises for line in iter_details_lines(details))
    else:
        records = map(build_details_record, promises)
        env.write_stdout(output.encode_json_records(env.form, records))


def _load_shown_relatives(env: Env, db: sqlite3.Connection, row: Row) -> Relatives | None:
    """Load the promises to show beside one, for a page; None for a record, which has their IDs."""
    if env.form != "table":
        return None
    from promisectl.commands.shared import parts

    return parts.load_relatives(db, output.build_clock(env), row)


def build_details_record(details: PromiseDetails) -> dict[str, Any]:
    """Return the record of a promise with its revisions, acts and open moves."""
    from promisectl.domain import lifecycle
    from promisectl.records import revisions

    promise = details.replay()
    return {
        **fields.build_promise_record(details.row),
        "terms": revisions.list_revision_records(promise),
        "acts": [fields.build_act_record(act) for act in details.act_rows],
        "moves": [f"{verb} {promise.id}" for verb in lifecycle.list_open_verbs(promise)],
    }


def iter_details_lines(details: PromiseDetails) -> Iterator[str]:
    """Yield a line for every field that is not empty, every revision, act and open move."""
    record = build_details_record(details)
    values = [(name, details.row[name]) for name in fields.PROMISE_FIELDS]
    named = [{"name": name, "value": value} for name, value in values if value not in (None, "")]
    revisions = [{"name": "terms", **revision} for revision in record["terms"]]
    acts = [{"name": "act", **act} for act in record["acts"]]
    moves = [{"name": "open", "value": move} for move in record["moves"]]
    yield from as_lines.iter_tab_lines(named, ("name", "value"))
    yield from as_lines.iter_tab_lines(
        revisions, ("name", "revision", "status", "author", "outcome", "due")
    )
    yield from as_lines.iter_tab_lines(acts, ("name", *fields.ACT_LINE_FIELDS))
    yield from as_lines.iter_tab_lines(moves, ("name", "value"))


def _print_promise_pages(env: Env, promises: Sequence[PromiseDetails]) -> None:
    """Print a page for each promise, with an empty line between them."""
    from promisectl.domain import lifecycle
    from promisectl.rendering import promise

    for index, details in enumerate(promises):
        changes = lifecycle.list_term_changes(details.row["id"], details.acts)
        page = promise.render_promise(
            details.row,
            details.replay(),
            details.act_rows,
            changes,
            env.here,
            relatives=details.relatives,
            width=env.width,
        )
        output.print_renderables(env, *([""] if index else []), page)
