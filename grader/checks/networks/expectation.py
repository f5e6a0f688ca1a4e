"""What can be expected of a network: that it exists, its driver, and the containers on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.compose.replicas import require_started_replicas
from grader.checks.containers.expectation import require_started_once
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed, judge_each
from grader.machine.built_in_networks import BUILT_IN_NETWORKS
from grader.machine.subjects import Network, Replicas
from grader.probes.networks.networks import NoNetwork, find_network

if TYPE_CHECKING:
    from grader.machine.subjects import Container
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.networks.networks import NetworkFact

_DEFAULT_MODES: Final = {"bridge", "podman", "default"}


class NetworkExpectation(Expectation):
    _subject: Network

    def to_exist(self) -> None:
        """A network of that name exists, with the driver of the spec.

        Asks: the list of networks. Diagnoses: `network-missing`, `network-misnamed`, `network-of-compose`,
        `network-other-driver`.
        """
        self._require_driver(require_network(self._subject, exact=True))

    def to_be_attachable(self) -> None:
        """It has the driver of the spec, and containers started by hand may join it too, not only services.

        Asks: the list of networks. Diagnoses: `network-not-attachable`, those of `to_exist`.
        """
        fact = require_network(self._subject)
        self._require_driver(fact)
        if fact.is_of_swarm and not fact.is_attachable:
            raise CheckFailed("network-not-attachable", network=fact.name)

    def _require_driver(self, fact: NetworkFact) -> None:
        wanted = self._subject.wanted.driver
        if fact.driver != wanted:
            raise CheckFailed("network-other-driver", network=fact.name, driver=fact.driver, wanted=wanted)

    def to_connect(self, *members: Container | Replicas) -> None:
        """Each of the containers was started on the network, and may be on others.

        Asks: the list of networks, one inspect per container. Diagnoses: `network-default-bridge`, `network-mode`,
        `network-not-joined`, those of a container that was never started, those of `to_exist`.
        """
        network = require_network(self._subject)

        def judge(member: Container | Replicas) -> None:
            facts = (
                require_started_replicas(member) if isinstance(member, Replicas) else (require_started_once(member),)
            )
            judge_each(facts, lambda fact: _require_membership(fact, network))

        judge_each(members, judge)

    def to_be_the_only_network_of(self, container: Container) -> None:
        """The container runs, and is on this network and no other.

        Asks: the list of networks, one inspect. Diagnoses: `network-not-only`, those of `to_connect`.
        """
        network, fact = require_network(self._subject), require_started_once(container)
        _require_membership(fact, network)
        others = ", ".join(name for name in fact.networks if name != network.name)
        if others:
            raise CheckFailed(
                "network-not-only", name=fact.name, network=network.name, others=others, evidence=(others,)
            )


def user_defined_networks(fact: ContainerFact) -> set[str]:
    """The user-defined networks that the container is on: there, containers find each other by name."""
    return {name for name in fact.networks if name not in BUILT_IN_NETWORKS}


def diagnose_no_network(fact: ContainerFact, network: str) -> CheckFailed | None:
    """The failure to report if the container is on no user-defined network; `None` if it is on one."""
    if user_defined_networks(fact):
        return None
    if fact.network_mode in _DEFAULT_MODES:
        return CheckFailed("network-default-bridge", name=fact.name, network=network)
    return CheckFailed("network-mode", name=fact.name, network=network, mode=fact.network_mode)


def _require_membership(fact: ContainerFact, network: NetworkFact) -> None:
    if network.name not in fact.networks:
        others = ", ".join(fact.networks) or fact.network_mode
        raise diagnose_no_network(fact, network.name) or CheckFailed(
            "network-not-joined", name=fact.name, network=network.name, others=others, evidence=(others,)
        )


def require_network(network: Network, *, exact: bool = False) -> NetworkFact:
    """The network. Raises `CheckFailed` if there is none; if `exact`, also for one whose name is nearly right."""
    fact = find_network(network, exact=exact)
    if isinstance(fact, NoNetwork):
        code = {"": "network-missing", "name": "network-misnamed", "compose": "network-of-compose"}[fact.why]
        raise CheckFailed(code, network=network.name, near=fact.near)
    return fact
