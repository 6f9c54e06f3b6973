"""What is declared and what carries it out fit together."""

import importlib
import inspect
from collections.abc import Callable

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
