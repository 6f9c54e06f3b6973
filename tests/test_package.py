"""The wheel and the sdist: the same bytes wherever they are built, and nothing in them that packagers' tools complain of."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from promisectl import shells
from tests.conftest import library

ROOT = Path(__file__).parent.parent
SOURCES = ("src", "tests", ".github", "pyproject.toml", "README.md", "CHANGELOG.md", ".gitignore")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EPOCH = "1700000000"


def _build(place: Path, *words: str, umask: int, **environ: str) -> dict[str, bytes]:
    """The packages that are built of a copy of the sources at `place`, by their names."""
    library("build")
    library("hatchling")
    place.mkdir(parents=True)
    for name in SOURCES:
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, place / name, ignore=ignore)
        else:
            shutil.copyfile(ROOT / name, place / name)
    _run("build", "--no-isolation", *words, ".", cwd=place, umask=umask, environ=environ)
    return {file.name: file.read_bytes() for file in place.glob("dist/*")}


def _run(module: str, *words: str, **world: Any) -> str:
    environ = world.pop("environ", {})
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env={**os.environ, "PYTHONWARNINGS": "ignore", "NO_COLOR": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
        **world,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with an sdist, and with the wheel that is built of it."""
    place = tmp_path_factory.mktemp("built") / "here"
    assert len(_build(place, umask=0o022, SOURCE_DATE_EPOCH=EPOCH, TZ="UTC")) == 2
    return place / "dist"


def test_the_bytes_are_the_same_wherever_and_by_whomever_they_are_built(
    built: Path, tmp_path: Path
) -> None:
    """The second wheel is built of the sources themselves, not of the sdist."""
    other = _build(
        tmp_path / "a folder" / "deeper",
        "--sdist",
        "--wheel",
        umask=0o077,
        SOURCE_DATE_EPOCH=EPOCH,
        TZ="Asia/Tokyo",
        LC_ALL="C",
    )
    assert sorted(other) == sorted(file.name for file in built.iterdir())
    for name, content in other.items():
        assert (built / name).read_bytes() == content, name


@pytest.mark.parametrize(
    ("module", "words", "files"),
    [
        ("twine", ("check", "--strict"), "*"),
        ("check_wheel_contents", ("--config", str(ROOT / "pyproject.toml")), "*.whl"),
        ("validate_pyproject", (), ""),
    ],
    ids=["twine", "check-wheel-contents", "validate-pyproject"],
)
def test_packagers_tools_have_nothing_to_say(
    built: Path, module: str, words: tuple[str, ...], files: str
) -> None:
    library(module)
    paths = [str(file) for file in built.glob(files)] if files else [str(ROOT / "pyproject.toml")]
    said = _run(module, *words, *paths)
    assert "warning" not in said.lower()


def test_the_wheel_has_what_shells_and_man_look_for(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        data = {
            name.partition(".data/data/")[2]: packed.read(name).decode()
            for name in packed.namelist()
            if ".data/data/" in name
        }
    pages = {name for name in data if name.startswith("share/man/man1/promisectl")}
    assert {"share/man/man1/promisectl.1", "share/man/man1/promisectl-make.1"} <= pages
    assert {name: text for name, text in data.items() if name not in pages} == {
        target: shells.read_completion_script(shell)
        for shell, target in {
            "bash": "share/bash-completion/completions/promisectl",
            "fish": "share/fish/vendor_completions.d/promisectl.fish",
            "zsh": "share/zsh/site-functions/_promisectl",
        }.items()
    }


def test_the_sdist_has_what_builds_and_tests_it(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    for file in ("pyproject.toml", "README.md", ".github/hatch_build.py", "tests/conftest.py"):
        assert file in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert {
        str(file.relative_to(ROOT))
        for place in ("src", "tests", ".github")
        for file in (ROOT / place).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    } <= names


def test_each_python_that_is_tried_is_named() -> None:
    """`.ci/run` tries it; 3.14 is tried where there is one."""
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if "Python :: 3." in one]
    assert named == ["3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == f">={named[0]}"
