"""The seam between asking and doing: a command's name and plain arguments come in, the world is set up, its function is called."""

from __future__ import annotations

import os
import sys

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import constants
from promisectl.env import Env, OnceKey
from promisectl.system.paths import default_config_path, has_files

if TYPE_CHECKING:
    from typing import Any

    from promisectl.config import Config

OUTPUT_FORMS = ("json", "jsonl", "csv", "plain")
"""The forms of a view, of which one may be asked for."""
_ENV_ARGUMENTS = ("ledger", "today", "color", "no_input", "quiet", "no_pager")


def run_command(
    module: str,
    function: str,
    arguments: dict[str, Any],
    *,
    needs_config: bool = True,
    ids: str = "",
    stdin: str = "",
) -> int:
    """Call `commands.<module>.<function>` with an Env and its own arguments, and return its exit code.

    What does not need the config goes on with the defaults when that can't be used. `ids` names the argument that holds numbers of
    promises, `stdin` the one that is `-` where what is asked comes in there.
    """
    forms = [form for form in OUTPUT_FORMS if arguments.pop(form, False)]
    if len(forms) > 1:
        raise errors.Contradiction(
            f"{' and '.join(f'--{form}' for form in forms)} exclude each other. Give one of them."
        )
    world = {name: arguments.pop(name) for name in _ENV_ARGUMENTS if name in arguments}
    once = _build_once_key(function, arguments, ids)
    env = Env(
        os.environ,
        (sys.stdin, sys.stdout, sys.stderr),
        _load_config(needed=needs_config),
        form=forms[0] if forms else None,
        once=once,
        **world,
    )
    run = getattr(__import__(f"promisectl.commands.{module}", fromlist=[function]), function)
    is_repeated = False
    try:
        if once and arguments.get(stdin) != "-":  # what comes in is compared when it has been read
            from promisectl.commands.shared import recorder

            is_repeated = recorder.repeat_first_answer(env)
        code = 0 if is_repeated else run(env, **arguments)
        env.flush_output()
    except (errors.NoPromise, errors.BadNumber) as problem:
        from promisectl.commands.shared import suggestions

        raise suggestions.explain_number_problem(env, function, problem) from problem
    except errors.LedgerError as trouble:
        if trouble.restorable and has_files(env.backup_directory):
            trouble.add_backup_hint(env.backup_directory)
        raise
    except EOFError:  # a question was left with Ctrl-C or Ctrl-D
        return errors.INTERRUPTED_EXIT_CODE
    except BrokenPipeError as error:
        raise errors.ClosedPipe from error
    return code or 0


def _build_once_key(function: str, arguments: dict[str, Any], ids: str) -> OnceKey | None:
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
    named = given.pop(ids, [])
    words = [word.removeprefix("#") for word in ([named] if isinstance(named, str) else named)]
    rest = hashlib.sha256(json.dumps(given).encode()).hexdigest()[:16]
    return OnceKey(key, " ".join([function, *words, f"({rest})"]))


def _load_config(*, needed: bool) -> Config:
    """What the config says. Raises BadConfig where it is needed."""
    try:
        return config.load_config(default_config_path(os.environ))
    except errors.BadConfig:
        if needed:
            raise
        return config.Config()
