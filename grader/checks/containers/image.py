"""The image that a container was created from, and what has happened to that image since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.failure import CheckFailed
from grader.probes.images.images import find_image, find_images, is_same_image_name, list_manifests

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.images.images import ImageFact


def require_image_present(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `CheckFailed` if the image has lost the name that the container was created by."""
    if _find_current_image(machine, container, wanted) is None:
        raise CheckFailed("image-gone", name=container.name, image=_image_name(container, wanted))


def require_image_unchanged(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `CheckFailed` if the name now refers to the container's image with more layers on top.

    A newer version that was pulled since shares no layers with it, and is not the student's doing.
    """
    now, made_from = _find_current_image(machine, container, wanted), find_image(machine, container.image_id)
    if now and made_from and now.is_built_on(made_from) and len(now.layers) > len(made_from.layers):
        raise CheckFailed("image-committed-over", name=container.name, image=_image_name(container, wanted))


def require_latest_build(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `CheckFailed` if the name refers to a newer build than the one that the container was created from."""
    if not is_same_image_name(container.image, wanted):
        return
    now, made_from = _find_current_image(machine, container, wanted), find_image(machine, container.image_id)
    if now and made_from is None and container.manifest and container.manifest not in list_manifests(machine, now):
        # In containerd's image store, a build removes the image that had its name before.
        raise CheckFailed("container-of-older-build", name=container.name, image=wanted)
    # Two builds of the same image may differ by their ids alone, if the engine records when each was made.
    if now and made_from and _content_of(now) != _content_of(made_from):
        raise CheckFailed("container-of-older-build", name=container.name, image=wanted)


def _image_name(container: ContainerFact, wanted: str) -> str:
    """The image's name as it was typed; the name in the spec if an id was typed."""
    return container.image if is_same_image_name(container.image, wanted) else wanted


def _find_current_image(machine: Machine, container: ContainerFact, wanted: str) -> ImageFact | None:
    """The image that has that name now."""
    return find_image(machine, _image_name(container, wanted)) or next(iter(find_images(machine, wanted)), None)


def _content_of(image: ImageFact) -> tuple[object, ...]:
    return image.layers, image.command, image.entrypoint, image.user, image.workdir, image.exposed, image.env
