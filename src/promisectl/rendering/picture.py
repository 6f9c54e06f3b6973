"""Pictures of what a terminal shows, as SVG.

A picture has its own background and loads nothing: no fonts, no addresses.
"""

from __future__ import annotations

import io
import re
from html import escape

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

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
_UNIQUE_ID = "promisectl"
_FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" \
xmlns="http://www.w3.org/2000/svg" role="img" aria-label="%s">
  <style>
    .{unique_id}-matrix {{
      font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
      font-size: {char_height}px;
      line-height: {line_height}px;
      white-space: pre;
    }}
    .{unique_id}-title {{
      font-family: system-ui, sans-serif;
      font-size: 18px;
      font-weight: bold;
    }}
    {styles}
  </style>
  <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
  </defs>
  {chrome}
  <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
  </g>
</svg>
"""


def draw_picture(page: str, width: int, about: str) -> str:
    """Return the SVG of a page for a terminal of that width, whose colours are ANSI codes.

    `about` says what it shows, for those who can't see it.
    """
    console = Console(record=True, width=width, file=io.StringIO(), color_system="standard")
    for line in page.splitlines():
        console.print(_split_at_gaps(Text.from_ansi(line)))
    svg = console.export_svg(
        title="promisectl",
        theme=_THEME,
        code_format=_FORMAT % escape(about).replace("{", "{{").replace("}", "}}"),
        unique_id=_UNIQUE_ID,
    )
    svg = re.sub(r"<text [^>]*>\n</text>", "\n", svg)  # rich makes one of every line's end
    svg = re.sub(r' clip-path="url\(#\w+-line-\d+\)"', "", svg)  # and clips them one by one
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def _split_at_gaps(text: Text) -> Text:
    """Return a text whose gaps between columns are pieces of their own.

    So every word has its place, whatever the font.
    """
    text.highlight_regex(r" +(?=#\d)| {2,}", "none")
    return text
