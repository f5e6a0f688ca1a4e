"""A student's shell for tests: a home, commands on a real engine, and the grader."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.recording.recorder import Recorder
from grader.machine.transport.connect import open_transport
from grader.reports.result import ResultFile, read_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.scripted_machine import exercise_spec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.roster.ports import PortRange
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite
    from tests.lab import Engine

ROOT = Path(__file__).parent.parent
TP2_SITE_MOUNT = "-v ~/Docker/site:/usr/share/nginx/html"
"""How a bind mount of tp2's page is typed."""


@dataclass
class StudentShell:
    engine: Engine
    home: Path
    exercise: Path = ROOT / "exercises" / "tp2"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    on_graded: Callable[[Suite, Machine, Scorecard], None] | None = None
    """Called after each grading in this process, whose machine is then recorded."""

    @property
    def environment(self) -> dict[str, str]:
        return self.engine.env() | {"HOME": str(self.home)}

    def run_shell(self, lines: str, limit_s: float = 60) -> None:
        """Runs what a student types; fails if a line of it fails."""
        done = subprocess.run(
            ["bash", "-euc", lines],
            env=self.environment,
            cwd=self.home,
            timeout=limit_s,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, f"{lines}\n{done.stdout}{done.stderr}"

    def make_tp2_folders(self) -> None:
        self.run_shell(
            """mkdir -p ~/Docker/site ~/Docker/app1
            echo '<h1>Ma page</h1>' > ~/Docker/site/index.html
            printf '#!/bin/sh\\necho hello world\\n' > ~/Docker/app1/hello
            chmod +x ~/Docker/app1/hello"""
        )

    def do_tp2(self, web: str = f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx") -> None:
        """The reference of tp2, with `web` in place of its second command."""
        self.make_tp2_folders()
        self.run_shell(f"docker run --name hello -v ~/Docker/app1:/foo ubuntu /foo/hello\n{web}")

    def grade(
        self, *, ports: PortRange | None = None, passive: bool = False, disposable: bool = False, url: str = ""
    ) -> Scorecard:
        """Grades in this process, as batches and rehearsals do."""
        suite = read_suite(self.exercise)
        link = open_transport(parse_machine_url(url or self.engine.url))
        try:
            asked = Recorder(link) if self.on_graded else link
            machine = Machine(asked, suite.spec, ports=ports, passive=passive, disposable=disposable)
            scorecard = run_checks(suite, machine)
            if self.on_graded:
                self.on_graded(suite, machine, scorecard)
            return scorecard
        finally:
            link.close()

    @contextmanager
    def machine(self, *, disposable: bool = False, **spec: Any) -> Iterator[Machine]:
        """The machine as a check sees it, with an exercise of these tables."""
        with closing(open_transport(parse_machine_url(self.engine.url))) as link:
            yield Machine(link, exercise_spec(**spec), disposable=disposable)

    def run_pytest(self, *options: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Grades with the same command that students type."""
        return subprocess.run(
            [sys.executable, "-m", "pytest", str(self.exercise), *options],
            env=self.environment | {"LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"} | (env or {}),
            cwd=ROOT,
            timeout=120,
            capture_output=True,
            check=False,
            text=True,
        )

    def result_of(self, folder: Path, student: str) -> ResultFile:
        return read_result(folder / self.exercise.name / f"{student}.json")


def verdicts_by_check(scorecard: Scorecard) -> dict[str, str]:
    """Each check's verdict, with the code of what did not pass: for comparing."""
    return {row.spec.name: " ".join(filter(None, (row.outcome.verdict, row.outcome.code))) for row in scorecard}
