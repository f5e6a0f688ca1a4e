"""The tables of docs/engines.md: how many solutions were tried, and each one whose verdicts differ, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.lab.job_engine.pushed import Attempt

_REASONS: Final = Path(__file__).parent / "reasons.toml"
_NOT_EXPLAINED: Final = "**not explained**"
_BEGIN: Final = "<!-- python -m tests.lab.job_engine -->\n"
_END: Final = "<!-- end -->\n"


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why verdicts differ, and in which solutions."""

    text: str
    solutions: list[str]


@dataclass(frozen=True, slots=True)
class ExpectedSolution:
    """A solution, whether it was tried or not."""

    name: str
    mark: float
    """By its recorded verdicts."""


def read_reasons() -> dict[str, Reason]:
    return msgspec.toml.decode(_REASONS.read_bytes(), type=dict[str, Reason])


def tables(
    solutions: Sequence[ExpectedSolution], attempts: Mapping[str, Attempt], reasons: Mapping[str, Reason]
) -> list[str]:
    """The lines of both tables."""
    by_solution = {name: key for key, reason in reasons.items() for name in reason.solutions}
    lines = ["| exercise | solutions | tried | as recorded | otherwise |", "| --- | ---: | ---: | ---: | ---: |"]
    differing: list[tuple[ExpectedSolution, Attempt]] = []
    for exercise in dict.fromkeys(one.name.partition("/")[0] for one in solutions):
        of_it = [one for one in solutions if one.name.startswith(f"{exercise}/")]
        tried = [(one, attempts[one.name]) for one in of_it if one.name in attempts]
        others = [(one, attempt) for one, attempt in tried if not attempt.is_as_recorded]
        differing += others
        lines.append(f"| {exercise} | {len(of_it)} | {len(tried)} | {len(tried) - len(others)} | {len(others)} |")
    lines += [
        "",
        "| solution | mark recorded | mark seen | first difference | why |",
        "| --- | ---: | ---: | --- | --- |",
    ]
    for one, attempt in differing:
        seen = "–" if attempt.mark is None else f"{attempt.mark:g}"
        why = by_solution.get(one.name, _NOT_EXPLAINED)
        lines.append(f"| {one.name} | {one.mark:g} | {seen} | {_first_difference(attempt)} | {why} |")
    used = {by_solution[one.name] for one, _ in differing if one.name in by_solution}
    return [*lines, "", *(f"- **{key}**: {reason.text}" for key, reason in reasons.items() if key in used)]


def update_page(page: Path, lines: Iterable[str]) -> None:
    """Puts the lines between the two marks of `page`. Raises `ValueError` if it has none."""
    text = page.read_text(encoding="utf-8")
    wanted = f"{_BEGIN}\n" + "".join(f"{line}\n" for line in lines) + f"\n{_END}"
    replaced, count = re.subn(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", lambda _: wanted, text, flags=re.DOTALL)
    if not count:
        raise ValueError(f"{page}: no line {_BEGIN.strip()}")
    page.write_text(replaced, encoding="utf-8")


def _first_difference(attempt: Attempt) -> str:
    if attempt.reason_code:
        return f"no mark: `{attempt.reason_code}`"
    check, words = next(iter(attempt.differences.items()))
    return f"`{check}`: {words}"
