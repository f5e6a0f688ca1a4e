"""The command line knows every command folder, and imports none that is not called."""

from __future__ import annotations

import subprocess
import sys

from grader.cli import COMMANDS
from tests.student_shell import ROOT


def test_the_command_line_has_each_folder_that_holds_a_command() -> None:
    assert list(COMMANDS) == sorted(path.parent.name for path in ROOT.glob("grader/commands/*/command.py"))


def test_a_command_that_is_called_imports_no_other_command() -> None:
    script = (
        "import sys\n"
        "sys.argv = ['grader', 'start', 'no-such-exercise']\n"
        "from grader.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    print(end.code)\n"
        "print(*sorted({name.split('.')[2] for name in sys.modules if name.startswith('grader.commands.')}))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["4", "start"]
