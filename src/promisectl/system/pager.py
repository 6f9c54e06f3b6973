"""The pager for long views: `less`, or the command that the person named."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

DEFAULT_PAGER = "less -FIRX"
# With one of these signs it is a command line, not a program with its options.
_SIGNS_OF_SHELL_SYNTAX = frozenset("|&;<>()$`*?[#~=")
# Settings for a pager that was named without options; its own variable in the environment wins.
_PAGER_SETTINGS = {"LESS": "FIRX", "LV": "-c"}


def find_pager_command(wish: str | None) -> list[str]:
    """Return the words of the wanted pager with its path; none for no pager or a missing one.

    A command line with the syntax of a shell is left to `sh`.
    """
    import shlex
    import shutil

    if wish and os.name != "nt" and _SIGNS_OF_SHELL_SYNTAX & {*wish}:
        return ["/bin/sh", "-c", wish]
    try:
        words = shlex.split(wish or "", posix=os.name != "nt")
    except ValueError:  # a quotation that never ends
        return []
    program = shutil.which(words[0].strip('"')) if words and words != ["cat"] else None
    return [program, *words[1:]] if program else []


def show_in_pager(
    text: str, words: list[str], environ: Mapping[str, str], out: TextIO, *, color: bool
) -> bool:
    """Show a text in the pager, wait until the person leaves it, and return whether that worked.

    False means that the pager did not start or ended with an error. Ctrl-C belongs to the pager
    meanwhile.
    """
    import signal
    import subprocess

    if color and os.path.basename(words[0]).partition(".")[0] == "less":
        words = [*words, "-R"]  # shows colours whatever LESS contains
    # Not SIG_IGN, because the pager would inherit that.
    before = signal.signal(signal.SIGINT, lambda *_: None)
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
