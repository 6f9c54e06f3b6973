"""The command status: what is waiting, in one short line for a shell prompt or a bar."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.civil import encode_instant
from promisectl.storage import ledger, queries
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    from promisectl.env import Env

# The kinds of `moves` as the line names them: urgent ones first.
STATUS_WORDS = {
    "overdue": "overdue",
    "today": "due today",
    "tell": "to tell",
    "answer": "to answer",
    "judge": "to judge",
}
_LATE_WITH_OTHERS_FIELD = "late_with_others"


def status(env: Env) -> None:
    """Print how many promises wait for me, by kind, the most urgent first; nothing if none does.

    Raises LedgerBusy at once while a command is writing.
    """
    counts = load_status_counts(env)
    waiting = {kind: counts[kind] for kind in STATUS_WORDS}
    if env.is_json:
        from promisectl.records import as_json

        record = {
            "waiting": sum(waiting.values()),
            **waiting,
            _LATE_WITH_OTHERS_FIELD: counts[_LATE_WITH_OTHERS_FIELD],
        }
        env.print_line(as_json.encode_json(record), whole=True)
    elif any(waiting.values()):
        separator = " · " if env.can_show("·") else ", "
        parts = [f"{count} {STATUS_WORDS[kind]}" for kind, count in waiting.items() if count]
        env.print_line(separator.join(parts), whole=True)


def load_status_counts(env: Env) -> dict[str, int]:
    """Return how many promises wait, by kind, and how many of others are overdue.

    Raises LedgerBusy.
    """
    counts = dict.fromkeys((*STATUS_WORDS, _LATE_WITH_OTHERS_FIELD), 0)
    clock = QueryClock(*map(encode_instant, env.read_clock()))
    with ledger.open_snapshot_or_empty(env.ledger, patience=0) as db:
        counts |= queries.count_waiting_by_kind(db, clock)
        counts[_LATE_WITH_OTHERS_FIELD] = queries.count_overdue_owed(db, clock)
    return counts
