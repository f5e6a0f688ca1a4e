"""TP1: a container to type in, left and found again, and one in the background."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=2,
    fr="l'image `ubuntu` est là, et `tp1-ubuntu` en est issu",
    en="the image `ubuntu` is there, and `tp1-ubuntu` was created from it",
)
def test_ubuntu_is_there(machine: Machine) -> None:
    ubuntu = machine.container("tp1-ubuntu")
    expect(ubuntu).to_be_created_from_its_image()
    expect(ubuntu).to_still_have_its_image()


@check(
    points=4,
    fr="`tp1-ubuntu` est interactif : entrée standard ouverte, terminal, `bash`",
    en="`tp1-ubuntu` is interactive: standard input open, a terminal, `bash`",
)
def test_first_is_interactive(machine: Machine) -> None:
    expect(machine.container("tp1-ubuntu")).to_be_interactive(machine.text("shell"))


@check(
    points=2,
    fr="tu l'as quitté proprement, avec le code 0",
    en="you exited it cleanly, with code 0",
    hint=Hint(
        fr="un shell se termine avec le code de sa dernière commande",
        en="a shell exits with the code of its last command",
    ),
)
def test_first_was_left_cleanly(machine: Machine) -> None:
    expect(machine.container("tp1-ubuntu")).to_have_exited_cleanly()


@check(
    points=3,
    fr="tu l'as redémarré, et ton fichier y est encore",
    en="you started it again, and your file is still there",
)
def test_trace_is_kept(machine: Machine) -> None:
    expect(machine.file("trace")).to_survive_a_restart()


@check(
    points=3,
    fr="le fichier est dans la couche du conteneur, pas dans l'image",
    en="the file is in the container's layer, not in the image",
)
def test_trace_is_in_the_layer(machine: Machine) -> None:
    expect(machine.file("trace")).to_be_added()
    expect(machine.container("tp1-ubuntu")).to_leave_its_image_unchanged()


@check(
    points=3,
    fr="`tp1-fond` tourne en arrière-plan : `bash` est son processus 1, et il a son propre nom d'hôte",
    en="`tp1-fond` runs in the background: `bash` is its process 1, and it has its own hostname",
)
def test_background_runs(machine: Machine) -> None:
    background = machine.container("tp1-fond")
    expect(background).to_be_created_from_its_image()
    expect(background).to_stay_up(for_s=2)
    expect(background).to_have_process_1(machine.text("shell"))
    expect(background).to_have_its_own_hostname()


@check(
    points=3,
    fr="il ne reste aucun autre conteneur",
    en="no other container is left",
)
def test_nothing_is_left_over(machine: Machine) -> None:
    expect(machine).to_have_no_other_container()
