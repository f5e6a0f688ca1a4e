"""The image that a container was created from, and what has happened to it since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers.expectation import require_container
from grader.checks.containers.image import require_image_present, require_image_unchanged, require_latest_build
from tests.checks.fake_engine_json import fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

OLD = fake_image("x:old", image_id="sha256:old", layers=("a", "b"))


def looked_at(
    *images: dict[str, Any], typed: str = "app", image_id: str = "sha256:old"
) -> tuple[Machine, ContainerFact, str]:
    link = FakeMachine(fake_container(image=typed, image_id=image_id))
    link.images = list(images)
    machine = link.as_machine(containers={"web": {"name": "web"}})
    return machine, require_container(machine.container("web")), "app"


@pytest.mark.parametrize("typed", ["app", "app:latest", "sha256:old", "localhost/app"])
def test_the_name_may_be_written_in_other_ways(typed: str) -> None:
    require_image_present(*looked_at(fake_image("app:latest"), typed=typed))
    require_image_present(*looked_at(fake_image("docker.io/library/app:latest"), typed=typed))
    require_image_present(*looked_at(fake_image("app:v2"), typed=typed))


def test_a_name_that_is_gone_is_told_as_it_was_typed() -> None:
    with fails_with("image-gone", name="web", image="app:v1"):
        require_image_present(*looked_at(OLD, typed="app:v1"))
    with fails_with("image-gone", name="web", image="app"):
        require_image_present(*looked_at(OLD, typed="sha256:old"))


def test_more_layers_on_the_same_were_committed_over_it() -> None:
    with fails_with("image-committed-over", name="web", image="app:latest"):
        require_image_unchanged(*looked_at(OLD, fake_image("app:latest", layers=("a", "b", "c")), typed="app:latest"))


@pytest.mark.parametrize(
    "images",
    [
        (OLD, fake_image("app:latest", layers=("a", "b"))),
        (OLD, fake_image("app:latest", layers=("a", "x", "c"))),
        (OLD, fake_image("app:latest", layers=("a",))),
        (fake_image("app:latest", layers=("a", "b", "c")),),
        (OLD,),
    ],
    ids=["the same", "other layers", "fewer", "not at hand", "no name"],
)
def test_nothing_else_was_committed_over_it(images: tuple[dict[str, Any], ...]) -> None:
    require_image_unchanged(*looked_at(*images))


def test_of_several_tags_the_one_that_was_typed_is_meant() -> None:
    v2 = fake_image("app:v2", image_id="sha256:v2", layers=("a", "b", "c"))
    require_image_unchanged(
        *looked_at(v2, fake_image("app:v1", image_id="sha256:old", layers=("a", "b")), typed="app:v1")
    )


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
    then = fake_image("x:old", image_id="sha256:old", layers=("a",), config=CONFIG)
    return then, fake_image("app:latest", image_id="sha256:new", layers=layers, config=CONFIG | config)


def test_a_build_of_the_same_is_the_latest() -> None:
    require_latest_build(*looked_at(*build()))
    require_latest_build(*looked_at(*build(Labels={"built": "later"})))


@pytest.mark.parametrize(
    "changed",
    [
        {"Cmd": ["x"]}, {"Entrypoint": ["x"]}, {"User": "x"}, {"WorkingDir": "/x"}, {"ExposedPorts": {"81/tcp": {}}},
        {"Env": ["A=2"]}, {"layers": ("x",)},
    ],
)  # fmt: skip
def test_whatever_was_changed_since_makes_it_an_older_build(changed: dict[str, Any]) -> None:
    with fails_with("container-of-older-build", name="web", image="app"):
        require_latest_build(*looked_at(*build(**changed)))


def test_one_of_another_name_was_not_made_by_that_name() -> None:
    require_latest_build(*looked_at(*build(Cmd=["x"]), typed="other"))


def test_without_both_images_nothing_can_be_told() -> None:
    then, now = build(Cmd=["x"])
    require_latest_build(*looked_at(now))
    require_latest_build(*looked_at(then))


@pytest.mark.parametrize(
    ("manifest", "listed", "is_older"),
    [
        pytest.param("sha256:m1", ["sha256:m1", "sha256:proof"], False, id="built again from the cache"),
        pytest.param("sha256:new", [], False, id="an image without an index"),
        pytest.param("sha256:m1", ["sha256:m2", "sha256:proof"], True, id="another build"),
        pytest.param("", ["sha256:m2"], False, id="an engine that does not tell"),
    ],
)
def test_in_containerds_store_the_older_build_is_gone(manifest: str, listed: list[str], *, is_older: bool) -> None:
    """BuildKit removes it; the container still names its manifest."""
    box = fake_container(image="app", image_id="sha256:gone")
    box.raw["ImageManifestDescriptor"] = {"digest": manifest} if manifest else None
    link = FakeMachine(box)
    link.images = [fake_image("app:latest", image_id="sha256:new") | {"Manifests": [{"ID": one} for one in listed]}]
    machine = link.as_machine(containers={"web": {"name": "web"}})
    asked = machine, require_container(machine.container("web")), "app"
    if not is_older:
        require_latest_build(*asked)
        return
    with fails_with("container-of-older-build", name="web", image="app"):
        require_latest_build(*asked)
