"""An engine on another computer chooses nothing on this one: no program, no file, no address to contact."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from grader.checks.compose.expectation import ProjectExpectation
from grader.checks.compose.recreation import recreate_project
from grader.checks.expect import expect
from grader.checks.failure import CheckFailed
from grader.checks.networks.hosts import HostExpectation
from grader.commands.doctor.examination import examine
from grader.commands.watch.watch import watch
from grader.errors import ProbeFailed
from grader.exercise.spec import read_exercise_spec
from grader.grading.checks_loop import run_checks
from grader.grading.request import GradingRequest
from grader.machine.machine import Machine
from grader.machine.question import Answer, ComposeQuestion, FileQuestion, HttpQuestion, NoAnswer
from grader.machine.transport.connect import open_transport
from grader.machine.transport.http import SiteClient
from grader.machine.transport.interface import DirectTransport
from grader.messages import say
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import PortRange
from grader.scoring.suite import read_suite
from tests.commands.doctor.engine import HEALTHY_ANSWERS, doctor_engine
from tests.machine.hostile_engine import engine_answering, project_of, request_sink
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.commands.watch.watch import WatchUpdate

TP6 = ROOT / "exercises" / "tp6"
LABEL = "com.docker.compose.project."
REMOTE = (
    "git@127.0.0.1:repo.git",
    "user@127.0.0.1:repo.git",
    "https://127.0.0.1:1/repo.git",
    "http://127.0.0.1:1/repo.git#main",
    "ssh://127.0.0.1/repo.git",
    "github.com/nobody/nothing",
    "oci://127.0.0.1:1/image",
    "//127.0.0.1/share/compose.yaml",
)


@pytest.fixture
def git_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of a `git` that is first on the path, and fetches nothing."""
    log, programs = tmp_path / "git.log", tmp_path / "bin"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\necho "$@" >> {log}\nexit 1\n', encoding="ascii")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    log.touch()
    return log


@contextmanager
def machine_at(url: str) -> Iterator[Machine]:
    with closing(open_transport(parse_machine_url(url))) as link:
        yield Machine(link, read_exercise_spec(TP6))


def labels(folder: object, files: object, env_file: object = "") -> dict[str, str]:
    told = {f"{LABEL}working_dir": str(folder), f"{LABEL}config_files": str(files)}
    return told | ({f"{LABEL}environment_file": str(env_file)} if env_file else {})


@pytest.mark.parametrize("file", REMOTE)
def test_no_program_of_ours_fetches_what_a_label_names(file: str, git_log: Path) -> None:
    with engine_answering(project_of(labels(".", file))) as url, machine_at(url) as machine:
        with pytest.raises(ProbeFailed) as error:
            ProjectExpectation(machine.project()).to_match_its_compose_file()
        with suppress(CheckFailed, ProbeFailed):
            ProjectExpectation(machine.project()).to_build_the_images_of(machine.container("api"))
        with suppress(CheckFailed, ProbeFailed):
            ProjectExpectation(machine.project()).to_publish_only(machine.container("app"))
    assert error.value.code == "compose-elsewhere"
    assert git_log.read_text(encoding="ascii") == ""


def test_a_compose_file_of_this_computer_is_not_read_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by compose nor by us: its content, and the variables here, would be in a student's report."""
    monkeypatch.setenv("GRADER_TEST_VARIABLE", "CANARY")
    (tmp_path / "compose.yaml").write_text("CANARY: ${GRADER_TEST_VARIABLE}\n", encoding="ascii")
    told = labels(tmp_path, tmp_path / "compose.yaml", tmp_path / "compose.yaml")
    with engine_answering(project_of(told)) as url, machine_at(url) as machine:
        scorecard = run_checks(read_suite(TP6), machine)
        with pytest.raises(ProbeFailed, match="compose-elsewhere"):
            recreate_project(machine.project())
        with pytest.raises(ProbeFailed, match="compose-elsewhere") as error:
            ProjectExpectation(machine.project()).to_match_its_compose_file()
    assert "does not run `docker compose`" in say(error.value.code, "wrong", error.value.values, "en")
    assert "n'exécute pas `docker compose`" in say(error.value.code, "wrong", error.value.values, "fr")
    assert "CANARY" not in str([row.outcome for row in scorecard])


def test_behind_tcp_only_the_engines_own_host_is_asked() -> None:
    with request_sink("127.0.0.2") as elsewhere, request_sink("127.0.0.1", elsewhere.port, b"honest") as own:
        got = SiteClient("127.0.0.1").ask(HttpQuestion(own.port, "/page", host="127.0.0.2"))
        assert isinstance(got, Answer)
        assert got.body == b"honest"
    assert (own, elsewhere) == (["/page"], [])


def test_the_address_that_a_port_is_published_on_is_not_where_the_grader_goes() -> None:
    with request_sink("127.0.0.2") as elsewhere, request_sink("127.0.0.1", elsewhere.port) as own:
        told = project_of(labels("/", "/x"), host_ip="127.0.0.2")
        with engine_answering(told) as url, machine_at(url) as machine:
            assert isinstance(machine.ask(HttpQuestion(own.port, "/of-a-check", host="127.0.0.2")), Answer)
            run_checks(read_suite(TP6), machine)
    assert elsewhere == []
    assert own == ["/of-a-check"]


def test_what_an_engine_elsewhere_tells_is_looked_up_nowhere_here(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("CANARY", encoding="ascii")
    with engine_answering(project_of({})) as url, machine_at(url) as machine:
        assert isinstance(machine.transport, DirectTransport)
        assert not machine.transport.is_local
        for question in (
            FileQuestion("read", f"{tmp_path}/secret"),
            FileQuestion("list", str(tmp_path)),
            FileQuestion("write", f"{tmp_path}/.grader-x", b""),
            ComposeQuestion("config", "x", str(tmp_path), (f"{tmp_path}/secret",)),
        ):
            assert isinstance(machine.ask(question), NoAnswer), question
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("address", ["192.0.2.7", "169.254.169.254"])
def test_a_name_that_a_container_was_told_is_not_looked_up_from_here(address: str) -> None:
    """It may lead anywhere: only a program in the container can find out what answers there."""
    with request_sink("127.0.0.1") as own, engine_answering(project_of({}, extra_host=f"mydocker:{address}")) as url:
        ports = PortRange(own.port - 2, own.port)
        with closing(open_transport(parse_machine_url(url))) as link:
            machine = Machine(link, read_exercise_spec(ROOT / "exercises" / "tp4"), ports=ports)
            with pytest.raises(ProbeFailed) as error:
                HostExpectation(machine.host("mydocker")).to_resolve_to_this_machine_in(machine.container("app"))
    assert (error.value.code, error.value.values["address"]) == ("address-not-asked", address)
    assert own == [], "what answers at the engine's own host says nothing of that address"


def test_a_watch_looks_at_no_folder_for_an_engine_elsewhere(tmp_path: Path) -> None:
    looked: list[object] = []
    over = threading.Event()
    sys.addaudithook(lambda event, seen: looked.append(seen[0]) if event == "os.scandir" else None)

    class Quiet:
        def show(self, _: WatchUpdate) -> None:
            over.set()

    with engine_answering(project_of({}, source=str(tmp_path))) as url:
        suite = read_suite(ROOT / "exercises" / "tp4")
        request = GradingRequest(exercise=suite.folder, machine=parse_machine_url(url))
        watch(suite, request, Quiet(), over.is_set)
    assert over.is_set()
    assert looked, "the control: the hook hears of the suite's folder"
    assert str(tmp_path) not in map(str, looked)


def test_the_doctor_measures_no_disk_for_an_engine_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`/proc` has no free space, here: that says nothing about another computer."""
    info = HEALTHY_ANSWERS["/info"]
    assert isinstance(info, dict)
    full = {"/containers/json": [], "/info": info | {"DockerRootDir": "/proc"}}
    with engine_answering(full) as url, machine_at(url) as machine:
        found = examine(machine, TP6)
    codes = [finding.code for finding in found.findings]
    assert not {"doctor-disk", "doctor-no-compose"}.intersection(codes)
    assert found.facts["compose"] == ""
    assert "doctor-compose-elsewhere" in codes
    assert "the checks that need it will not be judged" in say("doctor-compose-elsewhere", "wrong", {}, "en")
    assert "vérifications qui en ont besoin ne seront pas jugées" in say("doctor-compose-elsewhere", "wrong", {}, "fr")
    with doctor_engine(tmp_path_factory.mktemp("d") / "s", HEALTHY_ANSWERS | full) as url, machine_at(url) as machine:
        codes = [finding.code for finding in examine(machine, TP6).findings]
    assert "doctor-disk" in codes, "the control"
    assert "doctor-compose-elsewhere" not in codes


def test_what_the_project_is_without_its_file_is_still_judged() -> None:
    """The control: what the engine alone shows is judged over TCP as anywhere."""
    with (
        engine_answering(project_of(labels("/home/anna/todos", "/home/anna/todos/compose.yaml"))) as url,
        machine_at(url) as it,
    ):
        expect(it.project()).to_exist()
        expect(it.project()).to_have_the_required_name()
        expect(it.site("app")).to_be_published()
