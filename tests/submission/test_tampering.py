"""Files that a repository brings along to reach the grader change no verdict, neither up nor down."""

from __future__ import annotations

import pytest

from tests.submission.repositories import HONEST_COMPOSE, HONEST_SCRIPT, SCRIPT, RepositoryBench, verdicts

pytestmark = [pytest.mark.live, pytest.mark.long]

ALWAYS_GREEN = """\
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""
OUR_MODULE = "raise SystemExit('a module of the student was imported')\n"
FORGED = '{"format": "grader-result/1", "exercise": "tp9", "status": "graded", "points": 20, "mark": 20.0}'
WORTH_12 = {"tp9/up.sh": SCRIPT.replace("hello", "bye")}

TAMPERINGS: dict[str, dict[str, str]] = {
    "conftest.py at the top": {"conftest.py": ALWAYS_GREEN},
    "conftest.py in the folder": {"tp9/conftest.py": ALWAYS_GREEN},
    "conftest.py that ends the run": {"conftest.py": "import os\nos._exit(0)\n"},
    "pytest.ini": {"pytest.ini": "[pytest]\naddopts = --collect-only -p evil\n", "evil.py": ALWAYS_GREEN},
    "pytest.toml": {"pytest.toml": "[pytest]\naddopts = ['--collect-only']\n"},
    "tox.ini": {"tox.ini": "[pytest]\naddopts = -k nothing\n"},
    "setup.cfg": {"setup.cfg": "[tool:pytest]\naddopts = --exitfirst --deselect test_box.py\n"},
    "pyproject.toml": {"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--collect-only'\n"},
    "a plugin by entry point": {
        "evil-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: evil\nVersion: 1\n",
        "evil-1.dist-info/entry_points.txt": "[pytest11]\nevil = evil\n",
        "evil.py": ALWAYS_GREEN,
    },
    "sitecustomize.py": {"sitecustomize.py": OUR_MODULE, "tp9/sitecustomize.py": OUR_MODULE},
    "usercustomize.py in a home": {".local/lib/python3/site-packages/usercustomize.py": OUR_MODULE},
    "a .pth file": {"evil.pth": "import os; os._exit(0)\n"},
    "a module named grader": {"grader/__init__.py": OUR_MODULE, "tp9/grader.py": OUR_MODULE},
    "a module named docker": {"docker.py": OUR_MODULE, "docker/__init__.py": OUR_MODULE},
    "a module named pytest": {"pytest.py": OUR_MODULE, "_pytest/__init__.py": OUR_MODULE},
    "modules of the standard library": {"json.py": OUR_MODULE, "os.py": OUR_MODULE, "socket.py": OUR_MODULE},
    "an exercise of the same name": {
        "exercises/tp9/exercise.toml": "points = 0\n",
        "exercises/tp9/test_box.py": "def test_box_runs(): pass\n",
        "tp9/exercise.toml": "points = 0\n",
        "tp9/test_box.py": "def test_box_runs(): pass\n",
    },
    "results of the right name": {
        "results/tp9/e2301234.json": FORGED,
        "tp9/results/tp9/e2301234.json": FORGED,
        "tp9/e2301234.json": FORGED,
        "metrics.txt": "grader_mark 20\n",
    },
    "a policy of one's own": {"policy.toml": "[compose.service]\n", "grader/submission/policy/policy.toml": ""},
    "a pipeline of one's own": {".gitlab-ci.yml": "tp9: {script: ['echo mark 20/20 (100 %)']}\n"},
    "configuration of docker": {
        ".docker/config.json": '{"credHelpers": {"x": "evil"}, "currentContext": "evil", "cliPluginsExtraDirs": ["."]}',
        ".dockerignore": "*\n",
    },
    "configuration of the shell": {".bashrc": "exit 0\n", ".profile": "exit 0\n", ".bash_env": "exit 0\n"},
    "configuration of git": {".gitconfig": "[core]\nfsmonitor = evil\n", ".gitattributes": "* filter=evil\n"},
    "an environment": {"tp9/.env": "PYTEST_ADDOPTS=--collect-only\nPYTHONPATH=.\nPYTHONSTARTUP=evil.py\n"},
}

IN_THE_SCRIPT = {
    "exported variables": "export PYTEST_ADDOPTS=--collect-only PYTHONPATH=$PWD PYTHONHOME=/nowhere\n",
    "a home full of settings": (
        "mkdir -p ~/.config/pip ~/.docker ~/.local/lib/python3.11/site-packages\n"
        "echo 'import os; os._exit(0)' > ~/.local/lib/python3.11/site-packages/usercustomize.py\n"
        'echo \'{"currentContext": "evil"}\' > ~/.docker/config.json\n'
    ),
    "the grader's own folders": (
        "for d in / /tmp /usr/lib/python3 /root /opt; do echo 'import os; os._exit(0)' > $d/sitecustomize.py; done"
        " 2>/dev/null; true\n"
    ),
    "no address of the engine": "unset DOCKER_HOST\n",
    "a mark on its last line": "echo 'tp9 e2301234: mark 20/20 (100 %)'\n",
    "processes of the grader": (
        "for p in /proc/[0-9]*; do [ ${p#/proc/} = $$ ] || kill -9 ${p#/proc/}; done 2>/dev/null; true\n"
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_file_brought_along_changes_nothing(name: str, bench: RepositoryBench) -> None:
    """Beside work that is worth 12 of 20, so that it could raise the mark as well as lower it."""
    outcome = bench.grade_files(WORTH_12 | TAMPERINGS[name])
    assert verdicts(outcome.result) == {"test_box_runs": ("passed", 12), "test_data_says_hello": ("failed", 0)}
    assert outcome.result.mark == 12


@pytest.mark.parametrize("files", [HONEST_SCRIPT, HONEST_COMPOSE], ids=["script", "compose"])
def test_all_of_them_at_once_cost_honest_work_nothing(files: dict[str, str], bench: RepositoryBench) -> None:
    together = {path: text for tampering in TAMPERINGS.values() for path, text in tampering.items()}
    del together["tp9/.env"]
    assert bench.grade_files(together | files).result.mark == 20.0


@pytest.mark.parametrize("name", IN_THE_SCRIPT)
def test_what_a_script_does_beside_its_work_changes_nothing(name: str, bench: RepositoryBench) -> None:
    outcome = bench.grade_files({"tp9/up.sh": f"{IN_THE_SCRIPT[name]}{WORTH_12['tp9/up.sh']}"})
    assert outcome.result.mark == 12, outcome


def test_there_are_at_least_twenty_kinds() -> None:
    assert len(TAMPERINGS) + len(IN_THE_SCRIPT) >= 25
