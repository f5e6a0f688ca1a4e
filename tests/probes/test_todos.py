"""The todos in the API's JSON, in whatever shape a school's own API gives it."""

from __future__ import annotations

import pytest

from grader.probes.todos import parse_todos


@pytest.mark.parametrize(
    ("body", "todos"),
    [
        (b'[{"id": "1", "text": "pain"}]', {"1": "pain"}),
        (b'{"todos": [{"id": 7, "text": "pain", "done": false}], "count": 1}', {"7": "pain"}),
        (b'{"id": "1", "text": "seul"}', {"1": "seul"}),
        (b'[{"_id": "1", "text": "pain"}]', {}),
        (b"[]", {}),
        (b"<html>", {}),
        (b"\xff", {}),
        (b"[" * 100_000, {}),
    ],
)
def test_todos_are_found_wherever_they_stand(body: bytes, todos: dict[str, str]) -> None:
    assert parse_todos(body, "id", "text") == todos
