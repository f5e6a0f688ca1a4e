"""What an engine remembers of an image, on a clock that the test sets: a pull within the second of the question."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.images.images import ImageFact
from grader.probes.images.pulls import find_pull_source
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import NOW, PODMAN_4, ScriptedAnswers, scripted_machine

if TYPE_CHECKING:
    from grader.machine.machine import Machine

NAME = "registry.example/camarade"
SECOND = 1_795_519_990


class Engine:
    """One whose last event is `action`, at that moment."""

    is_podman = False

    def __init__(self, action: str, at: float) -> None:
        self._event = json.dumps({"Action": action, "Actor": {"ID": f"{NAME}:latest"}}).encode()
        self._at = at

    def engine(self, path: str, **query: str) -> Answer:
        if path == "/version":
            return Answer(200, b"{}", at=float(SECOND))  # a date has whole seconds
        return Answer(200, self._event if self._at <= float(query["until"]) else b"")


@pytest.mark.parametrize(("action", "pulled"), [("pull", NAME), ("push", ""), ("tag", "")])
@pytest.mark.parametrize("late", [-5.0, 0.4, 0.99])
def test_what_happened_in_the_same_second_counts(action: str, pulled: str, late: float) -> None:
    image = ImageFact(
        id="sha256:1", tags=("tp3-app:latest",), layers=(), size=1, command=(), entrypoint=(), user="", workdir="",
        exposed=(), env={}, labels={}, volumes=(), digests=(f"{NAME}@sha256:2",), parent="",
        created="2026-11-24T12:13:08Z", tagged_at="2026-11-24T12:13:10Z", processor="amd64",
    )  # fmt: skip
    assert find_pull_source(cast("Machine", Engine(action, SECOND + late)), image) == pulled


IMAGE = ImageFact(
    id="sha256:1", tags=("tp3-app:latest",), layers=(), size=1, command=(), entrypoint=(), user="", workdir="",
    exposed=(), env={}, labels={}, volumes=(), digests=(f"{NAME}@sha256:2",), parent="",
    created="2026-11-24T12:13:08Z", tagged_at="2026-11-24T15:13:08Z", processor="amd64",
)  # fmt: skip
EVENTS = "/events?*"


def event(action: str, image_id: str) -> bytes:
    return json.dumps({"Action": action, "Actor": {"ID": image_id}, "Type": "image"}).encode() + b"\n"


def pulled(image: ImageFact = IMAGE, events: Any = b"", version: Any = None) -> str:
    return find_pull_source(
        scripted_machine({"/version": {}, EVENTS: events} | ({"/version": version} if version else {})), image
    )


@pytest.mark.parametrize(
    "digests",
    [(), ("tp3-app@sha256:2",), ("localhost/tp3-app@sha256:2",), ("tp3-app@sha256:2", "localhost/x@sha256:3")],
    ids=["none", "containerd", "Podman", "both"],
)
def test_an_image_without_a_registrys_name_was_built_here(digests: tuple[str, ...]) -> None:
    link = ScriptedAnswers()
    assert find_pull_source(scripted_machine(link), replace(IMAGE, digests=digests)) == ""
    assert link.questions == [], "nothing more need be known"


def test_the_registrys_name_is_told_among_others() -> None:
    digests = ("tp3-app@sha256:2", "localhost/x@sha256:3", f"{NAME}@sha256:2")
    assert pulled(replace(IMAGE, digests=digests)) == NAME


def test_one_that_was_made_on_another_here_was_built_here() -> None:
    assert pulled(replace(IMAGE, parent="sha256:0")) == ""


@pytest.mark.parametrize(
    ("tagged_at", "name"),
    [
        ("2026-11-24T13:13:07Z", ""),
        ("2026-11-24T13:13:08Z", NAME),
        ("0001-01-01T00:00:00Z", NAME),
        ("", NAME),
    ],
    ids=["named within the hour", "named later", "never named", "not told"],
)
def test_what_was_named_soon_after_it_was_made_was_built_here(tagged_at: str, name: str) -> None:
    assert pulled(replace(IMAGE, tagged_at=tagged_at)) == name


def test_one_whose_making_has_no_date_is_what_its_name_says() -> None:
    assert pulled(replace(IMAGE, created="", tagged_at="2026-11-24T12:13:10Z")) == NAME


@pytest.mark.parametrize(
    ("events", "name"),
    [
        (event("push", f"{NAME}:latest"), ""),
        (event("build", NAME), ""),
        (event("pull", f"{NAME}:latest") + event("push", f"{NAME}:v2"), ""),
        (event("push", f"{NAME}2:latest"), NAME),
        (event("push", "camarade:latest"), NAME),
        (event("tag", f"{NAME}:latest"), NAME),
        (b'{"Action": "push", "Actor": null}\n{"Action": "push"}\n', NAME),
        (Answer(500, event("push", NAME)), NAME),
    ],
)
def test_a_push_or_a_build_under_that_name_was_done_here(events: Any, name: str) -> None:
    assert pulled(events=events) == name


def test_a_pull_is_one_however_young_the_image() -> None:
    young = replace(IMAGE, tagged_at="2026-11-24T12:13:10Z")
    assert pulled(young, event("pull", f"{NAME}:latest")) == NAME
    assert pulled(young, event("pull", "registry.example:5000/other:1")) == ""


def test_a_registry_with_a_port_is_no_tag() -> None:
    name = "registry.example:5000/camarade"
    one = replace(IMAGE, digests=(f"{name}@sha256:2",))
    assert pulled(one) == name
    assert pulled(one, event("push", f"{name}:latest")) == ""


def test_all_that_happened_to_images_is_asked_for_until_now() -> None:
    link = ScriptedAnswers({"/version": {}, EVENTS: b""})
    find_pull_source(scripted_machine(link), IMAGE)
    filters = '{"type": ["image"]}'
    assert link.question_keys == ["/version", f"/events?filters={filters}&since=0&until={NOW + 1:.0f}"]
    link = ScriptedAnswers({"/version": {}, EVENTS: b""}, PODMAN_4)
    find_pull_source(scripted_machine(link), IMAGE)
    assert link.question_keys[1] == f"/events?filters={filters}&since=0&stream=false"


def test_without_the_machines_clock_nothing_is_told() -> None:
    assert_probe_failed("no-clock", lambda: pulled(version=Answer(200, b"{}")))


@pytest.mark.parametrize(
    ("answer", "code"), [one for one in MALFORMED_ANSWERS if one.id not in {"empty", "409", "500"}]
)
def test_a_memory_that_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: pulled(events=answer)).values["asked"] == "docker events"


@many_examples
@given(answers_like({"Action": "pull", "Actor": {"ID": NAME}, "time": 1}))
def test_any_memory_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: pulled(events=answer))
