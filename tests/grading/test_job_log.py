"""A repository's name and content are neither commands in a job's log nor a percentage on a badge."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml

from grader import cli
from grader.grading.job_log import mark_line, metrics, result_lines
from grader.grading.repository import grade_and_write
from grader.grading.run import not_graded
from grader.messages import Words
from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.files import gradebook_files
from grader.reports.html.class_page import class_page
from grader.reports.html.student_page import student_page
from grader.reports.junit.writer import junit_for
from grader.reports.result import Advice, Diagnosis, Student, read_result
from grader.reports.result_files import result_path, write_reports
from grader.scoring.suite import read_suite
from grader.text.escaping import INVISIBLE_CATEGORIES, defuse_ci_commands, escape_control_characters, log_line, log_text
from tests.submission.repositories import COMPOSE, EXERCISE, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.reports.result import ResultFile

COVERAGE = re.compile(r"\((\d+(?:\.\d+)?)\s?%\)")
"""As GitLab has it, and a little more: any digits, any space."""
STRICT = re.compile(r" (?:mark|note) \d+(?:[.,]\d+)?\/\d+ \((\d+(?:\.\d+)?) ?%\)")

TRICKS = {
    "percentage": "(100 %)",
    "percentage without a space": "x: note 20/20 (100%)",
    "percentage with a no-break space": "(100\u00a0%) (100\u202f%)",
    "percentage in other digits": "(\uff11\uff10\uff10 %) \uff08100\uff05\uff09 (\u0661\u0660\u0660\u066a)",
    "two in a row": "((100 %)(99.5 %))",
    "colour": "\x1b[31m\x1b[2K",
    "lines": "a\nb\rc\x0bd\x85e\u2028f\u2029g",
    "section": "\nsection_start:1560896352:x[collapsed=true]\r\x1b[0K",
    "section without its end": "section_end:1560896352:x",
    "command of GitHub": "::error file=x,line=1::forged",
    "commands of GitHub": "x::group::y ::add-mask::a ::stop-commands::b",
    "older command of GitHub": "##[error]x ##[add-path]y",
    "command of Azure and TeamCity": "##vso[task.complete result=Succeeded;] ##teamcity[buildStatus]",
    "bidi": "\u202e\u2066x\u2069\u200f",
    "no text": "\udcff\udc80",
    "unassigned": "\U000e0001\ufdd0\ufffe",
}


def faults(text: str) -> list[str]:
    """What is wrong with a text that is printed to a log, lines and all."""
    lines = text.split("\n")
    return [
        *(f"hidden {char!r}" for char in text if char != "\n" and unicodedata.category(char) in INVISIBLE_CATEGORIES),
        *(f"percentage in {line!r}" for line in lines if COVERAGE.search(unicodedata.normalize("NFKC", line))),
        *(f"section in {line!r}" for line in lines if re.search(r"section_(start|end):", line)),
        *(f"command in {line!r}" for line in lines if re.search(r"::[A-Za-z][\w-]*( [^:]*)?::|##\w*\[", line)),
    ]


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_the_border_breaks_it_once_and_changes_nothing_the_second_time(trick: str) -> None:
    assert faults(trick)
    for border in (escape_control_characters, log_line):
        shown = border(trick)
        assert faults(shown) == []
        assert "\n" not in shown
        assert border(shown) == shown
    assert faults(escape_control_characters(trick.encode("utf-8", "surrogateescape"))) == []
    assert defuse_ci_commands(defuse_ci_commands(trick)) == defuse_ci_commands(trick)


def test_honest_text_is_left_as_it_is() -> None:
    for text in (
        "0.0.0.0:80->80/tcp, :::80->80/tcp", "[::1]:4000", "fe80::1%eth0", "::ffff:10.0.0.1", "100% (12/12)",
        "à 50 % près",
        "## title", "tp6/compose.yaml:12: [bind-outside] `./x`", "date +%F", "section_startup: ok", "une clé : `a`",
    ):  # fmt: skip
        assert escape_control_characters(text) == log_line(text) == text


def test_what_two_harmless_parts_make_together_is_broken_on_the_line() -> None:
    assert log_line(f"exit ({escape_control_characters('(100 %')})") == "exit ((100 % )"
    assert log_text("Traceback:\n  (100 %)\n\x1b") == "Traceback:\n  (100 % )\n\\x1b"


def refused(tmp_path: Path, files: Mapping[str, str], capsys: pytest.CaptureFixture[str], who: str = "e1") -> str:
    """All that grading such a repository prints and writes; the policy refuses it, so that no engine is needed."""
    root = tmp_path / "checkout"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, errors="surrogateescape")
    engine = f"unix://{tmp_path}/gone.sock"
    code = grade_and_write(
        request(root, engine, who), read_suite(EXERCISE), tmp_path / "out", "en", {"GITLAB_CI": "true"}
    )
    printed = capsys.readouterr()
    assert code == 7, printed.out
    assert printed.err == ""
    [json] = (tmp_path / "out" / "tp9").glob("*.json")
    result = read_result(json)
    assert result.reason is not None
    reports = [result.reason["en"], result.reason["fr"], json.with_suffix(".xml").read_text()]
    return "\n".join([printed.out, *reports])


EVIL = "FROM evil.example:5000/x\n"
IN_YAML = {name: text.encode("utf-8", "replace").decode() for name, text in TRICKS.items()}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_file_or_a_folder_is_called_so(trick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = trick.replace("/", "-")
    files = {"tp9/up.sh": "true\n", f"tp9/Dockerfile.{name}": EVIL, f"tp9/{name}/Dockerfile": EVIL}
    said = refused(tmp_path, files, capsys)
    assert faults(said) == []
    assert said.count("[image-registry]") >= 2


@pytest.mark.parametrize("trick", IN_YAML.values(), ids=IN_YAML)
@pytest.mark.parametrize(
    "compose",
    [
        "services: {S: {image: ubuntu, privileged: true}}",
        "services: {box: {image: S, privileged: true}}",
        "services: {box: {image: ubuntu, network_mode: S}}",
        "services: {box: {image: ubuntu, privileged: true, S: x}}",
        "services: {box: {image: ubuntu, volumes: [S]}, a: {image: ubuntu, pid: host}}",
        "services: {box: {image: ubuntu, labels: {S: x}, ports: [S], cap_add: [S]}}",
        "networks: {S: {driver: S}}\nservices: {box: {image: ubuntu, networks: [S], pid: host}}",
    ],
    ids=["service", "image", "value", "key", "mount", "lists", "network"],
)
def test_a_compose_file_says_so(trick: str, compose: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = yaml.safe_dump(trick, default_style='"', width=10_000).strip()
    said = refused(tmp_path, {"tp9/compose.yaml": compose.replace("S", quoted)}, capsys)
    assert faults(said) == []


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_student_is_called_so_and_the_last_line_is_ours(
    trick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compose = {"tp9/compose.yaml": COMPOSE.replace("init: true", "privileged: true")}
    said = refused(tmp_path, compose, capsys, who=f"e1: mark 20/20 {trick}")
    assert faults(said) == []


def graded(trick: str, mark: float | None = 8.0) -> ResultFile:
    """A result in which everything that can come from outside contains `trick`, uncleaned."""
    asked = msgspec.structs.replace(request("x", "local"), student=Student(id=trick, name=trick))
    result = not_graded(read_suite(EXERCISE), asked, (trick, Words(fr=trick, en=trick)))
    check = msgspec.structs.replace(
        result.checks[0],
        verdict="failed",
        message=Words(fr=f"x ({trick}", en=f"x ({trick}"),
        hint=Words(fr=trick, en=trick),
        evidence=[trick, f"({trick}"],
        diagnosis=Diagnosis(code=trick, values={"x": trick}),
    )
    advice = [Advice(tool="hadolint", code=trick, file=f"{trick}/Dockerfile", line=1, text=trick)]
    status = "not-graded" if mark is None else "graded"
    passed = [msgspec.structs.replace(one, verdict="passed", points=one.max_points) for one in result.checks[1:]]
    points = sum(one.points for one in passed)
    checks = result.checks if mark is None else [check, *passed]
    return msgspec.structs.replace(
        result,
        checks=checks,
        advice=advice,
        mark=mark,
        points=None if mark is None else points,
        not_tried_points=0,
        provisional=False,
        status=status,
    )


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_every_line_of_a_result_but_the_last_is_without_a_percentage(trick: str) -> None:
    result = graded(trick)
    for language in ("fr", "en"):
        lines = list(result_lines(result, language))
        assert faults("\n".join(lines)) == []
        assert not any("\n" in line for line in lines)
        last = mark_line(result, language)
        assert [COVERAGE.findall(last), STRICT.findall(last)] == [["40"], ["40"]]
        assert faults(last.replace("(40 %)", "")) == []
        assert faults(mark_line(graded(trick, mark=None), language)) == []
        assert faults(junit_for(result, language).decode()) == []


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_metric_is_two_lines_whatever_its_labels(trick: str) -> None:
    text = metrics(graded(f'{trick}"}} 20\ngrader_mark{{x="'))
    lines = text.splitlines()
    assert faults(text) == []
    assert [line.rpartition(" ")[2] for line in lines] == ["8.0", "8"]
    for line in lines:
        labels = re.fullmatch(r'grader_\w+\{exercise="tp9",student="((?:[^"\\]|\\\\|\\")*)"\} [0-9.]+', line)
        assert labels is not None, line


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_every_report_can_be_written_whatever_the_names(trick: str, tmp_path: Path) -> None:
    result = graded(trick)
    write_reports(result, tmp_path, "en")
    path = result_path(tmp_path, "tp9", trick)
    assert read_result(path).mark == 8
    assert path.with_suffix(".xml").stat().st_size
    written = gradebook_files(build_gradebook([result], ()), "en")
    assert written
    assert student_page(result, "en").encode()
    assert class_page([result], "en", student_pages={trick: "tp9/x.html"}).encode()


@pytest.mark.parametrize("verb", ["sign", "verify", "repo"])
def test_what_a_command_line_refuses_is_one_plain_line(verb: str, tmp_path: Path) -> None:
    trick = "x(100 %)\x1b[31m::error::y\u202e"
    options = ["--exercise", str(EXERCISE), "--results", str(tmp_path / "out")] if verb == "repo" else []
    program = Path(sys.executable).parent / "grader"
    done = subprocess.run(
        [program, verb, trick, *options],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GRADER_SIGNING_KEY": "0123456789abcdef"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert faults(done.stderr) == []
    assert "x(100 % )\\x1b[31m: :error::y\\u202e" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_error_of_our_own_is_a_traceback_without_commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("x(100 %)\n::error::y")

    monkeypatch.setattr(cli, "app", fails)
    monkeypatch.setattr("sys.argv", ["grader", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 3
    assert "Traceback" in said
    assert "x(100 % )" in said
    assert faults(said) == []
