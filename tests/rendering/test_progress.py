"""The progress bar leaves a terminal as it was, whenever Ctrl-C comes."""

from __future__ import annotations

import io
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from promisectl.rendering import progress

if TYPE_CHECKING:
    from types import FrameType

SHOWS_CURSOR, HIDES_CURSOR = "\x1b[?25h", "\x1b[?25l"


def draw_with_ctrl_c(at_call: int | None) -> tuple[int, str, bool]:
    """Draw a bar of three steps with Ctrl-C at the n-th call inside rich.

    Returns how many calls there were, what was written, and whether Ctrl-C got through.
    """
    stream, calls, stopped = io.StringIO(), 0, False

    def count_call(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        if event == "call" and "/rich/" in frame.f_code.co_filename:
            calls += 1
            if calls == at_call:
                signal.raise_signal(signal.SIGINT)  # to this thread

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    profile = sys.getprofile()
    try:
        with progress.open_progress_bar(stream, 3) as advance_bar:
            sys.setprofile(count_call)
            for _ in range(3):
                advance_bar()
            sys.setprofile(profile)
    except KeyboardInterrupt:
        stopped = True
    finally:
        sys.setprofile(profile)
        signal.signal(signal.SIGINT, before)
    return calls, stream.getvalue(), stopped


@pytest.mark.parametrize("part", range(4))
def test_ctrl_c_at_any_call_of_a_drawing_shows_the_cursor_again(part: int) -> None:
    total, drawn, stopped = draw_with_ctrl_c(None)
    assert (stopped, total > 1_000) == (False, True)
    assert drawn.rfind(SHOWS_CURSOR) > drawn.rfind(HIDES_CURSOR) >= 0
    for at_call in range(1 + part, total + 1, 4 * 7):
        calls, drawn, stopped = draw_with_ctrl_c(at_call)
        assert stopped == (calls >= at_call), at_call
        assert drawn.rfind(SHOWS_CURSOR) > drawn.rfind(HIDES_CURSOR) >= 0, at_call


def test_whoever_takes_the_things_may_be_stopped_as_well() -> None:
    """The program ends at once, so nothing that is left of a generator is run."""
    stream = io.StringIO()

    def take_one() -> None:
        with progress.watch_progress(stream, range(3), 3, lambda _: 1) as things:
            next(things)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        take_one()
    assert stream.getvalue().rfind(SHOWS_CURSOR) > stream.getvalue().rfind(HIDES_CURSOR) >= 0
    assert stopped
