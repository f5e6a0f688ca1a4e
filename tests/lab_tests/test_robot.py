"""The robot makes its commands from the screen, the exercise spec and `docker inspect`; these need no engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from grader.exercise.spec import read_exercise_spec
from grader.messages import DEFAULT, catalogue
from tests.replays.stored_recording import read_stored
from tests.robot import compose_remedies, remedies
from tests.robot.case import Case, typed_as
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path


class _Recorded:
    """What `docker inspect` showed in a recording."""

    def __init__(self, name: str) -> None:
        bodies = [one["say"].get("body", {}).get("json") for one in read_stored(name).exchanges]
        self._docs = [one for one in bodies if isinstance(one, dict)]

    def container(self, name: str) -> dict[str, Any] | None:
        return next((one for one in self._docs if "HostConfig" in one and one["Name"] == f"/{name}"), None)

    def names(self) -> list[str]:
        return sorted({one["Name"].lstrip("/") for one in self._docs if "HostConfig" in one})

    def image(self, name: str) -> dict[str, Any] | None:
        return next((one for one in self._docs if "RootFS" in one and name in {one["Id"], *one["RepoTags"]}), None)


def _case(recording: str, code: str, folder: Path, **values: str) -> Case:
    spec = read_exercise_spec(ROOT / "exercises" / recording.partition("/")[0])
    return Case(code, values, spec, _Recorded(recording), folder)


def test_a_container_is_typed_again_as_it_was() -> None:
    looks = _Recorded("tp2/reference")
    doc = looks.container("web")
    assert doc
    typed = typed_as(doc, looks.image(doc["Image"]))
    assert typed.line() == (
        "docker rm -f web\ndocker run -d --name web -p 4000:80 -v /home/student/Docker/site:/usr/share/nginx/html nginx"
    )


@pytest.mark.parametrize("name", ["port-reversed", "port-other", "port-on-loopback", "port-udp", "port-wrong-inside"])
def test_a_wrong_port_becomes_the_one_on_the_screen_alone(name: str, tmp_path: Path) -> None:
    case = _case(f"tp2/wrong/{name}", name, tmp_path, name="web", wanted="4000", inside="80")
    run = remedies.REMEDIES[name](case).splitlines()[-1]
    assert run.count(" -p ") == 1
    assert " -p 4000:80 " in run
    assert run.endswith(" nginx")


def test_a_failure_that_names_only_the_port_is_that_containers(tmp_path: Path) -> None:
    assert _case("tp2/reference", "site-error", tmp_path, port="4000").container == "web"


def test_of_a_compose_file_one_entry_is_changed(tmp_path: Path) -> None:
    source = ROOT / "exercises/tp6/solutions/wrong/app-port-reversed/compose.yaml"
    (tmp_path / "compose.yaml").write_bytes(source.read_bytes())
    before = yaml.safe_load(source.read_text(encoding="utf-8"))
    case = _case("tp6/reference", "port-reversed", tmp_path, name="todos-todos-app-1", wanted="4002", inside="7777")
    written, _, command = compose_remedies.publish(case).partition("<<'FILE'\n")[2].rpartition("FILE\n")
    before["services"]["todos-app"]["ports"] = ["4002:7777"]
    assert yaml.safe_load(written) == before
    assert command.startswith("docker compose up -d --build")


def test_every_remedy_is_for_a_diagnosis_that_exists() -> None:
    known = catalogue("diagnoses", DEFAULT)
    assert not [code for code in (*remedies.REMEDIES, *compose_remedies.REMEDIES) if code not in known]
