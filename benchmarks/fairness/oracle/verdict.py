"""What a check is worth in a state, as the oracle sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True)
class Earned:
    """What the handout asks for is there."""


@dataclass(frozen=True)
class Lost:
    """It is not there. Any of these diagnoses names the cause."""

    codes: frozenset[str]


@dataclass(frozen=True)
class Unknown:
    """The engine's answers do not decide it."""


Verdict: TypeAlias = Earned | Lost | Unknown
EARNED: Final = Earned()
UNKNOWN: Final = Unknown()


def lost(*codes: str) -> Lost:
    return Lost(frozenset(codes))


def first(*verdicts: Verdict) -> Verdict:
    """Lost if one of them is, with the causes of all that are lost; else unknown if one of them is."""
    codes = [one.codes for one in verdicts if isinstance(one, Lost)]
    if codes:
        return Lost(frozenset().union(*codes))
    return UNKNOWN if any(isinstance(one, Unknown) for one in verdicts) else EARNED
