"""What is declared and what carries it out fit together."""

import importlib
import inspect
from collections.abc import Callable
from typing import get_args, get_type_hints

from typer.models import OptionInfo

from promisectl.commands.make import MakeArguments


def test_each_declaration_fits_the_function_that_it_hands_over_to() -> None:
    from promisectl.cli import DECLARED_IN, app
    from promisectl.cli.registry import DECLARATIONS

    app.build_app(["--help"])
    assert {one.group or one.name: one.prototype.__module__ for one in DECLARATIONS} == {
        command: f"promisectl.cli.{module}" for command, module in DECLARED_IN.items()
    }
    for one in DECLARATIONS:
        if one.extra_prototype is None and one.module:
            asks = _list_parameters(one.prototype)
            assert asks == _list_arguments(one.module, one.function), one.name


def _list_parameters(function: Callable[..., object]) -> list[tuple[str, object]]:
    """The parameters, each with its default; `()`, False and None are one."""
    parameters = inspect.signature(function).parameters.values()
    return [(one.name, one.default or None) for one in parameters]


def _list_arguments(module: str, function: str) -> list[tuple[str, object]]:
    """What a function in `commands` takes beside the world; `make` takes the fields of MakeArguments but for the place."""
    if (module, function) == ("make", "make"):
        named = _list_parameters(MakeArguments)
        assert named.pop() == ("place", None)
        return named
    found = getattr(importlib.import_module(f"promisectl.commands.{module}"), function)
    return _list_parameters(found)[1:]


def test_an_option_that_takes_a_number_says_n_and_no_other_does() -> None:
    """The generator knows numbers by that: where Typer keeps a type differs between its versions."""
    from promisectl.cli import app
    from promisectl.cli.registry import DECLARATIONS

    app.build_app(["--help"])
    options = [
        (hint, option)
        for one in DECLARATIONS
        for hint in get_type_hints(one.prototype, include_extras=True).values()
        for option in getattr(hint, "__metadata__", ())
        if isinstance(option, OptionInfo)
    ]
    assert [option.param_decls for hint, option in options if option.metavar == "N"]
    for hint, option in options:
        takes = get_args(hint)[0]
        is_number = int in (takes, *get_args(takes))
        assert is_number == (option.metavar == "N"), option.param_decls
