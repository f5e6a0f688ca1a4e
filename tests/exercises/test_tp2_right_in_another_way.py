"""tp2 done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.student_shell import TP2_SITE_MOUNT, verdicts_by_check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live

COMPOSE = """
services:
  web:
    image: nginx
    ports: ["4000:80"]
    volumes: ["~/Docker/site:/usr/share/nginx/html"]
"""


def assert_all_passed(student: StudentShell) -> bool:
    assert set(verdicts_by_check(student.grade()).values()) == {"passed"}
    return True


@pytest.mark.parametrize(
    "web",
    [
        pytest.param(
            f"docker run -d --name web --publish 0.0.0.0:4000:80/tcp {TP2_SITE_MOUNT} nginx", id="long publish"
        ),
        pytest.param(
            "docker run -d --name web -p 4000:80 "
            "--mount type=bind,source=$HOME/Docker/site,target=/usr/share/nginx/html nginx",
            id="--mount",
        ),
        pytest.param(
            f"docker run -d --name web -p 4000:80 -p 4443:443 -p 8088:80 {TP2_SITE_MOUNT} nginx", id="more ports"
        ),
        pytest.param(
            f"docker run -d --name web --restart unless-stopped -p 4000:80 {TP2_SITE_MOUNT} nginx", id="restart policy"
        ),
        pytest.param(f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT}:ro nginx", id="read-only"),
        pytest.param(f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT}/ nginx", id="slash at the end"),
        pytest.param(f"docker run -dit --name web -p 4000:80 {TP2_SITE_MOUNT} nginx", id="-dit"),
        pytest.param(
            f"docker create --name web -p 4000:80 {TP2_SITE_MOUNT} nginx && docker start web",
            id="created, then started",
        ),
        pytest.param(
            f"docker run -d --name Web -p 4000:80 {TP2_SITE_MOUNT} nginx && docker rename Web web", id="renamed"
        ),
        pytest.param(
            f"docker tag nginx registry.example/mirror/nginx:1.27-alpine\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} registry.example/mirror/nginx:1.27-alpine",
            id="registry and tag",
        ),
        pytest.param(
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} $(docker image inspect -f '{{{{.Id}}}}' nginx)",
            id="image by its id",
        ),
        pytest.param(
            f"printf 'FROM nginx\\nENV MINE=1\\n' | docker build -q -t my-nginx -\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} my-nginx",
            id="image of one's own on nginx",
        ),
        pytest.param(
            "echo 'server { listen 80; access_log off; root /usr/share/nginx/html; }' > ~/Docker/quiet.conf\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} "
            "-v ~/Docker/quiet.conf:/etc/nginx/conf.d/default.conf nginx",
            id="no access log",
        ),
        pytest.param(
            "echo 'server { listen 80; location ~ /\\. { deny all; } root /usr/share/nginx/html; }' "
            "> ~/Docker/dot.conf\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} "
            "-v ~/Docker/dot.conf:/etc/nginx/conf.d/default.conf nginx",
            id="names with a dot in front are kept back",
        ),
        pytest.param(
            "docker volume create -o type=none -o o=bind -o device=$HOME/Docker/site site\n"
            "docker run -d --name web -p 4000:80 -v site:/usr/share/nginx/html nginx",
            id="a volume that stands for the folder",
        ),
        pytest.param(
            "mv ~/Docker/site ~/elsewhere && ln -s ~/elsewhere ~/Docker/site\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx",
            id="the folder is a link to another",
        ),
        pytest.param(
            "echo 'server { listen 80 default_server; return 444; }\n"
            "server { listen 80; server_name localhost; root /usr/share/nginx/html; }' > ~/Docker/named.conf\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} "
            "-v ~/Docker/named.conf:/etc/nginx/conf.d/default.conf nginx",
            id="a server that knows itself as localhost only",
        ),
        pytest.param(
            "mkdir ~/Docker/site/accueil && mv ~/Docker/site/index.html ~/Docker/site/accueil\n"
            "echo 'server { listen 80; root /usr/share/nginx/html;"
            " location = / { return 301 http://127.0.0.1:4000/accueil/; } }' > ~/Docker/moved.conf\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} "
            "-v ~/Docker/moved.conf:/etc/nginx/conf.d/default.conf nginx",
            id="a redirect to this machine by another of its names",
        ),
        pytest.param(
            "docker run --rm nginx cat /usr/share/nginx/html/index.html"
            " | sed 's,<h1>.*</h1>,<h1>Le site de Léa</h1>,' > ~/Docker/site/index.html\n"
            f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx",
            id="a page made out of nginx's own",
        ),
        pytest.param(
            f"docker run -d --name web --log-driver none -p 4000:80 {TP2_SITE_MOUNT} nginx", id="no log at all"
        ),
    ],
)
def test_earns_every_point(student: StudentShell, web: str) -> None:
    student.do_tp2(web)
    assert assert_all_passed(student)


def test_started_by_compose_earns_every_point(student: StudentShell) -> None:
    student.make_tp2_folders()
    (student.home / "compose.yaml").write_text(COMPOSE, encoding="utf-8")
    student.run_shell("docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello\ndocker compose up -d")
    assert assert_all_passed(student)


def test_hello_by_hand_earns_every_point(student: StudentShell) -> None:
    """A shell in the container, left open, instead of the command; and a file that is not a script."""
    student.do_tp2()
    student.run_shell(
        """docker rm -f hello
        echo 'Hello, World!' > ~/Docker/app1/hello
        docker run -dit --name hello -v ~/Docker/app1:/foo ubuntu bash"""
    )
    assert assert_all_passed(student)


@pytest.mark.parametrize(
    "hello",
    [
        pytest.param("mv hello hello.sh && ln -s hello.sh hello", id="a link to a file beside it"),
        pytest.param("printf 'hello world\\r\\n' | iconv -t UTF-16 > hello", id="written by PowerShell"),
        pytest.param(
            "printf '#!/bin/sh\\nfor word in hello world; do printf \"$word \"; done' > hello; chmod +x hello",
            id="a script of other words, run by the container",
        ),
    ],
)
def test_hello_written_in_another_way_earns_every_point(student: StudentShell, hello: str) -> None:
    student.do_tp2()
    student.run_shell(
        f"""docker rm hello
        cd ~/Docker/app1 && {hello}
        docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello ||
            {{ docker rm hello; docker run --name hello -v ~/Docker/app1:/foo ubuntu cat /foo/hello > /dev/null; }}"""
    )
    assert assert_all_passed(student)


def test_a_page_in_another_language_of_the_web_earns_every_point(student: StudentShell) -> None:
    """A page in UTF-16 that quotes nginx's own."""
    student.do_tp2()
    page = "<h1>« Welcome to nginx! », disait la page avant la mienne</h1>"
    (student.home / "Docker/site/index.html").write_text(page, encoding="utf-16")
    assert assert_all_passed(student)


def test_any_name_in_the_exercise_spec_can_be_another(
    student: StudentShell, tmp_path_factory: pytest.TempPathFactory, images: Callable[..., None]
) -> None:
    """A teacher changes names and ports in `exercise.toml` alone."""
    renamed: Path = tmp_path_factory.mktemp("course") / "tp2"
    shutil.copytree(student.exercise, renamed, ignore=shutil.ignore_patterns("solutions"))
    spec = (renamed / "exercise.toml").read_text(encoding="utf-8")
    for old, new in (
        ('name = "web"', 'name = "serveur"'),
        ('name = "hello"', 'name = "bonjour"'),
        ("port = 4000", "port = 4010"),
        ('"/foo"', '"/bar"'),
        ('"hello world"', '"salut"'),
        ('"~/Docker/site"', '"~/www"'),
    ):
        assert old in spec
        spec = spec.replace(old, new)
    (renamed / "exercise.toml").write_text(spec, encoding="utf-8")
    student.run_shell(
        """mkdir -p ~/www ~/Docker/app1; echo mine > ~/www/index.html; echo Salut > ~/Docker/app1/hello
        docker run --name bonjour -v ~/Docker/app1:/bar ubuntu cat /bar/hello
        docker run -d --name serveur -p 4010:80 -v ~/www:/usr/share/nginx/html nginx"""
    )
    student.exercise = renamed
    assert assert_all_passed(student)
