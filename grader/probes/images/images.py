"""Images: their names in all spellings, and their content. Source: `GET /images/{name}/json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from grader.probes.engine_json import Int64, decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine


@dataclass(frozen=True)
class ImageFact:
    id: str
    tags: tuple[str, ...]
    layers: tuple[str, ...]
    """Digests of the layers, from the bottom."""
    size: int
    """Bytes as the engine reports them: see `measure_image`."""
    command: tuple[str, ...]
    entrypoint: tuple[str, ...]
    user: str
    workdir: str
    exposed: tuple[str, ...]
    env: dict[str, str]
    labels: dict[str, str]
    volumes: tuple[str, ...]
    """Paths for which the engine creates an anonymous volume if nothing else is mounted there."""
    digests: tuple[str, ...]
    """Names with digests, of an image that was pulled or pushed."""
    parent: str
    """The image that the old builder or `docker commit` built it on; empty for any other."""
    created: str
    tagged_at: str
    """When it was last tagged here."""
    processor: str
    """The processor that its programs are for: `amd64`, `arm64`."""
    health_test: tuple[str, ...] = ()
    """`CMD` or `CMD-SHELL` and the command of its `HEALTHCHECK`; `NONE` if it was switched off."""

    @property
    def is_in_containerd_store(self) -> bool:
        """True if its id is the digest of its manifest, as in containerd's image store, not of its configuration."""
        return any(name.endswith(f"@{self.id}") for name in self.digests)

    def is_built_on(self, other: ImageFact) -> bool:
        """True if its lowest layers are all the layers of `other`. An image is built on itself, too."""
        return bool(other.layers) and self.layers[: len(other.layers)] == other.layers


@dataclass(frozen=True)
class ImageSummary:
    """A line of `docker images`."""

    id: str
    tags: tuple[str, ...]
    """Empty for an image without a name: `<none>`."""
    digests: tuple[str, ...]


class _RawHealthcheck(msgspec.Struct, rename="pascal"):
    test: list[str] | None = None


class _RawConfig(msgspec.Struct, rename="pascal"):
    cmd: list[str] | None = None
    entrypoint: list[str] | None = None
    user: str = ""
    working_dir: str = ""
    exposed_ports: dict[str, msgspec.Raw] | None = None
    env: list[str] | None = None
    labels: dict[str, str] | None = None
    volumes: dict[str, msgspec.Raw] | None = None
    healthcheck: _RawHealthcheck | None = None


class _RawMetadata(msgspec.Struct, rename="pascal"):
    last_tag_time: str = ""


class _RawRootFs(msgspec.Struct, rename="pascal"):
    layers: list[str] | None = None


class _RawImage(msgspec.Struct, rename="pascal"):
    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    parent: str = ""
    size: Int64 = 0
    created: str = ""
    architecture: str = ""
    metadata: _RawMetadata | None = None
    config: _RawConfig | None = None
    root_fs: _RawRootFs | None = msgspec.field(default=None, name="RootFS")


class _RawManifest(msgspec.Struct):
    id: str = msgspec.field(default="", name="ID")


class _RawManifests(msgspec.Struct, rename="pascal"):
    manifests: list[_RawManifest] | None = None


class _RawSummary(msgspec.Struct, rename="pascal"):
    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None


def find_image(machine: Machine, name: str) -> ImageFact | None:
    """The image of that name or id, or `None` if the machine has none."""
    answer = machine.engine(f"/images/{quote(name, safe='/:@.-_')}/json")
    if answer.status == 404:
        return None
    raw = decode(answer, _RawImage, "GET /images/{name}/json")
    config = raw.config or _RawConfig()
    return ImageFact(
        id=raw.id,
        tags=tuple(raw.repo_tags or ()),
        layers=tuple(raw.root_fs.layers or ()) if raw.root_fs else (),
        size=raw.size,
        command=tuple(config.cmd or ()),
        entrypoint=tuple(config.entrypoint or ()),
        user=config.user,
        workdir=config.working_dir,
        exposed=tuple(config.exposed_ports or {}),
        env=dict(entry.partition("=")[::2] for entry in config.env or []),
        labels=config.labels or {},
        volumes=tuple(config.volumes or {}),
        digests=tuple(raw.repo_digests or ()),
        parent=raw.parent,
        created=raw.created,
        tagged_at=raw.metadata.last_tag_time if raw.metadata else "",
        processor=raw.architecture,
        health_test=tuple((config.healthcheck.test if config.healthcheck else None) or ()),
    )


def list_manifests(machine: Machine, image: ImageFact) -> frozenset[str]:
    """The digests of the image's manifests, one per platform, with its own id: all that a container can be made of.

    Only containerd's image store has any; engines before API 1.48 do not list them.
    """
    answer = machine.engine(f"/images/{quote(image.id, safe='/:@.-_')}/json", manifests="1")
    raw = decode(answer, _RawManifests, "GET /images/{name}/json") if answer.status == 200 else _RawManifests()
    return frozenset({image.id, *(one.id for one in raw.manifests or ())})


def list_images(machine: Machine) -> tuple[ImageSummary, ...]:
    """Every image of the machine, the newest first, without intermediate images of a builder."""
    raw = decode(machine.engine("/images/json"), list[_RawSummary], "docker images")
    return tuple(ImageSummary(one.id, _drop_none(one.repo_tags), _drop_none(one.repo_digests)) for one in raw)


def find_images(machine: Machine, wanted: str) -> tuple[ImageFact, ...]:
    """The images of that name in any spelling, and those that lost it to a newer image."""
    repository = repository_of(wanted)
    ids = [
        one.id
        for one in list_images(machine)
        if any(is_same_image_name(tag, wanted) for tag in one.tags)
        or (not one.tags and any(is_same_image_name(name, repository) for name in one.digests))
    ]
    return tuple(image for image_id in ids if (image := find_image(machine, image_id)))


def repository_of(name: str) -> str:
    """A name without its tag: `python` of `python:alpine`."""
    return _split_name(name)[0]


def is_same_image_name(name: str, wanted: str) -> bool:
    """True if `typed` is `wanted` with any registry, tag or digest.

    A wanted name with a tag (`python:alpine`) also accepts longer ones (`python:3.12-alpine3.20`).
    """
    typed_name, typed_tag = _split_name(name)
    wanted_name, wanted_tag = _split_name(wanted)
    same = typed_name == wanted_name or typed_name.endswith("/" + wanted_name)
    parts = (part.rstrip("0123456789.") for part in typed_tag.split("-"))
    return same and (not wanted_tag or typed_tag == wanted_tag or wanted_tag in (*typed_tag.split("-"), *parts))


def _drop_none(written: list[str] | None) -> tuple[str, ...]:
    return tuple(name for name in written or () if not name.startswith("<none>"))


def _split_name(name: str) -> tuple[str, str]:
    name = name.partition("@")[0]
    head, _, tail = name.rpartition("/")
    repository, _, tag = tail.partition(":")
    return (f"{head}/{repository}" if head else repository), tag
