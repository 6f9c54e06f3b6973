"""The seam between asking and doing: a command's name and plain arguments come in, the world is set up, its function is called."""

from __future__ import annotations

import os
import sys

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.config import Config
from promisectl.domain import constants
from promisectl.env import Env, OnceKey
from promisectl.system.paths import default_config_path, has_files
from promisectl.system.terminal import find_terminal_width, is_colored, resolve_color_wish

if TYPE_CHECKING:
    from typing import Any

OUTPUT_FORMS = ("json", "jsonl", "csv", "plain")
"""The forms of a view, of which one may be asked for."""
_ENV_ARGUMENTS = ("ledger", "today", "color", "no_input", "quiet", "no_pager")

COMMANDS_WITHOUT_CONFIG = {
    ("backup", "backup"),
    ("backup", "restore"),
    ("config", "edit"),
    ("doctor", "doctor"),
    ("config", "path"),
    ("status", "status"),
    ("completion", "completion"),
    ("demo", "demo"),
    ("guide", "guide"),
    ("path", "path"),
}
"""What goes on with the defaults when the config can't be used: what helps to put it right, and what needs nothing of it."""


def run_command(module: str, function: str, arguments: dict[str, Any]) -> None:
    """Call `commands.<module>.<function>` with an Env and the arguments that are its own.

    Raises SystemExit when the command answers with an exit code of its own, or was left at a question.
    """
    forms = [form for form in OUTPUT_FORMS if arguments.pop(form, False)]
    if len(forms) > 1:
        raise errors.Contradiction(
            f"{' and '.join(f'--{form}' for form in forms)} exclude each other. Give one of them."
        )
    world = {name: arguments.pop(name) for name in _ENV_ARGUMENTS if name in arguments}
    once = _build_once_key(function, arguments)
    said = _load_config_or_defaults(may_be_broken=(module, function) in COMMANDS_WITHOUT_CONFIG)
    env = Env(
        os.environ,
        (sys.stdin, sys.stdout, sys.stderr),
        said,
        form=forms[0] if forms else None,
        once=once,
        **world,
    )
    handed_in = (
        arguments.get("outcome") == "-"
    )  # then what is asked comes in on stdin, and is compared when it has been read
    commands = __import__(f"promisectl.commands.{module}", fromlist=[function])
    try:
        code = (
            None
            if once and not handed_in and _repeat_earlier_answer(env)
            else getattr(commands, function)(env, **arguments)
        )
        env.flush_output()
    except (errors.NoPromise, errors.BadNumber) as problem:
        from promisectl.commands.shared import suggestions

        raise suggestions.explain_number_problem(env, function, problem) from problem
    except errors.LedgerError as trouble:
        if trouble.restorable and has_files(env.backup_directory):
            trouble.add_backup_hint(env.backup_directory)
        raise
    except EOFError:  # a question was left with Ctrl-C or Ctrl-D
        raise SystemExit(errors.INTERRUPTED_EXIT_CODE) from None
    except BrokenPipeError as error:
        raise errors.ClosedPipe from error
    if code:
        raise SystemExit(code)


def _build_once_key(function: str, arguments: dict[str, Any]) -> OnceKey | None:
    """The key of a command that is to happen once, with what is asked: its name, the promises it names, and a sum over all the rest."""
    key = arguments.pop("once", None)
    if key is None:
        return None
    if not key.strip():
        raise errors.EmptyText("key of --once")
    if len(key) > constants.MAX_KEY_CHARACTERS:
        raise errors.TextTooLong("key of --once", len(key), constants.MAX_KEY_CHARACTERS)
    import hashlib
    import json

    given = {name: value for name, value in sorted(arguments.items()) if value}
    ids = [
        word.removeprefix("#")
        for word in (
            *given.pop("ids", ()),
            *filter(None, (given.pop("id_", None), given.pop("promise", None))),
        )
    ]
    rest = hashlib.sha256(json.dumps(given).encode()).hexdigest()[:16]
    return OnceKey(key, " ".join([function, *ids, f"({rest})"]))


def _repeat_earlier_answer(env: Env) -> bool:
    from promisectl.commands.shared import recorder

    return recorder.repeat_first_answer(env)


def detect_terminal(wish: str | None = None) -> tuple[int, bool]:
    """How many columns stdout has and whether to colour there, for what is said without a command: the help."""
    return find_terminal_width(sys.stdout, os.environ), is_colored(
        sys.stdout, resolve_color_wish(os.environ, wish)[0], os.environ
    )


def _load_config_or_defaults(*, may_be_broken: bool) -> Config:
    """What the config says. Raises BadConfig."""
    try:
        return config.load_config(default_config_path(os.environ))
    except errors.BadConfig:
        if may_be_broken:
            return Config()
        raise
