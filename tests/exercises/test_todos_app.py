"""The todos application of the material, as plain processes, against a server that speaks MongoDB's protocol."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from tests.lab.process import ending

if TYPE_CHECKING:
    from collections.abc import Iterator

TODOS = Path(__file__).parents[2] / "exercises" / "material" / "todos"
HOSTILE = '<script>alert("☠")</script>'


@pytest.fixture
def ports() -> tuple[int, int, int]:
    """Three free ports of the loopback, for the database, the API and the page."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    mongo, api, app = (one.getsockname()[1] for one in held)
    for one in held:
        one.close()
    return mongo, api, app


@contextmanager
def serving(command: list[str], port: int, folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the block ends; enter the block once `port` accepts connections (20 s at most)."""
    # SIGINT is the STOPSIGNAL of the Dockerfiles.
    with ending(subprocess.Popen(command, cwd=folder, env=os.environ | environment), signal.SIGINT) as server:
        until = time.monotonic() + 20
        while not accepts(port):
            assert server.poll() is None, f"{command} ended with {server.returncode}"
            assert time.monotonic() < until, f"{command} does not listen on {port}"
            time.sleep(0.05)
        yield server


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def database(port: int, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    daemon = str(Path(sys.executable).with_name("secantusd-py"))
    with serving([daemon, "--port", str(port), "--storage-path", str(data), "--standalone"], port, data) as server:
        yield server


@contextmanager
def image(name: str, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """What a container of `material/todos/<name>` runs: the CMD of its Dockerfile, moved to `port` of the loopback."""
    folder = TODOS / name
    cmd = next(line for line in (folder / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
    command = [sys.executable, *json.loads(cmd.removeprefix("CMD "))[1:]]
    command[command.index("--host") + 1] = "127.0.0.1"
    command[command.index("--port") + 1] = str(port)
    with serving(command, port, folder, **environment) as server:
        yield server


@contextmanager
def api_and_app(ports: tuple[int, int, int]) -> Iterator[tuple[str, str]]:
    mongo, api, app = ports
    with image("api", api, MONGO=f"localhost:{mongo}"), image("app", app, API_URL=f"localhost:{api}"):
        yield f"http://localhost:{api}/todos", f"http://localhost:{app}/"


def test_a_todo_goes_in_at_the_front_and_out_at_the_api(ports: tuple[int, int, int], tmp_path: Path) -> None:
    with database(ports[0], tmp_path), api_and_app(ports) as (api, app):
        answer = requests.post(app, {"text": HOSTILE}, timeout=20)

        assert answer.status_code == 200
        assert answer.history[0].headers["Location"] == "/", "a redirect that stays where it is"
        (todo,) = requests.get(api, timeout=20).json()
        assert todo["text"] == HOSTILE
        assert HOSTILE not in answer.text, "shown as text, not run"
        assert "&lt;script&gt;" in answer.text

        requests.post(f"{app}delete/{todo['id']}", timeout=20)
        assert requests.get(api, timeout=20).json() == []


def test_the_api_speaks_json_and_refuses_what_is_not_a_todo(ports: tuple[int, int, int], tmp_path: Path) -> None:
    with database(ports[0], tmp_path), image("api", ports[1], MONGO=f"localhost:{ports[0]}"):
        api = f"http://localhost:{ports[1]}/todos"

        for wrong in ({}, {"text": " "}, {"text": 3}, ["text"], None):
            assert requests.post(api, json=wrong, timeout=20).status_code == 400
        added = requests.post(api, json={"text": " acheter du pain "}, timeout=20)
        assert added.status_code == 201
        assert added.json() == {"id": added.json()["id"], "text": "acheter du pain"}
        assert requests.get(api, timeout=20).json() == [added.json()]
        assert requests.delete(f"{api}/{added.json()['id']}", timeout=20).status_code == 204
        assert requests.delete(f"{api}/{added.json()['id']}", timeout=20).status_code == 404
        assert requests.delete(f"{api}/not-an-id", timeout=20).status_code == 404
        assert requests.get(f"http://localhost:{ports[1]}/elsewhere", timeout=20).status_code == 404


def test_a_todo_survives_a_new_database_server_on_the_same_folder(ports: tuple[int, int, int], tmp_path: Path) -> None:
    """And the API finds the new server by itself, as it must after `docker rm -f` and `docker run`."""
    with api_and_app(ports) as (api, _app):
        with database(ports[0], tmp_path):
            added = requests.post(api, json={"text": "rester"}, timeout=20).json()
        with database(ports[0], tmp_path):
            assert requests.get(api, timeout=20).json() == [added]


def test_the_api_says_503_and_which_database_while_it_is_away(ports: tuple[int, int, int]) -> None:
    with api_and_app(ports) as (api, app):
        began = time.monotonic()
        answer = requests.get(api, timeout=20)

        assert answer.status_code == 503
        assert f"localhost:{ports[0]}" in answer.json()["error"]
        assert time.monotonic() - began < 8
        assert requests.post(api, json={"text": "perdu"}, timeout=20).status_code == 503
        page = requests.get(app, timeout=20)
        assert page.status_code == 502
        assert f"localhost:{ports[0]}" in page.text, "the page hands on what the API said"


def test_the_api_does_not_wait_for_a_frozen_database(ports: tuple[int, int, int], tmp_path: Path) -> None:
    with database(ports[0], tmp_path) as server, image("api", ports[1], MONGO=f"localhost:{ports[0]}"):
        api = f"http://localhost:{ports[1]}/todos"
        assert requests.get(api, timeout=20).status_code == 200

        server.send_signal(signal.SIGSTOP)
        assert requests.get(api, timeout=20).status_code == 503
        server.send_signal(signal.SIGCONT)
        assert requests.get(api, timeout=20).status_code == 200


def test_the_page_says_that_the_api_is_away(ports: tuple[int, int, int]) -> None:
    with image("app", ports[2], API_URL=f"localhost:{ports[1]}"):
        page = requests.get(f"http://localhost:{ports[2]}/", timeout=20)

        assert page.status_code == 502
        assert f"localhost:{ports[1]}" in page.text
        assert requests.post(f"http://localhost:{ports[2]}/", {"text": "perdu"}, timeout=20).status_code == 502


def test_the_page_is_not_taken_in_by_something_else_on_the_port_of_the_api(ports: tuple[int, int, int]) -> None:
    other = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(ports[1])]
    with serving(other, ports[1], TODOS), image("app", ports[2], API_URL=f"localhost:{ports[1]}"):
        assert requests.get(f"http://localhost:{ports[2]}/", timeout=20).status_code == 502


def test_a_proxy_of_the_school_is_not_asked_for_the_api(ports: tuple[int, int, int]) -> None:
    """Docker puts the client's proxy settings into every container."""
    with image("app", ports[2], API_URL=f"localhost:{ports[1]}", http_proxy="http://localhost:9", no_proxy=""):
        assert "Connection refused" in requests.get(f"http://localhost:{ports[2]}/", timeout=20).text


@pytest.mark.parametrize("name", ["api", "app"])
def test_an_image_stops_at_once_with_its_stop_signal(name: str, ports: tuple[int, int, int]) -> None:
    with image(name, ports[1], MONGO="localhost:9", API_URL="localhost:9") as server:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=5) is not None
