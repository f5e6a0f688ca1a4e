"""Every word that a person reads is in the catalogues, none is in the code; every error there is one of the code."""

from __future__ import annotations

import ast
import re
import string
from functools import cache
from typing import TYPE_CHECKING

import pytest

from grader.messages import texts
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIAGNOSES = {"CodedError", "MachineUnreachable", "ProbeFailed"}
"""Errors whose codes are diagnoses, which have tests of their own."""
PRINTING = {
    "print", "echo", "secho", "log_line", "log_text", "input", "confirm", "prompt", "add_column", "add_row", "Text",
    "UsageError", "fail", "skip", "exit",
}  # fmt: skip
READ = {"help", "short_help", "epilog", "description", "title", "prompt", "label", "message"}
"""Arguments that are shown."""
NAMES = re.compile(r"--[a-z-]+|\b(grader|Python|pipeline)\b")
"""Options, and names of programs: no language translates them."""
WORD = re.compile(r"[^\W\d_]{3,}")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[Path, ast.Module]:
    found = sorted((ROOT / "grader").rglob("*.py"))
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in found}


def name_of(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@cache
def error_classes() -> frozenset[str]:
    """`GraderError` and what is derived from it, except for diagnoses."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for module in modules().values()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    found = {"GraderError"}
    while more := {name for name, its in bases.items() if its & (found - DIAGNOSES)} - found:
        found |= more
    return frozenset(found - DIAGNOSES)


def calls() -> Iterator[tuple[str, ast.Call, Function | None]]:
    """Every call, with its place and the function it stands in."""
    for path, module in modules().items():
        inside = {
            id(node): function
            for function in ast.walk(module)
            if isinstance(function, Function)
            for node in ast.walk(function)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node, inside.get(id(node))


def patterns(code: ast.expr, function: Function | None) -> list[str]:
    """Regular expressions for what `code` can be: a literal, a choice, a template, or a name assigned above."""
    match code:
        case ast.Constant(value=str(text)):
            return [re.escape(text)]
        case ast.IfExp(body=one, orelse=other):
            return patterns(one, function) + patterns(other, function)
        case ast.JoinedStr(values=parts):
            return ["".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else "[a-z-]+" for one in parts)]
        case ast.Name(id=name) if function:
            assigned = [
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == name for target in node.targets)
            ]
            return [pattern for value in assigned for pattern in patterns(value, None)]
    return []


def raised() -> Iterator[tuple[str, ast.Call, list[str]]]:
    for place, call, function in calls():
        if name_of(call.func) in error_classes() and call.args:
            yield place, call, patterns(call.args[0], function)


def test_every_error_has_its_sentence() -> None:
    known = texts("errors", "en")
    unknown = {
        place: found
        for place, _, found in raised()
        if not found or not all(any(re.fullmatch(one, code) for code in known) for one in found)
    }
    assert unknown == {}


def test_every_sentence_is_of_an_error() -> None:
    used = [one for _, _, found in raised() for one in found]
    unused = [code for code in texts("errors", "en") if not any(re.fullmatch(one, code) for one in used)]
    assert unused == []
    assert len(used) > 150


def test_an_error_is_given_every_value_that_its_sentence_shows() -> None:
    missing = {}
    for place, call, found in raised():
        given = {keyword.arg for keyword in call.keywords}
        for code, text in texts("errors", "en").items():
            shown = {name for _, name, _, _ in string.Formatter().parse(text) if name}
            if None not in given and any(re.fullmatch(one, code) for one in found) and shown - given:
                missing[f"{place} {code}"] = shown - given
    assert missing == {}


def words_in(node: ast.AST) -> list[str]:
    """The literals below `node` that have words, without those of calls and comparisons."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and WORD.search(NAMES.sub("", node.value)) else []
    if isinstance(node, ast.Call | ast.Compare):
        return []
    if isinstance(node, ast.Subscript):  # not its key
        return words_in(node.value)
    return [text for child in ast.iter_child_nodes(node) for text in words_in(child)]


def words_shown(call: ast.Call) -> list[str]:
    """The literals with words in what `call` shows to somebody."""
    name = name_of(call.func)
    written = ast.unparse(call.func) in {"sys.stdout.write", "sys.stderr.write"}
    shown: list[ast.AST] = list(call.args) if name in PRINTING or written else []
    shown += [one.value for one in call.keywords if one.arg in READ]
    found = [text for node in shown for text in words_in(node)]
    if name in error_classes():  # a single word is a name: of an option, a table, a variable
        found += [text for one in call.keywords for text in words_in(one.value) if len(WORD.findall(text)) > 1]
    return found


def test_no_word_that_a_person_reads_is_in_the_code() -> None:
    assert {place: found for place, call, _ in calls() if (found := words_shown(call))} == {}


@pytest.mark.parametrize(
    "code",
    [
        'print("nothing to remove")',
        'console.print(f"{count} signed")',
        'sys.stderr.write("no such file\\n")',
        'table.add_column("points", justify="right")',
        'click.option("--yes", help="Do not ask.")',
        'pytest.UsageError(f"{path}: not a suite")',
        'GraderError("at.file", file=path, fault="not a result")',
    ],
)
def test_words_in_the_code_are_found(code: str) -> None:
    call = ast.parse(code, mode="eval").body
    assert isinstance(call, ast.Call)
    assert words_shown(call)


def test_a_sentence_that_is_not_in_the_catalogue_is_found() -> None:
    call = ast.parse('GraderError("no such file")', mode="eval").body
    assert isinstance(call, ast.Call)
    assert patterns(call.args[0], None) == [r"no\ such\ file"]
    assert patterns(ast.parse('f"{path}: not a file"', mode="eval").body, None) == ["[a-z-]+:\\ not\\ a\\ file"]
