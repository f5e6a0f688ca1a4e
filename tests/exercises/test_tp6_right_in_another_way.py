"""tp6 done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exercises.todos_exercises import COMPOSE, MATERIAL, assert_all_passed, copy_with_other_names
from tests.student_shell import verdicts_by_check

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.long]


def project(student: StudentShell, folder: str, **files: str) -> None:
    """The project's folder as in the handout, with the files of the test (`compose_yaml` is `compose.yaml`)."""
    here = student.home / folder
    here.mkdir()
    student.run_shell(
        f"cp -r {MATERIAL}/api {MATERIAL}/app ~/{folder}/; mkdir -p ~/{folder}/mongo/db; ln -s {folder} ~/link"
    )
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
            {"compose_yaml": COMPOSE.replace("./mongo", "${PWD}/mongo")},
            "up -d",
            id="below the shell's folder",
        ),
        pytest.param(
            "todos",
            {"compose_yaml": COMPOSE.replace("./mongo/db", "~/link/mongo/db")},
            "up -d",
            id="through a link",
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": COMPOSE.replace("build: api", "build: api\n    profiles: [all, api]")
                + "  tool: {image: nginx, profiles: [tools]}\n"
            },
            "--profile api up -d",
            id="with a profile, and another that is not asked for",
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": COMPOSE.replace("image:", "networks: [back]\n    image:")
                .replace("build: api", "build: api\n    networks: [back, front]")
                .replace("build: app", "build: app\n    networks: [front]")
                + "networks: {front: {}, back: {internal: true}}"
            },
            "up -d",
            id="on two networks, of which the API is on both",
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": COMPOSE.replace("./mongo/db:/data/db", "db:/data/db")
                + "volumes: {db: {driver: local, driver_opts: {type: none, o: bind, device: ./mongo/db}}}"
            },
            "up -d",
            id="the folder by the name of a volume",
        ),
        pytest.param(
            "todos",
            {
                "compose_yaml": COMPOSE.replace("build: api", "build: api\n    secrets: [word]\n    configs: [hello]")
                + "secrets: {word: {file: ./word}}\nconfigs: {hello: {file: ./word}}",
                "word": "xyzzy",
            },
            "up -d",
            id="with a secret and a config",
        ),
        pytest.param(
            "todos", {"compose_yaml": COMPOSE}, "up -d && docker compose run todos-api true", id="tried out by `run`"
        ),
        pytest.param(
            "todos",
            {"compose_yaml": COMPOSE + "  adminer: {image: nginx}\nnetworks: {default: {}, spare: {}}"},
            "up -d",
            id="with a service more",
        ),
    ],
)
def test_tp6_earns_every_point(todos: StudentShell, folder: str, files: dict[str, str], command: str) -> None:
    project(todos, folder, **files)
    todos.run_shell("docker tag mvertes/alpine-mongo mongo; docker network create todos-net")
    todos.run_shell(f"cd ~/{folder} && docker compose {command}", limit_s=120)
    assert assert_all_passed(todos, "tp6")


def test_tp6_by_the_old_docker_compose_earns_every_point(todos: StudentShell) -> None:
    """Its containers are called `todos_todos-api_1`, and its labels contain paths below the project's folder."""
    project(todos, "todos", docker__compose_yml=COMPOSE)
    todos.run_shell(
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
    assert assert_all_passed(todos, "tp6")


def test_tp6_any_name_in_the_exercise_spec_can_be_another(
    todos: StudentShell, tmp_path_factory: pytest.TempPathFactory
) -> None:
    course = tmp_path_factory.mktemp("course")
    todos.exercise = copy_with_other_names(
        todos, "tp6", course, todos="courses", todos_mongo="base", todos_api="facade", todos_app="page"
    )
    file = COMPOSE.replace("todos-mongo", "base").replace("todos-api", "facade").replace("todos-app", "page")
    file = file.replace("build: api", "build: api\n    environment: {MONGO: 'base:27017'}")
    file = file.replace("build: app", "build: app\n    environment: {API_URL: 'facade:8082'}")
    project(todos, "courses", compose_yaml=file)
    todos.run_shell("cd ~/courses && docker compose up -d", limit_s=120)
    assert set(verdicts_by_check(todos.grade(disposable=True)).values()) == {"passed"}
