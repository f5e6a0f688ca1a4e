"""A server with as few rights as possible, which still works."""

from __future__ import annotations

from grader import Hint, Machine, check, expect


@check(
    points=3,
    fr="le serveur `guard` répond sur ton port",
    en="the server `guard` answers on your port",
)
def test_server_answers(machine: Machine) -> None:
    expect(machine.site("guard"), within_s=60).to_answer(from_container="guard")


@check(
    points=4,
    fr="son système de fichiers est en lecture seule",
    en="its filesystem is read-only",
)
def test_filesystem_is_read_only(machine: Machine) -> None:
    expect(machine.container("guard")).to_be_read_only()


@check(
    points=4,
    fr="il n'a aucune capacité",
    en="it has no capability",
    hint=Hint(fr="`docker inspect`, à `CapDrop` et `CapAdd`", en="`docker inspect`, at `CapDrop` and `CapAdd`"),
)
def test_no_capability_is_left(machine: Machine) -> None:
    expect(machine.container("guard")).to_drop_capabilities("ALL")


@check(
    points=4,
    fr="il tourne sous l'utilisateur 65534",
    en="it runs as the user 65534",
)
def test_server_runs_as_nobody(machine: Machine) -> None:
    expect(machine.container("guard")).to_run_as("65534")


@check(
    points=3,
    fr="il ne peut prendre que 64 Mo",
    en="it can take 64 MB at most",
)
def test_memory_is_limited(machine: Machine) -> None:
    expect(machine.container("guard")).to_be_limited(memory="64m")


@check(
    points=2,
    fr="il porte l'étiquette `level=hardened`",
    en="it has the label `level=hardened`",
)
def test_label_is_set(machine: Machine) -> None:
    expect(machine.container("guard")).to_have_label("level", "hardened")
