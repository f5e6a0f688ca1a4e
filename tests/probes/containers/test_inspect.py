"""`docker inspect` of every kind of engine, parsed into one fact."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.containers.inspect import ContainerFact, parse_container
from grader.probes.containers.ports import PortFact
from grader.probes.mounts.mounts import MountFact
from tests.probes.malformed_answers import (
    BIDI,
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import NOW

STARTED = "2027-01-15T07:59:00.123456789Z"
ENDED = "2027-01-15T07:59:30.123456789Z"
BINDING = {"80/tcp": [{"HostIp": "", "HostPort": "4000"}]}
LIVE = {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "4000"}, {"HostIp": "::", "HostPort": "4000"}]}  # noqa: S104
DOCKER_20: dict[str, Any] = {
    "Id": "c0ffee",
    "Created": "2027-01-15T07:58:59.9Z",
    "Path": "/docker-entrypoint.sh",
    "Args": ["nginx", "-g", "daemon off;"],
    "State": {
        "Status": "running", "Running": True, "Paused": False, "OOMKilled": False, "Dead": False, "Pid": 4711,
        "ExitCode": 0, "Error": "", "StartedAt": STARTED, "FinishedAt": "0001-01-01T00:00:00Z",
    },
    "Image": "sha256:00ff",
    "Name": "/web",
    "RestartCount": 0,
    "HostConfig": {
        "NetworkMode": "default", "PortBindings": BINDING, "PublishAllPorts": False, "ExtraHosts": None, "Links": None,
        "UTSMode": "", "PidMode": "", "RestartPolicy": {"Name": "no"},
    },
    "Mounts": [
        {"Type": "bind", "Source": "/home/anna/site", "Destination": "/usr/share/nginx/html", "Mode": "", "RW": True},
    ],
    "Config": {
        "Hostname": "c0ffee", "User": "", "AttachStdout": False, "AttachStderr": False, "Tty": False,
        "OpenStdin": False, "Env": ["PATH=/usr/bin", "A=b=c", "EMPTY="], "Image": "nginx", "WorkingDir": "",
        "ExposedPorts": {"80/tcp": {}}, "Labels": {"maintainer": "NGINX"},
    },
    "NetworkSettings": {
        "IPAddress": "172.17.0.2", "Ports": LIVE,
        "Networks": {"bridge": {"IPAddress": "172.17.0.2", "Gateway": "172.17.0.1", "Aliases": None, "Links": None}},
    },
}  # fmt: skip


def changed(base: dict[str, Any] = DOCKER_20, **parts: Any) -> dict[str, Any]:
    """`base` with fields added to its tables; other values are replaced."""
    whole = dict(base)
    for name, part in parts.items():
        whole[name] = base[name] | part if isinstance(part, dict) and isinstance(base.get(name), dict) else part
    return whole


def without(base: dict[str, Any], *paths: str) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(base))
    for path in paths:
        node = whole
        *way, last = path.split(".")
        for step in way:
            node = node[step]
        del node[last]
    return whole


DOCKER_29 = without(
    changed(
        NetworkSettings={
            "Networks": {"bridge": {"IPAddress": "172.17.0.2", "Gateway": "172.17.0.1", "DNSNames": None}}
        },
        ImageManifestDescriptor={"digest": "sha256:00ff", "platform": {"os": "linux"}},
    ),
    "NetworkSettings.IPAddress",
)  # fmt: skip
PODMAN = changed(
    State={"Health": None, "FinishedAt": "0001-01-01T00:00:00Z", "OciVersion": "1.0.2", "ConmonPid": 4700},
    HostConfig={"Links": None, "ExtraHosts": [], "PidMode": "private", "UTSMode": "private", "Tmpfs": {}},
    Config={"Volumes": None, "Entrypoint": "", "Labels": None, "StopSignal": "15"},
    Mounts=[
        {"Type": "bind", "Source": "/home/anna/site", "Destination": "/usr/share/nginx/html", "Driver": "", "RW": True,
         "Options": ["rbind"], "Propagation": "rprivate"},
    ],
)  # fmt: skip


def read(raw: dict[str, Any], at: float | None = NOW) -> ContainerFact:
    return parse_container(Answer(body=json.dumps(raw).encode(), at=at))


@pytest.mark.parametrize("raw", [DOCKER_20, DOCKER_29, PODMAN], ids=["Docker 20", "Docker 29", "Podman"])
def test_every_engine_tells_the_same_container(raw: dict[str, Any]) -> None:
    fact = read(raw)
    assert (fact.id, fact.name, fact.image, fact.image_id) == ("c0ffee", "web", "nginx", "sha256:00ff")
    assert (fact.state, fact.is_running, fact.pid, fact.restarts) == ("running", True, 4711, 0)
    assert fact.ports == fact.requested_ports == (PortFact(80, "tcp", "", 4000),)
    assert fact.mounts == (MountFact("bind", "/home/anna/site", "/usr/share/nginx/html", writable=True),)
    assert fact.addresses == ("172.17.0.2",)
    assert fact.networks["bridge"].gateway == "172.17.0.1"
    assert fact.command == ("/docker-entrypoint.sh", "nginx", "-g", "daemon off;")
    assert fact.env == {"PATH": "/usr/bin", "A": "b=c", "EMPTY": ""}
    assert fact.exposed == ("80/tcp",)
    assert (fact.pid_mode, fact.links, fact.extra_hosts) == ("", {}, ())
    assert fact.inspected_at == NOW


def test_what_few_containers_have_is_read_too() -> None:
    fact = read(
        changed(
            State={"OOMKilled": True, "Error": f"no {BIDI}", "ExitCode": 137, "FinishedAt": ENDED},
            Config={
                "User": "1000:1000", "Hostname": "base", "WorkingDir": "/app", "Tty": True, "OpenStdin": True,
                "Labels": {"com.docker.compose.service": "web"},
            },
            HostConfig={
                "UTSMode": "host", "PidMode": "container:x", "PublishAllPorts": True, "ExtraHosts": ["a:1.2.3.4"],
            },
            RestartCount=3,
        )
    )  # fmt: skip
    assert fact.out_of_memory
    assert fact.exit_code == 137
    assert fact.error.startswith("no \\u202e\\x1b[31m\\x00")
    assert (fact.user, fact.hostname, fact.workdir, fact.tty, fact.stdin_open) == (
        "1000:1000",
        "base",
        "/app",
        True,
        True,
    )
    assert (fact.uts_mode, fact.pid_mode, fact.network_mode) == ("host", "container:x", "default")
    assert fact.publish_all
    assert fact.is_of_compose
    assert (fact.restarts, fact.extra_hosts) == (3, ("a:1.2.3.4",))
    assert (fact.started_at, fact.finished_at) == (STARTED, ENDED)


@pytest.mark.parametrize(
    ("args", "config", "command"),
    [
        (["./start.sh"], {"Cmd": ["./start.sh"], "Entrypoint": []}, ("./start.sh",)),
        (["./start.sh"], {"Cmd": None, "Entrypoint": ["./start.sh"]}, ("./start.sh",)),
        (["./start.sh"], {"Cmd": ["./start.sh"], "Entrypoint": ["./start.sh"]}, ("./start.sh", "./start.sh")),
        (["./start.sh"], {"Cmd": ["./start.sh", "./start.sh"], "Entrypoint": None}, ("./start.sh", "./start.sh")),
        ([], {"Cmd": ["./start.sh"], "Entrypoint": None}, ("./start.sh",)),
    ],
)
def test_a_command_of_one_word_that_podman_4_repeats_is_one_word(
    args: list[str], config: dict[str, Any], command: tuple[str, ...]
) -> None:
    raw = changed(Config=DOCKER_20["Config"] | config)
    assert read(raw | {"Path": "./start.sh", "Args": args}).command == command


def test_the_least_that_an_engine_may_say_is_enough() -> None:
    bare: dict[str, Any] = {
        "Id": "x",
        "Name": "web",
        "State": {},
        "Config": {},
        "HostConfig": {},
        "NetworkSettings": {},
    }
    fact = read(bare)
    assert (fact.name, fact.state, fact.health, fact.health_output, fact.uptime_s) == ("web", "unknown", "", "", 0.0)
    assert (fact.ports, fact.mounts, fact.networks, fact.command, fact.env) == ((), (), {}, (), {})
    assert not fact.is_of_compose


@pytest.mark.parametrize(
    "nulls",
    [
        {"Args": None, "Mounts": None},
        {"Config": {"Env": None, "Labels": None, "ExposedPorts": None}},
        {"HostConfig": {"PortBindings": None, "ExtraHosts": None, "Links": None, "Tmpfs": None}},
        {"NetworkSettings": {"Ports": None, "Networks": None}},
        {"NetworkSettings": {"Ports": {"80/tcp": None}, "Networks": {"bridge": None}}},
        {"State": {"Health": None}},
        {"State": {"Health": {"Status": "healthy", "Log": None}}},
    ],
)
def test_nulls_stand_for_nothing(nulls: dict[str, Any]) -> None:
    assert read(changed(**nulls)).name == "web"


@pytest.mark.parametrize(
    "gone",
    ["Id", "Name", "State", "Config", "HostConfig", "NetworkSettings"],
)
def test_what_no_container_is_without_is_missed(gone: str) -> None:
    assert_probe_failed("answer-garbled", lambda: read(without(DOCKER_20, gone)))


@pytest.mark.parametrize(
    "other",
    [
        {"Id": None}, {"Name": ["web"]}, {"State": None}, {"Config": []}, {"State": {"Status": None}},
        {"State": {"ExitCode": "x"}}, {"State": {"Pid": 10**30}}, {"RestartCount": 2**63}, {"State": {"ExitCode": 1.5}},
        {"Config": {"Env": "A=b"}}, {"Config": {"Env": [None]}}, {"Config": {"Labels": {"a": 1}}}, {"Mounts": {}},
        {"NetworkSettings": {"Ports": []}}, {"NetworkSettings": {"Ports": {"80/tcp": [{"HostPort": "x"}]}}},
        {"NetworkSettings": {"Ports": {"http": [{"HostPort": "1"}]}}}, {"NetworkSettings": {"Networks": []}},
        {"NetworkSettings": {"Networks": {"a": {"IPAddress": "evil.example"}}}},
        {"State": {"Health": {"Log": [None]}}}, {"HostConfig": {"Tmpfs": ["/run"]}},
    ],
)  # fmt: skip
def test_other_types_are_refused(other: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: read(changed(**other)))


def test_numbers_and_truth_values_in_quotes_are_read() -> None:
    fact = read(changed(State={"ExitCode": "3", "OOMKilled": "true", "Pid": "7"}))
    assert (fact.exit_code, fact.out_of_memory, fact.pid) == (3, True, 7)


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404, at=NOW), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: parse_container(answer)).values["asked"] == "GET /containers/{id}/json"


def test_without_the_machines_clock_nothing_is_told() -> None:
    assert_probe_failed("no-clock", lambda: read(DOCKER_20, at=None))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("created", "created"), ("running", "running"), ("paused", "paused"), ("restarting", "restarting"),
        ("removing", "removing"), ("exited", "exited"), ("dead", "dead"), ("configured", "created"),
        ("initialized", "created"), ("stopped", "exited"), ("stopping", "unknown"), ("", "unknown"), (BIDI, "unknown"),
    ],
)  # fmt: skip
def test_states_are_told_in_dockers_words(status: str, state: str) -> None:
    fact = read(changed(State={"Status": status}))
    assert fact.state == state
    assert fact.is_running is (status == "running")


@pytest.mark.parametrize(
    ("health", "status", "said"),
    [
        (None, "", ""),
        ({"Status": "none"}, "", ""),
        ({"Status": "starting", "Log": []}, "starting", ""),
        (
            {"Status": "unhealthy", "Log": [{"Output": "old"}, {"Output": " curl:\x1b (7)\n"}]},
            "unhealthy",
            "curl:\\x1b (7)",
        ),
        ({"Status": "healthy", "FailingStreak": 0, "Log": [{"ExitCode": 0}]}, "healthy", ""),
        ({}, "", ""),
    ],
)
def test_health_is_told_where_there_is_a_check(health: dict[str, Any] | None, status: str, said: str) -> None:
    fact = read(changed(State={"Health": health}))
    assert (fact.health, fact.health_output) == (status, said)


@pytest.mark.parametrize(
    ("state", "uptime"),
    [
        ({"Status": "running"}, 59.876544),
        ({"Status": "paused"}, 59.876544),
        ({"Status": "exited", "FinishedAt": ENDED}, 30.0),
        ({"Status": "exited", "FinishedAt": "0001-01-01T00:00:00Z"}, 0.0),
        ({"Status": "exited", "FinishedAt": "2027-01-15T07:00:00Z"}, 0.0),
        ({"Status": "created", "StartedAt": "0001-01-01T00:00:00Z"}, 0.0),
        ({"Status": "running", "StartedAt": "2027-01-15T09:00:00Z"}, 0.0),
        ({"Status": "running", "StartedAt": "nonsense"}, 0.0),
    ],
    ids=["running", "paused", "ended", "end unknown", "ended before", "never", "in the future", "no date"],
)
def test_uptime_is_by_the_machines_own_clock(state: dict[str, str], uptime: float) -> None:
    assert read(changed(State=state)).uptime_s == pytest.approx(uptime, abs=1e-3)


def test_a_running_containers_ports_are_those_it_really_has() -> None:
    chosen = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}]}
    typed = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    fact = read(changed(NetworkSettings={"Ports": chosen}, HostConfig={"PortBindings": typed}))
    assert fact.ports == (PortFact(80, "tcp", "127.0.0.1", 32768),)
    assert fact.requested_ports == (PortFact(80, "tcp", "127.0.0.1", None),)


@pytest.mark.parametrize("status", ["exited", "created", "restarting"])
def test_of_one_that_does_not_run_those_are_told_that_it_asks_for(status: str) -> None:
    fact = read(changed(State={"Status": status}, NetworkSettings={"Ports": {"81/tcp": [{"HostPort": "1"}]}}))
    assert fact.ports == (PortFact(80, "tcp", "", 4000),)


@pytest.mark.parametrize("status", ["running", "paused"])
@pytest.mark.parametrize("ports", [{}, {"80/tcp": None}, {"80/tcp": []}], ids=["none", "Docker 29's null", "empty"])
def test_of_a_running_one_only_bindings_in_force_are_ports(status: str, ports: dict[str, Any]) -> None:
    """On an internal network the engine publishes nothing, whatever was typed."""
    fact = read(changed(State={"Status": status}, NetworkSettings={"Ports": ports}))
    assert fact.ports == ()
    assert fact.requested_ports == (PortFact(80, "tcp", "", 4000),)


def test_a_running_one_whose_engine_tells_nothing_of_ports_has_those_it_asks_for() -> None:
    assert read(changed(NetworkSettings={"Ports": None})).ports == (PortFact(80, "tcp", "", 4000),)


@pytest.mark.parametrize(
    ("typed", "is_typed"),
    [
        pytest.param({"80/tcp": [{"HostIp": "", "HostPort": "4000"}]}, False, id="the engine's default address"),
        pytest.param({}, False, id="-P"),
        pytest.param({"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "4000"}]}, True, id="typed"),
        pytest.param({"81/tcp": [{"HostIp": "127.0.0.1", "HostPort": "4000"}]}, False, id="typed for another port"),
    ],
)
def test_an_address_that_the_engine_chose_is_not_the_students(typed: dict[str, Any], *, is_typed: bool) -> None:
    """`"ip": "127.0.0.1"` in daemon.json: what was typed counts."""
    live = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "4000"}]}
    [port] = read(changed(NetworkSettings={"Ports": live}, HostConfig={"PortBindings": typed})).ports
    assert (port.host_ip, port.is_on_loopback, port.is_default_address) == ("127.0.0.1", is_typed, not is_typed)


def test_on_the_network_of_the_machine_nothing_is_published_whatever_was_typed() -> None:
    fact = read(changed(HostConfig={"NetworkMode": "host"}, NetworkSettings={"Ports": {}}))
    assert fact.ports == ()
    assert fact.requested_ports == (PortFact(80, "tcp", "", 4000),)
    assert fact.network_mode == "host"


def test_the_network_of_the_machine_may_be_given_by_its_id() -> None:
    fact = read(
        changed(HostConfig={"NetworkMode": 64 * "a"}, NetworkSettings={"Ports": None, "Networks": {"host": {}}})
    )
    assert fact.ports == ()


@pytest.mark.parametrize(
    ("out", "err", "attached"), [(False, False, False), (True, False, True), (False, True, True), (True, True, True)]
)
def test_a_terminal_on_either_output_is_an_attached_one(out: object, err: object, attached: object) -> None:
    assert read(changed(Config={"AttachStdout": out, "AttachStderr": err})).attached is attached


def test_a_tmpfs_is_a_mount_like_any_other() -> None:
    fact = read(changed(HostConfig={"Tmpfs": {"/run/": "size=1m", "/tmp": ""}}))  # noqa: S108 - a path inside
    assert [(one.type, one.target) for one in fact.mounts[1:]] == [("tmpfs", "/run"), ("tmpfs", "/tmp")]  # noqa: S108
    assert all(one.writable for one in fact.mounts)


def test_a_command_without_its_program_is_none() -> None:
    assert read(changed(Path="", Args=["x"])).command == ()


def test_links_are_told_by_alias_from_both_kinds_of_network() -> None:
    fact = read(
        changed(
            HostConfig={"Links": ["/mongo:/api/db", "/redis:/api/cache"]},
            NetworkSettings={"Networks": {"todos-net": {"Links": ["todos-mongo", "todos-app:page"]}}},
        )
    )
    assert fact.links == {"db": "mongo", "cache": "redis", "todos-mongo": "todos-mongo", "page": "todos-app"}


@pytest.mark.parametrize(("written", "name"), [("/web", "web"), ("web", "web"), ("//web", "/web"), ("", "")])
def test_a_name_has_no_slash_in_front(written: str, name: str) -> None:
    assert read(changed(Name=written)).name == name


FULL = changed(
    State={"Health": {"Status": "healthy", "Log": [{"Output": "ok"}]}, "FinishedAt": ENDED},
    HostConfig={"Tmpfs": {"/run": ""}, "Links": ["/a:/web/b"], "ExtraHosts": ["a:1.2.3.4"]},
)


@many_examples
@given(answers_like(FULL))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    def look() -> object:
        fact = parse_container(answer)
        ports = [(str(port), port.is_on_loopback) for port in (*fact.ports, *fact.requested_ports)]
        return fact, ports, fact.addresses, fact.is_of_compose, f"{fact.uptime_s:.0f} {fact.exit_code}"

    assert_fact_or_probe_failed(look)
