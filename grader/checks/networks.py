"""What can be expected of a network: there, of its driver, and the containers on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.containers import running
from grader.checks.mistake import Mistake
from grader.probes.networks import NoNetwork, find_network

if TYPE_CHECKING:
    from grader.machine.machine import Container, Network
    from grader.probes.container_json import ContainerFact
    from grader.probes.networks import NetworkFact

__all__ = ["NetworkExpectation", "off_networks", "own_networks"]

_DEFAULTS: Final = {"bridge", "podman", "default"}
_BUILT_IN: Final = {"bridge", "podman", "host", "none"}


class NetworkExpectation:
    def __init__(self, network: Network) -> None:
        self._network = network

    def to_be_there(self) -> None:
        """A network of that name, with the driver of the sheet.

        Asks: the list of networks. Diagnoses: `network-missing`, `network-misnamed`, `network-of-compose`,
        `network-other-driver`.
        """
        fact = _there(self._network)
        wanted = self._network.wanted.driver
        if fact.driver != wanted:
            raise Mistake("network-other-driver", network=fact.name, driver=fact.driver, wanted=wanted)

    def to_join(self, *containers: Container) -> None:
        """Each of the containers runs, and is on the network; on others too, if it wants.

        Asks: the list of networks, one inspect a container. Diagnoses: `network-default-bridge`, `network-mode`,
        `network-not-joined`, those of a container that does not run, those of `to_be_there`.
        """
        network = _there(self._network)
        for container in containers:
            fact = running(container)
            if network.name not in fact.networks:
                others = ", ".join(fact.networks) or fact.network_mode
                raise off_networks(fact, network.name) or Mistake(
                    "network-not-joined", name=fact.name, network=network.name, others=others, evidence=(others,)
                )


def own_networks(fact: ContainerFact) -> set[str]:
    """The networks it is on that somebody made: on these, containers find each other by name."""
    return {name for name in fact.networks if name not in _BUILT_IN}


def off_networks(fact: ContainerFact, network: str) -> Mistake | None:
    """What to say of a container that is on no network that somebody made; `None` where it is on one."""
    if own_networks(fact):
        return None
    if fact.network_mode in _DEFAULTS:
        return Mistake("network-default-bridge", name=fact.name, network=network)
    return Mistake("network-mode", name=fact.name, network=network, mode=fact.network_mode)


def _there(network: Network) -> NetworkFact:
    fact = find_network(network)
    if isinstance(fact, NoNetwork):
        code = {"": "network-missing", "name": "network-misnamed", "compose": "network-of-compose"}[fact.why]
        raise Mistake(code, network=network.name, near=fact.near)
    return fact
