"""A group of machines for a test, or a classroom to use by hand."""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from tests.lab.machines.engine_data import engine_data
from tests.lab.machines.start import start
from tests.lab.machines.sweep import KEPT, groups, owned_group, sweep, sweep_orphans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.lab.lab_folder import Lab
    from tests.lab.machines.machine import LabMachine
    from tests.lab.machines.spec import MachineKind

_NUMBERS = count(1)


@contextmanager
def machines(lab: Lab, kinds: Mapping[str, MachineKind], images: Sequence[str] = ()) -> Iterator[list[LabMachine]]:
    """Machines by name and kind, each with these images, ready for use; removed at the end of the `with` block."""
    sweep_orphans(lab)
    seeds = _engine_data(lab, kinds, images)
    with owned_group(lab, f"run{os.getpid()}-{next(_NUMBERS)}") as folder:
        yield start(lab, folder, kinds, seeds)


def keep_machines(
    lab: Lab, name: str, kinds: Mapping[str, MachineKind], images: Sequence[str] = ()
) -> list[LabMachine]:
    """The same, but they stay until `clean`, or until a group of the same name is started."""
    sweep_orphans(lab)
    seeds = _engine_data(lab, kinds, images)
    folder = groups(lab) / name
    folder.mkdir(exist_ok=True)
    sweep(lab, folder)
    (folder / KEPT).touch()
    try:
        return start(lab, folder, kinds, seeds)
    except BaseException:  # Ctrl-C too: half a group is useless
        sweep(lab, folder)
        raise


def _engine_data(lab: Lab, kinds: Mapping[str, MachineKind], images: Sequence[str]) -> dict[MachineKind, Path]:
    return {kind: engine_data(lab, kind, images) for kind in set(kinds.values()) if kind.engine} if images else {}
