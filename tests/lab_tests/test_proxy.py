"""The proxy in front of an engine counts every request, forwards everything, and injects the faults that are set."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from tests.lab.fault_proxy import Exchange, FaultProxy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.lab import Engine

pytestmark = pytest.mark.live


@pytest.fixture
def proxy(engine: Engine, tmp_path: Path) -> Iterator[FaultProxy]:
    with FaultProxy(engine.url, tmp_path / "proxy.sock") as standing:
        yield standing


def through(proxy: FaultProxy, engine: Engine) -> Engine:
    return dataclasses.replace(engine, url=proxy.url)


def test_every_request_is_counted_once_and_answered_by_the_engine(
    proxy: FaultProxy, engine: Engine, images: Callable[..., None]
) -> None:
    images("ubuntu")
    seen = through(proxy, engine)
    seen.docker("run", "--detach", "--tty", "--name", "box", "ubuntu")
    assert engine.docker("ps", "--format", "{{.Names}}").stdout == "box\n"
    made = [(request.method, request.path) for request in proxy.requests if request.path != "/_ping"]
    assert made[0] == ("POST", "/containers/create")
    assert sum(path.endswith("/start") for _, path in made) == 1


def test_streams_in_both_directions_pass(proxy: FaultProxy, engine: Engine, images: Callable[..., None]) -> None:
    images("ubuntu")
    seen = through(proxy, engine)
    seen.docker("run", "--detach", "--tty", "--name", "box", "ubuntu")
    assert (
        seen.docker("exec", "--interactive", "box", "cat", stdin="to and fro\n" * 1000).stdout == "to and fro\n" * 1000
    )


def test_an_order_takes_hold_after_so_many_requests(proxy: FaultProxy, engine: Engine) -> None:
    def lies(exchange: Exchange) -> None:
        head, body = exchange.answer()
        told = json.loads(body) | {"OperatingSystem": "a lie"}
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + json.dumps(told).encode())
        assert head.startswith(b"HTTP/1.1 200")

    proxy.inject("/info", lies, after=1)
    seen = through(proxy, engine)
    ask = ("info", "--format", "{{.OperatingSystem}}")
    assert seen.docker(*ask).stdout != "a lie\n"
    assert seen.docker(*ask).stdout == "a lie\n"
    proxy.clear_requests()
    assert seen.docker(*ask).stdout != "a lie\n"
    assert any(request.path == "/info" for request in proxy.requests)
