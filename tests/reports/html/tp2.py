"""The tp2 of the sample class: its checks, and the students' mistakes. The texts are those of the real diagnoses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.scoring.suite import read_suite
from grader.scoring.verdict import Outcome
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.messages import Words

SUITE = read_suite(ROOT / "exercises" / "tp2")
TITLE: Words = SUITE.spec.title


@dataclass(frozen=True)
class Check:
    id: str
    points: int
    needs: str | None
    title: Words


CHECKS = tuple(
    Check(spec.name, spec.points, spec.needs[0].__name__ if spec.needs else None, spec.title)
    for spec in SUITE.check_specs
)
"""Those of the suite, so that the pages in the documentation have today's words."""

PORT = (("name", "web"), ("wanted", "4000"), ("inside", "80"))
SITE = "/home/etu/Docker/site"
PAGES = "/usr/share/nginx/html"

MISTAKES = {
    "A": Outcome(
        "failed",
        "container-misnamed",
        (("name", "web"), ("near", "Web1")),
        ("$ docker ps -a --format '{{.Names}}\t{{.Status}}'\nWeb1\tUp 12 minutes\nhello\tUp 9 minutes",),
    ),
    "X": Outcome(
        "failed",
        "container-exited",
        (("name", "web"), ("exit_code", "1"), ("seconds", "0"), ("last_line", '`unknown directive "servr"`')),
        ('$ docker logs --tail 1 web\n2026/11/24 13:58:01 [emerg] 1#1: unknown directive "servr" in nginx.conf:12',),
    ),
    "F": Outcome("failed", "foreground", (("name", "web"),)),
    "R": Outcome(
        "failed",
        "port-reversed",
        (*PORT, ("published", "0.0.0.0:80->4000/tcp")),
        ('$ docker inspect web\n"Ports": {\n  "4000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}]\n}',),
    ),
    "E": Outcome("failed", "port-not-published", PORT, ('$ docker inspect web\n"Ports": {"80/tcp": null}',)),
    "D": Outcome(
        "failed",
        "site-status",
        (("wanted", "200"), ("port", "4000"), ("status", "403")),
        ("> GET / HTTP/1.1\n> Host: 127.0.0.1:4000\n\n< HTTP/1.1 403 Forbidden\n< Server: nginx/1.27.2",),
    ),
    "V": Outcome(
        "failed",
        "named-volume-not-bind",
        (("name", "web"), ("wanted", SITE), ("inside", PAGES), ("volume", "site")),
        ('$ docker inspect web\n"Mounts": [{"Type": "volume", "Name": "site"}]',),
    ),
    "P": Outcome(
        "failed",
        "mount-wrong-inside",
        (
            *(("name", "hello"), ("wanted", "/home/etu/Docker/app1"), ("inside", "/foo")),
            *(("source", "/home/etu/Docker/app1"), ("there", "/foo/hello")),
        ),
    ),
    "I": Outcome("failed", "index-default", (("port", "4000"),)),
    "e": Outcome("error", "engine-silent", (("detail", "20"), ("where", "tcp://127.0.0.1:2376"))),
    "s": Outcome("skipped", "disposable"),
}

REASONS = {
    "unreachable": Outcome(
        "error",
        "engine-unreachable",
        (("where", "ssh://etu@poste-12"), ("detail", "connection timed out")),
    ),
    "no-engine": Outcome("error", "engine-stopped", (("where", "ssh://etu@poste-25"),)),
}
