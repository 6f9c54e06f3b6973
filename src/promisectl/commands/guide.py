"""The command guide."""

from __future__ import annotations

from promisectl import guide as guide_pages
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output

if TYPE_CHECKING:
    from promisectl.env import Env


def guide(env: Env, topic: str | None = None) -> None:
    """Print a page of the guide, or the list of pages."""
    text = guide_pages.read_guide_page(topic) if topic else guide_pages.format_guide_contents()
    if env.form == "table":
        from promisectl.rendering import tables

        output.print_renderables(env, tables.render_markdown(text))
    else:
        env.write_stdout([text])
