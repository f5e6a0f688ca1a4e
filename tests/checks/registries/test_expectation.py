"""A local registry: it has an image, and a container uses the image from there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.expect import expect
from grader.machine.question import Answer
from tests.checks.fake_engine_json import NGINX, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import HttpQuestion

SPEC: dict[str, Any] = {
    "containers": {"registry": {"name": "registry", "port": 5000}, "app": {"name": "app"}},
    "ports": {"registry": {"port": 5000, "offset": 0}},
}
LISTENS = ("0.0.0.0:5000",)


def lab(
    pages: dict[str, Any], image: str = "localhost:5000/my-app:1.0", *, digests: list[str] | None = None
) -> Machine:
    """`pages`: the API's answers by path; 404 for any other. `digests`: of the image; without them it is gone."""

    def answer(question: HttpQuestion) -> Answer:
        found = pages.get(question.path)
        if isinstance(found, Answer):
            return found
        return Answer(404, b'{"errors": []}') if found is None else Answer(200, json.dumps(found).encode())

    registry = fake_container("registry", ports={"5000/tcp": "5000"}, listens=LISTENS)
    machine = FakeMachine(registry, fake_container("app", image=image))
    machine.sites[5000] = answer
    if digests is not None:
        machine.images.append(fake_image(image, image_id=NGINX, RepoDigests=digests))
    return machine.as_machine(**SPEC)


TAGS = {"/v2/my-app/tags/list": {"name": "my-app", "tags": ["1.0"]}}


@pytest.mark.parametrize("image", ["my-app", "my-app:1.0"])
def test_an_image_that_was_pushed_is_there(image: str) -> None:
    expect(lab(TAGS).registry("registry")).to_have(image)


@pytest.mark.parametrize(
    ("pages", "code", "values"),
    [
        ({}, "not-a-registry", {"port": "5000"}),
        ({"/v2/my-app/tags/list": "hello"}, "not-a-registry", {}),
        ({"/v2/_catalog": {"repositories": []}}, "image-not-pushed", {"near": ""}),
        ({"/v2/_catalog": {"repositories": ["my-apps"]}}, "image-pushed-under-another-name", {"near": "my-apps"}),
        ({"/v2/_catalog": {"repositories": ["students/my-app"]}}, "image-pushed-under-another-name", {}),
        ({"/v2/my-app/tags/list": {"tags": ["latest"]}}, "tag-not-pushed", {"seen": "latest"}),
        ({"/v2/my-app/tags/list": {"tags": None}}, "image-not-pushed", {"near": ""}),
    ],
)
def test_an_image_that_is_not_there_is_named(pages: dict[str, Any], code: str, values: dict[str, str]) -> None:
    with fails_with(code, image="my-app:1.0", **values):
        expect(lab(pages).registry("registry")).to_have("my-app:1.0")


def test_a_registry_that_is_broken_or_closed_says_nothing_of_the_image() -> None:
    with fails_with("site-error", port="5000", status="500"):
        expect(lab({"/v2/my-app/tags/list": Answer(500)}).registry("registry")).to_have("my-app")
    with raises_probe_failed("registry-closed", port="5000"):
        expect(lab({"/v2/my-app/tags/list": Answer(401)}).registry("registry")).to_have("my-app")


@pytest.mark.parametrize("image", ["localhost:5000/my-app", "127.0.0.1:5000/my-app:1.0", "registry.local:5000/my-app"])
def test_the_name_of_an_image_says_where_it_comes_from(image: str) -> None:
    machine = lab(TAGS, image)
    expect(machine.registry("registry")).to_provide_the_image_of(machine.container("app"))


@pytest.mark.parametrize("image", ["my-app", "localhost:5001/my-app", "localhost/my-app"])
def test_an_image_from_elsewhere_is_named(image: str) -> None:
    machine = lab(TAGS, image)
    with fails_with("image-not-from-registry", name="app", image=image, port="5000"):
        expect(machine.registry("registry")).to_provide_the_image_of(machine.container("app"))


def test_an_image_that_was_neither_pushed_nor_pulled_is_not_from_the_registry() -> None:
    digest = f"my-app@sha256:{'0' * 64}"
    pushed = lab(TAGS, digests=[f"localhost:5000/{digest}"])
    expect(pushed.registry("registry")).to_provide_the_image_of(pushed.container("app"))
    elsewhere = lab(TAGS, digests=[f"localhost:5001/{digest}"])
    with fails_with("image-not-as-pushed", name="app", image="localhost:5000/my-app:1.0", port="5000"):
        expect(elsewhere.registry("registry")).to_provide_the_image_of(elsewhere.container("app"))
