"""A compose project on a fake machine, with the file that it was brought up from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from grader.checks.expect import expect
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container, fake_image, fake_network
from tests.checks.fake_machine import FakeMachine

if TYPE_CHECKING:
    from grader.checks.compose.expectation import ProjectExpectation
    from grader.machine.machine import Machine

SPEC: dict[str, Any] = {
    "ports": {"app": {"port": 4002, "offset": 2}},
    "containers": {"api": {"port": 8082}, "app": {"port": 7777}},
    "compose": {"project": "todos", "services": {"api": "api", "app": "app"}, "built": {"api": "api", "app": "front"}},
}
COMPOSE_FILE = "/home/anna/todos/compose.yaml"


class FakeComposeProject(FakeMachine):
    """All as it should be; a test takes something away."""

    def __init__(self, *others: FakeContainer) -> None:
        self.api = fake_container("todos-api-1", **self._settings("api"))
        self.app = fake_container("todos-app-1", **self._settings("app"))
        super().__init__(self.api, self.app, *others)
        self.services_in_file: dict[str, Any] = {
            name: {"image": f"todos-{name}", "build": {"context": name}} for name in ("api", "app")
        }
        self.disk[COMPOSE_FILE] = b"services:"
        self.hashes = "api hash-api\napp hash-app\n"
        self.images = [fake_image("todos-api:latest"), fake_image("todos-app:latest")]
        self.networks = [fake_network("todos_default", Labels={"com.docker.compose.project": "todos"})]
        self.config_error: bytes = b""
        self.compose = {"config": self._config, "hashes": self._hashes}

    @staticmethod
    def _settings(service: str) -> dict[str, Any]:
        return {
            "image": f"todos-{service}",
            "image_id": f"sha256:todos-{service}",
            "labels": compose_labels(service),
            "networks": {"todos_default": "172.18.0.2"},
            "mode": "todos_default",
        }

    def _config(self) -> Answer:
        if self.config_error:
            return Answer(422, self.config_error)
        return Answer(200, json.dumps({"services": self.services_in_file}).encode())

    def _hashes(self) -> Answer:
        return Answer(200, self.hashes.encode(), headers={"version": "5.0.0"})

    def machine(self) -> Machine:
        return self.as_machine(**SPEC)

    def project(self) -> ProjectExpectation:
        return expect(self.machine().project())
