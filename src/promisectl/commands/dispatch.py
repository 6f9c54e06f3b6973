"""How a command is called: its Env is built, and its function runs with plain arguments."""

from __future__ import annotations

import os
import sys

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import constants
from promisectl.env import Env, OnceKey
from promisectl.storage import ledger
from promisectl.system import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

OUTPUT_FORMS = ("json", "jsonl", "csv", "plain", "table", "svg", "template")
"""The forms of a view, of which one may be chosen; the last two have a value."""
UNKNOWN_ZONE_HINT = (
    "The time zone of this machine is not known, so UTC is taken. "
    "Set TZ, or zone in the config: promisectl config edit."
)
_NUMBER_OPTIONS = {"promise", "replaces"}
"""The arguments that hold the number of a promise, other than those that a command is about."""
_ENV_ARGUMENTS = ("ledger", "today", "color", "no_input", "offline", "quiet", "no_pager")


def run_command(
    module: str,
    function: str,
    arguments: dict[str, Any],
    *,
    needs_config: bool = True,
    ids: str = "",
    asks_ids: bool = False,
    stdin: str = "",
    words: Sequence[str] = (),
    writes: bool = False,
    envs: list[Env],
) -> int:
    """Call `commands.<module>.<function>` with an Env and its arguments.

    Returns the exit code. Without `needs_config`, a broken config is replaced by the defaults.
    `ids` names the argument that holds promise numbers, which a command that `asks_ids` asks for;
    `stdin` the one that is `-` when the input comes from stdin; `words` is the command line. What
    `writes` first ends a mode of the ledger in which it can't be read; a dry run does not. The Env
    is added to `envs`. Raises what the command raises, and ClosedPipe.
    """
    env = build_env(function, arguments, ids, words, needs_config=needs_config)
    envs.append(env)
    run = getattr(__import__(f"promisectl.commands.{module}", fromlist=[function]), function)
    try:
        if writes and not arguments.get("dry_run"):
            env.prepare_move()
        if asks_ids and not arguments[ids]:
            from promisectl.commands.shared import missing

            arguments[ids] = missing.ask_ids(env, function, many=ids == "ids")
        is_repeated = _repeat_answer_of_key(env, arguments.get(stdin))
        code = 0 if is_repeated else run(env, **arguments)
        _flush_view(env)
    except (errors.NoPromise, errors.BadNumber) as problem:
        from promisectl.commands.shared import suggestions

        raise suggestions.explain_number_problem(env, function, problem) from problem
    except errors.LedgerError as problem:
        add_backup_hint(env, problem)
        raise
    except EOFError:  # a question was left with Ctrl-C or Ctrl-D
        return errors.INTERRUPTED_EXIT_CODE
    except BrokenPipeError as error:
        raise errors.ClosedPipe from error
    except Exception as error:
        explain_failure(env, error)
        raise
    return code or 0


def add_backup_hint(env: Env, problem: errors.LedgerError) -> None:
    """Add where the backups are to an error of the ledger, if one can help.

    A damaged copy of a ledger on a server needs none: it is made again.
    """
    if not isinstance(env.ledger, str):
        if getattr(problem, "path", "") == env.ledger_file:
            problem.add_note(
                f"This is a copy of {env.ledger}: move it away, and the next command makes it again"
            )
    elif problem.restorable and paths.has_files(env.backup_directory):
        problem.add_backup_hint(env.backup_directory)


def _flush_view(env: Env) -> None:
    """Print what a view has written, or save it as a picture where --svg asks for one."""
    if env.svg is not None:
        from promisectl.commands.shared import picture

        picture.write_picture(env, env.svg)
    env.flush_output()


def explain_failure(env: Env, failure: Exception) -> None:
    """Examine the ledger after a command raised what no command should raise.

    Values that somebody changed may break the code that reads them anywhere, so whoever reads them
    does not check each; only after it broke, the ledger is examined. Raises LedgerError where it
    is damaged. Where it is whole, this returns, and the failure is a bug.
    """
    if isinstance(failure, errors.Problem) or not ledger.has_ledger(env.ledger_file):
        return
    from promisectl.storage.integrity import checks

    try:
        checks.ensure_intact(env.ledger_file)
    except errors.TemporaryLedgerError:
        return
    except errors.LedgerError as problem:
        raise problem from failure


def _repeat_answer_of_key(env: Env, source: object) -> bool:
    """Print the first answers again if the key of --once was used before; whether it was.

    Where the `source` is stdin, that is part of the key, and the command looks for itself.
    """
    if env.once is None or source in ("-", ["-"]):
        return False
    from promisectl.commands.shared import recorder

    return recorder.repeat_first_answer(env)


def build_env(
    function: str,
    arguments: dict[str, Any],
    ids: str = "",
    words: Sequence[str] = (),
    *,
    needs_config: bool = True,
) -> Env:
    """Return the Env of a command; the options that it holds are removed from `arguments`."""
    typed_forms = {form: arguments.pop(form, None) for form in OUTPUT_FORMS}
    forms = [form for form, value in typed_forms.items() if value not in (None, False)]
    if len(forms) > 1:
        options = " and ".join(f"--{form}" for form in forms)
        raise errors.Contradiction(f"{options} can't be combined.", "Give one of them.")
    options_of_env = {name: arguments.pop(name) for name in _ENV_ARGUMENTS if name in arguments}
    if arguments.pop("no_color", False):
        options_of_env["color"] = "never"
    named_config, key = arguments.pop("config", None), arguments.pop("once", None)
    once = None if key is None else build_once_key(key, function, arguments, ids)
    config_file = paths.find_config_path(os.environ, named_config)
    try:
        settings = load_settings(config_file, named_config)
    except errors.BadConfig:
        if needs_config:
            raise
        settings = config.Config()
    env = Env(
        os.environ,
        (sys.stdin, sys.stdout, sys.stderr),
        settings,
        config_file=config_file,
        form=forms[0] if forms else None,
        svg=typed_forms["svg"],
        template=typed_forms["template"],
        once=once,
        words=words,
        **options_of_env,
    )
    if not env.is_zone_known:
        env.print_hint(UNKNOWN_ZONE_HINT)
    return env


def load_settings(path: str, named: str | None) -> config.Config:
    """Return the config at a path, which --config `named`. Raises BadConfig with what to do."""
    is_usual = path == paths.default_config_path(os.environ)
    try:
        return config.load_config(path, must_exist=not is_usual)
    except errors.BadConfig as problem:
        from shlex import quote

        edit = f"promisectl config edit{f' --config {quote(named)}' if named else ''}"
        if not os.path.lexists(path):
            problem.advice = f"Create it: {edit}"
        elif os.path.isfile(path):
            problem.advice = f"Fix it: {edit}"
        else:
            problem.advice = "Move it elsewhere."
        raise


def build_once_key(key: str, function: str, arguments: dict[str, Any], ids: str) -> OnceKey:
    """Return the key of --once with its request.

    The request is the command, its promise numbers, each once, and a hash of its other arguments.
    Numbers are compared as such, all other words as they are typed. Raises EmptyText and
    TextTooLong.
    """
    if not key.strip():
        raise errors.EmptyText("key of --once")
    if len(key) > constants.MAX_KEY_CHARACTERS:
        raise errors.TextTooLong("key of --once", len(key), constants.MAX_KEY_CHARACTERS)
    import hashlib
    import json

    from promisectl.commands.shared.arguments import spell_number, spell_numbers

    typed = {name: value for name, value in sorted(arguments.items()) if value}
    numbers = typed.pop(ids, [])  # may be missing: they are asked for later
    if isinstance(numbers, str):
        numbers = [numbers]
    for name in _NUMBER_OPTIONS & typed.keys():
        typed[name] = spell_number(typed[name])
    digest = hashlib.sha256(json.dumps(typed).encode()).hexdigest()[:16]
    words = [function, *spell_numbers(numbers), f"({digest})"]
    return OnceKey(key, " ".join(words))
