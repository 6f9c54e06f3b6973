"""The help pages: guide."""

from __future__ import annotations

from promisectl import guide as pages
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output

if TYPE_CHECKING:
    from promisectl.env import Env


def guide(env: Env, topic: str | None = None) -> None:
    """A page of the guide, or the list of pages."""
    text = pages.page(topic) if topic else pages.contents()
    if env.form == "table":
        from promisectl.rendering import tables

        output.draw(env, tables.markdown(text))
    else:
        env.write([text])
