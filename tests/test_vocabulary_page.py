"""docs/vocabulary.md is generated from docstrings; `python -m tests.test_vocabulary_page` rewrites it."""

from __future__ import annotations

import ast
import inspect
import re
from typing import TYPE_CHECKING, Any

from grader.checks.expect import Expectation
from grader.machine.machine import Machine
from grader.messages import catalogue
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = ROOT / "docs" / "vocabulary.md"
SPEC = ROOT / "grader" / "exercise" / "spec.py"
EXERCISES = [
    *sorted((ROOT / "exercises").glob("tp*/test_*.py")),
    *sorted((ROOT / "tests" / "public_courses").glob("*/test_*.py")),
]
INTRODUCTION = """# The vocabulary of a suite

Everything that `exercise.toml` can contain and everything that a check can expect, with the questions that each asks
the machine and the diagnoses that it gives. `python -m tests.test_vocabulary_page` generates this page from the
docstrings, and a test keeps it up to date.
"""
CHECKS = """
## What a check can expect

`machine.container("web")` names the container whose role is `web`; it need not exist.
`expect(machine.container("web")).to_stay_up()` returns if that is true, and otherwise raises the diagnosis. "Those of"
something else means that the expectation checks that first. A container, an image, a port or an answer is asked for
once, however many expectations use it.
"""


def page() -> str:
    return f"{INTRODUCTION}\n## `exercise.toml`\n{''.join(tables())}{CHECKS}{''.join(subjects())}"


def tables() -> Iterator[str]:
    """Each TOML table with its keys, from the classes of the exercise spec."""
    classes = {node.name: node for node in ast.parse(SPEC.read_text()).body if isinstance(node, ast.ClassDef)}
    yield _keys(classes["ExerciseSpec"])
    for name, kind, _ in _fields(classes["ExerciseSpec"]):
        found = next((one for one in classes if re.search(rf"\b{one}\b", kind)), None)
        if found:
            title = f"{name}.<role>" if kind.startswith("dict") else name
            said = ast.get_docstring(classes[found]) or ""
            yield f"\n### `[{title}]`\n\n{_on_one_line(said)}\n{_keys(classes[found])}"


def _keys(table: ast.ClassDef) -> str:
    rows = "".join(f"| `{name}` | {kind} | {said} |\n" for name, kind, said in _fields(table) if "Spec" not in kind)
    return f"\n| key | value | |\n| --- | --- | --- |\n{rows}"


def _fields(table: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type (with "optional" if it has a default) and docstring of each."""
    for node, after in zip(table.body, [*table.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said = ""
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                said = _on_one_line(str(after.value.value))
            kind = ast.unparse(node.annotation)
            words = {
                "str": "text",
                "int": "number",
                "int | None": "number",
                "Title": "table: `fr`, `en`",
                "list[str]": "list of texts",
            }
            words |= {"dict[str, str]": "table of texts", "dict[str, int]": "table of numbers"}
            words |= {"dict[str, list[str]]": "table of lists of texts"}
            shown = words.get(kind, kind) + (", optional" if node.value is not None else "")
            yield node.target.id, shown if "Spec" not in kind else kind, said


def subjects() -> Iterator[str]:
    """The subjects of `machine`, each with its expectations."""
    yield _subject("machine", "The machine itself.", Expectation.by_name[Machine.expectation_name])
    for name, method in inspect.getmembers(Machine, inspect.isfunction):
        expectation = Expectation.by_name.get(getattr(_returns(method), "expectation_name", ""))
        if expectation:
            options = [one for one in inspect.signature(method).parameters.values() if one.name != "self"]
            words = ", ".join("role" if one.name == "role" else f"{one.name}=role" for one in options)
            yield _subject(f"machine.{name}({words})", _on_one_line(inspect.getdoc(method) or ""), expectation)


def _returns(method: Callable[..., Any]) -> Any:
    from grader.machine import subjects  # noqa: PLC0415 - the names that the annotations of Machine mean

    return getattr(subjects, str(inspect.signature(method).return_annotation), None)


def _subject(title: str, said: str, expectation: type) -> str:
    parts = [f"\n### `{title}`\n\n{said}\n"]
    for name, method in vars(expectation).items():
        if name.startswith("to_"):
            users = _users(title.partition("(")[0], name)
            parts.append(f"\n#### `{name}{_parameters(method)}`\n\n{inspect.getdoc(method)}\n{users}")
    return "".join(parts)


def _parameters(method: Callable[..., Any]) -> str:
    signature = inspect.signature(method)
    parameters = list(signature.parameters.values())[1:]
    shown = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
    return re.sub(r": '([^']*)'", r": \1", shown).replace("'", '"')


def _users(subject: str, name: str) -> str:
    """The suites that use this expectation of such a subject, in one line or through a variable."""
    by_variable = re.compile(rf"expect\(\w+[,)].*\.{name}\(")
    users = []
    for path in EXERCISES:
        text = path.read_text(encoding="utf-8")
        if re.search(rf"expect\({subject}\b.*\.{name}\(", text) or (subject in text and by_variable.search(text)):
            users.append(f"[{path.parent.name}](../{path.relative_to(ROOT)})")
    return f"\nSee: {', '.join(users)}\n" if users else ""


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def expectations() -> list[tuple[str, str]]:
    """Name and docstring of each."""
    return [
        (f"{kind.__name__}.{name}", inspect.getdoc(method) or "")
        for kind in Expectation.by_name.values()
        for name, method in vars(kind).items()
        if name.startswith("to_")
    ]


def test_the_page_of_the_vocabulary_is_what_the_docstrings_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.test_vocabulary_page rewrites it"


def test_every_expectation_says_what_it_asks_and_which_diagnoses_it_gives() -> None:
    assert [
        name for name, said in expectations() if not re.search(r"\bAsks: .*\bDiagnos[ei]s:\s", said, re.DOTALL)
    ] == []


def test_every_diagnosis_that_an_expectation_names_exists() -> None:
    known = set(catalogue("diagnoses", "en"))
    for name, said in expectations():
        named = re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", said.partition("Diagnos")[2])
        assert set(named) <= known, name


def test_every_table_of_the_spec_and_each_of_its_keys_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    there = re.findall(r"^### `\[(\w+)", text, re.MULTILINE)
    for node in ast.parse(SPEC.read_text()).body:
        if isinstance(node, ast.ClassDef) and node.name != "Title":
            fields = [field.target.id for field in node.body if isinstance(field, ast.AnnAssign)]  # type: ignore[union-attr]
            assert [name for name in fields if f"| `{name}` |" not in text and name not in there] == [], node.name


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
