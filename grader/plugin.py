"""The pytest plugin: options, and the switch that turns it on. Thin, and inert in anyone else's project.

Nothing heavier than pytest is imported here: the rest follows only when an exercise is to be graded.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from grader.errors import GraderError

__all__: list[str] = []

SHEET = "exercise.toml"


TESTINFRA = "pytest11.testinfra"
"""The plugin of a package that we use as a library."""


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    group = parser.getgroup("grader", "container-lab-grader")
    add = group.addoption
    add("--machine", metavar="URL", help="local, unix:///…, tcp://host:2376, ssh://user@host:port or recording:FILE")
    # testinfra's plugin, where it is let in, brings the very same option; two of a name would stop pytest.
    if pluginmanager.is_blocked(TESTINFRA) or os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        add("--ssh-config", metavar="FILE", help="configuration for ssh, instead of the user's own")
    add("--student", metavar="ID", help="whose work this is; names the files of --results")
    add("--student-name", metavar="NAME", help="the name that goes with --student")
    add("--ports", metavar="FIRST-LAST", help="the range of ports reserved for the student, such as 41200-41209")
    add("--lang", metavar="fr|en", help="language of the screen (else GRADER_LANG, else the locale, else French)")
    add("--results", metavar="DIR", help="write DIR/<exercise>/<student>.json and .xml")
    add("--record", action="store_true", help="also write .recording, everything that was asked and answered")
    add("--passive", action="store_true", help="only look: change nothing, not even for a moment")
    add("--disposable", action="store_true", help="also run the checks that break things and mend them again")
    add("--hints", metavar="1|2|3", help="where to look, what is wrong, what to read (2 unless told)")


def exercises_meant(config: pytest.Config) -> list[Path]:
    """The exercises that the command line names: a folder with a sheet, something in it, or a folder of such."""
    meant: dict[Path, None] = {}
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return []
    for arg in config.args:
        path = Path(config.invocation_params.dir, arg.partition("::")[0])
        if not path.exists():
            _suggest(arg, path, config)
            continue
        path = path.resolve()
        own = next((folder for folder in (path, *path.parents) if (folder / SHEET).is_file()), None)
        if own:
            meant[own] = None
        elif path.is_dir() and path != config.rootpath:
            inside = sorted(child.parent for child in path.glob(f"*/{SHEET}"))
            if not inside and (config.invocation_params.dir / "exercises" / path.name / SHEET).is_file():
                _suggest(arg, path, config)  # the folder of the student's own work: it has the exercise's name
            meant.update(dict.fromkeys(inside))
    return list(meant)


def _suggest(typed: str, path: Path, config: pytest.Config) -> None:
    """Where real exercises are at hand, says which may be meant; elsewhere pytest says its own."""
    start = config.invocation_params.dir
    # Lists, since a search that is left half done is a warning, which some projects make an error.
    is_elsewhere = path.parent.is_dir() and path.parent != start  # `tests/machne` means no exercise
    if list(path.parent.glob(f"*/{SHEET}")) or (not is_elsewhere and list((start / "exercises").glob(f"*/{SHEET}"))):
        from grader.machine.exercise_folder import no_such_exercise  # noqa: PLC0415 - only for a mistake

        raise _usage(no_such_exercise(typed.partition("::")[0], path, start), config)


def _usage(error: GraderError, config: pytest.Config) -> pytest.UsageError:
    from grader.settings import said_to_the_user  # noqa: PLC0415 - only for a mistake

    return pytest.UsageError(said_to_the_user(error, config.option.lang or "", os.environ))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    exercises = exercises_meant(config)
    if not exercises or config.option.help:
        return
    from grader.errors import GraderError, TypedError  # noqa: PLC0415 - only where there is something to grade
    from grader.grading import Grading  # noqa: PLC0415
    from grader.reports.terminal import Screen  # noqa: PLC0415
    from grader.settings import settings_of  # noqa: PLC0415

    if getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None):
        # In xdist's workers every check would pass or fail unseen, and the run end with 0.
        raise _usage(TypedError("typed-in-parallel"), config)
    try:
        grading = Grading(config, settings_of(vars(config.option), os.environ), exercises)
    except GraderError as error:
        raise _usage(error, config) from error
    # Where the exercises stand in a folder that only the teacher may write to, no cache is kept, and that is no error.
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")
    plugins = config.pluginmanager
    if plugins.has_plugin(TESTINFRA):
        plugins.unregister(name=TESTINFRA)  # its fixture `host` would be the grader's own computer
    plugins.register(grading, "grader-grading")
    standard = plugins.get_plugin("terminalreporter")
    if standard is not None:
        plugins.unregister(standard)
        plugins.register(Screen(config, grading), "terminalreporter")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A student's machine is looked at only when an exercise is named: `pytest .` is not enough."""
    if config.pluginmanager.has_plugin("grader-grading"):
        # What a student left in the folder, and the solutions, are no checks.
        return True if collection_path.name in {"solutions", "material"} else None
    return True if (collection_path / SHEET).is_file() else None
