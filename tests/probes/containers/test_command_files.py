"""The program that a command starts, and the script that it runs."""

from __future__ import annotations

import pytest

from grader.machine.question import Answer
from grader.probes.containers.command_files import ScriptFact, command_words, find_input_reader, find_scripts
from grader.probes.containers.find import find_container
from grader.probes.containers.inspect import ContainerFact
from tests.checks.fake_engine_json import File, fake_container
from tests.checks.fake_machine import FakeMachine, folder


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/bin/sh", "-c", "exec  python 'my app.py'"), ("exec", "python", "my app.py")),
        (("bash", "-c", "a b"), ("a", "b")),
        (("bash", "-c", "a 'b"), ()),
        (("bash", "-c"), ("bash", "-c")),
        (("bash", "-c", "a b", "c"), ("bash", "-c", "a b", "c")),
        (("python", "-c", "a b"), ("python", "-c", "a b")),
        ((), ()),
    ],
)
def test_the_shell_form_of_a_command_is_taken_apart(command: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert command_words(command) == words


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (("bash",), "bash"),
        (("/bin/bash", "-il"), "bash"),
        (("tini", "--", "python3.12", "-u"), "python3.12"),
        (("/usr/local/bin/docker-entrypoint.sh", "node"), "node"),
        (("/bin/sh", "-c", "exec /bin/sh"), "sh"),
        (("bash", "run.sh"), ""),
        (("python", "-m", "http.server"), ""),
        (("bash", "-c", "sleep 1"), ""),
        (("env",), ""),
        (("nginx", "-"), ""),
        ((), ""),
    ],
)
def test_a_program_that_only_reads_its_input_is_known(command: tuple[str, ...], program: str) -> None:
    assert find_input_reader(command) == program


def scripts(command: tuple[str, ...], files: dict[str, File], workdir: str = "/app") -> list[ScriptFact]:
    box = fake_container(state="exited", command=command, files=files, config={"WorkingDir": workdir})
    machine = FakeMachine(box).as_machine(containers={"web": {"name": "web", "image": "x"}})
    fact = find_container(machine.container("web"))
    assert isinstance(fact, ContainerFact)
    return list(find_scripts(machine, fact))


UNIX, WINDOWS = File(b"#!/bin/sh\nls\n"), File(b"#!/bin/sh\r\nls\r\n")


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("/app/run",), "/app/run"),
        (("./run", "x"), "/app/run"),
        (("sh", "run"), "/app/run"),
        (("bash", "-e", "/app/run"), "/app/run"),
        (("/bin/sh", "-c", "/app/run --all"), "/app/run"),
        (("../app/run",), "/app/run"),
    ],
)
def test_the_script_of_a_command_is_found(command: tuple[str, ...], path: str) -> None:
    plain = ScriptFact(path, has_interpreter=True, has_windows_lines=False)
    assert scripts(command, {path: UNIX}) == [plain]
    assert scripts(command, {path: WINDOWS}) == [ScriptFact(path, has_interpreter=True, has_windows_lines=True)]


def test_a_script_without_a_folder_is_searched_for_in_the_path() -> None:
    entry = "/usr/local/bin/docker-entrypoint.sh"
    (found,) = scripts(("docker-entrypoint.sh", "serve"), {entry: WINDOWS})
    assert (found.path, found.has_windows_lines) == (entry, True)
    assert scripts(("docker-entrypoint.sh",), {}) == []


@pytest.mark.parametrize(
    ("content", "command", "has_interpreter", "has_windows_lines"),
    [
        (b"ls\r\n", ("/app/run",), False, False),
        (b"ls\r\n", ("sh", "/app/run"), False, True),
        (b"ls\n", ("sh", "/app/run"), False, False),
        (b"#!/bin/sh\nls\r\n", ("/app/run",), True, False),
        (b"", ("/app/run",), False, False),
    ],
)
def test_only_a_line_that_something_reads_can_harm(
    content: bytes, command: tuple[str, ...], *, has_interpreter: bool, has_windows_lines: bool
) -> None:
    wanted = ScriptFact("/app/run", has_interpreter=has_interpreter, has_windows_lines=has_windows_lines)
    assert scripts(command, {"/app/run": File(content)}) == [wanted]


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (("/app/run",), {}),
        (("/app/run",), {"/app/run": folder("x")}),
        (("/app/run",), {"/app/run": File(b"\x7fELF\0\r\n")}),
        (("nginx",), {"/usr/sbin/nginx": WINDOWS}),
        (("/usr/bin/python", "app.py"), {"/usr/bin/python": WINDOWS, "/app/app.py": WINDOWS}),
        (("sh",), {}),
        (("sh", "-c", "'"), {}),
        ((), {}),
    ],
)
def test_what_is_no_script_of_the_student_is_not_looked_at(command: tuple[str, ...], files: dict[str, File]) -> None:
    assert scripts(command, files) == []


def test_a_file_that_cannot_be_copied_out_is_none() -> None:
    machine = FakeMachine(fake_container(state="exited", command=("/app/run",)))
    machine.table["/containers/web-id/archive?*"] = Answer(500)
    here = machine.as_machine(containers={"web": {"name": "web", "image": "x"}})
    fact = find_container(here.container("web"))
    assert isinstance(fact, ContainerFact)
    assert list(find_scripts(here, fact)) == []
