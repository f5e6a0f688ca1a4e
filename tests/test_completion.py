"""`grader --show-completion` and `--install-completion` follow the shell of the one who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from grader.cli import app
from grader.errors import GraderError

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PLACES = {
    "bash": ".local/share/bash-completion/completions/grader",
    "fish": ".config/fish/completions/grader.fish",
    "zsh": ".zfunc/_grader",
}


def grader(*words: str, **environ: str) -> Result:
    return CliRunner().invoke(app, words, env=environ)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("shell", PLACES)
def test_the_script_is_put_where_the_shell_looks_for_it(shell: str, home: Path) -> None:
    shown = grader("--show-completion", SHELL=f"/bin/{shell}")
    assert f"_GRADER_COMPLETE={shell}_complete" in shown.output
    installed = grader("--install-completion", SHELL=f"/bin/{shell}")
    assert installed.output == f"{home / PLACES[shell]}\n"
    assert (home / PLACES[shell]).read_text(encoding="utf-8") in shown.output
    grader("--install-completion", SHELL=f"/bin/{shell}")
    startup = home / ".zshrc"
    assert (startup.read_text(encoding="utf-8").count("compinit") if startup.exists() else 0) == 2 * (shell == "zsh")


def test_commands_are_completed() -> None:
    done = grader(_GRADER_COMPLETE="bash_complete", COMP_WORDS="grader re", COMP_CWORD="1")
    assert done.output.split() == ["plain,regrade", "plain,rehearse", "plain,repo", "plain,report"]


def test_another_shell_is_an_error() -> None:
    done = grader("--show-completion", SHELL="/usr/bin/tcsh")
    assert isinstance(done.exception, GraderError)
    assert "'tcsh'" in done.exception.message("en")
