"""Images that the lab loaded on someone else's engine, so that `clean` removes these and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.lab.engine import Engine
from tests.lab.process import LabError, print_progress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.lab.lab_folder import Lab


def record_loaded_images(lab: Lab, engine: Engine, names: Iterable[str]) -> None:
    if engine.private:
        return
    noted = _read(lab)
    noted.setdefault(engine.url, {}).update({name: _image_id(engine, name) for name in names})
    _file(lab).write_text(json.dumps(noted), encoding="utf-8")


def remove_loaded_images(lab: Lab) -> None:
    """Untag the images that are still the lab's own; reports those that could not be removed."""
    for url, images in _read(lab).items():
        engine = Engine(url, private=False)
        for name, image_id in images.items():
            try:
                if _image_id(engine, name) == image_id:
                    engine.docker("rmi", name)
            except LabError as error:
                print_progress(f"the image {name} stays on {url}: {error}")
    _file(lab).unlink(missing_ok=True)


def _image_id(engine: Engine, name: str) -> str:
    return engine.docker("image", "inspect", "--format", "{{.Id}}", name, limit_s=10, check=False).stdout.strip()


def _read(lab: Lab) -> dict[str, dict[str, str]]:
    try:
        noted: dict[str, dict[str, str]] = json.loads(_file(lab).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return noted


def _file(lab: Lab) -> Path:
    return lab.root / "loaded.json"
