"""TP6: the todos, written once in a compose file."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=1,
    fr="c'est Compose qui a lancé le projet",
    en="Compose started the project",
)
def test_project_is_there(machine: Machine) -> None:
    expect(machine.project()).to_exist()


@check(
    points=1,
    needs=[test_project_is_there],
    fr="le projet porte le nom demandé",
    en="the project has the right name",
)
def test_project_has_its_name(machine: Machine) -> None:
    expect(machine.project()).to_have_the_required_name()


@check(
    points=1,
    needs=[test_project_is_there],
    fr="ses trois services tournent, sous ces noms",
    en="its three services run, under these names",
)
def test_three_services_run(machine: Machine) -> None:
    expect(machine.project()).to_run_all_its_services()
    expect(machine.todos(), within_s=30).to_run()


@check(
    points=2,
    needs=[test_project_is_there],
    explained_by=[test_three_services_run],
    fr="le fichier Compose est valide, et c'est bien lui qui tourne",
    en="the Compose file is valid, and it is the one that runs",
)
def test_file_is_what_runs(machine: Machine) -> None:
    expect(machine.project()).to_match_its_compose_file()


@check(
    points=2,
    needs=[test_project_is_there],
    fr="les images de l'API et de la page ont été construites par Compose",
    en="the images of the API and of the page were built by Compose",
)
def test_images_are_built_here(machine: Machine) -> None:
    expect(machine.project()).to_build_the_images_of(machine.container("api"), machine.container("app"))


@check(
    points=2,
    needs=[test_project_is_there],
    fr="le réseau du projet réunit les trois",
    en="the project's network joins the three",
)
def test_network_joins_the_three(machine: Machine) -> None:
    mongo, api, app = machine.container("mongo"), machine.container("api"), machine.container("app")
    expect(machine.project()).to_connect(api, mongo)
    expect(machine.project()).to_connect(app, api)


@check(
    points=1,
    needs=[test_project_is_there],
    explained_by=[test_three_services_run],
    fr="la page est publiée sur ton port",
    en="the page is published on your port",
)
def test_page_is_published(machine: Machine) -> None:
    expect(machine.site("app")).to_be_published()


@check(
    points=2,
    needs=[test_project_is_there],
    fr="rien d'autre n'est publié",
    en="nothing else is published",
)
def test_only_the_page_is_open(machine: Machine) -> None:
    expect(machine.project()).to_publish_only(machine.container("app"))


@check(
    points=2,
    needs=[test_project_is_there],
    fr="les données sont dans le dossier du projet",
    en="the data is in the project's folder",
)
def test_data_is_in_the_folder(machine: Machine) -> None:
    expect(machine.folder("db")).to_be_mounted()


@check(
    points=3,
    needs=[test_network_joins_the_three, test_page_is_published],
    explained_by=[test_three_services_run, test_images_are_built_here],
    fr="un todo fait tout le chemin : ajouté sur la page, retrouvé à l'autre bout",
    en="a todo goes all the way: added on the page, found again at the other end",
    hint=Hint(
        fr="la page et l'API disent qui ne répond pas, et à quelle adresse elles l'ont cherché",
        en="the page and the API say what does not answer, and at which address they looked for it",
    ),
)
def test_todo_goes_all_the_way(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_reach_the_database()
    expect(machine.todos(), within_s=30).to_deliver_a_todo()


@check(
    points=3,
    needs=[test_data_is_in_the_folder, test_file_is_what_runs, test_todo_goes_all_the_way],
    disposable=True,
    fr="`down` ne laisse rien, et `up` retrouve les todos",
    en="`down` leaves nothing, and `up` finds the todos again",
)
def test_todo_survives_down_and_up(machine: Machine) -> None:
    expect(machine.todos(), within_s=30).to_survive_down_and_up(machine.project())
