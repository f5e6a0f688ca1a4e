"""What runs in a container: its process 1, its hostname, its user."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from grader.checks.containers.expectation import require_container
from grader.checks.containers.processes import require_not_root, require_own_hostname, require_process_1
from tests.checks.fake_engine_json import FakeContainer, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with

OTHER_FILE = "sh -c own="
STATUSES = "sh -c cat /proc/[0-9]*/status"


def judge(
    what: Any, box: FakeContainer, *more: Any, images: tuple[dict[str, Any], ...] = (), passive: bool = False
) -> None:
    link = FakeMachine(box)
    link.images = list(images)
    link.table["/info"] = {"Name": "pc"}
    machine = link.as_machine(containers={"web": {"name": "web"}}, passive=passive)
    what(machine, require_container(machine.container("web")), *more)


def top(*commands: str, pids: tuple[str, ...] = ("4242", "4243")) -> dict[str, Any]:
    return {
        "Titles": ["UID", "PID", "CMD"],
        "Processes": [["root", pid, one] for pid, one in zip(pids, commands, strict=False)],
    }


@pytest.mark.parametrize("command", ["bash", "/bin/bash", "/usr/bin/bash -l", "-bash", "bash -c x"])
def test_the_program_may_be_written_in_other_ways(command: str) -> None:
    judge(require_process_1, fake_container(command=("sh",), top=top(command, "sleep 9")), "bash")


def test_the_engines_list_counts_more_than_the_command() -> None:
    with fails_with("process-1-other", name="web", wanted="bash", seen="sleep 9"):
        judge(require_process_1, fake_container(command=("bash",), top=top("sleep 9", "bash")), "bash")


@pytest.mark.parametrize("command", ["rbash", "sh bash", "bash-static", "", "--bash"])
def test_another_program_is_another(command: str) -> None:
    with fails_with("process-1-other", name="web", wanted="bash", seen=command):
        judge(require_process_1, fake_container(top=top(command)), "bash")


def test_where_the_engine_cannot_list_the_command_tells() -> None:
    judge(require_process_1, fake_container(command=("bash", "-l")), "bash")


@pytest.mark.parametrize("mode", ["host", "container:x"])
def test_one_that_shares_the_processes_of_another_has_no_process_1(mode: str) -> None:
    with fails_with("process-of-the-machine", name="web", wanted="bash", seen=mode):
        judge(require_process_1, fake_container(command=("bash",), host={"PidMode": mode}), "bash")
    judge(require_process_1, fake_container(command=("bash",), host={"PidMode": "private"}), "bash")


def test_a_program_that_only_has_the_name_is_another() -> None:
    box = fake_container(command=("bash",), commands={OTHER_FILE: (0, b"/usr/bin/sleep\n")})
    with fails_with("process-1-other", name="web", wanted="bash", seen="/usr/bin/sleep"):
        judge(require_process_1, box, "bash")
    judge(require_process_1, box, "bash", passive=True)


@pytest.mark.parametrize(
    ("config", "host", "is_own"),
    [
        ({"Hostname": "0123456789ab"}, {}, True),
        ({}, {}, True),
        ({"Hostname": "pc"}, {}, False),
        ({"Hostname": "0123"}, {"UTSMode": "host"}, False),
        ({"Hostname": "0123"}, {"UTSMode": "private"}, True),
    ],
)
def test_its_hostname_is_its_own_unless_it_is_the_machines(
    config: dict[str, Any], host: dict[str, Any], *, is_own: bool
) -> None:
    box = fake_container(config=config, host=host)
    if is_own:
        judge(require_own_hostname, box)
    else:
        with fails_with("hostname-of-the-machine", name="web", hostname="pc"):
            judge(require_own_hostname, box)


def status(pid: int, parent: int, user: int) -> str:
    return f"Pid:\t{pid}\nPPid:\t{parent}\nUid:\t{user}\t{user}\t{user}\t{user}\n"


def runs(*statuses: str, user: str = "") -> FakeContainer:
    return fake_container(config={"User": user}, commands={STATUSES: (0, "".join(statuses).encode())})


not_root = functools.partial(require_not_root, wanted_image="nginx")


def test_the_last_of_each_line_does_the_work() -> None:
    judge(not_root, runs(status(1, 0, 0), status(7, 1, 1000)))
    judge(not_root, runs(status(1, 0, 1000), user="1000"))
    judge(not_root, runs(status(1, 0, 0), status(7, 1, 1000), status(8, 1, 0)))


def test_one_that_works_as_root_runs_as_root() -> None:
    with fails_with("runs-as-root", name="web", user=""):
        judge(not_root, runs(status(1, 0, 0)))
    for user in ("root", "0", "0:0", "root:adm", ":1000"):
        with fails_with("runs-as-root", name="web", user=user):
            judge(not_root, runs(status(1, 0, 0), user=user))


def test_a_user_of_another_name_may_be_root_all_the_same() -> None:
    with fails_with("user-is-root", name="web", user="boss"):
        judge(not_root, runs(status(1, 0, 0), user="boss"))


def test_an_option_may_have_made_it_root() -> None:
    own = fake_image("app:latest", image_id="sha256:nginx", config={"User": "1000"})
    with fails_with("root-by-option", name="web", user="root", wanted="1000"):
        judge(not_root, runs(status(1, 0, 0), user="root"), images=(own,))
    own = fake_image("app:latest", image_id="sha256:nginx", config={"User": "root"})
    with fails_with("runs-as-root", name="web", user="root"):
        judge(not_root, runs(status(1, 0, 0), user="root"), images=(own,))


def test_an_option_does_not_make_the_image_right() -> None:
    own = fake_image("nginx:latest", image_id="sha256:nginx", config={"User": ""})
    with fails_with("user-by-option", name="web", user="nobody", image="nginx"):
        judge(not_root, runs(status(1, 0, 65534), user="nobody"), images=(own,))
    own = fake_image("nginx:latest", image_id="sha256:nginx", config={"User": "1000"})
    judge(not_root, runs(status(1, 0, 65534), user="nobody"), images=(own,))


def test_where_it_cannot_be_looked_into_its_configuration_tells() -> None:
    judge(not_root, fake_container(config={"User": "1000"}), passive=True)
    for user in ("", "0", "root"):
        with fails_with("runs-as-root"):
            judge(not_root, fake_container(config={"User": user}), passive=True)
