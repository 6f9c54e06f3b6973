"""Lines for a terminal: broken between words, so that no word is torn at its edge. Plain text, light."""


def folded(line: str, width: int, *, spare: int = 0) -> str:
    """The line in as many lines as it takes; a word that is longer than a line is left whole. `spare` cells stay free on the last."""
    if line.isascii() and len(line) + spare <= width:
        return line
    words = line.split(" ")
    cells = [_cells(word) for word in words]
    made, at = [words[0]], cells[0]
    for place, (word, wide) in enumerate(zip(words[1:], cells[1:], strict=True), 1):
        room = width - (spare if place == len(words) - 1 else 0)
        fits = at + 1 + wide <= room
        made.append(f" {word}" if fits else f"\n{word}")
        at = at + 1 + wide if fits else wide
    return "".join(made)


def _cells(word: str) -> int:
    """How many columns a word takes: wide signs two, signs that combine with the one before none."""
    if word.isascii():
        return len(word)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(letter) in ("W", "F") for letter in word)
    return len(word) + wide - sum(unicodedata.combining(letter) > 0 for letter in word)
