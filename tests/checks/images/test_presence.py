"""Whether an image that a student builds exists, and what its absence explains."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from grader.checks.images.presence import find_built_image, require_image, require_own_command
from grader.probes.images.images import find_image
from tests.checks.fake_engine_json import FakeContainer, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with

SPEC: dict[str, Any] = {
    "containers": {"app": {"name": "tp3-app", "image": "tp3-app", "port": 8000}, "web": {"name": "web", "image": "x"}},
    "built": {"app": {"name": "tp3-app", "base": "python:alpine", "port": 8000, "under_mb": 120}},
}
BASE = fake_image("python:alpine", image_id="sha256:base", layers=("a",), config={"Cmd": ["python3"]})


def machine(*boxes: FakeContainer, images: tuple[dict[str, Any], ...] = (BASE,)) -> Any:
    made = FakeMachine(*boxes)
    made.images = list(images)
    return made.as_machine(**SPEC)


def own(*tags: str, command: tuple[str, ...] = ("python", "app.py")) -> dict[str, Any]:
    return fake_image(*tags, image_id="sha256:own", layers=("a", "b"), config={"Cmd": list(command)})


@pytest.mark.parametrize("name", ["tp3-app", "tp3-app:latest", "anna/tp3-app", "localhost/tp3-app:1"])
def test_an_image_to_build_is_known_by_its_name(name: str) -> None:
    found = find_built_image(machine(), name)
    assert found
    assert found.role == "app"


@pytest.mark.parametrize("name", ["python:alpine", "tp3", "my-tp3-app", ""])
def test_another_is_none_to_build(name: str) -> None:
    assert find_built_image(machine(), name) is None


def test_a_build_that_failed_is_the_one_cause() -> None:
    """The image and its container are missing: told once, as the image."""
    here = machine()
    with fails_with("image-missing", name="tp3-app"):
        require_image(here.image("app"))
    with fails_with("image-missing", name="tp3-app"):
        expect(here.container("app")).to_exist()
    with fails_with("image-misnamed", name="tp3-app", near="tp3app:latest"):
        expect(machine(images=(BASE, own("tp3app:latest"))).container("app")).to_exist()


def test_a_container_that_is_missing_all_the_same_is_told_itself() -> None:
    with fails_with("container-missing", name="tp3-app"):
        expect(machine(images=(BASE, own("tp3-app:latest"))).container("app")).to_exist()
    with fails_with("container-missing", name="web"):
        expect(machine().container("web")).to_exist()
    with fails_with("container-misnamed", name="tp3-app", near="tp3app"):
        expect(machine(fake_container("tp3app")).container("app")).to_exist()


@pytest.mark.parametrize(("command", "is_own"), [(("python", "app.py"), True), (("python3",), False), ((), False)])
def test_a_command_of_its_own_is_not_that_of_its_base(command: tuple[str, ...], *, is_own: bool) -> None:
    here = machine(images=(BASE, own("tp3-app:latest", command=command)))
    fact = find_image(here, "tp3-app")
    assert fact
    if is_own:
        require_own_command(here.image("app"), fact)
        return
    with fails_with("image-no-command", name="tp3-app", port=8000, seen=" ".join(command)):
        require_own_command(here.image("app"), fact)
