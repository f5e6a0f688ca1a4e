"""The words for every code, in French and in English: chosen last, from `fr.toml` and `en.toml`.

An entry has `expected`, `seen`, `wrong` (the mistake in one sentence), `look` (where to look) and `read` (what to
read); those that say nothing more are left out. `{name}` stands for a value of the diagnosis.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["fr", "en"]
Field = Literal["expected", "seen", "wrong", "look", "read"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
FIELDS: Final[tuple[Field, ...]] = ("expected", "seen", "wrong", "look", "read")


@functools.cache
def catalogue(language: Language) -> dict[str, dict[str, str]]:
    """Every code's entry in one language."""
    text = resources.files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say(code: str, field: Field, values: Mapping[str, str], language: Language) -> str:
    """The words of one field, filled; empty where the entry has none. An unknown code is said as it is."""
    entry = catalogue(language).get(code)
    if entry is None:
        return code if field == "wrong" else ""
    return entry.get(field, "").format_map(_Shown(values))


class _Shown(dict[str, str]):
    """Values for `str.format_map`; one that is missing shows its name rather than failing a report."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
