"""Exact numbers for marks, rounded as schools round: half a step goes up."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from decimal import Decimal

HUNDREDTH: Final = Fraction(1, 100)


def exact(number: float | Decimal | str) -> Fraction:
    """The number as it is written: 0.1 is a tenth, and not the nearest binary fraction."""
    return Fraction(str(number))


def round_half_up(value: Fraction, step: Fraction = HUNDREDTH) -> Fraction:
    """The multiple of `step` that is nearest to `value`; of two that are equally near, the higher."""
    return math.floor(value / step + Fraction(1, 2)) * step
