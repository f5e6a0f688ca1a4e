"""What is left of a text once case, accents and spacing no longer count."""

from __future__ import annotations

import unicodedata


def fold_case_and_accents(text: str) -> str:
    """`text` without case or accents: two ids that fold alike are one file on some disks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(bare.casefold().split())


def heading_key(text: str) -> str:
    """The letters and digits of a column's heading: `N° d'identification` gives `ndidentification`."""
    return "".join(char for char in fold_case_and_accents(text) if char.isalnum())
