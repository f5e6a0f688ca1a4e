"""TP7: three replicas of one service behind a load balancer."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=1,
    fr="le service `web` du projet tourne",
    en="the service `web` of the project runs",
)
def test_web_runs(machine: Machine) -> None:
    expect(machine.replicas("web")).to_run()


@check(
    points=3,
    fr="il a exactement trois répliques, qui ne tombent pas",
    en="it has exactly three replicas, which stay up",
)
def test_three_replicas(machine: Machine) -> None:
    expect(machine.replicas("web")).to_be_as_many_as_required()


@check(
    points=1,
    fr="le répartiteur tourne",
    en="the load balancer runs",
)
def test_balancer_runs(machine: Machine) -> None:
    expect(machine.project()).to_run_service(machine.container("lb"))


@check(
    points=1,
    fr="le répartiteur est publié sur ton port",
    en="the load balancer is published on your port",
)
def test_balancer_is_published(machine: Machine) -> None:
    expect(machine.site("lb")).to_be_published()


@check(
    points=2,
    fr="les deux réseaux existent, avec le pilote `bridge`",
    en="both networks exist, with the driver `bridge`",
)
def test_both_networks_are_there(machine: Machine) -> None:
    expect(machine.network("front-tier"), machine.network("back-tier")).to_exist()


@check(
    points=1,
    explained_by=[test_both_networks_are_there],
    fr="devant : le répartiteur et les répliques",
    en="in front: the load balancer and the replicas",
)
def test_who_is_in_front(machine: Machine) -> None:
    expect(machine.network("front-tier")).to_connect(machine.container("lb"), machine.replicas("web"))


@check(
    points=2,
    explained_by=[test_both_networks_are_there],
    fr="derrière : `redis`, qui n'est que là et ne publie aucun port, et les répliques",
    en="behind: `redis`, which is only there and publishes no port, and the replicas",
    hint=Hint(
        fr="`redis` ne doit avoir de réseau en commun qu'avec ceux qui ont besoin de lui",
        en="`redis` should share a network only with the containers that need it",
    ),
)
def test_who_is_behind(machine: Machine) -> None:
    expect(machine.project()).to_run_service(machine.container("redis"))
    expect(machine.network("back-tier")).to_be_the_only_network_of(machine.container("redis"))
    expect(machine.network("back-tier")).to_connect(machine.replicas("web"))
    expect(machine.container("redis")).to_publish_no_port()


@check(
    points=1,
    explained_by=[test_three_replicas],
    fr="les répliques ne publient aucun port",
    en="the replicas publish no port",
)
def test_replicas_publish_nothing(machine: Machine) -> None:
    expect(machine.replicas("web")).to_publish_no_port()


@check(
    points=2,
    needs=[test_balancer_is_published],
    explained_by=[test_web_runs, test_balancer_runs, test_who_is_in_front],
    fr="le répartiteur répond",
    en="the load balancer answers",
)
def test_balancer_answers(machine: Machine) -> None:
    expect(machine.balancer("lb", before="web"), within_s=20).to_answer()


@check(
    points=4,
    needs=[test_balancer_answers],
    explained_by=[test_three_replicas, test_who_is_behind],
    fr="chacune des trois répliques est atteinte, et la page s'affiche",
    en="each of the three replicas is reached, and the page is shown",
    hint=Hint(
        fr="d'où le répartiteur sait-il combien il y a de répliques, et où elles sont ?",
        en="how does the load balancer know how many replicas there are, and where they are?",
    ),
)
def test_each_replica_is_reached(machine: Machine) -> None:
    expect(machine.balancer("lb", before="web"), within_s=20).to_reach_every_replica()


@check(
    points=2,
    needs=[test_each_replica_is_reached],
    disposable=True,
    fr="une réplique tuée, et aucune requête perdue",
    en="one replica killed, and no request lost",
)
def test_nothing_is_lost_when_one_dies(machine: Machine) -> None:
    expect(machine.balancer("lb", before="web")).to_lose_no_request_when_a_replica_dies()
