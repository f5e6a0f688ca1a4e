"""What can be expected of an image: built here on the right base, self-describing, small, with the code in it."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from grader.checks.containers.expectation import require_container
from grader.checks.containers.health import require_meaningful_test
from grader.checks.containers.image import require_latest_build
from grader.checks.containers.settings import require_label
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.images.code import files_in_command, find_code_mount, find_copied_code
from grader.checks.images.presence import MAX_COMPARED, find_base, require_image, require_own_command
from grader.errors import ExerciseError
from grader.probes.containers.files import has_file
from grader.probes.containers.find import NoContainer, find_container
from grader.probes.images.history import measure_image, read_history
from grader.probes.images.images import find_image, find_images, is_same_image_name, list_images, repository_of
from grader.probes.images.pulls import find_pull_source

if TYPE_CHECKING:
    from grader.machine.subjects import Container, Image
    from grader.probes.images.history import HistoryLine
    from grader.probes.images.images import ImageFact

_ROOT: Final = PurePosixPath("/")
_MB: Final = 1_000_000
"""As `docker images` counts."""


class ImageExpectation(Expectation):
    _subject: Image

    def to_exist(self) -> None:
        """The image exists, and is not another image under a second name.

        Asks: the image, the images, those with the name of the base. Diagnoses: `image-missing`, `image-misnamed`,
        `image-unnamed`, `image-only-tagged`.
        """
        require_image(self._subject)

    def to_be_built_here(self) -> None:
        """It was built from a Dockerfile on this machine, on all the layers of the base in the spec.

        Asks: the images, those with the name of the base, the history of both. Diagnoses: `image-pulled`,
        `image-imported`, `image-committed`, `image-other-base`, `base-gone`, those of `to_exist`.
        """
        self._require_key("base")
        image = require_image(self._subject)
        source = find_pull_source(self._subject.machine, image)
        if source:
            raise CheckFailed("image-pulled", name=self._subject.name, source=source)
        base = find_base(self._subject, image, self._subject.wanted.base)
        if base is None:
            raise self._diagnose_other_base(image)
        own = self._own_history(image, base)
        # `docker commit` writes the container's command where a builder writes an instruction.
        command = " ".join(image.command)
        is_topped_up = any(one.size and one.created_by == command and not one.is_dockerfile_instruction for one in own)
        if is_topped_up or not any(line.is_dockerfile_instruction for line in own):
            raise CheckFailed(
                "image-committed", name=self._subject.name, evidence=tuple(line.created_by for line in own)
            )

    def to_declare_how_it_runs(self) -> None:
        """It has its own command, port and working directory, so that `docker run` needs no more than a name.

        The program is not at the root of the disk. Asks: the image, those with the name of the base.
        Diagnoses: `image-no-command`, `image-no-port`, `image-other-port`, `image-no-workdir`, `code-at-the-root`,
        those of `to_exist`.
        """
        self._require_key("port")
        image, port = require_image(self._subject), self._subject.wanted.port
        base = find_base(self._subject, image)
        values: dict[str, Any] = {"name": self._subject.name, "port": port}
        require_own_command(self._subject, image)
        if f"{port}/tcp" not in image.exposed:
            others = [one for one in image.exposed if base is None or one not in base.exposed]
            raise CheckFailed("image-other-port" if others else "image-no-port", seen=", ".join(others), **values)
        if image.workdir in {"", "/"}:
            raise CheckFailed("image-no-workdir", **values)
        at_root = next((path for path in files_in_command(image) if path.parent == _ROOT), None)
        if at_root:
            raise CheckFailed("code-at-the-root", path=at_root, workdir=image.workdir, **values)

    def to_be_small(self) -> None:
        """It is smaller than the limit in the spec, and than the other images of the base's repository.

        Asks: the image, those of the base's repository, in containerd's store also their history.
        Diagnoses: `image-too-big`, `image-not-lighter`, those of `to_exist`.
        """
        self._require_key("under_mb")
        image, wanted, machine = require_image(self._subject), self._subject.wanted, self._subject.machine
        limit, size = wanted.under_mb * _MB, measure_image(machine, image)
        values: dict[str, Any] = {"name": self._subject.name, "mb": size // _MB, "limit": wanted.under_mb}
        if size >= limit:
            lines = sorted(read_history(machine, image.id), key=lambda line: -line.size)[:3]
            evidence = tuple(f"{line.size // _MB} MB  {line.created_by}" for line in lines)
            beneath = find_base(self._subject, image)
            is_too_big_already = beneath is not None and measure_image(machine, beneath) >= limit
            if is_too_big_already and not find_base(self._subject, image, wanted.base):
                raise self._diagnose_other_base(image)  # on that base, nobody could make it small
            raise CheckFailed("image-too-big", evidence=evidence, **values)
        for other in find_images(machine, repository_of(wanted.base)):
            is_base = any(is_same_image_name(tag, wanted.base) for tag in other.tags) or image.is_built_on(other)
            if other.tags and not is_base and size >= (other_size := measure_image(machine, other)):
                raise CheckFailed("image-not-lighter", other=other.tags[0], other_mb=other_size // _MB, **values)

    def to_be_run_as_it_says(self, container: Container) -> None:
        """The container, if there is one, runs the image's own command: none was given after the image's name.

        A missing container is for other checks. Asks: the list, one inspect, the image. Diagnosis: `command-typed`.
        """
        fact = find_container(container)
        image = None if isinstance(fact, NoContainer) else find_image(self._subject.machine, fact.image_id)
        if isinstance(fact, NoContainer) or image is None:
            return
        if not any(is_same_image_name(name, self._subject.name) for name in (fact.image, *image.tags)):
            return  # the container's own check says so
        own = (*image.entrypoint, *image.command)
        if own and fact.command != own:
            require_latest_build(self._subject.machine, fact, self._subject.name)
            raise CheckFailed(
                "command-typed",
                name=fact.name,
                image=self._subject.name,
                seen=" ".join(fact.command),
                own=" ".join(own),
            )

    def to_contain_the_code_of(self, container: Container) -> None:
        """The code that the container runs is in the image: not mounted over it, not copied in later.

        Asks: one inspect, `docker diff`, the history; a listing of each mount near the code. Diagnoses: `code-mounted`,
        `code-copied-in`, `code-not-in-image`, those of a missing container or image.
        """
        fact = require_container(container)
        machine = self._subject.machine
        mount, copied = find_code_mount(machine, fact), ""
        if mount is None:
            copied = find_copied_code(machine, fact)
        if mount or copied:  # a container of an older build is not what the student would hand in
            require_latest_build(machine, fact, self._subject.name)
        values: dict[str, Any] = {"name": fact.name, "image": self._subject.name}
        if mount:
            raise CheckFailed("code-mounted", inside=mount.target, source=mount.source or mount.type, **values)
        if copied:
            raise CheckFailed("code-copied-in", path=copied, **values)
        image = require_image(self._subject)
        base = find_base(self._subject, image)
        if base and not any(line.adds_files for line in self._own_history(image, base)):
            raise CheckFailed("code-not-in-image", name=self._subject.name)

    def to_add_at_most_layers(self, count: int) -> None:
        """It adds at most that many layers to its base: commands that belong together are in one `RUN`.

        Asks: the image, those with the name of the base, the history. Diagnoses: `image-too-many-layers`,
        `image-other-base` and the like, those of `to_exist`.
        """
        self._require_key("base")
        image = require_image(self._subject)
        base = find_base(self._subject, image, self._subject.wanted.base)
        if base is None:
            raise self._diagnose_other_base(image)
        added = len(image.layers) - len(base.layers)
        if added > count:
            lines = tuple(line.created_by for line in self._own_history(image, base) if line.adds_files)
            raise CheckFailed(
                "image-too-many-layers", name=self._subject.name, seen=added, wanted=count, evidence=lines
            )

    def to_leave_out(self, *paths: str, of: Container) -> None:
        """What only the build needs is not in the final image: compilers, sources, caches.

        A container `of` the image shows its files. Asks: the list, one inspect, one `docker cp` per path. Diagnoses:
        `build-file-in-image`, those of a missing container.
        """
        self._require_without("build-file-in-image", paths, of)

    def to_ignore(self, *paths: str, of: Container) -> None:
        """Files of the build context that `.dockerignore` names are not in the image.

        A path may be relative to its working directory. A container `of` the image shows its files. Asks: the list, one
        inspect, one `docker cp` per path. Diagnoses: `ignored-file-in-image`, those of a missing container.
        """
        self._require_without("ignored-file-in-image", paths, of)

    def to_have_a_health_check(self) -> None:
        """It has a `HEALTHCHECK` that can fail.

        Asks: the image. Diagnoses: `health-check-missing`, `health-check-disabled`, `health-check-always-passes`, those
        of `to_exist`.
        """
        require_meaningful_test(self._subject.name, require_image(self._subject).health_test)

    def to_have_label(self, label: str, value: str | None = None) -> None:
        """It has the label; if `value` is given, with that value.

        Asks: the image. Diagnoses: `label-missing`, `label-misnamed`, `label-other-value`, those of `to_exist`.
        """
        require_label(self._subject.name, require_image(self._subject).labels, label, value)

    def _require_without(self, code: str, paths: tuple[str, ...], container: Container) -> None:
        fact = require_container(container)
        require_latest_build(self._subject.machine, fact, self._subject.name)
        for path in paths:
            inside = posixpath.join(fact.workdir or "/", path)
            if has_file(self._subject.machine, fact.id, inside):
                raise CheckFailed(code, name=self._subject.name, path=inside)

    def _require_key(self, key: str) -> None:
        if not getattr(self._subject.wanted, key):
            raise ExerciseError("spec.no-key", table=f"built.{self._subject.role}", key=key)

    def _own_history(self, image: ImageFact, base: ImageFact) -> tuple[HistoryLine, ...]:
        return read_history(self._subject.machine, image.id)[len(read_history(self._subject.machine, base.id)) :]

    def _diagnose_other_base(self, image: ImageFact) -> CheckFailed:
        name, base = self._subject.name, self._subject.wanted.base
        if any(line.is_imported for line in read_history(self._subject.machine, image.id)[-1:]):
            return CheckFailed("image-imported", name=name)
        if not find_images(self._subject.machine, base):
            return CheckFailed("base-gone", name=name, base=base)
        near = ""
        deepest = 0
        for one in list_images(self._subject.machine)[:MAX_COMPARED]:
            other = find_image(self._subject.machine, one.id) if one.tags else None
            if other and deepest < len(other.layers) and image.is_built_on(other):
                tags = [tag for tag in other.tags if not is_same_image_name(tag, name)]
                near, deepest = (tags[0], len(other.layers)) if tags else (near, deepest)
        return CheckFailed("image-other-base", name=name, base=base, near=near)
