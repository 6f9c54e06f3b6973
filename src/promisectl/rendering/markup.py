"""A text on its way through rich's markup, which only the help of Typer reads: so written that it comes out as it was."""

import re

from promisectl.escaping import safe

_TAG = re.compile(r"(\\*)(\[[a-z#/@][^\[]*?\])")
_NOTHING = "[none][/none]"


def literal(text: str) -> str:
    """Markup that shows `text`, steering characters escaped: nothing in it is a tag, and no two colons make a picture."""
    *parts, last = (_TAG.sub(r"\1\1\\\2", part) for part in safe(text).split(":"))
    return "".join(f"{_backslashes_kept(part)}{_NOTHING}:" for part in parts) + last


def _backslashes_kept(part: str) -> str:
    """Before a tag each backslash has to stand twice."""
    return part + "\\" * (len(part) - len(part.rstrip("\\")))
