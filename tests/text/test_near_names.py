"""Names that are nearly the expected ones."""

from __future__ import annotations

import pytest

from grader.text.near_names import match_names


@pytest.mark.parametrize(
    ("wanted", "names", "found"),
    [
        (["web"], ["webs", "x"], {"web": "webs"}),
        (["web"], ["Web"], {"web": "Web"}),
        (["todos-net"], ["todos_net"], {"todos-net": "todos_net"}),
        (["web"], ["x"], {}),
        ([], ["web"], {}),
        (["web"], [], {}),
        (["todos-api", "todos-app"], ["app", "api"], {"todos-api": "api", "todos-app": "app"}),
        (["todos-api", "todos-app"], ["todo-app"], {"todos-app": "todo-app"}),
        (["front-tier", "back-tier"], ["tier"], {"back-tier": "tier"}),
        (["a1", "a2"], ["a3"], {"a1": "a3"}),
    ],
)
def test_no_name_stands_for_two(wanted: list[str], names: list[str], found: dict[str, str]) -> None:
    assert match_names(wanted, names, 0.5) == found


def test_the_cutoff_decides_what_is_near() -> None:
    assert match_names(["todos-api"], ["api"], 0.54) == {"todos-api": "api"}
    assert match_names(["todos-api"], ["api"], 0.55) == {}
