"""A thin adapter: testinfra's `host` and requests' `get`, answered by a recorded machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.machine.question import Answer, EngineQuestion, HttpQuestion

if TYPE_CHECKING:
    from benchmarks.fairness.machine import ChangedMachine
    from grader.machine.question import Question


@dataclass(frozen=True)
class Response:
    """As of requests."""

    status_code: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Host:
    """As of testinfra, with what `docker` prints as JSON."""

    def __init__(self, machine: ChangedMachine) -> None:
        self.ports = {role: machine.state.port(role) for role in machine.state.spec.get("ports", {})}
        self._machine = machine

    def docker(self, name: str) -> Docker:
        return Docker(self, name)

    def inspect(self, name: str) -> Any:
        """`docker inspect NAME`. Raises `AssertionError`, as testinfra does, if there is none."""
        for one in self.containers():
            if f"/{name}" in one["Names"]:
                return self._json(f"/containers/{one['Id']}/json")
        raise AssertionError(f"Error: No such object: {name}")

    def containers(self, service: str = "") -> Any:
        """`docker ps --all`; with `service`, `docker compose ps`."""
        label = "com.docker.compose.service"
        listed = self._json("/containers/json", ("all", "1"))
        return [one for one in listed if not service or (one.get("Labels") or {}).get(label) == service]

    def networks(self) -> Any:
        return self._json("/networks")

    def image(self, name: str) -> Any:
        return self._json(f"/images/{name}/json")

    def info(self) -> Any:
        return self._json("/info")

    def services(self) -> Any:
        return self._json("/services")

    def diff(self, name: str) -> Any:
        found = self._json(f"/containers/{self.inspect(name)['Id']}/changes")
        return {one["Path"] for one in found or []}

    def logs(self, name: str) -> str:
        query = (("stderr", "1"), ("stdout", "1"), ("tail", "200"))
        found = self._ask(EngineQuestion(f"/containers/{self.inspect(name)['Id']}/logs", query))
        return found.body.decode(errors="replace")

    def get(self, url_port: int, path: str = "/") -> Response:
        """`requests.get(f"http://localhost:{url_port}{path}")`."""
        return self._response(HttpQuestion(url_port, path, within_s=5))

    def _response(self, question: HttpQuestion) -> Response:
        found = self._ask(question)
        return Response(found.status, found.body.decode(errors="replace"))

    def _json(self, path: str, *query: tuple[str, str]) -> Any:
        found = self._ask(EngineQuestion(path, tuple(query)))
        assert found.status == 200, found.body[:100]
        return json.loads(found.body)

    def _ask(self, question: Question) -> Answer:
        """Raises `ProbeFailed` if the recording does not say, `AssertionError` for a connection that fails."""
        found = self._machine.ask(question)
        assert isinstance(found, Answer), "Connection refused"
        return found


@dataclass(frozen=True)
class Docker:
    """As `host.docker(name)` of testinfra."""

    host: Host
    name: str

    def inspect(self) -> Any:
        return self.host.inspect(self.name)

    @property
    def is_running(self) -> bool:
        return bool(self.inspect()["State"]["Running"])

    def host_port(self, inside: int) -> str:
        return str(self.inspect()["HostConfig"]["PortBindings"][f"{inside}/tcp"][0]["HostPort"])

    def has_bind(self, inside: str) -> bool:
        return any(one["Type"] == "bind" and one["Destination"] == inside for one in self.inspect()["Mounts"])
