"""The image that a container was made from, and what has become of it since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers import there
from grader.checks.origins import image_there, image_untouched, latest_build
from tests.checks.engine_json import container, image
from tests.checks.fake_machine import FakeMachine, diagnosed

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

OLD = image("x:old", image_id="sha256:old", layers=("a", "b"))


def looked_at(
    *images: dict[str, Any], typed: str = "app", image_id: str = "sha256:old"
) -> tuple[Machine, ContainerFact, str]:
    link = FakeMachine(container(image=typed, image_id=image_id))
    link.images = list(images)
    machine = link.judged(containers={"web": {"name": "web"}})
    return machine, there(machine.container("web")), "app"


@pytest.mark.parametrize("typed", ["app", "app:latest", "sha256:old", "localhost/app"])
def test_the_name_may_be_written_in_other_ways(typed: str) -> None:
    image_there(*looked_at(image("app:latest"), typed=typed))
    image_there(*looked_at(image("docker.io/library/app:latest"), typed=typed))
    image_there(*looked_at(image("app:v2"), typed=typed))


def test_a_name_that_is_gone_is_told_as_it_was_typed() -> None:
    with diagnosed("image-gone", name="web", image="app:v1"):
        image_there(*looked_at(OLD, typed="app:v1"))
    with diagnosed("image-gone", name="web", image="app"):
        image_there(*looked_at(OLD, typed="sha256:old"))


def test_more_layers_on_the_same_were_committed_over_it() -> None:
    with diagnosed("image-committed-over", name="web", image="app:latest"):
        image_untouched(*looked_at(OLD, image("app:latest", layers=("a", "b", "c")), typed="app:latest"))


@pytest.mark.parametrize(
    "images",
    [
        (OLD, image("app:latest", layers=("a", "b"))),
        (OLD, image("app:latest", layers=("a", "x", "c"))),
        (OLD, image("app:latest", layers=("a",))),
        (image("app:latest", layers=("a", "b", "c")),),
        (OLD,),
    ],
    ids=["the same", "other layers", "fewer", "not at hand", "no name"],
)
def test_nothing_else_was_committed_over_it(images: tuple[dict[str, Any], ...]) -> None:
    image_untouched(*looked_at(*images))


def test_of_several_tags_the_one_that_was_typed_is_meant() -> None:
    v2 = image("app:v2", image_id="sha256:v2", layers=("a", "b", "c"))
    image_untouched(*looked_at(v2, image("app:v1", image_id="sha256:old", layers=("a", "b")), typed="app:v1"))


CONFIG: dict[str, Any] = {
    "Cmd": ["a"],
    "Entrypoint": ["b"],
    "User": "u",
    "WorkingDir": "/w",
    "ExposedPorts": {"80/tcp": {}},
    "Env": ["A=1"],
}


def build(layers: tuple[str, ...] = ("a",), **config: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The image as the container was made from it, and as it is now."""
    then = image("x:old", image_id="sha256:old", layers=("a",), config=CONFIG)
    return then, image("app:latest", image_id="sha256:new", layers=layers, config=CONFIG | config)


def test_a_build_of_the_same_is_the_latest() -> None:
    latest_build(*looked_at(*build()))
    latest_build(*looked_at(*build(Labels={"built": "later"})))


@pytest.mark.parametrize(
    "changed",
    [
        {"Cmd": ["x"]}, {"Entrypoint": ["x"]}, {"User": "x"}, {"WorkingDir": "/x"}, {"ExposedPorts": {"81/tcp": {}}},
        {"Env": ["A=2"]}, {"layers": ("x",)},
    ],
)  # fmt: skip
def test_whatever_was_changed_since_makes_it_an_older_build(changed: dict[str, Any]) -> None:
    with diagnosed("container-of-older-build", name="web", image="app"):
        latest_build(*looked_at(*build(**changed)))


def test_one_of_another_name_was_not_made_by_that_name() -> None:
    latest_build(*looked_at(*build(Cmd=["x"]), typed="other"))


def test_without_both_images_nothing_can_be_told() -> None:
    then, now = build(Cmd=["x"])
    latest_build(*looked_at(now))
    latest_build(*looked_at(then))
