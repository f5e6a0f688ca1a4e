"""The pytest plugin: its options, and the switch that turns it on. It does nothing in other projects.

Nothing heavier than pytest is imported here; the rest is imported only when there is an exercise to grade.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.errors import GraderError

SPEC_FILE = "exercise.toml"


TESTINFRA = "pytest11.testinfra"
"""The pytest plugin of testinfra, which the grader uses as a library only."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    group = parser.getgroup("grader", "container-lab-grader")
    add = group.addoption
    add("--machine", metavar="URL", help="local, unix:///…, tcp://host:2376, ssh://user@host:port or recording:FILE")
    # testinfra's plugin, when active, defines the same option; defining it twice would stop pytest.
    if pluginmanager.is_blocked(TESTINFRA) or os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        add("--ssh-config", metavar="FILE", help="SSH configuration file to use instead of your own")
    add("--student", metavar="ID", help="the student's id; names the files of --results")
    add("--student-name", metavar="NAME", help="the student's name, shown beside the id")
    add("--ports", metavar="FIRST-LAST", help="the student's reserved port range, such as 41200-41209")
    add("--lang", metavar="fr|en", help="language of the output (default: GRADER_LANG, then the locale, then fr)")
    add("--results", metavar="DIR", help="write DIR/<exercise>/<student>.json and .xml")
    add("--record", action="store_true", help="also write .recording: every question to the machine and its answer")
    add("--passive", action="store_true", help="only look; change nothing, not even for a moment")
    add("--disposable", action="store_true", help="also run the checks that break things and repair them")
    add("--hints", metavar="1|2|3", help="1: where to look, 2: what is wrong, 3: what to read (default: 2)")


def named_exercises(config: pytest.Config) -> list[Path]:
    """Exercises named on the command line: an exercise folder, a path inside one, or a folder of exercises."""
    meant: dict[Path, None] = {}
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return []
    for arg in config.args:
        path = Path(config.invocation_params.dir, arg.partition("::")[0])
        if not path.exists():
            _suggest(arg, path, config)
            continue
        path = path.resolve()
        own = next((folder for folder in (path, *path.parents) if (folder / SPEC_FILE).is_file()), None)
        if own:
            meant[own] = None
        elif path.is_dir() and path != config.rootpath:
            inside = sorted(child.parent for child in path.glob(f"*/{SPEC_FILE}"))
            if not inside and (config.invocation_params.dir / "exercises" / path.name / SPEC_FILE).is_file():
                _suggest(arg, path, config)  # the student's own folder, which has the exercise's name
            meant.update(dict.fromkeys(inside))
    return list(meant)


def _suggest(typed: str, path: Path, config: pytest.Config) -> None:
    """Suggests an exercise for a mistyped path, where there are exercises; elsewhere pytest reports the path."""
    start = config.invocation_params.dir
    # Lists: an unfinished generator causes a warning, which some projects turn into an error.
    is_elsewhere = path.parent.is_dir() and path.parent != start  # `tests/machne` is not meant as an exercise
    if list(path.parent.glob(f"*/{SPEC_FILE}")) or (
        not is_elsewhere and list((start / "exercises").glob(f"*/{SPEC_FILE}"))
    ):
        from grader.exercise.find import no_such_exercise

        raise _usage_error(no_such_exercise(typed.partition("::")[0], path, start), config)


def _usage_error(error: GraderError, config: pytest.Config) -> pytest.UsageError:
    from grader.settings import user_message

    return pytest.UsageError(user_message(error, config.option.lang or "", os.environ))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    exercises = named_exercises(config)
    if not exercises or config.option.help:
        return
    from grader.commands.test.hooks import GradingPlugin
    from grader.commands.test.reporter import GraderTerminalReporter
    from grader.errors import GraderError, UsageError
    from grader.grading.request import request_of
    from grader.settings import language_of

    if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
        # In xdist's workers, checks would pass or fail unseen, and the run would end with 0.
        raise _usage_error(UsageError("typed-in-parallel"), config)
    try:
        folder = (config.option.results or "").strip()
        if config.option.record and not folder:
            raise UsageError("typed-record-without-results")
        requests = [request_of(vars(config.option), os.environ, exercise) for exercise in exercises]
        language = language_of(config.option.lang or "", os.environ)
        grading = GradingPlugin(config, requests, language, Path(folder) if folder else None)
    except GraderError as error:
        raise _usage_error(error, config) from error
    # If only the teacher may write to the exercises folder, pytest cannot keep its cache there; that is not an error.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")
    plugins = config.pluginmanager
    if plugins.has_plugin(TESTINFRA):
        plugins.unregister(name=TESTINFRA)  # its fixture `host` is the grader's own computer
    plugins.register(grading, "grader-grading")
    standard = plugins.get_plugin("terminalreporter")
    if standard is not None:
        plugins.unregister(standard)
        plugins.register(GraderTerminalReporter(config, grading), "terminalreporter")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignores exercises unless one is named: `pytest .` does not grade the machine."""
    if config.pluginmanager.has_plugin("grader-grading"):
        # Test files in a student's material or in the solutions are not checks.
        return True if collection_path.name in {"solutions", "material"} else None
    return True if (collection_path / SPEC_FILE).is_file() else None
