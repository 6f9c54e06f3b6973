"""Draws the README's picture: what `owe`, `owed` and `week` print for a small ledger, as an SVG.

The program is run, so the picture shows what it prints today; `tests/test_picture.py` compares. The SVG has its own background and
loads nothing: no fonts, no addresses.

    python -m tests.tools.picture            # says whether the stored picture is fresh
    python -m tests.tools.picture --write    # draws it again
"""

import sys
import tempfile
from pathlib import Path

from promisectl import guide
from promisectl.rendering.picture import draw_picture
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


def draw(*, forks: bool = False) -> str:
    """Return the picture as it would be drawn today."""
    pages = []
    with tempfile.TemporaryDirectory(prefix="promisectl-picture-") as place:
        home = replay.Home(replay._programs(Path(place), forks=forks), {})
        for moment, commands in _LEDGER:
            home.run(commands, COLUMNS, moment)
        for command in _SHOWN:
            shown = home.run(_COLORED + command, COLUMNS)
            pages.append(f"\x1b[2m$ \x1b[0m\x1b[1m{command}\x1b[0m\n{shown}")
    return draw_picture("\n\n".join(pages), COLUMNS, ABOUT)


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
