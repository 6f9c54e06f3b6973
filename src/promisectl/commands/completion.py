"""Completion: the script for a shell, and the answer to what it asks at every TAB."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.env import Env


def completion(env: Env, shell: str, words: Sequence[str] = ()) -> None:
    """The script for a shell; with `words`, what could come next where the last of them is being typed."""
    if words:
        env.write_stdout(
            f"{value}\t{about}\n" for value, about in list_completions(env, shell, words)
        )
        return
    from promisectl import shells
    from promisectl.commands.shared import arguments

    arguments.check_choice("SHELL", shell, tuple(shells.SHELLS))
    env.write_stdout([shells.read_completion_script(shell)])
    if env.is_terminal:
        env.print_hint(
            f"Keep it in: {shells.SCRIPT_LOCATIONS[shell]}. More: promisectl guide completion"
        )


def list_completions(env: Env, shell: str, words: Sequence[str]) -> list[tuple[str, str]]:
    """What could stand in the place of the last of `words`, each with what it means; nothing where that can't be told.

    A TAB is no question: whatever is wrong with the ledger or the config is said by the command, not while it is typed.
    """
    from promisectl.commands import completion_candidates, completion_line

    *before, current = (
        [completion_line.unquote_bash_word(word) for word in words] if shell == "bash" else words
    )
    try:
        line = completion_line.TypedLine(before, lambda: list_config_aliases(env))
        found = [
            (value, escape_text(about))
            for value, about in completion_candidates.iter_candidates(env, line, current)
            if value == escape_text(value)
        ]
    except (errors.Problem, ValueError):
        return []
    return found


def list_config_aliases(env: Env) -> Mapping[str, str]:
    """The commands of somebody's own in the config: each name, and the command line that it stands for."""
    return env.config.alias
