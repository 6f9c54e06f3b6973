"""The command `completion`: the script for a shell, and its answers at each TAB."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.env import Env


def completion(env: Env, shell: str, words: Sequence[str] = ()) -> None:
    """Print the script for a shell; with `words`, the completions of the last one of them."""
    if words:
        completions = list_completions(env, shell, words)
        env.write_stdout(f"{value}\t{about}\n" for value, about in completions)
        return
    from promisectl import shells
    from promisectl.commands.shared import arguments

    arguments.check_choice("SHELL", shell, tuple(shells.SHELLS))
    env.write_stdout([shells.read_completion_script(shell)])
    if env.is_terminal:
        location = shells.SCRIPT_LOCATIONS[shell]
        env.print_hint(f"Save it to: {location}. See: promisectl guide completion")


def list_completions(env: Env, shell: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return what can replace the last of `words`, each value with what it means.

    Returns nothing when the ledger or the config can't be used: the command reports that later,
    not the TAB.
    """
    from promisectl.commands import completion_candidates, completion_line

    if shell == "bash":
        words = [completion_line.unquote_bash_word(word) for word in words]
    *before, current = words
    try:
        line = completion_line.TypedLine(before, lambda: list_config_aliases(env))
        return [
            (value, escape_text(about))
            for value, about in completion_candidates.iter_candidates(env, line, current)
            if value == escape_text(value)
        ]
    except (errors.Problem, ValueError):
        return []


def list_config_aliases(env: Env) -> Mapping[str, str]:
    """Return the aliases of the config: by name, the command line that each is short for."""
    return env.config.alias
