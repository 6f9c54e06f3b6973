"""The completion of shells, as it is asked for."""

from typing import Annotated

import typer

from promisectl.cli.declare import NEITHER, command

PANEL = "Records"

Shell = Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]
Words = Annotated[
    list[str], typer.Argument(metavar="WORD…", help="With words after --: what could come next, a line each. For the scripts.")
]


@command("completion", PANEL, answers=NEITHER)
def completion(
    shell: Shell,
    words: Words = [],  # noqa: B006
) -> None:
    """The script that lets a shell complete what you type.

    \b
    source <(promisectl completion bash)
    promisectl completion zsh > ~/.zfunc/_promisectl
    promisectl completion fish > ~/.config/fish/completions/promisectl.fish
    """
