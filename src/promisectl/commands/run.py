"""The seam between asking and doing: a command's name and plain arguments come in, the world is set up, its function is called."""

import os
import sys
from typing import Any

from promisectl import config, errors
from promisectl.env import Env

_WORLD = ("ledger", "today", "color", "no_input", "quiet", "no_pager")
_FORMS = ("json", "jsonl", "csv", "plain")


def run(module: str, function: str, arguments: dict[str, Any]) -> None:
    """Call `commands.<module>.<function>` with an Env and the arguments that are its own.

    Raises SystemExit when the command answers with an exit code of its own, or was left at a question.
    """
    forms = [form for form in _FORMS if arguments.pop(form, False)]
    if len(forms) > 1:
        raise errors.Contradiction(f"{' and '.join(f'--{form}' for form in forms)} exclude each other. Give one of them.")
    world = {name: arguments.pop(name) for name in _WORLD if name in arguments}
    env = Env(os.environ, (sys.stdin, sys.stdout, sys.stderr), form=forms[0] if forms else None, **world)
    if module != "records":
        config.read(env)  # a mistake in it is said at once, not by the first command that happens to need it
    commands = __import__(f"promisectl.commands.{module}", fromlist=[function])
    try:
        code = getattr(commands, function)(env, **arguments)
        env.flush()
    except (errors.NoPromise, errors.BadNumber) as problem:
        from promisectl.commands import mistyped

        raise mistyped.explained(env, function, problem) from problem
    except EOFError:  # a question was left with Ctrl-C or Ctrl-D
        raise SystemExit(errors.INTERRUPTED) from None
    except BrokenPipeError as error:
        raise errors.ReaderGone from error
    if code:
        raise SystemExit(code)
