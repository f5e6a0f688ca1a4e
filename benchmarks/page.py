"""The figures as a table on the screen, as `bench.json`, and as a page of the documentation."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from benchmarks.figure import Part
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from benchmarks.figure import Figure, Table

_KEPT: Final = ROOT / "bench.json"
_PAGE: Final = ROOT / "docs" / "figures.md"

_HEAD = """# Figures

Written by `make bench`, `make bench-fairness` and `make faults`. Programs that are compared ran alternately on one
machine, which also ran all the students' machines with their engines and `sshd`: the ratios mean more than the seconds.
The load average of each part shows how busy the machine was when it began. Figures without a target are for
information.

"""


def save_part(name: str, part: Part) -> None:
    """Replaces the previous figures of a part; the other parts stay, in `bench.json` and on the page."""
    try:
        parts = msgspec.json.decode(_KEPT.read_bytes(), type=dict[str, Part])
    except (OSError, msgspec.DecodeError):
        parts = {}
    parts[name] = part
    _KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(parts)) + b"\n")
    _PAGE.write_text(with_section(_PAGE.read_text(encoding="utf-8"), part), encoding="utf-8")


def with_section(page: str, part: Part) -> str:
    """The page with a part's section replaced, or added at the end. The machine's line is this machine's."""
    _, *sections = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    title, section = f"## {part.title}\n", _section(part)
    replaced = [section if one.startswith(title) else one.rstrip("\n") + "\n" for one in sections]
    if section not in replaced:
        replaced.append(section)
    return "\n".join([f"{_HEAD}Machine: {_machine()}.\n", *replaced])


def as_table(part: Part) -> str:
    lines = [f"{part.title} (load {part.load_average})"]
    for one in part.figures:
        aim = f"   target: {one.target}" if one.target else ""
        lines.append(f"  {one.name:<74} {_value(one):>12}{aim}")
        lines += [f"      {one.note}"] if one.note else []
    lines += [" · ".join(row) for table in part.tables for row in (table.head, *table.rows)]
    return "\n".join(lines) + "\n"


def _section(part: Part) -> str:
    rows = [
        f"| {one.name}{f' ({one.note})' if one.note else ''} | {_value(one)} | {one.target} |" for one in part.figures
    ]
    head = [f"## {part.title}", "", f"{part.measured_at}, load average {part.load_average}.", ""]
    tables = [line for table in part.tables for line in ("", *_table(table))]
    return "\n".join([*head, "| figure | measured | target |", "| --- | --- | --- |", *rows, *tables]) + "\n"


def _table(table: Table) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (table.head, ["---"] * len(table.head), *table.rows)]


def _value(one: Figure) -> str:
    digits = 0 if one.value == round(one.value) or abs(one.value) >= 100 else 2
    return f"{one.value:,.{digits}f} {one.unit}".strip()


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    model = next((line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{os.cpu_count()} processors ({model}), {memory:.0f} GiB, Python {platform.python_version()}"
