"""A temporary file in a mounted folder."""

from __future__ import annotations

import io
import tarfile

import pytest

from grader.checks.containers.expectation import require_running
from grader.checks.mounts.temporary_file import TemporaryFile
from grader.machine.question import Answer, EngineQuestion, FileQuestion, NoAnswer
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

INSIDE = "/html"
NAME = ".grader-nonce-drop.txt"
REMOVE = 'sh -c rm -f -- "$0" '
SWEEP = 'sh -c find "$0" -maxdepth 1 -name ".grader-*" -type f -mmin +60 -exec rm -f -- {} + /html'
PUT = "PUT /containers/web-id/archive?path=/html"


def lab(*, at_hand: bool = False, removes: int = 0) -> FakeMachine:
    box = fake_container(mounts=({"Type": "bind", "Source": "/home/anna/site", "Destination": INSIDE},))
    box.commands = {REMOVE: (removes, b""), SWEEP: (0, b"")}
    machine = FakeMachine(box)
    if at_hand:
        machine.disk["/home/anna/site"] = b""
    return machine


def drop(machine: FakeMachine, *, passive: bool = False) -> TemporaryFile:
    judged = machine.as_machine(containers={"web": {"name": "web", "image": "nginx"}}, passive=passive)
    fact = require_running(judged.container("web"))
    return TemporaryFile(judged, fact, fact.mounts[0])


def typed(machine: FakeMachine) -> list[str]:
    return [command for _, command in machine._commands.values()]


def test_it_is_written_on_the_machine_where_its_files_are_at_hand() -> None:
    machine = lab(at_hand=True)
    with drop(machine) as dropped:
        assert dropped.name == NAME
        assert machine.disk[f"/home/anna/site/{NAME}"] == dropped.content == b"grader pord-ecnon"
    assert machine.disk == {"/home/anna/site": b""}
    assert typed(machine) == []


@pytest.mark.parametrize("refused", [NoAnswer("no-access"), Answer(404)])
def test_else_it_is_put_in_from_within_and_taken_away_there(refused: Answer | NoAnswer) -> None:
    machine = lab()
    machine.table[FileQuestion("write", f"/home/anna/site/{NAME}", b"grader pord-ecnon")] = refused
    with drop(machine) as dropped:
        put = next(one for one in machine.questions if isinstance(one, EngineQuestion) and one.method == "PUT")
        assert put.query == (("path", INSIDE),)
        assert put.content_type == "application/x-tar"
        with tarfile.open(fileobj=io.BytesIO(put.body)) as tar:
            member = tar.next()
            assert member
            assert (member.name, member.mode, member.size) == (NAME, 0o644, len(dropped.content))
            file = tar.extractfile(member)
            assert file
            assert file.read() == dropped.content
        assert typed(machine) == [f"{REMOVE}{INSIDE}/{NAME}", SWEEP]
    assert typed(machine)[2:] == [f"{REMOVE}{INSIDE}/{NAME}"]
    assert not [one for one in machine.questions if isinstance(one, FileQuestion) and one.operation == "remove"]


@pytest.mark.parametrize("exit_code", [1, 126, 127])
def test_without_what_takes_it_away_nothing_is_dropped(exit_code: int) -> None:
    machine = lab(removes=exit_code)
    with raises_probe_failed("cannot-drop", name="web", folder="/home/anna/site"), drop(machine):
        pass
    assert machine.changes_requested() == []


def test_where_nothing_may_be_run_nothing_is_dropped() -> None:
    with raises_probe_failed("cannot-drop"), drop(lab(), passive=True):
        pass


@pytest.mark.parametrize(
    ("put", "detail"),
    [
        (Answer(403, b"read-only file system"), "read-only file system"),
        (NoAnswer("timeout", "20 s"), "20 s"),
        (Answer(500), ""),
    ],
)
def test_an_engine_that_takes_no_file_is_no_failure(put: Answer | NoAnswer, detail: str) -> None:
    machine = lab()
    machine.table[PUT] = put
    with raises_probe_failed("cannot-drop", name="web", folder="/home/anna/site", detail=detail), drop(machine):
        pass


@pytest.mark.parametrize(
    "put", [Answer(404, b"x: no such file or directory"), NoAnswer("timeout", "no such file or directory")]
)
def test_a_folder_that_is_no_more_is_stale(put: Answer | NoAnswer) -> None:
    machine = lab()
    machine.table[PUT] = put
    with fails_with("mount-stale", name="web", inside=INSIDE, folder="/home/anna/site") as found, drop(machine):
        pass
    assert "no such file or directory" in found[0].evidence[0]


@pytest.mark.parametrize("at_hand", [True, False])
def test_an_interrupted_drop_is_taken_away(*, at_hand: bool) -> None:
    machine = lab(at_hand=at_hand)
    made = machine._made

    def interrupted(question: object) -> Answer | NoAnswer | None:
        answer = made(question)  # type: ignore[arg-type]
        if isinstance(question, FileQuestion) and question.operation == "write" and at_hand:
            raise KeyboardInterrupt
        if isinstance(question, EngineQuestion) and question.method == "PUT":
            raise KeyboardInterrupt
        return answer

    machine._made = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt), drop(machine):
        pass
    assert machine.disk == ({"/home/anna/site": b""} if at_hand else {})
    assert typed(machine)[2:] == ([] if at_hand else [f"{REMOVE}{INSIDE}/{NAME}"])


def test_it_is_taken_away_whatever_happens_meanwhile() -> None:
    machine = lab(at_hand=True)
    with pytest.raises(ValueError, match="x"), drop(machine):
        raise ValueError("x")
    assert machine.disk == {"/home/anna/site": b""}
