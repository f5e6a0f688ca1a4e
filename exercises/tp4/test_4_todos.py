"""TP4: the todos in three containers that reach each other through the machine, which they call mydocker."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=3,
    fr="les trois conteneurs tournent, sous ces noms et avec les bonnes images",
    en="the three containers run, under these names and from the right images",
)
def test_three_containers_run(machine: Machine) -> None:
    expect(machine.todos()).to_be_created_from_their_images()
    expect(machine.todos(), within_s=30).to_run()


@check(
    points=2,
    fr="tous les trois connaissent `mydocker`",
    en="all three know `mydocker`",
)
def test_mydocker_is_known(machine: Machine) -> None:
    mongo, api, app = machine.container("mongo"), machine.container("api"), machine.container("app")
    expect(machine.host("mydocker")).to_be_known_in(mongo, api, app)


@check(
    points=2,
    needs=[test_mydocker_is_known],
    fr="et c'est bien ta machine, pas 127.0.0.1",
    en="and it is your machine, not 127.0.0.1",
    hint=Hint(
        fr="demande-toi à qui appartient 127.0.0.1 quand c'est un conteneur qui l'utilise",
        en="ask yourself whose address 127.0.0.1 is when a container uses it",
    ),
)
def test_mydocker_is_this_machine(machine: Machine) -> None:
    mongo, api, app = machine.container("mongo"), machine.container("api"), machine.container("app")
    expect(machine.host("mydocker")).to_resolve_to_this_machine_in(mongo, api, app)


@check(
    points=2,
    fr="la base est publiée sur son port",
    en="the database is published on its port",
)
def test_database_is_published(machine: Machine) -> None:
    expect(machine.site("mongo")).to_be_published()


@check(
    points=2,
    fr="l'API est publiée sur son port",
    en="the API is published on its port",
)
def test_api_is_published(machine: Machine) -> None:
    expect(machine.site("api")).to_be_published()


@check(
    points=2,
    fr="la page est publiée sur son port",
    en="the page is published on its port",
)
def test_page_is_published(machine: Machine) -> None:
    expect(machine.site("app")).to_be_published()


@check(
    points=2,
    fr="les données sont dans ton dossier",
    en="the data is in your folder",
)
def test_data_is_in_your_folder(machine: Machine) -> None:
    expect(machine.folder("db")).to_be_mounted()


@check(
    points=2,
    needs=[test_page_is_published],
    explained_by=[
        test_three_containers_run,
        test_mydocker_is_this_machine,
        test_database_is_published,
        test_api_is_published,
    ],
    fr="la page répond",
    en="the page answers",
    hint=Hint(
        fr="la page et l'API disent qui ne répond pas, et à quelle adresse elles l'ont cherché",
        en="the page and the API say what does not answer, and at which address they looked for it",
    ),
)
def test_page_answers(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_show_the_page()


@check(
    points=3,
    needs=[test_page_answers],
    fr="un todo fait tout le chemin : ajouté sur la page, retrouvé par l'API",
    en="a todo goes all the way: added on the page, found again by the API",
)
def test_todo_goes_all_the_way(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_reach_the_database()
    expect(machine.todos(), within_s=30).to_deliver_a_todo()
