"""Labels that Compose and `docker stack deploy` put on what they make."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def compose_label(labels: Mapping[str, str], name: str) -> str:
    """The label `com.docker.compose.<name>`, or an empty string."""
    return labels.get(f"com.docker.compose.{name}", "")


def project_of(labels: Mapping[str, str]) -> str:
    """The compose project of a container, a network or a volume, or an empty string."""
    return compose_label(labels, "project")


def service_of(labels: Mapping[str, str]) -> str:
    """The compose service of a container, or an empty string. A container of `compose run` counts as none."""
    return "" if compose_label(labels, "oneoff") == "True" else compose_label(labels, "service")


def strip_stack_name(name: str, labels: Mapping[str, str]) -> str:
    """The name in the stack's file, without the stack's own in front; as it is, for what is of no stack."""
    stack = labels.get("com.docker.stack.namespace", "")
    return name.removeprefix(f"{stack}_") if stack else name
