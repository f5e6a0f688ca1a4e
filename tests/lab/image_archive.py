"""Writes images in the format of `docker load`: no build, and the same image ids on every engine."""

from __future__ import annotations

import hashlib
import json
import platform
import tarfile
from typing import TYPE_CHECKING

from tests.lab.image_catalog import PATH, Recipe, registry_name
from tests.lab.image_layers import PYTHON, debian_root
from tests.lab.tar_entries import add_file, add_folder, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tests.lab.lab_folder import Lab

CREATED = "2024-01-01T00:00:00Z"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_FOLDERS = ("usr/local", "usr/local/bin", "usr/local/etc", "usr/local/lib", f"usr/local/lib/python{PYTHON}", "data")
"""They are not in the Debian root: rootless Docker closes the folders around a layer's files that no layer has."""


def write_images(lab: Lab, images: Mapping[str, Recipe], archive: Path) -> None:
    """Write the images, by full name, into one archive; shared layers are stored once."""
    written: dict[Path, str] = {}
    manifest = []
    with tarfile.open(archive, "w") as tar:
        for name, recipe in images.items():
            layers = list(_layers(lab, recipe))
            for layer in layers:
                if layer not in written:
                    written[layer] = _digest(layer)
                    tar.add(layer, f"{written[layer]}/layer.tar", filter=plain)
            digests = [written[layer] for layer in layers]
            config = json.dumps(_config(recipe, digests)).encode()
            config_name = f"{hashlib.sha256(config).hexdigest()}.json"
            add_file(tar, config_name, config)
            files = [f"{digest}/layer.tar" for digest in digests]
            manifest.append({"Config": config_name, "RepoTags": [registry_name(name)], "Layers": files})
        add_file(tar, "manifest.json", json.dumps(manifest))


def _layers(lab: Lab, recipe: Recipe) -> Iterable[Path]:
    yield debian_root(lab)
    if recipe.packages:
        yield recipe.packages(lab)
    own = lab.cache / f"{recipe.names[0].replace(':', '-')}.tar"
    with tarfile.open(own, "w") as tar:
        recipe.own(tar)
        for folder in sorted({*_FOLDERS}.difference(tar.getnames())):  # Docker loads no layer that names a path twice
            add_folder(tar, folder)
    yield own


def _config(recipe: Recipe, digests: list[str]) -> dict[str, object]:
    """An image's configuration, as in the OCI image specification."""
    settings: dict[str, object] = {"Env": [PATH, *recipe.env], "Cmd": recipe.cmd}
    if recipe.entrypoint:
        settings["Entrypoint"] = recipe.entrypoint
    if recipe.port:
        settings["ExposedPorts"] = {f"{recipe.port}/tcp": {}}
    if recipe.volume:
        settings["Volumes"] = {recipe.volume: {}}
    if recipe.workdir:
        settings["WorkingDir"] = recipe.workdir
    if recipe.stop_signal:
        settings["StopSignal"] = recipe.stop_signal
    return {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "created": CREATED,
        "config": settings,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
        "history": [{"created": CREATED, "created_by": f"layer {digest[:12]}"} for digest in digests],
    }


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
