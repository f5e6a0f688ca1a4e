"""The reader's language, from options and the environment."""

from __future__ import annotations

import contextlib
import itertools
import locale
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.messages import DEFAULT, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.messages import Language


def encodable(given: str) -> str:
    """`given` with a replacement character for everything that UTF-8 cannot encode, as results are written."""
    return given.encode("utf-8", "replace").decode("utf-8")


def language_of(given: str, environ: Mapping[str, str]) -> Language:
    """`--lang`, else `GRADER_LANG`, else the locale, else French. Raises `GraderError` for another language."""
    wanted = (given or environ.get("GRADER_LANG", "")).strip().lower()
    if wanted:
        if wanted not in LANGUAGES:
            raise GraderError("usage.language", given=repr(wanted))
        return wanted
    of_locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    of_locale = of_locale or (locale.getlocale()[0] or "")
    # A locale that names no language (C, POSIX) leaves it to the course's own.
    return next((language for language in LANGUAGES if of_locale.lower().startswith(language)), DEFAULT)


def language_for_errors(given: str, environ: Mapping[str, str]) -> Language:
    """As `language_of`, for error messages: an invalid language counts as not given."""
    for name in (given, environ.get("GRADER_LANG", "")):
        with contextlib.suppress(GraderError):
            if name.strip():
                return language_of(name, {})
    return language_of("", {name: value for name, value in environ.items() if name != "GRADER_LANG"})


def requested_language(words: Sequence[str]) -> str:
    """The value of `--lang`; empty if it is not a language."""
    split = [word.partition("=") for word in words]
    pairs = [*itertools.pairwise(words), *((name, value) for name, _, value in split)]
    return next((value for name, value in pairs if name == "--lang" and value in LANGUAGES), "")
