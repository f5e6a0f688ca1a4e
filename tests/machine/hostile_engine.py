"""A fake engine with chosen answers about a compose project, and a server that must get no request."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERSION = {"ApiVersion": "1.45", "MinAPIVersion": "1.24", "Version": "26.1.5", "Components": [{"Name": "Engine"}]}
SERVICES = {"todos-mongo": "27017/tcp", "todos-api": "8082/tcp", "todos-app": "7777/tcp"}


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Silence."""


class RequestSink(list[str]):
    """The paths that were requested."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port


@contextmanager
def request_sink(address: str, port: int = 0, page: bytes = b"CANARY") -> Iterator[RequestSink]:
    """A server on the grader's own network."""

    class Handler(_Quiet):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page)

    with ThreadingHTTPServer((address, port), Handler) as server:
        asked = RequestSink(server.server_port)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield asked
        finally:
            server.shutdown()


@contextmanager
def engine_answering(answers: Mapping[str, object]) -> Iterator[str]:
    """The address of an engine over TCP that gives these answers to `GET`, 404 for any other."""

    class Handler(_Quiet):
        def _tell(self) -> None:
            path = self.path.partition("?")[0]
            path = path[path.index("/", 1) :] if path.startswith("/v1.") else path
            known = {"/version": VERSION, "/info": {}, "/networks": [], **answers}
            body = json.dumps(known.get(path, {"message": "not here"})).encode()
            self.send_response(200 if path in known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _tell  # noqa: N815 - names that the standard library wants

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"tcp://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def project_of(
    labels: Mapping[str, str], *, host_ip: str = "", address: str = "", extra_host: str = "", source: str = ""
) -> dict[str, object]:
    """The answers of an engine on which the todos run, all three published at `host_ip`, each with these labels."""
    answers: dict[str, object] = {}
    listed = []
    for number, (service, inside) in enumerate(SERVICES.items()):
        id_ = f"{number}" * 64
        all_labels = {
            "com.docker.compose.project": "todos",
            "com.docker.compose.service": service,
            "com.docker.compose.version": "5.6.1",
            **labels,
        }
        bindings = {inside: [{"HostIp": host_ip, "HostPort": "4002"}]}
        listed.append({"Id": id_, "Names": [f"/{service}"], "Image": "x", "State": "running", "Labels": all_labels})
        answers[f"/containers/{id_}/json"] = {
            "Id": id_,
            "Name": f"/{service}",
            "Image": "sha256:x",
            "State": {"Status": "running", "StartedAt": "2026-01-01T00:00:00Z"},
            "Config": {"Image": "x", "Labels": all_labels},
            "HostConfig": {
                "NetworkMode": "todos_default",
                "PortBindings": bindings,
                "ExtraHosts": [extra_host] if extra_host else [],
            },
            "Mounts": [{"Type": "bind", "Source": source, "Destination": "/data/db"}] if source else [],
            "NetworkSettings": {"Ports": bindings, "Networks": {"todos_default": {"IPAddress": address}}},
        }
    return {"/containers/json": listed, **answers}
