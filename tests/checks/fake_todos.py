"""The todos on a fake machine: a page, an API and a database that really store what is added."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from grader.checks.expect import expect
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine
from tests.scripted_machine import DOCKER_26

if TYPE_CHECKING:
    from grader.checks.todos.expectation import TodosExpectation
    from grader.machine.subjects import Todos
    from tests.scripted_machine import Version

SPEC: dict[str, Any] = {
    "ports": {"app": {"port": 4002, "offset": 2}},
    "containers": {
        "mongo": {
            "name": "todos-mongo",
            "image": "mvertes/alpine-mongo",
            "equivalent_images": ["mongo"],
            "port": 27017,
        },
        "api": {"name": "todos-api", "image": "todos-api-v2", "port": 8082},
        "app": {"name": "todos-app", "image": "todos-app-v2", "port": 7777},
    },
    "todos": {
        "mongo_variable": "MONGO",
        "api_variable": "API_URL",
        "list": "/todos",
        "id": "id",
        "text": "text",
        "page": "/",
        "field": "text",
        "remove": "/delete/{id}",
    },
}
MONGO_IP, API_IP, APP_IP = "172.18.0.2", "172.18.0.3", "172.18.0.4"


class FakeTodos(FakeMachine):
    """All as it should be; a test takes something away."""

    def __init__(self, up_s: float = 60, version: Version = DOCKER_26, **env: str) -> None:
        """`env`: `MONGO` of the API and `API_URL` of the page, if they are wrong."""
        said = {"MONGO": "todos-mongo:27017", "API_URL": "todos-api:8082"} | env
        self.mongo = fake_container(
            "todos-mongo", image="mvertes/alpine-mongo", networks={"todos-net": MONGO_IP},
            listens=("0.0.0.0:27017",), up_s=up_s, image_id="sha256:mongo",
        )  # fmt: skip
        self.api = fake_container(
            "todos-api", image="todos-api-v2", networks={"todos-net": API_IP}, env={"MONGO": said["MONGO"]},
            listens=("0.0.0.0:8082",), connected=((40000, f"{MONGO_IP}:27017"),), up_s=up_s, image_id="sha256:api",
        )  # fmt: skip
        self.app = fake_container(
            "todos-app", image="todos-app-v2", networks={"todos-net": APP_IP}, env={"API_URL": said["API_URL"]},
            listens=("0.0.0.0:7777",), ports={"7777/tcp": "4002"}, up_s=up_s, image_id="sha256:app",
        )  # fmt: skip
        super().__init__(self.mongo, self.api, self.app, version=version)
        self.todos: dict[str, str] = {"1": "buy milk"}
        self.sites[4002] = self.page
        self.sites[f"{API_IP}:8082"] = self.list
        self.networks = [{"Id": "n", "Name": "todos-net", "Driver": "bridge"}]

    def subject(self, *, passive: bool = False, **spec: Any) -> Todos:
        return self.as_machine(passive=passive, **(SPEC | spec)).todos()

    def expect(self, *, within_s: float = 0, passive: bool = False, **spec: Any) -> TodosExpectation:
        return expect(self.subject(passive=passive, **spec), within_s=within_s)

    def page(self, question: HttpQuestion) -> Answer | NoAnswer:
        if self.app.log is not None:
            self.app.log += f"{question.method} {question.path}\n".encode()
        if question.method == "POST" and question.path.startswith("/delete/"):
            self.todos.pop(question.path.removeprefix("/delete/"), None)
            return Answer(303)
        if question.method == "POST":
            assert question.content_type == "application/x-www-form-urlencoded"
            self.todos[f"t{len(self.todos)}"] = parse_qs(question.body.decode())["text"][0]
        return Answer(200, b"<h1>todos</h1>")

    def list(self, question: HttpQuestion) -> Answer | NoAnswer:
        assert question.path == "/todos"
        return Answer(200, json.dumps([{"id": one, "text": text} for one, text in self.todos.items()]).encode())
