"""tp9 done right in ways that nobody thought of first: each earns every point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.student_shell import ROOT, verdicts_by_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live

HTML = "/usr/share/nginx/html"
HEALTH = "--health-cmd \"bash -c ': < /dev/tcp/127.0.0.1/80'\" --health-interval 1s"
LIMITS = "--memory 128m --cpus 0.5"
WEB = f"docker run -d --name tp9-web -p 4000:80 -v tp9-site:{HTML} --restart unless-stopped {LIMITS} {HEALTH} nginx\n"
PAGE = f"echo '<h1>Ici</h1>' > index.html && docker cp index.html tp9-web:{HTML}/index.html\n"
BACKUP = "mkdir -p tp9 && docker run --name tp9-backup -v tp9-site:/data -v ~/tp9:/backup ubuntu "
RESTORE = "docker run --rm -v tp9-restored:/data -v ~/tp9:/backup ubuntu "
COPY = f"docker run -d --name tp9-copy -p 4001:80 -v tp9-restored:{HTML} nginx\n"
SAVED = f"{BACKUP}tar -cf /backup/site.tar -C /data .\n{RESTORE}tar -xf /backup/site.tar -C /data\n{COPY}"

COMPOSE = f"""
services:
  web:
    image: nginx
    container_name: tp9-web
    ports: ["4000:80"]
    restart: always
    volumes: ["site:{HTML}"]
    healthcheck: {{test: [CMD, bash, -c, ": < /dev/tcp/127.0.0.1/80"], interval: 1s}}
    deploy: {{resources: {{limits: {{memory: 128M, cpus: "0.5"}}}}}}
volumes:
  site: {{name: tp9-site}}
"""
EVERYTHING = f"""
services:
  web:
    image: nginx
    container_name: tp9-web
    ports: ["4000:80"]
    restart: unless-stopped
    init: true
    volumes: ["tp9-site:{HTML}"]
    mem_limit: 128m
    cpus: .5
    healthcheck: {{test: "bash -c ': < /dev/tcp/localhost/80' || exit 1", interval: 1s}}
  backup:
    image: ubuntu
    container_name: tp9-backup
    command: tar -cf /backup/site.tar -C /data .
    volumes: ["tp9-site:/data:ro", "./backup:/backup"]
    profiles: [backup]
  restore:
    image: ubuntu
    command: tar -xf /backup/site.tar -C /data
    volumes: ["tp9-restored:/data", "./backup:/backup:ro"]
    profiles: [restore]
  copy:
    image: nginx
    container_name: tp9-copy
    ports: ["4001:80"]
    volumes: ["tp9-restored:{HTML}"]
    profiles: [restore]
volumes: {{tp9-site: {{}}, tp9-restored: {{}}}}
"""
ODD_FILES = (
    f'docker exec tp9-web bash -c \'cd {HTML}; mkdir -p "mes pages/é" empty; echo a > "mes pages/é/à propos.html"; '
    "ln -s index.html home.html; ln index.html same.html; echo s > .hidden; chmod 600 .hidden; touch nothing.html'\n"
)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(
            f"docker volume create tp9-site\n"
            f"docker run -d --name tp9-web -p 4000:80 --mount type=volume,src=tp9-site,dst={HTML} {HEALTH} nginx\n"
            "docker update --restart always --memory 128m --memory-swap 128m --cpus 0.5 tp9-web\n"
            f"{PAGE}{SAVED}",
            id="updated later",
        ),
        pytest.param(
            f"{WEB.replace('--cpus 0.5', '--cpu-period 100000 --cpu-quota 50000').replace('128m', '128000000')}"
            f"{PAGE}{SAVED}",
            id="limits in other units",
        ),
        pytest.param(
            f"{WEB}{PAGE}{BACKUP}tar -czf /backup/site.tar -C / data\n"
            f"{RESTORE}tar -xzf /backup/site.tar -C /data --strip-components 1\n{COPY}",
            id="compressed with a folder around",
        ),
        pytest.param(
            f"{WEB}{PAGE}mkdir -p tp9\n"
            f"docker run --name tp9-backup --volumes-from tp9-web -v ~/tp9:/backup ubuntu "
            f"tar -cf /backup/site.tar {HTML}\n"
            f"docker run -d --name tp9-copy -p 4001:80 -v tp9-restored:{HTML} nginx\n"
            "docker run --rm --volumes-from tp9-copy -v ~/tp9:/backup ubuntu tar -xf /backup/site.tar -C /\n",
            id="volumes from",
        ),
        pytest.param(
            'printf \'FROM nginx\\nHEALTHCHECK --interval=1s CMD ["bash", "-c", ": < /dev/tcp/127.0.0.1/80"]\\n\''
            " > Dockerfile && docker build --tag my-nginx .\n"
            f"docker run -d --name tp9-web -p 4000:80 -v tp9-site:{HTML} --restart unless-stopped {LIMITS} my-nginx\n"
            f"{PAGE}{SAVED}",
            id="health check of an image",
        ),
        pytest.param(
            f"mkdir -p web && cat > web/compose.yaml << 'END'\n{COMPOSE}END\n"
            f"docker compose --project-directory web up -d\n{PAGE}{SAVED}",
            id="compose",
        ),
        pytest.param(
            f"mkdir -p web && cd web && cat > compose.yaml << 'END'\n{EVERYTHING}END\n"
            f"docker compose up -d\n{PAGE}docker compose up backup\ndocker compose run --rm restore\n"
            "docker compose up -d copy\n",
            id="everything in compose",
        ),
        pytest.param(
            f"{WEB}{PAGE}{ODD_FILES}"
            "docker run -d --name tp9-backup -v tp9-site:/old -v tp9-restored:/new -v ~/tp9:/backup ubuntu sleep 9999\n"
            "docker exec -w /old tp9-backup tar -cf /backup/site.tar .\n"
            f"docker exec -w /new tp9-backup tar -xf /backup/site.tar\n{COPY}",
            id="in a helper that stays",
        ),
        pytest.param(
            f"{WEB}{PAGE}{BACKUP}tar -cf /backup/site.tar -C /data .\n"
            f"{COPY}docker cp - tp9-copy:{HTML} < tp9/site.tar\n",
            id="restored by docker cp",
        ),
        pytest.param(
            f"{WEB}{PAGE}{BACKUP}tar -cPf /backup/site.tar /data\n{RESTORE}tar -xPf /backup/site.tar\n{COPY}",
            id="absolute names",
        ),
    ],
)
def test_tp9_earns_every_point(student: StudentShell, images: Callable[..., None], typed: str) -> None:
    images("nginx", "ubuntu")
    student.exercise = ROOT / "exercises" / "tp9"
    student.run_shell(typed, limit_s=120)
    verdicts = verdicts_by_check(student.grade(disposable=True))
    assert set(verdicts.values()) == {"passed"}, verdicts
