"""The repository's recordings, judged by the grader's image in a container without a network, and natively."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.reports.result_files import result_path, write_recording
from tests.lab.grader_image import IMAGE
from tests.lab.image_verdicts import result_verdicts, scorecard_verdicts
from tests.replays.replay import judge_recording, to_minimized_recording
from tests.replays.stored_recording import read_header, read_stored, recorded_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.lab.engine import Engine

_FOLDER: Final = "/recorded"
_LIMIT_S: Final = 900


@dataclass(frozen=True)
class JudgedRecording:
    """Each check's verdict and diagnosis."""

    name: str
    """`tp2/wrong/port-reversed`."""
    native: dict[str, str]
    container: dict[str, str]
    """Empty if the container gave no result."""


def comparable_recordings() -> list[str]:
    """All but those of a changed `exercise.toml`, which the image does not have."""
    return [name for name in recorded_names() if not read_header(name).spec]


def judge_in_container(engine: Engine, folder: Path, names: Sequence[str]) -> Iterator[JudgedRecording]:
    """Has these recordings judged by `grader regrade`, in a container per exercise; the engine must see `folder`."""
    stored = {name: read_stored(name) for name in names}
    for kept in stored.values():
        write_recording(to_minimized_recording(kept), folder)
    for exercise in dict.fromkeys(name.partition("/")[0] for name in names):
        command = ["grader", "regrade", f"{_FOLDER}/{exercise}", f"--exercise=/exercises/{exercise}"]
        options = ["--network=none", "-v", f"{folder}:{_FOLDER}"]
        engine.docker("run", "--rm", *options, IMAGE, *command, "--write", "--reason=first", limit_s=_LIMIT_S)
    for name, kept in stored.items():
        judged = result_verdicts(result_path(folder, name.partition("/")[0], name))
        yield JudgedRecording(name, scorecard_verdicts(judge_recording(kept)), judged)
