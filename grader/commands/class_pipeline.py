"""A child pipeline for GitLab: one job per student or team, for a class that outgrows one machine.

`python -m grader.commands.class_pipeline class.csv --exercise tp6 --image IMAGE --output class.yml`
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from grader import exit_codes
from grader.errors import GraderError, RosterError
from grader.messages import DEFAULT, Texts
from grader.reports.signable import job_folder
from grader.reports.signature import JOB_KEY_VARIABLE, SIGNATURE, job_key, run_name, signing_key
from grader.roster.file_name import file_name_for
from grader.roster.teams import find_teams
from grader.settings import language_for_errors, language_of
from grader.text.escaping import log_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.messages import Language
    from grader.roster.student import RosterStudent
    from grader.roster.teams import Team
    from grader.submission.job_engine.requirements import EngineKind

_COVERAGE: Final = r"/ (?:mark|note) \d+(?:[.,]\d+)?\/\d+ \((\d+(?:\.\d+)?) ?%\)/"
_DIND: Final = "docker:28-dind"
_ENGINE_VARIABLES: Final = {
    "DOCKER_TLS_CERTDIR": "/certs",
    "DOCKER_CERT_PATH": "/certs/client",
    "DOCKER_TLS_VERIFY": "1",
    "DOCKER_HOST": "tcp://docker:2376",
}
_EXERCISE: Final = re.compile(r"[a-z]+[0-9]+")
_GRADE_SCRIPT: Final = (
    'sh /opt/grader/templates/grade.sh "$GRADER_REPO" {exercise} "$GRADER_STUDENT" "$GRADER_FOLDER"'
    ' "${{GRADER_FOLDER#results/}}" --team "$GRADER_TEAM" --ports "$GRADER_PORTS" --lang {language}{options}'
)
_SIGN_SCRIPT: Final = (
    'test -z "$GRADER_SIGNING_KEY" || {{ class=$(mktemp) && printf "%s" "$GRADER_CLASS" > "$class"'
    ' && grader sign results --roster "$class" --exercise {exercise}{options}; }}'
)


def child_pipeline(
    students: Sequence[RosterStudent],
    exercise: str,
    image: str,
    *,
    mirror: str = "",
    engine: EngineKind | None = None,
    language: Language = "fr",
    key: bytes | None = None,
    run: str = "",
) -> str:
    """The YAML of a pipeline that grades `exercise` for everyone, and then signs the results of each student's own job.

    With `engine`, each job starts its own, without privileges, instead of a service. A team has one job, which is that
    of its first student. With the signing `key`, each job gets a key of its own, valid only for its student, or team,
    in this `run`; the last job holds `key` itself, and does nothing but sign. Values from the roster go into variables
    that are never expanded, and never into a script. Raises `RosterError` if a student has no repository, or if the
    exercise is not a name such as `tp6`.
    """
    if not _EXERCISE.fullmatch(exercise):
        raise RosterError("exercise.not-a-name", given=repr(exercise))
    without = [student.id for student in students if not student.repo]
    if without or not students:
        code = "roster.no-repository" if without else "roster.nobody"
        raise RosterError(code, students=", ".join(map(repr, without)))
    teams = find_teams(students, "repo")
    jobs = {f"{exercise} {file_name_for(team.members[0].id)}": _team_job(team, exercise, key, run) for team in teams}
    shared = _shared_job(exercise, image, language, engine, mirror)
    sign = _sign_job(teams, exercise, image, run, by_job=key is not None)
    pipeline = {"stages": ["grade", "sign"], ".grade": shared, **jobs, "sign": sign}
    return yaml.safe_dump(pipeline, sort_keys=False, allow_unicode=True, width=1000)


def _team_job(team: Team, exercise: str, key: bytes | None, run: str) -> dict[str, Any]:
    student, *others = team.members
    folder = f"results/{job_folder(student.id)}"
    words = {
        "GRADER_REPO": student.repo,
        "GRADER_STUDENT": student.id,
        "GRADER_TEAM": "\n".join(other.id for other in others),
        "GRADER_PORTS": str(student.ports or ""),
        "GRADER_FOLDER": folder,
        "GRADER_RUN": run,
        **({JOB_KEY_VARIABLE: job_key(key, run, exercise, student.id)} if key else {}),
    }
    # Exactly what this job writes: no pattern, which another student's file could match.
    results = [f"{folder}/{exercise}/{file_name_for(member.id)}" for member in team.members]
    signature = [f"{folder}/{SIGNATURE}"] if key else []
    return {
        "extends": ".grade",
        "variables": _unexpanded_variables(words),
        "artifacts": {
            "paths": [*(f"{result}.{kind}" for result in results for kind in ("json", "xml")), *signature],
            "reports": {"junit": f"{results[0]}.xml"},
        },
    }


def _unexpanded_variables(words: dict[str, str]) -> dict[str, Any]:
    return {name: {"value": value, "expand": False} for name, value in words.items()}


def _shared_job(
    exercise: str, image: str, language: Language, engine: EngineKind | None, mirror: str
) -> dict[str, Any]:
    service: dict[str, Any] = {"name": _DIND, "alias": "docker"}
    options = ""
    if engine:
        options = f" --engine {engine}" + (f" --registry-mirror {shlex.quote(mirror)}" if mirror else "")
    elif mirror:
        service["command"] = [f"--registry-mirror={mirror}"]
    # The teacher's checkout holds a token, and /builds is shared with the engine: it is not made here.
    variables = {"GIT_STRATEGY": "none"} | ({} if engine else _ENGINE_VARIABLES)
    return {
        "stage": "grade",
        "image": image,
        **({} if engine else {"services": [service]}),
        "variables": variables,
        "script": [_GRADE_SCRIPT.format(language=language, exercise=exercise, options=options)],
        # A student who fails has been graded. GitLab shows a job with one of these codes as a warning.
        "allow_failure": {"exit_codes": [exit_codes.FAILED, exit_codes.NOT_GRADED, exit_codes.REFUSED_BY_POLICY]},
        "coverage": _COVERAGE,
        "timeout": "30m",
        "retry": {"max": 1, "when": ["runner_system_failure", "stuck_or_timeout_failure"]},
        "artifacts": {"when": "always", "expire_in": "6 months"},
    }


def _sign_job(teams: Sequence[Team], exercise: str, image: str, run: str, *, by_job: bool) -> dict[str, Any]:
    ids = io.StringIO()
    rows = [(member.id, team.members[0].id if team.is_shared else "") for team in teams for member in team.members]
    csv.writer(ids, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("id", "team"), *rows])
    return {
        "stage": "sign",
        "image": image,
        "when": "always",
        # Only this environment has the key, so that no job in which a student's work runs ever holds it.
        "environment": {"name": "grader-signature", "action": "access"},
        "variables": {
            "GIT_STRATEGY": "none",
            **_unexpanded_variables({"GRADER_CLASS": ids.getvalue(), "GRADER_RUN": run}),
        },
        "script": [_SIGN_SCRIPT.format(exercise=exercise, options=" --by-job" if by_job else "")],
        "artifacts": {"when": "always", "expire_in": "2 years", "paths": ["results/"]},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pipeline; return 4 if the roster cannot be used."""
    from grader.roster.roster import read_roster  # noqa: PLC0415 - only a program reads rosters here

    language = language_for_errors("", os.environ)
    texts = Texts("help", language)
    parser = argparse.ArgumentParser(
        prog="python -m grader.commands.class_pipeline", description=texts("class-pipeline.about")
    )
    parser.add_argument("roster", type=Path, help=texts("class-pipeline.roster"))
    parser.add_argument("--exercise", required=True, help=texts("class-pipeline.exercise"))
    parser.add_argument("--image", required=True, help=texts("class-pipeline.image"))
    parser.add_argument("--engine", choices=["podman", "docker"], help=texts("class-pipeline.engine"))
    parser.add_argument("--mirror", "--registry-mirror", default="", help=texts("class-pipeline.mirror"))
    parser.add_argument("--lang", default=os.environ.get("GRADER_LANG") or DEFAULT, help=texts("class-pipeline.lang"))
    parser.add_argument("--output", type=Path, required=True, help=texts("class-pipeline.output"))
    options = parser.parse_args(arguments)
    try:
        students = read_roster(options.roster, ("id", "repo"))
        text = child_pipeline(
            students,
            options.exercise,
            options.image,
            mirror=options.mirror,
            engine=options.engine,
            language=language_of(options.lang, {}),
            key=signing_key(os.environ),
            run=run_name(os.environ),
        )
    except GraderError as error:
        print(log_text(f"pipeline: {error.message(language)}"), file=sys.stderr)
        return exit_codes.USAGE_ERROR
    options.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
