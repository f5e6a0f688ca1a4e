"""Every text that a person reads, by language and by kind, such as `fr/diagnoses.toml` and `en/screen.toml`.

A language is a folder with a file per kind; a new folder is a new language. A text that a language lacks is taken from
English, else from French, and a test names it.

An entry of `diagnoses` has `expected`, `seen`, `wrong` (the mistake in one sentence), `look` (where to look) and `read`
(what to read); those that add nothing are omitted. `{name}` stands for a value of the diagnosis.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Language: TypeAlias = str
"""A language code that has a folder here."""
Words: TypeAlias = dict[str, str]
"""A text by language code."""
Kind = Literal["common", "diagnoses", "errors", "help", "screen", "page", "reports", "policy", "commands"]
Field = Literal["expected", "seen", "wrong", "look", "read"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
DEFAULT: Final[Language] = "fr"
"""The course's own language."""
REQUIRED: Final[tuple[Language, ...]] = (DEFAULT, "en")
"""The languages in which every text exists."""
_FOLDER: Final = re.compile("[a-z]{2,3}")
_IN_PARENTHESES: Final = re.compile(r"\s*\(\{(\w+)\}\)")
_AT_THE_END: Final = re.compile(r"(?:\s*;[^;:]*)?\s*[:;]\s*\{(\w+)\}$")
"""A value after a colon, with its label if that is a clause of its own: `exited; last line: {last_line}`."""


def _languages() -> tuple[Language, ...]:
    folders = {entry.name for entry in resources.files(__name__).iterdir() if entry.is_dir()}
    return (*REQUIRED, *sorted(name for name in folders - set(REQUIRED) if _FOLDER.fullmatch(name)))


LANGUAGES: Final = _languages()


@functools.cache
def catalogue(kind: Kind, language: Language) -> dict[str, Any]:
    """The texts of one file; empty without that file."""
    file = resources.files(__name__).joinpath(language, f"{kind}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@functools.cache
def texts(kind: Kind, language: Language) -> dict[str, Any]:
    """The texts of one file by key, `table.key` for those in a table."""
    flat: dict[str, Any] = {}
    for key, value in catalogue(kind, language).items():
        flat |= {f"{key}.{name}": text for name, text in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def say(code: str, field: Field, values: Mapping[str, str], language: Language) -> str:
    """One field of a diagnosis, filled in; empty if the entry does not have it. An unknown code is shown as it is."""
    entry = _first("diagnoses", code, language, catalogue)
    if entry is None:
        return code if field == "wrong" else ""
    return fill(str(entry.get(field, "")), values)


def error_text(code: str, values: Mapping[str, str], language: Language) -> str:
    """The sentence of an error, filled in. An unknown code is shown as it is."""
    return fill(str(find_text("errors", code, language) or code), values)


def find_text(kind: Kind, key: str, language: Language) -> Any:
    """The text of `key` in `language`, else in English, else in French; `None` if no language has it."""
    return _first(kind, key, language, texts)


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its values; a value that is missing shows its name.

    An empty value at the end, or in parentheses, leaves nothing behind: neither the colon nor the label before it.
    """
    text = _IN_PARENTHESES.sub(lambda found: found[0] if values.get(found[1], "?") else "", text)
    last = _AT_THE_END.search(text)
    if last and not values.get(last[1], "?"):
        text = text[: last.start()]
    return text.format_map(_Shown(values)).strip()


def localized(text: Callable[[Language], str]) -> Words | None:
    """A text in every language; `None` if it is empty in all of them."""
    words = {language: text(language) for language in LANGUAGES}
    return words if any(words.values()) else None


def in_language(words: Mapping[str, str] | None, language: Language) -> str:
    """The text in `language`, else in English, else in French; empty without any."""
    return next((words[one] for one in _order(language) if words.get(one)), "") if words else ""


@dataclass(frozen=True)
class Texts:
    """The texts of one kind, and those in common, in one language."""

    kind: Kind
    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key` with its `{values}` filled in. Raises `KeyError` without that text."""
        text = self._find(key)
        if not isinstance(text, str):
            raise KeyError(key)
        return text.format(**values)

    def all(self, key: str) -> list[Any]:
        """The list of texts of `key`. Raises `KeyError` without that list."""
        found = self._find(key)
        if not isinstance(found, list):
            raise KeyError(key)
        return found

    def count(self, key: str, n: int) -> str:
        """`n` things, in the singular or the plural: French says "0 étudiant", English "0 students"."""
        one, many = self.all(key)
        return str(one if n == 1 or (n == 0 and self._find("zero-is-singular")) else many).format(n=n)

    def labelled(self, key: str, text: str) -> str:
        """`Hint: text`, with the colon of the language."""
        return f"{self(key)}{self('colon')} {text}".rstrip()

    def pick(self, words: Mapping[str, str] | None) -> str:
        """As `in_language`."""
        return in_language(words, self.language)

    def _find(self, key: str) -> Any:
        found = find_text(self.kind, key, self.language)
        return find_text("common", key, self.language) if found is None else found


def missing_texts(language: Language) -> list[str]:
    """The keys, as `kind: key`, that French has and `language` does not."""
    return [f"{kind}: {key}" for kind in KINDS for key in texts(kind, DEFAULT) if key not in texts(kind, language)]


def _first(kind: Kind, key: str, language: Language, source: Callable[[Kind, Language], dict[str, Any]]) -> Any:
    """What the first language that has `key` says; `None` if no language has it."""
    return next((source(kind, one)[key] for one in _order(language) if key in source(kind, one)), None)


def _order(language: Language) -> tuple[Language, ...]:
    return (language, *reversed(REQUIRED))


class _Shown(dict[str, str]):
    """Values for `str.format_map`; one that is missing shows its name rather than failing a report."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
