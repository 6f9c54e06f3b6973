"""Whatever an alias holds comes through the markup of the help as it was written."""

from hypothesis import example, given
from hypothesis import strategies as st
from rich.text import Text

from promisectl.escaping import safe
from promisectl.rendering.markup import literal


@given(st.text(st.sampled_from("[]\\/:ab #@=\n") | st.characters(), max_size=20))
@example("[bold]x[/bold] :smile: \\[red] \\\\[/] a\\:b\\\\:c [a:b]")
def test_nothing_in_it_is_markup(text: str) -> None:
    assert Text.from_markup(literal(text)).plain == safe(text)
