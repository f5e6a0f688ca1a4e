"""The Docker client for the engine that work is brought up on, and the variables that point `docker` to it."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests
from docker.errors import DockerException

from grader.errors import MachineUnreachable
from grader.machine.transport.engine import TLS_REQUIRED, new_session
from grader.machine.transport.engine_version import EngineVersion
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    import docker

    from grader.machine.transport.engine_address import EngineAddress

_CONNECT_S: Final = 10.0
_CALL_S: Final = 60.0
"""For any one call: the engine counts its disk, or removes a large image."""


def open_engine_client(address: EngineAddress) -> docker.APIClient:
    """A client for the engine at `address`, over TLS if it says so. Raises `MachineUnreachable` if nothing answers."""
    try:
        if not address.url.startswith("npipe:"):  # its error says more than that of the package
            connect_to_engine(address).close()
        with closing(new_session(address)) as first:
            # Not `/version`: for that, Podman on Debian asks the package database for each of its programs.
            version = first.get(f"{first.base_url}/_ping", timeout=first.timeout).headers["Api-Version"]
        return new_session(address, version, _CALL_S)
    except (OSError, DockerException, LookupError, ValueError) as error:
        detail = escape_control_characters(str(error), 200)
        raise MachineUnreachable(_unreachable_code(error), where=address.display_name, detail=detail) from error


def _unreachable_code(error: Exception) -> str:
    if isinstance(error, ssl.SSLError | requests.exceptions.SSLError):
        return "engine-tls"
    return "engine-wants-tls" if TLS_REQUIRED.decode() in str(error) else "engine-unreachable"


def has_buildkit(client: docker.APIClient) -> bool:
    """Whether the engine is Docker: Podman builds with its own builder. Raises what the client raises."""
    return EngineVersion(client.version(api_version=False)).product == "Docker"


def engine_variables(address: EngineAddress) -> dict[str, str]:
    """The variables with which a `docker` command, or a grader, reaches this very engine."""
    variables = {"DOCKER_HOST": address.url}
    if address.tls:
        # In a Docker context the files have the same names as in a folder of certificates.
        variables |= {"DOCKER_CERT_PATH": str(Path(address.tls.ca).parent), "DOCKER_TLS": "1"}
        if address.tls.verify:
            variables["DOCKER_TLS_VERIFY"] = "1"
    return variables


def connect_to_engine(engine: EngineAddress) -> socket.socket:
    """Connect to the engine, over TLS if its address says so. Raises `OSError`."""
    url = urlsplit(engine.url)
    if url.scheme == "unix":
        plain = socket.socket(socket.AF_UNIX)
        try:
            plain.connect(url.path)
        except OSError:
            plain.close()
            raise
        return plain
    host, port = url.hostname or "", url.port or 2376
    connected = socket.create_connection((host, port), timeout=_CONNECT_S)
    connected.settimeout(None)
    if engine.tls is None:
        return connected
    context = ssl.create_default_context(cafile=engine.tls.ca)
    context.load_cert_chain(engine.tls.cert, engine.tls.key)
    if not engine.tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(connected, server_hostname=host)
    except OSError:
        connected.close()
        raise
