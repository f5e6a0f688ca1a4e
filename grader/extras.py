"""The extras of the installation: what students do not need is not installed unless it is asked for."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final, Literal

from grader.errors import GraderError

Extra = Literal["teacher", "repo", "cluster"]
_MODULES: Final[dict[Extra, tuple[str, ...]]] = {
    "teacher": ("jinja2", "openpyxl", "cryptography"),
    "repo": ("yaml",),
    "cluster": ("distributed",),
}
"""What each extra of `pyproject.toml` installs, by the name to import."""


def require_extra(extra: Extra, what: str) -> None:
    """Raises `GraderError`, which says what to install, if `extra` is missing. `what` needs it."""
    if not has_extra(extra):
        raise GraderError("tool.extra", what=what, extra=extra)


def has_extra(extra: Extra) -> bool:
    return all(find_spec(module) for module in _MODULES[extra])
