"""TP3: the layer of a container, and an image of one's own from a Dockerfile."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=2,
    fr="`docker diff` montre le fichier ajouté",
    en="`docker diff` shows the added file",
)
def test_added_file_is_in_the_layer(machine: Machine) -> None:
    expect(machine.file("ajout")).to_be_added()


@check(
    points=2,
    fr="`docker diff` montre le fichier modifié",
    en="`docker diff` shows the changed file",
)
def test_changed_file_is_in_the_layer(machine: Machine) -> None:
    expect(machine.file("issue")).to_be_changed()


@check(
    points=1,
    fr="`couches` est issu de l'image `ubuntu`, et l'image est intacte",
    en="`couches` was created from the image `ubuntu`, and the image is untouched",
)
def test_image_is_untouched(machine: Machine) -> None:
    couches = machine.container("couches")
    expect(couches).to_be_created_from_its_image()
    expect(couches).to_still_have_its_image()
    expect(couches).to_leave_its_image_unchanged()


@check(
    points=3,
    fr="`tp3-app` est construite avec un Dockerfile, sur les couches de `python:alpine`",
    en="`tp3-app` was built from a Dockerfile, on the layers of `python:alpine`",
)
def test_image_is_built_here(machine: Machine) -> None:
    expect(machine.image("tp3-app")).to_be_built_here()


@check(
    points=2,
    fr="l'image dit comment la lancer : commande, port, dossier de travail",
    en="the image says how to run it: command, port, working directory",
)
def test_image_says_how_it_runs(machine: Machine) -> None:
    expect(machine.image("tp3-app")).to_declare_how_it_runs()
    expect(machine.image("tp3-app")).to_be_run_as_it_says(machine.container("tp3-app"))


@check(
    points=2,
    fr="l'image est petite",
    en="the image is small",
    hint=Hint(fr="ce qu'une couche suivante supprime pèse encore", en="what a later layer removes still counts"),
)
def test_image_is_small(machine: Machine) -> None:
    expect(machine.image("tp3-app")).to_be_small()


@check(
    points=4,
    fr="un conteneur de ton image répond sur ton port",
    en="a container from your image answers on your port",
    hint=Hint(fr="essaie avec un navigateur, puis lis `docker logs`", en="try with a browser, then read `docker logs`"),
)
def test_container_answers(machine: Machine) -> None:
    container, site = machine.container("tp3-app"), machine.site("tp3-app")
    expect(machine.image("tp3-app")).to_exist()
    expect(container).to_be_created_from_its_image()
    expect(container).to_run_the_latest_build()
    expect(container).to_stay_up(for_s=2)
    expect(site).to_be_published()
    expect(site, within_s=10).to_answer(200, from_container="tp3-app")
    expect(site).to_show_its_program()


@check(
    points=2,
    fr="le code est dans l'image, pas monté",
    en="the code is in the image, not mounted",
)
def test_code_is_in_the_image(machine: Machine) -> None:
    expect(machine.image("tp3-app")).to_contain_the_code_of(machine.container("tp3-app"))


@check(
    points=2,
    fr="le programme ne tourne pas en root",
    en="the program does not run as root",
)
def test_program_is_not_root(machine: Machine) -> None:
    expect(machine.container("tp3-app")).to_not_run_as_root()
