"""What a failed check shows: the commands to type, their output, and no secret."""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote

from grader.machine.question import (
    Answer,
    EngineQuestion,
    FileQuestion,
    HttpQuestion,
    NoAnswer,
    NonceQuestion,
    WaitQuestion,
)
from grader.scoring.evidence import evidence_of

ID = "a" * 64
LISTED = (EngineQuestion("/containers/json", (("all", "1"),)), [{"Id": ID, "Names": ["/web"], "Image": "nginx"}])
INSPECTED = (
    EngineQuestion(f"/containers/{ID}/json"),
    {
        "Name": "/web",
        "State": {"Status": "running", "ExitCode": 0},
        "Config": {"Env": ["DB_PASSWORD=hunter2"]},
        "Mounts": [{"Type": "volume", "Name": "site", "Destination": "/html"}],
        "NetworkSettings": {"Ports": {"80/tcp": [{"HostPort": "4000"}]}, "Networks": {"bridge": {}}},
    },
)


def evidence_lines(*seen: tuple[object, object]) -> tuple[str, ...]:
    trail = [
        (question, answer if isinstance(answer, (Answer, NoAnswer)) else Answer(body=json.dumps(answer).encode()))
        for question, answer in seen
    ]
    return evidence_of(trail)  # type: ignore[arg-type]


def test_containers_are_called_by_their_names_and_only_what_is_judged_is_shown() -> None:
    assert evidence_lines(LISTED, INSPECTED) == (
        "$ docker ps -a",
        "web  nginx",
        "$ docker inspect web",
        'State: {"Status": "running", "ExitCode": 0}',
        'Ports: {"80/tcp": [{"HostPort": "4000"}]}',
        'Mounts: [{"Type": "volume", "Name": "site", "Destination": "/html"}]',
        'Networks: ["bridge"]',
    )


def test_environment_values_are_never_shown() -> None:
    assert "hunter2" not in " ".join(evidence_lines(LISTED, INSPECTED))


def test_an_http_exchange_is_shown_as_curl_would() -> None:
    page = Answer(404, b"<h1>Not Found</h1>\nmore", {"server": "nginx/1.27"})
    assert evidence_lines((HttpQuestion(4000, "/x"), page)) == (
        "$ curl -i http://localhost:4000/x",
        "HTTP 404 nginx/1.27",
        "<h1>Not Found</h1>",
        "more",
    )
    refused = NoAnswer("refused", "Connection refused")
    assert evidence_lines((HttpQuestion(4000), refused))[1] == "refused: Connection refused"


def test_what_nobody_would_type_is_left_out() -> None:
    assert evidence_lines((NonceQuestion(), Answer(body=b"x")), (WaitQuestion(1), Answer())) == ()


def test_hostile_answers_are_bounded_and_escaped() -> None:
    log = EngineQuestion(f"/containers/{ID}/logs")
    lines = evidence_lines((log, Answer(body=b"\x1b]0;owned\x07\xe2\x80\xae\n" * 100000)))
    assert len(lines) <= 9
    assert not set("\x1b\x07\u202e") & set("".join(lines))
    assert evidence_lines((LISTED[0], Answer(body=b'[1, null, {"Names": 3}]')))[0] == "$ docker ps -a"


def test_what_is_in_a_file_that_a_label_named_is_no_evidence() -> None:
    assert evidence_lines((FileQuestion("read", "/etc/shadow"), Answer(body=b"root:CANARY:1\n"))) == (
        "$ cat /etc/shadow",
        "14 bytes",
    )
    assert evidence_lines((FileQuestion("list", "/srv/site"), Answer(body=b"index.html\n"))) == (
        "$ ls /srv/site",
        "index.html",
    )


def test_what_a_machine_tells_is_one_word_of_a_command_that_may_be_pasted() -> None:
    evil = "x; $(touch owned) '"
    listed = (EngineQuestion("/containers/json", (("all", "1"),)), [{"Id": ID, "Names": [f"/{evil}"], "Image": "x"}])
    asked = (
        listed,
        (EngineQuestion(f"/containers/{ID}/json"), Answer(404)),
        (EngineQuestion(f"/containers/{ID}/archive", (("path", f"/{evil}"),)), Answer(404)),
        (EngineQuestion(f"/images/{quote(evil)}/json"), Answer(404)),
        (FileQuestion("list", f"/srv/{evil}"), Answer(404)),
        (HttpQuestion(80, f"/{evil}", host=evil), Answer(404)),
    )
    commands = [line.removeprefix("$ ") for line in evidence_lines(*asked) if line.startswith("$ ")]
    assert len(commands) == len(asked)
    assert [len(shlex.split(command)) for command in commands] == [3, 3, 4, 4, 2, 3]
