"""docs/commands.md is what the program prints at 80 columns; `python -m tests.test_commands_page` writes it again."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import typer.main

from grader.cli import app
from tests.desk import ROOT

PAGE = ROOT / "docs" / "commands.md"
INTRODUCTION = """# Commands

Every verb of `grader` with its options, and the options that the plugin adds to `pytest`, as they print them.
Written by `python -m tests.test_commands_page`; a test holds it to the program.
"""


def printed(*words: str) -> str:
    environ = {name: text for name, text in os.environ.items() if not name.startswith(("PYTEST_", "GRADER_"))}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environ | {"COLUMNS": "80", "LANG": "C.UTF-8", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def help_of(*verb: str) -> str:
    return printed("-c", "import sys; sys.argv[0] = 'grader'; from grader.cli import main; main()", *verb, "--help")


def options_of_the_plugin() -> str:
    """The plugin's own part of `pytest --help`."""
    found = re.search(
        r"^container-lab-grader:\n(.*?)(?=^\S)", printed("-m", "pytest", "--help"), re.DOTALL | re.MULTILINE
    )
    assert found, "pytest does not name the plugin's options"
    return found[1].strip("\n")


def page() -> str:
    verbs = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    parts = [("`pytest`", options_of_the_plugin()), ("`grader`", help_of())]
    parts += [(f"`grader {verb}`", help_of(verb)) for verb in verbs]
    return INTRODUCTION + "".join(f"\n## {title}\n\n```text\n{text}\n```\n" for title, text in parts)


def test_the_page_of_commands_is_what_the_program_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.test_commands_page writes it again"


def test_no_help_is_wider_than_80_columns() -> None:
    assert [line for line in PAGE.read_text(encoding="utf-8").split("## ", 1)[1].splitlines() if len(line) > 80] == []


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
