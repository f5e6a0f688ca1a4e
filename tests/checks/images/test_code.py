"""Code mounted over that of an image, distinguished from data, which may be mounted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers.expectation import require_container
from grader.checks.images.code import find_code_mount, find_copied_code
from grader.exercise.spec import ExerciseSpec
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion, NoAnswer
from tests.checks.fake_engine_json import File, fake_container
from tests.checks.fake_machine import FakeMachine, folder
from tests.machine.scripts import ScriptedTransport
from tests.probes.inspect_answers import parse_inspect

if TYPE_CHECKING:
    from grader.machine.question import Question


class HasNothing(ScriptedTransport):
    def ask(self, question: Question) -> Answer | NoAnswer:
        assert isinstance(question, EngineQuestion)
        return Answer(404)


def mounted(at: str, **config: Any) -> bool:
    made = parse_inspect(
        "tp3-app",
        config={"WorkingDir": "/app"} | config,
        Mounts=[{"Type": "bind", "Source": "/home/anna/x", "Destination": at}],
        Path="python",
        Args=["/srv/app.py"],
    )
    return find_code_mount(Machine(HasNothing(), ExerciseSpec(points=20, title={})), made) is not None


@pytest.mark.parametrize("at", ["/app", "/app/", "/", "/srv", "/srv/app.py", "/app/lib.py"])
def test_a_mount_on_the_code_is_seen(at: str) -> None:
    assert mounted(at)


@pytest.mark.parametrize("at", ["/data", "/app/data", "/application", "/srv/app.py.bak"])
def test_a_mount_beside_it_is_not(at: str) -> None:
    assert not mounted(at)


def looked_at(inside: str, file: File | None, *, command: str = "/srv/app.py", **config: Any) -> bool:
    """Whether a mount at that path, with this content, has code."""
    made = fake_container(
        mounts=({"Type": "bind", "Source": "/home/anna/x", "Destination": inside},),
        command=("python", command),
        config={"WorkingDir": "/app"} | config,
        files={inside: file} if file else {},
    )
    machine = FakeMachine(made).as_machine(containers={"web": {"name": "web"}})
    return find_code_mount(machine, require_container(machine.container("web"))) is not None


@pytest.mark.parametrize("name", ["lib.py", "index.html", "app.js", "style.css"])
def test_a_folder_with_code_below_the_working_folder_is_code(name: str) -> None:
    assert looked_at("/app/more", folder("data.txt", name))


@pytest.mark.parametrize("names", [(), ("data.json", "db.sqlite"), ("py", "notes.py.bak")])
def test_a_folder_of_data_is_not(names: tuple[str, ...]) -> None:
    assert not looked_at("/app/data", folder(*names))


def test_a_file_tells_by_its_own_name() -> None:
    assert looked_at("/app/lib.py", File(b"x"))
    assert not looked_at("/app/data.json", File(b"x"))


def test_code_elsewhere_is_not_the_containers() -> None:
    assert not looked_at("/data", folder("lib.py"))
    assert looked_at("/srv", folder())
    assert looked_at("/data", folder("lib.py"), WorkingDir="")


def test_a_command_is_below_the_working_folder() -> None:
    assert looked_at("/app/src", folder(), command="src/main.py")
    assert not looked_at("/app/src", folder(), command="main.py")
    assert looked_at("/src", folder(), command="src/main.py", WorkingDir="")


def copied(changes: dict[str, int], *, workdir: str = "/app", command: tuple[str, ...] = ("python", "app.py")) -> str:
    made = fake_container(changes=changes, command=command, config={"WorkingDir": workdir})
    machine = FakeMachine(made).as_machine(containers={"web": {"name": "web"}})
    return find_copied_code(machine, require_container(machine.container("web")))


@pytest.mark.parametrize("path", ["/app/app.py", "/app/lib/x.py", "/app/static/a.css"])
def test_code_below_the_working_folder_was_copied_in(path: str) -> None:
    assert copied({"/app": 0, path: 1}) == path


@pytest.mark.parametrize("path", ["/app/data.json", "/app", "/srv/x.py", "/root/.cache/x.html"])
def test_other_files_were_not(path: str) -> None:
    assert copied({path: 1}) == ""


def test_what_the_command_names_is_code_wherever_it_is() -> None:
    assert copied({"/srv/run.py": 1}, command=("sh", "-c", "python /srv/run.py")) == "/srv/run.py"


@pytest.mark.parametrize(("path", "found"), [("/x.py", "/x.py"), ("/usr/lib/x.py", "")])
def test_without_a_working_folder_the_root_itself_counts(path: str, found: str) -> None:
    for workdir in ("", "/"):
        assert copied({path: 1}, workdir=workdir) == found
