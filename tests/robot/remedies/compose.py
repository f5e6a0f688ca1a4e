"""The remedies of TP6 and TP7: the student's compose file with one correction, and `docker compose up` again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

import yaml

from grader.errors import ExerciseError
from tests.robot.remedies.containers import end_program_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.robot.case import Case

_FILES: Final = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_MATERIAL: Final = 'cp -r "$MATERIAL"/{} .'


class _File:
    """The student's compose file, as text of a command that writes it again."""

    def __init__(self, case: Case) -> None:
        compose = case.spec.compose
        if compose is None:
            raise ExerciseError("not an exercise about Compose")
        self._case = case
        self.compose = compose
        self._path = next((one for one in _FILES if (case.folder / one).is_file()), _FILES[0])
        try:
            found = yaml.safe_load((case.folder / self._path).read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError):
            found = None
        self.content: dict[str, Any] = found if isinstance(found, dict) else {}
        self.services: dict[str, Any] = self.content.setdefault("services", {})

    def service(self, role: str) -> dict[str, Any]:
        """The service of a role, as the handout describes it if it is missing."""
        name = self.compose.services[role]
        if not isinstance(self.services.get(name), dict):
            self.services[name] = self.described(role)
        found: dict[str, Any] = self.services[name]
        return found

    def described(self, role: str) -> dict[str, Any]:
        """A service that has what the handout says of it."""
        spec, wanted = self._case.spec, self._case.spec.containers[role]
        made: dict[str, Any] = {}
        if role in self.compose.built:
            made["build"] = self.compose.built[role]
        elif wanted.image:
            made["image"] = wanted.image
        else:
            made |= _GIVEN.get(role, {})
        if role in spec.ports:
            made["ports"] = [f"{self._case.port(role)}:{wanted.port or _LISTENS[role]}"]
        mounts = [f"./{one.outside}:{one.inside}" for one in spec.folders.values() if one.container == role]
        if mounts:
            made["volumes"] = mounts
        if spec.networks:
            made["networks"] = list(_TIERS[role])
            self.content["networks"] = {**dict.fromkeys(spec.networks), **(self.content.get("networks") or {})}
        return made

    def apply(self, *before: str, options: str = "", after_writing: str = "") -> str:
        """Writes it, and has Compose apply it, with as many replicas as the handout asks for."""
        text = yaml.safe_dump(self.content, sort_keys=False)
        scale = "".join(f" --scale {self.compose.services[role]}={n}" for role, n in self.compose.replicas.items())
        write = f"cat > {self._path} <<'FILE'\n{text}FILE"
        up = f"docker compose up -d --build{scale}{options}"
        return "\n".join(filter(None, [*before, write, after_writing, up]))


_GIVEN: Final[dict[str, dict[str, Any]]] = {
    "web": {"build": "web"},
    "redis": {"image": "redis:alpine"},
    "lb": {"image": "haproxy", "volumes": ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]},
}
"""What the handout of TP7 names, and its spec does not."""
_LISTENS: Final = {"lb": 80}
_TIERS: Final = {"web": ("front-tier", "back-tier"), "redis": ("back-tier",), "lb": ("front-tier",)}
_OWN: Final = ("command", "entrypoint", "environment", "healthcheck", "depends_on", "read_only", "restart", "user")
"""What a student adds to a service, and may be why it does not run."""


def _role(case: Case, file: _File) -> str:
    """The role of the service, or of the container, that the screen names."""
    for key in ("service", "name"):
        named = case.values.get(key, "")
        for role, service in file.compose.services.items():
            if service and (named == service or service in _parts(named)):
                return role
    raise LookupError(f"no service: {dict(case.values)}")


def _parts(container: str) -> set[str]:
    """`todos-todos-api-1` and `tp7_web_2` contain the service's name."""
    bare = container.replace("_", "-").rstrip("0123456789").rstrip("-")
    return {bare, bare.partition("-")[2]}


def start_all(case: Case) -> str:
    return _File(case).apply(options=" --remove-orphans")


def correct_and_start_all(case: Case) -> str:
    """What runs may be right, and the file wrong: both become what the handout says."""
    file = _File(case)
    role = _role(case, file)
    described, service = file.described(role), file.service(role)
    service |= {key: described[key] for key in ("ports", "volumes", "networks") if key in described}
    return file.apply(options=" --remove-orphans")


def start_from_the_file(case: Case) -> str:
    """Containers of `docker run` are in the way of Compose's."""
    names = " ".join(map(shlex.quote, case.looks.names()))
    file = _File(case)
    for role in file.compose.services:
        file.service(role)
    return file.apply(*([f"docker rm -f {names}"] if names else []))


def all_of_the_handout(case: Case) -> str:
    """The containers of another exercise go, and this one's project has a file of its own."""
    file = _File(case)
    file.services = {}
    file.content = {"name": file.compose.project, "services": file.services}
    for role in file.compose.services:
        file.service(role)
    names = " ".join(map(shlex.quote, case.looks.names()))
    given = [line for role in file.compose.services for line in _given(file, role)]
    return file.apply(f"docker rm -f {names}", *given)


def write_the_file(case: Case) -> str:
    """The file is gone, or says nothing that Compose understands. It is of the project that runs."""
    file = _File(case)
    file.content.setdefault("name", file.compose.project)
    for role in file.compose.services:
        file.service(role)
    return file.apply()


def rename_project(case: Case) -> str:
    file = _File(case)
    file.content["name"] = case["project"]
    return file.apply(f"docker compose -p {shlex.quote(case['near'])} down")


def add_service(case: Case) -> str:
    file = _File(case)
    file.service(_role(case, file))
    return file.apply()


def rename_service(case: Case) -> str:
    """A service's name is also its address: the new name also goes to where others look for it."""
    file = _File(case)
    near, wanted = case["near"], case["service"]
    file.content["services"] = {wanted if name == near else name: one for name, one in file.services.items()}
    address = f's/([ "]){near}(:|", )([0-9])/\\1{wanted}\\2\\3/g'
    follow = f"find . -type f ! -path './mongo/*' -exec sed -i -E {shlex.quote(address)} {{}} +"
    # Taken down before: an old container may have the name that the new one is given (`container_name`).
    return file.apply("docker compose down", after_writing=follow)


def describe_again(case: Case) -> str:
    """What the student added to the service is why it does not run: as the handout describes it, and no more."""
    file = _File(case)
    role = _role(case, file)
    own, described = file.service(role), file.described(role)
    for key in _OWN:
        own.pop(key, None)
    for key in ("image", "build", "volumes", "ports"):
        own.pop(key, None)
        own |= {key: described[key]} if key in described else {}
    return file.apply(*_given(file, role), options=" --force-recreate")


def _given(file: _File, role: str) -> list[str]:
    """Copies again what the handout gives for a service: its sources, or its configuration."""
    if role in file.compose.built:
        return [_MATERIAL.format(f"todos/{file.compose.built[role]}")]
    given = _GIVEN.get(role, {})
    names = ["haproxy.cfg"] if "volumes" in given else [given["build"]] if "build" in given else []
    return [f"rm -rf {one}\n{_MATERIAL.format(one)}" for one in names]


def start_service(case: Case) -> str:
    name = shlex.quote(case["name"])
    return f"docker unpause {name} 2>/dev/null; docker start {name}"


def free_the_port(case: Case) -> str:
    """Stop the other container or the program that has the port, and start the project."""
    file = _File(case)
    names = [one for one in case.looks.names() if not _is_of_compose(case, one)]
    if names:
        return file.apply(f"docker rm -f {' '.join(map(shlex.quote, names))}")
    return file.apply(end_program_on(case.port(_role(case, file))))


def _is_of_compose(case: Case, name: str) -> bool:
    doc = case.looks.container(name)
    return bool(doc and "com.docker.compose.project" in (doc["Config"].get("Labels") or {}))


def publish(case: Case) -> str:
    file = _File(case)
    role = _role(case, file)
    inside = case.values.get("inside", "")
    port = inside if inside.isdigit() else str(case.spec.containers[role].port or _LISTENS[role])
    file.service(role)["ports"] = [f"{case['wanted']}:{port}"]
    return file.apply()


def unpublish(case: Case) -> str:
    """No `ports:` for it; one that the file does not have goes away."""
    file = _File(case)
    gone = [name for name in file.services if name in {case["name"], *_parts(case["name"])}]
    wanted = set(file.compose.services.values())
    for name in gone:
        if name in wanted:
            file.services[name].pop("ports", None)
            file.services[name].pop("network_mode", None)
        else:
            del file.services[name]
    extra = "" if gone else f"docker rm -f {shlex.quote(case['name'])}"
    return file.apply(*([extra] if extra else []), options=" --remove-orphans")


def build(case: Case) -> str:
    file = _File(case)
    role = _role(case, file)
    own = file.service(role)
    own.pop("image", None)
    own["build"] = file.compose.built[role]
    return file.apply(_MATERIAL.format(f"todos/{own['build']}"))


def mount(case: Case) -> str:
    file = _File(case)
    folder = next(one for one in case.spec.folders.values() if one.inside == case["inside"])
    own = file.service(folder.container)
    own["volumes"] = [f"./{folder.outside}:{folder.inside}"]
    return file.apply(options=" --force-recreate --renew-anon-volumes")


def network(case: Case) -> str:
    """The networks of the handout for every service: Compose's own where it names none."""
    file = _File(case)
    if not case.spec.networks:
        for own in file.services.values():
            own.pop("networks", None)
            own.pop("network_mode", None)
        file.content.pop("networks", None)
    else:
        file.content["networks"] = dict.fromkeys(case.spec.networks)
        for role, name in file.compose.services.items():
            if isinstance(file.services.get(name), dict):
                file.services[name].pop("network_mode", None)
                file.services[name]["networks"] = list(_TIERS[role])
    return file.apply("docker compose down")


def look_there(case: Case) -> str:
    file = _File(case)
    own = file.service(_role(case, file))
    variables = own.get("environment") or {}
    if isinstance(variables, list):
        variables = dict(str(one).partition("=")[::2] for one in variables)
    own["environment"] = {**variables, case["variable"]: case["wanted"]}
    return file.apply()


def scale(case: Case) -> str:
    """`--scale`, of a service without a name or a port of its own."""
    file = _File(case)
    role = _role(case, file)
    own = file.service(role)
    for key in ("container_name", "ports", "deploy"):
        own.pop(key, None)
    return file.apply(options=" --remove-orphans")


def scale_instead_of_copies(case: Case) -> str:
    file = _File(case)
    for one in case["copies"].split(", "):
        file.services.pop(one, None)
    file.service(_role(case, file))
    return file.apply(*_given(file, "lb"), options=" --remove-orphans --force-recreate")


def given_balancer(case: Case) -> str:
    """The given configuration, mounted where the handout says."""
    file = _File(case)
    file.services.pop(file.compose.services["lb"], None)
    file.service("lb")
    return file.apply(*_given(file, "lb"), options=" --force-recreate")


def bring_back_the_sources(case: Case) -> str:
    """Everything that the handout gives."""
    file = _File(case)
    return file.apply(*(line for role in file.compose.services for line in _given(file, role)))


def restart(case: Case) -> str:
    return f"docker restart {shlex.quote(case['name'])}"


def without_health_check(case: Case) -> str:
    """The check that fails is the student's own; the others wait for it."""
    file = _File(case)
    for own in file.services.values():
        own.pop("healthcheck", None)
        own.pop("depends_on", None)
    return file.apply()


def publish_the_page_alone(case: Case) -> str:
    file = _File(case)
    role = next(iter(case.spec.ports))
    file.service(role)["ports"] = [f"{case.port(role)}:{case.spec.containers[role].port}"]
    return file.apply()


REMEDIES: Final[Mapping[str, Callable[[Case], str]]] = {
    "project-missing": start_from_the_file,
    "project-not-compose": start_from_the_file,
    "exercise-before": all_of_the_handout,
    "compose-file-gone": write_the_file,
    "compose-file-invalid": write_the_file,
    "project-other-name": rename_project,
    "service-missing": add_service,
    "service-misspelt": rename_service,
    "service-other-name": rename_service,
    "copied-not-scaled": scale_instead_of_copies,
    "replicas-too-few": scale,
    "replicas-too-many": scale,
    "container-name-blocks-scaling": scale,
    "port-blocks-scaling": scale,
    "container-created": start_all,
    "container-stopped": start_service,
    "container-paused": start_service,
    "foreground-stopped": start_all,
    "container-exited": describe_again,
    "container-crash-loop": describe_again,
    "shell-without-terminal": describe_again,
    "dependency-unhealthy": without_health_check,
    "port-taken": free_the_port,
    "port-not-published": publish,
    "port-reversed": publish,
    "port-random": publish,
    "port-other": publish,
    "port-wrong-inside": publish,
    "port-on-loopback": publish,
    "port-udp": publish,
    "outside-your-ports": publish,
    "published-inside": unpublish,
    "published-more": publish_the_page_alone,
    "host-network-inside": network,
    "image-not-built": build,
    "image-of-another-folder": build,
    "mount-missing": mount,
    "named-volume-not-bind": mount,
    "anonymous-volume-not-bind": mount,
    "mount-wrong-inside": mount,
    "mount-wrong-outside": mount,
    "mount-mistyped": mount,
    "network-default-bridge": network,
    "network-mode": network,
    "networks-do-not-meet": network,
    "network-missing": network,
    "network-misnamed": network,
    "network-of-compose": network,
    "network-other-driver": network,
    "network-not-joined": network,
    "network-not-only": network,
    "compose-file-differs": correct_and_start_all,
    "compose-file-changed": start_all,
    "down-leaves": start_all,
    "compose-fails": bring_back_the_sources,
    "network-internal": network,
    "asks-itself": look_there,
    "asks-another-container": look_there,
    "looks-elsewhere": look_there,
    "looks-on-another-port": look_there,
    "url-not-place": look_there,
    "todo-lost": describe_again,
    "api-without-database": describe_again,
    "api-not-todos": describe_again,
    "page-not-todos": describe_again,
    "nothing-listens-inside": describe_again,
    "listens-on-another-port": describe_again,
    "listens-on-loopback-inside": describe_again,
    "mounted-file-missing": given_balancer,
    "mounted-file-replaced": restart,
    "lb-finds-nobody": given_balancer,
    "lb-answers-by-itself": given_balancer,
    "lb-reaches-some": given_balancer,
    "requests-lost": given_balancer,
    "site-silent": describe_again,
    "site-error": bring_back_the_sources,
}
"""For the exercises of Compose."""
