"""A compose project from its labels, and its files from `docker compose config`."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given

from grader.machine.question import Answer, ComposeQuestion, NoAnswer
from grader.probes.compose.files import (
    ComposeFile,
    ComposeOrigin,
    ComposeRefusal,
    FileMount,
    FilePort,
    FileService,
    ask_compose,
    last_output_line,
    read_compose_file,
    read_compose_hashes,
    read_origin,
)
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

LABEL = "com.docker.compose."


def labels(**values: str) -> dict[str, dict[str, str]]:
    return {"Labels": {LABEL + name.replace("__", "."): value for name, value in values.items()}}


def test_labels_of_compose_v2_tell_the_files_by_their_whole_paths() -> None:
    origin = read_origin(
        parse_inspect(
            config=labels(
                project="todos",
                project__working_dir="/home/anna/todos",
                project__config_files="/home/anna/todos/compose.yaml,/home/anna/todos/more.yaml",
                project__environment_file="/home/anna/todos/.env",
                version="2.39.1",
            )
        )
    )
    assert origin is not None
    assert origin.files == ("/home/anna/todos/compose.yaml", "/home/anna/todos/more.yaml")
    assert origin.env_files == ("/home/anna/todos/.env",)


@pytest.mark.parametrize(
    ("folder", "file"),
    [("/home/anna/todos", "/home/anna/todos/docker-compose.yml"), ("C:\\todos", "C:\\todos\\docker-compose.yml")],
)
def test_labels_of_compose_v1_tell_them_below_the_folder(folder: str, file: str) -> None:
    origin = read_origin(
        parse_inspect(config=labels(project__working_dir=folder, project__config_files="docker-compose.yml"))
    )
    assert origin is not None
    assert origin.files == (file,)


def test_a_container_that_compose_did_not_make_has_no_origin() -> None:
    assert read_origin(parse_inspect(config=labels(project="todos"))) is None


def test_the_networks_of_a_service_are_told_by_the_names_that_the_engine_knows() -> None:
    file = msgspec.json.decode(
        b"""{"name": "todos",
        "networks": {
            "default": {"name": "todos_default", "ipam": {}}, "front": {"name": "todos-net", "external": true}},
        "services": {"todos-app": {"command": null, "networks": {"default": null, "front": {"aliases": ["x"]}},
            "ports": [{"mode": "ingress", "target": 7777, "published": "4002", "protocol": "tcp"}]}}}""",
        type=ComposeFile,
    )
    assert file.network_names(file.services["todos-app"]) == {"todos_default", "todos-net"}


def test_composes_last_words_are_its_last_line_made_visible() -> None:
    assert (
        last_output_line(b"warning\n\n  yaml: line 3: \x1b[31mdid not find\n\n")
        == "yaml: line 3: \\x1b[31mdid not find"
    )
    assert last_output_line(b"") == ""


ORIGIN = ComposeOrigin(
    "todos", "/home/anna/todos", ("/home/anna/todos/compose.yaml",), ("/home/anna/.env",), "2.39.1", "00ff"
)
SERVICE: dict[str, Any] = {
    "build": {"context": "/home/anna/todos/api", "dockerfile": "Dockerfile"}, "command": None, "entrypoint": None,
    "environment": {"MONGO": "mongo:27017", "EMPTY": None}, "image": "todos-api", "networks": {"default": None},
    "ports": [{"mode": "ingress", "target": 8082, "published": "4001", "protocol": "tcp", "host_ip": "127.0.0.1"}],
    "profiles": ["debug"], "tmpfs": ["/run:size=1m"],
    "volumes": [{"type": "bind", "source": "/home/anna/data", "target": "/data", "bind": {"create_host_path": True}}],
    "configs": [{"source": "app", "target": "/etc/app.toml"}, {"source": "other"}],
    "secrets": [{"source": "word"}, {"source": "key", "target": "/keys/key"}],
}  # fmt: skip
FILE = {"name": "todos", "services": {"api": SERVICE, "bare": {}}, "networks": {"default": {"name": "todos_default"}}}


def config(answer: Any) -> ComposeFile | ComposeRefusal:
    return read_compose_file(scripted_machine({"compose config": answer}), ORIGIN)


def test_the_files_are_asked_for_by_what_the_labels_tell() -> None:
    link = ScriptedAnswers({"compose up": b"", "compose config": FILE})
    machine = scripted_machine(link)
    assert isinstance(read_compose_file(machine, ORIGIN), ComposeFile)
    ask_compose(machine, ORIGIN, "up", ("debug",))
    first, second = link.questions
    assert first == ComposeQuestion("config", "todos", ORIGIN.folder, ORIGIN.files, ORIGIN.env_files)
    assert second == ComposeQuestion("up", "todos", ORIGIN.folder, ORIGIN.files, ORIGIN.env_files, ("debug",))


def test_a_service_is_read_with_all_that_compose_fills_in() -> None:
    file = config(FILE)
    assert isinstance(file, ComposeFile)
    api = file.services["api"]
    assert api.ports == [FilePort(8082, "4001", "127.0.0.1", "tcp")]
    assert api.volumes == [FileMount("bind", "/data", "/home/anna/data")]
    assert (api.image, api.command, api.profiles, api.tmpfs) == ("todos-api", None, ["debug"], ["/run:size=1m"])
    assert api.environment == {"MONGO": "mongo:27017", "EMPTY": None}
    assert api.build == SERVICE["build"]
    assert api.config_paths == {"/etc/app.toml", "/other", "/run/secrets/word", "/keys/key"}
    assert file.network_names(api) == {"todos_default"}
    assert file.services["bare"] == FileService()
    assert FileService().config_paths == set()


def test_a_network_without_a_name_has_that_of_the_file() -> None:
    file = config({"services": {"api": {"networks": {"a": None, "b": None}}}, "networks": {"a": {"external": True}}})
    assert isinstance(file, ComposeFile)
    assert file.network_names(file.services["api"]) == {"a", "b"}


def test_what_compose_refuses_is_told_in_its_words() -> None:
    assert config(Answer(422, b"warning\nservice api: no such image\x07\n")) == ComposeRefusal(
        "service api: no such image\\x07"
    )
    assert config(Answer(422, b"")) == ComposeRefusal("")


@pytest.mark.parametrize("reason", ["not-at-hand", "timeout", "no-access"])
def test_files_that_are_not_at_hand_are_our_failure_to_look(reason: Any) -> None:
    refusal = assert_probe_failed("compose-not-at-hand", lambda: config(NoAnswer(reason, "why")))
    assert refusal.values == {"folder": "/home/anna/todos", "detail": f"{reason} why"}


def test_a_folder_that_is_not_mounted_in_the_graders_container_has_its_own_words() -> None:
    refusal = assert_probe_failed("compose-not-mounted", lambda: config(NoAnswer("not-mounted", "/home/anna/todos")))
    assert refusal.values == {"folder": "/home/anna/todos"}


@pytest.mark.parametrize(("answer", "code"), [one for one in MALFORMED_ANSWERS if one.id not in {"409", "500"}])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: config(answer)).values["asked"] == "docker compose config"


@pytest.mark.parametrize(
    "more",
    [{"ports": None}, {"ports": [{"published": "1"}]}, {"ports": [{"target": "http"}]}, {"environment": ["A=b"]},
     {"volumes": ["a:/b"]}, {"networks": ["default"]}, {"command": "x"}, {"configs": ["app"]}],
)  # fmt: skip
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: config({"services": {"api": SERVICE | more}}))


def test_files_without_services_are_refused() -> None:
    assert_probe_failed("answer-garbled", lambda: config({"name": "todos"}))


@many_examples
@given(answers_like(FILE))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    def look() -> object:
        file = config(answer)
        if isinstance(file, ComposeRefusal):
            return file
        return [(one, one.config_paths, file.network_names(one)) for one in file.services.values()]

    assert_fact_or_probe_failed(look)


def hashes(answer: Any) -> dict[str, str]:
    return read_compose_hashes(scripted_machine({"compose hashes": answer}), ORIGIN)


def test_hashes_are_told_by_a_compose_of_the_same_version() -> None:
    body = b"api 00ff\nmongo ff00\n\nnonsense\na b c\n\xff 01\n"
    assert hashes(Answer(200, body, {"version": "2.39.1"})) == {"api": "00ff", "mongo": "ff00", "\ufffd": "01"}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"api 00ff\n", {"version": "2.40.0"}),
        Answer(200, b"api 00ff\n"),
        Answer(422, b"api 00ff\n", {"version": "2.39.1"}),
        NoAnswer("not-at-hand"),
    ],
)
def test_another_compose_would_count_otherwise(answer: Answer | NoAnswer) -> None:
    assert hashes(answer) == {}


@pytest.mark.parametrize("gone", ["project__working_dir", "project__config_files"])
def test_labels_without_the_folder_or_the_files_tell_no_origin(gone: str) -> None:
    told = {"project": "todos", "project__working_dir": "/x", "project__config_files": "/x/compose.yaml"}
    assert read_origin(parse_inspect(config=labels(**told))) is not None
    assert (
        read_origin(parse_inspect(config=labels(**{key: value for key, value in told.items() if key != gone}))) is None
    )


def test_all_that_labels_tell_is_told() -> None:
    told = {
        "project": "todos", "project__working_dir": "/x", "project__config_files": "/x/a.yaml,", "version": "2.39.1",
    }  # fmt: skip
    fact = parse_inspect(config={"Labels": labels(**told)["Labels"] | {"com.docker.compose.config-hash": "00ff"}})
    assert read_origin(fact) == ComposeOrigin("todos", "/x", ("/x/a.yaml",), (), "2.39.1", "00ff")


def test_the_last_words_are_short() -> None:
    assert last_output_line(b"x" * 999) == "x" * 199 + "…"
    assert json.dumps(last_output_line(b"\xff\xfe"))
