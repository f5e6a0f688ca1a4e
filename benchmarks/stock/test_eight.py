"""The eight questions of `eight/`, written as in the documentation of pytest-testinfra, without the grader.

pytest -p testinfra --hosts=ssh://root@pc01,ssh://root@pc02 --ssh-config=config -n 8 test_eight.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testinfra.host import Host


def test_web_runs(host: Host) -> None:
    assert host.docker("web").is_running


def test_web_is_nginx(host: Host) -> None:
    assert host.docker("web").inspect()["Config"]["Image"] == "nginx"


def test_web_is_detached(host: Host) -> None:
    assert not host.docker("web").inspect()["Config"]["AttachStdout"]


def test_web_is_published(host: Host) -> None:
    bindings = host.docker("web").inspect()["NetworkSettings"]["Ports"]["80/tcp"]
    assert "4000" in [binding["HostPort"] for binding in bindings]


def test_site_is_mounted(host: Host) -> None:
    mounts = host.docker("web").inspect()["Mounts"]
    assert ("bind", "/usr/share/nginx/html") in [(mount["Type"], mount["Destination"]) for mount in mounts]


def test_hello_is_there(host: Host) -> None:
    assert "hello" in [container.name for container in host.docker.get_containers(name="hello")]


def test_hello_is_ubuntu(host: Host) -> None:
    assert host.docker("hello").inspect()["Config"]["Image"] == "ubuntu"


def test_app1_holds_hello(host: Host) -> None:
    mounts = host.docker("hello").inspect()["Mounts"]
    assert ("bind", "/foo") in [(mount["Type"], mount["Destination"]) for mount in mounts]
    assert "hello world" in host.check_output("docker cp hello:/foo/hello - | tar --extract --to-stdout")
