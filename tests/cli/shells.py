"""A real shell at a terminal of its own, with the completion script read: what TAB shows, and what stands in the line then."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
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
            "say() { printf '{''{'; printf '<%s>' \"$@\"; echo '}''}'; }",
            "{load}",
            "PS1='ready''> '",
        ],
    ),
    "zsh": (
        ["-f", "-i"],
        [
            "unsetopt zle_bracketed_paste prompt_sp list_beep beep 2>/dev/null; zle_highlight=(none); unset zle_bracketed_paste",
            "say() { printf '{''{'; printf '<%s>' \"$@\"; echo '}''}'; }",
            "{load}",
            "LISTMAX=1000; PS1='ready''> '",
        ],
    ),
}


_SCRIPT = {
    "bash": "source ~/promisectl.bash; complete -o nosort -F _promisectl say",
    "zsh": "fpath=(~ $fpath); autoload -Uz compinit; compinit -u -D; compdef _promisectl say",
}
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
INSTALLED = {
    "bash": f". {BASH_COMPLETION}",
    "zsh": "fpath=(~/.local/share/zsh/site-functions $fpath); autoload -Uz compinit; compinit -u -D",
    "fish": "",
}
"""How each shell finds what `install` put there, as its own configuration has it."""
_PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def install(place: Path) -> None:
    """Put into the home `place` what the wheel has in `share`, where pipx puts it."""
    share = place / ".local" / "share"
    share.parent.mkdir(exist_ok=True)
    Path(os.environ["XDG_DATA_HOME"]).mkdir()
    share.symlink_to(os.environ["XDG_DATA_HOME"])
    hatch = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["tool"]["hatch"]
    for source, target in hatch["build"]["targets"]["wheel"]["shared-data"].items():
        if not (_PYPROJECT.parent / source).is_dir():
            (place / ".local" / target).parent.mkdir(parents=True)
            shutil.copy(_PYPROJECT.parent / source, place / ".local" / target)


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
def shell(
    name: str, place: Path, *, load: str | None = None, columns: int = 100
) -> Iterator[Shell]:
    """That shell, with the script that the program prints for it, promisectl being the one under test.

    `load` are other commands with which the shell finds what it completes.
    """
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
            child.sendline(line.replace("{load}", _SCRIPT[name] if load is None else load))
        child.expect_exact(_READY)
        yield Shell(child)
    finally:
        child.close(force=True)


def fish(place: Path, line: str, *, load: str | None = None) -> list[str]:
    """What fish offers at the end of a line, each with its description behind a tab.

    `load` are other commands with which it finds what it completes; then it reads its configuration.
    """
    path = tool("fish")
    script = place / "promisectl.fish"
    script.write_text(shells.read_completion_script("fish"), encoding="utf-8")
    begin = f"source {shlex.quote(str(script))}" if load is None else load
    options = ["--no-config"] if load is None else []
    done = subprocess.run(
        [path, *options, "-c", f"{begin}; complete -C $argv[1]", line],
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
