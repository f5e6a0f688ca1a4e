"""The remedies of TP8: a swarm, its network and its service, and the container that is its entry point."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from tests.robot.remedies import containers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.exercise.spec import NetworkSpec, ServiceSpec
    from tests.robot.case import Case

_IMAGE: Final = "nginx"
_CONFIGURATION: Final = "/usr/local/etc/haproxy/haproxy.cfg"
"""What the handout names, and its spec does not."""


def _service(case: Case) -> ServiceSpec:
    return next(iter(case.spec.services.values()))


def _network(case: Case) -> NetworkSpec:
    return next(iter(case.spec.networks.values()))


def start_the_swarm(_case: Case) -> str:
    return "docker swarm init --advertise-addr 127.0.0.1"


def create_network(case: Case) -> str:
    network = _network(case)
    return f"docker network create --driver {network.driver} --attachable {network.name}"


def create_network_for_all(case: Case) -> str:
    """A network cannot be renamed: what is on the other one is made again on this one."""
    return f"{create_network(case)}\n{_all(case)}"


def create_network_again(case: Case) -> str:
    """A network can only be removed when nothing is on it: what was there is made again, too."""
    name = _network(case).name
    containers = f"docker ps -aq --filter network={name} | xargs -r docker rm -f"
    remove = f"{_remove_service(_service(case).name)}\n{containers}\nfor _ in $(seq 9); do"
    return f"{remove} docker network rm {name} && break; sleep 1; done\n{create_network(case)}\n{_all(case)}"


def _all(case: Case) -> str:
    return f"{create_service(case)}\n{make_entry_point(case)}"


def _remove_service(name: str) -> str:
    """Also waits for its tasks to end: they keep their ports and their network until then."""
    tasks = f"docker ps --quiet --filter label=com.docker.swarm.service.name={name}"
    wait = f'for _ in $(seq 30); do [ -n "$({tasks})" ] && sleep 1; done'
    return f"docker service rm {name}\n{wait}"


def create_service(case: Case) -> str:
    """As the handout describes it; another one of that name goes."""
    wanted = _service(case)
    options = f"--name {wanted.name} --network {_network(case).name} --replicas {wanted.replicas}"
    return f"{_remove_service(wanted.name)}\ndocker service create --detach {options} {_IMAGE}"


def rename_service(case: Case) -> str:
    """A service cannot be renamed: another one, also where the entry point's configuration names it."""
    near, name = shlex.quote(case["near"]), _service(case).name
    proxy = case.spec.containers[_service(case).proxy].name
    follow = f"sed -i 's/tasks\\.{near}/tasks.{name}/' haproxy.cfg && docker restart {proxy}"
    return f"{_remove_service(near)}\n{create_service(case)}\n{follow}"


def service_instead_of_containers(case: Case) -> str:
    """Everything that was started by hand goes, but for the entry point."""
    proxy = case.spec.containers[_service(case).proxy].name
    others = " ".join(shlex.quote(one) for one in case.looks.names() if one != proxy)
    return f"docker rm -f {others}\n{create_service(case)}"


def scale(case: Case) -> str:
    wanted = _service(case)
    return f"docker service scale --detach {wanted.name}={wanted.replicas}"


def join_network(case: Case) -> str:
    # Without `--detach`, as until then tasks end and others start.
    return f"timeout 60 docker service update --network-add {case['network']} {case['service']}"


def start_tasks_again(case: Case) -> str:
    return f"docker service update --detach --restart-condition any {case['service']}"


def let_tasks_run(case: Case) -> str:
    """What keeps them waiting: the machine's availability, or what the service asks for."""
    if "not available" in case["detail"]:
        return "docker node ls -q | xargs docker node update --availability active"
    return create_service(case)


def make_entry_point(case: Case) -> str:
    """The handout's container in front of the service, which then needs to publish nothing itself.

    Docker refuses it while its port, or the network, is not ready: it is typed again then.
    """
    role = next(iter(case.spec.ports))
    wanted = case.spec.containers[_service(case).proxy]
    options = f"--name {wanted.name} --network {_network(case).name} -p {case.port(role)}:{wanted.port}"
    mounted = f'-v "$PWD"/haproxy.cfg:{_CONFIGURATION}:ro'
    given = 'rm -rf haproxy.cfg\ncp "$MATERIAL"/haproxy.cfg .'
    run = f"docker run -d {options} {mounted} {wanted.image}"
    return f"{given}\nfor _ in 1 2 3; do docker rm -f {wanted.name}; {run} && break; sleep 2; done"


def _publishes(case: Case) -> str:
    return f"target={case.spec.containers[_service(case).proxy].port},published={case['wanted']}"


def publish(case: Case) -> str:
    """The service's own port of the machine, in place of the one that it has."""
    name = _service(case).name
    ports = "{{range .Spec.EndpointSpec.Ports}}--publish-rm {{.TargetPort}}/{{.Protocol}} {{end}}"
    given = f"$(docker service inspect --format '{ports}' {name})"
    return f"docker service update --detach {given} --publish-add {_publishes(case)} {name}"


def publish_in_range(case: Case) -> str:
    """The port is that of the entry point, or the service's own."""
    proxy = case.spec.containers[_service(case).proxy].name
    return containers.publish_only_in_range(case) if case.values.get("name") == proxy else publish(case)


def describe_again(case: Case) -> str:
    """What listens is not what the handout asks for: the entry point or the service is made again."""
    proxy = case.spec.containers[_service(case).proxy].name
    return make_entry_point(case) if case.values.get("name") == proxy else _all(case)


REMEDIES: Final[Mapping[str, Callable[[Case], str]]] = {
    "swarm-inactive": start_the_swarm,
    "network-missing": create_network,
    "network-misnamed": create_network_for_all,
    "network-other-driver": create_network_again,
    "network-not-attachable": create_network_again,
    "swarm-service-missing": create_service,
    "swarm-service-misspelt": rename_service,
    "swarm-service-other-name": rename_service,
    "service-by-hand": service_instead_of_containers,
    "service-global": create_service,
    "service-scale": scale,
    "service-not-on-network": join_network,
    "host-port-blocks-tasks": _all,
    "tasks-pending": let_tasks_run,
    "tasks-fail": create_service,
    "task-image-missing": create_service,
    "task-not-replaced": start_tasks_again,
    "service-not-published": make_entry_point,
    "service-port-other": publish,
    "service-port-reversed": publish,
    "service-port-udp": publish,
    "outside-your-ports": publish_in_range,
    "no-mesh": _all,
    "container-created": describe_again,
    "container-exited": describe_again,
    "lb-finds-nobody": make_entry_point,
    "lb-answers-by-itself": make_entry_point,
    "listens-on-another-port": describe_again,
    "listens-on-loopback-inside": describe_again,
    "nothing-listens-inside": describe_again,
    "site-error": describe_again,
    "site-silent": describe_again,
}
"""In place of those of other containers with the same code."""
