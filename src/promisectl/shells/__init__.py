"""The completion scripts, one for each shell, which ask the program for candidates."""

import os

SHELLS = {
    "bash": "a file for `bash-completion`, or to source",
    "zsh": "a function for a directory in `fpath`",
    "fish": "a file for the completions directory of fish",
}
SCRIPT_LOCATIONS = {
    "bash": "~/.local/share/bash-completion/completions/promisectl",
    "zsh": "a directory in your fpath, as _promisectl (before compinit runs)",
    "fish": "~/.config/fish/completions/promisectl.fish",
}


def read_completion_script(shell: str) -> str:
    """Return the completion script of a shell, one of SHELLS."""
    path = os.path.join(os.path.dirname(__file__), f"promisectl.{shell}")
    with open(path, encoding="utf-8") as file:
        return file.read()
