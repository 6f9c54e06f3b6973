"""Builds the description of the package from the README.

The README's links and pictures are relative, which works in the repository. On an index page they
need the address of the repository: `Source` in `[project.urls]`. Without it, the description has
no pictures, and of links only their texts.
"""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\((?P<path>(?!\w+:|#)[^)]+)\)")
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<path>(?!\w+:|#)[^)]+)\)")


class DescriptionHook(MetadataHookInterface):
    """Sets the readme of the project."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the readme of the project's metadata."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        address = metadata.get("urls", {}).get("Source", "")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": build_description(text, address),
        }


def build_description(text: str, address: str) -> str:
    """Return the README with links to the repository at `address`, which may be empty."""
    if address:
        base = address.rstrip("/")
        text = _PICTURE.sub(rf"![\g<text>]({base}/raw/HEAD/\g<path>)", text)
        return _LINK.sub(rf"[\g<text>]({base}/blob/HEAD/\g<path>)", text)
    text = re.sub(rf"^{_PICTURE.pattern}\n\n?", "", text, flags=re.MULTILINE)
    return _LINK.sub(r"\g<text>", text)
