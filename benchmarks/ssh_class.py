"""A class over SSH, the same eight questions per machine: the grader, stock testinfra with xdist, and a baseline."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from benchmarks.lab_class import LabClass
from benchmarks.timing import ratio, run_in_turn
from tests.lab.classroom import machine_names
from tests.lab.machines import DOCKER_20, machines
from tests.lab.process import print_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings
    from benchmarks.timing import Timing

_OUR_EXCHANGE: Final = ("-o", "KexAlgorithms=^curve25519-sha256")
"""The key exchange that the grader chooses: the default one is most of the cost of an `ssh`."""


def classroom(setting: BenchmarkSettings) -> Iterator[Figure]:
    small, large, rounds = setting.smaller_class, setting.machines, setting.rounds
    print_progress(f"bench: {large} machines with their own engine and sshd…")
    kinds = dict.fromkeys(machine_names(large), DOCKER_20)
    with machines(setting.lab, kinds, ("nginx", "ubuntu")) as started:
        at_work = LabClass(started, setting.folder)
        at_work.do_tp2()
        print_progress(f"bench: {small} and {large} machines, graded in turn with the floor…")
        calls = {
            "ours": lambda: at_work.run_grader(small),
            "floor": lambda: at_work.run_baseline(small),
            "large": lambda: at_work.run_grader(large),
            "large floor": lambda: at_work.run_baseline(large),
            "quick floor": lambda: at_work.run_baseline(small, *_OUR_EXCHANGE),
            "large quick floor": lambda: at_work.run_baseline(large, *_OUR_EXCHANGE),
        }
        half = run_in_turn(calls, rounds // 2)
        print_progress(f"bench: {small} machines with stock testinfra and xdist (the slow one)…")
        stock = at_work.run_stock_testinfra(small)
        rest = run_in_turn(calls, rounds - rounds // 2)
    yield from _figures({name: half[name] + rest[name] for name in calls}, stock, small, large)


def _figures(found: dict[str, list[Timing]], stock: Timing, small: int, large: int) -> Iterator[Figure]:
    times = {name: [one.seconds for one in taken] for name, taken in found.items()}
    middle = {name: statistics.median(taken) for name, taken in times.items()}
    cpu = {name: statistics.median(one.cpu_s for one in taken) for name, taken in found.items()}
    memory = {name: max(one.peak_mb for one in taken) for name, taken in found.items()}
    yield Figure(
        f"{small} machines: stock testinfra with xdist compared with `grader batch`",
        stock.seconds / middle["ours"],
        "×",
        "at least 10",
        f"{stock.seconds:.1f} s, one run in the middle, to {middle['ours']:.2f} s",
    )
    yield Figure(
        f"{small} machines: `grader batch` compared with one `ssh` and `curl` per machine",
        ratio(times["ours"], times["floor"]),
        "×",
        "at most 1.4",
        f"{middle['ours']:.2f} s to {middle['floor']:.2f} s",
    )
    yield Figure(
        f"{large} machines: the same", ratio(times["large"], times["large floor"]), "×", "at most 1.2",
        f"{middle['large']:.2f} s to {middle['large floor']:.2f} s",
    )  # fmt: skip
    for size, ours, floor in ((small, "ours", "quick floor"), (large, "large", "large quick floor")):
        yield Figure(
            f"{size} machines: the same, with the grader's key exchange for that `ssh`",
            ratio(times[ours], times[floor]),
            "×",
            note=f"{middle[ours]:.2f} s to {middle[floor]:.2f} s",
        )  # fmt: skip
    growth = ratio([one / large for one in times["large"]], [one / small for one in times["ours"]])
    yield Figure(f"time per machine, {large} to {small}", 100 * (growth - 1), "%", "grows by less than 10")
    yield Figure("the parent's peak memory", memory["large"], "MB")
    yield Figure(f"more than with {small}", memory["large"] - memory["ours"], "MB", "less than 20")
    yield Figure(
        f"processor time per machine, {large} machines",
        1000 * cpu["large"] / large,
        "ms",
        note="the grader's side only",
    )
    yield Figure("the same for the one `ssh`", 1000 * cpu["large floor"] / large, "ms")
    per_machine = (cpu["large"] - cpu["ours"]) / (large - small)
    yield Figure("the same before the first machine", 1000 * (cpu["ours"] - small * per_machine), "ms", note="imports")
