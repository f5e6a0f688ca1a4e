"""A results folder with its ledger, and the school's key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.ledger.signing_key import create_key
from grader.results.folder import open_ledger
from grader.results.storing import StoredResult, store_result

if TYPE_CHECKING:
    from grader.reports.result import ResultFile


@dataclass(frozen=True)
class ResultsBench:
    """Grades students into a results folder, as a batch does."""

    folder: Path
    environ: dict[str, str]

    def grade(self, result: ResultFile, *, recording: bytes | None = None) -> StoredResult:
        with open_ledger(self.folder, self.environ) as ledger:
            return store_result(result, self.folder, "fr", recording=recording, ledger=ledger)

    def append(self, kind: str, body: dict[str, object], student: str = "") -> int:
        with open_ledger(self.folder, self.environ) as ledger:
            return ledger.append(kind, body, student)  # type: ignore[arg-type]  # the tests name kinds themselves

    @property
    def public_key(self) -> Path:
        return Path(self.environ["GRADER_LEDGER_KEY"] + ".pub")


def again(result: ResultFile, at: str) -> ResultFile:
    """The result of another run with the same verdicts."""
    return replace(result, started_at=at)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment of a teacher who has a key."""
    create_key(tmp_path / "school" / "key.pem")
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path / "home")}
    return {"GRADER_LEDGER_KEY": str(tmp_path / "school" / "key.pem"), **state}


@pytest.fixture
def results(tmp_path: Path, environ: dict[str, str]) -> ResultsBench:
    return ResultsBench(tmp_path / "results", environ)
