"""An author's mistake in an exercise stops the run with one sentence: file, line, and what was expected."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.errors import ExerciseError
from grader.grading.checks_loop import run_checks
from grader.reports.result_builder import build_check_result
from grader.scoring.suite import read_suite
from tests.checks.fake_machine import FakeMachine

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """points = 3
title = { fr = "un", en = "one" }
[ports]
web = { port = 4000, offset = 0 }
[containers.web]
name = "web"
image = "nginx"
"""
CHECK = """
@check(points={points}, fr="{fr}", en="{en}"{more})
def {name}(machine):
    machine.container("web")
"""


def check(name: str = "test_a", *, points: object = 3, fr: str = "titre", en: str = "title", more: str = "") -> str:
    return CHECK.format(name=name, points=points, fr=fr, en=en, more=more)


def exercise(folder: Path, *checks: str, spec: str = SPEC) -> Path:
    folder = folder / "tp9"
    folder.mkdir()
    (folder / "exercise.toml").write_text(spec, encoding="utf-8")
    body = "from grader import Hint, check, expect, fail\n" + "".join(checks)
    (folder / "test_9_new.py").write_text(body, encoding="utf-8")
    return folder


CASES = [
    pytest.param([check(points=2)], SPEC, r"exercise\.toml: points = 3, but the checks add up to 2", id="sum"),
    pytest.param([check(points=0)], SPEC, r"test_9_new\.py:\d+: test_a is worth 0; expected whole points", id="points"),
    pytest.param([check(en=" ")], SPEC, r"test_9_new\.py:\d+: test_a has no en= title", id="no English"),
    pytest.param(
        [check(points=1), check("test_b", points=2)],
        SPEC,
        r"test_9_new\.py:\d+: the title 'titre' is also that of test_a",
        id="same title",
    ),
    pytest.param([check(more=', hint=Hint(fr="là", en="")')], SPEC, r"the hint of test_a has no en= text", id="hint"),
    pytest.param(
        ["def helper():\n    pass\n", check(more=", needs=[helper]")],
        SPEC,
        r"test_9_new\.py:\d+: test_a needs 'helper'; expected a check",
        id="needs no check",
    ),
    pytest.param(
        ["def helper():\n    pass\n", check(more=", explained_by=[helper]")],
        SPEC,
        r"test_9_new\.py:\d+: test_a is explained by 'helper'; expected a check",
        id="explained by no check",
    ),
    pytest.param(["def test_bare(machine):\n    pass\n", check()], SPEC, r"test_bare is not a check", id="bare test"),
    pytest.param(
        ["import pytest\n@pytest.mark.parametrize('x', [1])" + check(more="").replace("(machine)", "(machine, x)")],
        SPEC,
        r"parametrized",
        id="parametrized",
    ),
    pytest.param([check()], SPEC.replace("4000", '"4000"'), r"exercise\.toml:4: .*Expected `int`", id="port a string"),
    pytest.param(
        [check()],
        SPEC + 'also = ["httpd"]\n',
        r"exercise\.toml:8: `also` is now called `equivalent_images`: write `equivalent_images = …`",
        id="an older key of a container",
    ),
    pytest.param(
        [check()],
        f'kept = ["other"]\n{SPEC}',
        r"exercise\.toml:1: `kept` is now called `ignored_containers`: write `ignored_containers = …`",
        id="an older key",
    ),
    pytest.param(
        [check()],
        SPEC + '[texts]\nmachine = "mydocker"\n',
        r'exercise\.toml:9: .* write `\[hosts\]` and `mydocker = "mydocker"`, and `machine\.host\("mydocker"\)`',
        id="a name for the machine among the texts",
    ),
    pytest.param(
        [check()],
        SPEC + '[containers.door]\nname = "door"\n[services.web]\nname = "web"\nreplicas = 3\n',
        r'exercise\.toml:10: \[services\.web\] now names the container in front of it: write `proxy = "door"`',
        id="a door without a name in the service",
    ),
    pytest.param(
        [check()],
        SPEC + '[services.web]\nname = "web"\nreplicas = 3\nproxy = "porte"\n',
        r"exercise\.toml:8: \[services\.web\] names the container 'porte'; expected one of: web",
        id="an unknown proxy",
    ),
    pytest.param(
        [check()],
        SPEC + 'imgae = "x"\n',
        r"exercise\.toml:8: `imgae` is unknown here, perhaps `image`; expected one of: name, image, equivalent_images",
        id="unknown key",
    ),
    pytest.param(
        [check()],
        SPEC + '[volume.data]\nname = "data"\n',
        r"exercise\.toml:8: `volume` is unknown here, perhaps `volumes`; expected one of: points, title, .*volumes",
        id="unknown table",
    ),
    pytest.param(
        [check()],
        SPEC + "[containers.api]\nname = 'api'\n[zzz]\n",
        r"exercise\.toml:10: `zzz` is unknown here; expected one of: points",
        id="unknown table without a near one",
    ),
    pytest.param(
        [check()],
        SPEC.replace("offset = 0 }", "offest = 0 }"),
        r"exercise\.toml:\d: `offest` is unknown here, perhaps `offset`",
        id="unknown key of an inline table",
    ),
    pytest.param([check()], "points = ", r"exercise\.toml: not TOML", id="not TOML"),
    pytest.param(
        [check()],
        SPEC.replace("offset = 0 }", "offset = 0 }\napi = { port = 4001, offset = 0 }"),
        r"exercise\.toml:5: \[ports\] api has the same offset as web",
        id="same offset",
    ),
    pytest.param(["x = 1\n"], SPEC, r"exercise\.toml: no checks beside it", id="no checks"),
    pytest.param(["import nothing_of_the_kind\n", check()], SPEC, r"nothing_of_the_kind", id="cannot be imported"),
]


@pytest.mark.parametrize(("checks", "spec", "sentence"), CASES)
def test_stops_in_one_sentence(tmp_path: Path, checks: list[str], spec: str, sentence: str) -> None:
    folder = exercise(tmp_path, *checks, spec=spec)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:pytest11.testinfra", str(folder)],
        cwd=tmp_path,
        env=os.environ | {"GRADER_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert re.search(sentence, done.stderr), done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def failing(statement: str) -> str:
    return check() + f"    {statement}\n"


RESTART = """[restart-policy]
wrong.fr = "la politique est `{seen}`"
wrong.en = "the policy is `{seen}`"
"""
GIVEN = 'fail("restart-policy", seen="no")'


@pytest.mark.parametrize(
    ("messages", "statement", "sentence"),
    [
        ("", GIVEN, r"test_9_new\.py:6: the diagnosis `restart-policy` has no words; write them in .*messages\.toml"),
        (
            RESTART,
            'fail("restart-polcy", seen="no")',
            r"test_9_new\.py:6: the diagnosis `restart-polcy` is not in .*messages\.toml; it has: restart-policy",
        ),
        (RESTART, 'fail("restart-policy")', r"test_9_new\.py:6: the words of `restart-policy` show seen; give each"),
        (RESTART, 'assert 1 == 2, "restart-policy"', r"test_9_new\.py:6: the words of `restart-policy` show seen"),
        (RESTART, 'assert 1 == 2, "restart-polcy"', r"test_9_new\.py:6: the diagnosis `restart-polcy` is not in"),
        (RESTART.replace("wrong.en", "look.en"), GIVEN, r"messages\.toml:1: `restart-policy`: `wrong\.en` is missing"),
        (RESTART.replace("wrong", "wrnog"), GIVEN, r"messages\.toml:1: `restart-policy` does not say what is wrong"),
        (RESTART + 'lok.fr = "là"\n', GIVEN, r"messages\.toml:1: .* unknown field, `lok`; expected one of: look"),
        (RESTART + 'wrong.de = "x"\n', GIVEN, r"messages\.toml:1: .*`wrong` is in an unknown language, `de`"),
        (RESTART.replace("the policy is `{seen}`", "other"), GIVEN, r"`wrong` does not show the same values in each"),
        (RESTART.replace("{seen}", "{seen"), GIVEN, r"messages\.toml:1: .*the braces of `wrong`"),
        (RESTART + 'look = "here"\n', GIVEN, r"messages\.toml:1: .*`look` is not one text per language"),
        (
            "\n" + RESTART.replace("restart-policy", "port-reversed"),
            GIVEN,
            r"messages\.toml:2: `port-reversed` is already",
        ),
        (RESTART.replace("restart-policy", "Restart"), GIVEN, r"messages\.toml:1: `Restart` is not a code"),
        ("[restart-policy", GIVEN, r"messages\.toml: "),
    ],
)
def test_the_words_of_a_diagnosis_are_complete(tmp_path: Path, messages: str, statement: str, sentence: str) -> None:
    folder = exercise(tmp_path, failing(statement))
    if messages:
        (folder / "messages.toml").write_text(messages, encoding="utf-8")
    with pytest.raises(ExerciseError, match=sentence):
        read_suite(folder)


def test_both_ways_of_grading_show_the_words_of_the_author_and_never_source(tmp_path: Path) -> None:
    folder = exercise(
        tmp_path,
        failing(f"machine.engine('/info'); {GIVEN}").replace("points=3", "points=1"),
        check("test_b", points=1, fr="deux", en="the answer is right")
        + "    assert machine.text('x') == 'the-answer'\n",
        check("test_c", points=1, fr="trois", en="three") + "    assert machine is None, 'in words of my own'\n",
        spec=SPEC + '[texts]\nx = "y"\n',
    )
    (folder / "messages.toml").write_text(RESTART, encoding="utf-8")
    suite = read_suite(folder)
    scorecard = run_checks(suite, FakeMachine().as_machine(**msgspec.to_builtins(suite.spec)))
    in_process = [build_check_result(row, scorecard, tmp_path, 2) for row in scorecard]
    assert [check.diagnosis and check.diagnosis.code for check in in_process] == [
        "restart-policy",
        "assertion",
        "assertion",
    ]
    said = [check.message["en"] for check in in_process if check.message]
    assert said == [
        "the policy is `no`",
        "the check found that this is not so: the answer is right",
        "in words of my own",
    ]
    assert "the-answer" not in str(in_process)


def test_a_check_that_needs_one_of_another_exercise_is_refused(tmp_path: Path) -> None:
    other = "from grader.scoring.check import check as c\n@c(points=1, fr='x', en='x')\ndef elsewhere(machine): pass\n"
    folder = exercise(tmp_path, check(more=", needs=[elsewhere]").replace("@check", f"{other}\n@check"))
    source = (folder / "test_9_new.py").read_text(encoding="utf-8")
    (folder / "test_9_new.py").write_text(source + "\ndel elsewhere\n", encoding="utf-8")
    with pytest.raises(ExerciseError, match=r"test_a needs elsewhere, which is not a check of this exercise"):
        read_suite(folder)


def test_a_role_that_the_spec_does_not_have_is_an_error_of_ours(tmp_path: Path) -> None:
    """The message for a mistyped role names those that exist."""
    from grader.machine.machine import Machine  # noqa: PLC0415
    from grader.machine.transport.connect import open_transport  # noqa: PLC0415
    from grader.roster.machine_url import parse_machine_url  # noqa: PLC0415

    folder = exercise(tmp_path, check().replace('container("web")', 'container("wbe")'))
    suite = read_suite(folder)
    scorecard = run_checks(suite, Machine(open_transport(parse_machine_url("unix:///nowhere")), suite.spec))
    outcome = scorecard["test_a"].outcome
    assert (outcome.verdict, outcome.is_grader_bug) == ("error", True)
    assert "exercise.toml has no [containers.wbe]; it has: web" in dict(outcome.values)["detail"]
