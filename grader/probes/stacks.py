"""Names in a stack: `docker stack deploy` puts the stack's own in front of each."""

from __future__ import annotations

__all__ = ["as_written"]

_STACK = "com.docker.stack.namespace"


def as_written(name: str, labels: dict[str, str]) -> str:
    """The name as it stands in the stack's file; as it is, for what is of no stack."""
    stack = labels.get(_STACK, "")
    return name.removeprefix(f"{stack}_") if stack else name
