"""Declares the commands of the panel “Program”."""

from typing import Annotated

import typer

from promisectl.cli.registry import (
    JSON_OPTIONS,
    NO_OPTIONS,
    PAGER_OPTIONS,
    VIEW_OPTIONS,
    register_command,
)

PROGRAM_PANEL = "Program"


@register_command("demo", PROGRAM_PANEL, runs="demo.demo", answers=NO_OPTIONS, needs_config=False)
def demo() -> None:
    """Take a short tour with a throwaway ledger.

    \b
    promisectl demo
    """


@register_command(
    "guide", PROGRAM_PANEL, runs="guide.guide", answers=PAGER_OPTIONS, needs_config=False
)
def guide(
    topic: Annotated[
        str | None,
        typer.Argument(metavar="[TOPIC]", help="A page; without it, the list of pages."),
    ] = None,
    schema: Annotated[
        bool,
        typer.Option("--schema", metavar="", help="With records: print their JSON Schema."),
    ] = False,
) -> None:
    """Read the guide, page by page.

    \b
    promisectl guide
    promisectl guide start
    promisectl guide records --schema > records.schema.json
    """


@register_command("help", PROGRAM_PANEL, answers=NO_OPTIONS, needs_config=False)
def help_(
    words: Annotated[
        list[str],
        typer.Argument(metavar="COMMAND…", help="A command, or all; without it, a short list."),
    ] = [],  # noqa: B006
) -> None:
    """Get help on a command, or on all of them.

    \b
    promisectl help accept
    promisectl help person rename
    promisectl help all
    """


@register_command("show", PROGRAM_PANEL, runs="config.show", group="config", answers=VIEW_OPTIONS)
def show() -> None:
    """Show every setting, and where it comes from.

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
    """Show where the config is.

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
    """Edit the config in your editor; it is checked before it is saved.

    \b
    promisectl config edit
    EDITOR=nano promisectl config edit
    """


Setting = Annotated[
    str, typer.Argument(metavar="SETTING", help="The name of a setting, such as table.sort.")
]
Value = Annotated[
    list[str],
    typer.Argument(metavar="VALUE…", help="Its value; several words are a list or one text."),
]


@register_command(
    "set",
    PROGRAM_PANEL,
    runs="config.set_key",
    group="config",
    answers=NO_OPTIONS,
    needs_config=False,
)
def set_key(setting: Setting, value: Value) -> None:
    """Write one setting into the config.

    \b
    promisectl config set window 180
    promisectl config set form plain
    promisectl config set table.columns id outcome due
    promisectl config set alias.late "owe --overdue"
    """


@register_command(
    "unset",
    PROGRAM_PANEL,
    runs="config.unset_key",
    group="config",
    answers=NO_OPTIONS,
    needs_config=False,
)
def unset_key(setting: Setting) -> None:
    """Take one setting out of the config, so that its default holds.

    \b
    promisectl config unset window
    """


Shell = Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]
Words = Annotated[
    list[str],
    typer.Argument(
        metavar="WORD…",
        help="For the script: after --, the words typed so far. Prints what can come next.",
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
    """Print the completion script for your shell.

    \b
    source <(promisectl completion bash)
    promisectl completion zsh > ~/.zfunc/_promisectl
    promisectl completion fish > ~/.config/fish/completions/promisectl.fish
    """


@register_command("path", PROGRAM_PANEL, runs="path.path", answers=JSON_OPTIONS, needs_config=False)
def path() -> None:
    """Show where the ledger, the config and the backups are.

    \b
    sqlite3 "$(promisectl path | head -1)" "select * from owe"
    promisectl path --json | jq -r .backups
    """


@register_command(
    "version", PROGRAM_PANEL, runs="version.version", answers=NO_OPTIONS, needs_config=False
)
def version() -> None:
    """Print the version.

    \b
    promisectl version
    """
