"""Checks env files: they must not configure Compose or Docker, and their expanded size is limited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.submission.policy.env_files.expansion import MAX_NESTING, nesting_depth, variables_in
from grader.submission.policy.env_files.reader import EnvFile, read_env_file
from grader.submission.policy.findings import Findings, Place
from grader.submission.policy.paths import is_ordinary_file

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.policy.env_files.reader import Assignment
    from grader.submission.policy.policy import Policy

# COMPOSE_FILE would have Compose read another file than the one that was checked, DOCKER_HOST ask another engine.
_COMPOSE_SETTINGS: Final = re.compile(
    r"COMPOSE_\w+|BUILDKIT_\w+|BUILDX_\w+|DOCKER_(?:HOST|CONTEXT|CONFIG|CERT_PATH|API_VERSION|AUTH_CONFIG|CUSTOM_HEADERS"
    r"|(?:TLS|CONTENT_TRUST|CLI_|MACHINE_)\w*)"
)
_ALLOWED_SETTINGS: Final = frozenset(
    {
        "COMPOSE_PROJECT_NAME",
        "COMPOSE_PROFILES",  # chooses among services that are all checked
        "COMPOSE_CONVERT_WINDOWS_PATHS",  # acts before the second reading
        "COMPOSE_IGNORE_ORPHANS",
        "COMPOSE_HTTP_TIMEOUT",  # these two are remembered from version 1
        "COMPOSE_DOCKER_CLI_BUILD",
    }
)
_SET_BY_GRADER: Final = re.compile(
    r"PATH|TERM|TMPDIR|TMP|TEMP|SHELL|SHLVL|OLDPWD|_|GODEBUG|GOGC|GOMEMLIMIT|GOMAXPROCS"
    r"|TRACEPARENT|TRACESTATE|BAGGAGE|(?:OTEL|XDG|LD)_\w+"
)
_SETTING_ANYWHERE: Final = re.compile(rf"(?<![A-Za-z0-9_])({_COMPOSE_SETTINGS.pattern})\s*[=:]")


def is_reserved_variable(name: str) -> bool:
    """Whether the environment in which Compose brings the submission up may have a value of its own for `name`.

    It wins over the student's `.env`, and need not be the same as while the policy reads: the docker program sets
    `DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND`, and `./data${DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND:+/../../..}` would be
    checked as one folder and mounted as another.
    """
    return _SET_BY_GRADER.fullmatch(name) is not None or _is_compose_setting(name)


def check_env_file(
    path: Path, name: str, policy: Policy, findings: Findings, *, for_container: bool = False
) -> EnvFile:
    """Judges the file at the real path `path`, known to the student as `name`; gives what is in it.

    What is `for_container` alone, a service's `env_file`, never becomes a part of the compose file.
    """
    if not is_ordinary_file(path):
        findings.refuse("not-a-file", Place(name), seen=name)
        return EnvFile(())
    limit = policy.limits.env_file_bytes
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        findings.refuse("too-big", Place(name), seen=str(path.stat().st_size), limit=str(limit))
        return EnvFile(())
    read = read_env_file(data)
    for one in read.assignments:
        _check_assignment(one, Place(name, one.line), findings, for_container=for_container)
    _check_rest(read, name, findings)
    return read


def _check_assignment(one: Assignment, place: Place, findings: Findings, *, for_container: bool) -> None:
    if one.has_odd_space:
        findings.refuse("env-file-odd-space", place, seen=one.name)
    if _is_compose_setting(one.name):
        findings.refuse("env-file-steers", place, seen=one.name)
    if not one.expands:
        return
    for variable in () if for_container else filter(is_reserved_variable, variables_in(one.text)):
        findings.refuse("variable-reserved", place.below(one.name, None), seen=variable)
    if nesting_depth(one.text) > MAX_NESTING:
        findings.refuse("expands-too-deep", place, limit=str(MAX_NESTING))


def _check_rest(read: EnvFile, name: str, findings: Findings) -> None:
    """What follows a syntax error. Compose reads no further, and says so; this holds if it should."""
    for number, line in enumerate(read.unread_text.split("\n"), start=read.unread_line):
        for found in _SETTING_ANYWHERE.findall(line):
            if found not in _ALLOWED_SETTINGS:
                findings.refuse("env-file-steers", Place(name, number), seen=found)


def _is_compose_setting(name: str) -> bool:
    return _COMPOSE_SETTINGS.fullmatch(name) is not None and name not in _ALLOWED_SETTINGS
