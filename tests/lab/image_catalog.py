"""The images that the exercises use, as close to the official ones as Debian's packages allow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.lab.image_layers import PYTHON, debian_program, pip_packages
from tests.lab.process import LabError
from tests.lab.tar_entries import add_file, add_folder, add_link

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.lab_folder import Lab

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENTRYPOINT = "docker-entrypoint.sh"
COURSE_IMAGES = (
    "nginx",
    "nginx:alpine",
    "ubuntu",
    "python:alpine",
    "python:3",
    "alpine",
    "redis",
    "redis:alpine",
    "haproxy",
    "mongo",
    "mvertes/alpine-mongo",
)
"""The images that the eight exercises and their solutions use."""


@dataclass(frozen=True)
class Recipe:
    """One image: the Debian root, at most one layer of packages, one small layer of its own, and its configuration."""

    own: Callable[[tarfile.TarFile], None]
    cmd: tuple[str, ...]
    entrypoint: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    port: int | None = None
    volume: str | None = None
    workdir: str = ""
    stop_signal: str | None = None
    packages: Callable[[Lab], Path] | None = None
    names: tuple[str, ...] = field(default=())


def recipe(name: str) -> Recipe:
    """The recipe for an image name. Raises `LabError` for an image that the lab cannot make."""
    wanted = full_name(name)
    for known in RECIPES:
        if wanted in known.names:
            return known
    makes = ", ".join(sorted(name for known in RECIPES for name in known.names))
    raise LabError(f"no recipe for the image `{name}`; the lab makes {makes}")


def full_name(name: str) -> str:
    """`nginx` is `nginx:latest`."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def registry_name(name: str) -> str:
    """The full name, which Docker shortens and Podman needs."""
    return f"docker.io/{full_name(name)}" if "/" in name else f"docker.io/library/{full_name(name)}"


def _nginx(tar: tarfile.TarFile) -> None:
    add_file(tar, ENTRYPOINT, '#!/bin/sh\nexec "$@"\n', 0o755)
    add_file(tar, "etc/nginx/nginx.conf", NGINX_CONF)
    add_file(tar, "etc/nginx/conf.d/default.conf", NGINX_SITE)
    add_folder(tar, "var/log/nginx")
    add_folder(tar, "var/cache/nginx", owner=101)
    add_link(tar, "var/log/nginx/access.log", "/dev/stdout")
    add_link(tar, "var/log/nginx/error.log", "/dev/stderr")


def _ubuntu(tar: tarfile.TarFile) -> None:
    add_file(tar, "etc/lab-image", "ubuntu\n")


def _alpine(tar: tarfile.TarFile) -> None:
    add_file(tar, "etc/alpine-release", "3.20.0\n")


def _python(tar: tarfile.TarFile) -> None:
    add_link(tar, "usr/local/bin/python", "/usr/bin/python3")
    for command in ("pip", "pip3"):
        add_file(tar, f"usr/local/bin/{command}", '#!/bin/sh\nexec python3 -m pip "$@"\n', 0o755)


def _big_python(tar: tarfile.TarFile) -> None:
    """The official image has compilers and headers; here only their size is imitated."""
    _python(tar)
    add_file(tar, "usr/local/lib/compilers", bytes(60_000_000))


def _redis(tar: tarfile.TarFile) -> None:
    script = '#!/bin/sh\n[ "$1" = redis-server ] && set -- "$@" --protected-mode no\nexec "$@"\n'
    add_file(tar, f"usr/local/bin/{ENTRYPOINT}", script, 0o755)
    add_folder(tar, "data", owner=102)


def _haproxy(tar: tarfile.TarFile) -> None:
    script = '#!/bin/sh\n[ "$1" = haproxy ] && { shift; set -- haproxy -W -db "$@"; }\nexec "$@"\n'
    add_file(tar, f"usr/local/bin/{ENTRYPOINT}", script, 0o755)
    add_folder(tar, "usr/local/etc/haproxy")
    add_folder(tar, "var/lib/haproxy", owner=103)


def _mongo(tar: tarfile.TarFile) -> None:
    """A `mongod` that accepts the options of the real one that students type."""
    add_file(tar, "usr/local/bin/mongod", MONGOD, 0o755)
    add_folder(tar, "data/db")


def _registry(tar: tarfile.TarFile) -> None:
    add_file(tar, REGISTRY_SETTINGS, REGISTRY_YAML)


def _for_python(lab: Lab) -> Path:
    return pip_packages(lab, "python", "pip", "flask", "pymongo")


def _for_mongo(lab: Lab) -> Path:
    return pip_packages(lab, "mongo", "secantusdb")


def _for_registry(lab: Lab) -> Path:
    return debian_program(lab, "docker-registry", "usr/bin/docker-registry")


MONGOD = """\
#!/bin/sh
host=0.0.0.0 port=27017 data=/data/db
while [ $# -gt 0 ]; do
    case $1 in
        --bind_ip) host=$2; shift ;;
        --port) port=$2; shift ;;
        --dbpath) data=$2; shift ;;
    esac
    shift
done
[ -d "$data" ] || { echo "Data directory $data not found." >&2; exit 100; }
exec python3 -m secantus --standalone --cache-size 64M --host "$host" --port "$port" --storage-path "$data"
"""
NGINX_CONF = """\
user nginx;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                    '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
    access_log /var/log/nginx/access.log main;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
"""
NGINX_SITE = """\
server {
    listen 80;
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
    error_page 500 502 503 504 /50x.html;
}
"""
REGISTRY_SETTINGS = "etc/docker/registry/config.yml"
REGISTRY_YAML = """\
version: 0.1
log: {fields: {service: registry}}
storage: {filesystem: {rootdirectory: /var/lib/registry}}
http: {addr: ":5000"}
"""
PYTHON_ENV = ("LANG=C.UTF-8", f"PYTHON_VERSION={PYTHON}")

RECIPES = (
    Recipe(
        names=("nginx:latest", "nginx:alpine"),
        own=_nginx,
        entrypoint=(f"/{ENTRYPOINT}",),
        cmd=("nginx", "-g", "daemon off;"),
        port=80,
        stop_signal="SIGQUIT",
    ),
    Recipe(names=("ubuntu:latest",), own=_ubuntu, cmd=("/bin/bash",)),
    Recipe(names=("alpine:latest",), own=_alpine, cmd=("/bin/sh",)),
    Recipe(names=("python:alpine",), own=_python, packages=_for_python, env=PYTHON_ENV, cmd=("python3",)),
    Recipe(
        names=("python:3", "python:latest"), own=_big_python, packages=_for_python, env=PYTHON_ENV, cmd=("python3",)
    ),
    Recipe(
        names=("redis:latest", "redis:alpine"),
        own=_redis,
        entrypoint=(ENTRYPOINT,),
        cmd=("redis-server",),
        port=6379,
        volume="/data",
        workdir="/data",
    ),
    Recipe(
        names=("haproxy:latest", "haproxy:alpine"),
        own=_haproxy,
        entrypoint=(ENTRYPOINT,),
        cmd=("haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"),
        workdir="/var/lib/haproxy",
        stop_signal="SIGUSR1",
    ),
    Recipe(
        names=("mongo:latest", "mvertes/alpine-mongo:latest"),
        own=_mongo,
        packages=_for_mongo,
        cmd=("mongod",),
        port=27017,
        volume="/data/db",
    ),
    Recipe(
        names=("registry:latest", "registry:2"),
        own=_registry,
        packages=_for_registry,
        entrypoint=("docker-registry", "serve"),
        cmd=(f"/{REGISTRY_SETTINGS}",),
        port=5000,
        volume="/var/lib/registry",
    ),
)
