"""The content of each command's help, read from the Typer app for `--help` and the manual."""

from __future__ import annotations

import inspect

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.cli.registry import GLOBAL_PANEL, OUTPUT_PANEL

if TYPE_CHECKING:
    from typing import Any

ARGUMENTS_PANEL, OPTIONS_PANEL, COMMANDS_PANEL = "Arguments", "Options", "Commands"


class HelpParameter(NamedTuple):
    """An argument or an option: its names, short ones first, the word for its value, its help."""

    names: tuple[str, ...]
    value: str
    description: str


class HelpPage(NamedTuple):
    """The help of a command or a group.

    `name` is the words that call it and `usage` the words after them; `summary` and `remarks` say
    what it does; `panels` are its parameters and `commands` the commands of a group, by panel.
    """

    name: str
    usage: str
    summary: str
    examples: list[str]
    remarks: list[str]
    panels: dict[str, list[HelpParameter]]
    commands: dict[str, list[HelpPage]]
    epilog: str


def build_help_page(context: Any) -> HelpPage:
    """Return the page of the command of a Typer context.

    In the docstring of a declaration, the first paragraph is the summary, a paragraph that begins
    with \\b has examples, and the others are remarks.
    """
    command = context.command
    params = [param for param in command.get_params(context) if not param.hidden]
    summary, *paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    examples = [part for part in paragraphs if part[0] == "\b"]
    return HelpPage(
        name=context.command_path,
        usage=format_usage(command, params),
        summary=" ".join(summary.split("\n")),
        examples=[line for part in examples for line in part.split("\n")[1:]],
        remarks=[" ".join(part.split("\n")) for part in paragraphs if part not in examples],
        panels=group_parameters(params),
        commands=build_command_pages(context),
        epilog=command.epilog or "",
    )


def format_usage(command: Any, params: list[Any]) -> str:
    """Return the usage of a command after its name: options, then arguments or COMMAND."""
    required = [
        f"{param.opts[-1]} {_format_value_name(param)}"
        for param in params
        if _is_option(param) and param.required
    ]
    arguments = [
        _format_argument(param) if param.required else f"[{_format_argument(param)}]"
        for param in params
        if not _is_option(param)
    ]
    if hasattr(command, "commands"):  # of the groups, only the program itself runs without one
        arguments = ["[COMMAND]…"] if command.epilog else ["COMMAND…"]
    has_more = len(params) > len(arguments) + len(required)
    return " ".join([*(["[OPTION]…"] if has_more else []), *required, *arguments])


def group_parameters(params: list[Any]) -> dict[str, list[HelpParameter]]:
    """Return the arguments and options by panel: the command's own first, the common ones last."""
    order = (ARGUMENTS_PANEL, OPTIONS_PANEL, OUTPUT_PANEL, GLOBAL_PANEL)
    panels: dict[str, list[HelpParameter]] = {panel: [] for panel in order}
    for param in params:
        default = param.default if param.show_default else None
        shows_default = isinstance(default, str | int) and not isinstance(default, bool)
        about = (param.help or "") + (f" [default: {default}]" if shows_default else "")
        if not _is_option(param):
            panels[ARGUMENTS_PANEL].append(HelpParameter((_format_argument(param),), "", about))
            continue
        panel = GLOBAL_PANEL if "--help" in param.opts else param.rich_help_panel or OPTIONS_PANEL
        names = sorted([*param.opts, *param.secondary_opts], key=lambda name: name.startswith("--"))
        panels.setdefault(panel, []).append(
            HelpParameter(tuple(names), _format_value_name(param), about)
        )
    return {panel: entries for panel, entries in panels.items() if entries}


def build_command_pages(context: Any) -> dict[str, list[HelpPage]]:
    """Return the pages of the commands of a group by panel; none for a command."""
    panels: dict[str, list[HelpPage]] = {}
    for name, command in getattr(context.command, "commands", {}).items():
        if not command.hidden:
            below = type(context)(command, parent=context, info_name=name)
            panel = COMMANDS_PANEL if context.parent else command.rich_help_panel or COMMANDS_PANEL
            panels.setdefault(panel, []).append(build_help_page(below))
    return panels


def _is_option(param: Any) -> bool:
    return bool(param.param_type_name == "option")


def _format_argument(param: Any) -> str:
    """Return the word of an argument, with an ellipsis where it takes several values."""
    word = (param.metavar or param.name.upper()).strip("[]").removesuffix("…")
    return word if param.nargs == 1 else f"{word}…"


def _format_value_name(param: Any) -> str:
    return "" if param.is_flag else param.metavar or param.name.upper()
