"""Every text that a person reads, by language and by kind, such as `fr/diagnoses.toml` and `en/screen.toml`.

A language is a folder with a file per kind; a new folder is a new language. A text that a language lacks is taken from
English, else from French, and a test names it.

An entry of `diagnoses` has `expected`, `seen`, `wrong` (the mistake in one sentence), `look` (where to look) and `read`
(what to read); those that add nothing are omitted. `{name}` stands for a value of the diagnosis. What stands between
`[[` and `]]` is left out if one of its values is empty. In exercises about Compose, where students write a file instead
of typing options, `look-compose` comes before `look`, and so on.
"""

from __future__ import annotations

import functools
import re
import string
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Language: TypeAlias = str
"""A language code that has a folder here."""
Words: TypeAlias = dict[str, str]
"""A text by language code."""
Kind = Literal["common", "diagnoses", "errors", "help", "screen", "page", "reports", "policy", "commands"]
Field = Literal["expected", "seen", "wrong", "look", "read"]
Style = Literal["", "compose"]
"""How students work in an exercise: they type options, or write a compose file."""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
DEFAULT: Final[Language] = "fr"
"""The course's own language."""
REQUIRED: Final[tuple[Language, ...]] = (DEFAULT, "en")
"""The languages in which every text exists."""
_HERE: Final = Path(__file__).parent
"""Not `importlib.resources`: it takes as long to import as the texts to read."""
_FOLDER: Final = re.compile("[a-z]{2,3}")
_OPTIONAL: Final = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def _languages() -> tuple[Language, ...]:
    folders = {entry.name for entry in _HERE.iterdir() if entry.is_dir()}
    return (*REQUIRED, *sorted(name for name in folders - set(REQUIRED) if _FOLDER.fullmatch(name)))


LANGUAGES: Final = _languages()


@functools.cache
def catalogue(kind: Kind, language: Language) -> dict[str, Any]:
    """The texts of one file; empty without that file."""
    file = _HERE / language / f"{kind}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


@functools.cache
def texts(kind: Kind, language: Language) -> dict[str, Any]:
    """The texts of one file by key, `table.key` for those in a table."""
    flat: dict[str, Any] = {}
    for key, value in catalogue(kind, language).items():
        flat |= {f"{key}.{name}": text for name, text in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def say(code: str, part: Field, values: Mapping[str, str], language: Language, style: Style = "") -> str:
    """One field of a diagnosis, filled in; empty if the entry does not have it. An unknown code is shown as it is.

    `style`: the field's words for that style, if it has any.
    """
    return Wording(style).say(code, part, values, language)


@dataclass(frozen=True)
class Wording:
    """The words of an exercise: those of the catalogues, in its style, and those of its own diagnoses."""

    style: Style = ""
    own: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)
    """By code and field, from `messages.toml` beside `exercise.toml`."""

    def say(self, code: str, part: Field, values: Mapping[str, str], language: Language) -> str:
        """As `say`, with the diagnoses of the exercise."""
        if code in self.own:
            text = in_language(self.own[code].get(part), language)
        else:
            entry = _first("diagnoses", code, language, catalogue)
            if entry is None:
                return code if part == "wrong" else ""
            text = str(entry.get(f"{part}-{self.style}", entry.get(part, "")))
        return fill(text, values, language)


def error_text(code: str, values: Mapping[str, str], language: Language) -> str:
    """The sentence of an error, filled in. An unknown code is shown as it is."""
    return fill(str(find_text("errors", code, language) or code), values, language)


def find_text(kind: Kind, key: str, language: Language) -> Any:
    """The text of `key` in `language`, else in English, else in French; `None` if no language has it."""
    return _first(kind, key, language, texts)


def fill(text: str, values: Mapping[str, str], language: Language) -> str:
    """`text` with its values; an empty one is shown as a word for nothing, a missing one as its name.

    Optional parts, `[[; last line: {last_line}]]`, are left out if one of their values is empty.
    """
    shown = _Shown({name: value if value.strip() else "" for name, value in values.items()})
    text = _OPTIONAL.sub(lambda part: part[1] if all(map(shown.__getitem__, _names_in(part[1]))) else "", text)
    if not all(shown.values()):
        nothing = find_text("common", "nothing", language)
        shown = _Shown({name: value or nothing for name, value in shown.items()})
    return text.format_map(shown)


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


def _names_in(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name]


def _first(kind: Kind, key: str, language: Language, source: Callable[[Kind, Language], dict[str, Any]]) -> Any:
    """What the first language that has `key` says; `None` if no language has it."""
    return next((source(kind, one)[key] for one in _order(language) if key in source(kind, one)), None)


def _order(language: Language) -> tuple[Language, ...]:
    return (language, *reversed(REQUIRED))


class _Shown(dict[str, str]):
    """Values for `str.format_map`; one that is missing shows its name rather than failing a report."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
