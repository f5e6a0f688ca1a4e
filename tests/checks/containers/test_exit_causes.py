"""Known causes for which a program ends, or does not start."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.containers.exit_causes import is_shell_without_input
from grader.checks.containers.expectation import require_container, require_uptime
from grader.checks.containers.not_running import fail_not_running
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, File, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed
from tests.scripted_machine import PODMAN_4

LOG = b"1\n2\n3\n\n4\n5\n6\n"
SPEC: dict[str, Any] = {
    "containers": {"web": {"name": "web", "image": "nginx"}},
    "built": {"own": {"name": "own", "base": "python:alpine", "port": 8000, "under_mb": 100}},
}


def judged(machine: FakeMachine) -> None:
    here = machine.as_machine(**SPEC)
    fail_not_running(here, require_container(here.container("web")))


def ended(exit_code: int = 1, ran_s: float = 60, *others: FakeContainer, **more: Any) -> FakeMachine:
    box = fake_container(state="exited", exit_code=exit_code, ran_s=ran_s, **({"log": LOG} | more))
    return FakeMachine(box, *others)


# --- nothing to read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (("bash",), "bash"),
        (("/bin/sh",), "sh"),
        (("ash",), "ash"),
        (("bash", "-l"), "bash"),
        (("python3",), "python3"),
        (("/usr/local/bin/python3.12", "-i"), "python3.12"),
        (("docker-entrypoint.sh", "node"), "node"),
        (("/bin/sh", "-c", "bash"), "bash"),
        (("/bin/sh", "-c", "exec /bin/bash --login"), "bash"),
        (("/usr/bin/env", "python"), "python"),
        (("cat",), "cat"),
    ],
)
@pytest.mark.parametrize("state", ["exited", "restarting"])
def test_what_only_reads_its_input_ends_at_once_without_any(command: tuple[str, ...], program: str, state: str) -> None:
    more: dict[str, Any] = {"restarts": 7} if state == "restarting" else {}
    machine = FakeMachine(fake_container(state=state, ran_s=0.1, up_s=0.1, command=command, log=b"", **more))
    restarts = "7" if more else ""
    with fails_with("shell-without-terminal", name="web", exit_code=0, program=program, restarts=restarts):
        judged(machine)


def test_between_two_restarts_it_is_told_as_well() -> None:
    for state in ("running", "exited"):
        box = fake_container(state=state, restarts=3, up_s=0.2, ran_s=0.2, command=("bash",))
        here = FakeMachine(box).as_machine(**SPEC)
        with fails_with("shell-without-terminal", restarts="3"):
            require_uptime(here, require_container(here.container("web")))


@pytest.mark.parametrize(
    ("more", "is_one"),
    [
        ({}, True),
        ({"ran_s": 9.9}, True),
        ({"ran_s": 10}, False),
        ({"exit_code": 1}, False),
        ({"command": ("bash", "-c")}, False),
        ({"command": ("bash", "-c", "true")}, False),
        ({"command": ("python", "app.py")}, False),
        ({"command": ("python", "-c", "1")}, False),
        ({"command": ("/bin/sh", "-c", "echo 'a")}, False),
        ({"command": ("/bin/sh", "-c", "bash; true")}, False),
        ({"command": ("docker-entrypoint.sh",)}, False),
        ({"command": ("nginx",)}, False),
        ({"command": ()}, False),
        ({"config": {"OpenStdin": True}}, False),
    ],
)
def test_it_is_told_from_other_programs(more: dict[str, Any], *, is_one: bool) -> None:
    settings: dict[str, Any] = {"ran_s": 0.1, "command": ("bash",)} | more
    machine = FakeMachine(fake_container(state="exited", **settings)).as_machine(**SPEC)
    assert is_shell_without_input(require_container(machine.container("web"))) is is_one


BASE = fake_image("python:alpine", image_id="sha256:base", layers=("a",), config={"Cmd": ["python3"]})


@pytest.mark.parametrize(
    ("config", "command", "code"),
    [
        ({"Cmd": ["python3"]}, ("python3",), "image-no-command"),
        ({"Cmd": ["bash"]}, ("bash",), "shell-without-terminal"),
        ({"Cmd": ["python", "app.py"]}, ("bash",), "shell-without-terminal"),
    ],
)
def test_an_image_without_a_command_of_its_own_is_the_cause(
    config: dict[str, Any], command: tuple[str, ...], code: str
) -> None:
    own = fake_image("own:latest", image_id="sha256:own", layers=("a", "b"), config=config)
    machine = ended(0, 0.1, image="own", image_id="sha256:own", command=command)
    machine.images = [own, BASE]
    values = {"name": "own", "seen": "python3", "port": 8000} if code == "image-no-command" else {"name": "web"}
    with fails_with(code, **values):
        judged(machine)


# --- its command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["['python', 'app.py']", " [python, app.py]", "[‘python’]"])
def test_a_command_in_the_wrong_quotes_is_no_list(line: str) -> None:
    with fails_with("command-not-a-list", name="web", exit_code=127, seen=line) as found:
        judged(ended(127, 0.1, command=("/bin/sh", "-c", line)))
    assert found[0].evidence == ("2", "3", "4", "5", "6")


@pytest.mark.parametrize(
    "command",
    [
        ("/bin/sh", "-c", "[ -f x ] && y"),
        ("/bin/sh", "-c", "echo [x]"),
        ("/bin/sh", "-c"),
        ("/bin/sh", "-e", "['x']"),
        ("bash", "-c", "['x']"),
        ("python", "['x']", "['x']"),
    ],
)
def test_another_command_is_none_of_that(command: tuple[str, ...]) -> None:
    with fails_with("container-exited"):
        judged(ended(127, 0.1, command=command))


# --- scripts ---------------------------------------------------------------------------------------------------------

NO_FILE = b"exec /app/start.sh: no such file or directory\n"
FORMAT = b"exec /app/start.sh: exec format error\n"


def script(
    content: bytes, exit_code: int, log: bytes, command: tuple[str, ...] = ("/app/start.sh",), at: str = "/app/start.sh"
) -> FakeMachine:
    machine = ended(exit_code, 0.1, command=command, log=log, config={"WorkingDir": "/app"})
    machine.fake_containers[0].files = {at: File(content, mode=0o755)}
    machine.info = {"Architecture": "x86_64"}
    return machine


@pytest.mark.parametrize(
    ("command", "exit_code", "log"),
    [
        (("/app/start.sh",), 1, NO_FILE),
        (("/app/start.sh",), 255, NO_FILE),
        (("./start.sh", "serve"), 127, b"/usr/bin/env: 'bash\\r': No such file or directory\n"),
        (("/bin/sh", "-c", "./start.sh"), 127, b"/bin/sh: 1: ./start.sh: not found\n"),
        (("sh", "/app/start.sh"), 127, b"/app/start.sh: line 3: serve\r: not found\n"),
        (("bash", "-e", "start.sh"), 2, b"start.sh: line 2: $'\\r': command not found\n"),
    ],
)
def test_a_script_with_windows_lines_is_told(command: tuple[str, ...], exit_code: int, log: bytes) -> None:
    with fails_with("script-windows-lines", name="web", path="/app/start.sh") as found:
        judged(script(b"#!/bin/bash\r\nset -e\r\nserve\r\n", exit_code, log, command))
    assert log.strip().decode()[:10] in found[0].evidence[0]


def test_a_script_is_searched_for_where_the_engine_would() -> None:
    entry = "/usr/local/bin/docker-entrypoint.sh"
    with fails_with("script-windows-lines", path=entry):
        judged(script(b"#!/bin/sh\r\nexec app\r\n", 255, NO_FILE, ("docker-entrypoint.sh", "app"), entry))


@pytest.mark.parametrize(
    ("content", "exit_code", "log", "command"),
    [
        (b"#!/bin/bash\nserve\n", 127, b"serve: not found\n", ("/app/start.sh",)),
        (b"print(1)\r\nx\r\n", 1, b"NameError: name 'x' is not defined\n", ("python", "/app/start.sh")),
        (b"#!/bin/bash\r\nx\r\n", 3, b"three\n", ("bash", "/app/start.sh")),
        (b"set -e\r\nfalse\r\n", 1, b"this is why\n", ("bash", "/app/start.sh")),
        (b"\x7fELF\0\r\n", 1, NO_FILE, ("/app/start.sh",)),
    ],
)
def test_another_failure_is_not_blamed_on_line_ends(
    content: bytes, exit_code: int, log: bytes, command: tuple[str, ...]
) -> None:
    with fails_with("container-exited"):
        judged(script(content, exit_code, log, command))


@pytest.mark.parametrize("exit_code", [1, 126, 255])
def test_a_script_without_its_first_line_is_told(exit_code: int) -> None:
    with fails_with("script-without-interpreter", name="web", path="/app/start.sh"):
        judged(script(b"echo hello\n", exit_code, FORMAT))


# --- processors ------------------------------------------------------------------------------------------------------


def other_processor(exit_code: int, log: bytes, image: str = "arm64", machine: str = "x86_64") -> FakeMachine:
    made = ended(exit_code, 0.1, image="app", image_id="sha256:app", command=("app",), log=log)
    made.images = [fake_image("app:latest", image_id="sha256:app", Architecture=image)]
    made.info = {"Architecture": machine}
    return made


@pytest.mark.parametrize(
    ("exit_code", "log"),
    [
        (255, b"exec /usr/local/bin/app: exec format error\n"),
        (1, b"standard_init_linux.go:228: exec user process caused: exec format error\n"),
        (126, b"/bin/sh: 1: app: exec format error\n"),
    ],
)
def test_an_image_for_another_processor_is_told(exit_code: int, log: bytes) -> None:
    with fails_with("image-other-processor", name="web", image="app", seen="arm64", wanted="amd64"):
        judged(other_processor(exit_code, log))
    with fails_with("image-other-processor", seen="amd64", wanted="arm64"):
        judged(other_processor(exit_code, log, "amd64", "aarch64"))


@pytest.mark.parametrize(("image", "machine"), [("amd64", "x86_64"), ("", "x86_64"), ("arm64", "")])
def test_an_image_for_this_processor_is_not(image: str, machine: str) -> None:
    with fails_with("container-exited"):
        judged(other_processor(1, b"exec format error\n", image, machine))


def test_one_that_was_never_started_for_that_reason_says_so() -> None:
    box = fake_container(
        state="created", exit_code=127, image="app", image_id="sha256:app", error="exec /app: exec format error"
    )
    machine = FakeMachine(box)
    machine.images = [fake_image("app:latest", image_id="sha256:app", Architecture="arm64")]
    machine.info = {"Architecture": "x86_64"}
    with fails_with("image-other-processor", seen="arm64"):
        judged(machine)


# --- databases -------------------------------------------------------------------------------------------------------

MONGOD = ("docker-entrypoint.sh", "mongod")
FOLDER = {"Type": "bind", "Source": "/home/anna/db", "Destination": "/data/db"}
UPGRADE = (
    b'{"s":"F","c":"CONTROL","id":20573,"msg":"Wrong mongod version","attr":{"error":"UPGRADE PROBLEM: Found an '
    b'invalid featureCompatibilityVersion document"}}\n' + b'{"msg":"shutting down"}\n' * 40
)
IN_USE = (
    b'{"msg":"DBException in initAndListen, terminating","attr":{"error":"DBPathInUse: Unable to lock the lock file: '
    b'/data/db/mongod.lock (Resource temporarily unavailable). Another mongod instance is already running"}}\n'
)
READ_ONLY = b"IllegalOperation: Attempted to create a lock file on a read-only directory: /data/db\n"
DENIED = b"Location28596: Unable to determine status of lock file in the data directory /data/db: Permission denied\n"
AVX = (
    b"\nWARNING: MongoDB 5.0+ requires a CPU with AVX support, and your current system does not appear to have that!\n"
)


def database(exit_code: int, log: bytes, *others: FakeContainer, **more: Any) -> FakeMachine:
    settings: dict[str, Any] = {"image": "mongo:7", "command": MONGOD, "mounts": (FOLDER,), "log": log}
    return ended(exit_code, 1, *others, **(settings | more))


@pytest.mark.parametrize(
    ("exit_code", "log"),
    [
        (62, UPGRADE),
        (62, b""),
        (14, b"Failed to start up WiredTiger: this may be due to an unsupported upgrade or downgrade.\n"),
        (62, b"This version of MongoDB is too recent to start up on the existing data files.\n"),
    ],
)  # fmt: skip
def test_data_of_another_version_is_told(exit_code: int, log: bytes) -> None:
    with fails_with("data-of-another-version", name="web", image="mongo:7", source="/home/anna/db"):
        judged(database(exit_code, log))
    volume = {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/x", "Destination": "/data/db"}
    with fails_with("data-of-another-version", source="data"):
        judged(database(exit_code, log, mounts=(volume,)))
    with fails_with("data-of-another-version", source=""):
        judged(database(exit_code, log, mounts=()))


def test_a_folder_that_another_database_has_is_locked() -> None:
    other = fake_container("old-mongo", mounts=(FOLDER,))
    elsewhere = fake_container("x", mounts=(FOLDER | {"Source": "/home/anna/x"},))
    for log in (IN_USE, b""):
        with fails_with("data-locked", name="web", other="old-mongo", source="/home/anna/db"):
            judged(database(100, log, elsewhere, other))
    with fails_with("data-locked", other=""):
        judged(database(100, IN_USE, elsewhere, fake_container("old", state="exited", mounts=(FOLDER,))))


@pytest.mark.parametrize("log", [READ_ONLY, DENIED, b"open: Operation not permitted\n", b"Read-only file system\n"])
def test_a_folder_that_cannot_be_written_is_told(log: bytes) -> None:
    with fails_with("data-not-writable", name="web", source="/home/anna/db"):
        judged(database(100, log))


@pytest.mark.parametrize(
    ("exit_code", "log", "command"),
    [
        (100, b"some other exception\n", MONGOD),
        (1, IN_USE, MONGOD),
        (100, IN_USE, ("python", "app.py")),
        (62, UPGRADE, ("python", "app.py")),
        (132, AVX, ("python", "app.py")),
    ],
)
def test_another_failure_is_not_the_databases(exit_code: int, log: bytes, command: tuple[str, ...]) -> None:
    with fails_with("container-exited", exit_code=exit_code):
        judged(database(exit_code, log, command=command))


@pytest.mark.parametrize("state", ["exited", "restarting"])
def test_a_processor_that_is_too_old_is_not_the_students(state: str) -> None:
    box = fake_container(state=state, exit_code=132, ran_s=0.2, up_s=0.2, image="mongo:7", command=MONGOD, log=AVX)
    with raises_probe_failed("processor-too-old", name="web", image="mongo:7"):
        judged(FakeMachine(box))


@pytest.mark.parametrize("exit_code", [62, 100])
def test_in_a_loop_the_cause_is_told_too(exit_code: int) -> None:
    log = UPGRADE if exit_code == 62 else IN_USE
    box = fake_container(state="restarting", restarts=9, exit_code=exit_code, command=MONGOD, log=log)
    with fails_with("data-of-another-version" if exit_code == 62 else "data-locked"):
        judged(FakeMachine(box))


def test_an_engine_without_a_readable_log_is_no_failure_of_ours() -> None:
    machine = ended(255, 1, log=None, command=("/app/x",))
    machine.table["/info"] = Answer(500)
    with fails_with("container-ended"):
        judged(machine)


@pytest.mark.parametrize(("memory", "code"), [(20 * 2**20, "out-of-memory"), (0, "container-stopped")])
def test_podman_does_not_say_that_memory_ran_out(memory: int, code: str) -> None:
    box = fake_container(state="exited", exit_code=137, ran_s=5)
    box.raw["HostConfig"]["Memory"] = memory
    for action, ago_s in (("create", 100), ("start", 99), ("died", 2)):
        box.add_event(action, ago_s)
    with fails_with(code):
        judged(FakeMachine(box, version=PODMAN_4))
