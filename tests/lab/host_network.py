"""Saves the network's bridges, rules and forwarding before an engine starts, and restores them afterwards."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.own_network import command_on_network, network_of
from tests.lab.process import network_namespace, run

if TYPE_CHECKING:
    from tests.lab.lab_folder import Lab

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
# The last one lets a container reach itself through a published port.
DOCKER_RULE = re.compile(r"DOCKER|docker0| br-[0-9a-f]{12}|-A POSTROUTING -s (\S+) -d \1 .*-j MASQUERADE")
DOCKER_PROGRAMS = ("dockerd", "containerd-shim", "docker-proxy")
LIMIT_S = 20


def detach_dead_containers(lab: Lab) -> None:
    """Detach from `docker0` the containers of a killed engine, this lab's or another.

    The next engine reuses their addresses, and packets for these would still go to the old containers. Nothing is
    touched if any program of Docker runs on this network.
    """
    if _docker_runs(network_of(lab)):
        return
    ip = debian_packages.require_program("ip", "iproute2")
    asked = run(
        command_on_network(lab, [ip, "-json", "link", "show", "master", "docker0"]), limit_s=LIMIT_S, check=False
    )
    for link in json.loads(asked.stdout or "[]"):
        # Unchecked: the kernel may remove the link of a container killed just now first.
        run(command_on_network(lab, [ip, "link", "delete", link["ifname"]]), limit_s=LIMIT_S, check=False)


def _docker_runs(here: str) -> bool:
    """Whether a program of any Docker engine is on this network."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            program = Path((process / "cmdline").read_bytes().partition(b"\0")[0].decode(errors="replace")).name
            if program.startswith(DOCKER_PROGRAMS) and network_namespace(int(process.name)) == here:
                return True
    return False


def save_network(lab: Lab) -> None:
    """Save the state of the network, unless it was saved already and the engine was killed since."""
    noted = lab.root / "network-before.json"
    if not noted.exists():
        state = {"links": _links(), "forwarding": FORWARDING.read_text(encoding="ascii").strip()}
        noted.write_text(json.dumps(state), encoding="utf-8")


def restore_network(lab: Lab) -> None:
    """Remove what the lab's engine added; does nothing if another engine shares this network and its rules."""
    noted = lab.root / "network-before.json"
    if not noted.exists():
        return
    before = json.loads(noted.read_text(encoding="utf-8"))
    noted.unlink()
    if "docker0" in before["links"]:
        return
    for link in _links():
        if link not in before["links"] and (link == "docker0" or link.startswith("br-")):
            run(["ip", "link", "delete", link], limit_s=LIMIT_S, check=False)
    for family in ("iptables", "ip6tables"):
        _remove_rules(lab, family)
    FORWARDING.write_text(before["forwarding"], encoding="ascii")


def _links() -> list[str]:
    """Asks the kernel directly: /sys shows the network in which it was mounted."""
    shown = run([debian_packages.require_program("ip", "iproute2"), "-brief", "link"], limit_s=LIMIT_S).stdout
    return [line.split()[0].partition("@")[0] for line in shown.splitlines()]


def _remove_rules(lab: Lab, family: str) -> None:
    variant = "-legacy" if (lab.root / "bin").exists() else ""
    save, load = (debian_packages.find_program(f"{family}{variant}-{verb}") for verb in ("save", "restore"))
    if save and load:
        rules = run([save], limit_s=LIMIT_S, env=os.environ, check=False).stdout.splitlines()
        kept = [rule for rule in rules if not DOCKER_RULE.search(rule)]
        # Docker makes the kernel drop forwarded packets; a machine without Docker accepts them.
        accepting = "\n".join(kept).replace(":FORWARD DROP", ":FORWARD ACCEPT")
        run([load], limit_s=LIMIT_S, stdin=f"{accepting}\n", check=False)
