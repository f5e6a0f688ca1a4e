"""Small repositories, written as tables, and the policy's answer to each; no engine is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.submission.layout import find_layout
from grader.submission.policy.review import review_repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.submission.policy.findings import Review


@dataclass(frozen=True)
class ComposeCase:
    """A repository, and the rule that it must break; none for an honest one."""

    compose: str
    rule: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def review(self, folder: Path) -> Review:
        return review_files(folder, {"compose.yaml": self.compose, **self.files}, self.links)


def compose_with_services(*lines: str, rest: str = "") -> str:
    """A compose file with one line for each service."""
    return "services:\n" + "".join(f"  {line}\n" for line in lines) + rest


def compose_with_one_service(keys: str, rest: str = "") -> str:
    """A compose file with one service, and its keys in flow style."""
    return compose_with_services(f"a: {{image: alpine, {keys}}}", rest=rest)


def review_files(folder: Path, files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> Review:
    """The policy's answer for a repository of these files and links."""
    root, home = folder / "repository", folder / "home"
    home.mkdir()
    root.mkdir()
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, target in (links or {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)
    work = find_layout(root, "tp6")
    assert work is not None
    return review_repository(root, work, home, scripts=True)


def refused_rules(review: Review) -> set[str]:
    return {refusal.rule for refusal in review.refused}
