"""Checks ask a machine nothing themselves: they get every fact from a probe."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CHECKS = Path(__file__).parent.parent / "grader" / "checks"
ASKING = {"ask", "ask_uncached", "engine", "transport"}
"""Members of `Machine` that ask, or that give access to what asks."""


@pytest.mark.parametrize("path", sorted(CHECKS.rglob("*.py")), ids=lambda path: path.relative_to(CHECKS).as_posix())
def test_a_check_asks_only_through_probes(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {name for name in imported if name.endswith("Question")}
    assert not used & ASKING
