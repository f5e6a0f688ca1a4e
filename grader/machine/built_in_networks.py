"""Networks that an engine makes by itself: nobody's work, and never to be removed."""

from __future__ import annotations

from typing import Final

BUILT_IN_NETWORKS: Final = frozenset({"bridge", "host", "none", "podman"})
"""They are always there; `podman` is Podman's `bridge`."""
SWARM_NETWORKS: Final = frozenset({"docker_gwbridge", "ingress"})
"""A swarm makes them, and leaves the first behind."""
