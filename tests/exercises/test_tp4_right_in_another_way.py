"""tp4 done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.roster.ports import parse_ports
from tests.exercises.todos_exercises import assert_all_passed

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]

MACHINE = "machine=$(docker run --rm --add-host me:host-gateway ubuntu awk '$2 == \"me\" {print $1}' /etc/hosts)\n"

V1 = """
docker run -d --name todos-mongo {host} -p {mongo}:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api {host} -p {api}:8082 {api_options} todos-api-v1
docker run -d --name todos-app {host} -p {app}:7777 {app_options} todos-app-v1
"""

COMPOSE = """
x-all: &all {extra_hosts: ["mydocker:host-gateway"]}
services:
  todos-mongo:
    {<<: *all, image: mvertes/alpine-mongo, ports: ["4000:27017"], volumes: ["~/Docker/todos/mongo/db:/data/db"]}
  todos-api: {<<: *all, image: todos-api-v1, ports: ["4001:8082"]}
  todos-app: {<<: *all, image: todos-app-v1, ports: ["4002:7777"]}
"""


def run_through_the_machine(
    host: str, ports: tuple[int, int, int] = (4000, 4001, 4002), api_options: str = "", app_options: str = ""
) -> str:
    mongo, api, app = ports
    return V1.format(host=host, mongo=mongo, api=api, app=app, api_options=api_options, app_options=app_options)


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param(
            MACHINE + run_through_the_machine("--add-host mydocker:$machine"),
            id="the address of docker0",
        ),
        pytest.param(
            "docker network create other\n"
            "machine=$(docker network inspect other --format '{{(index .IPAM.Config 0).Gateway}}')\n"
            + run_through_the_machine("--add-host mydocker:$machine"),
            id="another address of the machine",
        ),
        pytest.param(run_through_the_machine("--add-host MyDocker:host-gateway"), id="names have no case"),
        pytest.param(
            run_through_the_machine(
                "--add-host mydocker:host-gateway --add-host me:127.0.0.1 --restart unless-stopped"
            ),
            id="more names, and a restart policy",
        ),
        pytest.param(
            "docker network create todos-net\n"
            + run_through_the_machine("--add-host mydocker:host-gateway")
            + "for one in todos-mongo todos-api todos-app; do docker network connect todos-net $one; done",
            id="on a network as well",
        ),
        pytest.param(
            f"cat > compose.yaml <<'EOF'\n{COMPOSE}EOF\ndocker compose up -d",
            id="by compose, which names the containers",
        ),
    ],
)
def test_tp4_earns_every_point(todos: StudentShell, commands: str) -> None:
    todos.run_shell(commands)
    assert assert_all_passed(todos, "tp4")


def test_tp4_in_a_range_of_ports_earns_every_point(todos: StudentShell) -> None:
    todos.run_shell(
        run_through_the_machine(
            "--add-host mydocker:host-gateway",
            (41200, 41201, 41202),
            "-e MONGO=mydocker:41200",
            "-e API_URL=mydocker:41201",
        )
    )
    assert assert_all_passed(todos, "tp4", parse_ports("41200-41209"))
