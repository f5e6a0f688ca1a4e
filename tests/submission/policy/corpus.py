"""Samples of which many are in one text file: `=== name` begins one, `=== name: rule` one that breaks a rule.

Its lines are the compose file (in `dockerfiles.txt`, the Dockerfile), up to the first `--- path`, which begins another
file of the repository. `ENCODING name` before them says how the first file is written, `--- MOVE` with a folder in the
next line puts the first file there, and `--- LINK` makes the link of the next line. What an honest compose file names
is laid out as well: build folders with a Dockerfile, env files, configs and secrets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from grader.submission.layout import find_layout
from grader.submission.policy.review import review_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.policy.findings import Review

HERE = Path(__file__).parent
MARK = "# ←"


@dataclass(frozen=True)
class Document:
    name: str
    rule: str
    """The rule that must be reported; empty for an honest one."""
    main: str
    """The name of its first file."""
    text: str
    encoding: str = "utf-8"
    folder: str = "."
    others: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def marked_line(self) -> int | None:
        """The line of the first file that must be named."""
        lines = self.text.splitlines()
        return next((number for number, line in enumerate(lines, start=1) if MARK in line), None)

    def lay_out(self, root: Path) -> None:
        for name, text in self.others.items():
            _write(root / name, text.encode())
        for link, target in self.links.items():
            (root / link).symlink_to(target)
        first = root / self.folder / self.main
        _write(first, _encoded(self.text, self.encoding))
        if self.main != "Dockerfile" and not self.rule:
            for path in [first, *(root / name for name in self.others)]:
                _supply(path, root)

    def review(self, folder: Path) -> Review:
        """The policy's answer, in an empty folder."""
        root, home = folder / "repository", folder / "home"
        home.mkdir()
        self.lay_out(root)
        layout = find_layout(root, "tp6")
        assert layout is not None, "nothing to bring up"
        return review_repository(root, layout, home)


def documents(kind: str, *, dockerfiles: bool = False) -> list[Document]:
    """The documents of `honest`, `hostile` or `mistaken`, for Compose or for a builder."""
    paths = sorted((HERE / kind).glob("*.txt"))
    return [one for path in paths if (path.stem == "dockerfiles") is dockerfiles for one in _read(path)]


def _read(path: Path) -> Iterator[Document]:
    _, *parts = path.read_text(encoding="utf-8").split("\n=== ")
    for part in parts:
        title, _, body = part.partition("\n")
        name, _, rule = title.partition(": ")
        main = "Dockerfile" if path.stem == "dockerfiles" else "compose.yaml"
        yield _document(name, rule, main, body.rstrip("\n") + "\n")


def _document(name: str, rule: str, main: str, body: str) -> Document:
    encoding, folder, others, links = "utf-8", ".", dict[str, str](), dict[str, str]()
    if body.startswith("ENCODING "):
        first, _, body = body.partition("\n")
        encoding = first.removeprefix("ENCODING ")
    text, *rest = ("\n" + body).split("\n--- ")
    for one in rest:
        path, _, content = one.partition("\n")
        if path == "MOVE":
            folder = content.strip()
        elif path == "LINK":
            link, _, target = content.strip().partition(" -> ")
            links[link] = target
        else:
            others[path] = content.rstrip("\n") + "\n"
    return Document(name, rule, main, text[1:].rstrip("\n") + "\n", encoding, folder, others, links)


def _encoded(text: str, encoding: str) -> bytes:
    if encoding.startswith("crlf"):
        mark = b"\xef\xbb\xbf" if encoding.endswith("sig") else b""
        return mark + text.replace("\n", "\r\n").encode()
    return text.encode(encoding)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


class _Loader(yaml.SafeLoader):
    """Reads what it does not know as nothing."""


_Loader.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def _supply(path: Path, root: Path) -> None:
    """Lay out what the compose file at `path` names and the document does not have."""
    try:
        found = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError:
        return
    here = path.parent
    for wanted, text in _named_files(found if isinstance(found, dict) else {}):
        file = here / wanted
        inside = file.resolve().is_relative_to(root.resolve())
        if inside and "$" not in wanted and not file.exists() and not _has_other_spelling(file):
            _write(file, text.encode())


def _has_other_spelling(file: Path) -> bool:
    return (file.parent / file.name.lower()).exists()


def _named_files(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for service in _mappings(found.get("services")):
        build, env_files = service.get("build"), service.get("env_file")
        if isinstance(build, str):
            yield f"{build}/Dockerfile", "FROM python:alpine\n"
        elif isinstance(build, dict) and "dockerfile_inline" not in build:
            yield f"{build.get('context', '.')}/{build.get('dockerfile', 'Dockerfile')}", "FROM python:alpine\n"
        for one in env_files if isinstance(env_files, list) else [env_files]:
            name = one.get("path") if isinstance(one, dict) and one.get("required", True) else one
            if isinstance(name, str):
                yield name, "A=1\n"
    for section in ("configs", "secrets"):
        for one in _mappings(found.get(section)):
            if isinstance(one.get("file"), str):
                yield one["file"], "x\n"


def _mappings(found: Any) -> list[dict[str, Any]]:
    return [one for one in found.values() if isinstance(one, dict)] if isinstance(found, dict) else []
