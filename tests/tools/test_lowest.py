"""The constraints that CI installs are the lower bounds of pyproject.toml."""

import re
import tomllib

from tests.tools import lowest


def test_each_lower_bound_is_pinned() -> None:
    assert lowest.pin_lowest(
        ["typer>=0.27.3", "rich >= 14, < 16", "tzdata; sys_platform == 'win32'", "x>=5; os_name=='nt'"]
    ) == ["typer==0.27.3", "rich==14", "x==5; os_name=='nt'"]  # fmt: skip


def test_every_library_is_pinned_but_the_database_of_zones() -> None:
    """Its newest is always wanted."""
    project = tomllib.loads(lowest.PYPROJECT.read_text(encoding="utf-8"))["project"]
    needed = {re.match(r"[\w-]+", one)[0] for one in lowest.list_requirements(project)}
    pinned = {
        one.partition("==")[0] for one in lowest.pin_lowest(lowest.list_requirements(project))
    }
    assert needed - pinned == {"tzdata"}
    assert "icalendar" in pinned
