"""Why a container does not run, as far as the engine, its log and its command show."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from grader.checks.containers.expectation import require_container, require_running
from grader.checks.containers.not_running import fail_crash_loop, fail_not_running, is_stopped_by_hand
from grader.checks.failure import CheckFailed
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with
from tests.probes.malformed_answers import assert_probe_failed
from tests.scripted_machine import DOCKER_26, PODMAN_4

LOG = b"1\n2\n3\n\n4\n5\n6\n"
WEB: dict[str, Any] = {"web": {"name": "web", "image": "nginx"}}


def judged(machine: FakeMachine) -> None:
    judged_ = machine.as_machine(containers=WEB, ports={"web": {"port": 4000, "offset": 0}})
    fail_not_running(judged_, require_container(judged_.container("web")))


def ended(exit_code: int = 1, ran_s: float = 60, **more: Any) -> FakeMachine:
    return FakeMachine(fake_container(state="exited", exit_code=exit_code, ran_s=ran_s, **({"log": LOG} | more)))


@pytest.mark.parametrize("exit_code", [1, 2, 126, 127])
def test_one_that_ended_says_its_code_and_its_last_line(exit_code: int) -> None:
    values = {"name": "web", "exit_code": exit_code, "seconds": 60, "last_line": "6"}
    with fails_with("container-exited", **values) as found:
        judged(ended(exit_code))
    assert found[0].evidence == ("2", "3", "4", "5", "6")


def test_one_that_printed_nothing_has_no_last_line() -> None:
    for log in (b"", None):
        with fails_with("container-exited", last_line=""):
            judged(ended(log=log))


def test_paused_is_paused() -> None:
    with fails_with("container-paused", name="web"):
        judged(FakeMachine(fake_container(state="paused")))


def test_restarting_is_a_loop() -> None:
    values = {"name": "web", "restarts": 4, "exit_code": 3, "last_line": "6"}
    with fails_with("container-crash-loop", **values) as found:
        judged(FakeMachine(fake_container(state="restarting", restarts=4, exit_code=3, log=LOG)))
    assert found[0].evidence == ("2", "3", "4", "5", "6")


def test_a_loop_without_a_log_has_no_last_line() -> None:
    machine = FakeMachine(fake_container(log=None)).as_machine(containers=WEB)
    with fails_with("container-crash-loop", last_line=""):
        fail_crash_loop(machine, require_container(machine.container("web")))


# --- by whom it ended ---

STOPPED: tuple[Any, ...] = (("kill", 3.0, {"signal": "15"}), ("die", 2.0, {"exitCode": "0"}), ("stop", 2.0, {}))
KILLED: tuple[Any, ...] = (("kill", 2.5, {"signal": "9"}), ("die", 2.0, {"exitCode": "137"}))
BY_ITSELF: tuple[Any, ...] = (("die", 2.0, {"exitCode": "0"}),)


def with_events(machine: FakeMachine, *events: tuple[str, float, dict[str, str]], started: bool = True) -> FakeMachine:
    """The machine, whose engine remembers these events of its container."""
    box = machine.fake_containers[0]
    if started:
        box.add_event("create", 61)
        box.add_event("start", 60)
    for action, ago_s, attributes in events:
        box.add_event(action, ago_s, **attributes)
    return machine


@pytest.mark.parametrize("ran_s", [0.5, 1, 60])
@pytest.mark.parametrize("exit_code", [0, 1, 130, 137, 143])
@pytest.mark.parametrize("events", [STOPPED, KILLED])
def test_one_that_somebody_stopped_was_stopped_however_long_it_ran(
    events: tuple[Any, ...], exit_code: int, ran_s: float
) -> None:
    machine = with_events(ended(exit_code, ran_s), *events)
    with fails_with("container-stopped", name="web", exit_code=exit_code, seconds=f"{ran_s:.0f}") as found:
        judged(machine)
    assert found[0].evidence == ("2", "3", "4", "5", "6")


@pytest.mark.parametrize("ran_s", [0.5, 60])
@pytest.mark.parametrize("exit_code", [0, 1, 130, 137, 143])
def test_one_that_nobody_stopped_ended_by_itself_however_long_it_ran(exit_code: int, ran_s: float) -> None:
    with fails_with("container-exited", exit_code=exit_code):
        judged(with_events(ended(exit_code, ran_s), *BY_ITSELF))


@pytest.mark.parametrize(
    ("exit_code", "code"),
    [
        (137, "container-stopped"),
        (143, "container-stopped"),
        (0, "container-ended"),
        (130, "container-ended"),
        (255, "container-ended"),
        (1, "container-exited"),
        (127, "container-exited"),
    ],
)
@pytest.mark.parametrize("ran_s", [0.5, 60])
def test_of_one_whose_events_are_forgotten_its_code_tells(exit_code: int, ran_s: float, code: str) -> None:
    with fails_with(code, exit_code=exit_code):
        judged(ended(exit_code, ran_s))


def test_an_engine_that_restarts_it_would_have_done_so_if_nobody_had_stopped_it() -> None:
    for policy, code in (("always", "container-stopped"), ("on-failure", "container-ended"), ("no", "container-ended")):
        with fails_with(code):
            judged(ended(0, 60, host={"RestartPolicy": {"Name": policy}}))


@pytest.mark.parametrize(
    ("exit_code", "ran_s", "events", "code"),
    [
        (1, 60, BY_ITSELF, "container-crash-loop"),
        (0, 60, BY_ITSELF, "container-crash-loop"),
        (0, 9.9, STOPPED, "container-crash-loop"),
        (0, 10, STOPPED, "container-stopped"),
        (137, 60, KILLED, "container-stopped"),
    ],
)
def test_one_that_was_restarted_and_is_down_is_in_a_loop_unless_it_had_come_up(
    exit_code: int, ran_s: float, events: tuple[Any, ...], code: str
) -> None:
    with fails_with(code):
        judged(with_events(ended(exit_code, ran_s, restarts=3), *events))


def test_a_kill_for_want_of_memory_is_nobodys_doing() -> None:
    for more, limit in (({}, ""), ({"host": {"Memory": 20 * 1024 * 1024}}, "20")):
        machine = with_events(ended(137, 5, **more), ("oom", 2.5, {}), ("die", 2.0, {"exitCode": "137"}))
        machine.fake_containers[0].raw["State"]["OOMKilled"] = True
        with fails_with("out-of-memory", name="web", exit_code=137, limit=limit):
            judged(machine)
    forgotten = ended(137, 50)
    forgotten.fake_containers[0].raw["State"]["OOMKilled"] = True
    with fails_with("out-of-memory"):
        judged(forgotten)


def test_one_that_had_run_short_of_memory_may_still_have_been_stopped() -> None:
    machine = with_events(ended(137, 50), ("oom", 40.0, {}), *STOPPED)
    machine.fake_containers[0].raw["State"]["OOMKilled"] = True
    with fails_with("container-stopped"):
        judged(machine)


CTRL_C = (("kill", 2.1, {"signal": "2"}), ("kill", 2.05, {"signal": "18"}), ("die", 2.0, {"exitCode": "0"}))


@pytest.mark.parametrize(
    ("exit_code", "events", "more", "code"),
    [
        (0, CTRL_C, {}, "foreground-stopped"),
        (1, CTRL_C, {}, "foreground-stopped"),
        (137, KILLED, {}, "foreground-stopped"),
        (0, BY_ITSELF, {}, "container-exited"),
        (130, BY_ITSELF, {}, "container-exited"),
        (0, BY_ITSELF, {"Tty": True}, "foreground-stopped"),
        (130, BY_ITSELF, {"Tty": True}, "foreground-stopped"),
        (1, BY_ITSELF, {"Tty": True}, "container-exited"),
        (0, STOPPED, {}, "container-stopped"),
        (130, (), {}, "foreground-stopped"),
        (0, (), {}, "container-ended"),
        (0, (), {"Tty": True}, "foreground-stopped"),
    ],
)
def test_one_that_ended_with_its_terminal_was_in_the_foreground(
    exit_code: int, events: tuple[Any, ...], more: dict[str, Any], code: str
) -> None:
    """Without `-t`, the client passes Ctrl-C on as a signal; with it, the program sees it on its terminal."""
    machine = ended(exit_code, 60, config={"AttachStdout": True} | more)
    box = machine.fake_containers[0]
    if events:
        box.add_event("create", 61)
        box.add_event("attach", 60.5)
        with_events(machine, *events, started=False)
        box.events.insert(2, box.events[1] | {"Action": "start"})
    with fails_with(code, name="web", exit_code=exit_code) as found:
        judged(machine)
    assert found[0].evidence == ("2", "3", "4", "5", "6")


FOLDER = {"Type": "bind", "Source": "/home/anna/Docker/db", "Destination": "/data/db"}
VOLUME = {"Type": "volume", "Name": "db", "Source": "/v", "Destination": "/data/db"}


@pytest.mark.parametrize(
    ("options", "mount", "said", "is_hidden"),
    [
        (["name=userns"], FOLDER, b"WiredTigerError: Permission denied\n", True),
        (["name=userns"], FOLDER, b"bind: address in use\n", False),
        (["name=userns"], VOLUME, b"Permission denied\n", False),
        (["name=seccomp,profile=builtin"], FOLDER, b"Permission denied\n", False),
    ],
)
def test_with_users_of_its_own_an_engine_keeps_containers_out_of_a_students_folder(
    options: list[str], mount: dict[str, str], said: bytes, *, is_hidden: bool
) -> None:
    for restarts, code in ((0, "container-exited"), (3, "container-crash-loop")):
        machine = ended(1, 3, log=said, mounts=(mount,), restarts=restarts)
        machine.table["/info"] = {"SecurityOptions": options}
        if is_hidden:
            assert_probe_failed("folder-of-userns", partial(judged, machine))
        else:
            with fails_with(code):
                judged(machine)


def test_one_in_the_background_has_no_terminal_to_end_with() -> None:
    with fails_with("container-stopped"):
        judged(with_events(ended(0, 60), *CTRL_C))


def test_compose_stops_what_it_was_started_with_in_the_foreground() -> None:
    labels = compose_labels("web")
    machine = FakeMachine(fake_container(state="exited", labels=labels, config={"AttachStdout": True}))
    box = machine.fake_containers[0]
    box.add_event("attach", 60.5)
    with fails_with("foreground-stopped"):
        judged(with_events(machine, *STOPPED))


@pytest.mark.parametrize(
    ("state", "restarts", "exit_code", "events", "is_by_hand"),
    [
        ("paused", 0, 0, (), True),
        ("exited", 0, 0, STOPPED, True),
        ("exited", 0, 1, KILLED, True),
        ("exited", 0, 0, BY_ITSELF, False),
        ("exited", 0, 137, BY_ITSELF, False),
        ("exited", 0, 137, (), True),
        ("exited", 0, 0, (), True),
        ("exited", 0, 1, (), False),
        ("exited", 1, 137, STOPPED, False),
        ("running", 0, 0, (), False),
        ("created", 0, 0, (), False),
        ("restarting", 0, 0, (), False),
    ],
)
def test_what_nobody_can_know_counts_as_stopped_by_hand(
    state: str, restarts: int, exit_code: int, events: tuple[Any, ...], *, is_by_hand: bool
) -> None:
    machine = FakeMachine(fake_container(state=state, restarts=restarts, exit_code=exit_code))
    here = with_events(machine, *events, started=bool(events)).as_machine(containers=WEB)
    assert is_stopped_by_hand(here, require_container(here.container("web"))) is is_by_hand


# --- never started ---------------------------------------------------------------------------------------------------


def created(error: str = "", *others: FakeContainer, podman: bool = False, **more: Any) -> FakeMachine:
    box = fake_container(state="created", error=error, **more)
    return FakeMachine(box, *others, version=PODMAN_4 if podman else DOCKER_26)


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        ("", ""),
        (
            'failed: runc create failed: unable to start container process: exec: "x": not found: unknown',
            'exec: "x": not found',
        ),
        ("something else", "something else"),
    ],
)
def test_one_that_was_never_started_says_why(error: str, detail: str) -> None:
    with fails_with("container-created", name="web", detail=detail) as found:
        judged(created(error))
    assert found[0].evidence == ((error,) if error else ())


@pytest.mark.parametrize(("state", "project"), [("created", "shop"), ("running", None)])
def test_a_project_that_was_never_started_is_named(state: str, project: str | None) -> None:
    other = fake_container("db", state=state, labels=compose_labels("db", "shop"))
    with fails_with("container-created", name="web") as found:
        judged(created("", other, labels=compose_labels("web", "shop")))
    assert found[0].values.get("project") == project


# As engines record it.
REFUSALS = {
    "Docker": (
        "failed to set up container networking: driver failed programming external connectivity on endpoint web "
        f"({'bd' * 32}): error while calling RootlessKit PortManager.AddPort(): cannot expose privileged port 80, you "
        "can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf (currently 1024), or set "
        "CAP_NET_BIND_SERVICE on rootlesskit binary, or choose a larger port number (>= 1024): listen tcp4 0.0.0.0:80: "
        "bind: permission denied"
    ),
    "Podman": (
        "rootlessport cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to "
        "/etc/sysctl.conf (currently 1024), or choose a larger port number (>= 1024)"
    ),
}


@pytest.mark.parametrize("engine", REFUSALS)
def test_a_rootless_engine_may_not_publish_the_port_that_the_exercise_asks_for(engine: str) -> None:
    machine = created(REFUSALS[engine], ports={"80/tcp": "80"}, podman=engine == "Podman")
    seen = machine.as_machine(containers=WEB, ports={"web": {"port": 80, "offset": 0}})
    assert_probe_failed("port-privileged", lambda: fail_not_running(seen, require_container(seen.container("web"))))


@pytest.mark.parametrize("error", ["", 'exec: "x": not found'])
@pytest.mark.parametrize("podman", [False, True])
def test_what_else_keeps_a_container_from_starting_is_the_students(error: str, *, podman: bool) -> None:
    """Also on a port that a rootless engine would refuse: `docker create`, or a program that does not exist."""
    machine = created(error, ports={"80/tcp": "80"}, podman=podman)
    seen = machine.as_machine(containers=WEB, ports={"web": {"port": 80, "offset": 0}})
    with fails_with("container-created", name="web"):
        fail_not_running(seen, require_container(seen.container("web")))


@pytest.mark.parametrize("engine", REFUSALS)
def test_another_port_that_was_refused_is_the_students(engine: str) -> None:
    """Not on the port of the exercise, 4000. What is cut off at the end of a long reason is not the reason."""
    with fails_with("container-created", name="web") as found:
        judged(created(REFUSALS[engine], ports={"80/tcp": "80"}, podman=engine == "Podman"))
    assert "cannot expose privileged port 80, you can add" in found[0].values["detail"][:60]


REFUSED = "cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80'"


@pytest.mark.parametrize("labels", [{}, compose_labels("web")], ids=["by hand", "by compose"])
def test_ports_the_other_way_round_may_have_kept_it_from_starting(labels: dict[str, str]) -> None:
    """Rootless, the machine's port 80 is refused."""
    name = "todos-web-1" if labels else "web"
    box = fake_container(name, state="created", error=REFUSED, labels=labels, ports={"4000/tcp": "80"})
    spec: dict[str, Any] = {"containers": {"web": WEB["web"] | {"port": 80}}}
    machine = FakeMachine(box).as_machine(**spec, ports={"web": {"port": 4000, "offset": 0}})
    with fails_with("port-reversed", name=name, wanted=4000, inside=80, published="80->4000/tcp") as found:
        fail_not_running(machine, require_container(machine.container("web")))
    assert found[0].evidence == ("80->4000/tcp", REFUSED)


def test_paths_the_other_way_round_may_have_kept_it_from_starting() -> None:
    mount = {"Type": "bind", "Source": "/foo", "Destination": "/home/anna/site"}
    machine = FakeMachine(fake_container(state="created", mounts=(mount,))).as_machine(
        containers=WEB, folders={"site": {"container": "web", "outside": "~/site", "inside": "/foo"}}
    )
    with fails_with("mount-reversed", name="web", source="/foo", there="/home/anna/site", wanted="~/site"):
        fail_not_running(machine, require_container(machine.container("web")))


@pytest.mark.parametrize("source", ["/home/anna/site", "/home/anna/mon site"])
def test_a_file_cannot_be_mounted_on_a_folder(source: str) -> None:
    """The engine's reason comes last: of another mount than the exercise's, it is shown without the paths again."""
    error = (
        f'OCI runtime create failed: unable to start container process: error mounting "{source}" to rootfs at "/foo": '
        f"mount {source}:/foo (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown: Are you trying to mount "
        "a directory onto a file (or vice-versa)?"
    )
    mount = {"Type": "bind", "Source": source, "Destination": "/foo"}
    box = FakeMachine(fake_container(state="created", error=error, mounts=(mount,)))
    machine = box.as_machine(
        containers=WEB, folders={"site": {"container": "web", "outside": "~/site", "inside": "/foo"}}
    )
    with fails_with("mount-is-a-file", name="web", source=source, there="/foo", wanted="~/site") as found:
        fail_not_running(machine, require_container(machine.container("web")))
    assert found[0].evidence == (error,)
    with fails_with("container-created", name="web") as found:
        judged(box)
    shown = found[0].values["detail"]
    assert shown.startswith(f'error mounting "{source}" to rootfs at "/foo": not a directory: unknown: Are you trying')


@pytest.mark.parametrize("error", ["Bind for 0.0.0.0:4000 failed: port is already allocated", "address already in use"])
def test_a_port_that_somebody_has_is_taken(error: str) -> None:
    with fails_with("port-taken", name="web", detail=error) as found:
        judged(created(error))
    assert found[0].evidence == (error,)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        (Answer(200), True),
        (NoAnswer("not-http"), True),
        (NoAnswer("cut-off"), True),
        (NoAnswer("refused"), False),
        (NoAnswer("timeout"), False),
    ],
)
def test_podman_does_not_write_down_that_a_port_is_taken(told: Answer | NoAnswer, *, taken: bool) -> None:
    machine = created(ports={"80/tcp": "127.0.0.1:4000"}, podman=True)
    machine.sites["127.0.0.1:4000"] = told
    with fails_with("port-taken" if taken else "container-created", name="web") as found:
        judged(machine)
    if taken:
        assert found[0].values["detail"] == found[0].evidence[0] == "127.0.0.1:4000->80/tcp"
    asked = [one for one in machine.questions if isinstance(one, HttpQuestion)]
    assert asked == [HttpQuestion(4000, host="127.0.0.1", within_s=2)]


@pytest.mark.parametrize("ports", [{"80/udp": "4000"}, {"80/tcp": ""}])
def test_only_a_tcp_port_of_the_machine_can_be_tried(ports: dict[str, str]) -> None:
    machine = created(ports=ports, podman=True)
    machine.sites[4000] = Answer(200)
    with fails_with("container-created"):
        judged(machine)


def test_docker_would_have_written_it_down() -> None:
    machine = created(ports={"80/tcp": "4000"})
    machine.sites[4000] = Answer(200)
    with fails_with("container-created"):
        judged(machine)


def test_of_several_ports_the_taken_one_is_told() -> None:
    machine = created(ports={"81/tcp": "4001", "80/tcp": "4000"}, podman=True)
    machine.sites[4000] = Answer(200)
    with fails_with("port-taken", detail="4000->80/tcp"):
        judged(machine)


def test_a_port_that_is_not_the_exercises_own_is_not_tried() -> None:
    """A container must not choose which other ports of the machine are contacted."""
    machine = created(ports={"80/tcp": "4001"}, podman=True)
    machine.sites[4001] = Answer(200)
    with fails_with("container-created", name="web"):
        judged(machine)
    assert not [one for one in machine.questions if isinstance(one, HttpQuestion)]


def test_one_that_waits_for_another_to_be_healthy_says_so() -> None:
    labels = compose_labels("web", depends_on="db:service_healthy:false")
    db = fake_container("todos-db-1", labels=compose_labels("db"), health="unhealthy")
    with fails_with("dependency-unhealthy", name="web", other="todos-db-1"):
        judged(created("", db, labels=labels))
    with fails_with("dependency-unhealthy"):
        judged(created("some words", db, labels=labels))


# --- a service that waits for another one to be healthy ---


def waits_for(depends_on: str | None, *others: FakeContainer) -> CheckFailed:
    labels = {} if depends_on is None else {"com.docker.compose.depends_on": depends_on}
    api = fake_container("api", state="created", labels=compose_labels("api") | labels)
    machine = FakeMachine(api, *others).as_machine(containers={"api": {"name": "api", "image": "x"}})
    with pytest.raises(CheckFailed) as caught:
        require_running(machine.container("api"))
    return caught.value


def db(health: str = "unhealthy", service: str = "db", project: str = "todos") -> FakeContainer:
    return fake_container(f"{project}-{service}-1", labels=compose_labels(service, project), health=health)


def test_what_it_waits_for_is_named_with_what_its_check_printed() -> None:
    mistake = waits_for("cache:service_started:false,db:service_healthy:false", db())
    assert mistake.code == "dependency-unhealthy"
    assert mistake.values == {"name": "api", "other": "todos-db-1", "said": "said the check"}
    assert mistake.evidence == ("said the check",)


@pytest.mark.parametrize(
    ("depends_on", "other"),
    [
        ("db:service_healthy:false", db("healthy")),
        ("db:service_healthy:false", db("starting")),
        ("db:service_healthy:false", db("")),
        ("db:service_healthy:false", db(service="cache")),
        ("db:service_healthy:false", db(project="other")),
        ("db:service_started:false", db()),
        ("db", db()),
        ("", db()),
        (None, db()),
        ("db:service_healthy:false", None),
    ],
)
def test_nothing_else_is_waited_for(depends_on: str | None, other: FakeContainer | None) -> None:
    assert waits_for(depends_on, *([other] if other else [])).code == "container-created"


def test_on_podman_the_container_that_publishes_the_port_has_it() -> None:
    box = fake_container(state="created", ports={"80/tcp": "4000"})
    holder = fake_container("essai", ports={"80/tcp": "4000"})
    machine = FakeMachine(box, holder, version=PODMAN_4)
    with fails_with("port-taken", container="essai"):
        judged(machine)
