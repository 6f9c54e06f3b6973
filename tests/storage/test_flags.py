"""The flags that the statements find are those of the public view, for every kind of promise."""

import itertools

from promisectl.domain.constants import STATES
from promisectl.generate import __main__ as generate
from promisectl.storage import ledger, queries
from promisectl.storage.queries import Query, QueryClock

CLOCK = QueryClock("2026-11-23T09:00:00Z", "2026-11-23T22:59:59Z", "2026-11-26T22:59:59Z")
MOMENTS = (None, "2026-11-01T09:00:00Z", "2026-11-23T09:00:00Z", "2026-12-01T22:59:59Z")
CHOICES = {
    "state": STATES,
    "direction": ("owe", "owed"),
    "due_at": MOMENTS,
    "delivered_at": MOMENTS,
    "unsaid": (None, 0, 1, 2),
    "move": (None, "me"),
    "bumped_at": (None, MOMENTS[1]),
    "reply_at": (None, MOMENTS[1]),
}


def test_a_statement_finds_the_flags_of_the_view() -> None:
    columns = ("uid", "outcome", "person", "revision", "revisions", "renegotiated", "made_at", "contact_at", *CHOICES)  # fmt: skip
    made = ("Send it", 1, 1, 1, 0, MOMENTS[1], MOMENTS[1])
    with ledger.open_temporary_ledger(("TABLE",)) as db:
        db.execute("INSERT INTO person (id, handle, name) VALUES (1, 'dana', 'Dana')")
        db.executemany(
            f"INSERT INTO promise ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            (
                (str(number), *made, *values)
                for number, values in enumerate(itertools.product(*CHOICES.values()))
            ),
        )
        viewed = generate.add_with_clause(
            "SELECT id, flags FROM promises ORDER BY id", generate.read_views()
        )
        expected = [tuple(row) for row in db.execute(viewed, CLOCK._asdict())]
        statement, bound = queries.build_view_query(db, Query(CLOCK, sort="id"))
        found = [(row["id"], row["flags"]) for row in db.execute(statement, bound)]
    assert found == expected
    assert {flags for _, flags in found} > {None, "late", "late unsaid", "unsaid", "overdue"}
