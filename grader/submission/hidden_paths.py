"""Replaces paths of the grader's computer by those that the student knows, in texts that are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.reports.result import ResultFile


def repository_paths(root: Path, home: Path, folder: Path | None = None) -> dict[str, str]:
    """What to show for each path of the copy of a repository at `root`, and of its empty `home`.

    Paths are shown as from `folder`, by default the repository itself.
    """
    start = folder or root
    return {f"{start}/": "", str(start): "."} | {
        f"{root}/": "",
        str(root): ".",
        f"{root.parent}/": "../",
        str(home): "~",
    }


def replace_paths(text: str, shown: Mapping[str, str]) -> str:
    """`text` with each path of `shown` replaced; of two that begin alike, the longer one."""
    pattern = "|".join(re.escape(path) for path in sorted(shown, key=len, reverse=True))
    return re.sub(pattern, lambda match: shown[match[0]], text)


def with_known_paths(result: ResultFile, shown: Mapping[str, str]) -> ResultFile:
    """`result` with each path of `shown` replaced in all its texts."""
    return msgspec.convert(_replaced(msgspec.to_builtins(result), shown), type(result))


def _replaced(value: Any, shown: Mapping[str, str]) -> Any:
    match value:
        case str():
            return replace_paths(value, shown)
        case dict():
            return {key: _replaced(one, shown) for key, one in value.items()}
        case list():
            return [_replaced(one, shown) for one in value]
        case _:
            return value
