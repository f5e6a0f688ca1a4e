"""The words that reports add to the results' own, in French and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile, Words

WORDS: Final[dict[str, dict[Language, str]]] = {
    "points": {"fr": "points", "en": "points"},
    "hint": {"fr": "Piste", "en": "Hint"},
    "evidence": {"fr": "Constaté", "en": "Seen"},
    "blocked": {
        "fr": "Pas jugé : attend `{by}`, qui n'est pas passé",
        "en": "Not judged: waits for `{by}`, which did not pass",
    },
    "skipped": {"fr": "Pas essayé, ses points restent à gagner", "en": "Not tried, its points are still to be earned"},
    "error": {
        "fr": "Pas jugé : la mesure a échoué, pas l'étudiant",
        "en": "Not judged: the instrument failed, not the student",
    },
    "graded": {"fr": "Noté", "en": "Graded"},
    "not-graded": {"fr": "Pas de note", "en": "No mark"},
    "no-result": {"fr": "Aucun résultat", "en": "No result"},
    "no-reason": {"fr": "raison inconnue", "en": "reason unknown"},
    "provisional": {
        "fr": "note provisoire, {points} points non essayés",
        "en": "provisional mark, {points} points not tried",
    },
}


def word(key: str, lang: Language, **values: object) -> str:
    return WORDS[key][lang].format(**values)


def labelled(key: str, text: str, lang: Language) -> str:
    """`Hint: text`, with the space that French puts before a colon."""
    return f"{word(key, lang)}{' :' if lang == 'fr' else ':'} {text}".rstrip()


def in_language(words: Words | None, lang: Language) -> str:
    """What `words` say in `lang`; nothing where there are none."""
    return "" if words is None else words.fr if lang == "fr" else words.en


def number(value: float) -> str:
    """A mark as people write it: 14, 13.5; never 14.0, and never rounded."""
    return repr(value).removesuffix(".0")


def points_said(check: CheckResult, lang: Language) -> str:
    return f"{check.points}/{check.max_points} {word('points', lang)}"


def reason_said(result: ResultFile, lang: Language) -> str:
    """Why a student has no mark."""
    return in_language(result.reason, lang) or result.reason_code or word("no-reason", lang)
