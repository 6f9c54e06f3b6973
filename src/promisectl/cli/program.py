"""Declares the commands about the program itself."""

from typing import Annotated

import typer

from promisectl.cli.registry import NO_OPTIONS, PAGER_OPTIONS, VIEW_OPTIONS, register_command

PROGRAM_PANEL = "Records"


@register_command("path", PROGRAM_PANEL, runs="path.path", answers=NO_OPTIONS, needs_config=False)
def path() -> None:
    """Where the ledger is kept.

    \b
    sqlite3 "$(promisectl path | head -1)" "select * from owe"
    """


@register_command(
    "guide", PROGRAM_PANEL, runs="guide.guide", answers=PAGER_OPTIONS, needs_config=False
)
def guide(
    topic: Annotated[
        str | None,
        typer.Argument(metavar="[TOPIC]", help="A page; the list of pages if none is given."),
    ] = None,
) -> None:
    """How it all works, page by page.

    \b
    promisectl guide start
    """


@register_command("demo", PROGRAM_PANEL, runs="demo.demo", answers=NO_OPTIONS, needs_config=False)
def demo() -> None:
    """A short tour in a ledger that is thrown away.

    \b
    promisectl demo
    """


@register_command("show", PROGRAM_PANEL, runs="config.show", group="config", answers=VIEW_OPTIONS)
def show() -> None:
    """What holds now, key by key, and who says so.

    \b
    promisectl config show
    """


@register_command(
    "path",
    PROGRAM_PANEL,
    runs="config.path",
    group="config",
    answers=NO_OPTIONS,
    needs_config=False,
)
def config_path() -> None:
    """Where the config is.

    \b
    cat "$(promisectl config path)"
    """


@register_command(
    "edit",
    PROGRAM_PANEL,
    runs="config.edit",
    group="config",
    answers=NO_OPTIONS,
    needs_config=False,
)
def edit() -> None:
    """Write it in your editor; checked before it counts.

    \b
    promisectl config edit
    EDITOR=nano promisectl config edit
    """


Shell = Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]
Words = Annotated[
    list[str],
    typer.Argument(
        metavar="WORD…",
        help="With words after --: what could come next, a line each. For the scripts.",
    ),
]


@register_command(
    "completion",
    PROGRAM_PANEL,
    runs="completion.completion",
    answers=NO_OPTIONS,
    needs_config=False,
)
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
