"""The pages of the guide, in a pipe and at a terminal."""

import pytest

from promisectl import guide
from tests.conftest import Program


@pytest.mark.parametrize("topic", guide.TOPICS)
def test_the_guide_is_markdown_in_a_pipe_and_drawn_at_a_terminal(
    program: Program, topic: str
) -> None:
    piped = program.ok("guide", topic)
    assert piped.startswith("# ")
    assert "<!--" not in piped
    for width in (40, 80):
        drawn = program.ok("guide", topic, width=width)
        assert "# " not in drawn.splitlines()[0]
        assert max(map(len, drawn.splitlines())) <= width


def test_the_guide_lists_its_pages(program: Program) -> None:
    assert all(f"promisectl guide {topic}" in program.ok("guide") for topic in guide.TOPICS)
