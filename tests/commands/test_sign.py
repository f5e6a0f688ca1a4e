"""Only what each student's own job made is signed, and a signature says what it signs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner

from grader.cli import app
from grader.commands.class_pipeline import child_pipeline
from grader.grading.run import not_graded
from grader.messages import Words
from grader.reports.result_files import write_reports
from grader.reports.signable import job_folder
from grader.reports.signature import SIGNATURE, job_key, sign
from grader.roster.student import RosterStudent
from grader.scoring.suite import read_suite
from tests.reports.samples import RUNS
from tests.submission.repositories import EXERCISE, request

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

KEY = "a key of the school's, long enough"
RUN = "school/tp pipeline 4711"
STUDENTS = ("e1", "e2", "e 3; '\"")


def job(folder: Path, student: str, holds: str = "", run: str = RUN, mark: float = 12.0) -> None:
    """Writes to `folder` what the job of `student` ships; with `holds`, the result is that other student's."""
    own = folder / job_folder(student)
    asked = request("x", "local", holds or student)
    result = not_graded(read_suite(EXERCISE), asked, ("x", Words(fr="x", en="x")))
    points = (int(mark), 20 - int(mark))
    checks = [msgspec.structs.replace(RUNS, id=f"test_{most}", points=most, max_points=most) for most in points if most]
    checks[1:] = [msgspec.structs.replace(check, verdict="failed", points=0) for check in checks[1:]]
    result = msgspec.structs.replace(
        result, status="graded", mark=mark, points=points[0], max_points=20, checks=checks, reason=None
    )
    write_reports(result, own, "fr")
    written = [path for path in own.rglob("*") if path.is_file() and path.name != SIGNATURE]
    sign(own, job_key(KEY.encode(), run, "tp9", student).encode(), written, run)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_LANG", "en")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    (tmp_path / "class.csv").write_text(
        '"id"\n' + "".join(json.dumps(one).replace('\\"', '""') + "\n" for one in STUDENTS)
    )
    for student in STUDENTS:
        job(tmp_path / "results", student)
    return tmp_path / "results"


def run_sign(results: Path, *options: str) -> Result:
    words = ["sign", str(results), *(options or ("--roster", str(results.parent / "class.csv"), "--exercise", "tp9"))]
    return CliRunner().invoke(app, words, env={"GRADER_SIGNING_KEY": KEY, "GRADER_RUN": RUN})


def sign_class(results: Path) -> Result:
    roster = str(results.parent / "class.csv")
    return run_sign(results, "--roster", roster, "--exercise", "tp9", "--by-job")


def verified(results: Path, key: str = KEY) -> tuple[int, dict[str, str]]:
    done = CliRunner().invoke(app, ["verify", str(results)], env={"GRADER_SIGNING_KEY": key})
    lines = [line.split(None, 2) for line in done.output.splitlines()]
    return done.exit_code, {name: status for status, name, *_ in lines}


def test_a_class_is_signed_as_its_jobs_made_it(results: Path) -> None:
    done = sign_class(results)
    assert (done.exit_code, done.output) == (0, f"6 signed in {results}\n")
    code, found = verified(results)
    assert (code, set(found.values())) == (0, {"signed"})
    assert len(found) == 6


def test_verify_says_the_run_and_the_time(results: Path) -> None:
    sign_class(results)
    done = CliRunner().invoke(app, ["verify", str(results)], env={"GRADER_SIGNING_KEY": KEY})
    assert f"signed    e1/tp9/e1.json  ({RUN}, 20" in done.output


def others_file(results: Path) -> None:
    """The job of e1 ships a file of e2's as well: it can choose any name in its zip."""
    job(results, "e2", mark=0)
    own = job_key(KEY.encode(), RUN, "tp9", "e1").encode()
    (results / "e2" / SIGNATURE).unlink()
    sign(results / "e2", own, [results / "e2" / "tp9" / "e2.json", results / "e2" / "tp9" / "e2.xml"], RUN)


def others_result(results: Path) -> None:
    """Under its own name, with the valid signature of its own job."""
    job(results, "e2", holds="e1")
    for kind in ("json", "xml"):
        (results / "e2" / "tp9" / f"e1.{kind}").replace(results / "e2" / "tp9" / f"e2.{kind}")
    (results / "e2" / SIGNATURE).unlink()
    own = job_key(KEY.encode(), RUN, "tp9", "e2").encode()
    sign(results / "e2", own, [results / "e2" / "tp9" / "e2.json", results / "e2" / "tp9" / "e2.xml"], RUN)


def older_run(results: Path) -> None:
    shutil.rmtree(results / "e2")
    job(results, "e2", run="school/tp pipeline 4000", mark=20)


def changed(results: Path) -> None:
    path = results / "e2" / "tp9" / "e2.json"
    path.write_text(path.read_text().replace("12", "20"))


def unsigned(results: Path) -> None:
    (results / "e2" / SIGNATURE).unlink()


def odd_signature(results: Path) -> None:
    (results / "e2" / SIGNATURE).unlink()
    (results / "e2" / SIGNATURE).symlink_to("/dev/zero")


@pytest.mark.parametrize("spoil", [others_file, others_result, older_run, changed, unsigned, odd_signature])
def test_what_its_own_job_did_not_make_is_named_and_not_signed(spoil: object, results: Path) -> None:
    assert callable(spoil)
    spoil(results)
    done = sign_class(results)
    assert done.exit_code == 1
    why = "it is the result of another student" if spoil is others_result else "not signed by this student's own job"
    assert f"not signed: e2/tp9/e2.json: {why}" in done.output
    assert f"4 signed in {results}" in done.output
    _, found = verified(results)
    assert {name.split("/")[0] for name, status in found.items() if status != "signed"} == {"e2"}


def test_files_of_nobodys_and_results_that_are_missing_are_named(results: Path) -> None:
    shutil.rmtree(results / "e2")
    job(results, "stranger")
    (results / "tp9").mkdir()
    (results / "tp9" / "e1.json").write_bytes((results / "e1" / "tp9" / "e1.json").read_bytes())
    (results / "e1" / "x(100 %)\n.xml").write_text("<x/>")
    done = sign_class(results)
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert "not signed: e2/tp9/e2.json: missing: this student's job left no result" in lines
    for name in ("stranger/tp9/stranger.json", "tp9/e1.json", "e1/x(100 % )\\x0a.xml"):
        assert f"not signed: {name}: no job of this class writes such a file" in lines
    assert lines[-1] == f"4 signed in {results}"


def test_without_keys_of_the_jobs_the_places_are_checked_at_least(results: Path) -> None:
    others_result(results)
    done = run_sign(results)
    assert done.exit_code == 1
    assert "not signed: e2/tp9/e2.json: it is the result of another student or exercise (tp9, e1)" in done.output


def test_a_report_that_says_something_else_than_its_result_is_not_signed(results: Path) -> None:
    path = results / "e2" / "tp9" / "e2.xml"
    path.write_text(path.read_text().replace("tp9", "tp8"))
    done = run_sign(results)
    assert "not signed: e2/tp9/e2.xml: the JUnit report is not the one of the result beside it" in done.output


def test_a_folder_of_a_batch_is_signed_and_a_result_in_anothers_place_is_not(tmp_path: Path) -> None:
    for student in ("e1", "e2"):
        job(tmp_path / "jobs", student)
        shutil.copytree(tmp_path / "jobs" / student / "tp9", tmp_path / "r" / "tp9", dirs_exist_ok=True)
    (tmp_path / "r" / "tp9.xml").write_text("<testsuites/>")
    assert run_sign(tmp_path / "r", "--exercise", "").exit_code == 0
    (tmp_path / "r" / SIGNATURE).unlink()
    for kind in ("json", "xml"):
        shutil.copy(tmp_path / "r" / "tp9" / f"e1.{kind}", tmp_path / "r" / "tp9" / f"e2.{kind}")
    done = run_sign(tmp_path / "r", "--exercise", "")
    assert done.exit_code == 1
    assert "not signed: tp9/e2.json: it is the result of another student or exercise (tp9, e1)" in done.output
    assert verified(tmp_path / "r")[1]["tp9/e1.json"] == "signed"


def test_an_older_folder_verifies_as_what_it_is_and_mixed_into_a_newer_one_it_shows(results: Path) -> None:
    sign_class(results)
    older = results.parent / "older"
    shutil.copytree(results, older)
    shutil.rmtree(results)
    for student in STUDENTS:
        job(results, student, mark=3)
    sign_class(results)
    assert verified(older)[0] == 0
    shutil.copy(older / "e1" / "tp9" / "e1.json", results / "e1" / "tp9" / "e1.json")
    code, found = verified(results)
    assert (code, found["e1/tp9/e1.json"]) == (1, "changed")
    shutil.copy(older / SIGNATURE, results / SIGNATURE)
    code, found = verified(results)
    assert code == 1
    assert found["e2/tp9/e2.json"] == "changed"


def test_a_signature_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """As version 2026.1 wrote it, before a signature named its run."""
    (tmp_path / "tp6").mkdir()
    (tmp_path / "tp6" / "ana.json").write_text("{}\n")
    (tmp_path / SIGNATURE).write_text(
        '{"files": {"tp6/ana.json": "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356"}, '
        '"mac": "4eb1d0c3d1e77b0e79c78f84ea139c78a3de57e6fae7ec88da9773e64c218247", "format": "grader-signature/1"}\n'
    )
    done = CliRunner().invoke(app, ["verify", str(tmp_path)], env={"GRADER_SIGNING_KEY": KEY})
    assert done.exit_code == 0, done.output
    assert done.output == "signed    tp6/ana.json  (run and time not recorded: signed by an earlier version)\n"


def test_the_class_pipeline_hands_the_roster_to_the_job_that_signs(results: Path) -> None:
    """Whatever characters an id has: the list goes through a variable and a file, and is read as one."""
    import yaml  # noqa: PLC0415 - for this test alone

    ids = (*STUDENTS, "a;b", "=c,d")
    roster = [RosterStudent(id=student, repo=f"x{number}") for number, student in enumerate(ids)]
    pipeline = yaml.safe_load(child_pipeline(roster, "tp9", "image", key=KEY.encode(), run=RUN))
    (results.parent / "class.csv").write_text(pipeline["sign"]["variables"]["GRADER_CLASS"]["value"])
    job(results, "a;b")
    job(results, "=c,d")
    done = sign_class(results)
    assert (done.exit_code, done.output) == (0, f"10 signed in {results}\n")


def test_the_job_of_a_team_makes_the_results_of_its_students_and_nobody_elses(results: Path) -> None:
    """The class pipeline writes the team of each student into the list for the job that signs."""
    import yaml  # noqa: PLC0415 - for this test alone

    roster = [RosterStudent(id="e1", repo="x"), RosterStudent(id="e2", repo="x"), RosterStudent(id="e3", repo="y")]
    pipeline = yaml.safe_load(child_pipeline(roster, "tp9", "image", key=KEY.encode(), run=RUN))
    (results.parent / "class.csv").write_text(pipeline["sign"]["variables"]["GRADER_CLASS"]["value"])
    shutil.rmtree(results)
    for holds in ("e1", "e2", "e3"):
        job(results, "e1", holds=holds)
    done = sign_class(results)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "not signed: e3/tp9/e3.json: missing: this student's job left no result",
        "not signed: e3/tp9/e3.xml: missing: this student's job left no result",
        "not signed: e1/tp9/e3.json: no job of this class writes such a file",
        "not signed: e1/tp9/e3.xml: no job of this class writes such a file",
        f"4 signed in {results}",
    ]
    assert [name for name, status in verified(results)[1].items() if status == "signed"] == [
        *("e1/tp9/e1.json", "e1/tp9/e1.xml", "e1/tp9/e2.json", "e1/tp9/e2.xml")
    ]


@pytest.mark.parametrize("options", [["--by-job"], ["--exercise", "tp9"], ["--roster", "x.csv"]])
def test_half_a_class_is_a_usage_error(options: list[str], results: Path) -> None:
    done = run_sign(results, *options)
    assert done.exit_code == 1
    assert "need each other" in str(done.exception)
