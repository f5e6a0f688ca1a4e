"""An engine on another computer chooses nothing on this one: no program, no file, no address that is asked."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from grader.checks.compose import ProjectExpectation
from grader.checks.compose_cycle import down_and_up
from grader.checks.expect import expect
from grader.checks.mistake import Mistake
from grader.errors import ProbeFailed
from grader.machine.link import DirectLink
from grader.machine.machine import Machine
from grader.machine.question import Answer, ComposeQuestion, FileQuestion, HttpQuestion, NoAnswer
from grader.machine.reach import reach
from grader.machine.sheet import read_sheet
from grader.machine.sites import SiteClient
from grader.messages import say
from grader.roster.machine_url import parse_machine_url
from grader.scoring.judging import judge_suite
from grader.scoring.suite import read_suite
from tests.desk import ROOT
from tests.machine.hostile_engine import project_of, sink, telling

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    """What `git` was asked for: it stands first on the path, and fetches nothing."""
    log, programs = tmp_path / "git.log", tmp_path / "bin"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\necho "$@" >> {log}\nexit 1\n', encoding="ascii")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    log.touch()
    return log


@contextmanager
def machine_at(url: str) -> Iterator[Machine]:
    with closing(reach(parse_machine_url(url))) as link:
        yield Machine(link, read_sheet(TP6))


def labels(folder: object, files: object, env_file: object = "") -> dict[str, str]:
    told = {f"{LABEL}working_dir": str(folder), f"{LABEL}config_files": str(files)}
    return told | ({f"{LABEL}environment_file": str(env_file)} if env_file else {})


@pytest.mark.parametrize("file", REMOTE)
def test_no_program_of_ours_fetches_what_a_label_names(file: str, git_log: Path) -> None:
    with telling(project_of(labels(".", file))) as url, machine_at(url) as machine:
        with pytest.raises(ProbeFailed) as error:
            ProjectExpectation(machine.project()).to_run_what_its_file_says()
        with suppress(Mistake, ProbeFailed):
            ProjectExpectation(machine.project()).to_build(machine.container("api"))
        with suppress(Mistake, ProbeFailed):
            ProjectExpectation(machine.project()).to_publish_nothing_but(machine.container("app"))
    assert error.value.code == "compose-elsewhere"
    assert git_log.read_text(encoding="ascii") == ""


def test_a_compose_file_of_this_computer_is_not_read_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by compose, nor by ourselves: what it says, and the variables here, would stand in a student's report."""
    monkeypatch.setenv("GRADER_TEST_VARIABLE", "CANARY")
    (tmp_path / "compose.yaml").write_text("CANARY: ${GRADER_TEST_VARIABLE}\n", encoding="ascii")
    told = labels(tmp_path, tmp_path / "compose.yaml", tmp_path / "compose.yaml")
    with telling(project_of(told)) as url, machine_at(url) as machine:
        ledger = judge_suite(read_suite(TP6), machine)
        with pytest.raises(ProbeFailed, match="compose-elsewhere"):
            down_and_up(machine.project())
        with pytest.raises(ProbeFailed, match="compose-elsewhere") as error:
            ProjectExpectation(machine.project()).to_run_what_its_file_says()
    assert "does not run `docker compose`" in say(error.value.code, "wrong", error.value.values, "en")
    assert "n'exécute pas `docker compose`" in say(error.value.code, "wrong", error.value.values, "fr")
    assert "CANARY" not in str([row.outcome for row in ledger])


def test_behind_tcp_only_the_engines_own_host_is_asked() -> None:
    with sink("127.0.0.2") as elsewhere, sink("127.0.0.1", elsewhere.port, b"honest") as own:
        got = SiteClient("127.0.0.1").ask(HttpQuestion(own.port, "/page", host="127.0.0.2"))
        assert isinstance(got, Answer)
        assert got.body == b"honest"
    assert (own, elsewhere) == (["/page"], [])


def test_the_address_that_a_port_is_published_on_is_not_where_the_grader_goes() -> None:
    with sink("127.0.0.2") as elsewhere, sink("127.0.0.1", elsewhere.port) as own:
        told = project_of(labels("/", "/x"), host_ip="127.0.0.2")
        with telling(told) as url, machine_at(url) as machine:
            assert isinstance(machine.ask(HttpQuestion(own.port, "/of-a-check", host="127.0.0.2")), Answer)
            judge_suite(read_suite(TP6), machine)
    assert elsewhere == []
    assert own == ["/of-a-check"]


def test_what_an_engine_elsewhere_tells_is_looked_up_nowhere_here(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("CANARY", encoding="ascii")
    with telling(project_of({})) as url, machine_at(url) as machine:
        assert isinstance(machine.link, DirectLink)
        assert not machine.link.is_here
        for question in (
            FileQuestion("read", f"{tmp_path}/secret"),
            FileQuestion("list", str(tmp_path)),
            FileQuestion("write", f"{tmp_path}/.grader-x", b""),
            ComposeQuestion("config", "x", str(tmp_path), (f"{tmp_path}/secret",)),
        ):
            assert isinstance(machine.ask(question), NoAnswer), question
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_what_the_project_is_without_its_file_is_still_judged() -> None:
    """The control: what the engine alone tells is judged over TCP as anywhere."""
    with telling(project_of(labels("/home/anna/todos", "/home/anna/todos/compose.yaml"))) as url, machine_at(url) as it:
        expect(it.project()).to_be_there()
        expect(it.project()).to_have_its_name()
        expect(it.site("app")).to_be_published()
