"""Engine data with images in it, made once per way of storing them and copied to every machine."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import image_catalog, image_layers
from tests.lab.image_catalog import full_name
from tests.lab.images import load_images
from tests.lab.machines.machine import stop_engine
from tests.lab.machines.start import start
from tests.lab.machines.sweep import owned_group
from tests.lab.process import print_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.lab_folder import Lab
    from tests.lab.machines.spec import MachineKind


def engine_data(lab: Lab, kind: MachineKind, images: Sequence[str]) -> Path:
    """The data folder of a stopped engine with these images. Read-only."""
    wanted = sorted(full_name(image) for image in images)
    sources = b"".join(Path(source).read_bytes() for source in (image_catalog.__file__, image_layers.__file__))
    digest = hashlib.sha256(f"{kind.storage}{wanted}".encode() + sources).hexdigest()[:12]
    made = lab.root / "seeds" / f"{kind.suite}-{digest}"
    with lab.locked(made.name):
        if not made.exists():
            print_progress(f"loading {', '.join(wanted)} into an engine for {kind.name} machines (once)…")
            made.parent.mkdir(exist_ok=True)
            with owned_group(lab, f"seed-{digest}") as group:
                [machine] = start(lab, group, {"seed": kind}, {})
                load_images(machine.engine, lab, wanted)
                stop_engine(machine)
                data = group / "machines" / "seed" / "data"
                # Docker stores its id there since 23.0: every machine needs its own.
                (data / "engine-id").unlink(missing_ok=True)
                shutil.move(data, made)
    return made
