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
GROUP = "container-lab-grader"
"""The heading of our options in `pytest --help`."""
TESTINFRA = "pytest11.testinfra"
"""The pytest plugin of testinfra, which the grader uses as a library only."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    add = parser.getgroup("grader", GROUP).addoption
    add("--machine", metavar="URL")
    # testinfra's plugin, when active, defines the same option; defining it twice would stop pytest.
    if pluginmanager.is_blocked(TESTINFRA) or os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        add("--ssh-config", metavar="FILE")
    add("--student", metavar="ID")
    add("--student-name", metavar="NAME")
    add("--ports", metavar="FIRST-LAST")
    add("--lang", metavar="fr|en")
    add("--results", metavar="DIR")
    add("--record", action="store_true")
    add("--passive", action="store_true")
    add("--disposable", action="store_true")
    add("--hints", metavar="1|2|3")


def _explain_options(config: pytest.Config) -> None:
    """Gives our options their help, which is read only when it is asked for."""
    from grader.messages import find_text
    from grader.settings import language_for_errors, requested_language

    # Not `config.option.lang`: pytest reads nothing that comes after --help.
    arguments = list(map(str, config.invocation_params.args))
    language = language_for_errors(requested_language(arguments), os.environ)
    # pytest takes the text of an option only together with the option, before the language is known.
    [group] = [one for one in config._parser.optparser._action_groups if one.title == GROUP]  # noqa: SLF001
    for action in group._group_actions:  # noqa: SLF001
        action.help = find_text("help", f"pytest.{action.dest.replace('_', '-')}", language)


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
    from grader.settings import language_for_errors

    return pytest.UsageError(error.message(language_for_errors(config.option.lang or "", os.environ)))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.help:
        _explain_options(config)
        return
    exercises = named_exercises(config)
    if not exercises:
        return
    from grader.commands.test.hooks import GradingPlugin
    from grader.commands.test.reporter import GraderTerminalReporter
    from grader.errors import GraderError
    from grader.grading.request import request_of
    from grader.settings import language_of

    if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
        # In xdist's workers, checks would pass or fail unseen, and the run would end with 0.
        raise _usage_error(GraderError("usage.in-parallel"), config)
    try:
        folder = (config.option.results or "").strip()
        if config.option.record and not folder:
            raise GraderError("usage.record-without-results")  # noqa: TRY301 - as what is called here raises
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
