"""The image that a container was created from, and what has happened to that image since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.mistake import Mistake
from grader.probes.images import find_image, images_named, same_image_name

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact
    from grader.probes.images import ImageFact

__all__ = ["image_there", "image_untouched", "latest_build"]


def image_there(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `Mistake` if the image has lost the name that the container was created by."""
    if _named(machine, container, wanted) is None:
        raise Mistake("image-gone", name=container.name, image=_typed(container, wanted))


def image_untouched(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `Mistake` if the name now refers to the container's image with more layers on top.

    A newer version that was pulled since shares no layers with it, and is not the student's doing.
    """
    now, made_from = _named(machine, container, wanted), find_image(machine, container.image_id)
    if now and made_from and now.is_built_on(made_from) and len(now.layers) > len(made_from.layers):
        raise Mistake("image-committed-over", name=container.name, image=_typed(container, wanted))


def latest_build(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `Mistake` if the name refers to a newer build than the one that the container was created from."""
    if not same_image_name(container.image, wanted):
        return
    now, made_from = _named(machine, container, wanted), find_image(machine, container.image_id)
    # Two builds of the same image may differ by their ids alone, if the engine records when each was made.
    if now and made_from and _what_it_is(now) != _what_it_is(made_from):
        raise Mistake("container-of-older-build", name=container.name, image=wanted)


def _typed(container: ContainerFact, wanted: str) -> str:
    """The image's name as it was typed; the name in the spec if an id was typed."""
    return container.image if same_image_name(container.image, wanted) else wanted


def _named(machine: Machine, container: ContainerFact, wanted: str) -> ImageFact | None:
    """The image that has that name now."""
    return find_image(machine, _typed(container, wanted)) or next(iter(images_named(machine, wanted)), None)


def _what_it_is(image: ImageFact) -> tuple[object, ...]:
    return image.layers, image.command, image.entrypoint, image.user, image.workdir, image.exposed, image.env
