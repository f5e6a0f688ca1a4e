"""What a killed engine left on the network does not affect the next one."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.lab import Lab, LabError, ensure_images, running_engine, wait_until
from tests.lab.dockerd import start
from tests.lab.own_network import command_on_network, create_network
from tests.lab.process import run
from tests.lab.sweep import stop

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.live

DEAD = "gl-dead"
MAC = "02:42:ac:11:00:02"
READ = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:4000', timeout=5).read().decode())"


@pytest.fixture
def haunted(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab whose `docker0` still has a container, with the address that Docker gives out first."""
    other = Lab.at(tmp_path_factory.mktemp("lab"))
    (other.root / "cache").symlink_to(lab.cache)
    create_network(other)
    with suppress(LabError):
        run(["ip", "netns", "delete", DEAD])
    run(["ip", "netns", "add", DEAD])
    for words in (
        "link add docker0 type bridge",
        "address add 172.17.0.1/16 dev docker0",
        "link set docker0 up",
        f"link add veth0 master docker0 type veth peer name eth0 address {MAC} netns {DEAD}",
        "link set veth0 up",
    ):
        run(command_on_network(other, ["ip", *words.split()]))
    run(["ip", "-n", DEAD, "address", "add", "172.17.0.2/16", "dev", "eth0"])
    run(["ip", "-n", DEAD, "link", "set", "eth0", "up"])
    # Both answer when the address is asked for, and the bridge believes the last: here always the dead.
    run(command_on_network(other, ["bridge", "fdb", "replace", MAC, "dev", "veth0", "master", "static", "sticky"]))
    yield other
    stop(other)
    run(["ip", "netns", "delete", DEAD])


def test_a_container_is_reached_where_a_killed_one_had_its_address(haunted: Lab) -> None:
    start(haunted)
    engine = running_engine(haunted)
    assert engine
    ensure_images(engine, haunted, ["nginx"])
    engine.docker("run", "--detach", "--name", "web", "--publish", "4000:80", "nginx")
    address = engine.docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", "web").stdout.strip()
    assert address == "172.17.0.2"
    wait_until("nginx to start", lambda: "start worker" in engine.docker("logs", "web").stderr, 10)
    assert "Welcome to nginx!" in run(command_on_network(haunted, [sys.executable, "-c", READ]), limit_s=20).stdout
