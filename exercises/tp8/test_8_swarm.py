"""TP8: a service of three tasks in a swarm of one machine."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=3,
    fr="l'essaim est actif, et cette machine en est un gestionnaire",
    en="the swarm is active, and this machine is one of its managers",
)
def test_swarm_is_active(machine: Machine) -> None:
    expect(machine.swarm()).to_be_managed_by_this_machine()


@check(
    points=2,
    needs=[test_swarm_is_active],
    fr="le réseau `tp8-net` existe, avec le pilote `overlay`",
    en="the network `tp8-net` exists, with the driver `overlay`",
)
def test_network_is_there(machine: Machine) -> None:
    expect(machine.network("tp8-net")).to_exist()


@check(
    points=2,
    needs=[test_swarm_is_active],
    explained_by=[test_network_is_there],
    fr="un conteneur ordinaire peut aussi s'attacher à ce réseau",
    en="an ordinary container can attach to that network too",
)
def test_network_is_attachable(machine: Machine) -> None:
    expect(machine.network("tp8-net")).to_be_attachable()


@check(
    points=1,
    needs=[test_swarm_is_active],
    fr="le service `web` tourne",
    en="the service `web` runs",
)
def test_service_runs(machine: Machine) -> None:
    expect(machine.service("web")).to_run()


@check(
    points=2,
    needs=[test_swarm_is_active],
    explained_by=[test_service_runs],
    fr="trois tâches sur trois tournent",
    en="three of three tasks run",
)
def test_three_tasks_run(machine: Machine) -> None:
    expect(machine.service("web")).to_run_all_its_tasks()


@check(
    points=2,
    needs=[test_swarm_is_active],
    explained_by=[test_network_is_there, test_service_runs],
    fr="le service est sur ce réseau",
    en="the service is on that network",
)
def test_service_is_on_the_network(machine: Machine) -> None:
    expect(machine.service("web")).to_be_connected_to(machine.network("tp8-net"))


@check(
    points=1,
    needs=[test_swarm_is_active],
    explained_by=[test_service_runs, test_network_is_attachable],
    fr="le site est publié sur ton port, par le service ou par un point d'entrée",
    en="the site is published on your port, by the service or by an entry point",
)
def test_site_is_published(machine: Machine) -> None:
    expect(machine.service("web")).to_be_published()


@check(
    points=3,
    needs=[test_site_is_published],
    explained_by=[test_service_runs, test_service_is_on_the_network],
    fr="le site répond, et c'est une tâche du service qui répond",
    en="the site answers, and a task of the service is what answers",
    hint=Hint(
        fr="`docker service logs web` : vois-tu passer ta requête ?",
        en="`docker service logs web`: do you see your request?",
    ),
)
def test_site_answers(machine: Machine) -> None:
    expect(machine.service("web"), within_s=30).to_answer()


@check(
    points=4,
    needs=[test_swarm_is_active],
    explained_by=[test_service_runs, test_three_tasks_run],
    disposable=True,
    fr="une tâche tuée est remplacée",
    en="a task that was killed is replaced",
)
def test_killed_task_is_replaced(machine: Machine) -> None:
    expect(machine.service("web")).to_replace_a_killed_task()
