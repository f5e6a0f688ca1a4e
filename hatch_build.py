"""Metadata that depends on where the repository is published: the README's links, and the project's URLs."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)\s]+)\)")


class PublishedAt(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        """Reads `PROJECT_URL`, such as `https://git.example.org/lab/grader`; GitHub and GitLab have the same paths."""
        url = os.environ.get("PROJECT_URL", "").rstrip("/")
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = absolute_links(readme, url, f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        if url:
            metadata["urls"] = {
                "Source": url,
                "Documentation": f"{url}/tree/v{metadata['version']}/docs",
                "Changelog": f"{url}/blob/v{metadata['version']}/CHANGELOG.md",
                "Issues": f"{url}/issues",
            }


def absolute_links(markdown: str, url: str, tag: str) -> str:
    """`markdown` with its relative links below `url` at `tag`; without a URL, their text only: none leads nowhere."""

    def absolute(link: re.Match[str]) -> str:
        image, text, path = link.groups()
        if not url:
            return text
        return f"{image}[{text}]({url}/{'raw' if image else 'blob'}/{tag}/{path})"

    return _RELATIVE_LINK.sub(absolute, markdown)
