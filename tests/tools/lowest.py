"""The lowest versions of the libraries, as pyproject.toml has them, for `pip install --constraint`.

    python -m tests.tools.lowest > lowest.txt

So `.ci/run` tries what is promised there, and nobody keeps a second list.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def list_requirements(project: dict[str, Any]) -> list[str]:
    """What the program needs, and what its extras do."""
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(one for extra in extras.values() for one in extra)]


def pin_lowest(requirements: Iterable[str]) -> list[str]:
    """Pin each requirement to its lower bound, on the systems where it holds; one without a bound stays free."""
    pinned = []
    for requirement in map(Requirement, requirements):
        marker = f"; {requirement.marker}" if requirement.marker else ""
        pinned += [
            f"{requirement.name}=={bound.version}{marker}"
            for bound in requirement.specifier
            if bound.operator == ">="
        ]
    return pinned


if __name__ == "__main__":
    with PYPROJECT.open("rb") as file:
        print("\n".join(pin_lowest(list_requirements(tomllib.load(file)["project"]))))
