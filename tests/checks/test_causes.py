"""Which diagnosis explains which."""

from __future__ import annotations

import pytest

from grader.checks.causes import _CAUSES, explains
from grader.messages import catalogue
from grader.scoring.check import check, spec_of
from grader.scoring.scorecard import Scorecard
from grader.scoring.verdict import Outcome


@check(points=10, fr="un", en="one")
def test_one() -> None: ...


@check(points=10, fr="deux", en="two")
def test_two() -> None: ...


def second_after(first: Outcome, second: Outcome) -> Outcome:
    scorecard = Scorecard([one for one in map(spec_of, (test_one, test_two)) if one], 20, "exercise.toml")
    scorecard["test_one"].outcome = first
    return scorecard.resolve(scorecard["test_two"], second)


def failed(code: str, **values: str) -> Outcome:
    return Outcome("failed", code, tuple(values.items()))


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        (failed("image-other-port", name="app", seen="4003/tcp"), failed("port-wrong-inside", name="app", image="app")),
        (failed("image-other-port", name="app"), failed("listens-on-another-port", name="box", image="me/app:latest")),
        (failed("container-other-image", name="box", image="python"), failed("code-mounted", name="box", image="app")),
        (failed("image-missing", name="app"), failed("runs-as-root", name="box", image="app")),
        (failed("image-only-tagged", name="app"), failed("code-mounted", name="box", image="app")),
        (failed("network-mode", name="api", mode="host"), failed("host-network-inside", name="api")),
        (failed("file-in-image", name="box", path="/a"), failed("file-unchanged", name="box", path="/b")),
        (failed("published-inside", name="p-old-1"), failed("down-leaves", project="p", left="p-old-1, p_default")),
    ],
)
def test_one_mistake_is_one_failure(cause: Outcome, effect: Outcome) -> None:
    blocked = second_after(cause, effect)
    assert (blocked.verdict, blocked.blocked_by) == ("blocked", "test_one")
    assert second_after(effect, cause).verdict == "failed"


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        (failed("image-other-port", name="app"), failed("port-not-published", name="app", image="app")),
        (failed("image-other-port", name="app"), failed("port-wrong-inside", name="web", image="web")),
        (failed("image-other-port", name="app"), failed("port-wrong-inside", name="app2", image="my-app")),
        (failed("network-mode", name="api"), failed("host-network-inside", name="mongo")),
        (failed("image-no-port", name="app"), failed("port-wrong-inside", name="app")),
        (failed("published-inside", name="p-api-1"), failed("down-leaves", project="p", left="p-old-1, p_default")),
        (failed("container-created", name="web"), failed("container-created", name="lb")),
        (failed("container-created", name="web", project="p"), failed("container-created", name="lb")),
        (Outcome("blocked", "image-other-port", (("name", "app"),)), failed("port-wrong-inside", name="app")),
    ],
)
def test_two_mistakes_are_two_failures(cause: Outcome, effect: Outcome) -> None:
    assert second_after(cause, effect).verdict == "failed"


def test_what_has_no_name_explains_nothing() -> None:
    assert not explains("network-mode", {}, "host-network-inside", {"name": "api"})


def test_every_code_is_one_of_the_catalogue() -> None:
    assert {*_CAUSES, *(cause for causes in _CAUSES.values() for cause in causes)} <= catalogue(
        "diagnoses", "en"
    ).keys()


def test_a_project_that_was_never_started_is_one_failure() -> None:
    web, balancer = (failed("container-created", name=name, project="tp7") for name in ("web", "lb"))
    assert second_after(web, balancer).blocked_by == "test_one"
