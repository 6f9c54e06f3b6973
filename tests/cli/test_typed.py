"""What is typed reaches a command as Typer by itself would hand it over, only sooner."""

import subprocess
import sys
from typing import Any

import pytest
from typer import BadParameter, Context
from typer.main import get_command

from promisectl.cli.app import build
from promisectl.cli.typed import light
from tests.conftest import Program

VALUES = [None, "", "text", "7", "x7", "no", True, [], ["one"], ("one", "two"), ["one", 2], 7, b"bytes"]


def _commands(command: Any) -> list[Any]:
    return [command, *(one for child in getattr(command, "commands", {}).values() for one in _commands(child))]


def _coerced(param: Any, value: Any, ctx: Context) -> Any:
    try:
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)
    except BadParameter as problem:
        return problem.message


def test_every_argument_of_every_command_is_read_as_typer_reads_it() -> None:
    seen = set()
    for command in _commands(get_command(build(["--help"]))):
        ctx = Context(command)
        for param in command.get_params(ctx):
            for value in VALUES:
                light([param])
                ours = _coerced(param, value, ctx)
                param._runtime_param = None
                theirs = _coerced(param, value, ctx)
                assert (ours, type(ours)) == (theirs, type(theirs)), (command.name, param.name, value)
            seen.add(str(param.type_descriptor.annotation))
    assert seen == {"<class 'str'>", "<class 'bool'>", "<class 'int'>", "list[str]"}


def test_where_typer_is_built_otherwise_it_is_left_alone() -> None:
    class Other:
        """A parameter of another day."""

    other = Other()
    assert light([other]) == [other]
    assert vars(other) == {}


def test_whatever_else_typer_may_ask_is_answered_by_typer() -> None:
    command = get_command(build(["owe"])).commands["owe"]  # type: ignore[attr-defined]
    param = command.get_params(Context(command))[0]
    assert hasattr(param.get_runtime_param(), "coerce")
    assert param.get_runtime_param().parameter_info is param.type_descriptor.parameter_info
    with pytest.raises(AttributeError):
        param.get_runtime_param().nonesuch  # noqa: B018


@pytest.mark.parametrize("words", [["make", "x y z", "--to", "dana", "--by", "fri"], ["owe"], ["show", "1"], ["--help"], ["bump", "1"]])
def test_plain_words_need_no_pydantic(program: Program, words: list[str]) -> None:
    program.ok("make", "the first", "--from", "dana", "--agreed")
    code = f"import sys\nfrom promisectl import edge\nedge.main({words!r})\nprint('pydantic' in sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "False"
