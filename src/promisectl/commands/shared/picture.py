"""Saves what a view shows as a picture."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output_files

if TYPE_CHECKING:
    from promisectl.env import Env

_ABOUT = "What promisectl prints on a terminal"


def write_picture(env: Env, name: str) -> None:
    """Write the page that a view has built as an SVG, to stdout for `-`.

    Raises NoFileNamed, BadPlace, PictureExists, ExportOntoLedger and CannotWrite.
    """
    from promisectl import errors
    from promisectl.rendering.picture import draw_picture

    target = output_files.resolve_output_target(env, "--svg", name)
    svg = draw_picture(env.take_page(), env.width, _ABOUT)
    try:
        target.write(env, [svg])
    except errors.FileExists as error:
        words = [
            "-" if before == "--svg" else "--svg=-" if word.startswith("--svg=") else word
            for before, word in zip(["", *env.words], env.words, strict=False)
        ]
        raise errors.PictureExists(name, words) from error
