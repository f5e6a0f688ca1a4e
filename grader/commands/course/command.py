"""The commands `grader course …`: courses of exercises, each in its own repository, beside ours."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from grader import exit_codes
from grader.command_options import lang_option
from grader.commands.course.difference import copies_of, copy_name, difference
from grader.commands.course.install import install
from grader.commands.course.source import CourseSource, parse_source, valid_name
from grader.errors import GraderError
from grader.exercise.courses import AddedCourse, added_courses, courses_folder, exercises_of
from grader.localized_help import LocalizedCommand, LocalizedGroup
from grader.messages import Texts
from grader.settings import language_of
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Callable


@click.group(cls=LocalizedGroup)
@click.pass_context
def course(context: click.Context) -> None:
    """Adds courses, lists, updates, compares and removes them."""
    if context.default_map:
        context.default_map = dict.fromkeys(course.commands, context.default_map)


def _subcommand(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """The decorator of `grader course NAME`; the catalogue has its help under `course-NAME`."""

    def decorate(function: Callable[..., None]) -> click.Command:
        made = click.command(f"course-{name}", cls=LocalizedCommand)(function)
        course.add_command(made, name)
        return made

    return decorate


@_subcommand("add")
@click.argument("source")
@click.option("--name", default="")
@lang_option
def add(*, source: str, name: str, lang: str) -> None:
    """Fetches a course."""
    texts = Texts("commands", language_of(lang, os.environ))
    wanted = parse_source(source)
    name = valid_name(name) if name else wanted.name
    if any(one.name == name for one in added_courses().values()):
        raise GraderError("added-course.exists", name=name)
    _print_course(install(wanted, name), texts)


@_subcommand("list")
@lang_option
def list_courses(*, lang: str) -> None:
    """Lists the courses that were added."""
    texts = Texts("commands", language_of(lang, os.environ))
    for one in added_courses().values():
        _print_course(one, texts)
    if not added_courses():
        print(texts("course.none"))


@_subcommand("update")
@click.argument("name")
@lang_option
def update(*, name: str, lang: str) -> None:
    """Fetches a course again, in the version given, else in the one that was asked for."""
    texts = Texts("commands", language_of(lang, os.environ))
    name, at, version = name.partition("@")
    before = _added(name)
    source = CourseSource(before.source, before.wanted)
    _print_course(install(replace(source, version=version) if at else source, name), texts)


@_subcommand("remove")
@click.argument("name")
@lang_option
def remove(*, name: str, lang: str) -> None:
    """Removes an added course from this computer."""
    language_of(lang, os.environ)
    folder = courses_folder() / _added(name).name
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise GraderError("usage.not-writable", path=folder, detail=error.strerror) from error
    print(folder)


@_subcommand("diff")
@click.argument("exercise")
@lang_option
def diff(*, exercise: str, lang: str) -> None:
    """Compares the copy that is meant here with those of the added courses."""
    texts = Texts("commands", language_of(lang, os.environ))
    first, *others = copies_of(exercise)
    if not others:
        raise GraderError("added-course.one-copy", exercise=first.name, copy=copy_name(first))
    are_equal = True
    for other in others:
        lines = list(difference(first, other))
        are_equal = are_equal and not lines
        print(
            "\n".join(lines) if lines else log_line(texts("course.equal", one=copy_name(first), other=copy_name(other)))
        )
    if not are_equal:
        raise Exit(exit_codes.FAILED)


def _added(name: str) -> AddedCourse:
    found = {one.name: one for one in added_courses().values()}
    if name not in found:
        raise GraderError("added-course.unknown", name=repr(name), there=", ".join(found) or "–")
    return found[name]


def _print_course(one: AddedCourse, texts: Texts) -> None:
    exercises = ", ".join(exercises_of(courses_folder() / one.name))
    print(log_line(texts("course.line", name=one.name, version=one.version, exercises=exercises, source=one.source)))
