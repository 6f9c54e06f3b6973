"""What is declared and what carries it out fit together."""

import importlib
import inspect


def test_each_declaration_fits_the_function_that_it_hands_over_to() -> None:
    from promisectl.cli import DECLARED_IN, app
    from promisectl.cli.registry import DECLARATIONS

    app.build_app(["--help"])
    assert {one.group or one.name: one.prototype.__module__ for one in DECLARATIONS} == {
        command: f"promisectl.cli.{module}" for command, module in DECLARED_IN.items()
    }
    for one in DECLARATIONS:
        does = inspect.signature(
            getattr(importlib.import_module(f"promisectl.commands.{one.module}"), one.function)
        ).parameters
        asks = inspect.signature(one.prototype).parameters
        if one.extra_prototype is None:
            assert list(asks) == list(does)[1:], one.name
            assert [
                parameter.default or None
                for parameter in asks.values()
                if parameter.default is not parameter.empty
            ] == [
                parameter.default or None
                for parameter in list(does.values())[1:]
                if parameter.default is not parameter.empty
            ], one.name
