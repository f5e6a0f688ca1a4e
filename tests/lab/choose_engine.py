"""Chooses the engine: one that answers, else the lab's own, else a new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.lab.compose_plugin import client_config
from tests.lab.dockerd import private_url, start
from tests.lab.engine import Engine, docker_client
from tests.lab.process import print_progress, run

if TYPE_CHECKING:
    from tests.lab.lab_folder import Lab


def ready_engine(lab: Lab) -> Engine:
    """An engine that answers; starts one if there is none. Raises `LabError`, which says what to install."""
    return answering_engine(lab) or running_engine(lab) or private_engine(lab)


def private_engine(lab: Lab) -> Engine:
    """A new engine, started by the lab."""
    start(lab)
    return Engine(private_url(lab), private=True, client_config=client_config(lab))


def running_engine(lab: Lab) -> Engine | None:
    """The lab's own engine, if it runs."""
    engine = Engine(private_url(lab), private=True, client_config=client_config(lab))
    return engine if engine.answers() else None


def answering_engine(lab: Lab) -> Engine | None:
    """The engine that `docker` on this machine uses, if it answers within 3 s."""
    url = os.environ.get("DOCKER_HOST") or _context_url()
    if not url:
        return None
    engine = Engine(url, private=url == private_url(lab), client_config=client_config(lab))
    if engine.answers():
        return engine
    if "DOCKER_HOST" in os.environ:
        print_progress(f"no answer from DOCKER_HOST={url} within 3 s")
    return None


def _context_url() -> str | None:
    client = docker_client()
    if client is None:
        return None
    asked = run([client, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], limit_s=5, check=False)
    return asked.stdout.strip() or None
