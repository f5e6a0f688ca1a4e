"""TP5: the todos on a network of their own, where containers know each other by name."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=2,
    fr="le réseau `todos-net` existe, avec le pilote `bridge`",
    en="the network `todos-net` exists, with the driver `bridge`",
)
def test_network_is_there(machine: Machine) -> None:
    expect(machine.network("todos-net")).to_exist()


@check(
    points=1,
    fr="les trois conteneurs tournent, sous ces noms",
    en="the three containers run, under these names",
)
def test_three_containers_run(machine: Machine) -> None:
    expect(machine.todos()).to_be_created_from_their_images()
    expect(machine.todos(), within_s=30).to_run()


@check(
    points=2,
    explained_by=[test_network_is_there],
    fr="tous les trois sont sur ce réseau",
    en="all three are on that network",
)
def test_all_three_are_on_it(machine: Machine) -> None:
    mongo, api, app = machine.container("mongo"), machine.container("api"), machine.container("app")
    expect(machine.network("todos-net")).to_connect(mongo, api, app)


@check(
    points=3,
    fr="la base et l'API ne publient aucun port",
    en="the database and the API publish no port",
)
def test_only_the_page_is_open(machine: Machine) -> None:
    expect(machine.container("mongo"), machine.container("api")).to_publish_no_port()


@check(
    points=2,
    fr="la page est publiée sur ton port",
    en="the page is published on your port",
)
def test_page_is_published(machine: Machine) -> None:
    expect(machine.site("app")).to_be_published()


@check(
    points=1,
    fr="il ne reste ni `--add-host` ni `--link`",
    en="no `--add-host` and no `--link` is left",
)
def test_no_name_is_known_by_hand(machine: Machine) -> None:
    mongo, api, app = machine.container("mongo"), machine.container("api"), machine.container("app")
    expect(mongo, api, app).to_use_no_add_host_or_link()


@check(
    points=3,
    explained_by=[test_three_containers_run, test_all_three_are_on_it],
    fr="l'API est vraiment reliée à `todos-mongo`, et par son nom",
    en="the API really is connected to `todos-mongo`, and by name",
    hint=Hint(
        fr="l'API dit dans sa réponse, et dans ses journaux, à quelle adresse elle cherche sa base",
        en="the API says in its answer, and in its logs, at which address it looks for its database",
    ),
)
def test_api_reaches_the_database(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_reach_the_database(by_name=True)


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
    explained_by=[test_three_containers_run, test_all_three_are_on_it, test_api_reaches_the_database],
    fr="un todo fait tout le chemin : ajouté sur la page, retrouvé à l'autre bout",
    en="a todo goes all the way: added on the page, found again at the other end",
)
def test_todo_goes_all_the_way(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_reach_the_database()
    expect(machine.todos(), within_s=30).to_deliver_a_todo()


@check(
    points=2,
    needs=[test_data_is_in_your_folder, test_todo_goes_all_the_way],
    disposable=True,
    fr="il survit à un `todos-mongo` tout neuf",
    en="it survives a brand-new `todos-mongo`",
)
def test_todo_survives_a_new_database(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_survive_a_new_database()
