"""Draws the README's picture: what `owe`, `owed` and `week` print for a small ledger, as an SVG.

The program is run, so the picture shows what it prints today; `tests/test_picture.py` compares. The SVG has its own background and
loads nothing: no fonts, no addresses.

    python -m tests.tools.picture            # says whether the stored picture is fresh
    python -m tests.tools.picture --write    # draws it again
"""

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from promisectl import guide
from tests.tools import replay

FILE = Path(guide.__file__).with_name("tables.svg")
COLUMNS = 80
ABOUT = "What promisectl owe, owed and week print on a terminal"

_LEDGER = (
    (
        "2026-11-17T10:00",
        'promisectl make "Return the ladder" --to kim --by sun --agreed -q',
    ),
    (
        "2026-11-20T10:00",
        """
promisectl make "Review the contract" --to dana --by "25 nov" --agreed -q
promisectl make "Send the Q3 numbers" --to dana --by "27 nov" --agreed -q
promisectl bump 3 "The vendor data comes late" -q
promisectl make "Give the opening talk" --to lee --by "2 dec" --asked -q
promisectl make "Approve the budget" --from dana --by "26 nov" --agreed -q
promisectl make "Fix the bike brake" --from lee --by "28 nov" --agreed -q
promisectl make "Lend me the projector" --from max --by "29 nov" -q
""",
    ),
)
_SHOWN = ("promisectl owe", "promisectl owed", "promisectl week --weeks 1")
_COLORED = 'promisectl() { command promisectl --color always "$@"; }\n'
_BLACK, _WHITE, _BRIGHT_RED = (74, 78, 86), (214, 217, 222), (255, 123, 114)
_HUES = (
    (152, 195, 121),
    (229, 192, 123),
    (97, 175, 239),
    (198, 120, 221),
    (86, 182, 194),
    (214, 217, 222),
)
_THEME = TerminalTheme(
    (22, 24, 29),
    _WHITE,
    [_BLACK, (224, 108, 117), *_HUES],
    [(110, 115, 125), _BRIGHT_RED, *_HUES],
)
_FORMAT = f"""\
<svg class="rich-terminal" viewBox="0 0 {{width}} {{height}}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{ABOUT}">
  <style>
    .{{unique_id}}-matrix {{{{
      font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
      font-size: {{char_height}}px;
      line-height: {{line_height}}px;
      white-space: pre;
    }}}}
    .{{unique_id}}-title {{{{
      font-family: system-ui, sans-serif;
      font-size: 18px;
      font-weight: bold;
    }}}}
    {{styles}}
  </style>
  <defs>
    <clipPath id="{{unique_id}}-clip-terminal">
      <rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}" />
    </clipPath>
  </defs>
  {{chrome}}
  <g transform="translate({{terminal_x}}, {{terminal_y}})" clip-path="url(#{{unique_id}}-clip-terminal)">
    {{backgrounds}}
    <g class="{{unique_id}}-matrix">
    {{matrix}}
    </g>
  </g>
</svg>
"""


def draw(*, forks: bool = False) -> str:
    """Return the picture as it would be drawn today."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="standard")
    with tempfile.TemporaryDirectory(prefix="promisectl-picture-") as place:
        home = replay.Home(replay._programs(Path(place), forks=forks), {})
        for moment, commands in _LEDGER:
            home.run(commands, COLUMNS, moment)
        for command in _SHOWN:
            shown = home.run(_COLORED + command, COLUMNS)
            console.print(Text.assemble(("$ ", "dim"), (command, "bold")))
            console.print(_split_at_gaps(Text.from_ansi(shown)))
            if command != _SHOWN[-1]:
                console.print()
    svg = console.export_svg(
        title="promisectl", theme=_THEME, code_format=_FORMAT, unique_id="promisectl"
    )
    svg = re.sub(r"<text [^>]*>\n</text>", "\n", svg)  # rich makes one of every line's end
    svg = re.sub(r' clip-path="url\(#\w+-line-\d+\)"', "", svg)  # and clips them one by one
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def _split_at_gaps(text: Text) -> Text:
    """Return a text whose gaps between columns are pieces of their own, so that every word has its place whatever the font."""
    text.highlight_regex(r" +(?=#\d)| {2,}", "none")
    return text


def main(words: list[str]) -> int:
    """Draw the picture again with --write; else return 1 when the stored one is not fresh."""
    svg = draw()
    if "--write" in words:
        FILE.write_text(svg, encoding="utf-8")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == svg:
        return 0
    print(f"{FILE.name} is not what the program prints: python -m tests.tools.picture --write")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
