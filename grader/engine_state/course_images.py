"""Finds names of the course's images that a submission has given to an image of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from docker.errors import NotFound

from grader.probes.images.images import is_same_image_name

if TYPE_CHECKING:
    from collections.abc import Collection

    import docker

    from grader.engine_state.engine_state import EngineState


def replaced_images(client: docker.APIClient, before: EngineState, course_images: Collection[str]) -> tuple[str, ...]:
    """Return the names of `course_images` that name something else than in `before`, such as `ubuntu:latest`.

    A `build:` with `image: ubuntu` gives any image that name, and so does `docker tag`. Pulling the image, or building
    on it, is fine. On an engine that keeps digests of what was built as well (containerd's image store), an image that
    is older than the run counts as pulled. Raises what the client raises.
    """
    found: list[str] = []
    for image in client.images(all=True):
        for name in image.get("RepoTags") or []:
            meant = [one for one in course_images if is_same_image_name(name, one)]
            if not meant or before.image_names.get(name) == image["Id"] or _is_pulled(image, meant, before):
                continue
            originals = {
                id_ for tag, id_ in before.image_names.items() if any(is_same_image_name(tag, one) for one in meant)
            }
            if not _is_built_on(client, str(image["Id"]), originals):
                found.append(str(name))
    return tuple(sorted(found))


def _is_pulled(image: dict[str, Any], meant: list[str], before: EngineState) -> bool:
    digests = image.get("RepoDigests") or []
    is_of_the_course = any(is_same_image_name(str(digest), one) for digest in digests for one in meant)
    return is_of_the_course and int(image.get("Created") or 0) < _timestamp(before.observed_at)


def _timestamp(time: str) -> float:
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:  # an engine that does not give its time: only digests count
        return float("inf")


def _is_built_on(client: docker.APIClient, image: str, originals: Collection[str]) -> bool:
    layers = _layers(client, image)
    below = (_layers(client, one) for one in originals)
    return any(base and layers[: len(base)] == base for base in below)


def _layers(client: docker.APIClient, image: str) -> list[str]:
    try:
        found = client.inspect_image(image)  # type: ignore[no-untyped-call]  # missing in types-docker
    except NotFound:  # removed in the meantime
        return []
    return list((found.get("RootFS") or {}).get("Layers") or [])
