"""Suggestions for a word that is not a command: a typo, or a word of another program."""

from __future__ import annotations

import typer
from typer.exceptions import TyperException

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

# What other programs call each command. A word can mean several commands.
COMMAND_SYNONYMS = {
    "make": "add new create promise offer ask request init",
    "jot": "capture batch bulk many",
    "negotiate": "counter reschedule postpone defer move modify change update",
    "correct": "modify change update",
    "accept": "confirm yes agree approve",
    "decline": "no reject refuse",
    "complete": "done do finish fulfil deliver tick close",
    "void": "delete del remove rm",
    "withdraw": "delete del remove rm cancel",
    "release": "delete del remove rm cancel close",
    "renege": "break fail cancel close",
    "bump": "remind nudge warn ping",
    "told": "tell",
    "note": "annotate comment",
    "undo": "revert",
    "moves": "inbox next today now",
    "owe": "todo todos tasks mine",
    "owed": "waiting theirs",
    "list": "ls find search all",
    "show": "view info get cat",
    "log": "history journal",
    "week": "agenda calendar cal",
    "stats": "report summary record score",
    "check": "lint",
    "people": "contacts persons who",
    "person rename": "rename mv",
    "person alias": "alias",
    "person merge": "merge",
    "guide": "tutorial",
    "help": "man usage",
    "path": "where",
}
PERSON_COMMAND_SYNONYMS = {
    "make": "add new create",
    "people": "list ls all",
    "person show": "view info get cat",
    "person rename": "mv name edit",
    "person merge": "join",
}
# What other commands and programs call an option, where a command has no option of that name.
OPTION_SYNONYMS = {
    "--with": "--to --from --for --person --who",
    "--format csv": "--csv",
    "--format json": "--json",
    "--format jsonl": "--jsonl",
    "--format ics": "--ics",
    "--format md": "--md --markdown",
    "--limit": "--max --count --head",
    "--all": "--closed --done",
    "--quiet": "--silent",
}
_NEEDED_PHRASES = {
    "ID": "an ID",
    "TEXT": "a text",
    "OUTCOME": "an outcome",
    "PERSON": "a person",
    "ALIAS": "an alias",
    "TAG": "a tag",
    "FILE": "a file",
    "NEW": "a new name",
    "INTO": "another person",
    "SHELL": "the name of a shell",
    "SETTING": "the name of a setting",
    "VALUE": "a value",
}
"""What is missing where a command has no word for an argument."""
_MAX_SUGGESTED_OPTIONS = 3
_MIN_NEAR_OPTION = 0.7
# The purpose of a command that shares a word with others.
_COMMAND_PURPOSES = {
    "negotiate": "propose other terms",
    "correct": "fix a typo",
    "complete": "mark as done",
    "void": "drop a mistaken entry",
    "withdraw": "take an offer back",
    "release": "release the promisor",
    "renege": "break a promise",
}


def translate_typer_errors(
    ctx: Any, words: Sequence[str], parse_words: Callable[[], list[str]]
) -> list[str]:
    """Return what a parser of Typer makes of `words`, with our errors instead of Typer's.

    Raises NotAWholeNumber, MissingArgument, DashedText, UnknownOption, OptionWithoutValue and
    BadCommandLine.
    """
    before = [*words]  # the parser takes them away
    try:
        return parse_words()
    except typer.BadParameter as error:
        if error.param is not None and hasattr(error, "param_type"):
            word = (error.param.metavar or "").strip("[]…")
            needed = _NEEDED_PHRASES.get(word, word or "a word")
            raise errors.MissingArgument(needed, ctx.command_path, _find_example(ctx)) from error
        if error.param is None:
            raise errors.BadCommandLine(error.format_message(), ctx.command_path) from error
        # All other parameters are texts, which Typer never refuses.
        raise errors.NotAWholeNumber(error.param.opts[0]) from error
    except TyperException as error:
        if hasattr(error, "option_name"):
            for word in before:
                if word.startswith("-") and (" " in word or not word.lstrip("-")[:1].isalpha()):
                    raise errors.DashedText(word, ctx.command_path) from error
            if hasattr(error, "possibilities"):
                near = suggest_option_names(error.option_name, ctx.command)
                raise errors.UnknownOption(error.option_name, near, ctx.command_path) from error
            takes_one = "does not take" not in error.format_message()
            raise errors.OptionWithoutValue(
                error.option_name, ctx.command_path, takes_one=takes_one
            ) from error
        raise errors.BadCommandLine(error.format_message(), ctx.command_path) from error


def _find_example(ctx: Any) -> str:
    """Return the first example of the help of a command; empty if it has none."""
    from promisectl.cli.help_content import build_help_page

    examples = build_help_page(ctx).examples
    return examples[0] if examples else ""


def suggest_option_names(typed: str, command: Any) -> list[str]:
    """Return the options that a word with dashes may mean.

    They are those with the same purpose, else those that it begins, else those near it.
    """
    from difflib import get_close_matches

    names = [name for param in command.params for name in param.opts if name.startswith("--")]
    synonyms = [
        option
        for option, words in OPTION_SYNONYMS.items()
        if typed in words.split() and option.partition(" ")[0] in names
    ]
    if synonyms:
        return synonyms
    begun = [name for name in names if len(typed) > len("--") and name.startswith(typed)]
    return begun[:_MAX_SUGGESTED_OPTIONS] or get_close_matches(
        typed, names, _MAX_SUGGESTED_OPTIONS, _MIN_NEAR_OPTION
    )


def suggest_command_names(word: str, commands: list[str], group: str | None) -> list[str]:
    """Return the commands that a word may mean, likeliest first.

    Several commands that share the word as a synonym come with their purposes.
    """
    from difflib import get_close_matches

    typed, in_person = word.casefold(), group == "person"
    synonyms = PERSON_COMMAND_SYNONYMS if in_person else COMMAND_SYNONYMS
    matches = [command for command, words in synonyms.items() if typed in words.split()]
    if len(matches) > 1:
        return [f"{command} ({_COMMAND_PURPOSES[command]})" for command in matches]
    close = get_close_matches(typed, commands)
    return matches or [f"person {command}" if in_person else command for command in close]
