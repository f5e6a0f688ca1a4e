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
from grader.machine.json_decoding import MalformedJsonError, decode_json

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

        Asks: the list, one inspect, one or two HTTP requests of the registry's API. Diagnoses: `not-a-registry`,
        `image-not-pushed`, `image-pushed-under-another-name`, `tag-not-pushed`, those of a site that does not answer.
        """
        repository, _, tag = image.partition(":")
        page = fetch_page(self._subject.site, f"/v2/{quote(repository)}/tags/list")
        values = {"image": image, "port": self._subject.site.port}
        if page.status == 404:
            catalog = _decode(fetch_page(self._subject.site, "/v2/_catalog"), _Catalog)
            if catalog is None:
                raise CheckFailed("not-a-registry", evidence=(page.body[:120],), **values)
            near = find_near(repository, dict.fromkeys(catalog.repositories or (), ""))
            code = "image-pushed-under-another-name" if near else "image-not-pushed"
            raise CheckFailed(code, evidence=(), near=near, **values)
        tags = _decode(page, _Tags)
        if tags is None:
            raise CheckFailed("not-a-registry", evidence=(page.body[:120],), **values)
        if tag and tag not in (tags.tags or ()):
            raise CheckFailed("tag-not-pushed", evidence=(), seen=", ".join(tags.tags or ()), **values)

    def to_provide_the_image_of(self, container: Container) -> None:
        """The container was created from an image of this registry, by its full name: `localhost:5000/my-app`.

        Asks: the list, one inspect. Diagnoses: `image-not-from-registry`, those of a missing container.
        """
        fact, port = require_container(container), self._subject.site.port
        if not re.match(rf"[^/]+:{port}/", fact.image):
            raise CheckFailed("image-not-from-registry", name=fact.name, image=fact.image, port=port)


def _decode(page: Answer, shape: type[Shape]) -> Shape | None:
    try:
        return decode_json(page.body, shape) if page.status == 200 else None
    except MalformedJsonError:
        return None
