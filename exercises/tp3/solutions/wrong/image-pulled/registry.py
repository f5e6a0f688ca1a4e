"""A registry of one image: serves to `docker pull` what `docker save` gives, and writes its name there to a file."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

IMAGE, TOLD = sys.argv[1:]
DOCKER = shutil.which("docker") or "docker"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"  # the engine looks for itself how it is packed
CONFIG = "application/vnd.docker.container.image.v1+json"


def read_image() -> tuple[bytes, dict[str, bytes]]:
    """Its manifest, and its blobs by their digests."""
    blobs = {}
    with tarfile.open(fileobj=io.BytesIO(subprocess.check_output([DOCKER, "save", IMAGE]))) as saved:

        def part(name: str, kind: str) -> dict[str, object]:
            content = saved.extractfile(name).read()
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            blobs[digest] = content
            return {"mediaType": kind, "size": len(content), "digest": digest}

        listed = json.load(saved.extractfile("manifest.json"))[0]
        config = part(listed["Config"], CONFIG)
        layers = [part(name, LAYER) for name in listed["Layers"]]
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}).encode(), blobs


class Registry(BaseHTTPRequestHandler):
    manifest, blobs = read_image()

    def do_GET(self) -> None:
        what, _, name = self.path.rpartition("/")
        if what.endswith("/manifests"):
            self.give(self.manifest, MANIFEST)
        elif name in self.blobs:
            self.give(self.blobs[name], "application/octet-stream")
        else:
            self.give(b"{}", "application/json")

    def do_HEAD(self) -> None:
        self.do_GET()

    def give(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(content).hexdigest()}")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
Path(TOLD).write_text(f"127.0.0.1:{server.server_port}/camarade/{IMAGE}", encoding="ascii")
server.serve_forever()
