"""What a container was given when it was created; each near miss has its diagnosis."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.containers.settings import parse_size
from grader.checks.expect import expect
from grader.errors import ExerciseError
from grader.machine.recording.redaction import REDACTED
from tests.checks.fake_engine_json import FakeContainer, File, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

STATUSES = "sh -c cat /proc/[0-9]*/status"
MB = 1024**2


def web(box: FakeContainer, *, passive: bool = False) -> Any:
    """What can be expected of the container `web`."""
    return expect(FakeMachine(box).as_machine(containers={"web": {"name": "web"}}, passive=passive).container("web"))


def created(**host: Any) -> FakeContainer:
    return fake_container(host=host)


@pytest.mark.parametrize(
    ("policy", "retries", "wanted"),
    [
        ("always", 0, ("always",)),
        ("always", 0, ("unless-stopped", "always")),
        ("on-failure", 3, ("on-failure",)),
        ("on-failure", 3, ("on-failure:3",)),
    ],
)
def test_one_of_the_restart_policies_is_enough(policy: str, retries: int, wanted: tuple[str, ...]) -> None:
    web(created(RestartPolicy={"Name": policy, "MaximumRetryCount": retries})).to_restart(*wanted)


@pytest.mark.parametrize(
    ("host", "code", "seen"),
    [
        ({"RestartPolicy": {"Name": "no"}}, "restart-policy-missing", "no"),
        ({"RestartPolicy": {"Name": ""}}, "restart-policy-missing", "no"),
        ({}, "restart-policy-missing", "no"),
        ({"RestartPolicy": {"Name": "on-failure"}}, "restart-policy-other", "on-failure"),
        ({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}}, "restart-policy-other", "on-failure:5"),
    ],
)
def test_another_restart_policy_is_named(host: dict[str, Any], code: str, seen: str) -> None:
    with fails_with(code, name="web", seen=seen, wanted="always"):
        web(created(**host)).to_restart("always")


def test_a_number_of_retries_that_the_handout_gives_counts() -> None:
    with fails_with("restart-policy-other", seen="on-failure:5", wanted="on-failure:3"):
        web(created(RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 5})).to_restart("on-failure:3")


@pytest.mark.parametrize(
    ("text", "size"), [("128m", 128 * MB), ("0.5g", 512 * MB), ("64K", 65536), ("100", 100), ("1gb", 1024 * MB)]
)
def test_a_size_is_read_as_docker_does(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_a_size_without_a_number_is_the_authors_mistake() -> None:
    with pytest.raises(ExerciseError, match="'much' is not a size; write a number and a unit"):
        parse_size("much")


@pytest.mark.parametrize("memory", [128 * MB, 128_000_000])
def test_a_megabyte_has_two_meanings(memory: int) -> None:
    web(created(Memory=memory)).to_be_limited(memory="128m")


@pytest.mark.parametrize(
    ("host", "code", "values"),
    [
        ({}, "memory-unlimited", {"wanted": "128m"}),
        ({"MemoryReservation": 128 * MB}, "memory-only-reserved", {"wanted": "128m"}),
        ({"Memory": 256 * MB}, "memory-limit-other", {"seen": "256 MB"}),
    ],
)
def test_a_higher_memory_limit_is_named(host: dict[str, Any], code: str, values: dict[str, str]) -> None:
    with fails_with(code, name="web", **values):
        web(created(**host)).to_be_limited(memory="128m")


def test_less_than_the_limit_is_within_it() -> None:
    web(created(Memory=64 * MB, NanoCpus=250_000_000)).to_be_limited(memory="128m", cpus=0.5)


@pytest.mark.parametrize("host", [{"NanoCpus": 500_000_000}, {"CpuQuota": 50_000}, {"CpuQuota": 25, "CpuPeriod": 50}])
def test_processors_are_limited_in_each_way_that_docker_has(host: dict[str, int]) -> None:
    web(created(**host)).to_be_limited(cpus=0.5)


@pytest.mark.parametrize(
    ("host", "code", "values"),
    [
        ({}, "cpus-unlimited", {"wanted": "0.5"}),
        ({"CpuQuota": -1}, "cpus-unlimited", {}),
        ({"CpuShares": 512}, "cpus-not-limited-by", {"option": "--cpu-shares"}),
        ({"CpusetCpus": "0"}, "cpus-not-limited-by", {"option": "--cpuset-cpus"}),
        ({"NanoCpus": 1_500_000_000}, "cpus-limit-other", {"seen": "1.5"}),
    ],
)
def test_a_higher_processor_limit_is_named(host: dict[str, Any], code: str, values: dict[str, str]) -> None:
    with fails_with(code, name="web", **values):
        web(created(**host)).to_be_limited(cpus=0.5)


@pytest.mark.parametrize("limits", [{"memory": "128m"}, {"cpus": 0.5}])
def test_an_engine_that_ignores_limits_shows_nothing_of_them(limits: dict[str, Any]) -> None:
    machine = FakeMachine(created())
    machine.info = {"SecurityOptions": ["name=rootless"], "CgroupDriver": "none"}
    with raises_probe_failed("limits-discarded", name="web"):
        expect(machine.as_machine(containers={"web": {"name": "web"}}).container("web")).to_be_limited(**limits)


def test_a_variable_is_set_with_that_value_or_any() -> None:
    box = fake_container(env={"MODE": "production", "DB_PASSWORD": REDACTED})
    web(box).to_have_environment("MODE")
    web(box).to_have_environment("MODE", "production")
    web(box).to_have_environment("DB_PASSWORD", "what a recording does not have")


@pytest.mark.parametrize(
    ("env", "code", "near"),
    [
        ({}, "environment-missing", ""),
        ({"mode": "production"}, "environment-misnamed", "mode"),
        ({"MODES": "production"}, "environment-misnamed", "MODES"),
        ({"MODE": '"production"'}, "environment-quoted", None),
        ({"MODE": "production "}, "environment-quoted", None),
        ({"MODE": "s3cret-value"}, "environment-other-value", None),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_never_shown(env: dict[str, str], code: str, near: str | None) -> None:
    with fails_with(code, name="web", variable="MODE", **({} if near is None else {"near": near})) as found:
        web(fake_container(env=env)).to_have_environment("MODE", "production")
    assert "s3cret-value" not in str(found[0].values) + str(found[0].evidence)


@pytest.mark.parametrize(
    ("labels", "code", "values"),
    [
        ({}, "label-missing", {"label": "team", "near": ""}),
        ({"Team": "blue"}, "label-misnamed", {"near": "Team"}),
        ({"team": "red"}, "label-other-value", {"seen": "red", "wanted": "blue"}),
    ],
)
def test_a_wrong_label_is_named(labels: dict[str, str], code: str, values: dict[str, str]) -> None:
    web(fake_container(labels={"team": "blue"})).to_have_label("team", "blue")
    web(fake_container(labels={"team": ""})).to_have_label("team")
    with fails_with(code, name="web", **values):
        web(fake_container(labels=labels)).to_have_label("team", "blue")


def test_the_filesystem_is_read_only_and_not_a_mount_alone() -> None:
    web(created(ReadonlyRootfs=True)).to_be_read_only()
    with fails_with("filesystem-writable", name="web"):
        web(created()).to_be_read_only()
    mount = {"Type": "volume", "Name": "site", "Source": "/x", "Destination": "/site", "RW": False}
    with fails_with("only-mount-read-only", name="web", inside="/site"):
        web(fake_container(mounts=(mount,))).to_be_read_only()


@pytest.mark.parametrize(
    ("host", "names", "keep"),
    [
        ({"CapDrop": ["ALL"]}, ("ALL",), ()),
        ({"CapDrop": ["all"], "CapAdd": ["CAP_NET_BIND_SERVICE"]}, ("ALL",), ("NET_BIND_SERVICE",)),
        ({"CapDrop": ["CAP_NET_RAW"]}, ("net_raw",), ()),
        ({"CapDrop": ["ALL"], "CapAdd": ["CHOWN"]}, ("NET_RAW",), ()),
    ],
)
def test_capabilities_are_dropped_in_any_spelling(
    host: dict[str, Any], names: tuple[str, ...], keep: tuple[str, ...]
) -> None:
    web(created(**host)).to_drop_capabilities(*names, keep=keep)


@pytest.mark.parametrize(
    ("host", "names", "code", "values"),
    [
        ({}, ("ALL",), "capabilities-kept", {"wanted": "ALL"}),
        ({"CapDrop": ["NET_RAW"]}, ("ALL",), "capabilities-kept", {"wanted": "ALL"}),
        ({"CapDrop": ["CHOWN"]}, ("NET_RAW", "CHOWN"), "capabilities-kept", {"wanted": "NET_RAW"}),
        ({"CapDrop": ["ALL"], "CapAdd": ["SYS_ADMIN"]}, ("ALL",), "capabilities-added", {"seen": "SYS_ADMIN"}),
        ({"CapDrop": ["NET_RAW"], "CapAdd": ["ALL"]}, ("NET_RAW",), "capabilities-added", {"seen": "ALL"}),
        ({"CapDrop": ["ALL"], "Privileged": True}, ("ALL",), "privileged", {}),
    ],
)
def test_a_capability_that_is_kept_is_named(
    host: dict[str, Any], names: tuple[str, ...], code: str, values: dict[str, str]
) -> None:
    with fails_with(code, name="web", **values):
        web(created(**host)).to_drop_capabilities(*names)


def statuses(user: int) -> dict[str, tuple[int, bytes]]:
    return {STATUSES: (0, f"Pid:\t1\nPPid:\t0\nUid:\t{user}\t{user}\t{user}\t{user}\n".encode())}


PASSWD = {"/etc/passwd": File(b"root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")}


@pytest.mark.parametrize(("user", "wanted"), [(65534, "nobody"), (65534, "65534"), (0, "root")])
def test_the_user_of_the_program_counts_by_name_or_by_id(user: int, wanted: str) -> None:
    web(fake_container(commands=statuses(user), files=PASSWD)).to_run_as(wanted)


@pytest.mark.parametrize(("user", "seen"), [(0, "root"), (1000, "1000")])
def test_another_user_is_named(user: int, seen: str) -> None:
    with fails_with("user-other", name="web", wanted="nobody", seen=seen):
        web(fake_container(commands=statuses(user), files=PASSWD)).to_run_as("nobody")


def test_where_nothing_may_be_run_the_configuration_tells_the_user() -> None:
    web(fake_container(config={"User": "nobody:nogroup"}), passive=True).to_run_as("nobody")
    with fails_with("user-other", wanted="nobody", seen="root"):
        web(fake_container(), passive=True).to_run_as("nobody")
