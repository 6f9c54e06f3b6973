"""The quick way through `safe` and the one that looks at every character say the same of each of them."""

import sys

from promisectl.system.text import escape_text


def test_every_character_is_shown_alike_alone_and_among_others() -> None:
    differ = [
        code
        for code in range(sys.maxunicode + 1)
        if escape_text(chr(code)) + "\\x00" != escape_text(f"{chr(code)}\0")
    ]
    assert differ == []
