"""The handouts: complete, in both languages, and without the answer."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

EXERCISES = sorted((Path(__file__).parents[2] / "exercises").glob("tp*"))
SOLUTIONS = sorted(path for exercise in EXERCISES for path in exercise.glob("solutions/*/**/up.sh"))
HANDOUTS = ("README.md", "README.en.md")


def names_required(toml: dict[str, Any]) -> list[str]:
    """Every name, port, path and image of `exercise.toml` that a student must use."""
    compose = toml.get("compose", {})
    names = [
        *(port["port"] for port in toml.get("ports", {}).values()),
        *(box.get(key) for box in toml.get("containers", {}).values() for key in ("name", "image", "port")),
        *(folder[key] for folder in toml.get("folders", {}).values() for key in ("outside", "inside")),
        *(net[key] for net in toml.get("networks", {}).values() for key in ("name", "driver")),
        *(file["path"] for file in toml.get("files", {}).values()),
        *(image[key] for image in toml.get("built", {}).values() for key in ("name", "base", "port", "under_mb")),
        *(service.get(key) for service in toml.get("services", {}).values() for key in ("name", "image", "port")),
        compose.get("project"),
        *compose.get("services", {}).values(),
        *compose.get("built", {}).values(),
    ]
    return [str(name) for name in names if name]


@pytest.mark.parametrize("handout", HANDOUTS)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_what_is_asked_for_is_said(exercise: Path, handout: str) -> None:
    toml = tomllib.loads((exercise / "exercise.toml").read_text(encoding="utf-8"))
    text = (exercise / handout).read_text(encoding="utf-8")

    asked = names_required(toml)
    assert asked
    unsaid = [name for name in asked if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    assert not unsaid, f"{exercise.name}/{handout} does not say {unsaid}"


@pytest.mark.parametrize("handout", HANDOUTS)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_points_on_the_handout_are_those_of_the_exercise(exercise: Path, handout: str) -> None:
    toml = tomllib.loads((exercise / "exercise.toml").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| (\d+) \| ", (exercise / handout).read_text(encoding="utf-8"), re.MULTILINE)

    assert sum(map(int, rows)) == toml["points"]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_no_handout_prints_the_answer(exercise: Path) -> None:
    answer = (exercise / "solutions" / "reference" / "up.sh").read_text(encoding="utf-8")
    commands = re.findall(r"docker (?:run|network create|service create|build|swarm init|compose up) .*", answer)
    assert commands

    for handout in HANDOUTS:
        text = (exercise / handout).read_text(encoding="utf-8")
        assert [command for command in commands if command in text] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_solution_says_what_it_is_and_is_bash(exercise: Path) -> None:
    scripts = [script for script in SOLUTIONS if exercise in script.parents]
    assert scripts

    for script in scripts:
        shebang, comment, *lines = script.read_text(encoding="utf-8").splitlines()
        assert shebang == "#!/usr/bin/env bash"
        assert re.match(r"# .{10,}", comment), f"{script}:2 does not say the mistake in words"
        assert "set -eu" in lines[:4]
        subprocess.run(["bash", "-n", script], check=True, timeout=20)


def test_there_are_enough_mistakes() -> None:
    wrong = [script for script in SOLUTIONS if script.parts[-3] == "wrong"]
    assert len(wrong) >= 140
