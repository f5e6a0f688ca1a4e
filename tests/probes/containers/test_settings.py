"""`HostConfig` and `Healthcheck` of `docker inspect`, as engines write them."""

from __future__ import annotations

from typing import Any

import pytest

from grader.errors import ProbeFailed
from grader.machine.machine import Machine
from grader.machine.question import Answer
from grader.probes.containers.settings import SettingsFact, normalize_capabilities, read_settings
from tests.scripted_machine import ScriptedAnswers, exercise_spec


def read(raw: Any) -> SettingsFact:
    machine = Machine(ScriptedAnswers({"/containers/c1/json": raw}), exercise_spec())
    return read_settings(machine, "c1")


def test_what_is_not_set_limits_nothing() -> None:
    fact = read({"HostConfig": {"Memory": -1, "CpuQuota": -1, "CapAdd": None, "RestartPolicy": None}, "Config": {}})
    assert (fact.memory, fact.cpus, fact.restart_policy, fact.health_test) == (0, 0.0, "", ())
    assert not fact.added_capabilities


def test_a_quota_without_a_period_is_of_the_kernels_default() -> None:
    assert read({"HostConfig": {"CpuQuota": 150_000}, "Config": {}}).cpus == 1.5


def test_a_health_check_keeps_how_it_is_run() -> None:
    config = {"Healthcheck": {"Test": ["CMD-SHELL", "curl -f localhost"], "Interval": 1}}
    assert read({"HostConfig": {}, "Config": config}).health_test == ("CMD-SHELL", "curl -f localhost")


def test_capabilities_have_one_spelling() -> None:
    assert normalize_capabilities(["cap_net_raw", "NET_RAW", "All"]) == {"NET_RAW", "ALL"}


@pytest.mark.parametrize("body", [b"[]", b'{"HostConfig": {"Memory": "much"}, "Config": {}}', b"{"])
def test_another_answer_is_no_fact(body: bytes) -> None:
    with pytest.raises(ProbeFailed):
        read(Answer(200, body))
