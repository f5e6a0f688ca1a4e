"""Scaling and swarms (tp7 and tp8) done right in ways that nobody thought of first: each earns every point.

nginx as the balancer, and a swarm's service behind a proxy, on its tasks' own ports and as a stack, are rehearsed:
they are among the solutions of the exercises.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.roster.ports import parse_ports
from tests.exercises.routing_mesh import has_ipvs, relay_instead_of_ipvs
from tests.student_shell import ROOT, StudentShell, verdicts_by_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.roster.ports import PortRange
    from tests.lab import Engine, Lab

pytestmark = [pytest.mark.live, pytest.mark.long]

HERE = Path(__file__).parent
MATERIAL = ROOT / "exercises" / "tp7" / "material"
COMPOSE = (ROOT / "exercises" / "tp7" / "solutions" / "reference" / "compose.yaml").read_text(encoding="utf-8")
UP = "docker compose up -d --build --scale web=3"

OTHER_PAGE = '''
import http.server, socket


class Page(http.server.BaseHTTPRequestHandler):
    """A page that is not the course's: another mark of the replica, any path, no word in the log."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(("<h1>" + socket.gethostbyname(socket.gethostname()) + "</h1>").encode())

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", 8000), Page).serve_forever()
'''
NGINX = """
upstream replicas { %s server web:8000; }
server { listen 8080; access_log off; location / { proxy_pass http://replicas; } }
"""
IN_NGINX = "    image: nginx:alpine\n    volumes:\n      - ./lb.conf:/etc/nginx/conf.d/default.conf:ro\n"
IN_HAPROXY = "    image: haproxy\n    volumes:\n      - ./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro\n"


@pytest.fixture
def scaling(student: StudentShell, images: Callable[..., None]) -> StudentShell:
    """A student's shell with the material of tp7 in its home."""
    images("python:alpine", "redis:alpine", "haproxy", "nginx:alpine")
    student.exercise = ROOT / "exercises" / "tp7"
    shutil.copytree(MATERIAL, student.home, dirs_exist_ok=True)
    return student


def compose(student: StudentShell, up: str = UP, **replaced: tuple[str, str]) -> None:
    """Brings up the reference's file with some of its text replaced."""
    text = COMPOSE
    for old, new in replaced.values():
        assert old in text, old
        text = text.replace(old, new)
    (student.home / "compose.yaml").write_text(text, encoding="utf-8")
    student.run_shell(up, limit_s=120)


def change(student: StudentShell, file: str, old: str, new: str) -> None:
    path = student.home / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def assert_all_passed(student: StudentShell, ports: PortRange | None = None) -> bool:
    assert set(verdicts_by_check(student.grade(ports=ports, disposable=True)).values()) == {"passed"}
    return True


def containers(student: StudentShell) -> list[str]:
    return sorted(student.engine.docker("ps", "--all", "--format", "{{.ID}} {{.Names}} {{.State}}").stdout.splitlines())


@pytest.mark.parametrize("balance", ["leastconn", "random", "static-rr"])
def test_haproxy_may_choose_as_it_likes(scaling: StudentShell, balance: str) -> None:
    change(scaling, "haproxy.cfg", "balance roundrobin", f"balance {balance}")
    compose(scaling)
    assert assert_all_passed(scaling)


def test_nginx_looks_the_replicas_up_once_and_listens_where_it_likes(scaling: StudentShell) -> None:
    """Also replicas set in the file, and a page that logs nothing: its bytes show that it was reached."""
    (scaling.home / "lb.conf").write_text(NGINX % "random;", encoding="utf-8")
    (scaling.home / "web" / "web.py").write_text(OTHER_PAGE, encoding="utf-8")
    compose(
        scaling,
        "docker compose up -d --build",
        replicas=("    build: web\n", "    build: web\n    deploy:\n      replicas: 3\n"),
        balancer=(IN_HAPROXY, IN_NGINX + "    depends_on: [web]\n"),
        port=('"80:80"', '"80:8080"'),
    )
    assert assert_all_passed(scaling)


def test_a_balancer_may_make_an_error_of_a_page_that_does_not_exist(scaling: StudentShell) -> None:
    """Visitors see `/`, as the handout says: the course's page knows no other, and no query either."""
    missing = "balance roundrobin\n    http-response return status 502 if { status 404 }"
    change(scaling, "haproxy.cfg", "balance roundrobin", missing)
    compose(scaling)
    assert assert_all_passed(scaling)


def test_a_page_may_fail_for_everything_but_itself(scaling: StudentShell) -> None:
    change(scaling, "web/web.py", "HTTPStatus.NOT_FOUND", "HTTPStatus.INTERNAL_SERVER_ERROR")
    compose(scaling)
    assert assert_all_passed(scaling)


def test_a_balancer_may_hide_files_that_begin_with_a_dot(scaling: StudentShell) -> None:
    change(scaling, "haproxy.cfg", "bind :80\n", "bind :80\n    http-request deny deny_status 503 if { path_beg /. }\n")
    compose(scaling)
    assert assert_all_passed(scaling)


def test_a_cookie_keeps_a_visitor_with_a_replica(scaling: StudentShell) -> None:
    """A request without the cookie is from a new visitor, as each of the grader's requests is."""
    sticky = "dynamic-cookie-key tp7\n    cookie WHO insert nocache dynamic\n    balance roundrobin"
    change(scaling, "haproxy.cfg", "balance roundrobin", sticky)
    compose(scaling)
    assert assert_all_passed(scaling)


def test_the_names_of_the_first_compose_will_do(scaling: StudentShell) -> None:
    """`docker-compose` v1 wrote `tp7_web_1`, and the same labels; here by hand, since it runs on no current Python."""
    scaling.run_shell(
        """
        labels() { printf -- '--label com.docker.compose.project=tp7 --label com.docker.compose.service=%s ' "$1"
                   printf -- '--label com.docker.compose.container-number=%s ' "$2"
                   printf -- '--label com.docker.compose.oneoff=False'; }
        for name in front-tier back-tier; do
            docker network create --label com.docker.compose.project=tp7 \\
                --label com.docker.compose.network=$name tp7_$name
        done
        docker build -q -t tp7_web web
        docker run -d --name tp7_redis_1 $(labels redis 1) --network tp7_back-tier --network-alias redis redis:alpine
        for i in 1 2 3; do
            docker create --name tp7_web_$i $(labels web $i) --network tp7_front-tier --network-alias web tp7_web
            docker network connect --alias web tp7_back-tier tp7_web_$i
            docker start tp7_web_$i
        done
        docker run -d --name tp7_lb_1 $(labels lb 1) --network tp7_front-tier -p 80:80 \\
            -v "$PWD/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro" haproxy
        """,
        limit_s=120,
    )
    assert assert_all_passed(scaling)


def test_the_project_has_the_name_of_any_folder(scaling: StudentShell) -> None:
    compose(scaling, "docker compose --project-name equilibrage up -d --build --scale web=3")
    assert assert_all_passed(scaling)


def test_a_service_of_the_same_name_in_another_work_earns_nothing(scaling: StudentShell) -> None:
    (scaling.home / "compose.yaml").write_text("services: {web: {build: web}}\n", encoding="utf-8")
    scaling.run_shell("docker compose --project-name other up -d --build", limit_s=120)
    assert "passed" not in verdicts_by_check(scaling.grade(disposable=True)).values()


def test_networks_may_be_made_before_and_redis_cut_off(scaling: StudentShell) -> None:
    """`front-tier` by hand, `back-tier` with that exact name and internal; the project's folder has another name."""
    scaling.run_shell("docker network create front-tier")
    compose(
        scaling,
        networks=("  front-tier:\n  back-tier:", "  front-tier:\n    external: true\n  back-tier:\n    internal: true"),
        volume=("    image: redis:alpine\n", "    image: redis:alpine\n    restart: always\n"),
    )
    assert assert_all_passed(scaling)


def test_the_balancer_is_published_in_the_students_range(scaling: StudentShell) -> None:
    compose(scaling, port=('"80:80"', '"41204:80"'))
    assert assert_all_passed(scaling, parse_ports("41200-41209"))


def test_three_replicas_after_one_was_replaced(scaling: StudentShell) -> None:
    """Scaled up and down again, and one replica thrown away: compose numbers them 1, 3, 4 or so."""
    compose(scaling, up=f"{UP.replace('=3', '=5')}\n{UP}\ndocker rm -f tp7-web-2\n{UP}")
    assert assert_all_passed(scaling)


def test_nothing_is_left_and_the_dead_replica_is_back(scaling: StudentShell) -> None:
    compose(scaling)
    before = containers(scaling)
    assert assert_all_passed(scaling)
    assert containers(scaling) == before


def test_traefik_finds_the_replicas_by_their_labels(scaling: StudentShell) -> None:
    """Only if its image can be pulled: the lab cannot make it."""
    pulled = subprocess.run(
        ["docker", "pull", "-q", "traefik:v3"],
        env=scaling.environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    if pulled.returncode:
        pytest.skip("no registry has traefik for us")
    shutil.copy(HERE / "traefik" / "compose.yaml", scaling.home)
    scaling.run_shell(UP, limit_s=120)
    assert assert_all_passed(scaling)


@pytest.fixture
def swarm(student: StudentShell, images: Callable[..., None]) -> StudentShell:
    images("nginx", "haproxy")
    student.exercise = ROOT / "exercises" / "tp8"
    student.run_shell(
        """docker swarm init --advertise-addr 127.0.0.1
        docker network create --driver overlay --attachable tp8-net
        docker service create --detach --name web --network tp8-net --replicas 3 --publish 4000:80 nginx"""
    )
    return student


def test_the_swarm_opens_the_door_itself(swarm: StudentShell, lab: Lab, engine: Engine) -> None:
    """Docker's routing mesh, with IPVS or its replacement."""
    assert verdicts_by_check(swarm.grade())["test_three_tasks_run"] == "passed", "and so the tasks are on their network"
    with contextlib.nullcontext() if has_ipvs() else relay_instead_of_ipvs(engine, lab, 4000):
        assert assert_all_passed(swarm)


@pytest.mark.skipif(has_ipvs(), reason="this kernel has IPVS")
def test_a_kernel_without_ipvs_is_not_the_students_fault(swarm: StudentShell) -> None:
    told = verdicts_by_check(swarm.grade(disposable=True))
    assert told.pop("test_site_answers") == "error no-mesh"
    assert set(told.values()) == {"passed"}


def test_a_killed_task_costs_nothing_when_it_is_graded_again(swarm: StudentShell) -> None:
    """What one run has killed must not look like a crash to the next."""
    for _ in range(3):
        told = verdicts_by_check(swarm.grade(disposable=True))
        assert [told[name] for name in ("test_three_tasks_run", "test_killed_task_is_replaced")] == ["passed"] * 2
