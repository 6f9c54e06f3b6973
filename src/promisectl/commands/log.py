"""The command log: the history, act by act."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.domain.promise import Terms
    from promisectl.env import Env
    from promisectl.records.fields import Row


def log(env: Env, id_: str | None = None, *, limit: int | None = None) -> None:
    """Print the acts of the ledger or of one promise, the undone ones included.

    `limit` is the number of acts to show. Raises BadNumber, BadCount and NoPromise.
    """
    number = None if id_ is None else arguments.parse_promise_number(id_)
    most = arguments.check_row_limit(limit)

    with output.open_view(env) as db:
        if number is not None:
            output.find_promise_row(env, db, number)
        names: dict[int, str] = {}
        changes: dict[int, tuple[Terms, Terms]] = {}
        if env.form == "table":
            names = queries.fetch_counterparty_names(db, number, limit=most)
            changes = queries.load_term_changes(db, number, limit=most)
        acts = queries.iter_act_rows(db, number, limit=most)
        output.print_view(
            env, acts, output.ACT_RECORDS, lambda rows: print_log_page(env, names, changes, rows)
        )


def print_log_page(
    env: Env,
    names: dict[int, str],
    changes: Mapping[int, tuple[Terms, Terms]],
    rows: Sequence[Row],
) -> None:
    """Print a table of acts.

    `names` holds the name of the other side by promise, `changes` the terms before and after by
    act.
    """
    from promisectl.rendering import promise

    output.print_renderables(env, promise.render_log(rows, names, changes, env.here))
