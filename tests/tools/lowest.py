"""The lowest versions of the libraries, as pyproject.toml has them, for `pip install --constraint`.

    python -m tests.tools.lowest > lowest.txt

So `.ci/run` tries what is promised there, and nobody keeps a second list.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)\s*(\[[^]]*\])?\s*>=\s*(?P<version>[\w.]+)[^;]*(?P<marker>;.*)?"
)


def list_requirements(project: dict[str, Any]) -> list[str]:
    """What the program needs, and what its extras do."""
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(one for extra in extras.values() for one in extra)]


def pin_lowest(requirements: Iterable[str]) -> list[str]:
    """Pin each requirement to its lower bound, on the systems where it holds; one without a bound stays free."""
    found = filter(None, map(_REQUIREMENT.fullmatch, requirements))
    return [f"{one['name']}=={one['version']}{one['marker'] or ''}" for one in found]


if __name__ == "__main__":
    with PYPROJECT.open("rb") as file:
        print("\n".join(pin_lowest(list_requirements(tomllib.load(file)["project"]))))
