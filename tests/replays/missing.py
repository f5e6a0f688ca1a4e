"""Solutions and tests without a recording, or with an outdated one."""

from __future__ import annotations

from typing import Final

from tests.replays.names import Selection, solution_hash
from tests.replays.stored_recording import read_header, recorded_names

NOT_RECORDED: Final = {
    "test_a_killed_task_costs_nothing_when_it_is_graded_again": "not all its checks pass on a kernel without IPVS",
    "test_a_kernel_without_ipvs_is_not_the_students_fault": "not all its checks pass",
    "test_a_service_of_the_same_name_in_another_work_earns_nothing": "it is wrong",
    "test_the_swarm_opens_the_door_itself": "its stand-in for IPVS needs the lab's own engine",
    "test_tp1_long_ago_but_never_started_again_is_seen": "it is wrong",
    "test_tp3_with_buildkit_earns_every_point": "only where a docker client builds with BuildKit",
    "test_traefik_finds_the_replicas_by_their_labels": "only where a registry has traefik",
}
"""Tests of right answers that leave no recording, and why."""


def find_missing(wanted: Selection) -> Selection:
    """Those of `wanted` that must be recorded: they have no recording, or the solution has changed since."""
    headers = [read_header(name) for name in recorded_names()]
    tests = {header.test for header in headers}
    hashes = {header.name: header.solution for header in headers}
    return Selection(
        tuple(name for name in wanted.solutions if hashes.get(name) != solution_hash(name)),
        tuple(test for test in wanted.tests if test not in tests and _function(test) not in NOT_RECORDED),
    )


def _function(test: str) -> str:
    return test.partition("::")[2].partition("[")[0]
