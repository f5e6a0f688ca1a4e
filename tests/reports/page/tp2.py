"""The tp2 of the sample class: its checks, and the mistakes that its students make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.reports.results import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE = Words(fr="Un serveur web dans un conteneur", en="A web server in a container")


@dataclass(frozen=True)
class Check:
    id: str
    file: str
    points: int
    title: Words
    needs: str | None
    hint: Words


CHECKS = (
    Check(
        "test_web_is_running",
        "test_1_nginx.py",
        3,
        Words(fr="le conteneur `web` tourne, et il reste en marche", en="the container `web` runs, and stays up"),
        None,
        Words(fr="regarde `docker ps -a`, puis `docker logs web`", en="look at `docker ps -a`, then `docker logs web`"),
    ),
    Check(
        "test_web_is_detached",
        "test_1_nginx.py",
        2,
        Words(fr="`web` a été lancé en arrière-plan", en="`web` was started in the background"),
        "test_web_is_running",
        Words(fr="cherche « detach » dans `docker run --help`", en="look for “detach” in `docker run --help`"),
    ),
    Check(
        "test_web_is_published",
        "test_1_nginx.py",
        3,
        Words(fr="le port 80 de `web` est publié sur le tien", en="port 80 of `web` is published on yours"),
        "test_web_is_running",
        Words(
            fr="dans `-p`, le port de la machine vient d’abord, celui du conteneur ensuite",
            en="in `-p`, the machine’s port comes first, the container’s second",
        ),
    ),
    Check(
        "test_site_answers",
        "test_1_nginx.py",
        3,
        Words(fr="le site répond, et c’est `web` qui répond", en="the site answers, and it is `web` that answers"),
        "test_web_is_published",
        Words(
            fr="demande la page avec `curl -v`, puis lis `docker logs web`",
            en="ask with `curl -v`, then read `docker logs web`",
        ),
    ),
    Check(
        "test_hello_says_hello_world",
        "test_2_hello.py",
        3,
        Words(
            fr="`/foo/hello` dit hello world, depuis ton dossier", en="`/foo/hello` says hello world, from your folder"
        ),
        None,
        Words(
            fr="compare les deux côtés du montage avec `docker inspect hello`",
            en="compare both sides of the mount with `docker inspect hello`",
        ),
    ),
    Check(
        "test_dropped_page_is_served",
        "test_3_site.py",
        4,
        Words(fr="une page déposée dans le dossier est servie", en="a page dropped in the folder is served"),
        "test_site_answers",
        Words(
            fr="où nginx cherche-t-il ses pages ? relis la partie 3",
            en="where does nginx look for its pages? read part 3 again",
        ),
    ),
    Check(
        "test_index_is_your_own",
        "test_3_site.py",
        2,
        Words(fr="la page d’accueil est la tienne", en="the index page is your own"),
        "test_site_answers",
        Words(fr="la page d’accueil s’appelle `index.html`", en="the index page is called `index.html`"),
    ),
)


@dataclass(frozen=True)
class Mistake:
    code: str
    message: Words
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


MISTAKES = {
    "A": Mistake(
        "container-absent",
        Words(
            fr="Attendu : un conteneur nommé `web`. Vu : aucun ; `Web1` existe, le nom doit être exact.",
            en="Expected a container called `web`. Seen: none; there is `Web1`, the name must be exact.",
        ),
        {"wanted": "web", "near": "Web1"},
        ("$ docker ps -a --format '{{.Names}}\t{{.Status}}'\nWeb1\tUp 12 minutes\nhello\tUp 9 minutes",),
    ),
    "X": Mistake(
        "container-exited",
        Words(
            fr="Attendu : `web` en marche. Vu : il s’est arrêté aussitôt, code 1.",
            en="Expected `web` to run. Seen: it exited at once, code 1.",
        ),
        {"code": "1", "last": 'nginx: [emerg] unknown directive "servr" in /etc/nginx/nginx.conf:12'},
        ('$ docker logs --tail 2 web\n2026/11/24 13:58:01 [emerg] 1#1: unknown directive "servr"',),
    ),
    "F": Mistake(
        "container-foreground",
        Words(
            fr="Attendu : `web` détaché du terminal. Vu : il a été lancé au premier plan.",
            en="Expected `web` to be detached. Seen: it was started in the foreground.",
        ),
    ),
    "R": Mistake(
        "port-reversed",
        Words(
            fr="Attendu : le port 4000 de la machine vers le port 80 de `web`. Vu : 80 vers 4000, inversés.",
            en="Expected port 4000 of the machine to lead to port 80 of `web`. Seen: 80 to 4000, reversed.",
        ),
        {"published": "80", "wanted": "4000"},
        ('$ docker inspect web\n"Ports": {\n  "4000/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}]\n}',),
    ),
    "E": Mistake(
        "port-exposed-only",
        Words(
            fr="Attendu : le port 80 de `web` publié sur 4000. Vu : il est déclaré, mais publié nulle part.",
            en="Expected port 80 of `web` to be published on 4000. Seen: it is exposed, but published nowhere.",
        ),
        {"wanted": "4000"},
        ('$ docker inspect web\n"Ports": {"80/tcp": null}',),
    ),
    "D": Mistake(
        "site-forbidden",
        Words(
            fr="Attendu : une page. Vu : 403, nginx ne peut pas lire le dossier monté.",
            en="Expected a page. Seen: 403, nginx cannot read the mounted folder.",
        ),
        {"status": "403"},
        ("> GET / HTTP/1.1\n> Host: 127.0.0.1:4000\n\n< HTTP/1.1 403 Forbidden\n< Server: nginx/1.27.2",),
    ),
    "V": Mistake(
        "named-volume-not-bind",
        Words(
            fr="Attendu : ton dossier `~/Docker/site` monté. Vu : un volume nommé `site`, que Docker garde ailleurs.",
            en="Expected your folder `~/Docker/site` to be mounted. Seen: a volume, `site`, which Docker keeps.",
        ),
        {"volume": "site", "wanted": "~/Docker/site"},
        ('$ docker inspect web\n"Mounts": [{"Type": "volume", "Name": "site"}]',),
    ),
    "P": Mistake(
        "mount-path-inside",
        Words(
            fr="Attendu : un montage sur `/foo`. Vu : il est sur `/foo/hello`.",
            en="Expected a mount on `/foo`. Seen: it is on `/foo/hello`.",
        ),
        {"seen": "/foo/hello", "wanted": "/foo"},
    ),
    "I": Mistake(
        "index-is-nginx-own",
        Words(
            fr="Attendu : ta page d’accueil. Vu : celle de nginx, « Welcome to nginx! ».",
            en="Expected your own index page. Seen: nginx’s, “Welcome to nginx!”.",
        ),
    ),
}

NOT_SEEN = Mistake(
    "engine-timeout",
    Words(
        fr="Le moteur n’a pas répondu en 20 s : ce n’est pas ta faute, cette vérification sera refaite.",
        en="The engine did not answer in 20 s: this is not your fault, the check will be run again.",
    ),
    {"within_s": "20"},
)

UNREACHABLE = Words(
    fr="La machine ne répond pas : `ssh` n’a pas pu se connecter en 20 s.",
    en="The machine does not answer: `ssh` could not connect in 20 s.",
)
NO_ENGINE = Words(fr="Docker n’est pas démarré sur cette machine.", en="Docker is not running on this machine.")
