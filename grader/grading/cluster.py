"""Grades on a Dask cluster: its workers grade the machines, this process keeps the results store.

Each machine is graded by a new Python process below the Dask worker, under the same deadline as without a cluster; its
result is validated. If a worker dies, Dask gives its machines to another one. A machine can then be graded twice, but
only one result is stored.
"""

from __future__ import annotations

import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.errors import GraderError
from grader.extras import require_extra
from grader.grading.pool import GradingFinished, GradingStarted, RequestQueue, grade_all, lost_worker
from grader.grading.request import GradingRequest, decode_json, encode_json
from grader.grading.run import not_graded
from grader.reports.result import ResultFile, encode_result
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from grader.grading.pool import Event
    from grader.scoring.suite import Suite

_CONNECT_S = 20


def grade_on_cluster(suite: Suite, requests: list[GradingRequest], scheduler: str) -> Generator[Event]:
    """Grades on the cluster at `scheduler` (`tcp://host:8786`); each request ends in one `GradingFinished`."""
    require_extra("cluster", "--scheduler")
    from distributed import Client, Future, as_completed  # noqa: PLC0415 - of an extra

    try:
        client = Client(scheduler, timeout=_CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:  # the last one for an invalid address
        raise GraderError("tool.no-scheduler", address=scheduler, detail=error) from error
    files = {path.name: path.read_bytes() for path in (suite.folder / "exercise.toml", *suite.folder.glob("*.py"))}
    with client:
        shared = client.scatter(files, broadcast=True)
        waiting, running, completed = RequestQueue(requests), dict[Future, GradingRequest](), as_completed()

        def submit() -> Iterator[Event]:
            while request := waiting.next(running.values()):
                future = client.submit(_grade_on_worker, encode_json(request), shared, pure=False)
                running[future] = request
                completed.add(future)
                yield GradingStarted(request)

        yield from submit()
        for future in completed:
            request = running.pop(future)
            if future.status == "finished":
                content, recording, crash = future.result()
                yield GradingFinished(request, msgspec.json.decode(content, type=ResultFile), recording, crash)
            else:
                result = not_graded(suite, request, lost_worker(request, "worker-died"))
                crash = "".join(traceback.format_exception(None, future.exception(), future.traceback()))
                yield GradingFinished(request, result, crash=crash)
            yield from submit()


def _grade_on_worker(encoded_job: bytes, files: dict[str, bytes]) -> tuple[bytes, bytes | None, str]:
    """Runs on a worker of the cluster: writes the suite, grades one machine, returns the result as bytes.

    With it come the recording, and the traceback of a grading process with a bug.
    """
    request = decode_json(encoded_job, GradingRequest)
    with tempfile.TemporaryDirectory(prefix="grader-suite-") as place:
        folder = Path(place, "exercises", request.exercise.name)
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        request = msgspec.structs.replace(request, exercise=folder)
        for event in grade_all(read_suite(folder), [request], 1):
            if isinstance(event, GradingFinished):
                return encode_result(event.result), event.recording, event.crash
    raise AssertionError("a request ends in a result")
