"""The README's picture: fresh, readable without the network, and on any page."""

import re

from tests.tools import picture

SVG = picture.FILE.read_text(encoding="utf-8")


def test_the_picture_shows_what_the_program_prints() -> None:
    assert picture.draw(forks=True) == SVG, "python -m tests.tools.picture --write"


def test_the_picture_loads_nothing() -> None:
    assert re.findall(r"https?:[^\"]*", SVG) == [
        "http://www.w3.org/2000/svg"
    ]  # a name, not a place
    assert re.findall(r"url\((?!#)|@font-face|@import|href|<image|<script", SVG) == []
    assert set(re.findall(r"url\(#([\w-]+)\)", SVG)) <= set(re.findall(r' id="([\w-]+)"', SVG))


def test_the_picture_has_its_own_background() -> None:
    background = re.search(r'<rect fill="(#\w{6})" .*? width="(\d+)" height="([\d.]+)"', SVG)
    assert background
    width, height = re.search(r'viewBox="0 0 (\d+) ([\d.]+)"', SVG).groups()
    assert float(background[2]) >= float(width) - 2
    assert float(background[3]) >= float(height) - 2
