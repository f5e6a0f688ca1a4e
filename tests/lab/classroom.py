"""A class of machines to use by hand: a roster to grade, and instructions for breaking things."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

from tests.lab.machines.group import keep_machines
from tests.lab.machines.spec import DOCKER_20
from tests.lab.process import print_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tests.lab.lab_folder import Lab
    from tests.lab.machines.machine import LabMachine

FIRST_NAMES = ("Zoé", "Noël", "Inès", "Anaïs", "Léo", "Chloé", "Maël", "Jade", "Théo", "Lina", "Hugo")
FAMILY_NAMES = ("Lefèvre", "Müller", "O'Brien", "Diallo", "Nguyễn", "García", "Le Goff", "Petit")


def machine_names(size: int) -> list[str]:
    return [f"pc{number:02}" for number in range(1, size + 1)]


def write_roster(path: Path, machines: Iterable[LabMachine]) -> None:
    """A roster with one made-up student per machine, reached over SSH as root."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "email", "group", "machine", "ports"])
        for number, machine in enumerate(machines):
            student = f"e23{number:05}"
            name = f"{FAMILY_NAMES[number % len(FAMILY_NAMES)]} {FIRST_NAMES[number % len(FIRST_NAMES)]}"
            group = "AB"[number % 2]
            rows.writerow([student, name, f"{student}@iut.invalid", group, f"ssh://root@{machine.name}", ""])


def open_classroom(lab: Lab, size: int, images: Sequence[str]) -> None:
    """Start a class that runs until `clean`, and print what to do with it."""
    began = time.monotonic()
    machines = keep_machines(lab, "classroom", dict.fromkeys(machine_names(size), DOCKER_20), images)
    roster = lab.root / "classroom.csv"
    write_roster(roster, machines)
    first, config = machines[0], machines[0].ssh_config
    print_progress(f"""{size} machines in {time.monotonic() - began:.1f} s. `make clean` removes them.

  roster        {roster}
  grade them    grader batch exercises/tp2 --roster {roster} --ssh-config {config} --results results
  log in        ssh -F {config} {first.name}
  its engine    export DOCKER_HOST={first.engine.url}   (its files are in {first.home})
  hang one      kill -STOP {" ".join(map(str, first.processes("dockerd")))}   (kill -CONT resumes it)""")
