"""`[late]` of a course table: what late work costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec


class LatePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    grace_minutes: int = 0
    """Until so long after the deadline nothing is taken off; after that, the time counts from the deadline itself."""
    penalty: Decimal = Decimal(0)
    """What is taken off the mark for each started `per`."""
    per: Literal["day", "hour"] = "day"
    at_most: Decimal | None = None
    """The most that is taken off."""
