"""What can be expected of an image: built here on the right base, self-describing, small, with the code in it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

from grader.checks.code import code_mount, copied_code
from grader.checks.containers import there
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake
from grader.probes.history import image_history
from grader.probes.images import all_images, find_image, images_named, repository_of, same_image_name
from grader.probes.pulls import pulled_from

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Image
    from grader.probes.history import HistoryLine
    from grader.probes.images import ImageFact

__all__ = ["ImageExpectation", "built"]

_MB: Final = 1_000_000
"""As `docker images` counts."""
_LOOKED_AT: Final = 50
"""How many images of the machine are compared with an unexpected one."""


def built(image: Image) -> ImageFact:
    """The image of that name, not another one renamed. Raises `Mistake` with a near miss if there is none."""
    found = find_image(image.machine, image.name) or next(iter(images_named(image.machine, image.name)), None)
    base = _below(image, found) if found else None
    if found and base and found.id == base.id:
        known = next((tag for tag in base.tags if same_image_name(tag, image.wanted.base)), image.wanted.base)
        raise Mistake("image-only-tagged", name=image.name, base=known)
    if found:
        return found
    beside = all_images(image.machine)
    repositories = {repository_of(tag).rpartition("/")[2]: tag for one in beside for tag in one.tags}
    near = difflib.get_close_matches(image.name, repositories, n=1, cutoff=0.7)
    if near:
        raise Mistake("image-misnamed", name=image.name, near=repositories[near[0]])
    nameless = [one.id for one in beside if not one.tags and not one.digests][:_LOOKED_AT]
    if any(_is_finished(image, fact) for one in nameless if (fact := find_image(image.machine, one))):
        raise Mistake("image-unnamed", name=image.name)
    raise Mistake("image-missing", name=image.name)


class ImageExpectation(Expectation):
    _subject: Image

    def to_exist(self) -> None:
        """The image exists, and is not another image under a second name.

        Asks: the image, the images, those with the name of the base. Diagnoses: `image-missing`, `image-misnamed`,
        `image-unnamed`, `image-only-tagged`.
        """
        built(self._subject)

    def to_be_built_here(self) -> None:
        """It was built from a Dockerfile on this machine, on all the layers of the base in the spec.

        Asks: the images, those with the name of the base, the history of both. Diagnoses: `image-pulled`,
        `image-imported`, `image-committed`, `image-other-base`, `base-gone`, those of `to_exist`.
        """
        image = built(self._subject)
        source = pulled_from(self._subject.machine, image)
        if source:
            raise Mistake("image-pulled", name=self._subject.name, source=source)
        base = _below(self._subject, image, self._subject.wanted.base)
        if base is None:
            raise self._other_base(image)
        own = self._own_history(image, base)
        # `docker commit` writes the container's command where a builder writes an instruction.
        command = " ".join(image.command)
        is_topped_up = any(one.size and one.created_by == command and not one.is_of_a_dockerfile for one in own)
        if is_topped_up or not any(line.is_of_a_dockerfile for line in own):
            raise Mistake("image-committed", name=self._subject.name, evidence=tuple(line.created_by for line in own))

    def to_declare_how_it_runs(self) -> None:
        """It has its own command, port and working directory, so that `docker run` needs no more than a name.

        Asks: the image, those with the name of the base. Diagnoses: `image-no-command`, `image-no-port`,
        `image-other-port`, `image-no-workdir`, those of `to_exist`.
        """
        image, port = built(self._subject), self._subject.wanted.port
        base = _below(self._subject, image)
        own = (image.command, image.entrypoint)
        values: dict[str, Any] = {"name": self._subject.name, "port": port}
        if not any(own) or (base and own == (base.command, base.entrypoint)):
            raise Mistake("image-no-command", seen=" ".join(image.command) or "-", **values)
        if f"{port}/tcp" not in image.exposed:
            others = [one for one in image.exposed if base is None or one not in base.exposed]
            raise Mistake("image-other-port" if others else "image-no-port", seen=", ".join(others), **values)
        if image.workdir in {"", "/"}:
            raise Mistake("image-no-workdir", **values)

    def to_be_small(self) -> None:
        """It is smaller than the limit in the spec, and than the other images of the base's repository.

        Asks: the image, those of the base's repository. Diagnoses: `image-too-big`, `image-not-lighter`, those of
        `to_exist`.
        """
        image, wanted = built(self._subject), self._subject.wanted
        values: dict[str, Any] = {"name": self._subject.name, "mb": image.size // _MB, "limit": wanted.under_mb}
        if image.size >= wanted.under_mb * _MB:
            lines = sorted(image_history(self._subject.machine, image.id), key=lambda line: -line.size)[:3]
            evidence = tuple(f"{line.size // _MB} MB  {line.created_by}" for line in lines)
            beneath = _below(self._subject, image)
            if beneath and beneath.size >= wanted.under_mb * _MB and not _below(self._subject, image, wanted.base):
                raise self._other_base(image)  # on that base, nobody could make it small
            raise Mistake("image-too-big", evidence=evidence, **values)
        for other in images_named(self._subject.machine, repository_of(wanted.base)):
            is_base = any(same_image_name(tag, wanted.base) for tag in other.tags) or image.is_built_on(other)
            if other.tags and not is_base and image.size >= other.size:
                raise Mistake("image-not-lighter", other=other.tags[0], other_mb=other.size // _MB, **values)

    def to_contain_the_code_of(self, container: Container) -> None:
        """The code that the container runs is in the image: not mounted over it, not copied in later.

        Asks: one inspect, `docker diff`, the history; a listing of each mount near the code. Diagnoses: `code-mounted`,
        `code-copied-in`, `code-not-in-image`, those of a missing container or image.
        """
        fact = there(container)
        mount = code_mount(self._subject.machine, fact)
        if mount:
            raise Mistake("code-mounted", name=fact.name, inside=mount.inside, source=mount.source or mount.type)
        copied = copied_code(self._subject.machine, fact)
        if copied:
            raise Mistake("code-copied-in", name=fact.name, path=copied)
        image = built(self._subject)
        base = _below(self._subject, image)
        if base and not any(line.size for line in self._own_history(image, base)):
            raise Mistake("code-not-in-image", name=self._subject.name)

    def _own_history(self, image: ImageFact, base: ImageFact) -> tuple[HistoryLine, ...]:
        return image_history(self._subject.machine, image.id)[len(image_history(self._subject.machine, base.id)) :]

    def _other_base(self, image: ImageFact) -> Mistake:
        name, base = self._subject.name, self._subject.wanted.base
        if any(line.is_imported for line in image_history(self._subject.machine, image.id)[-1:]):
            return Mistake("image-imported", name=name)
        if not images_named(self._subject.machine, base):
            return Mistake("base-gone", name=name, base=base)
        near = "-"
        deepest = 0
        for one in all_images(self._subject.machine)[:_LOOKED_AT]:
            other = find_image(self._subject.machine, one.id) if one.tags else None
            if other and deepest < len(other.layers) and image.is_built_on(other):
                tags = [tag for tag in other.tags if not same_image_name(tag, name)]
                near, deepest = (tags[0], len(other.layers)) if tags else (near, deepest)
        return Mistake("image-other-base", name=name, base=base, near=near)


def _is_finished(image: Image, fact: ImageFact) -> bool:
    """True for the result of a whole Dockerfile, not for an intermediate image of a builder."""
    base = _below(image, fact)
    return base is not None and (fact.command, fact.entrypoint) != (base.command, base.entrypoint)


def _below(image: Image, fact: ImageFact, name: str = "") -> ImageFact | None:
    """The image called `name` (by default any of the base's repository) that `fact` is built on."""
    candidates = images_named(image.machine, name or repository_of(image.wanted.base))
    beneath = [one for one in candidates if fact.is_built_on(one)]
    return max(beneath, key=lambda one: len(one.layers), default=None)
