"""A small registry that stands in for Docker Hub, and can be told to fail as Docker Hub may.

`python -m tests.lab.registry FOLDER` serves the images in FOLDER (see `write_image`) over TLS, on port 443 of its
network. The file `mode` in FOLDER says how, and is read for each request: `well`, a status such as `429`, `hang` or
`cut`.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import ssl
import sys
import tarfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

HOSTS: Final = ("registry-1.docker.io", "auth.docker.io")
_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_CHALLENGE: Final = f'Bearer realm="https://{HOSTS[1]}/token",service="registry.docker.io"'
"""As Docker Hub asks everybody for a token: who fetches it, the engine or its client, must be able to."""
_HANG_S: Final = 300.0
_REFUSALS: Final = {"429": ("TOOMANYREQUESTS", "You have reached your pull rate limit")}


def write_image(archive: Path, folder: Path, name: str) -> None:
    """Write the one image in `archive`, as `docker save` makes it, to `folder`, to be pulled as `name`."""
    folder.mkdir(exist_ok=True)

    def blob(data: bytes, media_type: str) -> dict[str, object]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        (folder / digest).write_bytes(data)
        return {"mediaType": media_type, "size": len(data), "digest": digest}

    with tarfile.open(archive) as tar:

        def content(member: str) -> bytes:
            file = tar.extractfile(member)
            assert file is not None
            return file.read()

        [image] = json.loads(content("manifest.json"))
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": blob(content(image["Config"]), _CONFIG),
            "layers": [blob(gzip.compress(content(layer), 1), _LAYER) for layer in image["Layers"]],
        }
    data = json.dumps(manifest).encode()
    for reference in ("latest", f"sha256:{hashlib.sha256(data).hexdigest()}"):
        (folder / f"{name}@{reference}").write_bytes(data)


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        mode = (self.folder / "mode").read_text(encoding="ascii").strip()
        if mode == "hang":
            time.sleep(_HANG_S)
        if mode == "cut":
            self.close_connection = True
            return
        if mode.isdecimal():
            self._refuse(int(mode), *_REFUSALS.get(mode, ("UNAVAILABLE", "try later")))
        elif self.path.startswith("/token"):
            self._answer(200, "application/json", b'{"token": "t", "expires_in": 300}')
        elif not self.headers["Authorization"]:
            self._answer(401, "application/json", b"{}", ("WWW-Authenticate", _CHALLENGE))
        elif self.path.rstrip("/") == "/v2":
            self._answer(200, "application/json", b"{}")
        else:
            self._answer_for(self.path.split("?")[0].split("/"))

    def _answer_for(self, parts: list[str]) -> None:
        """`/v2/library/ubuntu/manifests/latest`, `/v2/library/ubuntu/blobs/sha256:…`."""
        kind, reference = parts[-2], parts[-1]
        file = self.folder / (f"{parts[-3]}@{reference}" if kind == "manifests" else reference)
        if not file.is_file():
            self._refuse(404, "MANIFEST_UNKNOWN" if kind == "manifests" else "BLOB_UNKNOWN", "unknown")
            return
        self._answer(200, _MANIFEST if kind == "manifests" else "application/octet-stream", file.read_bytes())

    def _refuse(self, status: int, code: str, message: str) -> None:
        self._answer(status, "application/json", json.dumps({"errors": [{"code": code, "message": message}]}).encode())

    def _answer(self, status: int, media_type: str, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: what the engine says of it is what tests look at."""


def main() -> None:
    _Handler.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 443), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_Handler.folder / "tls" / "server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main()
