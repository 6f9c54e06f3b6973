"""A long view goes through the pager: `less`, or whatever PAGER names."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

DEFAULT_PAGER = "less -FIRX"
_PAGER_SETTINGS = {
    "LESS": "FIRX",
    "LV": "-c",
}  # for a pager that was named without options, where its own variable says nothing


def find_pager_command(wish: str | None) -> list[str]:
    """The words of the pager that is wished for; none where it is none at all, or can't be found."""
    import shlex
    import shutil

    try:
        words = shlex.split(wish or "", posix=os.name != "nt")
    except ValueError:  # a quotation that never ends
        return []
    found = shutil.which(words[0].strip('"')) if words and words != ["cat"] else None
    return [found, *words[1:]] if found else []


def show_in_pager(
    text: str, words: list[str], environ: Mapping[str, str], out: TextIO, *, color: bool
) -> bool:
    """Show a text through the pager and wait until it is left, early or not; False where it did not start or ended with an error.

    Ctrl-C belongs to the pager meanwhile.
    """
    import signal
    import subprocess

    if color and os.path.basename(words[0]).partition(".")[0] == "less":
        words = [*words, "-R"]  # whatever LESS says, colours are meant to be seen
    before = signal.signal(
        signal.SIGINT, lambda *_: None
    )  # not SIG_IGN: that would be handed on to the pager
    try:
        pager = subprocess.Popen(  # noqa: S603 (what the person chose to run)
            words,
            stdin=subprocess.PIPE,
            stdout=out,
            env={**_PAGER_SETTINGS, **environ},
            encoding=out.encoding,
            errors="backslashreplace",
        )
        pager.communicate(text)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return pager.returncode <= 0
