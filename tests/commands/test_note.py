"""`grader note`, with a server that answers as GitLab's API does: there is no GitLab here."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from grader import cli
from grader.commands.note.gitlab import merge_request_of, note_text
from grader.errors import GraderError
from grader.messages import Words
from grader.reports.result import ResultFile, Student
from grader.reports.result_files import result_path, write_reports
from tests.reports.samples import ANSWERS, RUNS, graded
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

TOKEN = "canary-token-4f1c"  # noqa: S105 - of nothing
BOT, STUDENT = 7, 8
NOTES = "/api/v4/projects/42/merge_requests/3/notes"


@dataclass
class GitLab:
    """The notes of a merge request, the last written first."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tokens: set[str | None] = field(default_factory=set)
    refuses: int = 0
    """The status of every answer, if it is not 0."""
    url: str = ""

    def answer(self, method: str, path: str, content: dict[str, str]) -> tuple[int, object]:
        place = urlsplit(path)
        self.asked.append(f"{method} {place.path}")
        if self.refuses:
            return self.refuses, {"message": "denied to canary-answer-4f1c"}
        if place.path == "/api/v4/user":
            return 200, {"id": BOT}
        assert place.path.startswith(NOTES), path
        if method == "POST":
            self.add(BOT, content["body"])
            return 201, self.notes[0]
        if method == "PUT":
            [note] = [one for one in self.notes if place.path == f"{NOTES}/{one['id']}"]
            assert note["author"]["id"] == BOT
            note["body"] = content["body"]
            return 200, note
        query = parse_qs(place.query)
        page, size = int(query["page"][0]), int(query["per_page"][0])
        return 200, self.notes[(page - 1) * size : page * size]

    def add(self, author: int, body: str) -> None:
        self.notes.insert(0, {"id": len(self.notes) + 1, "author": {"id": author}, "body": body})

    def bodies(self, author: int = BOT) -> list[str]:
        return [one["body"] for one in self.notes if one["author"]["id"] == author]


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    served = GitLab()

    class Answering(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            served.tokens.add(self.headers["PRIVATE-TOKEN"])
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
            status, answer = served.answer(self.command, self.path, content)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if status == 302:
                self.send_header("Location", f"{served.url}/elsewhere")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names that the server calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


def environ(gitlab: GitLab, **changes: str) -> dict[str, str]:
    job = {"CI_API_V4_URL": f"{gitlab.url}/api/v4", "CI_PROJECT_ID": "42", "CI_MERGE_REQUEST_IID": "3"}
    return job | {"GRADER_NOTE_TOKEN": TOKEN, "GRADER_LANG": "en"} | changes


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write(tmp_path, graded(Student(id="e2301234"), [RUNS, ANSWERS], "tp6"))


def write(folder: Path, result: ResultFile) -> Path:
    write_reports(result, folder, "en")
    return result_path(folder, result.exercise, result.student.id)


def run(*files: Path, env: dict[str, str]) -> Result:
    return CliRunner().invoke(cli.app, ["note", *map(str, files)], env=env)


def test_a_second_run_updates_the_note_of_its_exercise_and_no_other(
    gitlab: GitLab, written: Path, tmp_path: Path
) -> None:
    other = write(tmp_path, graded(Student(id="e2301234"), [RUNS], "tp2"))
    gitlab.add(STUDENT, "<!-- container-lab-grader: tp6 -->\nnote 20/20")  # it may not be changed, and is not ours
    for number in range(120):
        gitlab.add(STUDENT, f"older {number}")
    done = run(written, other, env=environ(gitlab))
    assert (done.exit_code, done.output.splitlines()) == (
        0,
        ["note for tp6 in merge request !3", "note for tp2 in merge request !3"],
    )
    for number in range(120):
        gitlab.add(STUDENT, f"newer {number}")
    write(tmp_path, graded(Student(id="e2301234"), [RUNS], "tp6"))
    gitlab.asked.clear()
    assert run(written, env=environ(gitlab)).exit_code == 0
    assert [one.partition(" ")[0] for one in gitlab.asked if not one.startswith("GET")] == ["PUT"]
    assert len(gitlab.bodies()) == 2
    [tp6] = [body for body in gitlab.bodies() if body.startswith("<!-- container-lab-grader: tp6 -->")]
    assert "everything passed" in tp6
    assert len(gitlab.bodies(STUDENT)) == 241


@pytest.mark.parametrize("missing", ["GRADER_NOTE_TOKEN", "CI_MERGE_REQUEST_IID"])
def test_without_a_token_or_a_merge_request_nobody_is_asked(missing: str, gitlab: GitLab, written: Path) -> None:
    done = run(written, env=environ(gitlab, **{missing: ""}))
    assert done.exit_code == 0
    assert "no note" in done.output
    assert gitlab.asked == []


@pytest.mark.parametrize("status", [302, 401, 403, 404, 500])
def test_a_refusal_is_one_sentence_without_the_token_or_the_answer(status: int, gitlab: GitLab, written: Path) -> None:
    gitlab.refuses = status
    done = run(written, env=environ(gitlab))
    assert isinstance(done.exception, GraderError)
    sentence = done.exception.message("en")
    assert str(status) in sentence
    assert "canary" not in done.output + sentence + repr(done.exception)
    assert gitlab.asked == ["GET /api/v4/user"], "no redirect is followed: the token would go along"


def test_a_server_that_is_gone_is_named_without_the_token(written: Path) -> None:
    gone = GitLab(url="http://127.0.0.1:1")
    done = run(written, env=environ(gone))
    assert isinstance(done.exception, GraderError)
    assert "http://127.0.0.1:1/api/v4 does not answer" in done.exception.message("en")
    assert "canary" not in done.output + repr(done.exception) + repr(merge_request_of(environ(gone)))


@pytest.mark.parametrize("status", [200, 201])
def test_a_server_that_answers_something_else_is_one_sentence(status: int, gitlab: GitLab, written: Path) -> None:
    gitlab.refuses = status
    done = run(written, env=environ(gitlab))
    assert isinstance(done.exception, GraderError)
    assert f"{gitlab.url}/api/v4 does not answer" in done.exception.message("en")
    assert "canary" not in done.output + repr(done.exception)


def test_a_file_that_is_missing_is_named(gitlab: GitLab, tmp_path: Path) -> None:
    done = run(tmp_path / "nobody.json", env=environ(gitlab))
    assert isinstance(done.exception, GraderError)
    assert "nobody.json" in done.exception.message("en")
    assert gitlab.asked == []


def test_nothing_that_a_student_writes_is_a_command_to_gitlab(gitlab: GitLab, tmp_path: Path) -> None:
    """Of a note, GitLab obeys each line that begins with a slash."""
    hostile = "no such file\n/approve\n  /merge\n</pre>\n/close"
    check = msgspec.structs.replace(ANSWERS, message=Words(fr=hostile, en=hostile), evidence=["/label ~done"])
    result = graded(Student(id="e2301234"), [check], "tp6")
    assert run(write(tmp_path, result), env=environ(gitlab)).exit_code == 0
    [body] = gitlab.bodies()
    assert "approve" in body
    assert not re.search(r"^\s*/", body, re.MULTILINE)
    assert body.count("</pre>") == body.count("<pre>")
    assert body == note_text(result, "en")


def test_only_the_last_job_has_the_token_and_it_reads_nothing_of_the_students() -> None:
    school = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    jobs = {name: job for name, job in school.items() if isinstance(job, dict)}
    with_environment = [name for name, job in jobs.items() if "grader-note" in json.dumps(job.get("environment", ""))]
    assert with_environment == ["note"]
    assert jobs["note"]["stage"] == school["stages"][-1]
    assert jobs["note"]["variables"]["GIT_STRATEGY"] == "none"
    assert "services" not in jobs["note"]
