"""Reads what Compose and the builders print: the engine's own errors apart from what build steps print.

A step may print anything, so its lines are recognized by their place, never by their words. Recorded with the classic
builder and BuildKit of Docker 20.10 to 28, and Compose 5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.programs.bounded import FinishedProgram

_ANSI: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BUILDKIT: Final = re.compile(r"#(\d+) (?:(\d+\.\d+) )?(.*)")
"""The number of a step; the time, before a line that it printed; its heading, its end, or that line."""
_BUILDKIT_END: Final = re.compile(r"DONE\b|CACHED$|CANCELED$|ERROR: ")
_REPEATED: Final = re.compile(r"-{6,}$| > |\d+\.\d+ | *\d+ \| |\S+:\d+$")
"""Of a failed step, below its number: its heading, its last lines, and the lines of the Dockerfile."""
_CLASSIC_STEP: Final = re.compile(r"Step \d+/\d+ : (.*)")
_CLASSIC_NOISE: Final = re.compile(r" ---> |Removing intermediate |Successfully |Sending build context|#\d+ ")
_PULL: Final = re.compile(r"\s*Image (\S+) (Pulling|Pulled|Error|Interrupted|Skipped|Warning)\b")
_STEP_FAILED: Final = re.compile(
    r"""(?:process "(?P<now>.*)" did not complete successfully|executor failed running \[(?P<once>.*)\]): (?P<why>.*)"""
    r"""|The command '(?P<classic>.*)' returned a non-zero code: \d+"""
)
_EXIT_CODE: Final = re.compile(r"exit code: -?\d+$")


@dataclass(slots=True)
class BuildStep:
    heading: str
    """As in the Dockerfile, such as `[api 2/4] RUN pip install flask`."""
    lines: list[str] = field(default_factory=list)
    """What it printed."""
    has_ended: bool = False
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class BringUpOutput:
    errors: tuple[str, ...]
    """Lines of the engine and of its clients, without what steps print and without the commands of failed steps."""
    failed: tuple[BuildStep, ...]
    """Steps whose command has failed."""
    unfinished: tuple[BuildStep, ...]
    """Steps that were running when the output ended."""
    classic_steps: tuple[str, ...]
    """The instructions that the classic builder has begun."""
    unfinished_pulls: tuple[str, ...]
    """Names of images that were being pulled when the output ended."""


def read_output(done: FinishedProgram) -> BringUpOutput:
    """Read all that the program printed."""
    out = re.split(r"[\r\n]+", _ANSI.sub("", done.stdout.decode("utf-8", "replace")))
    steps = _buildkit_steps([*out, *done.stderr])
    errors: list[str] = []
    failed = [step for step in steps if step.has_failed]
    for line in [*(one for one in out if _is_error_of_buildkit(one) or _PULL.match(one)), *done.stderr]:
        if (step := _failed_step(line)) is not None:
            if step.heading:
                failed.append(BuildStep(step.heading, _printed_by_classic_steps(out), has_ended=True, has_failed=True))
            errors += step.lines
        elif _is_error_of_buildkit(line) or not (_BUILDKIT.match(line) or _REPEATED.match(line)):
            errors.append(line)
    classic = _unfinished_classic_step(out)
    pulls = {name: state for line in (*out, *done.stderr) for name, state in _PULL.findall(line)}
    return BringUpOutput(
        errors=tuple(errors),
        failed=tuple(failed),
        unfinished=(*(step for step in steps if not step.has_ended), *classic),
        classic_steps=tuple(match[1] for line in out if (match := _CLASSIC_STEP.match(line))),
        unfinished_pulls=tuple(name for name, state in pulls.items() if state == "Pulling"),
    )


def _is_error_of_buildkit(line: str) -> bool:
    match = _BUILDKIT.match(line)
    return match is not None and match[2] is None and match[3].startswith("ERROR: ")


def _buildkit_steps(lines: Iterable[str]) -> list[BuildStep]:
    steps: dict[str, BuildStep] = {}
    for line in lines:
        match = _BUILDKIT.match(line)
        if match is None:
            continue
        number, time, text = match.groups()
        step = steps.setdefault(number, BuildStep("" if time else text))
        if time:
            step.lines.append(text)
        elif _BUILDKIT_END.match(text):
            step.has_ended = True
            step.has_failed = _EXIT_CODE.search(text) is not None
    return [step for number, step in steps.items() if number != "0"]


def _failed_step(line: str) -> BuildStep | None:
    """The step whose failure `line` reports; its lines are what the engine says besides. `None` for other lines."""
    match = _STEP_FAILED.search(line)
    if match is None:
        return None
    if match["classic"] is not None:
        return BuildStep(match["classic"])
    return BuildStep("", [] if _EXIT_CODE.search(match["why"]) else [match["why"]])


def _printed_by_classic_steps(out: list[str]) -> list[str]:
    """Builds run side by side, and their lines cannot be told apart."""
    return [line for line in out if not _CLASSIC_NOISE.match(line) and not _CLASSIC_STEP.match(line)]


def _unfinished_classic_step(out: list[str]) -> list[BuildStep]:
    last = next((number for number in reversed(range(len(out))) if _CLASSIC_STEP.match(out[number])), None)
    if last is None or any(line.startswith("Successfully ") for line in out[last:]):
        return []
    heading = _CLASSIC_STEP.sub(r"\1", out[last])
    return [BuildStep(heading, _printed_by_classic_steps(out[last + 1 :]))]
