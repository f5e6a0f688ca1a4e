"""What a failure says is true: each claim is looked up in the recording itself, without the grader's own probes.

For every recorded wrong solution, the values of each diagnosis (names, ports, images, users, exit codes, paths) and the
sentence that goes with it must hold in the recorded state.
"""

from __future__ import annotations

import ipaddress
import itertools
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from grader.messages import catalogue
from tests.exercises.recorded_state import RecordedState
from tests.replays.replay import find_solution, judge_recording, load_suite
from tests.replays.stored_recording import read_stored, recorded_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.replays.stored_recording import StoredRecording

    Values = dict[str, str]
    Claim = Callable[[RecordedState, Values], object]

WRONG = [name for name in recorded_names() if "/wrong/" in name]
LISTENS = "0A"


# --- how a claim is looked up ----------------------------------------------------------------------------------------


def some(state: RecordedState, values: Values, is_so: Callable[[dict[str, Any]], object]) -> bool:
    """True if that is so in an answer of `docker inspect` for the container."""
    return any(is_so(one) for one in state.inspects(values["name"]))


def status_is(*statuses: str) -> Claim:
    return lambda state, values: some(state, values, lambda one: one["State"]["Status"] in statuses)


def config_is(key: str, *, value: object) -> Claim:
    return lambda state, values: some(state, values, lambda one: one["Config"].get(key) == value)


def mounts(state: RecordedState, values: Values) -> list[dict[str, Any]]:
    found = [mount for one in state.inspects(values["name"]) for mount in one.get("Mounts") or ()]
    tmpfs = [at for one in state.inspects(values["name"]) for at in one["HostConfig"].get("Tmpfs") or ()]
    return [*found, *({"Type": "tmpfs", "Source": "", "Destination": at} for at in tmpfs)]


def has_mount(kind: str = "", *, source: str = "source", inside: str = "inside") -> Claim:
    """A mount of that type, from and to the paths in these values, if the diagnosis has them."""
    return lambda state, values: any(
        (not kind or mount["Type"] == kind)
        and values.get(source, mount["Source"]) in {mount["Source"], mount.get("Name")}
        and values.get(inside, mount["Destination"]).rstrip("/") == mount["Destination"].rstrip("/")
        for mount in mounts(state, values)
    )


def host_config(is_so: Callable[[dict[str, Any], Values], object]) -> Claim:
    """What `HostConfig` of the container says of it."""
    return lambda state, values: some(state, values, lambda one: is_so(one["HostConfig"], values))


def health_check(is_so: Callable[[list[str], Values], object]) -> Claim:
    """What the health check of the container runs; an empty list without one."""
    return lambda state, values: some(
        state, values, lambda one: is_so((one["Config"].get("Healthcheck") or {}).get("Test") or [], values)
    )


def health_is(status: str) -> Claim:
    return lambda state, values: some(state, values, lambda one: one["State"]["Health"]["Status"] == status)


def bindings(state: RecordedState, values: Values) -> set[str]:
    """`4000->80/tcp`, with its address if it is not for all, in force or requested."""
    found = set()
    for one in state.inspects(values["name"]):
        for ports in (one["NetworkSettings"].get("Ports"), one["HostConfig"].get("PortBindings")):
            for inside, hosts in (ports or {}).items():
                for host in hosts or ():
                    address = "" if host["HostIp"] in {"", "0.0.0.0", "::"} else f"{host['HostIp']}:"  # noqa: S104
                    found.add(f"{address}{host['HostPort'] or '?'}->{inside}")
    return found


def host_ports(state: RecordedState, values: Values) -> set[str]:
    return {re.sub(r".*?(\d*)->.*", r"\1", one) for one in bindings(state, values)}


def publishes_all(state: RecordedState, values: Values, *, field: str = "published") -> bool:
    said = [one for one in values[field].split(", ") if one]
    return bool(said) and set(said) <= bindings(state, values)


def leads_to(state: RecordedState, values: Values) -> bool:
    return any(one.endswith(f"{values['wanted']}->{values['inside']}/tcp") for one in bindings(state, values))


def listening(state: RecordedState, name: str) -> list[tuple[str, int]]:
    """Address and port of each listening TCP socket, from the kernel's last table inside."""
    tables = [out for command, out in state.outputs(name) if "/proc/net/tcp" in command or "local_address" in out]
    rows = [line.split() for line in (tables[-1] if tables else "").splitlines()]
    found = []
    for row in rows:
        if len(row) > 3 and row[3] == LISTENS:
            digits, _, port = row[1].partition(":")
            raw = bytes.fromhex(digits)
            packed = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
            found.append((str(ipaddress.ip_address(packed)), int(port, 16)))
    return [one for one in found if one[0] != "127.0.0.11"]


def file_in(state: RecordedState, values: Values, *, path: str = "path") -> list[dict[str, Any]] | None:
    name = values.get("name") or next(iter(state.container_names), "")
    for one in [name, *state.container_names]:
        members = state.file(one, values[path])
        if members:
            return members
    return None


def content(state: RecordedState, values: Values) -> str:
    return str((file_in(state, values) or [{}])[0].get("text", ""))


def events_of_last_run(state: RecordedState, name: str) -> list[tuple[str, dict[str, str]]]:
    events = state.events(name)
    starts = [place for place, (action, _) in enumerate(events) if action == "start"]
    return events[starts[-1] :] if starts else events


def was_stopped(state: RecordedState, values: Values) -> bool:
    """By its events; if the engine has forgotten them, by a code that stands for a signal."""
    run = events_of_last_run(state, values["name"])
    return any(action in {"stop", "kill"} for action, _ in run) or (not run and values["exit_code"] in {"137", "143"})


def image_of(state: RecordedState, values: Values) -> list[dict[str, Any]]:
    return state.images(values["name"])


def image_config(key: str, is_so: Callable[[Any, Values], object]) -> Claim:
    return lambda state, values: any(is_so(one["Config"].get(key), values) for one in image_of(state, values))


def history(state: RecordedState, name: str) -> list[dict[str, Any]]:
    found = [one["Id"] for one in state.images(name)] + [name]
    return [line for one in found for lines in state._json(f"/images/{one}/history") for line in lines]


def answered(*statuses: int) -> Claim:
    return lambda state, values: set(statuses) & state.statuses(int(values["port"]))


def runs_in_loop(state: RecordedState, values: Values) -> bool:
    return some(state, values, lambda one: one["RestartCount"] > 0)


def is_root(one: dict[str, Any]) -> bool:
    return str(one["Config"].get("User", "")).partition(":")[0] in {"", "0", "root"}


# --- the sentence of each diagnosis ----------------------------------------------------------------------------------

CLAIMS: dict[str, Claim] = {
    "container-missing": lambda state, values: values["name"] not in state.container_names,
    "container-misnamed": lambda state, values: values["name"] not in state.container_names,
    "container-unnamed": lambda state, values: values["name"] not in state.container_names,
    "container-created": status_is("created"),
    "container-paused": status_is("paused"),
    "container-exited": lambda state, values: (
        status_is("exited")(state, values)
        and not any(action in {"stop", "kill"} for action, _ in events_of_last_run(state, values["name"]))
    ),
    "container-ended": status_is("exited"),
    "container-stopped": lambda state, values: status_is("exited")(state, values) and was_stopped(state, values),
    "out-of-memory": lambda state, values: some(state, values, lambda one: one["State"]["OOMKilled"]),
    "container-crash-loop": runs_in_loop,
    "container-other-image": lambda _, values: values["image"] != values["wanted"],
    "shell-without-terminal": config_is("OpenStdin", value=False),
    "command-not-a-list": lambda state, values: some(state, values, lambda one: values["seen"] in one["Args"]),
    "foreground": config_is("AttachStdout", value=True),
    "foreground-stopped": lambda state, values: (
        status_is("exited")(state, values) and config_is("AttachStdout", value=True)(state, values)
    ),
    "script-windows-lines": lambda state, values: "\r\n" in content(state, values),
    "script-without-interpreter": lambda state, values: not content(state, values).startswith("#!"),
    "dependency-unhealthy": lambda state, values: any(
        one["State"]["Health"]["Status"] == "unhealthy" for one in state.inspects(values["other"])
    ),
    # ports
    "port-taken": status_is("created"),
    "port-not-published": lambda state, values: not bindings(state, values),
    "port-reversed": lambda _, values: f"{values['inside']}->{values['wanted']}/tcp" in values["published"],
    "port-random": lambda state, values: not leads_to(state, values),
    "port-other": lambda state, values: (
        not leads_to(state, values) and values["wanted"] not in host_ports(state, values)
    ),
    "port-wrong-inside": lambda state, values: (
        not leads_to(state, values) and values["wanted"] in host_ports(state, values)
    ),
    "port-on-loopback": lambda _, values: "127.0.0.1:" in values["published"] or "[::1]" in values["published"],
    "port-udp": lambda _, values: "/udp" in values["published"],
    "port-host-network": lambda state, values: some(
        state, values, lambda one: one["HostConfig"]["NetworkMode"] == "host"
    ),
    "port-no-network": lambda state, values: some(
        state, values, lambda one: one["HostConfig"]["NetworkMode"].startswith(values["mode"])
    ),
    "port-left-network": lambda state, values: some(state, values, lambda one: not one["NetworkSettings"]["Networks"]),
    "outside-your-ports": lambda _, values: not int(values["first"]) <= int(values["published"]) <= int(values["last"]),
    "nothing-listens-inside": lambda state, values: not listening(state, values["name"]),
    "listens-on-another-port": lambda state, values: (
        {port for _, port in listening(state, values["name"])} == set(map(int, values["others"].split(", ")))
    ),
    "listens-on-loopback-inside": lambda state, values: all(
        ipaddress.ip_address(address).is_loopback
        for address, port in listening(state, values["name"])
        if str(port) == values["inside"]
    ),
    "site-silent": lambda state, values: values["why"] in state.statuses(int(values["port"])),
    "site-error": lambda state, values: answered(int(values["status"]))(state, values) and int(values["status"]) >= 500,
    "site-status": lambda state, values: answered(int(values["status"]))(state, values),
    "site-redirects-away": lambda state, values: answered(int(values["status"]))(state, values),
    "page-is-a-listing": lambda state, values: "Directory listing for" in state.pages(int(values["port"])),
    "index-missing": lambda state, values: answered(int(values["status"]))(state, values),
    "index-default": lambda state, values: "Welcome to nginx!" in state.pages(int(values["port"])),
    "index-empty": answered(200),
    # terminals and programs
    "command-other": lambda state, values: some(
        state, values, lambda one: " ".join([one["Path"], *one["Args"]]) == values["seen"]
    ),
    "no-terminal": lambda state, values: (
        config_is("Tty", value=False)(state, values) and config_is("OpenStdin", value=False)(state, values)
    ),
    "no-tty": config_is("Tty", value=False),
    "no-stdin": config_is("OpenStdin", value=False),
    "still-inside": status_is("running"),
    "not-left-again": status_is("running"),
    "never-restarted": lambda state, values: [action for action, _ in state.events(values["name"])].count("start") == 1,
    "left-by-force": lambda _, values: int(values["exit_code"]) > 128,
    "left-after-a-failure": lambda _, values: 0 < int(values["exit_code"]) <= 128,
    "process-1-other": status_is("running"),
    "process-of-the-machine": lambda state, values: some(
        state, values, lambda one: one["HostConfig"]["PidMode"] == values["seen"]
    ),
    "hostname-of-the-machine": lambda state, values: some(
        state,
        values,
        lambda one: values["hostname"] == one["Config"]["Hostname"] or one["HostConfig"]["UTSMode"] == "host",
    ),
    "left-over-running": lambda state, values: any(
        one["State"] in {"running", "paused", "restarting"}
        for one in state.listed
        if one["Names"][0][1:] in values["names"].split(", ")
    ),
    "left-over-stopped": lambda state, values: (
        not any(one["State"] == "running" for one in state.listed if one["Names"][0][1:] in values["names"].split(", "))
    ),
    "runs-as-root": lambda state, values: (
        some(state, values, is_root)
        and some(state, values, lambda one: one["Config"].get("User", "") == values["user"])
    ),
    "root-by-option": lambda state, values: (
        some(state, values, is_root)
        and any(
            one["Config"]["User"] == values["wanted"]
            for one in state.images(state.inspects(values["name"])[0]["Image"])
        )
    ),
    "user-by-option": lambda state, values: (
        some(state, values, lambda one: one["Config"]["User"] == values["user"] and not is_root(one))
        and any(is_root(one) for one in state.images(values["image"]))
    ),
    "user-is-root": lambda state, values: some(state, values, lambda one: one["Config"]["User"] == values["user"]),
    "command-typed": lambda state, values: some(
        state, values, lambda one: " ".join([one["Path"], *one["Args"]]) == values["seen"] != values["own"]
    ),
    "code-at-the-root": lambda _, values: values["path"].count("/") == 1,
    # files
    "file-not-made": lambda state, values: state.file(values["name"], values["path"]) is None,
    "not-a-file": lambda state, values: (file_in(state, values) or [{}])[0].get("type") == "5",
    "file-empty": lambda state, values: not content(state, values).strip(),
    "file-elsewhere": lambda state, values: state.changes(values["name"]).get(values["near"]) == 1,
    "file-misnamed": lambda state, values: state.changes(values["name"]).get(values["near"]) == 1,
    "file-in-another-container": lambda state, values: state.changes(values["other"]).get(values["path"]) == 1,
    "change-in-another-container": lambda state, values: state.changes(values["other"]).get(values["path"]) == 0,
    "file-deleted": lambda state, values: state.changes(values["name"]).get(values["path"]) == 2,
    "file-in-image": lambda state, values: state.changes(values["name"]).get(values["path"]) != 1,
    "file-on-a-mount": has_mount(),
    "file-on-tmpfs": has_mount("tmpfs"),
    "file-unchanged": lambda state, values: values["path"] not in state.changes(values["name"]),
    "file-not-of-image": lambda state, values: state.changes(values["name"]).get(values["path"]) == 1,
    "file-missing": lambda state, values: file_in(state, values) is None,
    "file-is-a-folder": lambda state, values: (file_in(state, values) or [{}])[0].get("type") == "5",
    "not-executable": lambda state, values: not (file_in(state, values) or [{"mode": 0o111}])[0]["mode"] & 0o111,
    "link-leads-away": lambda state, values: values["target"] in str(file_in(state, values)),
    "text-missing": lambda state, values: values["wanted"] not in content(state, values).lower(),
    "script-not-heard": lambda state, values: (
        content(state, values).startswith("#!") and values["wanted"] not in content(state, values)
    ),
    # images
    "image-missing": lambda state, values: (
        not any(re.fullmatch(rf"(.*/)?{values['name']}(:.*)?", one) for one in state.image_names)
    ),
    "image-misnamed": lambda state, values: values["near"] in state.image_names,
    "image-unnamed": lambda state, values: not image_of(state, values),
    "image-gone": lambda state, values: not image_of(state, {"name": values["image"]}),
    "image-committed-over": lambda state, values: (
        len(
            {one["Id"] for one in state.images(values["image"])}
            | {one["Image"] for one in state.inspects(values["name"])}
        )
        > 1
    ),
    "container-of-older-build": lambda state, values: any(
        now["Id"] != made["Image"] for now in state.images(values["image"]) for made in state.inspects(values["name"])
    ),
    "image-pulled": lambda state, values: any(
        values["source"] in digest for one in image_of(state, values) for digest in one["RepoDigests"]
    ),
    "image-only-tagged": lambda state, values: any(
        values["base"] in one["RepoTags"] for one in image_of(state, values)
    ),
    "image-imported": lambda state, values: any(
        line["Comment"].startswith("Imported from") for line in history(state, values["name"])
    ),
    "base-gone": lambda state, values: values["base"] not in state.image_names,
    "image-no-command": image_config("Cmd", lambda cmd, values: " ".join(cmd or ()) == values["seen"]),
    "image-no-port": image_config("ExposedPorts", lambda ports, values: f"{values['port']}/tcp" not in (ports or {})),
    "image-other-port": image_config(
        "ExposedPorts",
        lambda ports, values: f"{values['port']}/tcp" not in ports and set(values["seen"].split(", ")) <= set(ports),
    ),
    "image-no-workdir": image_config("WorkingDir", lambda path, _: path in {"", "/", None}),
    "image-too-big": lambda state, values: any(
        one["Size"] // 1_000_000 == int(values["mb"]) >= int(values["limit"]) for one in image_of(state, values)
    ),
    "image-not-lighter": lambda state, values: any(
        one["Size"] // 1_000_000 == int(values["mb"]) >= int(values["other_mb"]) for one in image_of(state, values)
    ),
    "code-mounted": has_mount(),
    "code-copied-in": lambda state, values: values["path"] in state.changes(values["name"]),
    # folders
    "mount-missing": lambda state, values: not has_mount(source="none")(state, values),
    "named-volume-not-bind": has_mount("volume", source="volume"),
    "anonymous-volume-not-bind": has_mount("volume", source="volume"),
    "mount-not-bind": lambda state, values: has_mount(values["type"])(state, values) and values["type"] != "bind",
    "mount-wrong-inside": has_mount("bind", inside="there"),
    "mount-wrong-outside": has_mount("bind"),
    "mount-other-case": lambda state, values: (
        has_mount("bind")(state, values)
        and values["source"].casefold().endswith(values["wanted"].removeprefix("~").casefold())
    ),
    "mount-unused": lambda state, values: (
        has_mount("bind")(state, values)
        and some(state, values, lambda one: " ".join([one["Path"], *one["Args"]]) == values["command"])
    ),
    "mount-mistyped": has_mount("bind"),
    "mount-reversed": has_mount("bind", inside="there"),
    "mount-stale": has_mount("bind", source="folder"),
    "mount-is-a-file": has_mount("bind", inside="there"),
    "mounted-file-replaced": has_mount("bind"),
    "mounted-file-missing": has_mount("bind"),
    "copied-not-mounted": lambda state, values: not has_mount("bind", source="none")(state, values),
    "unreadable": has_mount("bind", source="folder"),
    "not-served": has_mount("bind", source="folder"),
    # volumes
    "bind-not-volume": has_mount("bind"),
    "volume-anonymous": lambda state, values: any(
        mount["Type"] == "volume" and re.fullmatch("[0-9a-f]{64}", mount["Name"]) for mount in mounts(state, values)
    ),
    "volume-not-mounted": lambda state, values: not has_mount("volume", source="volume")(state, values),
    "volume-other": has_mount("volume", source="seen"),
    "volume-wrong-inside": has_mount("volume", source="volume", inside="seen"),
    # limits, restarts, health
    "memory-unlimited": host_config(lambda host, _: not host["Memory"]),
    "memory-only-reserved": host_config(lambda host, _: not host["Memory"] and host["MemoryReservation"]),
    "memory-limit-other": host_config(
        lambda host, values: float(values["seen"].removesuffix(" MB")) == round(host["Memory"] / 1024**2, 1)
    ),
    "cpus-unlimited": host_config(lambda host, _: not host["NanoCpus"] and host["CpuQuota"] <= 0),
    "cpus-not-limited-by": host_config(
        lambda host, _: not host["NanoCpus"] and host["CpuQuota"] <= 0 and (host["CpuShares"] or host["CpusetCpus"])
    ),
    "cpus-limit-other": host_config(
        lambda host, values: (
            float(values["seen"])
            == round(host["NanoCpus"] / 1e9 or host["CpuQuota"] / (host["CpuPeriod"] or 100_000), 2)
        )
    ),
    "restart-policy-missing": host_config(lambda host, _: host["RestartPolicy"]["Name"] in {"", "no"}),
    "restart-policy-other": host_config(
        lambda host, values: values["seen"].startswith(host["RestartPolicy"]["Name"]) and host["RestartPolicy"]["Name"]
    ),
    "not-restarted": host_config(lambda host, values: host["RestartPolicy"]["Name"] == values["policy"]),
    "health-check-missing": health_check(lambda test, _: not test),
    "health-check-disabled": health_check(lambda test, _: test == ["NONE"]),
    "health-check-always-passes": health_check(lambda test, values: " ".join(test[1:]) == values["seen"]),
    "health-check-cannot-run": health_check(lambda test, values: " ".join(test[1:]) == values["test"]),
    "health-unknown": health_is("starting"),
    "unhealthy": health_is("unhealthy"),
    "backup-not-on-the-machine": lambda state, values: some(
        state,
        values,
        lambda one: (
            not any(
                mount["Type"] == "bind" and values["path"].startswith(mount["Destination"]) for mount in one["Mounts"]
            )
        ),
    ),
    "backup-failed": lambda state, values: some(
        state, values, lambda one: str(one["State"]["ExitCode"]) == values["exit_code"] != "0"
    ),
}
"""Whether the sentence of a diagnosis is true, for those of containers, images, programs, ports, files and folders."""


NOT_CLAIMED = {
    "code-not-in-image": "says nothing that an engine answers in one place",
    "file-written-late": "the date of a file is in a header that recordings keep in another form",
    "file-changed-late": "as above",
    "image-committed": "its sentence is about a history that only its own check can read",
    "image-other-base": "as above",
    **dict.fromkeys(
        (
            "backup-empty",
            "backup-incomplete",
            "backup-missing",
            "backup-not-an-archive",
            "backup-outdated",
            "restore-missing",
            "restore-nested",
            "restore-other-content",
            "volume-empty",
            "volume-lost",
        ),
        "is about files of an archive or a volume, which recordings keep as they were asked for",
    ),
}
"""Diagnoses of these nouns without an entry in `CLAIMS`, and why."""


# --- the values of any diagnosis -------------------------------------------------------------------------------------

ABSENT = re.compile(
    r"(container|image|network|project|service|swarm)\b.*-(missing|misnamed|unnamed|gone|misspelt)|base-gone"
)


def false_values(state: RecordedState, code: str, values: Values, known: set[str]) -> list[str]:
    """The values that do not hold in the state. `known`: names that the exercise spec gives."""
    name = values.get("name", "")
    labels = [one.get("Labels") or {} for one in state.listed]
    made = {one.get(f"com.docker.compose.{kind}", "") for one in labels for kind in ("project", "service")}
    there = {*state.container_names, *state.image_names, *state.networks, *state.services, *made}
    true: dict[str, Callable[[str], object]] = {
        "name": lambda value: ABSENT.match(code) or value in there | known or state.images(value) or inspects,
        "near": lambda value: any(value in one for one in there) or value in str(state.changes(name)) or "host" in code,
        "other": there.__contains__,
        "container": state.container_names.__contains__,
    }
    inspects = state.inspects(name)
    if inspects:
        states, configs = [one["State"] for one in inspects], [one["Config"] for one in inspects]
        ended = {attributes.get("exitCode", "") for _, attributes in state.events(name)}
        images = [image for one in inspects for image in state.images(one["Image"])]
        tags = {tag for one in images for tag in one.get("RepoTags") or ()}
        volumes = {mount.get("Name") for mount in mounts(state, values)}
        true |= {
            "exit_code": lambda value: value in ended | {str(one["ExitCode"]) for one in states},
            "restarts": lambda value: value in {str(one["RestartCount"]) for one in inspects},
            "user": lambda value: value in {one.get("User", "") for one in configs},
            "image": lambda value: value in tags | known | {one["Image"] for one in configs},
            "volume": lambda value: value in volumes | known,
            "published": lambda value: value.isdigit() or set(value.split(", ")) <= bindings(state, values),
            "last_line": lambda value: "\\" in value or value[:60] in state.log(name),
        }
    return [
        f"{field} = {values[field]}"
        for field, is_true in true.items()
        if values.get(field) and not is_true(values[field])
    ]


def spec_names(exercise: str) -> set[str]:
    spec = load_suite(exercise).spec
    compose = spec.compose.services.values() if spec.compose else ()
    return {
        *compose,
        *(word for one in spec.containers.values() for word in (one.name, one.image, *one.equivalent_images)),
        *(one.name for one in spec.built.values()),
        *(one.name for one in spec.networks.values()),
        *(one.name for one in spec.services.values()),
        *(one.name for one in spec.volumes.values()),
    }


def untruths(state: RecordedState, exercise: str, code: str, values: Values) -> list[str]:
    claim = CLAIMS.get(code)
    false = false_values(state, code, values, spec_names(exercise))
    return false + ([] if claim is None or claim(state, values) else ["the sentence"])


def failures(kept: StoredRecording) -> list[tuple[str, Values]]:
    rows = (row.outcome for row in judge_recording(kept))
    return [(one.code, dict(one.values)) for one in rows if one.verdict == "failed"]


@pytest.mark.parametrize("name", WRONG)
def test_what_a_failure_says_is_true(name: str) -> None:
    kept = read_stored(name)
    state = RecordedState(kept)
    found = {(code, json.dumps(values)): untruths(state, name[:3], code, values) for code, values in failures(kept)}
    assert {what: wrong for what, wrong in found.items() if wrong} == {}


def test_every_diagnosis_of_these_nouns_claims_something() -> None:
    ours = itertools.takewhile(lambda code: code != "network-missing", catalogue("diagnoses", "en"))
    shown = {code for name in WRONG for code in find_solution(name).expected.failed.values()}
    assert sorted(shown.intersection(ours) - CLAIMS.keys()) == sorted(NOT_CLAIMED)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("tp2/wrong/port-reversed", {"published": "81->4000/tcp"}),
        ("tp2/wrong/container-exited", {"exit_code": "7"}),
        ("tp2/wrong/container-exited", {"last_line": "all is well"}),
        ("tp2/wrong/container-misnamed", {"near": "webb"}),
        ("tp2/wrong/listens-on-another-port", {"others": "8081"}),
        ("tp2/wrong/mount-wrong-inside", {"there": "/elsewhere"}),
        ("tp3/wrong/user-root", {"user": "nobody"}),
        ("tp3/wrong/too-big", {"mb": "3"}),
        ("tp1/wrong/trace-in-another-container", {"other": "tp1-fond"}),
    ],
)
def test_what_is_not_true_is_found(name: str, changed: Values) -> None:
    kept = read_stored(name)
    state = RecordedState(kept)
    (code, values), *_ = failures(kept)
    assert untruths(state, name[:3], code, values) == []
    assert untruths(state, name[:3], code, values | changed)
