"""The robot makes its commands from the screen, the exercise spec and `docker inspect`; these need no engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from grader.exercise.spec import read_exercise_spec
from grader.reports.result import CheckResult, Diagnosis
from tests.robot.case import Case
from tests.robot.recorded_looks import RecordedLooks
from tests.robot.remedies import compose, containers, dockerfile, shells, swarm, volumes
from tests.robot.robot import select_wrong, shown_values
from tests.robot.typed import typed_as
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def read_expected(name: str) -> list[str]:
    """The codes that a known-wrong solution must be diagnosed with."""
    (_, solution), *_ = select_wrong([name])
    return list(solution.expected.failed.values())


def _case(recording: str, code: str, folder: Path, **values: str) -> Case:
    spec = read_exercise_spec(ROOT / "exercises" / recording.partition("/")[0])
    return Case(code, values, spec, RecordedLooks(recording), folder)


def test_a_container_is_typed_again_as_it_was() -> None:
    looks = RecordedLooks("tp2/reference")
    doc = looks.container("web")
    assert doc
    typed = typed_as(doc, looks.image(doc["Image"]))
    assert typed.line() == (
        "docker rm -f web\ndocker run -d --name web -p 4000:80 -v /home/student/Docker/site:/usr/share/nginx/html nginx"
    )


def test_limits_and_a_health_check_are_typed_again(tmp_path: Path) -> None:
    values = {"name": "tp9-web", "volume": "tp9-site", "inside": "/usr/share/nginx/html"}
    lines = volumes.REMEDIES["volume-other"](_case("tp9/wrong/volume-other", "", tmp_path, **values)).splitlines()
    (run,) = [one for one in lines if one.startswith("docker run")]
    assert run == (
        "docker run -d --name tp9-web -p 4000:80 -v tp9-site:/usr/share/nginx/html --restart unless-stopped "
        "--memory 134217728 --cpus 0.5 --health-cmd 'bash -c '\"'\"': < /dev/tcp/127.0.0.1/80'\"'\"'' "
        "--health-interval 1000000000ns nginx"
    )


@pytest.mark.parametrize("name", ["port-reversed", "port-other", "port-on-loopback", "port-udp", "port-wrong-inside"])
def test_a_wrong_port_becomes_the_one_on_the_screen_alone(name: str, tmp_path: Path) -> None:
    case = _case(f"tp2/wrong/{name}", name, tmp_path, name="web", wanted="4000", inside="80")
    run = containers.REMEDIES[name](case).splitlines()[-1]
    assert run.count(" -p ") == 1
    assert " -p 4000:80 " in run
    assert run.endswith(" nginx")


def test_a_container_with_another_name_takes_its_address_with_it(tmp_path: Path) -> None:
    values = {"name": "todos-mongo", "near": "mongo"}
    typed = containers.rename(_case("tp5/wrong/mongo-another-name", "", tmp_path, **values)).splitlines()
    assert typed[:2] == ["docker rename mongo todos-mongo", "docker rm -f todos-api"]
    assert " -e MONGO=todos-mongo:27017 " in typed[2]
    assert len(typed) == 3


def test_a_failure_that_names_only_the_port_is_that_containers(tmp_path: Path) -> None:
    assert _case("tp2/reference", "site-error", tmp_path, port="4000").container == "web"


def test_of_a_compose_file_one_entry_is_changed(tmp_path: Path) -> None:
    source = ROOT / "exercises/tp6/solutions/wrong/app-port-reversed/compose.yaml"
    (tmp_path / "compose.yaml").write_bytes(source.read_bytes())
    before = yaml.safe_load(source.read_text(encoding="utf-8"))
    case = _case("tp6/reference", "port-reversed", tmp_path, name="todos-todos-app-1", wanted="4002", inside="7777")
    written, _, command = compose.publish(case).partition("<<'FILE'\n")[2].rpartition("FILE\n")
    before["services"]["todos-app"]["ports"] = ["4002:7777"]
    assert yaml.safe_load(written) == before
    assert command.startswith("docker compose up -d --build")


@pytest.mark.parametrize("name", ["no-command", "no-port", "runs-as-root", "no-workdir", "base-other"])
def test_of_a_dockerfile_one_instruction_is_changed(name: str, tmp_path: Path) -> None:
    solutions = ROOT / "exercises/tp3/solutions"
    source = (solutions / "wrong" / name / "Dockerfile").read_text(encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(source, encoding="utf-8")
    expected = read_expected(f"tp3/wrong/{name}")
    case = _case("tp3/reference", expected[0], tmp_path, name="tp3-app")
    written = dockerfile.REMEDIES[expected[0]](case).partition("<<'FILE'\n")[2].partition("FILE\n")[0]
    right = (solutions / "reference" / "Dockerfile").read_text(encoding="utf-8")
    changed = set(written.splitlines()) ^ set(source.splitlines())
    assert [one.partition(" ")[0] for one in written.splitlines()] == [one.split()[0] for one in right.splitlines()]
    assert len({one.partition(" ")[0] for one in changed}) == 1


def test_a_shell_is_left_and_the_same_container_entered_again(tmp_path: Path) -> None:
    typed = shells.REMEDIES["no-tty"](_case("tp1/reference", "no-tty", tmp_path, name="tp1-ubuntu"))
    assert typed.index("docker rm -f") < typed.index("docker run -ti") < typed.index("docker start -i")
    assert typed.count("\nexit\n") == 2


def test_a_service_with_another_name_takes_the_entry_point_with_it(tmp_path: Path) -> None:
    values = {"service": "web", "near": "site"}
    typed = swarm.REMEDIES["swarm-service-other-name"](_case("tp8/reference", "", tmp_path, **values))
    assert "docker service rm site" in typed
    assert "--name web --network tp8-net --replicas 3" in typed
    assert "s/tasks\\.site/tasks.web/" in typed


def test_a_value_that_the_screen_does_not_show_is_unknown() -> None:
    diagnosis = Diagnosis(code="port-other", values={"wanted": "4000", "secret": "4711"})
    check = CheckResult(
        id="test_it",
        file="exercises/tp2/test_1_nginx.py",
        verdict="failed",
        points=0,
        max_points=1,
        title={"en": "it"},
        diagnosis=diagnosis,
        message={"en": "Expected: port 4000"},
    )
    assert shown_values(check, diagnosis) == {"wanted": "4000"}
