"""No secret is stored, wherever it is, and nothing else is changed."""

from __future__ import annotations

import io
import json
import struct
import tarfile
import time

import pytest

from grader.machine.question import Answer
from grader.machine.recording.redaction import REDACTED, Redactor

CANARY = "c4n4ry-7f3a"


def redacted(value: object) -> str:
    return Redactor().redact(Answer(body=json.dumps(value).encode())).body.decode()


@pytest.mark.parametrize(
    "value",
    [
        {"Config": {"Env": [f"MYSQL_ROOT_PASSWORD={CANARY}"]}},
        {"Config": {"Env": [f"api_token={CANARY} with spaces {CANARY}"]}},
        {"Config": {"Env": [f"AWS_SECRET_ACCESS_KEY={CANARY}"]}},
        {"Config": {"Env": [f"TLS_KEY=-----BEGIN KEY-----\n{CANARY}\n-----END KEY-----"]}},
        {"TaskTemplate": {"ContainerSpec": {"Env": [f"DB_PASSWORD={CANARY}"]}}},
        [{"CreatedBy": f"/bin/sh -c #(nop)  ENV DB_PASSWORD={CANARY}"}],
        [{"CreatedBy": f"|1 NPM_TOKEN={CANARY} /bin/sh -c npm install"}],
        [{"CreatedBy": f'ENV DB_PASSWORD="two words {CANARY}"'}],
        {"ContainerConfig": {"Cmd": ["/bin/sh", "-c", f"#(nop) ENV A_KEY='{CANARY}'"]}},
        {"Config": {"Cmd": ["sh", "-c", f"PASSWORD={CANARY} exec server"]}},
        {"Config": {"Cmd": ["redis-server", "--requirepass", CANARY]}},
        {"Args": [f"--admin-password={CANARY}"]},
        {"Config": {"Env": [f"A_TOKEN={CANARY}"], "Cmd": ["server", CANARY]}},
        {"Config": {"Labels": {"traefik.auth.token": CANARY}}},
        {"HostConfig": {"LogConfig": {"Config": {"splunk-token": CANARY}}}},
        {"Env": {"DB_PASSWORD": CANARY}},
        {"JoinTokens": {"Worker": CANARY, "Manager": CANARY}},
        {"Config": {"Env": [f"DATABASE_URL=postgres://app:{CANARY}@db/todos"]}},
        {"ProcessConfig": {"arguments": ["-c", f"export API_KEY={CANARY}"]}},
    ],
    ids=str,
)
def test_a_secret_in_inspect_data_is_hidden(value: object) -> None:
    assert CANARY in json.dumps(value)
    assert CANARY not in redacted(value)


def test_the_name_stays_and_says_that_something_was_there() -> None:
    assert json.loads(redacted({"Env": [f"DB_PASSWORD={CANARY}", "MONGO=db:27017"]})) == {
        "Env": [f"DB_PASSWORD={REDACTED}", "MONGO=db:27017"]
    }


@pytest.mark.parametrize(
    "value",
    [
        {"Config": {"Env": ["PATH=/usr/bin", "MONGO=mydocker:4000", "KEYBOARD"]}},
        {"Secrets": [{"ID": "abc"}]},
        {"Mounts": [{"Source": "/home/e1/keys/site", "Destination": "/secret"}]},
        {"Networks": {"token-net": {"Aliases": ["key"]}}},
        {"ExposedPorts": {"80/tcp": {}}, "Monkeys": 3, "KeyWithoutText": None},
        {"Image": "registry.example/keycloak:latest", "Name": "/tokens"},
    ],
    ids=str,
)
def test_what_is_no_secret_stays_byte_for_byte(value: object) -> None:
    answer = Answer(body=json.dumps(value, indent=1).encode())
    assert Redactor().redact(answer) is answer


def test_a_known_secret_is_hidden_in_what_a_program_prints() -> None:
    redactor = Redactor()
    redactor.redact(Answer(body=json.dumps({"Env": [f"DB_PASSWORD={CANARY}"]}).encode()))
    printed = redactor.redact(Answer(body=f"login as root with {CANARY} refused\n".encode()))
    assert printed.body == b"login as root with ***********" + b" refused\n"


def test_an_assignment_is_hidden_in_a_log_that_is_read_first() -> None:
    log = Redactor().redact(Answer(body=f"HOME=/root\nDB_PASSWORD={CANARY}\nOK\n".encode()))
    assert log.body == b"HOME=/root\nDB_PASSWORD=" + b"*" * len(CANARY) + b"\nOK\n"


def test_ordinary_words_of_a_page_stay() -> None:
    page = Answer(body=b"<p>keyboard: azerty</p><p>the key=value pairs</p>hello world")
    assert Redactor().redact(page) is page


def test_a_short_value_is_an_ordinary_word_elsewhere() -> None:
    redactor = Redactor()
    redactor.redact(Answer(body=b'{"Env": ["A_KEY=web"]}'))
    page = Answer(body=b"the web")
    assert redactor.redact(page) is page


def test_frames_of_a_log_and_archives_stay_readable() -> None:
    line = f"A_TOKEN={CANARY}".encode()
    frames = b"".join(struct.pack(">BxxxL", 1, len(line)) + line for _ in range(3))
    hidden = Redactor().redact(Answer(body=frames)).body
    assert CANARY.encode() not in hidden
    assert [hidden[at : at + 8] for at in range(0, len(hidden), 8 + len(line))] == [frames[:8]] * 3

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        member = tarfile.TarInfo(".env")
        member.size = len(line)
        tar.addfile(member, io.BytesIO(line))
    hidden = Redactor().redact(Answer(body=archive.getvalue())).body
    with tarfile.open(fileobj=io.BytesIO(hidden)) as tar:
        file = tar.extractfile(".env")
        assert file is not None
        assert file.read() == b"A_TOKEN=" + b"*" * len(CANARY)


@pytest.mark.parametrize(
    "unit", [b"KEY", b"KEY-", b"KEY=a ", b"[[],", b"://a:", b"://a:b@ key ", b'KEY="', b"a.KEY.", b'"A_KEY=1",']
)
def test_a_hostile_answer_takes_little_time(unit: bytes) -> None:
    body = unit * (4 * 1024 * 1024 // len(unit))
    began = time.process_time()
    Redactor().redact(Answer(body=body))
    Redactor().redact(Answer(body=b'["' + body[: 512 * 1024].replace(b'"', b"'") + b'"]'))
    assert time.process_time() - began < 5


def test_many_secrets_do_not_take_ever_more_time() -> None:
    redactor = Redactor()
    redactor.redact(Answer(body=json.dumps({"Env": [f"KEY_{n}=value-{n:06}" for n in range(20_000)]}).encode()))
    began = time.process_time()
    redactor.redact(Answer(body=b"x" * 4 * 1024 * 1024))
    assert time.process_time() - began < 2


def test_deeply_nested_json_is_searched_as_text() -> None:
    body = b'{"a":' * 5000 + f'"A_KEY={CANARY}"'.encode() + b"}" * 5000
    assert CANARY.encode() not in Redactor().redact(Answer(body=body)).body
