"""What the script of a solution printed is shown where it explains something."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grader.commands.new.command import new_exercise
from grader.commands.rehearse.rehearse import rehearse
from grader.roster.machine_url import parse_machine_url

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab import Engine

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    ("script", "shown"),
    [("echo made", []), ("echo\necho no such image\nexit 3", ["up.sh ended with code 3", "up.sh: no such image"])],
)
def test_a_script_is_quoted_if_it_ended_with_an_error(
    script: str, shown: list[str], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in engine.env().items():
        monkeypatch.setitem(os.environ, name, value)
    new_exercise(tmp_path / "tp12")
    (tmp_path / "tp12" / "solutions" / "reference" / "up.sh").write_text(script)
    rehearsed = rehearse(tmp_path / "tp12", parse_machine_url(engine.url), only=["reference"])
    faults = [str(fault) for one in rehearsed.runs for fault in one.faults]
    assert "test_tp12_web_is_running" in faults[0]
    assert [fault for fault in faults if fault.startswith("up.sh")] == shown
