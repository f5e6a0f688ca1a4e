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
    ],
)
def test_tp9_earns_every_point(student: StudentShell, images: Callable[..., None], typed: str) -> None:
    images("nginx", "ubuntu")
    student.exercise = ROOT / "exercises" / "tp9"
    student.run_shell(typed, limit_s=120)
    verdicts = verdicts_by_check(student.grade(disposable=True))
    assert set(verdicts.values()) == {"passed"}, verdicts
