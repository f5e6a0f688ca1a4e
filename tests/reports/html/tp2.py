"""The tp2 of the sample class: its checks, and the students' mistakes. The texts are those of the real diagnoses."""

from __future__ import annotations

from dataclasses import dataclass

from grader.messages import Words
from grader.scoring.verdict import Outcome

TITLE = Words(fr="Un serveur web dans un conteneur", en="A web server in a container")


@dataclass(frozen=True)
class Check:
    id: str
    points: int
    needs: str | None
    title: Words


CHECKS = (
    Check(
        "test_web_is_running",
        3,
        None,
        Words(fr="le conteneur `web` tourne, et reste en marche", en="the container `web` runs, and stays up"),
    ),
    Check(
        "test_web_is_detached",
        2,
        "test_web_is_running",
        Words(fr="il a été lancé en mode détaché", en="it was started in detached mode"),
    ),
    Check(
        "test_web_is_published",
        3,
        "test_web_is_running",
        Words(fr="son port 80 est publié sur ton port", en="its port 80 is published on your port"),
    ),
    Check(
        "test_site_answers",
        3,
        "test_web_is_published",
        Words(fr="le site répond, et c’est `web` qui répond", en="the site answers, and it is `web` that answers"),
    ),
    Check(
        "test_hello_says_hello_world",
        3,
        None,
        Words(fr="dans `hello`, `/foo/hello` dit « hello world »", en="in `hello`, `/foo/hello` says “hello world”"),
    ),
    Check(
        "test_dropped_page_is_served",
        4,
        "test_site_answers",
        Words(fr="une page déposée dans ton dossier est servie", en="a page dropped in your folder is served"),
    ),
    Check(
        "test_index_is_your_own",
        2,
        "test_site_answers",
        Words(fr="la page d’accueil est la tienne", en="the home page is your own"),
    ),
)

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
