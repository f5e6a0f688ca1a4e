"""Source broken on purpose is broken in that one place, and still Python."""

from __future__ import annotations

import ast

import pytest

from tests.lab.mutants import broken_source, mutants_of

SOURCE = """\
def judge(port, wanted):
    look(port)
    if port != wanted:
        raise Mistake("port-other")

    def inner():
        raise Mistake("inner")

    return "yes" if port else "no"
"""


def run(source: str) -> list[str]:
    """What the function calls and raises, for a port that is wrong."""
    heard: list[str] = []

    def mistake(code: str) -> Exception:
        heard.append(code)
        return ValueError(code)

    names: dict[str, object] = {"look": lambda port: heard.append(f"look {port}"), "Mistake": mistake}
    exec(compile(source, "judge.py", "exec"), names)  # noqa: S102 - our own lines, above
    judge = names["judge"]
    assert callable(judge)
    try:
        heard.append(judge(80, 4000))
    except ValueError:
        heard.append("raised")
    return heard


def test_each_place_is_met_once() -> None:
    assert sorted((mutant.line, mutant.description.partition(":")[0]) for mutant in mutants_of(SOURCE)) == [
        (2, "not called"),
        (3, "if False"),
        (3, "if True"),
        (4, "not raised"),
        (7, "not raised"),
        (9, "if False"),
        (9, "if True"),
    ]


def test_each_is_broken_there_and_nowhere_else() -> None:
    whole = ["look 80", "port-other", "raised"]
    assert run(SOURCE) == whole
    came = {
        (mutant.line, mutant.description[:7]): run(broken_source(SOURCE, mutant.number))
        for mutant in mutants_of(SOURCE)
    }
    assert came == {
        (2, "not cal"): ["port-other", "raised"],
        (3, "if True"): whole,
        (3, "if Fals"): ["look 80", "yes"],
        (4, "not rai"): ["look 80", "yes"],
        (7, "not rai"): whole,
        (9, "if True"): whole,
        (9, "if Fals"): whole,
    }


def test_there_is_no_more_than_there_is() -> None:
    with pytest.raises(IndexError):
        broken_source(SOURCE, len(mutants_of(SOURCE)))
    for mutant in mutants_of(SOURCE):
        ast.parse(broken_source(SOURCE, mutant.number))
