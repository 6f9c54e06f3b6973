"""NamedTuple and TYPE_CHECKING without `typing`, whose import takes longer than a query.

With `from __future__ import annotations` a module needs nothing else of `typing` at run time.
A type checker sees `typing` itself.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 (handed on)
else:
    from collections import namedtuple

    # `typing` builds its NamedTuple on `namedtuple` as well, and has the types.
    class _NamedTupleMeta(type):
        """Build a named tuple from a class body: fields, defaults, methods and properties."""

        def __new__(cls, name, _bases, namespace):  # noqa: ANN001, ANN204
            fields = [*namespace.pop("__annotations__")]
            optional = [field for field in fields if field in namespace]
            if optional != fields[len(fields) - len(optional) :]:
                message = f"a field of {name} without a default comes after one that has it"
                raise TypeError(message)
            defaults = [namespace.pop(field) for field in optional]
            module = namespace["__module__"]
            built = namedtuple(name, fields, defaults=defaults, module=module)  # noqa: PYI024
            for key, value in namespace.items():
                if key not in {"__module__", "__qualname__"}:
                    setattr(built, key, value)
            return built

    NamedTuple = type.__new__(_NamedTupleMeta, "NamedTuple", (), {})
