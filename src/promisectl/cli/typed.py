"""Words stay as they were typed: arguments of plain text need no pydantic, which takes Typer as long as all the rest of a start."""

from typing import Any


def light(params: list[Any]) -> list[Any]:
    """These parameters of Typer, now taking plain text as it is. Where Typer is built otherwise, they stay as they are."""
    for param in params:
        if hasattr(param, "_runtime_param") and hasattr(param, "get_runtime_param") and hasattr(param, "type_descriptor"):
            param._runtime_param = _AsTyped(param)  # noqa: SLF001 (Typer has no other door)
    return params


class _AsTyped:
    """What makes a value of the words for a parameter: itself where it is text or nothing, else what Typer would ask."""

    def __init__(self, param: Any) -> None:
        self._param = param

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value as the command is given it."""
        many = param.multiple or param.nargs == -1
        if value is None:
            return () if many else None
        kind = param.type_descriptor.annotation
        if kind is str and not many and isinstance(value, str):
            return value
        if kind == list[str] and many and isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
            return list(value)
        return self._own().coerce(value, param=param, ctx=ctx)

    def __getattr__(self, name: str) -> Any:
        """Whatever else Typer may want to know."""
        return getattr(self._own(), name)

    def _own(self) -> Any:
        self._param._runtime_param = None  # noqa: SLF001 (the same door)
        return self._param.get_runtime_param()
