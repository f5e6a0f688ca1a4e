"""Hostile repositories, brought up and graded on a real engine: nothing outside is run, read, reached or written."""

from __future__ import annotations

import http.server
import os
import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.grading.repository import grade_and_write
from grader.scoring.suite import read_suite
from tests.submission.attacks import ATTACKS, SCRIPT, Attack, compose
from tests.submission.repositories import request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.reports.result import ResultFile
    from tests.submission.repositories import RepositoryBench

pytestmark = [pytest.mark.live, pytest.mark.long]

EXERCISE = Path(__file__).parent / "exercises" / "tp10"
WORDS = ("canary-token-4f1c", "canary-signing-key-4f1c", "canary-file-4f1c", "canary-home-4f1c", "canary-other-4f1c")
MOST_WRITTEN = 1600 << 20
"""Bytes: 1 GiB, and what a fast disk writes between two checks."""


@dataclass
class Surroundings:
    """What a repository must not touch, and whether it did."""

    folder: Path
    port: int = 0
    asked: list[str] = field(default_factory=list)

    @property
    def marks(self) -> Path:
        return self.folder / "marks"

    @property
    def secret(self) -> Path:
        return self.folder / "secret.env"

    @property
    def other(self) -> Path:
        """Another student's result."""
        return self.folder / "results" / "tp10" / "other.json"

    @property
    def environ(self) -> dict[str, str]:
        return {"CI_JOB_TOKEN": WORDS[0], "GRADER_SIGNING_KEY": WORDS[1], "HOME": str(self.folder / "home")}

    def assert_untouched(self, shown: str) -> None:
        assert list(self.marks.iterdir()) == []
        assert self.asked == []
        assert self.other.read_text() == WORDS[4]
        written = [path.read_bytes() for path in self.folder.joinpath("results").rglob("e2301234.*")]
        for word in WORDS:
            assert word not in shown
            assert not [one for one in written if word.encode() in one]


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Surroundings]:
    made = Surroundings(tmp_path)
    tmp_path.chmod(0o755)
    made.marks.mkdir()
    made.marks.chmod(0o777)
    made.secret.write_text(f"GRADER_SECRET={WORDS[2]}\n")
    (tmp_path / "home" / ".docker").mkdir(parents=True)
    (tmp_path / "home" / ".netrc").write_text(WORDS[3])
    made.other.parent.mkdir(parents=True)
    made.other.write_text(WORDS[4])
    for name, value in made.environ.items():
        monkeypatch.setenv(name, value)

    class Answering(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            made.asked.append("a connection")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        made.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


def graded(
    bench: RepositoryBench, surroundings: Surroundings, files: dict[str, str], links: dict[str, str]
) -> tuple[int, ResultFile]:
    root = bench.repository(files, "e2301234")
    for path, target in links.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target.format(secret=surroundings.secret))
    asked = request(root, bench.engine.url, exercise=EXERCISE)
    code = grade_and_write(asked, read_suite(EXERCISE), bench.folder / "results", "en", surroundings.environ)
    return code, bench.result("tp10")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_nothing_outside_is_touched(
    attack: Attack, bench: RepositoryBench, surroundings: Surroundings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = bench.engine_state()
    free = os.statvfs(bench.folder).f_bavail * os.statvfs(bench.folder).f_frsize
    places = {"marks": str(surroundings.marks), "secret": str(surroundings.secret), "port": str(surroundings.port)}
    code, result = graded(bench, surroundings, attack.files_for(**places), attack.links)
    shown = "".join(capsys.readouterr())
    surroundings.assert_untouched(shown)
    assert code in {"graded": {0, 1, 6}, "refused": {7}, "either": {0, 1, 6, 7}}[attack.ends], shown
    assert attack.points is None or result.points == attack.points, shown
    assert bench.engine_state() == before
    assert free - os.statvfs(bench.folder).f_bavail * os.statvfs(bench.folder).f_frsize < MOST_WRITTEN


@pytest.mark.parametrize("script", [False, True], ids=["compose", "script"])
def test_the_same_work_without_an_attack_earns_its_20(
    bench: RepositoryBench, surroundings: Surroundings, capsys: pytest.CaptureFixture[str], *, script: bool
) -> None:
    files = {"tp10/compose.yaml": compose(), "tp10/data/k": ""} | ({"tp10/up.sh": SCRIPT} if script else {})
    code, result = graded(bench, surroundings, files, {})
    assert (code, result.points) == (0, 20), "".join(capsys.readouterr())
    surroundings.assert_untouched("".join(capsys.readouterr()))


def test_a_label_on_the_engine_chooses_no_file_when_nothing_is_brought_up(
    bench: RepositoryBench, surroundings: Surroundings, capsys: pytest.CaptureFixture[str]
) -> None:
    """A container that an earlier repository left behind names a compose file of this computer."""
    project = bench.repository({"compose.yaml": compose()}, "left-behind")
    labels = {
        "com.docker.compose.project": "box",
        "com.docker.compose.service": "box",
        "com.docker.compose.project.working_dir": str(project),
        "com.docker.compose.project.config_files": f"{project}/compose.yaml",
    }
    with closing(bench.client) as client:
        left = client.create_container("ubuntu", ["sleep", "600"], name="box-box-1", labels=labels)
        client.start(left)
    before = bench.engine_state()
    _, result = graded(bench, surroundings, {"tp10/compose.yaml": "services:\n\tbox: {image: ubuntu}\n"}, {})
    verdicts = {check.id: check.verdict for check in result.checks}
    assert verdicts["test_service_runs"] == "failed"
    assert (verdicts["test_file_is_what_runs"], verdicts["test_down_leaves_nothing"]) == ("failed", "error"), verdicts
    assert bench.engine_state() == before, "the file that the label names was not run"
    surroundings.assert_untouched("".join(capsys.readouterr()))
