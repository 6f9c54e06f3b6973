"""What waits, in one short line for the prompt of a shell or a bar: status."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.civil import encode_instant
from promisectl.storage import ledger, queries
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    from promisectl.env import Env

# Every kind of the view `moves`, as the line says it: first where the clock runs against me, then where somebody waits for my word.
STATUS_WORDS = {
    "overdue": "overdue",
    "today": "due today",
    "tell": "to tell",
    "answer": "to answer",
    "judge": "to judge",
}
_LATE_WITH_OTHERS_FIELD = "late_with_others"


def status(env: Env) -> None:
    """How many promises wait for me, by kind, the most urgent first; not even an empty line when none does.

    It never waits for a command that is writing: Busy is raised at once.
    """
    counts = _load_status_counts(env)
    waiting = {kind: counts[kind] for kind in STATUS_WORDS}
    if env.is_json:
        from promisectl.records import as_json

        env.print_line(
            as_json.encode_json(
                {
                    "waiting": sum(waiting.values()),
                    **waiting,
                    _LATE_WITH_OTHERS_FIELD: counts[_LATE_WITH_OTHERS_FIELD],
                }
            ),
            whole=True,
        )
    elif any(waiting.values()):
        between = " · " if env.can_show("·") else ", "
        env.print_line(
            between.join(
                f"{count} {STATUS_WORDS[kind]}" for kind, count in waiting.items() if count
            ),
            whole=True,
        )


def _load_status_counts(env: Env) -> dict[str, int]:
    """How many wait, by kind, and how many are overdue with others."""
    counts = dict.fromkeys((*STATUS_WORDS, _LATE_WITH_OTHERS_FIELD), 0)
    clock = QueryClock(*map(encode_instant, env.read_clock()))
    with ledger.open_snapshot_or_empty(env.ledger, patience=0) as db:
        counts |= queries.count_waiting_by_kind(db, clock) | {
            _LATE_WITH_OTHERS_FIELD: queries.count_overdue_owed(db, clock)
        }
    return counts
