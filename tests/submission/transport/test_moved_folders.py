"""A submission's moved folders are seen where the student knows them, and read and written where they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from grader.machine.question import Answer, ComposeQuestion, EngineQuestion, FileQuestion, NoAnswer
from grader.probes.mounts.mounts import RawMount, parse_mounts
from grader.submission.moved_folders import PlacedFolder
from grader.submission.submission import Submission
from grader.submission.transport.moved_folders import SubmissionTransport
from tests.scripted_machine import ScriptedAnswers

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARED = "/srv/w/area"
DB = PlacedFolder(source=f"{SHARED}/mounts/000", path=f"{SHARED}/work/todos/mongo/db")
OWN = PlacedFolder(source=f"{SHARED}/mounts/001", path=r"C:\Users\zoé\site", is_on_own_computer=True)
SUBMISSION = Submission(
    shared=SHARED, private="/p", name="todos", folder=".", compose_files=("compose.yaml",), moved_folders=(DB, OWN)
)


def asked(table: Mapping[Any, Any], question: Any, submission: Submission = SUBMISSION) -> tuple[Any, ScriptedAnswers]:
    machine = ScriptedAnswers(table)
    return SubmissionTransport(machine, submission).ask(question), machine


def sources(*mounted: str, submission: Submission = SUBMISSION) -> list[tuple[str, bool]]:
    """What the probe makes of mounts with these sources."""
    mounts = [{"Type": "bind", "Source": source, "Destination": "/x"} for source in mounted]
    answer, _ = asked({"/containers/1/json": {"Mounts": mounts}}, EngineQuestion("/containers/1/json"), submission)
    raw = [RawMount(**one, RW=True) for one in json.loads(answer.body)["Mounts"]]
    return [(fact.source, fact.is_on_own_computer) for fact in parse_mounts(raw)]


def test_sources_are_those_that_the_student_knows() -> None:
    assert sources(DB.source, OWN.source, "/elsewhere", f"{SHARED}/work/todos/x") == [
        (f"{SHARED}/work/todos/mongo/db", False),
        ("/c/Users/zoé/site", True),
        ("/elsewhere", False),
        (f"{SHARED}/work/todos/x", False),
    ]


def test_the_empty_home_is_the_students_own_unless_a_script_may_fill_it() -> None:
    assert sources(f"{SHARED}/home/d") == [(f"{SHARED}/home/d", True)]
    script = Submission(shared=SHARED, private="/p", name="todos", folder=".")
    assert sources(f"{SHARED}/home/d", submission=script) == [(f"{SHARED}/home/d", False)]


def test_a_student_cannot_name_a_folder_that_is_taken_for_their_computers() -> None:
    (fact,) = parse_mounts([RawMount(Type="volume", Source="own-computer:/x", Destination="/d")])
    assert fact.is_on_own_computer, "no engine has such a source: it starts with a slash or with a drive"


def test_a_volume_is_bound_to_the_folder_that_the_student_knows() -> None:
    options = {"type": "none", "o": "bind", "device": DB.source}
    answer, _ = asked({"/volumes/v": {"Options": options}}, EngineQuestion("/volumes/v"))
    assert json.loads(answer.body)["Options"]["device"] == DB.path


def test_compose_and_the_engine_name_the_same_folder() -> None:
    question = ComposeQuestion("config", "todos", "/f", ("compose.yaml",))
    answer, _ = asked({"compose config": {"source": OWN.source, "other": DB.source}}, question)
    assert json.loads(answer.body) == {"source": OWN.path, "other": DB.path}


@pytest.mark.parametrize("path", ["/containers/1/archive", "/containers/1/logs", "/exec/1/start", "/version"])
def test_other_answers_are_left_as_they_are(path: str) -> None:
    body = b"tar " + DB.source.encode()
    assert asked({path: body}, EngineQuestion(path))[0].body == body


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (f"{DB.path}/.grader-1", f"{DB.source}/.grader-1"),
        (DB.path, DB.source),
        ("/c/Users/zoé/site/index.html", f"{OWN.source}/index.html"),
        (f"{DB.path}2/x", f"{DB.path}2/x"),
        ("/etc/hosts", "/etc/hosts"),
    ],
)
def test_files_are_read_where_they_are(path: str, where: str) -> None:
    answer, machine = asked({"*": Answer(200, b"x")}, FileQuestion("read", path))
    assert answer == Answer(200, b"x")
    assert machine.questions == [FileQuestion("read", where)]


def test_no_answer_stays_none() -> None:
    assert asked({"*": NoAnswer("no-access")}, FileQuestion("read", DB.path))[0] == NoAnswer("no-access")
