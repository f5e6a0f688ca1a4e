"""Whatever a machine says is shown as text: it moves no cursor, breaks no file, and changes no mark."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import docker
import pytest

from tests.faults.measured_grading import MeasuredGrading, grade_and_measure
from tests.student_shell import TP2_SITE_MOUNT, StudentShell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.reports.result import ResultFile

pytestmark = [pytest.mark.live, pytest.mark.long]

EVIL: Final = "a\x1b[31m\x1b]0;owned\x07\r\x08\u202eevil\u2066\ufeff\ufffe\u2028\x9b2J]]><script>&\x00\n{name} \ud83d"
"""Escape sequences, bidi marks, line separators, what XML forbids, NUL, half a surrogate pair."""
EVIL_ARGUMENT: Final = EVIL.replace("\x00", "").replace("\ud83d", "")
HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
PEAK_MB: Final = 200


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for one in value:
                yield from texts(one)
        case dict():
            for name, one in value.items():
                yield from (name, *texts(one))


def hidden_in(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in HIDDEN} - {"\n"}


def assert_well_formed(graded: MeasuredGrading, folder: Path) -> ResultFile:
    """Every file of `--results` can be read, shows text as text, and says the same as the screen."""
    result, path = graded.result, folder / "tp2" / "e1.json"
    assert not [text for text in texts(json.loads(path.read_bytes())) if hidden_in(text)]
    assert hidden_in(graded.output) == set()
    assert f"{result.points}/{result.max_points}" in graded.output
    cases = ET.parse(path.with_suffix(".xml")).getroot().findall(".//testcase")  # noqa: S314 - the grader's own
    assert len(cases) == len(result.checks)
    failed = [case for case in cases if case.find("failure") is not None]
    assert len(failed) == sum(check.verdict == "failed" for check in result.checks)
    assert hidden_in("".join("".join(case.itertext()) for case in cases)) == set()
    assert "Traceback" not in graded.output
    assert graded.peak_mb < PEAK_MB
    return result


def code_of(result: ResultFile) -> str:
    first = next(check for check in result.checks if check.verdict == "failed")
    assert first.diagnosis
    return first.diagnosis.code


def test_labels_and_environment_change_nothing(student: StudentShell, tmp_path: Path) -> None:
    """Through the API, since a command line cannot hold a NUL."""
    student.do_tp2("true")
    client = docker.APIClient(student.engine.url)
    evil = EVIL.replace("\ud83d", "")
    host = client.create_host_config(
        binds=[f"{student.home}/Docker/site:/usr/share/nginx/html"], port_bindings={80: 4000}
    )
    labels = {"evil": evil, evil: "x", "com.docker.compose.project.working_dir": evil, "huge": "x" * 100_000}
    made = client.create_container(
        "nginx",
        name="web",
        host_config=host,
        ports=[80],
        detach=True,
        labels=labels,
        environment={"EVIL": EVIL_ARGUMENT},
    )
    client.start(made)
    client.close()
    assert assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path).mark == 20


def test_a_hostile_page_of_the_students_own_is_a_page(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    page = f"<title>{EVIL_ARGUMENT}</title>".encode() + b"\0\xff" + b"x" * 20_000_000
    (student.home / "Docker/site/index.html").write_bytes(page)
    assert assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path).mark == 20


def test_hostile_log_lines_are_evidence_in_visible_letters(student: StudentShell, tmp_path: Path) -> None:
    (student.home / "log").write_bytes(EVIL.encode("utf-8", "surrogatepass") + b"\xff\xfe\n" + b"last \x1b[2J line\n")
    student.do_tp2("docker run -d --name web -v ~/log:/log nginx sh -c 'cat /log; exit 3'")
    result = assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path)
    assert code_of(result) == "container-exited"
    shown = "\n".join(result.checks[0].evidence)
    assert "\\x1b[31m" in shown
    assert "\\u202eevil" in shown


def test_a_log_line_of_twenty_megabytes_is_cut(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2(
        "docker run -d --name web nginx sh -c 'head -c 20000000 /dev/zero | tr \"\\0\" y; exit 3'; docker wait web"
    )
    result = assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path)
    assert code_of(result) == "container-exited"
    assert (tmp_path / "tp2" / "e1.json").stat().st_size < 50_000


def test_a_log_of_twenty_megabytes_does_not_hide_the_proof(student: StudentShell, tmp_path: Path) -> None:
    noisy = 'yes $(head -c 4000 /dev/zero | tr "\\0" y) | head -n 5000; exec nginx -g "daemon off;"'
    student.do_tp2(f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx sh -c '{noisy}'")
    assert assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path).mark == 20


def test_a_file_that_says_something_hostile_is_quoted_as_text(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    (student.home / "Docker/app1/hello").write_bytes(EVIL.encode("utf-8", "surrogatepass") + b"\xff")
    student.run_shell("docker rm -f hello; docker run --name hello -v ~/Docker/app1:/foo ubuntu true")
    assert code_of(assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path)) == "text-missing"


def test_a_file_of_a_terabyte_is_not_read_whole(student: StudentShell, tmp_path: Path) -> None:
    """A sparse file takes no room on the student's disk; the engine sends all of its zeros."""
    student.do_tp2()
    student.run_shell("docker rm -f hello; rm ~/Docker/app1/hello; truncate -s 1T ~/Docker/app1/hello")
    student.run_shell("docker run --name hello -v ~/Docker/app1:/foo ubuntu true")
    graded = grade_and_measure(student, tmp_path, "--lang=en")
    assert code_of(assert_well_formed(graded, tmp_path)) == "text-missing"
    assert graded.seconds < 40


def test_a_folder_with_a_hostile_name_is_shown_in_visible_letters(student: StudentShell, tmp_path: Path) -> None:
    name = re.sub(r"[:/\ufffe]", "", EVIL_ARGUMENT)
    folder = student.home / name
    folder.mkdir()
    (folder / "index.html").write_text("mine")
    client = docker.APIClient(student.engine.url)
    student.do_tp2("true")
    mounts = [docker.types.Mount("/usr/share/nginx/html", str(folder), type="bind")]
    host = client.create_host_config(mounts=mounts, port_bindings={80: 4000})
    client.start(client.create_container("nginx", name="web", host_config=host, ports=[80], detach=True))
    client.close()
    result = assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path)
    assert code_of(result) == "mount-wrong-outside"


def test_a_command_that_cannot_start_quotes_the_engine_as_text(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2("true")
    client = docker.APIClient(student.engine.url)
    made = client.create_container("nginx", entrypoint=[EVIL_ARGUMENT], name="web", detach=True)
    with pytest.raises(docker.errors.APIError):
        client.start(made)
    client.close()
    result = assert_well_formed(grade_and_measure(student, tmp_path, "--lang=en"), tmp_path)
    assert result.checks[0].verdict == "failed"
