"""Data minimization: a recording keeps of a student's other things only what a check or a diagnosis may read.

The exercise's own containers, images, networks and volumes stay as they are: a check that is written later may ask
anything of them. Of every other one the names stay, by which a near miss or the holder of a port is named, and the few
fields that a probe reads; environment, commands, labels, folders and options go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec
from msgspec.structs import replace

from grader.errors import ProbeFailed
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.format import RecordedExchange, Recording
from grader.machine.recording.inventory import CONTAINERS, IMAGES, NETWORKS, parse_entries
from grader.machine.recording.replay import Replay
from grader.probes.compose.projects import find_project_name
from grader.probes.containers.find import find_candidate
from grader.probes.containers.listing import list_containers
from grader.probes.images.images import is_same_image_name, repository_of
from grader.text.near_names import match_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from grader.exercise.spec import ExerciseSpec
    from grader.machine.question import Question

_NEAR: Final = 0.6
"""As similar as the name of an image must be to count as misspelt, or less: then it is the exercise's own."""
_WHOLE: Final[dict[str, Any]] = {}
"""The shape of a value that stays as it is."""
_ANY: Final = "*"
"""Stands for every key of an object."""
_TOOL_LABELS: Final = (
    "com.docker.compose.container-number",
    "com.docker.compose.network",
    "com.docker.compose.oneoff",
    "com.docker.compose.project",
    "com.docker.compose.service",
    "com.docker.compose.volume",
    "com.docker.stack.namespace",
)
"""Labels that name the project of an object. Of the other labels of tools only the names stay, of the rest nothing."""
_TOOLS: Final = ("com.docker.", "container-lab-grader.", "devcontainer.", "io.kubernetes.")

# What probes read, by the answer that it is in. `Labels` and `Mounts` have rules of their own.
_ENDPOINT: Final = dict.fromkeys(
    ("Aliases", "DNSNames", "Gateway", "GlobalIPv6Address", "IPAddress", "Links", "NetworkID"), _WHOLE
)
_PORTS_AND_NETWORKS: Final = {"Ports": _WHOLE, "Networks": {_ANY: _ENDPOINT}}
_LISTED_CONTAINER: Final = {
    **dict.fromkeys(("Id", "Image", "Labels", "Names", "Ports", "State", "Status"), _WHOLE),
    "NetworkSettings": _PORTS_AND_NETWORKS,
}
_CONTAINER: Final = {
    **dict.fromkeys(("Id", "Image", "Mounts", "Name", "RestartCount"), _WHOLE),
    "State": dict.fromkeys(("ExitCode", "FinishedAt", "OOMKilled", "Pid", "StartedAt", "Status"), _WHOLE),
    "Config": dict.fromkeys(("ExposedPorts", "Hostname", "Image", "Labels"), _WHOLE),
    "HostConfig": dict.fromkeys(
        ("Links", "NetworkMode", "PidMode", "PortBindings", "PublishAllPorts", "UTSMode"), _WHOLE
    ),
    "NetworkSettings": _PORTS_AND_NETWORKS,
}
_LISTED_IMAGE: Final = dict.fromkeys(("Created", "Id", "RepoDigests", "RepoTags", "Size"), _WHOLE)
_IMAGE: Final = {
    **dict.fromkeys(
        ("Architecture", "Created", "Id", "Parent", "RepoDigests", "RepoTags", "RootFS", "Size", "Metadata"), _WHOLE
    ),
}
_NAMELESS_IMAGE: Final = {**_IMAGE, "Config": dict.fromkeys(("Cmd", "Entrypoint"), _WHOLE)}
"""It may be the exercise's, built without a name: its command tells."""
_NETWORK: Final = dict.fromkeys(("Attachable", "Driver", "Id", "Internal", "Labels", "Name", "Scope"), _WHOLE)
_VOLUME: Final = dict.fromkeys(("Labels", "Name"), _WHOLE)
_INFO: Final = {
    **dict.fromkeys(
        (
            "Architecture",
            "CgroupDriver",
            "CgroupVersion",
            "DockerRootDir",
            "Driver",
            "DriverStatus",
            "ID",
            "KernelVersion",
            "LiveRestoreEnabled",
            "MemTotal",
            "NCPU",
            "Name",
            "OSType",
            "OperatingSystem",
            "SecurityOptions",
            "ServerVersion",
        ),
        _WHOLE,
    ),
    "Swarm": dict.fromkeys(("ControlAvailable", "Error", "LocalNodeState"), _WHOLE),
}
_SERVICE: Final = {
    **dict.fromkeys(("Endpoint", "ID"), _WHOLE),
    "Spec": {
        **dict.fromkeys(("Labels", "Mode", "Name", "Networks"), _WHOLE),
        "TaskTemplate": {"ContainerSpec": {"Image": _WHOLE}, "Networks": _WHOLE},
    },
}
_TASK: Final = dict.fromkeys(("DesiredState", "ID", "ServiceID", "Slot", "Status"), _WHOLE)
_OF_THE_ENGINE: Final = {"info": _INFO, "services": _SERVICE, "tasks": _TASK}
_EVENT: Final = {
    **dict.fromkeys(("Action", "Type", "time", "timeNano"), _WHOLE),
    "Actor": {
        "ID": _WHOLE,
        "Attributes": dict.fromkeys(("containerExitCode", "exitCode", "signal"), _WHOLE),
    },
}


def minimize_recording(recording: Recording, spec: ExerciseSpec) -> Recording:
    """`recording`, with what no check of the exercise may read left out. Every verdict and message stays the same."""
    minimizer = _Minimizer(recording, spec)
    return replace(
        recording,
        exchanges=[minimizer.minimize(one) for one in recording.exchanges],
        inventory=[minimizer.minimize(one) for one in recording.inventory if minimizer.has_a_place(one.question)],
    )


class _Minimizer:
    def __init__(self, recording: Recording, spec: ExerciseSpec) -> None:
        self._spec = spec
        self._answers: list[tuple[EngineQuestion, Answer]] = [
            (one.question, one.answer)
            for one in (*recording.exchanges, *recording.inventory)
            if isinstance(one.question, EngineQuestion) and isinstance(one.answer, Answer)
        ]
        self._paths = {one.path for one in spec.files.values()} | {one.path for one in spec.configs.values()}
        self._done: dict[tuple[EngineQuestion, bytes], bytes] = {}
        self._containers, projects = self._find_own_containers(recording)
        self._projects = projects
        # What the own containers are made of.
        inspected = [one for one in self._values("/containers/", "/json") if _id(one) in self._containers]
        listed = [one for one in self._entries(CONTAINERS) if _id(one) in self._containers]
        mounts = [mount for one in (*inspected, *listed) for mount in _list(one, "Mounts")]
        self._sources = {str(mount.get(key) or "") for mount in mounts for key in ("Name", "Source")} - {""}
        self._networks = set(BUILT_IN_NETWORKS) | {one.name for one in spec.networks.values()}
        for one in (*inspected, *listed):
            self._networks |= set(_dict(_dict(one, "NetworkSettings"), "Networks"))
        self._images = {str(one.get("Image") or "") for one in inspected}
        self._images |= {str(one.get("ImageID") or "") for one in listed} | self._find_own_images()

    def has_a_place(self, question: Question) -> bool:
        """True for what the inventory keeps: the lists, and the details of the exercise's own things."""
        if not isinstance(question, EngineQuestion):
            return True
        match _parts(question):
            case ["containers", reference, "json"]:
                return reference in self._containers
            case ["images", *names, "json"] if names:
                return self._is_own_image("/".join(names))
            case ["networks", reference]:
                return any(_id(one) == reference and self._is_own_network(one) for one in self._entries(NETWORKS))
        return True

    def minimize(self, exchange: RecordedExchange) -> RecordedExchange:
        question, answer = exchange.question, exchange.answer
        if not isinstance(question, EngineQuestion) or not isinstance(answer, Answer) or answer.status != 200:
            return exchange
        key = (question, answer.body)
        if key not in self._done:
            self._done[key] = self._minimize_body(question, answer.body)
        body = self._done[key]
        return exchange if body == answer.body else RecordedExchange(question, replace(answer, body=body), exchange.at)

    def _minimize_body(self, question: EngineQuestion, body: bytes) -> bytes:
        try:
            if question.path == "/events":
                lines = (decode_json(line, object) for line in body.splitlines() if line)
                return b"".join(msgspec.json.encode(_keep(line, _EVENT)) + b"\n" for line in lines)
            value = decode_json(body, object) if question.method == "GET" and _is_json(question) else None
        except MalformedJsonError:
            return body  # no probe can read it either
        kept = self._minimize_value(_parts(question), value)
        return body if kept == value else msgspec.json.encode(kept)

    def _minimize_value(self, parts: list[str], value: Any) -> Any:
        match parts:
            case ["containers", *rest]:
                return self._minimize_containers(rest, value)
            case ["images", *rest]:
                return self._minimize_images(rest, value)
            case ["networks", *_]:
                return _each(value, self._minimize_network)
            case ["volumes"] if isinstance(value, dict):
                return value | {"Volumes": _each(value.get("Volumes"), self._minimize_volume)}
            case ["info" | "services" | "tasks" as what]:
                return _each(value, lambda one: one if self._is_own_service(one) else _keep(one, _OF_THE_ENGINE[what]))
        return value

    def _minimize_containers(self, rest: list[str], value: Any) -> Any:
        match rest:
            case ["json"]:
                return _each(value, lambda one: one if _id(one) in self._containers else _keep(one, _LISTED_CONTAINER))
            case [reference, "json"] if isinstance(value, dict) and not self._is_own_container(reference):
                return self._without_own_mounts(_keep(value, _CONTAINER))
            case [reference, "changes"] if isinstance(value, list) and not self._is_own_container(reference):
                return [one for one in value if isinstance(one, dict) and one.get("Path") in self._paths]
        return value

    def _minimize_images(self, rest: list[str], value: Any) -> Any:
        match rest:
            case ["json"]:
                return _each(value, lambda one: one if _id(one) in self._images else _keep(one, _LISTED_IMAGE))
            case [*_, "json"] if _id(value) not in self._images:
                return _keep(value, _IMAGE if value.get("RepoTags") else _NAMELESS_IMAGE) if _id(value) else value
            case [*names, "history"] if not self._is_own_image("/".join(names)):
                return _each(value, self._minimize_line)
        return value

    def _without_own_mounts(self, container: dict[str, Any]) -> dict[str, Any]:
        """Only the mounts that the exercise has, too: another container may hold a lock in such a folder."""
        shared = [
            {key: mount[key] for key in ("Type", "Name", "Source") if key in mount}
            for mount in _list(container, "Mounts")
            if not self._sources.isdisjoint((mount.get("Name"), mount.get("Source")))
        ]
        return container | {"Mounts": shared}

    def _minimize_line(self, line: Any) -> Any:
        """A line of a history: its size, and its text if it names a file of the exercise."""
        text = str(line.get("CreatedBy") or "") if isinstance(line, dict) else ""
        names_a_file = any(path.rpartition("/")[2] in text for path in self._paths)
        return _keep(line, {"Size": _WHOLE, "CreatedBy": _WHOLE} if names_a_file else {"Size": _WHOLE})

    def _minimize_network(self, network: Any) -> Any:
        if not self._is_own_network(network):
            return _keep(network, _NETWORK)
        if not isinstance(network.get("Containers"), dict):
            return network
        own = {key: held for key, held in network["Containers"].items() if key in self._containers}
        return network | {"Containers": own}

    def _is_own_container(self, reference: str) -> bool:
        """True for a container that is in no list, too: it is one that a check made."""
        listed = [one for one in self._entries(CONTAINERS) if reference in {_id(one), *_names(one)}]
        return not listed or any(_id(one) in self._containers for one in listed)

    def _is_own_image(self, reference: str) -> bool:
        listed = [
            entry.id
            for question, answer in self._answers
            if question == IMAGES
            for entry in parse_entries(answer)
            if entry.matches(reference)
        ]
        return not listed or not self._images.isdisjoint(listed)

    def _is_own_network(self, network: Any) -> bool:
        return isinstance(network, dict) and (
            network.get("Name") in self._networks or _label(network, "project") in self._projects
        )

    def _minimize_volume(self, volume: Any) -> Any:
        names = {one.name for one in self._spec.volumes.values()} | self._sources
        is_own = isinstance(volume, dict) and (
            volume.get("Name") in names or _label(volume, "project") in self._projects
        )
        return volume if is_own else _keep(volume, _VOLUME)

    def _is_own_service(self, value: Any) -> bool:
        """A stack puts its name in front."""
        name = str(_dict(value, "Spec").get("Name") or "")
        return any(name == one.name or name.endswith(f"_{one.name}") for one in self._spec.services.values())

    def _find_own_containers(self, recording: Recording) -> tuple[set[str], set[str]]:
        """The ids of the containers that a role of the exercise is or may be played by, and their Compose projects."""
        found: set[str] = set()
        projects = {self._spec.earlier.project} if self._spec.earlier else set()
        lists = {answer.body: answer for question, answer in self._answers if question == CONTAINERS}
        for answer in lists.values():
            moment = replace(recording, exchanges=[RecordedExchange(CONTAINERS, answer, 0.0)], inventory=[])
            machine = Machine(Replay(moment), self._spec)
            try:
                if self._spec.compose:
                    projects |= {find_project_name(machine.project()), self._spec.compose.project}
                candidates = [find_candidate(machine.container(role)) for role in self._spec.containers]
                found |= {one.id for one in candidates if one}
                found |= {
                    one.id
                    for one in list_containers(machine)
                    if one.project in projects - {""}
                    or one.name.startswith(".grader-")
                    or (self._spec.services and "com.docker.swarm.service.name" in one.labels)
                }
            except ProbeFailed:
                continue  # not a list that a check could read
        return found, projects - {""}

    def _find_own_images(self) -> set[str]:
        spec = self._spec
        wanted = {
            *spec.images,
            *(one.name for one in spec.built.values()),
            *(one.base for one in spec.built.values()),
            *(spec.earlier.images if spec.earlier else ()),
        }
        for container in spec.containers.values():
            wanted |= {container.image, *container.equivalent_images, *container.other_images}
        repositories = {repository_of(name) for name in wanted if name}
        listed = {_id(one): _names_of_image(one) for one in self._entries(IMAGES)}
        near = set(
            match_names(
                [repository_of(one.name) for one in spec.built.values()],
                (repository_of(name).rpartition("/")[2] for names in listed.values() for name in names),
                _NEAR,
            ).values()
        )
        return {
            image
            for image, names in listed.items()
            for name in names
            if repository_of(name).rpartition("/")[2] in near
            or any(is_same_image_name(name, repository) for repository in repositories)
        }

    def _entries(self, listing: EngineQuestion) -> Iterator[dict[str, Any]]:
        for question, answer in self._answers:
            if question == listing:
                yield from _objects(answer.body)

    def _values(self, first: str, last: str) -> Iterator[dict[str, Any]]:
        for question, answer in self._answers:
            if question.path.startswith(first) and question.path.endswith(last) and answer.status == 200:
                yield from _objects(answer.body)


def _keep(value: Any, shape: dict[str, Any]) -> Any:
    """`value` with only the keys of `shape`, at every level; each element of a list alike."""
    if shape is _WHOLE:
        return value
    if isinstance(value, list):
        return [_keep(one, shape) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _keep(held, shape.get(key, shape.get(_ANY, _WHOLE)))
        for key, held in value.items()
        if key in shape or _ANY in shape
    }
    return kept | {"Labels": _keep_labels(kept["Labels"])} if "Labels" in kept else kept


def _each(value: Any, minimize: Callable[[Any], Any]) -> Any:
    """`value`, minimized; each element, if it is a list."""
    return [minimize(one) for one in value] if isinstance(value, list) else minimize(value)


def _keep_labels(labels: Any) -> Any:
    if not isinstance(labels, dict):
        return labels
    return {key: value if key in _TOOL_LABELS else "" for key, value in labels.items() if key.startswith(_TOOLS)}


def _parts(question: EngineQuestion) -> list[str]:
    return [unquote(part) for part in question.path.strip("/").split("/")]


def _is_json(question: EngineQuestion) -> bool:
    """False for archives and logs, which are not examined."""
    return question.path.rpartition("/")[2] not in {"archive", "logs", "export"}


def _objects(body: bytes) -> Iterable[dict[str, Any]]:
    try:
        value = decode_json(body, object)
    except MalformedJsonError:
        return ()
    if isinstance(value, dict) and isinstance(value.get("Volumes"), list):
        value = value["Volumes"]
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _id(value: Any) -> str:
    return str(value.get("Id") or "") if isinstance(value, dict) else ""


def _names(entry: dict[str, Any]) -> set[str]:
    return {str(name).removeprefix("/") for name in entry.get("Names") or ()}


def _names_of_image(entry: dict[str, Any]) -> list[str]:
    return [str(name) for key in ("RepoTags", "RepoDigests") for name in _list(entry, key, str)]


def _label(value: dict[str, Any], name: str) -> str:
    return str(_dict(value, "Labels").get(f"com.docker.compose.{name}") or "")


def _dict(value: Any, key: str) -> dict[str, Any]:
    held = value.get(key) if isinstance(value, dict) else None
    return held if isinstance(held, dict) else {}


def _list(value: Any, key: str, kind: type = dict) -> list[Any]:
    held = value.get(key) if isinstance(value, dict) else None
    return [one for one in held if isinstance(one, kind)] if isinstance(held, list) else []
