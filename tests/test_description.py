"""What an index page shows of the package: the README, with links that lead somewhere from there."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import library

ProjectMetadata = library("hatchling.metadata.core").ProjectMetadata
PluginManager = library("hatchling.plugin.manager").PluginManager

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.compile(r"(!?)\[[^\]]*\]\(([^)]+)\)")
ADDRESS = "https://example.org/ledger"


def _described(root: Path) -> str:
    return str(ProjectMetadata(str(root), PluginManager()).core.readme)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the metadata is built from."""
    for name in (
        "pyproject.toml",
        "README.md",
        ".github/hatch_build.py",
        "src/promisectl/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_readme_has_a_picture_and_relative_links() -> None:
    relative = {(mark, path) for mark, path in LINKS.findall(README) if "://" not in path}
    assert ("!", "src/promisectl/guide/tables.svg") in relative
    assert ("", "CHANGELOG.md") in relative


def test_without_an_address_no_picture_and_no_link_is_broken(project: Path) -> None:
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    pyproject.write_text(re.sub(r"^Source = .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    shown = _described(project)
    assert shown.startswith("# promisectl\n")
    assert [path for _, path in LINKS.findall(shown) if "://" not in path] == []
    assert "tables.svg" not in shown
    assert "\n\n\n" not in shown
    assert "CHANGELOG.md" in shown
    assert "[pipx](https://pipx.pypa.io)" in shown


def test_with_an_address_pictures_and_links_lead_there(project: Path) -> None:
    pyproject = project / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    urls = re.sub(r"^Source = .*\n|^\[project\.urls\]\n", "", text, flags=re.MULTILINE)
    pyproject.write_text(f'{urls}\n[project.urls]\nSource = "{ADDRESS}/"\n', encoding="utf-8")
    shown = _described(project)
    assert f"({ADDRESS}/raw/HEAD/src/promisectl/guide/tables.svg)" in shown
    assert f"({ADDRESS}/blob/HEAD/CHANGELOG.md)" in shown
    assert [path for _, path in LINKS.findall(shown) if "://" not in path] == []
