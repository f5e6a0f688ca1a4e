"""The lab's engine and images do what the exercises rely on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.lab import Engine, LabError, wait_until, wipe

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.live


def test_nginx_logs_to_docker_and_serves_its_stock_page(engine: Engine, images: Callable[..., None]) -> None:
    images("nginx")
    engine.docker("run", "--detach", "--name", "web", "nginx")
    page = engine.docker("exec", "web", "cat", "/usr/share/nginx/html/index.html").stdout
    assert "Welcome to nginx!" in page
    wait_until("nginx to say on its log that it started", lambda: "nginx/" in engine.docker("logs", "web").stderr, 10)


def test_an_image_built_on_python_shares_its_layers(
    engine: Engine, images: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> None:
    images("python:alpine", "ubuntu")
    folder = tmp_path_factory.mktemp("image")
    (folder / "Dockerfile").write_text(
        "FROM python:alpine\nCOPY hello.py /\nRUN pip install flask\nCMD python /hello.py\n"
    )
    (folder / "hello.py").write_text("import flask; print('hello')\n")
    engine.docker("build", "--tag", "hello", folder)
    assert engine.docker("run", "--rm", "hello").stdout == "hello\n"
    base, built, other = (_layers(engine, name) for name in ("python:alpine", "hello", "ubuntu"))
    assert built[: len(base)] == base
    assert built[: len(other)] != other


def test_compose_is_a_plugin_of_the_client(engine: Engine) -> None:
    assert "Docker Compose" in engine.docker("compose", "version").stdout


def test_wipe_removes_all_but_images_and_refuses_an_engine_of_someone_else(
    engine: Engine, images: Callable[..., None]
) -> None:
    images("ubuntu")
    engine.docker("network", "create", "of-a-test")
    engine.docker("volume", "create", "of-a-test")
    engine.docker("run", "--detach", "--tty", "--name", "of-a-test", "ubuntu")
    with pytest.raises(LabError, match="nothing on it is removed"):
        wipe(Engine(engine.url, private=False, client_config=engine.client_config))
    wipe(engine)
    assert engine.docker("ps", "--all", "--quiet").stdout == ""
    assert engine.docker("volume", "ls", "--quiet").stdout == ""
    assert "of-a-test" not in engine.docker("network", "ls").stdout
    assert "ubuntu" in engine.docker("images").stdout


def _layers(engine: Engine, image: str) -> list[str]:
    layers: list[str] = json.loads(engine.docker("inspect", "--format", "{{json .RootFS.Layers}}", image).stdout)
    return layers
