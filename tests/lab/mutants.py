"""Mutants: Python source broken on purpose, in one place at a time, which tests or a rehearsal must detect."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Mutant:
    number: int
    """Its index among the mutants of the source."""
    line: int
    description: str


def mutants_of(source: str) -> list[Mutant]:
    """The mutants of `source`: a statement that raises or calls removed, a condition always true or always false."""
    ways = _mutations(ast.parse(source))
    return [Mutant(number, line, what) for number, (line, what, _, _, _) in enumerate(ways)]


def broken_source(source: str, number: int) -> str:
    """`source` with that one mutation of `mutants_of`."""
    tree = ast.parse(source)
    for place, (_, _, parent, field, new) in enumerate(_mutations(tree)):
        if place == number:
            _replace_node(parent, field, new)
            return ast.unparse(tree)
    raise IndexError(number)


_Mutation = tuple[int, str, ast.AST, "str | tuple[str, int]", ast.AST]
"""Line, mutation, and where the new node goes: a field of the parent, or an index in one of its lists."""


def _mutations(tree: ast.AST) -> Iterator[_Mutation]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for inner in _within(node):
            yield from _removals(inner)
            if isinstance(inner, ast.If | ast.IfExp):
                for value in (True, False):
                    yield inner.lineno, f"if {value}", inner, "test", ast.Constant(value)


def _within(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The function's own nodes, without those of a function inside it, which is visited separately."""
    left: list[ast.AST] = [function]
    while left:
        node = left.pop(0)
        yield node
        left += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.FunctionDef | ast.Lambda)]


def _removals(node: ast.AST) -> Iterator[_Mutation]:
    for name in ("body", "orelse", "finalbody"):
        statements = getattr(node, name, None)
        if not isinstance(statements, list):
            continue
        for place, statement in enumerate(statements):
            if isinstance(statement, ast.Raise):
                what = "not raised"
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                what = "not called"
            else:
                continue
            yield statement.lineno, f"{what}: {ast.unparse(statement)[:60]}", node, (name, place), ast.Pass()


def _replace_node(parent: ast.AST, field: str | tuple[str, int], new: ast.AST) -> None:
    if isinstance(field, str):
        setattr(parent, field, new)
    else:
        name, place = field
        getattr(parent, name)[place] = new
    ast.fix_missing_locations(parent)
