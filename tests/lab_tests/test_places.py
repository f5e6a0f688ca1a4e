"""The lab works in a checkout with a long path, too: sockets have short addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab import Lab

if TYPE_CHECKING:
    from pathlib import Path

DEEPEST = ("m/gl12345678/fifteenletters1/engine.sock", "exec/containerd/containerd-debug.sock.ttrpc")


@pytest.mark.live
def test_every_socket_has_a_short_address_and_no_two_labs_share_one(tmp_path: Path) -> None:
    """Marked as live since it makes folders in /run, as root."""
    labs = [Lab.at(tmp_path / name / ("d" * 80)) for name in ("one", "two")]
    addresses = {str(lab.sockets / socket) for lab in labs for socket in DEEPEST}
    for lab in labs:
        lab.sockets.rmdir()
    assert len(addresses) == len(labs) * len(DEEPEST)
    assert max(map(len, addresses)) < 100
