"""The command guide."""

from __future__ import annotations

from promisectl import errors
from promisectl import guide as guide_pages
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output

if TYPE_CHECKING:
    from promisectl.env import Env


def guide(env: Env, topic: str | None = None, *, schema: bool = False) -> None:
    """Print a page of the guide, or the list of pages; with `schema` that of the records.

    Raises NoTopic, and Contradiction for the schema of another page.
    """
    if schema:
        if topic != guide_pages.RECORDS_TOPIC:
            raise errors.Contradiction(
                "Only the page records has a schema.", "See: promisectl guide records --schema"
            )
        env.write_stdout([guide_pages.read_records_schema()])
        return
    text = guide_pages.read_guide_page(topic) if topic else guide_pages.format_guide_contents()
    if env.form == "table":
        from promisectl.rendering import tables

        output.print_renderables(env, tables.render_markdown(text))
    else:
        env.write_stdout([text])
