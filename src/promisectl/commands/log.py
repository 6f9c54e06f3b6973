"""What was said, act by act: log."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env
    from promisectl.records.fields import Row


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

    output.print_renderables(env, whole.render_log(acts, names, env.here))
