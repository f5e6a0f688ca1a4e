"""What can be expected of a local registry: it has an image, and containers use the image from there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec

from grader.checks.containers.expectation import require_container
from grader.checks.containers.settings import find_near
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.http.sites import fetch_page
from grader.checks.polling import eventually
from grader.checks.settling import find_facts
from grader.errors import ProbeFailed
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.probes.images.images import find_image

if TYPE_CHECKING:
    from grader.machine.question import Answer
    from grader.machine.subjects import Container, Registry


Shape = TypeVar("Shape")


class _Tags(msgspec.Struct):
    tags: list[str] | None = None


class _Catalog(msgspec.Struct):
    repositories: list[str] | None = None


class RegistryExpectation(Expectation):
    _subject: Registry

    def to_have(self, image: str) -> None:
        """It has the image, such as `my-app` or `my-app:1.0`: somebody pushed it there.

        A registry that asks for a password is an error, not a failure. Asks: the list, one inspect, one or two HTTP
        requests of the registry's API. Diagnoses: `not-a-registry`,
        `image-not-pushed`, `image-pushed-under-another-name`, `tag-not-pushed`, those of a site that does not answer.
        """
        eventually(
            self._subject.machine,
            lambda: self._require(image),
            within_s=self._within_s,
            depends_on=lambda: find_facts(self._subject.site.container),
        )

    def to_provide_the_image_of(self, container: Container) -> None:
        """The container was created from an image of this registry, by its full name: `localhost:5000/my-app`.

        An engine that notes what was pushed and pulled must have noted so of that image. Asks: the list, one inspect,
        the image. Diagnoses: `image-not-from-registry`, `image-not-as-pushed`, those of a missing container.
        """
        fact, port = require_container(container), self._subject.site.port
        is_from_here = re.compile(rf"[^/]+:{port}/").match
        if not is_from_here(fact.image):
            raise CheckFailed("image-not-from-registry", name=fact.name, image=fact.image, port=port)
        image = find_image(self._subject.machine, fact.image_id)
        # Podman and containerd's store give every image a digest under its own name: then nothing is known.
        if image and not any(map(is_from_here, image.digests)):
            raise CheckFailed("image-not-as-pushed", name=fact.name, image=fact.image, port=port)

    def _require(self, image: str) -> None:
        repository, _, tag = image.partition(":")
        page = self._fetch(f"/v2/{quote(repository)}/tags/list")
        values = {"image": image, "port": self._subject.site.port}
        if page.status == 404:
            catalog = _decode(self._fetch("/v2/_catalog"), _Catalog)
            if catalog is None:
                raise CheckFailed("not-a-registry", evidence=(page.body[:120],), **values)
            near = _find_near_repository(repository, catalog.repositories or [])
            code = "image-pushed-under-another-name" if near else "image-not-pushed"
            raise CheckFailed(code, evidence=(), near=near, **values)
        found = _decode(page, _Tags)
        if found is None:
            raise CheckFailed("not-a-registry", evidence=(page.body[:120],), **values)
        if not found.tags:  # every one was deleted
            raise CheckFailed("image-not-pushed", evidence=(), near="", **values)
        if tag and tag not in found.tags:
            raise CheckFailed("tag-not-pushed", evidence=(), seen=", ".join(found.tags), **values)

    def _fetch(self, path: str) -> Answer:
        site = self._subject.site
        page = fetch_page(site, path)
        if page.status in {401, 403}:
            raise ProbeFailed("registry-closed", port=str(site.port))
        if page.status >= 500:
            raise CheckFailed("site-error", evidence=(page.body[:120],), port=site.port, status=page.status)
        return page


def _find_near_repository(wanted: str, known: list[str]) -> str:
    """The name that may be a slip for `wanted`, or that has a folder before it; empty if there is none."""
    in_a_folder = next((name for name in known if name.endswith(f"/{wanted}")), "")
    return in_a_folder or find_near(wanted, dict.fromkeys(known, ""))


def _decode(page: Answer, shape: type[Shape]) -> Shape | None:
    try:
        return decode_json(page.body, shape) if page.status == 200 else None
    except MalformedJsonError:
        return None
