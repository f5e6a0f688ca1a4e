"""What is behind a named volume."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.mounts.volumes import find_volume_folder, parse_bind_device
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

QUESTION = "/volumes/site"
BOUND = {
    "CreatedAt": "2027-01-15T07:00:00Z", "Driver": "local", "Labels": None, "Name": "site", "Scope": "local",
    "Mountpoint": "/var/lib/docker/volumes/site/_data",
    "Options": {"device": "/home/anna/site", "o": "bind", "type": "none"},
}  # fmt: skip


def behind(answer: Any) -> str:
    return find_volume_folder(scripted_machine({QUESTION: answer}), "site")


def test_a_volume_may_stand_for_a_folder_of_the_machine() -> None:
    assert parse_bind_device({"type": "none", "o": "ro,bind", "device": "/home/anna/site"}) == "/home/anna/site"
    assert parse_bind_device({"type": "none", "o": "rbind", "device": "C:\\Users\\anna"}) == "/c/Users/anna"
    assert parse_bind_device({"type": "tmpfs", "o": "size=1m", "device": "tmpfs"}) == ""
    assert parse_bind_device({"o": "bindx", "device": "/x"}) == ""
    assert parse_bind_device({"o": "bind"}) == ""
    assert parse_bind_device({}) == ""


def test_it_is_asked_for_by_its_name() -> None:
    link = ScriptedAnswers({QUESTION: BOUND})
    assert find_volume_folder(scripted_machine(link), "site") == "/home/anna/site"
    assert link.question_keys == [QUESTION]


@pytest.mark.parametrize(
    ("name", "path"), [("../info?x#y", "/volumes/..%2Finfo%3Fx%23y"), ("caf é", "/volumes/caf%20%C3%A9")]
)
def test_a_name_stays_one_part_of_the_path(name: str, path: str) -> None:
    assert find_volume_folder(scripted_machine({path: BOUND}), name) == "/home/anna/site"


@pytest.mark.parametrize("options", [None, {}, {"type": "nfs", "o": "addr=10.0.0.1", "device": ":/x"}])
def test_one_that_the_engine_keeps_has_none(options: dict[str, str] | None) -> None:
    assert behind(BOUND | {"Options": options}) == ""


def test_another_drivers_options_mean_something_else() -> None:
    assert behind(BOUND | {"Driver": "rclone"}) == ""


def test_one_that_is_gone_has_none() -> None:
    assert behind(Answer(404, b'{"message": "no such volume"}')) == ""


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: behind(answer)).values["asked"] == "docker volume inspect"


@pytest.mark.parametrize("more", [{"Driver": None}, {"Options": []}, {"Options": {"o": None}}, {"Options": {"o": 1}}])
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: behind(BOUND | more))


@many_examples
@given(answers_like(BOUND))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: behind(answer))
