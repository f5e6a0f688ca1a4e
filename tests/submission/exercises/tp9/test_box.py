"""TP9, for tests: a container that runs, and a folder of the repository in it."""

from __future__ import annotations

from grader import Machine, check, expect


@check(points=12, fr="le conteneur box tourne", en="the container box runs")
def test_box_runs(machine: Machine) -> None:
    expect(machine.container("box")).to_be_created_from_its_image()
    expect(machine.container("box")).to_stay_up(for_s=0.5)


@check(points=8, needs=[test_box_runs], fr="/data/hello dit hello", en="/data/hello says hello")
def test_data_says_hello(machine: Machine) -> None:
    expect(machine.folder("data")).to_contain_file("hello", machine.text("hello"))
