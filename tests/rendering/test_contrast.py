"""What is left of colours can be read on common backgrounds: measured, and told in the guide."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from promisectl import guide
from promisectl.rendering import tables

PAGE = Path(guide.__file__).with_name("accessibility.md")
LEAST = 4.5
"""The ratio that WCAG 2.2 asks of text (1.4.3, level AA)."""
LEAST_BOLD = 3.0
"""What it asks of large or of large bold text, and here of what has its word beside it."""


class Palette(NamedTuple):
    """The colours of a terminal that this program meets: background, text, bright red."""

    background: str
    text: str
    bright_red: str
    red: str


# As these terminals and themes define them.
PALETTES = {
    "xterm": Palette("000000", "e5e5e5", "ff0000", "cd0000"),
    "VGA, the Linux console": Palette("000000", "aaaaaa", "ff5555", "aa0000"),
    "Tango light (GNOME)": Palette("ffffff", "2e3436", "ef2929", "cc0000"),
    "Solarized dark": Palette("002b36", "839496", "cb4b16", "dc322f"),
    "Solarized light": Palette("fdf6e3", "657b83", "cb4b16", "dc322f"),
    "Gruvbox dark": Palette("282828", "ebdbb2", "fb4934", "cc241d"),
    "Gruvbox light": Palette("fbf1c7", "3c3836", "9d0006", "cc241d"),
    "Dracula": Palette("282a36", "f8f8f2", "ff6e6e", "ff5555"),
    "Nord": Palette("2e3440", "d8dee9", "bf616a", "bf616a"),
    "Windows Terminal": Palette("0c0c0c", "cccccc", "e74856", "c50f1f"),
    "macOS Basic": Palette("ffffff", "000000", "e50000", "990000"),
}


def measure_luminance(color: str) -> float:
    """Return the relative luminance of an sRGB colour, by the definition of WCAG 2.2."""
    linear = []
    for start in (0, 2, 4):
        part = int(color[start : start + 2], 16) / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, by the definition of WCAG 2.2."""
    low, high = sorted(map(measure_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def blend_faint(palette: Palette) -> str:
    """Return faint text as VTE and others draw it: two parts of text, one of background."""
    pairs = zip(
        *(
            [int(color[n : n + 2], 16) for n in (0, 2, 4)]
            for color in (palette.text, palette.background)
        ),
        strict=True,
    )
    return "".join(f"{round((2 * text + back) / 3):02x}" for text, back in pairs)


def measure_palette(palette: Palette) -> tuple[float, float, float]:
    """Return the contrast of text, of faint text and of bright red on the background."""
    colors = palette.text, blend_faint(palette), palette.bright_red
    text, faint, red = (round(measure_contrast(color, palette.background), 1) for color in colors)
    return text, faint, red


def test_the_formula_is_that_of_wcag() -> None:
    assert round(measure_contrast("ffffff", "000000"), 3) == 21
    assert round(measure_contrast("777777", "ffffff"), 2) == 4.48
    assert round(measure_contrast("767676", "ffffff"), 2) == 4.54


def test_bright_red_is_bold_and_keeps_a_contrast_of_three() -> None:
    """Below 4.5 the colour alone would be too little for small text: it is bold, and a word."""
    assert tables.BAD_STYLE == "bold bright_red"
    reds = {name: measure_palette(palette)[2] for name, palette in PALETTES.items()}
    assert [name for name, ratio in reds.items() if ratio < LEAST_BOLD] == []
    plain_reds = [measure_contrast(one.red, one.background) for one in PALETTES.values()]
    assert min(plain_reds) < LEAST_BOLD < min(reds.values())


def test_faint_text_is_hard_to_read_somewhere_which_the_guide_tells() -> None:
    faint = {name: measure_palette(palette)[1] for name, palette in PALETTES.items()}
    assert {name for name, ratio in faint.items() if ratio < LEAST_BOLD} == {
        "Solarized dark",
        "Solarized light",
    }


@pytest.mark.parametrize("name", PALETTES)
def test_the_guide_has_the_figures(name: str) -> None:
    figures = " | ".join(f"{ratio:.1f}" for ratio in measure_palette(PALETTES[name]))
    assert re.search(
        rf"^\| {re.escape(name)} \| {figures} \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )
