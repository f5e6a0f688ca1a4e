"""The pytest plugin: its options, and the switch that turns it on. It does nothing in other projects.

Nothing heavier than pytest is imported here; the rest is imported only when there is an exercise to grade.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from grader.errors import GraderError
from grader.exercise.arguments import exercises_below, meant_arguments
from grader.exercise.find import exercises_in, is_exercise, which_exercise
from grader.garbage_collection import paused_collection

if TYPE_CHECKING:
    from collections.abc import Generator

GROUP: Final = "container-lab-grader"
"""The heading of our options in `pytest --help`."""
TESTINFRA: Final = "pytest11.testinfra"
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


ARGUMENTS: Final = pytest.StashKey[dict[str, str]]()
"""Each argument as it was typed, and as it is meant: see `grader.exercise.arguments`."""


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Finds out what is meant before pytest loads any `conftest.py`: which ones it loads depends on the paths."""
    options, start = early_config.known_args_namespace, early_config.invocation_params.dir
    typed = tuple(options.file_or_dir)
    is_ours = bool(typed or not early_config.getini("testpaths")) and not (options.help or options.version)
    if is_ours:
        try:
            meant = meant_arguments(typed, start, are_modules=options.pyargs)
        except GraderError as error:
            raise _usage_error(error, early_config) from error
        early_config.stash[ARGUMENTS] = dict(zip(typed or meant, meant, strict=True))
        options.file_or_dir[:] = meant
    try:
        return (yield)
    except Exception as error:
        # As in a clone of the grader's own repository: its tests need more than a student installs.
        is_conftest = type(error).__name__ == "ConftestImportFailure"  # pytest does not export it
        if is_conftest and is_ours and not typed and (there := exercises_below(start)):
            raise _usage_error(which_exercise(there, start, problem=str(error)), early_config) from error
        raise


def named_exercises(config: pytest.Config) -> list[Path]:
    """Exercises named on the command line: an exercise folder, a path inside one, or a folder of exercises."""
    named: dict[Path, None] = {}
    for arg in config.stash.get(ARGUMENTS, {}).values():
        path = Path(config.invocation_params.dir, arg.partition("::")[0]).resolve()
        own = next((folder for folder in (path, *path.parents) if is_exercise(folder)), None)
        if own:
            named[own] = None
        elif path.is_dir() and path != config.invocation_params.dir:
            named.update(dict.fromkeys(exercises_in(path).values()))
    return list(named)


def _usage_error(error: GraderError, config: pytest.Config) -> pytest.UsageError:
    from grader.output_streams import wrap_for
    from grader.settings import language_for_errors

    sentence = error.message(language_for_errors(config.known_args_namespace.lang or "", os.environ))
    indent = " " * len("ERROR: ")  # pytest writes it before the sentence
    return pytest.UsageError(wrap_for(sys.stderr, sentence, indent, indent).removeprefix(indent))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.help:
        _explain_options(config)
        return
    exercises = named_exercises(config)
    if not exercises:
        return
    with paused_collection():
        from grader.commands.test.hooks import GradingPlugin
        from grader.commands.test.reporter import GraderTerminalReporter
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
        arguments = config.stash[ARGUMENTS]
        grading = GradingPlugin(config, requests, arguments, language, Path(folder) if folder else None)
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
    return True if is_exercise(collection_path) else None
