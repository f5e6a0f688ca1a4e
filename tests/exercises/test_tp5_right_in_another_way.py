"""tp5 done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exercises.todos_exercises import COMPOSE, MATERIAL, assert_all_passed, copy_with_other_names
from tests.student_shell import verdicts_by_check

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]

DATA = "-v ~/Docker/todos/mongo/db:/data/db"
MONGO = f"docker run -d --name todos-mongo --network todos-net {DATA} mvertes/alpine-mongo"
API = "docker run -d --name todos-api --network todos-net todos-api-v2"
APP = "docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2"

OTHER_PAGE = '''
import http.server, json, os, urllib.parse, urllib.request

API = "http://" + os.environ.get("API_URL", "todos-api:8082") + "/todos"


class Page(http.server.BaseHTTPRequestHandler):
    """No framework, no redirect: a page all the same."""

    def do_GET(self):
        todos = json.load(urllib.request.urlopen(API))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(todos).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        if self.path.startswith("/delete/"):
            asked = urllib.request.Request(API + "/" + self.path.rpartition("/")[2], method="DELETE")
        else:
            todo = json.dumps({"text": urllib.parse.parse_qs(body)["text"][0]}).encode()
            asked = urllib.request.Request(API, todo, {"Content-Type": "application/json"})
        urllib.request.urlopen(asked)
        self.do_GET()


http.server.ThreadingHTTPServer(("", 7777), Page).serve_forever()
'''


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param(
            f"""docker network create todos-net
            docker run -d --name todos-mongo {DATA} mvertes/alpine-mongo
            docker run -d --name todos-api todos-api-v2
            docker run -d --name todos-app -p 4002:7777 todos-app-v2
            for one in todos-mongo todos-api todos-app; do docker network connect todos-net $one; done""",
            id="joined afterwards",
        ),
        pytest.param(
            f"""docker network create --subnet 10.123.45.0/24 todos-net; docker network create front
            {MONGO.replace("--network", "--ip 10.123.45.67 --hostname base --network")}
            {API}; {APP}
            docker network connect front todos-app; docker network connect front todos-mongo""",
            id="other networks too, and an address of one's own",
        ),
        pytest.param(
            f"""docker network create todos-net
            {MONGO.replace("--network", "--network-alias db --network")}
            {API.replace("--network", "-e MONGO=db:27017 --network")}; {APP}""",
            id="another name of the database's",
        ),
        pytest.param(
            f"""docker network create todos-net
            printf 'MONGO=TODOS-MONGO:27017\\nDEBUG=1\\n' > api.env
            {MONGO}; {API.replace("--network", "--env-file api.env --network")}; {APP}""",
            id="names have no case, in a file of variables",
        ),
        pytest.param(
            f"""docker network create todos-net
            docker tag mvertes/alpine-mongo mongo:7
            docker tag todos-api-v2 registry.example/anna/todos-api-v2:1.0
            docker build --tag my-page {MATERIAL}/app
            {MONGO.replace("mvertes/alpine-mongo", "mongo:7")}
            {API.replace("todos-api-v2", "registry.example/anna/todos-api-v2:1.0")}
            {APP.replace("todos-app-v2", "my-page")}""",
            id="images by other names",
        ),
        pytest.param(
            f"""docker network create --driver bridge --attachable --label mine=1 todos-net
            {MONGO.replace("-d", "-dit --rm --restart no")}
            {API.replace("-d", "-d --restart always --expose 8082")}
            {APP.replace("-p 4002", "-p 0.0.0.0:4002")}""",
            id="options that change nothing",
        ),
        pytest.param(
            f"""docker network create todos-net
            {MONGO.replace(DATA, "--mount type=bind,source=$HOME/Docker/todos/mongo/db,target=/data/db/")}
            {API}; {APP}
            docker rm -f todos-mongo
            {MONGO.replace(DATA, "--mount type=bind,source=$HOME/Docker/todos/mongo/db,target=/data/db/")}""",
            id="--mount, and the database made again meanwhile",
        ),
        pytest.param(
            f"""docker network create todos-net
            docker volume create --opt type=none --opt o=bind --opt device=$HOME/Docker/todos/mongo/db db
            {MONGO.replace(DATA, "-v db:/data/db")}; {API}; {APP}""",
            id="the folder by the name of a volume",
        ),
        pytest.param(
            f"""docker network create todos-net; ln -s ~/Docker/todos ~/work
            {MONGO.replace("~/Docker/todos", "~/work")}; {API}; {APP}""",
            id="the folder through a link",
        ),
        pytest.param(
            f"""docker network create todos-net; mv ~/Docker ~/.elsewhere; ln -s .elsewhere ~/Docker
            {MONGO.replace("~/Docker", "$(realpath ~/Docker)")}; {API}; {APP}""",
            id="a folder that is a link",
        ),
        pytest.param(
            f"""docker network create todos-net
            {APP}; sleep 1; {API}; sleep 1; {MONGO}""",
            id="in the other order",
        ),
    ],
)
def test_tp5_earns_every_point(todos: StudentShell, commands: str) -> None:
    todos.run_shell(commands)
    assert assert_all_passed(todos, "tp5")


@pytest.mark.parametrize(
    "network",
    [
        pytest.param("networks: {default: {name: todos-net, external: true}}", id="made before"),
        pytest.param("networks: {default: {name: todos-net}}", id="made by compose"),
    ],
)
def test_tp5_by_compose_earns_every_point(todos: StudentShell, network: str) -> None:
    file = COMPOSE.replace("build: api", "image: todos-api-v2").replace("build: app", "image: todos-app-v2")
    folder = todos.home / "Docker" / "todos"
    (folder / "compose.yaml").write_text(f"{file}\n{network}", encoding="utf-8")
    todos.run_shell("docker network create todos-net" if "external" in network else "true")
    todos.run_shell("cd ~/Docker/todos && docker compose up -d", limit_s=120)
    assert assert_all_passed(todos, "tp5")


def test_tp5_with_a_page_of_ones_own_earns_every_point(todos: StudentShell) -> None:
    """Another program behind the page, whose image declares nothing: what counts is that a todo arrives."""
    (todos.home / "page.py").write_text(OTHER_PAGE, encoding="utf-8")
    todos.run_shell(
        f"""printf 'FROM python:alpine\\nCOPY page.py .\\nCMD python page.py' > Dockerfile
        docker build --tag page . ; docker network create todos-net
        {MONGO}; {API}; {APP.replace("todos-app-v2", "page")}""",
        limit_s=120,
    )
    assert assert_all_passed(todos, "tp5")


def test_tp5_any_name_in_the_exercise_spec_can_be_another(
    todos: StudentShell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    course = tmp_path_factory.mktemp("course")
    todos.exercise = copy_with_other_names(
        todos, "tp5", course, todos_net="reseau", todos_mongo="base", todos_api="facade", todos_app="page"
    )
    todos.run_shell(
        """mkdir -p ~/Docker/todos/mongo/db; docker network create reseau
        docker run -d --name base --network reseau -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
        docker run -d --name facade --network reseau -e MONGO=base:27017 todos-api-v2
        docker run -d --name page --network reseau -p 4002:7777 -e API_URL=facade:8082 todos-app-v2"""
    )
    assert set(verdicts_by_check(todos.grade(disposable=True)).values()) == {"passed"}
