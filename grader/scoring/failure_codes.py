"""The codes that a suite fails with, `fail("restart-policy", …)`: each must be in the exercise's `messages.toml`."""

from __future__ import annotations

import ast
import difflib
import re
from typing import TYPE_CHECKING, Final

from grader.errors import ExerciseError
from grader.exercise.messages import MESSAGES_FILE, placeholders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.messages import Words

_LIKE_A_CODE: Final = re.compile(r"[a-z]+(-[a-z0-9]+)+")


def require_known_failures(folder: Path, messages: Mapping[str, Mapping[str, Words]]) -> None:
    """Raises `ExerciseError` for a code without words, and for a value that its words show and the check does not give.

    Codes that are not written as a text are not looked at.
    """
    for path in sorted(folder.glob("test_*.py")):
        for node, code, given in _failures(ast.parse(path.read_bytes())):
            place = {"where": f"{path}:{node.lineno}", "code": code}
            if code not in messages:
                near = difflib.get_close_matches(code, messages, 1) or list(messages)
                error = "suite.unknown-code" if near else "suite.no-messages"
                raise ExerciseError(error, **place, known=", ".join(near), file=folder / MESSAGES_FILE)
            missing = placeholders(messages[code]) - given if given is not None else frozenset()
            if missing:
                raise ExerciseError("suite.missing-values", **place, names=", ".join(sorted(missing)))


def _failures(tree: ast.Module) -> Iterator[tuple[ast.Call | ast.Assert, str, frozenset[str] | None]]:
    """Each `fail(…)` and each `assert …, "code"`, its code and the names of its values; `None` if they are unknown."""
    own_names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "grader"
        for alias in node.names
        if alias.name == "fail"
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code))], keywords=keywords):
                if name in own_names:
                    given = [keyword.arg for keyword in keywords]
                    yield node, code, None if None in given else frozenset(filter(None, given))
            case ast.Assert(msg=ast.Constant(value=str(code))) if _LIKE_A_CODE.fullmatch(code):
                yield node, code, frozenset()
