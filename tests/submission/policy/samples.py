"""The files of `hostile/`, `honest/` and `mistaken/` as repositories: the first comment of each says what it tries."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_FIRST_COMMENT = re.compile(r"^#(?!\s*(?:syntax|escape|Syntax) ?=)\s*(?:(?P<rule>[a-z_.-]+): )?\S.*$", re.MULTILINE)
_MARK = "# ←"


@dataclass(frozen=True)
class Sample:
    path: Path
    rule: str
    """The rule that must be reported; empty for an honest one."""

    @property
    def name(self) -> str:
        return self.path.name

    def lay_out(self, root: Path) -> None:
        """Makes the repository at `root`: the file under Docker's name for it, with the folders that it mentions."""
        if self.path.is_dir():
            shutil.copytree(self.path, root, ignore=shutil.ignore_patterns("TRIES", "LINKS"))
            for link, target in self._links():
                (root / link).parent.mkdir(parents=True, exist_ok=True)
                (root / link).symlink_to(target)
            return
        root.mkdir()
        is_compose = self.path.suffix == ".yaml"
        shutil.copyfile(self.path, root / ("compose.yaml" if is_compose else "Dockerfile"))
        if is_compose:
            for folder in (root, root / "api", root / "app"):
                folder.mkdir(exist_ok=True)
                (folder / "Dockerfile").write_text("FROM python:alpine\n")
            (root / "Dockerfile.api").write_text("FROM python:alpine AS prod\n")

    def _links(self) -> list[list[str]]:
        """Stored as text, since tools that walk the tests would follow a link to `/`."""
        links = self.path / "LINKS"
        return [line.split(" -> ") for line in links.read_text().splitlines()] if links.exists() else []

    def marked_lines(self) -> tuple[str, int] | None:
        """File and line that the refusal must name, if one is marked."""
        files = sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]
        for file in files:
            if file.is_file() and file.suffix == ".yaml":
                for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                    if _MARK in line:
                        return file.name if self.path.is_dir() else "compose.yaml", number
        return None


def samples(kind: str) -> list[Sample]:
    """Every sample of `hostile`, `honest` or `mistaken`, by name."""
    return [_sample(path) for path in sorted((HERE / kind).iterdir()) if path.suffix != ".txt"]


def _sample(path: Path) -> Sample:
    text = (path / "TRIES" if path.is_dir() else path).read_text(encoding="utf-8-sig")
    match = _FIRST_COMMENT.search(text)
    if match is None:
        raise AssertionError(f"{path}: no comment says what it tries")
    return Sample(path, (match["rule"] or "") if path.parent.name != "honest" else "")
