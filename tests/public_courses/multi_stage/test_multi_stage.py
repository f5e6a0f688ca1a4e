"""An image in several stages: small, described, and without what only the build needs."""

from __future__ import annotations

from grader import Machine, check, expect


@check(
    points=3,
    fr="l'image `greeter` est construite ici, sur `python:alpine`",
    en="the image `greeter` is built here, on `python:alpine`",
)
def test_image_is_built_on_alpine(machine: Machine) -> None:
    expect(machine.image("greeter")).to_be_built_here()


@check(
    points=3,
    fr="elle ajoute au plus trois couches à sa base",
    en="it adds at most three layers to its base",
)
def test_image_has_few_layers(machine: Machine) -> None:
    expect(machine.image("greeter")).to_add_at_most_layers(3)


@check(
    points=3,
    fr="ce qui ne sert qu'à construire n'y est pas",
    en="what only the build needs is not in it",
)
def test_build_is_left_out(machine: Machine) -> None:
    expect(machine.image("greeter")).to_leave_out("/build", of=machine.container("greeter"))


@check(
    points=3,
    fr="`.dockerignore` écarte le fichier `.env`",
    en="`.dockerignore` keeps the file `.env` out",
)
def test_env_file_is_ignored(machine: Machine) -> None:
    expect(machine.image("greeter")).to_ignore(".env", of=machine.container("greeter"))


@check(
    points=2,
    fr="l'image a un `HEALTHCHECK`",
    en="the image has a `HEALTHCHECK`",
)
def test_image_has_a_health_check(machine: Machine) -> None:
    expect(machine.image("greeter")).to_have_a_health_check()


@check(
    points=2,
    fr="l'image porte l'étiquette `course=devops`",
    en="the image has the label `course=devops`",
)
def test_image_has_its_label(machine: Machine) -> None:
    expect(machine.image("greeter")).to_have_label("course", "devops")


@check(
    points=2,
    fr="le programme tourne sous l'utilisateur `nobody`",
    en="the program runs as the user `nobody`",
)
def test_program_runs_as_nobody(machine: Machine) -> None:
    expect(machine.container("greeter")).to_run_as("nobody")


@check(
    points=2,
    fr="le conteneur `greeter` affiche le message construit",
    en="the container `greeter` prints the message that was built",
)
def test_message_is_printed(machine: Machine) -> None:
    expect(machine.container("greeter"), within_s=10).to_log("hello from the build stage")
