"""Looking: owe, owed, list, show, log. A view reads over a read-only connection and never writes."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output
from promisectl.commands.shared.filters import Filters
from promisectl.records import as_lines, fields
from promisectl.rendering.formats import Here
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.domain.promise import Act
    from promisectl.env import Env

    Parts = list[tuple[str, Sequence[Row]]]

CHOICES = {"sort": queries.ORDERS}
OPEN = ("proposed", "active", "delivered")


def owe(env: Env, **asked: Any) -> None:
    """What I owe: promised, then open circuits, then delivered and not confirmed; promises to myself apart."""
    _view(env, "You owe nothing", _by_standing, directions=("owe", "self"), **asked)


def owed(env: Env, **asked: Any) -> None:
    """What is owed to me, in the same order."""
    _view(env, "Nothing is owed to you", _by_standing, directions=("owed",), **asked)


def list_(env: Env, **asked: Any) -> None:
    """Every promise that is open, or all that match."""
    _view(env, "Nothing is open", _all_in_one, **asked)


def _all_in_one(rows: Sequence[Row]) -> Parts:
    return [("", rows)]


def _by_standing(rows: Sequence[Row]) -> Parts:
    mine = [row for row in rows if row["direction"] == "self" and row["state"] == "active"]
    others = [row for row in rows if row["direction"] != "self"]
    return [
        ("Promised", [row for row in others if row["state"] == "active"]),
        ("Open circuits: no Yes yet, so nobody has promised", [row for row in others if row["state"] == "proposed"]),
        ("Delivered, not confirmed", [row for row in others if row["state"] == "delivered"]),
        ("To yourself", mine),
        ("Closed", [row for row in rows if row["state"] not in OPEN]),
    ]


def _view(env: Env, nothing: str, parts: Callable[[Sequence[Row]], Parts], *, directions: Sequence[str] = (), **typed: Any) -> None:
    given = Filters(**typed)
    asked = given.read(env, sort=env.config.table.sort if env.form == "table" else "due")  # records never depend on the config
    with asked.opened(env) as db:
        if db is None:
            output.nothing_yet(env, output.PROMISES)
            return
        open_, not_void = not (given.all_ or given.state), given.all_ and not given.state
        rows, place = asked.rows(env, db, open=open_, not_void=not_void, directions=directions), Here(asked.moment, env.zone)
        output.answer(env, rows, output.PROMISES, lambda found: _draw_or_say(env, found, parts, nothing, place, narrowed=given.narrows))


def _draw_or_say(
    env: Env, rows: Sequence[Row], parts: Callable[[Sequence[Row]], Parts], nothing: str, here: Here, *, narrowed: bool
) -> None:
    if rows:
        draw(env, parts(rows), here, both_ways=parts is _all_in_one, columns=env.config.table.columns)
    else:
        env.say("Nothing matches. All that counts: promisectl list --all." if narrowed else f"{nothing}. What was: promisectl list --all.")


def draw(env: Env, parts: Parts, here: Here, *, both_ways: bool, columns: Sequence[str] = ()) -> None:
    """Draw promises in parts, each below its title."""
    from promisectl.rendering import tables

    output.draw(env, tables.sections(parts, here, env.width, both_ways=both_ways, columns=columns))


# One promise


def show(env: Env, ids: Sequence[str]) -> None:
    """Everything about a promise: the terms, the talk, what can be said now."""
    numbers = arguments.ids(ids)
    with output.opened(env) as db:
        rows = [output.row(env, db, number) for number in numbers]
        found = [_Whole(row, queries.said(db, row["id"]), queries.acts_of(db, row["id"])) for row in rows]
    if env.form == "table":
        for one in found:
            _draw_whole(env, one, first=one is found[0])
    elif env.form == "csv":
        env.write_records(output.records("csv", [one.row for one in found], output.PROMISES))
    elif env.form == "plain":
        env.write(line for one in found for line in _lines(_record(one), one.row))
    else:
        from promisectl.records import as_json

        env.write((as_json.array if env.form == "json" else as_json.lines)(_record(one) for one in found))


class _Whole(NamedTuple):
    """All there is about one promise: its row, what was said for the lifecycle, and the same as act records."""

    row: Row
    said: Sequence[Act]
    acts: Sequence[Row]


def _record(one: _Whole) -> dict[str, Any]:
    """The promise record with all its revisions, acts and open moves."""
    from promisectl.domain import lifecycle
    from promisectl.records import revisions

    promise = lifecycle.replay(one.row["id"], one.said)
    return {
        **fields.promise(one.row),
        "terms": revisions.revisions(promise),
        "acts": [fields.act(act) for act in one.acts],
        "moves": [f"{verb} {promise.id}" for verb in lifecycle.open_verbs(promise)],
    }


def _lines(record: dict[str, Any], row: Row) -> Iterator[str]:
    """Name and value of every field that says something, then the revisions, the acts and the open moves, a line each."""
    named = [{"name": name, "value": row[name]} for name in fields.PROMISE if row[name] not in (None, "")]
    yield from as_lines.lines(named, ("name", "value"))
    revisions = [{"name": "terms", **one} for one in record["terms"]]
    yield from as_lines.lines(revisions, ("name", "revision", "status", "author", "outcome", "due"))
    yield from as_lines.lines([{"name": "act", **act} for act in record["acts"]], ("name", *as_lines.ACT))
    yield from as_lines.lines([{"name": "open", "value": move} for move in record["moves"]], ("name", "value"))


def _draw_whole(env: Env, one: _Whole, *, first: bool) -> None:
    from promisectl.domain import lifecycle
    from promisectl.rendering import promise as whole

    page = whole.drawn(one.row, lifecycle.replay(one.row["id"], one.said), one.acts, output.here(env))
    output.draw(env, *([] if first else [""]), page)


def log(env: Env, id_: str | None = None, *, limit: int | None = None) -> None:
    """Everything that was said, as it was written down, undone or not."""
    number, most = None if id_ is None else arguments.number(id_), arguments.limit(limit)
    with output.opened(env) as db:
        if number is not None:
            output.row(env, db, number)
        if db is None:
            output.nothing_yet(env, output.ACTS)
            return
        names = queries.names(db, number, limit=most) if env.form == "table" else {}
        acts = queries.acts(db, number, limit=most)
        output.answer(env, acts, output.ACTS, lambda found: _draw_log(env, names, found))


def _draw_log(env: Env, names: dict[int, str], acts: Sequence[Row]) -> None:
    from promisectl.rendering import promise as whole

    output.draw(env, whole.log(acts, names, output.here(env)))
