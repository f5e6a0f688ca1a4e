"""Files of the machine itself: existing, missing, and inaccessible ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.probes.mounts.machine_files import is_missing, list_folder, read_file, remove_file, write_file
from tests.scripted_machine import ScriptedAnswers, scripted_machine

if TYPE_CHECKING:
    from grader.machine.machine import Machine

OUT_OF_REACH = NoAnswer("not-at-hand")


def machine_saying(answer: Answer | NoAnswer) -> Machine:
    return scripted_machine({"*": answer})


def test_a_file_and_a_folder_are_read() -> None:
    assert read_file(machine_saying(Answer(200, b"x")), "/etc/hostname") == b"x"
    assert list_folder(machine_saying(Answer(200, b"a\nb\n")), "/home") == ("a", "b")
    assert list_folder(machine_saying(Answer(200, b"")), "/home") == ()


@pytest.mark.parametrize("answer", [Answer(404), Answer(500), OUT_OF_REACH])
def test_what_is_not_there_or_out_of_reach_cannot_be_read(answer: Answer | NoAnswer) -> None:
    assert read_file(machine_saying(answer), "/x") is None
    assert list_folder(machine_saying(answer), "/x") is None


@pytest.mark.parametrize("is_folder", [True, False])
def test_only_what_is_known_not_to_be_there_is_missing(*, is_folder: bool) -> None:
    assert is_missing(machine_saying(Answer(404)), "/x", is_folder=is_folder)
    for answer in (Answer(200, b""), Answer(500), OUT_OF_REACH):
        assert not is_missing(machine_saying(answer), "/x", is_folder=is_folder)


def test_a_file_and_a_folder_are_asked_for_differently() -> None:
    link = ScriptedAnswers({"*": Answer(404)})
    is_missing(scripted_machine(link), "/x")
    is_missing(scripted_machine(link), "/x", is_folder=True)
    assert link.questions == [FileQuestion("read", "/x"), FileQuestion("list", "/x")]


@pytest.mark.parametrize(("answer", "is_written"), [(Answer(200), True), (Answer(404), False), (OUT_OF_REACH, False)])
def test_a_file_is_written_or_not(answer: Answer | NoAnswer, *, is_written: bool) -> None:
    link = ScriptedAnswers({"*": answer})
    machine = scripted_machine(link)
    assert write_file(machine, "/home/anna/.grader-x", b"y") is is_written
    remove_file(machine, "/home/anna/.grader-x")
    assert link.questions == [
        FileQuestion("write", "/home/anna/.grader-x", b"y"),
        FileQuestion("remove", "/home/anna/.grader-x"),
    ]
