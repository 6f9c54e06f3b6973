"""How a text reaches a terminal or a line: as it was typed, but for what would steer the terminal or turn the line around."""

_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def _steers(code: int) -> bool:
    """C0, DEL and C1 controls, line and paragraph separators, bidirectional controls, tag characters, lone surrogates."""
    return (
        code < 0x20
        or 0x7F <= code <= 0x9F
        or code in (0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF)
        or 0x202A <= code <= 0x202E
        or 0x2066 <= code <= 0x206F
        or 0xD800 <= code <= 0xDFFF
        or 0xE0000 <= code <= 0xE007F
        or 0xFFF9 <= code <= 0xFFFB
    )


def _shown(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def is_text(value: str) -> bool:
    """Whether every character is one; undecodable bytes of a command line are not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def safe(value: str) -> str:
    """The text with every steering character shown as an escape; all else as it is."""
    if value.isascii() and value.isprintable():
        return value
    return "".join(_shown(character) if _steers(ord(character)) else character for character in value)


def one_line(value: str) -> str:
    """`safe`, and a backslash doubled, so that the line can be read back exactly."""
    return safe(value.replace("\\", "\\\\"))
