"""A real shell at a terminal of its own, with the completion script read: what TAB shows, and what stands in the line then."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect

from promisectl import shells
from tests.conftest import tool

_READY = "ready> "
# Whatever stands in the line is handed to `say`, which is completed as promisectl is, and tells its words one by one.
_BEGIN = {
    "bash": (
        ["--norc", "--noprofile", "-i"],
        [
            "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; bind 'set page-completions off'; set +o history",
            "source {script}",
            "say() { printf '{''{'; printf '<%s>' \"$@\"; echo '}''}'; }",
            "complete -o nosort -F _promisectl say",
            "PS1='ready''> '",
        ],
    ),
    "zsh": (
        ["-f", "-i"],
        [
            "unsetopt zle_bracketed_paste prompt_sp list_beep beep 2>/dev/null; zle_highlight=(none); unset zle_bracketed_paste",
            "fpath=({place} $fpath); autoload -Uz compinit; compinit -u -D",
            "say() { printf '{''{'; printf '<%s>' \"$@\"; echo '}''}'; }",
            "compdef _promisectl say",
            "LISTMAX=1000; PS1='ready''> '",
        ],
    ),
}


class Shell:
    """A shell in which something is being typed."""

    def __init__(self, child: Any) -> None:
        self._child = child

    def shows(self, keys: str, *texts: str) -> None:
        """Wait until all of `texts` are on the screen, in this order, after `keys`; the line is thrown away."""
        self._child.send(keys)
        for text in texts:
            self._child.expect_exact(text)
        self._child.send("\x15")  # the line is thrown away
        assert self.line("done") == ["done"]

    def line(self, keys: str) -> list[str]:
        """The words that `say` is given when `keys` are typed after it, and Enter."""
        self._child.send(f"say {keys}\r")
        self._child.expect(r"\{\{(.*?)\}\}")
        return re.findall(r"<([^>]*)>", self._child.match[1])


@contextmanager
def shell(name: str, place: Path, *, columns: int = 100) -> Iterator[Shell]:
    """That shell, with the script that the program prints for it, promisectl being the one under test."""
    arguments, begin = _BEGIN[name]
    path = tool(name)
    script = place / ("_promisectl" if name == "zsh" else f"promisectl.{name}")
    script.write_text(shells.read_completion_script(name), encoding="utf-8")
    child = pexpect.spawn(
        path,
        arguments,
        env=_environment(place),
        encoding="utf-8",
        codec_errors="replace",
        timeout=30,
        dimensions=(60, columns),
        cwd=str(place),
    )
    try:
        for line in begin:
            child.sendline(line.replace("{script}", str(script)).replace("{place}", str(place)))
        child.expect_exact(_READY)
        yield Shell(child)
    finally:
        child.close(force=True)


def fish(place: Path, line: str) -> list[str]:
    """What fish offers at the end of a line, each with its description behind a tab."""
    path = tool("fish")
    script = place / "promisectl.fish"
    script.write_text(shells.read_completion_script("fish"), encoding="utf-8")
    code = f"source {shlex.quote(str(script))}; complete -C $argv[1]"
    done = subprocess.run(
        [path, "--no-config", "-c", code, line],
        env=_environment(place),
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def _environment(place: Path) -> dict[str, str]:
    """The environment of the test, with a `promisectl` that runs this source."""
    programs = place / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "promisectl"
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m promisectl "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }
