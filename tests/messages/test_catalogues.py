"""Both catalogues say the same things."""

from __future__ import annotations

import string

import pytest

from grader.messages import FIELDS, catalogue, say


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_codes_in_the_same_order() -> None:
    assert list(catalogue("fr")) == list(catalogue("en"))


@pytest.mark.parametrize("code", list(catalogue("en")))
def test_a_code_has_the_same_fields_and_placeholders_in_both_languages(code: str) -> None:
    french, english = catalogue("fr")[code], catalogue("en")[code]
    assert french.keys() == english.keys()
    assert french.keys() <= set(FIELDS)
    assert {field: placeholders(french[field]) for field in french} == {
        field: placeholders(english[field]) for field in english
    }
    assert all(text.strip() for text in (*french.values(), *english.values()))


def test_an_unknown_code_is_said_as_it_is() -> None:
    assert say("nobody-knows", "wrong", {}, "fr") == "nobody-knows"


def test_a_missing_value_shows_its_name() -> None:
    assert say("foreground", "expected", {}, "en") == "`{name}` started in detached mode"
