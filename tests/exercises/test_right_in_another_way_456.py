"""The todos (tp4, tp5 and tp6) done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from grader.roster.ports import parse_ports
from tests.desk import ROOT, verdicts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.roster.ports import PortRange
    from tests.desk import Desk

pytestmark = [pytest.mark.live, pytest.mark.long]

MATERIAL = ROOT / "exercises" / "material" / "todos"
DATA = "-v ~/Docker/todos/mongo/db:/data/db"
MONGO = f"docker run -d --name todos-mongo --network todos-net {DATA} mvertes/alpine-mongo"
API = "docker run -d --name todos-api --network todos-net todos-api-v2"
APP = "docker run -d --name todos-app --network todos-net -p 4002:7777 todos-app-v2"

OTHER_PAGE = '''
import http.server, json, os, urllib.parse, urllib.request

API = "http://" + os.environ["API_URL"] + "/todos"


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
COMPOSE = """
services:
  todos-mongo:
    image: mvertes/alpine-mongo
    volumes: ["./mongo/db:/data/db"]
  todos-api:
    build: api
  todos-app:
    build: app
    ports: ["4002:7777"]
"""


@pytest.fixture
def todos(desk: Desk, images: Callable[..., None]) -> Desk:
    """A desk with the images of the todos, built from the material as the sheet says."""
    images("mvertes/alpine-mongo", "python:alpine")
    desk.type(f"{MATERIAL}/build.sh && mkdir -p ~/Docker/todos/mongo/db", limit_s=300)
    return desk


def all_passed(desk: Desk, exercise: str, ports: PortRange | None = None) -> bool:
    desk.exercise = ROOT / "exercises" / exercise
    ledger = desk.grade(disposable=True, ports=ports)
    wrong = [f"{row.spec.name}: {row.outcome}" for row in ledger if row.outcome.verdict != "passed"]
    assert not wrong, "\n".join(wrong)
    return True


def renamed(desk: Desk, exercise: str, course: Path, **names: str) -> Path:
    """The exercise in a course of its own, with other names in its sheet; `desk` grades that one."""
    copy = course / exercise
    shutil.copytree(ROOT / "exercises" / exercise, copy, ignore=shutil.ignore_patterns("solutions", "material"))
    sheet = (copy / "exercise.toml").read_text(encoding="utf-8")
    for old, new in names.items():
        written = f'"{old.replace("_", "-")}"'
        assert written in sheet
        sheet = sheet.replace(written, f'"{new}"')
    (copy / "exercise.toml").write_text(sheet, encoding="utf-8")
    return copy


# --- tp4: through the machine ---

MACHINE = "machine=$(docker run --rm --add-host me:host-gateway ubuntu awk '$2 == \"me\" {print $1}' /etc/hosts)\n"

V1 = """
docker run -d --name todos-mongo {host} -p {mongo}:27017 -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
docker run -d --name todos-api {host} -p {api}:8082 {api_options} todos-api-v1
docker run -d --name todos-app {host} -p {app}:7777 {app_options} todos-app-v1
"""


def through_the_machine(
    host: str, ports: tuple[int, int, int] = (4000, 4001, 4002), api_options: str = "", app_options: str = ""
) -> str:
    mongo, api, app = ports
    return V1.format(host=host, mongo=mongo, api=api, app=app, api_options=api_options, app_options=app_options)


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param(
            MACHINE + through_the_machine("--add-host mydocker:$machine"),
            id="the address of docker0",
        ),
        pytest.param(
            "docker network create other\n"
            "machine=$(docker network inspect other --format '{{(index .IPAM.Config 0).Gateway}}')\n"
            + through_the_machine("--add-host mydocker:$machine"),
            id="another address of the machine",
        ),
        pytest.param(through_the_machine("--add-host MyDocker:host-gateway"), id="names have no case"),
        pytest.param(
            through_the_machine("--add-host mydocker:host-gateway --add-host me:127.0.0.1 --restart unless-stopped"),
            id="more names, and a restart policy",
        ),
        pytest.param(
            "docker network create todos-net\n"
            + through_the_machine("--add-host mydocker:host-gateway")
            + "for one in todos-mongo todos-api todos-app; do docker network connect todos-net $one; done",
            id="on a network as well",
        ),
        pytest.param(
            MACHINE
            + through_the_machine("")
            + """for one in todos-mongo todos-api todos-app; do
                docker exec --user 0 $one sh -c "echo $machine mydocker >> /etc/hosts"
            done""",
            id="written into /etc/hosts by hand",
        ),
    ],
)
def test_tp4_earns_every_point(todos: Desk, commands: str) -> None:
    todos.type(commands)
    assert all_passed(todos, "tp4")


def test_tp4_in_a_range_of_ports_earns_every_point(todos: Desk) -> None:
    todos.type(
        through_the_machine(
            "--add-host mydocker:host-gateway",
            (41200, 41201, 41202),
            "-e MONGO=mydocker:41200",
            "-e API_URL=mydocker:41201",
        )
    )
    assert all_passed(todos, "tp4", parse_ports("41200-41209"))


# --- tp5: on a network of their own ---


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
            {MONGO.replace("-d", "-dit --rm --restart no").replace("-v ", "-v ")}
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
            {APP}; sleep 1; {API}; sleep 1; {MONGO}""",
            id="in the other order",
        ),
    ],
)
def test_tp5_earns_every_point(todos: Desk, commands: str) -> None:
    todos.type(commands)
    assert all_passed(todos, "tp5")


@pytest.mark.parametrize(
    "network",
    [
        pytest.param("networks: {default: {name: todos-net, external: true}}", id="made before"),
        pytest.param("networks: {default: {name: todos-net}}", id="made by compose"),
    ],
)
def test_tp5_by_compose_earns_every_point(todos: Desk, network: str) -> None:
    file = COMPOSE.replace("build: api", "image: todos-api-v2").replace("build: app", "image: todos-app-v2")
    folder = todos.home / "Docker" / "todos"
    (folder / "compose.yaml").write_text(f"{file}\n{network}", encoding="utf-8")
    todos.type("docker network create todos-net" if "external" in network else "true")
    todos.type("cd ~/Docker/todos && docker compose up -d", limit_s=120)
    assert all_passed(todos, "tp5")


def test_tp5_with_a_page_of_ones_own_earns_every_point(todos: Desk) -> None:
    """Another program behind the page: what counts is that a todo goes all the way."""
    (todos.home / "page.py").write_text(OTHER_PAGE, encoding="utf-8")
    todos.type(
        f"""printf 'FROM python:alpine\\nCOPY page.py .\\nENV API_URL=todos-api:8082\\nCMD python page.py' > Dockerfile
        docker build --tag page . ; docker network create todos-net
        {MONGO}; {API}; {APP.replace("todos-app-v2", "page")}""",
        limit_s=120,
    )
    assert all_passed(todos, "tp5")


def test_tp5_any_name_in_the_sheet_can_be_another(todos: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    course = tmp_path_factory.mktemp("course")
    todos.exercise = renamed(
        todos, "tp5", course, todos_net="reseau", todos_mongo="base", todos_api="facade", todos_app="page"
    )
    todos.type(
        """mkdir -p ~/Docker/todos/mongo/db; docker network create reseau
        docker run -d --name base --network reseau -v ~/Docker/todos/mongo/db:/data/db mvertes/alpine-mongo
        docker run -d --name facade --network reseau -e MONGO=base:27017 todos-api-v2
        docker run -d --name page --network reseau -p 4002:7777 -e API_URL=facade:8082 todos-app-v2"""
    )
    assert set(verdicts(todos.grade(disposable=True)).values()) == {"passed"}


# --- tp6: with compose ---


def project(desk: Desk, folder: str, **files: str) -> None:
    """The project's folder as the sheet has it, with the files of the test (`compose_yaml` is `compose.yaml`)."""
    here = desk.home / folder
    here.mkdir()
    desk.type(f"cp -r {MATERIAL}/api {MATERIAL}/app ~/{folder}/")
    for name, text in files.items():
        (here / name.replace("__", "-").replace("_", ".")).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("folder", "files", "command"),
    [
        pytest.param("todos", {"compose_yaml": COMPOSE}, "up -d", id="named by its folder"),
        pytest.param("tp6", {"compose_yaml": f"name: todos\n{COMPOSE}"}, "up -d --build", id="named in the file"),
        pytest.param(
            "tp6", {"docker__compose_yml": f"version: '3'\n{COMPOSE}"}, "-p todos up -d", id="named when it is started"
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": """
services:
  todos-mongo:
    image: docker.io/library/mongo:latest
    restart: unless-stopped
    volumes: [{type: bind, source: ./mongo/db, target: /data/db, bind: {create_host_path: true}}]
  todos-api:
    build: {context: ./api, args: {MONGO: "todos-mongo:27017"}}
    image: my-api:1.0
    depends_on: [todos-mongo]
    expose: ["8082"]
    environment: ["DEBUG=1"]
  todos-app:
    build: {context: app, dockerfile: Dockerfile}
    depends_on: {todos-api: {condition: service_started}}
    deploy: {replicas: 1}
    ports: [{target: 7777, published: "${PAGE:-4002}", protocol: tcp}]
networks: {default: {driver: bridge}}
""",
                "_env": "PAGE=4002\n",
            },
            "up -d",
            id="in many words",
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": COMPOSE.replace("4002:7777", "4009:7777"),
                "compose_override_yaml": 'services: {todos-app: {ports: !override ["4002:7777"]}}',
            },
            "up -d",
            id="in two files",
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": COMPOSE.replace("build: api", "build: api\n    container_name: todos-api")
                + "networks: {default: {name: todos-net, external: true}}"
            },
            "up -d",
            id="on a network made before, with a name for a container",
        ),
        pytest.param(
            "todos",
            {"compose_yaml": COMPOSE + "  adminer: {image: nginx}\nnetworks: {default: {}, spare: {}}"},
            "up -d",
            id="with a service more",
        ),
    ],
)
def test_tp6_earns_every_point(todos: Desk, folder: str, files: dict[str, str], command: str) -> None:
    project(todos, folder, **files)
    todos.type("docker tag mvertes/alpine-mongo mongo; docker network create todos-net")
    todos.type(f"cd ~/{folder} && docker compose {command}", limit_s=120)
    assert all_passed(todos, "tp6")


def test_tp6_by_the_old_docker_compose_earns_every_point(todos: Desk) -> None:
    """Its containers are called `todos_todos-api_1`, and its labels tell paths below the project's folder."""
    project(todos, "todos", docker__compose_yml=COMPOSE)
    todos.type(
        """cd ~/todos; docker build -t todos_todos-api api; docker build -t todos_todos-app app
        compose=com.docker.compose
        docker network create --label $compose.project=todos --label $compose.network=default todos_default
        start() {
            service=$1; shift
            docker run -d --name todos_${service}_1 --network todos_default --network-alias $service \\
                --label $compose.project=todos --label $compose.service=$service --label $compose.oneoff=False \\
                --label $compose.container-number=1 --label $compose.config-hash=0 --label $compose.version=1.29.2 \\
                --label $compose.project.config_files=docker-compose.yml \\
                --label $compose.project.working_dir=$PWD "$@"
        }
        start todos-mongo -v $PWD/mongo/db:/data/db mvertes/alpine-mongo
        start todos-api todos_todos-api
        start todos-app -p 4002:7777 todos_todos-app""",
        limit_s=120,
    )
    assert all_passed(todos, "tp6")


def test_tp6_any_name_in_the_sheet_can_be_another(todos: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    course = tmp_path_factory.mktemp("course")
    todos.exercise = renamed(
        todos, "tp6", course, todos="courses", todos_mongo="base", todos_api="facade", todos_app="page"
    )
    file = COMPOSE.replace("todos-mongo", "base").replace("todos-api", "facade").replace("todos-app", "page")
    file = file.replace("build: api", "build: api\n    environment: {MONGO: 'base:27017'}")
    file = file.replace("build: app", "build: app\n    environment: {API_URL: 'facade:8082'}")
    project(todos, "courses", compose_yaml=file)
    todos.type("cd ~/courses && docker compose up -d", limit_s=120)
    assert set(verdicts(todos.grade(disposable=True)).values()) == {"passed"}
