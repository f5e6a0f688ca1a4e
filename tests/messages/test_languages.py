"""Texts by language: every language is complete, and a new one needs nothing but its folder."""

from __future__ import annotations

import shutil
import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import grader.messages
from grader.messages import (
    KINDS,
    LANGUAGES,
    REQUIRED,
    Texts,
    catalogue,
    in_language,
    localized,
    say,
    texts,
)
from grader.settings import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.messages import Kind, Language


def missing_texts(language: Language) -> list[str]:
    """The keys, as `kind: key`, that French has and `language` does not."""
    return [f"{kind}: {key}" for kind in KINDS for key in texts(kind, "fr") if key not in texts(kind, language)]


def placeholders(text: str | list[str] | bool) -> list[set[str]]:  # noqa: FBT001 - a fact about the language
    texts_of_it = text if isinstance(text, list) else [str(text)]
    return [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in texts_of_it]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing(language: Language) -> None:
    assert missing_texts(language) == []


@pytest.mark.parametrize("language", REQUIRED)
@pytest.mark.parametrize("kind", KINDS)
def test_the_required_languages_have_the_same_keys_in_the_same_order(kind: Kind, language: Language) -> None:
    assert list(texts(kind, language)) == list(texts(kind, "fr")) != []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_has_the_same_placeholders_in_every_language(kind: Kind, language: Language) -> None:
    french, other = texts(kind, "fr"), texts(kind, language)
    assert {key: placeholders(other[key]) for key in other} == {key: placeholders(french[key]) for key in other}
    assert [key for key, text in other.items() if text in ("", [])] == []


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A third language, with one file of its own."""
    shutil.copytree(Path(grader.messages.__file__).parent, tmp_path / "messages")
    (tmp_path / "messages" / "de").mkdir()
    (tmp_path / "messages" / "de" / "screen.toml").write_text('mark = "Note"\n', encoding="utf-8")
    monkeypatch.setattr("grader.messages._HERE", tmp_path / "messages")
    found = grader.messages._languages()
    for module in ("grader.messages", "grader.settings", "grader.scoring.check"):
        monkeypatch.setattr(f"{module}.LANGUAGES", found)
    catalogue.cache_clear()
    texts.cache_clear()
    yield
    catalogue.cache_clear()
    texts.cache_clear()


@pytest.mark.usefixtures("german")
def test_a_new_folder_is_a_new_language_that_falls_back_to_english() -> None:
    assert grader.messages.LANGUAGES == ("fr", "en", "de")
    assert language_of("de", {}) == language_of("", {"LANG": "de_DE.UTF-8"}) == "de"
    assert Texts("screen", "de")("mark") == "Note"
    assert Texts("screen", "de")("hint") == Texts("screen", "en")("hint")
    assert say("foreground", "wrong", {}, "de") == say("foreground", "wrong", {}, "en")
    assert "screen: hint" in missing_texts("de")
    assert "screen: mark" not in missing_texts("de")


@pytest.mark.usefixtures("german")
def test_a_suite_may_have_a_title_in_a_new_language() -> None:
    from grader.scoring.check import check, spec_of  # noqa: PLC0415 - after the language is there

    @check(points=1, title={"fr": "le site", "en": "the site"}, de="die Seite")
    def test_site() -> None: ...

    spec = spec_of(test_site)
    assert spec
    assert spec.title == {"fr": "le site", "en": "the site", "de": "die Seite"}
    assert list(spec.title) == ["fr", "en", "de"]


def test_a_missing_translation_falls_back_to_english_then_french() -> None:
    assert in_language({"fr": "oui", "en": "yes"}, "de") == "yes"
    assert in_language({"fr": "oui", "en": ""}, "de") == "oui"
    assert in_language({"fr": "oui", "en": "yes"}, "fr") == "oui"
    assert in_language(None, "fr") == in_language({}, "fr") == ""


def test_a_text_that_is_empty_in_every_language_is_none() -> None:
    assert localized(lambda _: "") is None
    assert localized(str.upper) == {"fr": "FR", "en": "EN"}


def test_a_text_that_does_not_exist_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError, match="no-such"):
        Texts("screen", "fr")("no-such")
    with pytest.raises(KeyError, match="points"):
        Texts("common", "fr")("points")
    with pytest.raises(KeyError, match="hint"):
        Texts("screen", "fr").count("hint", 1)


def test_french_counts_nothing_in_the_singular_and_english_in_the_plural() -> None:
    assert [Texts("page", "fr").count("students", n) for n in (0, 1, 2)] == ["0 étudiant", "1 étudiant", "2 étudiants"]
    assert [Texts("page", "en").count("students", n) for n in (0, 1, 2)] == ["0 students", "1 student", "2 students"]
