"""The page for those who work on the program names what is there: its paths, its commands, its limits."""

import importlib.util
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import library
from tests.house.test_counted_starts import MAX_STARTS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "promisectl"
PAGE = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
CODE = sorted(set(re.findall(r"`([^`]+)`", PROSE)))
LINES = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
TREE = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
SOURCES = "\n".join(
    file.read_text(encoding="utf-8")
    for place in ("src", "tests")
    for file in (ROOT / place).rglob("*.py")
    if file != Path(__file__)
)
BESIDE = Path(sys.executable).parent  # where an environment has its programs
LIBRARIES = {"ruff": "ruff", "mypy": "mypy", "lint-imports": "importlinter"}


@pytest.mark.parametrize(
    "path", [one for one in CODE if re.fullmatch(r"\.?\w[\w/.-]*(/|\.(py|md|toml))", one)]
)
def test_every_path_is_there(path: str) -> None:
    assert any((above / path).exists() for above in (ROOT, PACKAGE, PACKAGE / "domain"))


@pytest.mark.parametrize(
    "name", [one for one in CODE if re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+)+", one)]
)
def test_every_name_is_one_of_the_sources(name: str) -> None:
    assert re.search(rf"\b{name}\b", SOURCES)


@pytest.mark.parametrize("line", [*LINES, *(one for one in CODE if one.startswith(".venv/bin/"))])
def test_every_command_is_there(line: str) -> None:
    program, *words = shlex.split(line, comments=True)
    if name := LIBRARIES.get(Path(program).name):
        library(name)
    if program.endswith("/python"):
        module = words[words.index("-m") + 1]
        found = importlib.util.find_spec(module)
        assert found
        assert not found.submodule_search_locations or importlib.util.find_spec(
            f"{module}.__main__"
        )
    else:
        assert (BESIDE / Path(program).name).exists()
    given = [word for word in words if "/" in word or word.endswith(".md")]
    assert [word for word in given if not any(ROOT.glob(word))] == []


def test_the_tree_has_every_directory() -> None:
    shown: set[str] = set()
    above: dict[int, str] = {}  # by depth, the directory that was named last
    for line in TREE:
        depth = len(line) - len(line.lstrip())
        for word in line.split():
            if not word.endswith("/"):
                break
            above[depth] = above.get(depth - 2, "") + word
            shown.add(above[depth].rstrip("/"))
    there = {
        str(place.relative_to(ROOT))
        for place in (PACKAGE, *PACKAGE.rglob("*"), ROOT / "tests", *ROOT.glob("tests/*"))
        if place.is_dir()
        and place.name != "__pycache__"
        and place.parent.name != "compiled"
        and any(one.name != "__pycache__" for one in place.iterdir())  # git leaves no more behind
    }
    assert shown == there


def test_the_limits_are_those_that_are_counted() -> None:
    table = dict(re.findall(r"^\| `(\w[\w -]*)`[\w ]* \| ([\d.]+) \|$", PAGE, re.MULTILINE))
    assert {name.split(" another")[0]: most for name, most in MAX_STARTS.items()} == {
        name: float(most) for name, most in table.items()
    }


def test_the_layers_are_those_that_are_held() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [held] = [
        one["layers"]
        for one in settings["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers"
    ]
    section = PAGE.partition("## The layers")[2].partition("\n## ")[0]
    named = [
        set(re.findall(r"`([\w.]+)`", line)) for line in section.splitlines() if line[:1].isdigit()
    ]
    for layer, names in zip(held, named, strict=True):
        assert {one.removeprefix("promisectl.") for one in layer.split(" | ")} <= {
            name.removesuffix(".py") for name in names
        }


def test_the_readme_leads_here() -> None:
    assert "(.github/CONTRIBUTING.md)" in README
    for anchor in re.findall(r"\]\(#([\w-]+)\)", PAGE):
        headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
        assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
