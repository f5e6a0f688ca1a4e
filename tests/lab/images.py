"""Puts missing images on an engine: pulled if a registry answers, else made here."""

from __future__ import annotations

import selectors
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.engine import docker_client
from tests.lab.image_archive import write_images
from tests.lab.image_catalog import full_name, recipe
from tests.lab.loaded_images import record_loaded_images
from tests.lab.process import LabError, print_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.engine import Engine
    from tests.lab.lab_folder import Lab

REGISTRY_ANSWERS_WITHIN_S = 5
PULL_LIMIT_S = 300
LOAD_LIMIT_S = 300


def ensure_images(engine: Engine, lab: Lab, names: Sequence[str]) -> list[str]:
    """Make sure that the engine has these images; returns the names of those that were missing."""
    listed = engine.docker("images", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    has = {name.removeprefix("docker.io/").removeprefix("library/") for name in listed}
    missing = [name for name in dict.fromkeys(full_name(name) for name in names) if name not in has]
    to_make: list[str] = []
    for position, name in enumerate(missing):
        pulled = _pull(engine, name)
        if pulled is None:
            to_make += missing[position:]
            break
        if not pulled:
            to_make.append(name)
    if to_make:
        load_images(engine, lab, to_make)
    record_loaded_images(lab, engine, missing)
    return missing


def load_images(engine: Engine, lab: Lab, names: Sequence[str]) -> None:
    """Make these images from Debian's packages and load them, even if a registry has them."""
    recipes = {name: recipe(name) for name in names}
    with tempfile.TemporaryDirectory(prefix="images-", dir=lab.root) as folder:
        archive = Path(folder) / "images.tar"
        write_images(lab, recipes, archive)
        print_progress(f"loading {', '.join(names)}…")
        engine.docker("load", "--quiet", "--input", archive, limit_s=LOAD_LIMIT_S)


def _pull(engine: Engine, name: str) -> bool | None:
    """Whether the image was pulled; `None` if no registry answers within seconds, so that asking again is useless."""
    client = docker_client()
    if client is None:
        raise LabError("no docker client")
    with subprocess.Popen(
        [client, "pull", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=engine.env()
    ) as pull:
        if pull.stdout is None:
            raise LabError("docker pull gave no output")
        try:
            answered = _registry_answers(pull)
            if answered:
                print_progress(f"pulling {name}…")
                pull.stdout.read()
                return pull.wait(PULL_LIMIT_S) == 0
        finally:
            pull.kill()
    return None


def _registry_answers(pull: subprocess.Popen[str]) -> bool:
    """The client prints `… Pulling from …` once the registry has answered; before that, at most the tag."""
    output = pull.stdout
    if output is None:
        return False
    with selectors.DefaultSelector() as ready:
        ready.register(output, selectors.EVENT_READ)
        while ready.select(REGISTRY_ANSWERS_WITHIN_S):
            line = output.readline()
            if "Pulling from" in line:
                return True
            if not line:
                return False
    return False
