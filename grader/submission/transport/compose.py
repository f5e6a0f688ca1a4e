"""`docker compose` on the frozen files of a submission, in the sandbox: no label of a container chooses a file."""

from __future__ import annotations

import os
import posixpath
import re
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.machine.question import Answer, ComposeQuestion, NoAnswer
from grader.machine.transport.compose import CHANGE_TIMEOUT_S, MAX_BYTES, READ_TIMEOUT_S, compose_arguments
from grader.programs.bounded import EndReason, Limits
from grader.submission.container_limits import limits_mounts
from grader.submission.sandbox.engine_proxy import open_engine_proxy
from grader.submission.sandbox.programs import COMPOSE_PROGRAM, PROXY_SOCKET, client_environment, client_mounts
from grader.submission.sandbox.quota import FolderQuota, Quota
from grader.submission.sandbox.sandbox import Mount

if TYPE_CHECKING:
    from grader.machine.transport.engine_address import EngineAddress
    from grader.submission.submission import Submission

_PROJECT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,127}")
_QUOTA: Final = Quota(disk_bytes=64 << 20, files=1000, memory_bytes=1 << 30)


class SubmissionCompose:
    """Answers for the project that was brought up, and for no other."""

    def __init__(self, submission: Submission, engine: EngineAddress) -> None:
        self._submission = submission
        self._engine = engine

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        """Return its output; 422 with its error message if it failed. The header `version` is that of Compose."""
        resolved = self._folder_and_question(question)
        if resolved is None:
            return NoAnswer("not-at-hand", question.folder)
        folder, question = resolved
        if question.verb in {"config", "hashes"}:
            return self._run_compose(folder, question, READ_TIMEOUT_S, None)
        with open_engine_proxy(self._engine) as proxy:
            return self._run_compose(folder, question, CHANGE_TIMEOUT_S, proxy.path)

    def _folder_and_question(self, question: ComposeQuestion) -> tuple[Path, ComposeQuestion] | None:
        """The folder that Compose runs in, and the question with the files that the grader knows.

        Only a script chooses its project and its files by itself: then the labels say which of its own were brought
        up. They are looked for in the sandbox, where there is nothing but the frozen copy.
        """
        submission, workspace = self._submission, self._submission.workspace
        if submission.compose_files:
            files, project, folder = submission.compose_files, submission.project, submission.folder_path
        else:
            folder, files, project = Path(question.folder), question.files, question.project
            tops = (workspace.working_copy, workspace.home)
            inside = [_is_inside(path, tops) for path in (question.folder, *files)]
            if not all(inside) or not files or not _PROJECT.fullmatch(project):
                return None
            # As seen from the folder: no path of the student's is on the command line outside the sandbox.
            files = tuple(f"./{posixpath.relpath(file, folder)}" for file in files)
        if not project or project in submission.other_projects:
            return None
        if submission.limits_file:
            files = (*files, submission.limits_file)
        asked = ComposeQuestion(question.verb, project, str(folder), tuple(files), (), question.profiles)
        return folder, asked

    def _run_compose(
        self, folder: Path, question: ComposeQuestion, seconds: float, socket: Path | None
    ) -> Answer | NoAnswer:
        workspace, sandbox = self._submission.workspace, self._submission.sandbox()
        mounts = [*client_mounts(), *workspace.frozen_mounts, *limits_mounts(self._submission.workspace)]
        if socket is not None:
            mounts.append(Mount(socket, Path(PROXY_SOCKET)))
        done = sandbox.run(
            [COMPOSE_PROGRAM, *compose_arguments(question)],
            cwd=folder,
            env=client_environment(workspace.home, folder),
            mounts=mounts,
            limits=Limits(seconds, output_bytes=MAX_BYTES),
            watch=FolderQuota(_QUOTA, workspace.tmp),
        )
        if done.end_reason is EndReason.TIME_LIMIT:
            return NoAnswer("timeout", f"docker compose {question.verb}: no end after {seconds:.0f} s")
        if done.end_reason is not EndReason.EXITED or done.code is None:
            return NoAnswer("no-access", done.reason or done.end_reason.value)
        if done.code == 0:
            return Answer(200, done.stdout, {"version": self._version})
        return Answer(422, "\n".join(done.stderr).encode())

    @cached_property
    def _version(self) -> str:
        """The version of the Compose that runs."""
        done = self._submission.sandbox().run(
            [COMPOSE_PROGRAM, "version", "--short"],
            cwd=Path("/"),
            env=client_environment(Path("/"), Path("/")),
            mounts=client_mounts(),
            limits=Limits(READ_TIMEOUT_S),
        )
        return os.fsdecode(done.stdout).strip().removeprefix("v") if done.succeeded else ""


def _is_inside(path: str, tops: tuple[Path, ...]) -> bool:
    pure = PurePosixPath(path)
    return pure.is_absolute() and ".." not in pure.parts and any(pure.is_relative_to(top) for top in tops)
