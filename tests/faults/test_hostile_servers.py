"""Whatever answers instead of a site or an engine: the call ends in time, takes little memory, and names the fault."""

from __future__ import annotations

import socket
import time
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest

from grader.errors import MachineUnreachable
from grader.machine.question import Answer, HttpQuestion
from grader.machine.transport import engine as engine_module
from grader.machine.transport.engine import EngineClient
from grader.machine.transport.engine_address import EngineAddress
from grader.machine.transport.http import SiteClient
from grader.messages import LANGUAGES, say
from tests.faults.servers import SITES, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WITHIN_S: Final = 1.0
CODES: Final = {"timeout": "engine-silent", "cut-off": "engine-lost"}
"""The code of an engine's fault for each reason of a site's; `engine-garbled` for any other reason."""


@contextmanager
def bounded(seconds: float, mebibytes: float) -> Iterator[None]:
    tracemalloc.start()
    began = time.monotonic()
    try:
        yield
    finally:
        took, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert took < seconds
    assert peak < mebibytes * 1024 * 1024


@pytest.mark.parametrize("name", SITES)
def test_a_hostile_site_is_answered_for_in_time_and_in_little_room(name: str) -> None:
    behave, wanted = SITES[name]
    with serving(behave) as port, bounded(WITHIN_S + 2, 6):
        got = SiteClient().ask(HttpQuestion(port, "/page", within_s=WITHIN_S))
    if isinstance(got, Answer):
        came_to = {"answer", str(got.status)} | ({"cut at its limit"} if got.truncated else set())
        assert all(value.isprintable() for value in got.headers.values())
    else:
        came_to = {got.reason}
        assert got.detail.isprintable()
    assert wanted in came_to


@pytest.mark.parametrize("name", SITES)
def test_what_is_no_engine_is_told_from_one_that_broke(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "CALL_S", WITHIN_S)
    behave, as_site = SITES[name]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    client = EngineClient(EngineAddress(f"unix://{tmp_path}/s", "unix:///s"))
    with serving(behave, listener), bounded(WITHIN_S + 2, 60), pytest.raises(MachineUnreachable) as lost:
        _ = client.version
    assert lost.value.code == CODES.get(as_site, "engine-garbled")
    for language in LANGUAGES:
        sentence = say(lost.value.code, "wrong", lost.value.values, language)
        assert sentence.replace("\u00a0", " ").isprintable()
        assert "unix:///s" in sentence
        assert say(lost.value.code, "look", lost.value.values, language)
    client.close()


def test_a_lost_engine_is_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hang for the whole run, not one for each check."""
    monkeypatch.setattr(engine_module, "CALL_S", WITHIN_S)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen()
    client = EngineClient(EngineAddress(f"unix://{tmp_path}/s", "unix:///s"))
    with serving(SITES["silent"][0], listener), bounded(WITHIN_S + 1, 60):
        for _ in range(20):
            with pytest.raises(MachineUnreachable, match="engine-silent"):
                _ = client.version
    client.close()
