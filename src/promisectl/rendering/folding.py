"""Lines for a terminal: broken between words, so that no word is torn at its edge. Plain text, light."""


def folded(line: str, width: int, *, spare: int = 0) -> str:
    """The line in as many lines as it takes; a word that is longer than a line is left whole. `spare` cells stay free on the last."""
    if line.isascii() and len(line) + spare <= width:
        return line
    words = line.split(" ")
    wide = [cells(word) for word in words]
    made, at = [words[0]], wide[0]
    for place, (word, taken) in enumerate(zip(words[1:], wide[1:], strict=True), 1):
        room = width - (spare if place == len(words) - 1 else 0)
        fits = at + 1 + taken <= room
        made.append(f" {word}" if fits else f"\n{word}")
        at = at + 1 + taken if fits else taken
    return "".join(made)


def cells(word: str) -> int:
    """How many columns a word takes: wide signs two, signs that combine with the one before none."""
    if word.isascii():
        return len(word)
    import unicodedata

    wide = sum(unicodedata.east_asian_width(letter) in ("W", "F") for letter in word)
    return len(word) + wide - sum(unicodedata.combining(letter) > 0 for letter in word)
