"""Series of promises, for the tests of what shows them: imported, each with its dates and states."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from tests.conftest import Program

FIRST = date(2026, 11, 27)
_COLUMNS = (
    *("direction", "person", "outcome", "due", "state", "series", "place", "of"),
    *("made_at", "accepted_at", "delivered_at", "closed_at"),
)


def import_series(
    program: Program,
    outcome: str = "Send the weekly report",
    *,
    person: str = "ben",
    count: int = 12,
    direction: str = "owe",
    first: date = FIRST,
    days: int = 7,
    states: Mapping[int, str] | None = None,
    state: str = "active",
) -> None:
    """Import a series of `count` promises, `days` apart; `states` are by place, else `state`."""
    series = uuid.uuid5(uuid.NAMESPACE_URL, f"{person} {outcome}")
    lines = [",".join(_COLUMNS)]
    for place in range(1, count + 1):
        due = first + timedelta(days=days * (place - 1))
        stands = (states or {}).get(place, state)
        delivered = "2026-11-22" if stands in ("delivered", "kept") else ""
        closed = "2026-11-22" if stands in ("kept", "void") else ""
        cells = (
            *(direction, person, f'"{outcome}"', due, stands, series, place, count),
            *("2026-11-20", "" if stands == "proposed" else "2026-11-20", delivered, closed),
        )
        lines.append(",".join(map(str, cells)))
    file = Path(program.home, "series.csv")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    program.ok("import", str(file), "--new", "-q")
