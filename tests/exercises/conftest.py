"""A desk for the exercises of the todos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exercises.todos import MATERIAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.desk import Desk


@pytest.fixture
def todos(desk: Desk, images: Callable[..., None]) -> Desk:
    """A desk with the images of the todos, built from the material as the sheet says."""
    images("mvertes/alpine-mongo", "python:alpine")
    desk.type(f"{MATERIAL}/build.sh && mkdir -p ~/Docker/todos/mongo/db", limit_s=300)
    return desk
