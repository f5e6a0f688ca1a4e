"""TP2: a web server of one's own, and folders of the machine inside containers."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=3,
    fr="le conteneur `web` tourne, et reste en marche",
    en="the container `web` runs and stays up",
)
def test_web_is_running(machine: Machine) -> None:
    web = machine.container("web")
    expect(web).to_be_created_from_its_image()
    expect(web).to_stay_up(for_s=3)


@check(
    points=2,
    explained_by=[test_web_is_running],
    fr="il a été lancé en mode détaché",
    en="it was started in detached mode",
)
def test_web_is_detached(machine: Machine) -> None:
    expect(machine.container("web")).to_be_detached()


@check(
    points=3,
    explained_by=[test_web_is_running],
    fr="le port 80 du conteneur est publié sur ton port",
    en="port 80 of the container is published on your port",
)
def test_web_is_published(machine: Machine) -> None:
    expect(machine.site("web")).to_be_published()


@check(
    points=3,
    needs=[test_web_is_published],
    explained_by=[test_web_is_running],
    fr="le site répond sur ton port, et c'est ce conteneur qui répond",
    en="the site answers on your port, and that container is what answers",
    hint=Hint(fr="essaie avec un navigateur, puis lis `docker logs`", en="try with a browser, then read `docker logs`"),
)
def test_site_answers(machine: Machine) -> None:
    expect(machine.site("web"), within_s=10).to_answer(from_container="web")


@check(
    points=3,
    fr="dans le conteneur `hello`, `/foo/hello` vient de ton dossier et dit « hello world »",
    en='in the container `hello`, `/foo/hello` comes from your folder and says "hello world"',
)
def test_hello_says_hello_world(machine: Machine) -> None:
    expect(machine.folder("app1")).to_contain_file("hello", machine.text("hello"))


@check(
    points=4,
    needs=[test_site_answers],
    fr="une page déposée dans ton dossier est servie aussitôt",
    en="a page dropped in your folder is served at once",
)
def test_dropped_page_is_served(machine: Machine) -> None:
    expect(machine.folder("site")).to_be_served_by(machine.site("web"))


@check(
    points=2,
    needs=[test_site_answers],
    explained_by=[test_dropped_page_is_served],
    fr="la page d'accueil est la tienne, pas celle de nginx",
    en="the home page is yours, not nginx's",
)
def test_index_is_your_own(machine: Machine) -> None:
    expect(machine.site("web")).to_show_a_custom_page()
