"""Whether two names can be one person's: names are spelt in many ways, ids are typed into many lists."""

from __future__ import annotations

from grader.text.folding import fold_case_and_accents


def may_be_same_person(one: str, other: str) -> bool:
    """True if the names have a word in common, ignoring case and accents, or if one is unknown."""
    words = [set(fold_case_and_accents(name).replace("-", " ").split()) for name in (one, other)]
    return not all(words) or bool(words[0] & words[1])
