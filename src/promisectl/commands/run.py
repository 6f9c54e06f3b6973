"""The seam between asking and doing: a command's name and plain arguments come in, the world is set up, its function is called."""

import os
import sys
from typing import Any

from promisectl import config, errors
from promisectl.env import Env, Once

_WORLD = ("ledger", "today", "color", "no_input", "quiet")
_FORMS = ("json", "jsonl", "csv", "plain")


def run(module: str, function: str, arguments: dict[str, Any]) -> None:
    """Call `commands.<module>.<function>` with an Env and the arguments that are its own.

    Raises SystemExit when the command answers with an exit code of its own.
    """
    forms = [form for form in _FORMS if arguments.pop(form, False)]
    if len(forms) > 1:
        raise errors.Contradiction(f"{' and '.join(f'--{form}' for form in forms)} exclude each other. Give one of them.")
    world = {name: arguments.pop(name) for name in _WORLD if name in arguments}
    once = _once(function, arguments)
    env = Env(os.environ, (sys.stdin, sys.stdout, sys.stderr), form=forms[0] if forms else None, once=once, **world)
    if module != "records":
        config.read(env)  # a mistake in it is said at once, not by the first command that happens to need it
    commands = __import__(f"promisectl.commands.{module}", fromlist=[function])
    try:
        code = None if once and _said_before(env) else getattr(commands, function)(env, **arguments)
        env.flush()
    except BrokenPipeError as error:
        raise errors.ReaderGone from error
    if code:
        raise SystemExit(code)


def _once(function: str, arguments: dict[str, Any]) -> Once | None:
    """The key of a command that is to happen once, with what is asked: its name, the promises it names, and a sum over all the rest."""
    key = arguments.pop("once", None)
    if key is None:
        return None
    if not key.strip():
        raise errors.EmptyText("key of --once")
    import hashlib
    import json

    given = {name: value for name, value in sorted(arguments.items()) if value}
    ids = [word.removeprefix("#") for word in (*given.pop("ids", ()), *filter(None, (given.pop("id_", None), given.pop("promise", None))))]
    rest = hashlib.sha256(json.dumps(given).encode()).hexdigest()[:16]
    return Once(key, " ".join([function, *ids, f"({rest})"]))


def _said_before(env: Env) -> bool:
    from promisectl.commands import saying

    return saying.said_before(env)
