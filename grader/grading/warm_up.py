"""Work that every forked worker would otherwise repeat, done once after the first fork.

For a class over SSH, it reduces the processor time of each worker from 80 ms to 20 ms.
"""

from __future__ import annotations

import gc
import itertools
from typing import TYPE_CHECKING

import msgspec

from grader.garbage_collection import paused_collection
from grader.messages import KINDS, LANGUAGES, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.grading.request import GradingRequest


def warm_up(requests: list[GradingRequest]) -> None:
    """Imports modules, reads catalogues and builds decoders. Call `gc.unfreeze` after the last fork."""
    schemes = {request.machine.scheme for request in requests}
    with paused_collection():
        if schemes - {"recording"}:
            import grader.machine.transport.engine  # noqa: PLC0415 - a class of recordings does not pay for it
            import grader.machine.transport.http  # noqa: PLC0415 - as above
        if "ssh" in schemes:
            import testinfra.host  # noqa: F401, PLC0415 - as above

            import grader.machine.transport.ssh.compose  # noqa: PLC0415 - as above
            import grader.machine.transport.ssh.engine  # noqa: PLC0415 - as above
            import grader.machine.transport.ssh.files  # noqa: PLC0415 - as above
            import grader.machine.transport.ssh.http  # noqa: F401, PLC0415 - as above
    for kind, language in itertools.product(KINDS, LANGUAGES):
        texts(kind, language)
    for shape in _below(msgspec.Struct):
        if shape.__module__.startswith("grader."):
            msgspec.json.Decoder(shape)  # caches what it learns about the annotations in the class
    gc.collect()
    gc.freeze()  # otherwise each worker's first collection would copy all of our memory


def _below(shape: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in shape.__subclasses__():
        yield one
        yield from _below(one)
