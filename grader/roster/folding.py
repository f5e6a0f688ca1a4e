"""What is left of a text once case, accents and spacing no longer count."""

from __future__ import annotations

import unicodedata

__all__ = ["folded", "heading_key"]


def folded(text: str) -> str:
    """`text` without case or accents: two ids that fold alike are one file on some disks."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def heading_key(text: str) -> str:
    """The letters and digits of a column's heading: `N° d'identification` gives `ndidentification`."""
    return "".join(char for char in folded(text) if char.isalnum())
