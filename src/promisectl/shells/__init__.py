"""The completion scripts, one for each shell: thin, they ask the program what could come next."""

import os

SHELLS = {
    "bash": "to put after `bash-completion`, or to source",
    "zsh": "a function for a directory of `fpath`",
    "fish": "a file for fish's own directory of completions",
}
SCRIPT_LOCATIONS = {
    "bash": "~/.local/share/bash-completion/completions/promisectl",
    "zsh": "a directory of your fpath, as _promisectl, before compinit runs",
    "fish": "~/.config/fish/completions/promisectl.fish",
}


def read_completion_script(shell: str) -> str:
    """The script for a shell."""
    with open(
        os.path.join(os.path.dirname(__file__), f"promisectl.{shell}"), encoding="utf-8"
    ) as file:
        return file.read()
