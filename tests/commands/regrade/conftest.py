"""A class that was graded and recorded, and its suite, to be changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.format import Recording
from grader.machine.recording.recorder import Recorder
from grader.machine.transport.interface import TransportFacts
from grader.reports.result import ResultFile, Student, SuiteInfo, TestedMachine, read_result
from grader.reports.result_builder import build_result
from grader.reports.result_files import write_recording, write_reports
from grader.scoring.suite import read_suite, suite_hash
from tests.machine.scripts import ScriptedTransport

if TYPE_CHECKING:
    from pathlib import Path

    from grader.errors import MachineUnreachable
    from grader.machine.question import NoAnswer, Question

SPEC = """points = 20
[title]
fr = "essai"
en = "trial"
[containers.web]
name = "web"
image = "nginx"
port = 80
[ports]
web = { port = 4000, offset = 0 }
"""
SUITE = """
from grader import Machine, check, expect

@check(points=5, fr="le conteneur est là", en="the container is there")
def test_web_is_there(machine: Machine) -> None:
    expect(machine.container("web")).to_exist()

@check(points=15, needs=[test_web_is_there], fr="il est publié", en="it is published")
def test_web_is_published(machine: Machine) -> None:
    expect(machine.site("web")).to_be_published()
"""


def answers(port: int) -> dict[Question, list[Answer | NoAnswer | MachineUnreachable]]:
    """A machine whose `web` is published on `port`."""
    published = {"80/tcp": [{"HostIp": "", "HostPort": str(port)}]}
    inspect = {
        "Id": "ab" * 32,
        "Name": "/web",
        "State": {"Status": "running", "StartedAt": "2026-11-24T03:00:00Z"},
        "Config": {"Image": "nginx"},
        "HostConfig": {"PortBindings": published, "NetworkMode": "default"},
        "NetworkSettings": {"Ports": published, "Networks": {}},
    }
    listed = [{"Id": inspect["Id"], "Names": ["/web"], "Image": "nginx", "State": "running"}]
    at = 1_795_500_000.0
    return {
        EngineQuestion("/containers/json", (("all", "1"),)): [Answer(body=json.dumps(listed).encode(), at=at)],
        EngineQuestion(f"/containers/{inspect['Id']}/json"): [Answer(body=json.dumps(inspect).encode(), at=at)],
    }


@dataclass
class RecordedClass:
    exercise: Path
    results: Path

    def change(self, old: str, new: str) -> None:
        """Changes the suite after the class was graded."""
        path = self.exercise / "test_1.py"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def grade(self, student: str, port: int = 4000, ports: str = "") -> ResultFile:
        """Grades and records one student's machine, as a run with `--record` does."""
        suite = read_suite(self.exercise)
        recorder = Recorder(ScriptedTransport(answers(port)))
        result = build_result(
            run_checks(suite, Machine(recorder, suite.spec)),
            exercise=suite.id,
            student=Student(id=student, name="Zoé"),
            machine=TestedMachine(url="ssh://host", engine="Docker 26.1.5", api="1.45"),
            suite=SuiteInfo(sha256=suite_hash(self.exercise)),
            root=self.exercise.parent.parent,
            hints=2,
            grader="2025.1",
            started_at="2026-11-24T03:00:00Z",
            duration_s=1.5,
            ports=ports,
        )
        about = Recording(exercise=suite.id, student=student, machine=TransportFacts(""), started_at=result.started_at)
        write_reports(result, self.results, "fr")
        write_recording(recorder.recording(msgspec.structs.replace(about, ports=ports)), self.results)
        return result

    def result(self, student: str) -> ResultFile:
        return read_result(self.results / "tp9" / f"{student}.json")


@pytest.fixture
def recorded_class(tmp_path: Path) -> RecordedClass:
    exercise = tmp_path / "exercises" / "tp9"
    exercise.mkdir(parents=True)
    (exercise / "exercise.toml").write_text(SPEC, "utf-8")
    (exercise / "test_1.py").write_text(SUITE, "utf-8")
    return RecordedClass(exercise, tmp_path / "results")
