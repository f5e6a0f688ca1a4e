"""Scaling and swarms (tp7 and tp8) done right in ways that nobody thought of first: each earns every point.

nginx as the balancer, and a swarm's service behind a door, by its tasks' own ports and as a stack, are rehearsed:
they stand among the solutions of the exercises.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.roster.ports import parse_ports
from tests.desk import ROOT, Desk, verdicts
from tests.exercises.mesh import has_ipvs, stand_in_for_ipvs

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
def scaling(desk: Desk, images: Callable[..., None]) -> Desk:
    """A desk with the material of tp7 in its home."""
    images("python:alpine", "redis:alpine", "haproxy", "nginx:alpine")
    desk.exercise = ROOT / "exercises" / "tp7"
    shutil.copytree(MATERIAL, desk.home, dirs_exist_ok=True)
    return desk


def compose(desk: Desk, up: str = UP, **replaced: tuple[str, str]) -> None:
    """Brings up the reference's file with some of its words replaced by others, named for the reader."""
    text = COMPOSE
    for old, new in replaced.values():
        assert old in text, old
        text = text.replace(old, new)
    (desk.home / "compose.yaml").write_text(text, encoding="utf-8")
    desk.type(up, limit_s=120)


def change(desk: Desk, file: str, old: str, new: str) -> None:
    path = desk.home / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def all_passed(desk: Desk, ports: PortRange | None = None) -> bool:
    assert set(verdicts(desk.grade(ports=ports, disposable=True)).values()) == {"passed"}
    return True


def containers(desk: Desk) -> list[str]:
    return sorted(desk.engine.docker("ps", "--all", "--format", "{{.ID}} {{.Names}} {{.State}}").stdout.splitlines())


@pytest.mark.parametrize("balance", ["leastconn", "random", "static-rr"])
def test_haproxy_may_choose_as_it_likes(scaling: Desk, balance: str) -> None:
    change(scaling, "haproxy.cfg", "balance roundrobin", f"balance {balance}")
    compose(scaling)
    assert all_passed(scaling)


def test_nginx_looks_the_replicas_up_once_and_listens_where_it_likes(scaling: Desk) -> None:
    """Also replicas written down in the file, and a page that logs nothing: its bytes tell that it was reached."""
    (scaling.home / "lb.conf").write_text(NGINX % "random;", encoding="utf-8")
    (scaling.home / "web" / "web.py").write_text(OTHER_PAGE, encoding="utf-8")
    compose(
        scaling,
        "docker compose up -d --build",
        replicas=("    build: web\n", "    build: web\n    deploy:\n      replicas: 3\n"),
        balancer=(IN_HAPROXY, IN_NGINX + "    depends_on: [web]\n"),
        port=('"80:80"', '"80:8080"'),
    )
    assert all_passed(scaling)


def test_a_cookie_keeps_a_visitor_with_a_replica(scaling: Desk) -> None:
    """Whoever comes without the cookie is a new visitor: so is each request of the grader."""
    sticky = "dynamic-cookie-key tp7\n    cookie WHO insert nocache dynamic\n    balance roundrobin"
    change(scaling, "haproxy.cfg", "balance roundrobin", sticky)
    compose(scaling)
    assert all_passed(scaling)


def test_the_names_of_the_first_compose_will_do(scaling: Desk) -> None:
    """`docker-compose` v1 wrote `tp7_web_1`, and the same labels; here by hand, as it runs on no Python of today."""
    scaling.type(
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
    assert all_passed(scaling)


def test_the_project_has_the_name_of_any_folder(scaling: Desk) -> None:
    compose(scaling, "docker compose --project-name equilibrage up -d --build --scale web=3")
    assert all_passed(scaling)


def test_a_service_of_the_same_name_in_another_work_earns_nothing(scaling: Desk) -> None:
    (scaling.home / "compose.yaml").write_text("services: {web: {build: web}}\n", encoding="utf-8")
    scaling.type("docker compose --project-name other up -d --build", limit_s=120)
    assert "passed" not in verdicts(scaling.grade(disposable=True)).values()


def test_networks_may_be_made_before_and_redis_cut_off(scaling: Desk) -> None:
    """`front-tier` by hand, `back-tier` with that very name and no way out of it; the project's folder is another."""
    scaling.type("docker network create front-tier")
    compose(
        scaling,
        networks=("  front-tier:\n  back-tier:", "  front-tier:\n    external: true\n  back-tier:\n    internal: true"),
        volume=("    image: redis:alpine\n", "    image: redis:alpine\n    restart: always\n"),
    )
    assert all_passed(scaling)


def test_the_balancer_is_published_in_the_students_range(scaling: Desk) -> None:
    compose(scaling, port=('"80:80"', '"41204:80"'))
    assert all_passed(scaling, parse_ports("41200-41209"))


def test_three_replicas_after_one_was_replaced(scaling: Desk) -> None:
    """Scaled up and down again, and one replica thrown away: compose numbers them 1, 3, 4 or so."""
    compose(scaling, up=f"{UP.replace('=3', '=5')}\n{UP}\ndocker rm -f tp7-web-2\n{UP}")
    assert all_passed(scaling)


def test_nothing_is_left_and_the_dead_replica_is_back(scaling: Desk) -> None:
    compose(scaling)
    before = containers(scaling)
    assert all_passed(scaling)
    assert containers(scaling) == before


def test_traefik_finds_the_replicas_by_their_labels(scaling: Desk) -> None:
    """Where its image can be had: the lab cannot make it."""
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
    scaling.type(UP, limit_s=120)
    assert all_passed(scaling)


@pytest.fixture
def swarm(desk: Desk, images: Callable[..., None]) -> Desk:
    images("nginx", "haproxy")
    desk.exercise = ROOT / "exercises" / "tp8"
    desk.type(
        """docker swarm init --advertise-addr 127.0.0.1
        docker network create --driver overlay --attachable tp8-net
        docker service create --detach --name web --network tp8-net --replicas 3 --publish 4000:80 nginx"""
    )
    return desk


def test_the_swarm_opens_the_door_itself(swarm: Desk, lab: Lab, engine: Engine) -> None:
    """Docker's routing mesh, with IPVS or what stands in for it."""
    assert verdicts(swarm.grade())["test_three_tasks_run"] == "passed", "and so the tasks are on their network"
    with contextlib.nullcontext() if has_ipvs() else stand_in_for_ipvs(engine, lab, 4000):
        assert all_passed(swarm)


@pytest.mark.skipif(has_ipvs(), reason="this kernel has IPVS")
def test_a_kernel_without_ipvs_is_not_the_students_fault(swarm: Desk) -> None:
    told = verdicts(swarm.grade(disposable=True))
    assert told.pop("test_site_answers") == "error no-mesh"
    assert set(told.values()) == {"passed"}


def test_a_killed_task_costs_nothing_when_it_is_graded_again(swarm: Desk) -> None:
    """What a run has killed must not look like a crash to the next."""
    for _ in range(3):
        told = verdicts(swarm.grade(disposable=True))
        assert [told[name] for name in ("test_three_tasks_run", "test_killed_task_is_replaced")] == ["passed"] * 2
