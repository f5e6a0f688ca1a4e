"""What can be expected of a network: that it exists, its driver, and the containers on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.containers import running
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake
from grader.checks.replicas import running_replicas
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.subjects import Network, Replicas
from grader.probes.networks import NoNetwork, find_network

if TYPE_CHECKING:
    from grader.machine.subjects import Container
    from grader.probes.container_json import ContainerFact
    from grader.probes.networks import NetworkFact

__all__ = ["NetworkExpectation", "off_networks", "own_networks", "there"]

_DEFAULTS: Final = {"bridge", "podman", "default"}


class NetworkExpectation(Expectation):
    _subject: Network

    def to_exist(self) -> None:
        """A network of that name exists, with the driver of the spec.

        Asks: the list of networks. Diagnoses: `network-missing`, `network-misnamed`, `network-of-compose`,
        `network-other-driver`.
        """
        fact = there(self._subject)
        wanted = self._subject.wanted.driver
        if fact.driver != wanted:
            raise Mistake("network-other-driver", network=fact.name, driver=fact.driver, wanted=wanted)

    def to_be_attachable(self) -> None:
        """Containers started by hand may join it too, not only services.

        Asks: the list of networks. Diagnoses: `network-not-attachable`, those of `to_exist`.
        """
        fact = there(self._subject)
        if fact.is_of_swarm and not fact.is_attachable:
            raise Mistake("network-not-attachable", network=fact.name)

    def to_connect(self, *members: Container | Replicas) -> None:
        """Each of the containers runs and is on the network, and may be on others. Of replicas, those that run.

        Asks: the list of networks, one inspect per container. Diagnoses: `network-default-bridge`, `network-mode`,
        `network-not-joined`, those of a container that does not run, those of `to_exist`.
        """
        network = there(self._subject)
        for member in members:
            facts = running_replicas(member) if isinstance(member, Replicas) else (running(member),)
            for fact in facts:
                _is_on(fact, network)

    def to_be_the_only_network_of(self, container: Container) -> None:
        """The container runs, and is on this network and no other.

        Asks: the list of networks, one inspect. Diagnoses: `network-not-only`, those of `to_connect`.
        """
        network, fact = there(self._subject), running(container)
        _is_on(fact, network)
        others = ", ".join(name for name in fact.networks if name != network.name)
        if others:
            raise Mistake("network-not-only", name=fact.name, network=network.name, others=others, evidence=(others,))


def own_networks(fact: ContainerFact) -> set[str]:
    """The user-defined networks that the container is on: there, containers find each other by name."""
    return {name for name in fact.networks if name not in BUILT_IN_NETWORKS}


def off_networks(fact: ContainerFact, network: str) -> Mistake | None:
    """The failure to report if the container is on no user-defined network; `None` if it is on one."""
    if own_networks(fact):
        return None
    if fact.network_mode in _DEFAULTS:
        return Mistake("network-default-bridge", name=fact.name, network=network)
    return Mistake("network-mode", name=fact.name, network=network, mode=fact.network_mode)


def _is_on(fact: ContainerFact, network: NetworkFact) -> None:
    if network.name not in fact.networks:
        others = ", ".join(fact.networks) or fact.network_mode
        raise off_networks(fact, network.name) or Mistake(
            "network-not-joined", name=fact.name, network=network.name, others=others, evidence=(others,)
        )


def there(network: Network) -> NetworkFact:
    fact = find_network(network)
    if isinstance(fact, NoNetwork):
        code = {"": "network-missing", "name": "network-misnamed", "compose": "network-of-compose"}[fact.why]
        raise Mistake(code, network=network.name, near=fact.near)
    return fact
