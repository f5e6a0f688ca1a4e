"""The messages of a result, from the codes and values of an outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grader.messages import in_language
from grader.reports.result import Diagnosis
from grader.reports.result_builder import build_check_result, message_of
from grader.scoring.check import check, spec_of
from grader.scoring.scorecard import Scorecard
from grader.scoring.verdict import Outcome
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.messages import Language


@check(points=20, fr="rien n'est publié", en="nothing is published")
def closed() -> None: ...


def published(*names: str) -> Outcome:
    diagnoses = [("published-inside", (("name", name), ("published", "1->2/tcp"))) for name in names]
    return Outcome("failed", diagnoses[0][0], diagnoses[0][1], also=tuple(diagnoses[1:]))


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "expected: `todos-mongo` publishes no port",
                "seen: `1->2/tcp`",
                "also expected: `todos-api` publishes no port (seen: `1->2/tcp`)",
                "this port is open on the machine, although only the other containers need it",
            ],
        ),
        (
            "fr",
            [
                "attendu : `todos-mongo` ne publie aucun port",
                "vu : `1->2/tcp`",
                "attendu aussi : `todos-api` ne publie aucun port (vu : `1->2/tcp`)",
                "ce port est ouvert sur la machine, alors que seuls les autres conteneurs en ont besoin",
            ],
        ),
    ],
)
def test_each_container_that_fails_has_a_line(language: Language, lines: list[str]) -> None:
    message = in_language(message_of(published("todos-mongo", "todos-api")), language)
    assert message.replace("\u00a0", " ").splitlines() == lines


@pytest.mark.parametrize(("language", "line"), [("en", "waited: 12 s"), ("fr", "attente : 12 s")])
def test_the_waiting_time_is_told_in_each_language_from_one_second_on(language: Language, line: str) -> None:
    waited, hardly = (replace(published("todos-mongo"), waited_s=seconds) for seconds in (12.2, 0.7))
    assert line in in_language(message_of(waited), language).replace("\u00a0", " ").splitlines()
    assert message_of(hardly) == message_of(published("todos-mongo"))


def test_a_result_has_a_diagnosis_for_each() -> None:
    spec = spec_of(closed)
    assert spec
    scorecard = Scorecard([spec], 20, "exercise.toml")
    scorecard["closed"].outcome = published("a", "b", "c")
    result = build_check_result(scorecard["closed"], scorecard, ROOT, 2)
    values = [{"name": name, "published": "1->2/tcp"} for name in ("a", "b", "c")]
    assert result.diagnosis == Diagnosis(code="published-inside", values=values[0])
    assert result.also == [Diagnosis(code="published-inside", values=one) for one in values[1:]]
