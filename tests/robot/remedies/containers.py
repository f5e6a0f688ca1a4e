"""The table from diagnosis to remedy: a shell command, from the values on the screen and the exercise spec alone."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tests.robot.typed import Typed, typed_as

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.robot.case import Case


def _own(case: Case, name: str = "") -> Typed:
    """The container as it is now, to be typed again. Raises `LookupError` if there is none."""
    doc = case.looks.container(name or case["name"])
    if doc is None:
        raise LookupError(name or case["name"])
    return typed_as(doc, case.looks.image(doc["Image"]))


def _from_handout(case: Case, name: str) -> Typed:
    """The container as the handout describes it, for one that was never made or must be made anew."""
    role, wanted = case.role(name), case.wanted(name)
    ports = [f"{case.port(role)}:{wanted.port}"] if role in case.spec.ports and wanted.port else []
    mounts = [f"{one.outside}:{one.inside}" for one in case.spec.folders.values() if one.container == role]
    return Typed(
        name=wanted.name,
        image=wanted.image,
        ports=ports,
        mounts=mounts,
        hosts=[f"{one}:host-gateway" for one in case.spec.hosts.values()],
        networks=[one.name for one in case.spec.networks.values()],
        command=_command(case, role),
    )


def _command(case: Case, role: str) -> list[str]:
    """Where the handout asks for a file to be run or shown: that."""
    folder = next((one for one in case.spec.folders.values() if one.container == role), None)
    text = next(iter(case.spec.texts.values()), "")
    return ["cat", f"{folder.inside}/hello"] if folder and role == "hello" and text else []


def make(case: Case) -> str:
    return _from_handout(case, case["name"]).line()


def rename(case: Case) -> str:
    """The same container under the right name, and the others that are told to look for it by its name."""
    lines = [f"docker rename {shlex.quote(case['near'])} {shlex.quote(case['name'])}"]
    for typed in (_own(case, one) for one in case.looks.names() if one != case["near"]):
        followed = [one.replace(f"={case['near']}:", f"={case['name']}:") for one in typed.variables]
        if followed != typed.variables:
            typed.variables = followed
            lines.append(typed.line())
    return "\n".join(lines)


def start(case: Case) -> str:
    return f"docker unpause {case['name']} 2>/dev/null; docker start {case['name']} 2>/dev/null || true"


def start_or_make(case: Case) -> str:
    """Start it; if it was never started since what was typed cannot start, type what the handout says."""
    doc = case.looks.container(case["name"])
    if doc is None or doc["State"].get("Error") or doc["State"]["ExitCode"]:
        return make(case)
    return start(case)


def free_the_port(case: Case) -> str:
    """Stop the other container or the program that has the port, and start this one."""
    own = {one.name for one in case.spec.containers.values()}
    others = " ".join(shlex.quote(one) for one in case.looks.names() if one not in own)
    free = f"docker rm -f {others}" if others else end_program_on(case.port(case.role(case["name"])))
    return f"{free}\ndocker start {case['name']}"


def end_program_on(port: int) -> str:
    """Ends the program of the machine that listens on the port."""
    return f"ss -ltnpH 'sport = :{port}' | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u | xargs -r kill; sleep 1"


def _publish(case: Case, typed: Typed) -> Typed:
    inside = case.values.get("inside", "")
    wanted, port = case["wanted"], inside if inside.isdigit() else str(case.wanted(typed.name).port)
    kept = [one for one in typed.ports if not {port, wanted} & set(one.partition("/")[0].split(":")[-2:])]
    typed.ports = [*kept, f"{wanted}:{port}"]
    return typed


def publish(case: Case) -> str:
    """`-p`: the wanted port of the machine, then that of the container."""
    return _publish(case, _own(case)).line()


def publish_only_in_range(case: Case) -> str:
    typed = _own(case)
    typed.ports = []
    return _publish(case, typed).line()


def publish_on_a_network(case: Case) -> str:
    """As `publish`, on the exercise's network or the default one instead of `host`, `none` or an internal one."""
    typed = _own(case)
    wanted = [one.name for one in case.spec.networks.values()]
    if case.code == "network-internal":
        typed.networks = [one for one in typed.networks if one not in wanted]
        others = [one for one in case.looks.names() if (doc := case.looks.container(one)) and _is_on(doc, wanted)]
        lines = [f"docker network disconnect {shlex.quote(net)} {shlex.quote(one)}" for net in wanted for one in others]
        lines += [f"docker network rm {shlex.quote(net)}; docker network create {shlex.quote(net)}" for net in wanted]
        lines += [f"docker network connect {shlex.quote(net)} {shlex.quote(one)}" for net in wanted for one in others]
        if wanted:
            return "\n".join([*lines, f"docker restart {' '.join(others)}"])
    typed.networks = wanted
    role = case.role(typed.name)
    if role in case.spec.ports:
        typed.ports = typed.ports or [f"{case.port(role)}:{case.wanted(typed.name).port}"]
    return typed.line()


def _is_on(doc: dict[str, dict[str, dict[str, object]]], networks: list[str]) -> bool:
    return bool(set(networks) & set(doc["NetworkSettings"]["Networks"]))


def unpublish(case: Case) -> str:
    """Without `-p`: only the other containers need the port."""
    typed = _own(case)
    typed.ports = []
    return typed.line()


def off_the_host_network(case: Case) -> str:
    typed = _own(case)
    typed.networks = [one.name for one in case.spec.networks.values()]
    typed.ports = []
    return typed.line()


def mount(case: Case) -> str:
    """`-v`: the folder of the handout, then its place in the container; instead of whatever was mounted for it."""
    typed = _own(case)
    folder = next(one for one in case.spec.folders.values() if one.inside == case["inside"])
    base = PurePosixPath(folder.inside)
    wrong = {case.values.get("source", ""), case.values.get("there", "")} - {""}
    typed.mounts = [one for one in typed.mounts if not (_ends(one) & wrong or _is_over(one, base))]
    typed.mounts.append(f"{folder.outside}:{folder.inside}")
    place = _home(folder.outside)
    made = f"test -d {place} || rm -f {place}; mkdir -p {place}"
    typed.image = typed.image if _is_usual(case, typed) else case.wanted(typed.name).image
    if folder.container == "hello" and not any(folder.inside in word for word in typed.command):
        typed.command = _command(case, folder.container)
    return f"{made}\n{typed.line()}"


def _ends(entry: str) -> set[str]:
    return set(entry.split(":")[:2])


def _is_over(entry: str, base: PurePosixPath) -> bool:
    words = entry.split(":")
    return len(words) > 1 and PurePosixPath(words[1]).is_relative_to(base)


def _is_usual(case: Case, typed: Typed) -> bool:
    wanted = case.wanted(typed.name)
    names = {wanted.image, *wanted.equivalent_images}
    return not wanted.image or typed.image.partition(":")[0].rpartition("/")[2] in {
        one.rpartition("/")[2] for one in names
    }


def _home(path: str) -> str:
    return f"~/{shlex.quote(path[2:])}" if path.startswith("~/") else shlex.quote(path)


def without_own_command(case: Case) -> str:
    """The image's own command, which keeps its data where the image says."""
    typed = _own(case)
    typed.command, typed.entrypoint = [], ""
    return typed.line()


def as_the_handout_says(case: Case) -> str:
    """What runs in it is not what the image is meant to run: the image, its command, and no file over its settings."""
    name = case.container
    typed, wanted = _own(case, name), case.wanted(name)
    typed.image, typed.command, typed.entrypoint, typed.user = wanted.image, _command(case, case.role(name)), "", ""
    typed.restart, typed.limits = "", []
    if not case.ports:  # with ports of one's own, the handout asks for variables
        typed.variables = []
    places = {one.inside for one in case.spec.folders.values()}
    # Without `ro`, if they have it: the handout does not.
    typed.mounts = [":".join(one.split(":")[:2]) for one in typed.mounts if one.split(":")[1] in places]
    return typed.line()


def from_given_sources(case: Case) -> str:
    """The image is not what the handout gives: it is built from that again."""
    return f'"$MATERIAL"/todos/build.sh\n{as_the_handout_says(case)}'


def all_of_the_handout(case: Case) -> str:
    """The containers of another exercise go; those of this one are made, on the network that they need."""
    networks = [f"docker network create {one.name}" for one in case.spec.networks.values()]
    made = [_from_handout(case, one.name).line() for one in case.spec.containers.values()]
    return "\n".join([*networks, *made])


def connect(case: Case) -> str:
    """On the default network again, or on the exercise's."""
    networks = [one.name for one in case.spec.networks.values()] or ["bridge"]
    return f"docker network connect {networks[0]} {case['name']}"


def retag(case: Case) -> str:
    """The image of the container gets its name back, or is pulled."""
    return f"docker tag $(docker inspect --format '{{{{.Image}}}}' {case['name']}) {case['image']}"


def uncommit(case: Case) -> str:
    """The image's name goes back to the layers below the one that was added, as `docker history` shows them."""
    return f"docker tag $(docker history --quiet --no-trunc {case['image']} | sed -n 2p) {case['image']}"


def restart(case: Case) -> str:
    return f"docker restart {case['name']}"


def detach(case: Case) -> str:
    """`-d`."""
    return _own(case).line()


def write_index(case: Case) -> str:
    folder = next(iter(one for one in case.spec.folders.values() if one.container in case.spec.ports))
    place = _home(folder.outside)
    return f"rm -rf {place}/index.html; echo '<h1>Ma page</h1>' > {place}/index.html; chmod -R a+rX {place}"


def let_read(case: Case) -> str:
    folder = next(iter(one for one in case.spec.folders.values() if one.container in case.spec.ports))
    return f"chmod -R a+rX {_home(folder.outside)}"


def write_hello(case: Case) -> str:
    """The file says the words of the handout."""
    folder = next(one for one in case.spec.folders.values() if case["path"].startswith(one.inside))
    path = f"{_home(folder.outside)}/{PurePosixPath(case['path']).name}"
    text = shlex.quote(next(iter(case.spec.texts.values())))
    write = f"rm -rf {path}; printf '#!/bin/sh\\necho %s\\n' {text} > {path}; chmod +x {path}"
    return f"{write}\n{_again(case, folder.container)}"


def _again(case: Case, role: str) -> str:
    return f"docker start {case.spec.containers[role].name} 2>/dev/null || true"


def create_network(case: Case) -> str:
    """The network, and the exercise's containers on it instead of where they were."""
    wanted = next(one for one in case.spec.networks.values() if one.name == case["network"])
    own = [one.name for one in case.spec.containers.values() if case.looks.container(one.name)]
    driver = f"--driver {wanted.driver} " if wanted.driver != "bridge" else ""
    lines = []
    if case.code == "network-other-driver":
        lines += [f"docker network disconnect -f {wanted.name} {one}" for one in own]
        lines.append(f"docker network rm {wanted.name}")
    # A swarm's network keeps its name for a moment after it was removed.
    lines.append(f"for _ in $(seq 9); do docker network create {driver}{wanted.name} && break; sleep 1; done")
    typed = [_own(case, one) for one in own]
    for one in typed:
        one.networks = [wanted.name]
    return "\n".join([*lines, *(one.line() for one in typed)])


def join_network(case: Case) -> str:
    typed = _own(case)
    typed.networks = [case["network"]]
    return typed.line()


def without_hosts(case: Case) -> str:
    typed = _own(case)
    typed.hosts = []
    return typed.line()


def add_host(case: Case) -> str:
    """`--add-host`, with an address of the machine."""
    typed = _own(case)
    typed.hosts = [*(one for one in typed.hosts if not _is_like(one, case["host"])), f"{case['host']}:host-gateway"]
    return typed.line()


def _is_like(entry: str, host: str) -> bool:
    name = entry.partition(":")[0].lower()
    return name == host.lower() or abs(len(name) - len(host)) <= 2


def look_there(case: Case) -> str:
    """The variable has the target that the screen expects."""
    typed = _own(case)
    typed.variables = [one for one in typed.variables if one.partition("=")[0] != case["variable"]]
    typed.variables.append(f"{case['variable']}={_target(case)}")
    return typed.line()


def _target(case: Case) -> str:
    """The screen names the place or, where it names the database, the handout has its port."""
    return case.values.get("wanted") or f"{case['database']}:{case.wanted(case['database']).port}"


def other_image(case: Case) -> str:
    typed = _own(case)
    typed.image, typed.command, typed.entrypoint = case["wanted"], _command(case, case.role(case["name"])), ""
    lines = [] if case.looks.image(case["wanted"]) else [f"docker pull {shlex.quote(case['wanted'])} || true"]
    return "\n".join([*lines, typed.line()])


REMEDIES: Final[Mapping[str, Callable[[Case], str]]] = {
    "container-missing": make,
    "container-misnamed": rename,
    "container-unnamed": rename,
    "container-created": start_or_make,
    "container-stopped": start,
    "container-paused": start,
    "container-exited": as_the_handout_says,
    "container-crash-loop": as_the_handout_says,
    "container-other-image": other_image,
    "shell-without-terminal": as_the_handout_says,
    "foreground": detach,
    "foreground-stopped": detach,
    "out-of-memory": as_the_handout_says,
    "exercise-before": all_of_the_handout,
    "port-left-network": connect,
    "no-common-network": join_network,
    "asks-another-container": look_there,
    "port-taken": free_the_port,
    "port-not-published": publish,
    "port-reversed": publish,
    "port-random": publish,
    "port-other": publish,
    "port-wrong-inside": publish,
    "port-on-loopback": publish,
    "port-udp": publish,
    "outside-your-ports": publish_only_in_range,
    "port-host-network": publish_on_a_network,
    "port-no-network": publish_on_a_network,
    "network-internal": publish_on_a_network,
    "published-inside": unpublish,
    "host-network-inside": off_the_host_network,
    "mount-missing": mount,
    "named-volume-not-bind": mount,
    "anonymous-volume-not-bind": mount,
    "mount-not-bind": mount,
    "mount-wrong-inside": mount,
    "mount-wrong-outside": mount,
    "mount-other-case": mount,
    "mount-mistyped": mount,
    "mount-reversed": mount,
    "mount-is-a-file": mount,
    "copied-not-mounted": mount,
    "mount-unused": without_own_command,
    "mount-stale": restart,
    "not-served": as_the_handout_says,
    "unreadable": let_read,
    "index-missing": write_index,
    "index-default": write_index,
    "index-empty": write_index,
    "site-redirects-away": as_the_handout_says,
    "site-error": as_the_handout_says,
    "site-silent": as_the_handout_says,
    "site-not-http": as_the_handout_says,
    "nothing-listens-inside": as_the_handout_says,
    "listens-on-another-port": as_the_handout_says,
    "listens-on-loopback-inside": as_the_handout_says,
    "file-missing": write_hello,
    "file-is-a-folder": write_hello,
    "file-empty": write_hello,
    "link-leads-away": write_hello,
    "text-missing": write_hello,
    "script-not-heard": write_hello,
    "not-executable": write_hello,
    "network-missing": create_network,
    "network-misnamed": create_network,
    "network-of-compose": create_network,
    "network-other-driver": create_network,
    "network-default-bridge": join_network,
    "network-not-joined": join_network,
    "network-mode": join_network,
    "still-add-host": without_hosts,
    "still-linked": detach,
    "host-missing": add_host,
    "host-misspelt": add_host,
    "host-by-hand": add_host,
    "host-is-loopback": add_host,
    "host-is-a-container": add_host,
    "host-elsewhere": add_host,
    "asks-itself": look_there,
    "looks-elsewhere": look_there,
    "looks-on-another-port": look_there,
    "address-not-name": look_there,
    "url-not-place": look_there,
    "through-the-machine": look_there,
    "api-without-database": from_given_sources,
    "api-not-todos": from_given_sources,
    "page-not-todos": from_given_sources,
    "todo-not-at-the-api": from_given_sources,
    "todo-lost": without_own_command,
}
"""For the exercises of `docker run`: the container is typed again with the one correction that the screen names."""
