"""A build reaches the frozen copy and nothing else of this computer, and leaves nothing for the next student."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.machine.transport.engine_address import EngineAddress
from grader.submission.bring_up import bring_up
from grader.submission.layout import BringUpKind, SubmissionLayout
from grader.submission.sandbox.sandbox import make_sandbox
from grader.submission.workspace import new_workspace
from tests.submission.repositories import TP10, RepositoryBench

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.programs.bounded import FinishedProgram

pytestmark = [pytest.mark.live, pytest.mark.long]

COMPOSE = "services:\n  box: {build: ., command: sleep 600, init: true, volumes: ['./data:/data']}\n"
LAYOUT = SubmissionLayout(BringUpKind.DOCKERFILE, Path("tp3"), "Dockerfile")
SECRET = "canary-file-4f1c"  # noqa: S105
OWN = "own-word-4f1c"


def build(bench: RepositoryBench, files: Mapping[str, str], links: Mapping[str, Path]) -> FinishedProgram:
    """Build these files without asking the policy."""
    with new_workspace() as workspace:
        for root in (workspace.frozen, workspace.working_copy):
            (root / "tp3").mkdir()
            for path, text in files.items():
                (root / "tp3" / path).write_text(text)
            for path, target in links.items():
                (root / "tp3" / path).symlink_to(target)
        sandbox = make_sandbox(workspace.tmp)
        sandbox.chown_to_sandbox(workspace.frozen)
        engine = EngineAddress(bench.engine.url, bench.engine.url)
        done = bring_up(LAYOUT, workspace, sandbox, engine, watch=lambda _: None, image="built-here")
        bench.engine.docker("image", "rm", "--force", "built-here", check=False)
        return done


def test_a_build_gets_no_file_of_this_computer(bench: RepositoryBench, tmp_path: Path) -> None:
    """Secrets, an agent of ssh, links out of the context: the client has none of them to give."""
    secret = tmp_path / "secret.env"
    secret.write_text(SECRET)
    (tmp_path / "Dockerfile").write_text(f"FROM ubuntu\n# {SECRET}\n")
    links = {"leak": secret, "folder": tmp_path}
    reads = "cat /all/own /all/leak /all/folder/secret.env /run/secrets/* $SSH_AUTH_SOCK; env; ls -lR /all; true"
    for dockerfile in (
        f"FROM ubuntu\nCOPY . /all\nRUN {reads}\n",
        f"FROM ubuntu\nCOPY folder/secret.env /x\nRUN cat /x; {reads}\n",
        f"FROM ubuntu\nCOPY own /all/own\nRUN --mount=type=secret,id=secret.env --mount=type=ssh {reads}\n",
        f"FROM ubuntu\nRUN --mount=type=bind,source=folder,target=/all {reads}\n",
    ):
        done = build(bench, {"Dockerfile": dockerfile, "own": OWN}, links)
        said = "\n".join([done.stdout.decode(), *done.stderr])
        assert OWN in said or not done.succeeded, "the context's own file is there"
        assert "load build definition from Dockerfile" in said
        assert SECRET not in said


def test_what_one_students_build_keeps_is_gone_for_the_next(bench: RepositoryBench) -> None:
    files = {"tp10/compose.yaml": COMPOSE, "tp10/data/hello": ""}
    for name, command in (("first", "echo poison > /c/x"), ("second", "test ! -e /c/x")):
        dockerfile = f"FROM ubuntu\nRUN --mount=type=cache,id=shared,target=/c {command}\n"
        root = bench.repository(files | {"tp10/Dockerfile": dockerfile}, name)
        code, result = bench.run_repo(root, exercise=TP10)
        assert (code, result.mark) == (0, 20.0), result
