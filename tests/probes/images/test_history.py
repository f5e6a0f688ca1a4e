"""The history of an image, as each builder records it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.images.history import HistoryLine, read_history
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

QUESTION = "/images/tp3-app/history"
GOOD = [
    {"Id": "<missing>", "Created": 1795494253, "CreatedBy": 'CMD ["python"]', "Tags": None, "Size": 0, "Comment": "x"},
    {"Id": "<missing>", "Created": 1795494252, "CreatedBy": "/bin/sh -c #(nop) ADD file:00ff in /", "Size": 77},
]  # fmt: skip


def history(answer: Any) -> tuple[HistoryLine, ...]:
    return read_history(scripted_machine({QUESTION: answer}), "tp3-app")


def test_the_lines_come_the_oldest_first() -> None:
    link = ScriptedAnswers({QUESTION: GOOD})
    first, last = read_history(scripted_machine(link), "tp3-app")
    assert first == HistoryLine("/bin/sh -c #(nop) ADD file:00ff in /", "", 77)
    assert (last.created_by, last.comment, last.size) == ('CMD ["python"]', "x", 0)
    assert link.question_keys == [QUESTION]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("mirror:5000/x/py_app:1.0-b", "/images/mirror:5000/x/py_app:1.0-b/history"),
        ("sha256:00ff", "/images/sha256:00ff/history"),
        ("x?y#z é", "/images/x%3Fy%23z%20%C3%A9/history"),
    ],
)
def test_a_name_is_asked_for_in_all_its_spellings(name: str, path: str) -> None:
    assert read_history(scripted_machine({path: []}), name) == ()


@pytest.mark.parametrize(
    ("created_by", "comment", "is_so"),
    [
        ("/bin/sh -c #(nop) COPY file:00ff in /app", "", True),
        ("COPY app.py . # buildkit", "buildkit.dockerfile.v0", True),
        ("|1 WHO=me /bin/sh -c echo $WHO", "", True),
        ("RUN /bin/sh -c echo", "", True),
        ("WORKDIR /app", "", True),
        ("", "merge sha256:00ff to sha256:ff00", True),
        ("", "buildkit.exporter.image.v0", True),
        ("bash", "", False),
        ("python app.py", "", False),
        ("", "Imported from -", False),
        ("RUNNER", "", False),
        ("sh -c /bin/sh -c x", "", False),
        ("", "a merge sha256:00ff", False),
    ],
    ids=[
        "old builder", "BuildKit", "with ARG", "Podman", "workdir", "squashed", "exporter", "commit of a shell",
        "commit of a program", "import", "a longer word", "not in front", "a comment of somebody",
    ],
)  # fmt: skip
def test_a_dockerfiles_lines_are_told_from_those_of_a_commit(created_by: str, comment: str, is_so: object) -> None:
    assert HistoryLine(created_by, comment, 0).is_dockerfile_instruction is is_so


@pytest.mark.parametrize(
    ("comment", "is_imported"), [("Imported from -", True), ("", False), ("not Imported from", False)]
)
def test_an_import_says_so(comment: str, is_imported: object) -> None:
    assert HistoryLine("", comment, 0).is_imported is is_imported


def test_a_line_may_say_nothing() -> None:
    assert history([{}]) == (HistoryLine("", "", 0),)


@pytest.mark.parametrize(
    ("answer", "code"),
    [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected"), (Answer(200, b"null"), "answer-garbled")],
)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: history(answer)).values["asked"] == "docker history"


@pytest.mark.parametrize("more", [{"CreatedBy": None}, {"Comment": 7}, {"Size": "big"}, {"Size": 2**63}])
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: history([GOOD[0] | more]))


@many_examples
@given(answers_like(GOOD))
def test_any_answer_is_facts_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: [(one.is_dockerfile_instruction, one.is_imported) for one in history(answer)])
