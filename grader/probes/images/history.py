"""The history of an image, line by line. Source: `GET /images/{name}/history`, as `docker history` shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from grader.probes.engine_json import Int64, decode

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.images.images import ImageFact

_INSTRUCTION: Final = re.compile(
    r"/bin/sh -c |\|\d+ |(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|RUN|SHELL|STOPSIGNAL|USER|VOLUME"
    r"|WORKDIR)\b"
)
"""How builders record an instruction: the old one and Podman's after a shell, BuildKit as it was typed."""
_METADATA: Final = re.compile(
    r"(?:/bin/sh -c #\(nop\)\s+)?"
    r"(?:ARG|CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\b"
)
"""Instructions that add no file. `WORKDIR` may make a folder, which has a size in containerd's image store."""


@dataclass(frozen=True)
class HistoryLine:
    created_by: str
    comment: str
    size: int
    """Bytes that it added; 0 for a line that only sets metadata."""

    @property
    def is_dockerfile_instruction(self) -> bool:
        """False for `docker commit`, which records the container's command, and for `docker import`."""
        # `docker build --squash` leaves only this comment.
        return bool(_INSTRUCTION.match(self.created_by)) or self.comment.startswith(("buildkit", "merge sha256:"))

    @property
    def adds_files(self) -> bool:
        return self.size > 0 and not _METADATA.match(self.created_by)

    @property
    def is_imported(self) -> bool:
        return self.comment.startswith("Imported from")


class _RawLine(msgspec.Struct, rename="pascal"):
    created_by: str = ""
    comment: str = ""
    size: Int64 = 0


def measure_image(machine: Machine, image: ImageFact) -> int:
    """The bytes of its layers, unpacked.

    In containerd's image store, the engine reports what was downloaded, alone or with the layers, depending on its
    version: there, the history has the size of the layers.
    """
    if not image.is_in_containerd_store:
        return image.size
    return sum(line.size for line in read_history(machine, image.id)) or image.size


def read_history(machine: Machine, name: str) -> tuple[HistoryLine, ...]:
    """The lines of an existing image, the oldest first."""
    answer = machine.engine(f"/images/{quote(name, safe='/:@.-_')}/history")
    raw = decode(answer, list[_RawLine], "docker history")
    return tuple(HistoryLine(one.created_by, one.comment, one.size) for one in reversed(raw))
