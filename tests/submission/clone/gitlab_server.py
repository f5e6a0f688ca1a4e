"""A small GitLab: repositories to clone over HTTP, and their events as its API gives them to a token."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "glpat-of-the-school"  # noqa: S105 - of no server


@dataclass
class GitlabServer:
    address: str
    events: list[dict[str, Any]] = field(default_factory=list)
    """Of every project, in any order."""
    status: int = 200
    body: bytes | None = None
    """Sent in place of each answer."""
    location: str = ""
    tokens: list[tuple[str, str]] = field(default_factory=list)
    """The path of each request, and the token that came with it."""
    hold: threading.Event | None = None
    """Until it is set, no question to the API is answered."""

    @property
    def environ(self) -> dict[str, str]:
        return {"CI_API_V4_URL": f"{self.address}/gitlab/api/v4", "GRADER_GITLAB_TOKEN": TOKEN}

    def answer(self, path: str) -> Any:
        url = urlsplit(path)
        if not url.path.endswith("/events"):
            return {"id": 17, "default_branch": "main", "name": unquote(url.path)}
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        page, most = int(query["page"]), int(query["per_page"])
        found = sorted(self.events, key=lambda event: str(event["created_at"]), reverse=query["sort"] == "desc")
        return found[(page - 1) * most : page * most]


def push(commit: str, at: str, ref: str | None = "main", **other: Any) -> dict[str, Any]:
    """An event, as GitLab 17 writes it."""
    data = {"commit_count": 1, "action": "pushed", "ref_type": "branch", "commit_from": None, "commit_to": commit}
    return {
        "id": 1,
        "project_id": 17,
        "action_name": "pushed to",
        "target_id": None,
        "created_at": at,
        "author_username": "e2301234",
        "push_data": {**data, "ref": ref, "commit_title": "rendu", "ref_count": None, **other},
    }


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any, gitlab: GitlabServer, folder: Path) -> None:
        self.gitlab = gitlab
        super().__init__(*arguments, directory=str(folder))

    def do_GET(self) -> None:
        self.gitlab.tokens.append((self.path, self.headers.get("PRIVATE-TOKEN", "")))
        if not self.path.startswith("/gitlab/api/v4/"):
            self.path = self.path.removeprefix("/gitlab")
            super().do_GET()
            return
        if self.gitlab.hold:
            self.gitlab.hold.wait()
        body = self.gitlab.body
        content = json.dumps(self.gitlab.answer(self.path)).encode() if body is None else body
        self.send_response(self.gitlab.status)
        if self.gitlab.location:
            self.send_header("Location", self.gitlab.location)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Prints nothing."""


@contextmanager
def gitlab_server(folder: Path) -> Iterator[GitlabServer]:
    """`folder` has the repositories, each prepared by `git update-server-info`."""
    gitlab = GitlabServer("")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, gitlab=gitlab, folder=folder)) as server:
        gitlab.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield gitlab
        server.shutdown()
