"""Draws how the tools grow, from what `python -m tests.bench.peers` has kept: `python -m tests.bench.chart --write FILE.svg`.

It needs the dependencies of the group `bench`. Texts and axes take the colour of the page that shows the chart, light or dark, and the
lines are of colours that can be told apart on both.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from tests.bench.peers import ACTS, KEPT, LIMIT, Case
from tests.bench.tools import Promisectl

_DRAWN = ("list", "add")
_INK = "#010203"  # stands for the colour of the page's text until the chart is written
_OURS = "#d1495b"
_OTHERS = (
    "#3b82c4",
    "#2a9d6f",
    "#b7791f",
    "#8b6fc9",
    "#c2628f",
    "#5d8a8a",
    "#8a8f2a",
    "#6f7f95",
    "#a8705a",
    "#4f7fd0",
)
_STYLE = "<style>svg{color:#24292f}@media(prefers-color-scheme:dark){svg{color:#d0d7de}}</style>"
_APART = 0.052  # of an axis' height, from one label to the next


class Line(NamedTuple):
    """How one tool grows, whether its last point is only what it is beyond, and what is said of its end where it has no figure."""

    tool: str
    colour: str
    sizes: Sequence[int]
    ratios: Sequence[float]
    stopped: bool
    said: str


def main(words: list[str]) -> int:
    """Draw the chart."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chart", description=__doc__)
    parser.add_argument(
        "kept",
        nargs="?",
        type=Path,
        default=KEPT,
        metavar="JSON",
        help=f"what was measured (default: {KEPT})",
    )
    parser.add_argument(
        "--write", type=Path, required=True, metavar="FILE", help="the SVG to write"
    )
    asked = parser.parse_args(words)
    kept = json.loads(asked.kept.read_text(encoding="utf-8"))
    draw([Case(**case) for case in kept["cases"]], asked.write)
    return 0


def draw(cases: Sequence[Case], file: Path) -> None:
    """Write a chart of some acts, each in a field of its own."""
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "promisectl",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 9,
        "text.color": _INK,
        "axes.labelcolor": _INK,
    }
    with mpl.rc_context(
        settings
        | {"axes.edgecolor": _INK, "xtick.color": _INK, "ytick.color": _INK, "axes.titlesize": 10}
    ):
        figure = Figure(figsize=(9.6, 4.4), layout="constrained")
        fields = [
            (field, ACTS[act], list(_lines(cases, act)))
            for act, field in zip(_DRAWN, figure.subplots(1, 2, sharey=True), strict=True)
        ]
        for field, title, lines in fields:
            _field(field, title, lines)
        for field, _, lines in fields:  # they share their heights, which are known now
            _label(field, lines)
        figure.axes[0].set_ylabel("times as long as python -c pass")
        figure.savefig(
            file, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    drawn = file.read_text(encoding="utf-8").replace(_INK, "currentColor")
    head, svg, rest = drawn.partition("<defs>")
    file.write_text(f"{head}{_STYLE}{svg}{rest}", encoding="utf-8")


def _lines(cases: Sequence[Case], act: str) -> Iterator[Line]:
    names = list(dict.fromkeys(case.tool for case in cases))
    others = iter(_OTHERS * len(names))
    for name in names:
        colour = _OURS if name == Promisectl.name else next(others)
        own = sorted(
            (case for case in cases if (case.tool, case.act) == (name, act)),
            key=lambda case: case.size,
        )
        found = [case for case in own if case.ratio is not None]
        stopped = [case for case in own if case.said.startswith("over")][:1]
        if found:
            beyond = [LIMIT / statistics.median(case.seconds / case.ratio for case in found)] * len(
                stopped
            )
            yield Line(
                name,
                colour,
                [case.size for case in found + stopped],
                [case.ratio for case in found] + beyond,
                bool(stopped),
                own[-1].said,
            )


def _field(field: Axes, title: str, lines: Sequence[Line]) -> None:
    field.set(title=title, xscale="log", yscale="log", xlabel="items")
    field.xaxis.set(
        major_formatter=FuncFormatter(lambda value, _: f"{value:,.0f}"), minor_locator=NullLocator()
    )
    field.yaxis.set(
        major_formatter=FuncFormatter(lambda value, _: f"{value:,g}"), minor_locator=NullLocator()
    )
    field.set_xticks(sorted({size for line in lines for size in line.sizes}))
    field.spines[["top", "right"]].set_visible(False)
    field.grid(axis="y", color=_INK, alpha=0.15, linewidth=0.6)
    field.axhline(1, color=_INK, alpha=0.5, linewidth=0.8, linestyle=":")
    for line in lines:
        _draw(field, line)
    field.margins(x=0.03)


def _draw(field: Axes, line: Line) -> None:
    ours = line.tool == Promisectl.name
    look = {"color": line.colour, "linewidth": 2.6 if ours else 1.3, "zorder": 3 if ours else 2}
    sure = len(line.sizes) - line.stopped
    field.plot(
        line.sizes[:sure], line.ratios[:sure], marker="o", markersize=4 if ours else 2, **look
    )
    if line.stopped:  # it is beyond, and nobody knows how far
        field.plot(line.sizes[sure - 1 :], line.ratios[sure - 1 :], linestyle="--", **look)


def _label(field: Axes, lines: Sequence[Line]) -> None:
    """The name of each line beside its end, pushed up where the one below is too near."""
    field.autoscale_view()
    to_axes = (field.transData + field.transAxes.inverted()).transform
    below = -1.0
    for height, line in sorted(
        (float(to_axes((line.sizes[-1], line.ratios[-1]))[1]), line) for line in lines
    ):
        below = max(height, below + _APART)
        said = f"{line.tool}, then {line.said}" if line.said else line.tool
        weight = "bold" if line.tool == Promisectl.name else "normal"
        field.annotate(
            said,
            (1.02, below),
            xycoords="axes fraction",
            color=line.colour,
            va="center",
            weight=weight,
            annotation_clip=False,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
