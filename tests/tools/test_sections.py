"""What puts figures into a page touches nothing else of it."""

from pathlib import Path

import pytest

from tests.tools import sections


@pytest.mark.parametrize("after", ["", "## Next\n\nstays\n"])
@pytest.mark.parametrize("before", ["", "\nold\n", "\nold\n\n### below\n\nold too\n\n"])
def test_a_section_is_replaced_and_nothing_else(tmp_path: Path, before: str, after: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n## First\n\nstays\n\n## Figures\n{before}{after}", encoding="utf-8")
    for _ in range(2):  # a second time changes nothing
        sections.put(page, "Figures", "| a |\n|---|\n| ü |\n")
        assert page.read_text(
            encoding="utf-8"
        ) == "# Page\n\n## First\n\nstays\n\n## Figures\n\n| a |\n|---|\n| ü |\n" + (
            f"\n{after}" if after else ""
        )


def test_a_page_without_the_heading_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n### Figures\n", encoding="utf-8")
    with pytest.raises(ValueError, match="Figures"):
        sections.put(page, "Figures", "new")
    assert page.read_text(encoding="utf-8") == "# Page\n\n### Figures\n"
