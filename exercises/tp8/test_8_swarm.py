"""TP8: a service of three tasks in a swarm of one machine."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=3,
    fr="un essaim est actif, et cette machine en est manager",
    en="a swarm is active, and this machine is a manager of it",
)
def test_swarm_is_active(machine: Machine) -> None:
    expect(machine.swarm()).to_be_managed_from_here()


@check(
    points=2,
    needs=[test_swarm_is_active],
    fr="le réseau tp8-net existe, avec le pilote overlay",
    en="the network tp8-net exists, with the driver overlay",
)
def test_network_is_there(machine: Machine) -> None:
    expect(machine.network("swarm")).to_be_there()


@check(
    points=2,
    needs=[test_network_is_there],
    fr="des conteneurs ordinaires peuvent aussi rejoindre ce réseau",
    en="ordinary containers can join that network, too",
)
def test_network_is_attachable(machine: Machine) -> None:
    expect(machine.network("swarm")).to_be_attachable()


@check(
    points=1,
    needs=[test_swarm_is_active],
    fr="le service web demande trois répliques",
    en="the service web asks for three replicas",
)
def test_service_is_there(machine: Machine) -> None:
    expect(machine.service("web")).to_be_there()


@check(
    points=2,
    needs=[test_service_is_there],
    fr="trois tâches sur trois tournent",
    en="three tasks of three run",
)
def test_three_tasks_run(machine: Machine) -> None:
    expect(machine.service("web")).to_run_all_its_tasks()


@check(
    points=2,
    needs=[test_network_is_there, test_service_is_there],
    fr="le service est sur ce réseau",
    en="the service is on that network",
)
def test_service_is_on_the_network(machine: Machine) -> None:
    expect(machine.service("web")).to_be_on(machine.network("swarm"))


@check(
    points=1,
    needs=[test_service_is_there],
    fr="le service est publié sur ton port",
    en="the service is published on your port",
)
def test_service_is_published(machine: Machine) -> None:
    expect(machine.service("web")).to_be_published()


@check(
    points=3,
    needs=[test_three_tasks_run, test_service_is_published],
    fr="il répond par son port publié",
    en="it answers on its published port",
    hint=Hint(
        fr="sur quel port les conteneurs du service écoutent-ils, à l'intérieur ?",
        en="on which port do the containers of the service listen inside?",
    ),
)
def test_service_answers(machine: Machine) -> None:
    expect(machine.service("web"), within_s=10).to_answer()


@check(
    points=4,
    needs=[test_three_tasks_run],
    disposable=True,
    fr="une tâche tuée est remplacée",
    en="a task that was killed is replaced",
)
def test_killed_task_comes_back(machine: Machine) -> None:
    expect(machine.service("web")).to_replace_a_killed_task()
