"""Env files: the student's own variables, not a way to steer Compose, and of a bounded size once they are expanded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.repository.dotenv_reader import EnvFile, read_env_file
from grader.repository.expansion import DEEPEST, names_in, nesting
from grader.repository.paths import is_ordinary_file
from grader.repository.refusal import Findings, Place

if TYPE_CHECKING:
    from pathlib import Path

    from grader.repository.dotenv_reader import Assignment
    from grader.repository.policy import Policy

__all__ = ["check_dotenv", "is_reserved"]

# COMPOSE_FILE would have Compose read another file than the one that was checked, DOCKER_HOST ask another engine.
_STEERS: Final = re.compile(
    r"COMPOSE_\w+|BUILDKIT_\w+|BUILDX_\w+|DOCKER_(?:HOST|CONTEXT|CONFIG|CERT_PATH|API_VERSION|AUTH_CONFIG|CUSTOM_HEADERS"
    r"|(?:TLS|CONTENT_TRUST|CLI_|MACHINE_)\w*)"
)
_HARMLESS: Final = frozenset(
    {
        "COMPOSE_PROJECT_NAME",
        "COMPOSE_PROFILES",  # chooses among services that are all checked
        "COMPOSE_CONVERT_WINDOWS_PATHS",  # acts before the second reading
        "COMPOSE_IGNORE_ORPHANS",
        "COMPOSE_HTTP_TIMEOUT",  # these two are remembered from version 1
        "COMPOSE_DOCKER_CLI_BUILD",
    }
)
_SET_BY_US: Final = re.compile(
    r"PATH|TERM|TMPDIR|TMP|TEMP|SHELL|SHLVL|OLDPWD|_|GODEBUG|GOGC|GOMEMLIMIT|GOMAXPROCS"
    r"|TRACEPARENT|TRACESTATE|BAGGAGE|(?:OTEL|XDG|LD)_\w+"
)
_ANYWHERE: Final = re.compile(rf"(?<![A-Za-z0-9_])({_STEERS.pattern})\s*[=:]")


def is_reserved(name: str) -> bool:
    """Whether the environment in which Compose brings the work up may have a value of its own for `name`.

    It wins over the student's `.env`, and need not be the same as while the policy reads: the docker program sets
    `DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND`, and `./data${DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND:+/../../..}` would be
    checked as one folder and mounted as another.
    """
    return _SET_BY_US.fullmatch(name) is not None or _is_steering(name)


def check_dotenv(
    path: Path, name: str, policy: Policy, findings: Findings, *, for_container: bool = False
) -> tuple[Assignment, ...]:
    """Judges the file at the real path `path`, known to the student as `name`; gives what it assigns.

    What is `for_container` alone, a service's `env_file`, never becomes a part of the compose file.
    """
    if not is_ordinary_file(path):
        findings.refuse("not-a-file", Place(name), seen=name)
        return ()
    limit = policy.limits.env_file_bytes
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        findings.refuse("too-big", Place(name), seen=str(path.stat().st_size), limit=str(limit))
        return ()
    read = read_env_file(data)
    for one in read.assignments:
        _check_assignment(one, Place(name, one.line), findings, for_container=for_container)
    _check_rest(read, name, findings)
    return read.assignments


def _check_assignment(one: Assignment, place: Place, findings: Findings, *, for_container: bool) -> None:
    if one.odd_space:
        findings.refuse("env-file-odd-space", place, seen=one.name)
    if _is_steering(one.name):
        findings.refuse("env-file-steers", place, seen=one.name)
    if not one.expands:
        return
    for variable in () if for_container else filter(is_reserved, names_in(one.text)):
        findings.refuse("variable-reserved", place.below(one.name, None), seen=variable)
    if nesting(one.text) > DEEPEST:
        findings.refuse("expands-too-deep", place, limit=str(DEEPEST))


def _check_rest(read: EnvFile, name: str, findings: Findings) -> None:
    """What follows a syntax error. Compose reads no further, and says so; this holds if it should."""
    for number, line in enumerate(read.rest.split("\n"), start=read.rest_line):
        for found in _ANYWHERE.findall(line):
            if found not in _HARMLESS:
                findings.refuse("env-file-steers", Place(name, number), seen=found)


def _is_steering(name: str) -> bool:
    return _STEERS.fullmatch(name) is not None and name not in _HARMLESS
