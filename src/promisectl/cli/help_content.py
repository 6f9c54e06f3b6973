"""What each command says of itself, read off the Typer app once, for `--help` as for the manual."""

from __future__ import annotations

import inspect

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.cli.registry import ANYWHERE_PANEL

if TYPE_CHECKING:
    from typing import Any

ARGUMENTS_PANEL, OPTIONS_PANEL, COMMANDS_PANEL = "Arguments", "Options", "Commands"


class HelpParameter(NamedTuple):
    """An argument or an option: its names, short ones first, the word for its value, and what it is for."""

    names: tuple[str, ...]
    value: str
    description: str


class HelpPage(NamedTuple):
    """A command: the words that call it, how they go on, what it does, and its panels; a group has commands, panel by panel."""

    name: str
    usage: str
    summary: str
    examples: list[str]
    remarks: list[str]
    panels: dict[str, list[HelpParameter]]
    commands: dict[str, list[HelpPage]]
    epilog: str


def build_help_page(context: Any) -> HelpPage:
    """The page of the command that a Typer context is about."""
    command = context.command
    params = [param for param in command.get_params(context) if not param.hidden]
    summary, *paragraphs = [
        " ".join(part.split("\n")) if part[0] != "\b" else part
        for part in _split_paragraphs(command.help)
    ]
    return HelpPage(
        name=context.command_path,
        usage=_format_usage(command, params),
        summary=summary,
        examples=[line for part in paragraphs if part[0] == "\b" for line in part.split("\n")[1:]],
        remarks=[part for part in paragraphs if part[0] != "\b"],
        panels=_group_parameters(params),
        commands=_build_command_pages(context),
        epilog=command.epilog or "",
    )


def _split_paragraphs(text: str | None) -> list[str]:
    return inspect.cleandoc(text or "").split("\n\n")


def _format_usage(command: Any, params: list[Any]) -> str:
    needed = [
        f"{param.opts[-1]} {_format_value_name(param)}"
        for param in params
        if _is_option(param) and param.required
    ]
    given = [
        _format_argument(param) if param.required else f"[{_format_argument(param)}]"
        for param in params
        if not _is_option(param)
    ]
    if hasattr(command, "commands"):
        given = (
            ["[COMMAND]…"] if command.epilog else ["COMMAND…"]
        )  # only the program itself does something alone
    return " ".join(
        [*(["[OPTION]…"] if len(params) > len(given) + len(needed) else []), *needed, *given]
    )


def _group_parameters(params: list[Any]) -> dict[str, list[HelpParameter]]:
    """Every argument and option under its heading: the command's own first, last what holds for every command."""
    panels: dict[str, list[HelpParameter]] = {ARGUMENTS_PANEL: [], OPTIONS_PANEL: []}
    for param in params:
        about = (param.help or "") + _format_default(param)
        if not _is_option(param):
            panels[ARGUMENTS_PANEL].append(HelpParameter((_format_argument(param),), "", about))
            continue
        panel = ANYWHERE_PANEL if "--help" in param.opts else param.rich_help_panel or OPTIONS_PANEL
        names = sorted([*param.opts, *param.secondary_opts], key=lambda name: name.startswith("--"))
        panels.setdefault(panel, []).append(
            HelpParameter(tuple(names), _format_value_name(param), about)
        )
    return {panel: entries for panel, entries in panels.items() if entries}


def _build_command_pages(context: Any) -> dict[str, list[HelpPage]]:
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
    """An argument's word, with an ellipsis if it may be given several times."""
    word = (param.metavar or param.name.upper()).strip("[]").removesuffix("…")
    return word if param.nargs == 1 else f"{word}…"


def _format_value_name(param: Any) -> str:
    return "" if param.is_flag else param.metavar or param.name.upper()


def _format_default(param: Any) -> str:
    said = (
        param.show_default
        and isinstance(param.default, str | int)
        and not isinstance(param.default, bool)
    )
    return f" [default: {param.default}]" if said else ""
