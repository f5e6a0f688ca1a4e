"""An exercise with texts as long and as wide as they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TITLES = (
    "漢字の名前のコンテナがポート四千番で応答し、そのページはあなたのフォルダから来ていて、別のコンテナからのものではない",
    "« œuvre » 🐳🐳 e\u0301te\u0301 " + "très long " * 20,
    "/" + "chemin/" * 30 + "漢字" * 30,
    "court",
)
CHECKS = len(TITLES)


def write_strange_exercise(folder: Path) -> Path:
    """In `folder`: four checks, of which the last two fail, one by an assertion with such a text."""
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text(
        f'points = {10 + CHECKS}\n[title]\nfr = "{TITLES[0]} {TITLES[1]}"\nen = "{TITLES[0]} {TITLES[1]}"\n',
        encoding="utf-8",
    )
    lines = ["from grader import Machine, check\n"]
    for number, title in enumerate(TITLES):
        points = 11 if number == 0 else 1
        lines.append(
            f"@check(points={points}, fr={title!r}, en={title!r})\n"
            f"def test_{number}(machine: Machine) -> None:\n"
            f"    assert {number} < 2, {title!r}\n"
        )
    (folder / "test_strange.py").write_text("\n".join(lines), encoding="utf-8")
    return folder
