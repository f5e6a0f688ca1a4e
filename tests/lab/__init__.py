"""The test lab: real engines, real images, real machines. Linux only; most of it needs root.

What a test uses:

- `ready_engine(lab)` finds or starts an engine, `ensure_images(engine, lab, names)` puts images on it;
- `Engine.docker("ps")` runs the docker client on it, with a time limit;
- `wipe(engine)` empties the lab's own engine between two tests.

By hand: `python -m tests.lab --help`.
"""

from __future__ import annotations

from tests.lab.choose_engine import answering_engine, ready_engine, running_engine
from tests.lab.engine import Engine, wipe
from tests.lab.images import ensure_images
from tests.lab.lab_folder import Lab
from tests.lab.process import LabError, run, wait_until

__all__ = [
    "Engine",
    "Lab",
    "LabError",
    "answering_engine",
    "ensure_images",
    "ready_engine",
    "run",
    "running_engine",
    "wait_until",
    "wipe",
]
