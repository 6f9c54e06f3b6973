"""The command status: what is waiting, in one short line for a shell prompt or a bar."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.civil import encode_instant
from promisectl.rendering.waiting import WAITING_GROUPS
from promisectl.storage import ledger, queries
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    from promisectl.env import Env

_LATE_WITH_OTHERS_FIELD = "late_with_others"
STATUS_FIELDS = (
    *("overdue", "today", "tell", "answer", "judge"),
    _LATE_WITH_OTHERS_FIELD,
    *("warned", "unanswered", "unsaid", "affected"),
)
"""The counts of the record, in its order: a new one comes last."""
_LOCK_PATIENCE_SECONDS = 0.2


def status(env: Env) -> int:
    """Print how many promises wait for me, by kind, the most urgent first; nothing if none does.

    Returns the exit code. While a command is writing for longer than a prompt may wait, it is that
    of LedgerBusy, and nothing is printed; as a record, raises LedgerBusy.
    """
    try:
        counts = load_status_counts(env)
    except errors.LedgerBusy as problem:
        if env.is_json:
            raise
        return problem.exit_code
    kinds = {group.kind: group.summary for group in WAITING_GROUPS}
    if env.is_json:
        from promisectl.records import as_json

        record = {"waiting": sum(counts[kind] for kind in kinds), **counts}
        env.print_line(as_json.encode_json(record), whole=True)
    elif any(counts[kind] for kind in kinds):
        separator = " · " if env.can_show("·") else ", "
        parts = [f"{counts[kind]} {word}" for kind, word in kinds.items() if counts[kind]]
        env.print_line(separator.join(parts), whole=True)
    return 0


def load_status_counts(env: Env) -> dict[str, int]:
    """Return how many promises wait, by kind, and how many of others are overdue.

    Raises LedgerBusy.
    """
    counts = dict.fromkeys(STATUS_FIELDS, 0)
    clock = QueryClock(*map(encode_instant, env.read_clock()))
    with ledger.open_snapshot_or_empty(env.ledger_file, patience=_LOCK_PATIENCE_SECONDS) as db:
        counts |= queries.count_waiting_by_kind(db, clock)
        counts[_LATE_WITH_OTHERS_FIELD] = queries.count_overdue_owed(db, clock)
    return counts
