"""The figures of the record for programs: one object with both directions, or a line for every figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.statistics import DirectionStatistics, Rate

if TYPE_CHECKING:
    from typing import Any

STATISTIC_FIELDS = ("direction", "figure", "count", "of", "rate", "low", "high", "value")


def build_statistics_record(
    directions: Mapping[str, DirectionStatistics], **scope: str | None
) -> dict[str, Any]:
    """The object: `scope` (as_of, since, until, person), then each direction with its figures; what there is no data for is null."""
    return {
        **scope,
        **{
            direction: _build_direction_record(figures) for direction, figures in directions.items()
        },
    }


def iter_statistic_records(
    directions: Mapping[str, DirectionStatistics],
) -> Iterator[dict[str, Any]]:
    """The same flat: the classes, the rates, the medians and means as `value`, the causes."""
    for direction, figures in directions.items():
        for name, value in _build_direction_record(figures).items():
            nested = value.items() if name in ("classes", "causes") else [(name, value)]
            for figure, content in nested:
                said = (
                    content
                    if isinstance(content, dict)
                    else {"count" if isinstance(content, int) else "value": content}
                )
                prefix = "cause-" if name == "causes" else ""
                yield {
                    **dict.fromkeys(STATISTIC_FIELDS),
                    "direction": direction,
                    "figure": f"{prefix}{figure}",
                    **said,
                }


def _build_direction_record(figures: DirectionStatistics) -> dict[str, Any]:
    return {
        name: dict(value)
        if isinstance(value, Mapping)
        else _build_rate_record(value)
        if isinstance(value, Rate)
        else value
        for name, value in figures._asdict().items()
    }


def _build_rate_record(rate: Rate) -> dict[str, Any]:
    low, high = rate.bounds
    return {"count": rate.number, "of": rate.of, "rate": rate.rate, "low": low, "high": high}
