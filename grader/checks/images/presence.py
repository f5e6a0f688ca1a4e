"""Whether an image exists under its name, on which base it was built, and whether it has a command of its own."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.probes.images.images import find_image, find_images, is_same_image_name, list_images, repository_of

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import Image
    from grader.probes.images.images import ImageFact

MAX_COMPARED: Final = 50
"""How many images of the machine are compared with an unexpected one."""


def require_image(image: Image) -> ImageFact:
    """The image of that name, not another one renamed. Raises `CheckFailed` with a near miss if there is none."""
    found = find_image(image.machine, image.name) or next(iter(find_images(image.machine, image.name)), None)
    base = find_base(image, found) if found else None
    if found and base and found.id == base.id:
        known = next((tag for tag in base.tags if is_same_image_name(tag, image.wanted.base)), image.wanted.base)
        raise CheckFailed("image-only-tagged", name=image.name, base=known)
    if found:
        return found
    beside = list_images(image.machine)
    repositories = {repository_of(tag).rpartition("/")[2]: tag for one in beside for tag in one.tags}
    near = difflib.get_close_matches(image.name, repositories, n=1, cutoff=0.7)
    if near:
        raise CheckFailed("image-misnamed", name=image.name, near=repositories[near[0]])
    nameless = [one.id for one in beside if not one.tags and not one.digests][:MAX_COMPARED]
    if any(_is_complete_build(image, fact) for one in nameless if (fact := find_image(image.machine, one))):
        raise CheckFailed("image-unnamed", name=image.name)
    raise CheckFailed("image-missing", name=image.name)


def find_built_image(machine: Machine, name: str) -> Image | None:
    """The image of that name that the student is to build; `None` for any other."""
    roles = (role for role, built in machine.spec.built.items() if is_same_image_name(name, built.name))
    return next((machine.image(role) for role in roles), None)


def require_own_command(image: Image, fact: ImageFact) -> None:
    """Raises `CheckFailed` if the image starts no program, or only the one that its base would start."""
    base, own = find_base(image, fact), (fact.command, fact.entrypoint)
    if not any(own) or (base and own == (base.command, base.entrypoint)):
        raise CheckFailed("image-no-command", name=image.name, port=image.wanted.port, seen=" ".join(fact.command))


def _is_complete_build(image: Image, fact: ImageFact) -> bool:
    """True for the result of a whole Dockerfile, not for an intermediate image of a builder."""
    base = find_base(image, fact)
    return base is not None and (fact.command, fact.entrypoint) != (base.command, base.entrypoint)


def find_base(image: Image, fact: ImageFact, name: str = "") -> ImageFact | None:
    """The image called `name` (by default any of the base's repository) that `fact` is built on."""
    candidates = find_images(image.machine, name or repository_of(image.wanted.base))
    beneath = [one for one in candidates if fact.is_built_on(one)]
    return max(beneath, key=lambda one: len(one.layers), default=None)
