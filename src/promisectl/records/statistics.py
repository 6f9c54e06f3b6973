"""The statistics as records: one object with both directions, or a line for every figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.statistics import DirectionStatistics, Rate

if TYPE_CHECKING:
    from typing import Any

_NESTED_FIGURE_PREFIXES = {
    "classes": "",
    "causes": "cause-",
    "requests": "request-",
    "always_yes": "always-yes-",
}
STATISTIC_FIELDS = ("direction", "figure", "count", "of", "rate", "low", "high", "value")


def build_statistics_record(
    directions: Mapping[str, DirectionStatistics], **scope: str | None
) -> dict[str, Any]:
    """Return the statistics as a JSON object; a figure without data is null.

    It has the `scope` (as_of, since, until, person), then an object for each direction.
    """
    records = {name: _build_direction_record(figures) for name, figures in directions.items()}
    return {**scope, **records}


def iter_statistic_records(
    directions: Mapping[str, DirectionStatistics],
) -> Iterator[dict[str, Any]]:
    """Return a record for every figure of each direction, with STATISTIC_FIELDS.

    Counts and rates have their own fields; a median or a mean is in `value`.
    """
    for direction, figures in directions.items():
        for name, value in _build_direction_record(figures).items():
            prefix = _NESTED_FIGURE_PREFIXES.get(name)
            nested = [(name, value)] if prefix is None else value.items()
            prefix = prefix or ""
            for figure, content in nested:
                record = dict.fromkeys(STATISTIC_FIELDS)
                record |= {"direction": direction, "figure": f"{prefix}{figure}"}
                if isinstance(content, dict):
                    record |= content
                else:
                    record["count" if isinstance(content, int) else "value"] = content
                yield record


def _build_direction_record(statistics: DirectionStatistics) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for name, value in statistics._asdict().items():
        if isinstance(value, Mapping):
            record[name] = dict(value)
        elif isinstance(value, Rate):
            low, high = value.bounds
            record[name] = {
                "count": value.number,
                "of": value.of,
                "rate": value.rate,
                "low": low,
                "high": high,
            }
        else:
            record[name] = value
    return record
