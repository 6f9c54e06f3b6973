"""What modules that run take from here instead of `typing`, whose import takes longer than a query: at run time hardly anything is needed.

With `from __future__ import annotations` nothing else of it is. Who checks types sees `typing` itself.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 (handed on)
else:
    from collections import namedtuple

    class _NamedTupleMeta(type):
        """Makes a named tuple of what stands in a class: its fields, their defaults, and whatever else it has."""

        def __new__(cls, name, _bases, space):  # noqa: ANN001, ANN204 (typing says what it is)
            fields = [*space.pop("__annotations__")]
            given = [field for field in fields if field in space]
            if given != fields[len(fields) - len(given) :]:
                message = f"a field of {name} without a default comes after one that has it"
                raise TypeError(message)
            defaults = [space.pop(field) for field in given]
            made = namedtuple(name, fields, defaults=defaults, module=space["__module__"])  # noqa: PYI024 (what typing does)
            for key, value in space.items():
                if key not in {"__module__", "__qualname__"}:
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_NamedTupleMeta, "NamedTuple", (), {})
