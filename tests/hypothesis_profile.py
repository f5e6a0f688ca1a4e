"""How property tests run here: the same examples every time, and no time limit that a busy machine breaks."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

DETERMINISTIC = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""A decorator, above `@given`. A shared fixture is allowed, since it only says where a file goes."""
