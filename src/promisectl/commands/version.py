"""The command version."""

from __future__ import annotations

from promisectl import __version__
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promisectl.env import Env


def version(env: Env) -> None:
    """Print the version, as --version does."""
    env.print_line(f"promisectl {__version__}", whole=True)
