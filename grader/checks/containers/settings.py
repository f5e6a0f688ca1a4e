"""What a container was given when it was created: restart policy, limits, variables, labels, privileges."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.errors import ExerciseError, ProbeFailed
from grader.machine.recording.redaction import REDACTED
from grader.messages.numbers import exact_number
from grader.probes.containers.files import read_container_file
from grader.probes.containers.processes import find_program_users
from grader.probes.containers.settings import normalize_capabilities, read_settings
from grader.probes.engine_info import read_engine_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([bkmg]?)b?", re.IGNORECASE)
_UNITS: Final = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_MB: Final = 1024**2
_TOLERANCE: Final = 0.05
"""128 MB may be 128 × 1024² or 128 × 1000² bytes."""
_LEAST_SIMILAR: Final = 0.7
"""How alike two names are of which one is a slip for the other, for `difflib`."""


def require_restart_policy(machine: Machine, container: ContainerFact, policies: tuple[str, ...]) -> None:
    """Raises `CheckFailed` if the container has none of these restart policies."""
    settings = read_settings(machine, container.id)
    seen = settings.restart_policy or "no"
    wanted = {policy.partition(":")[0]: policy.partition(":")[2] for policy in policies}
    if seen in wanted and wanted[seen] in {"", str(settings.most_retries)}:
        return
    if seen == "on-failure" and settings.most_retries:
        seen = f"{seen}:{settings.most_retries}"
    code = "restart-policy-missing" if seen == "no" else "restart-policy-other"
    raise CheckFailed(code, name=container.name, seen=seen, wanted=" / ".join(policies))


def parse_size(text: str) -> int:
    """The bytes of `128m` or `0.5g`, as `--memory` has them. Raises `ExerciseError`."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ExerciseError("suite.size", given=repr(text))
    return int(float(found[1]) * _UNITS[found[2].lower()])


def require_memory_limit(machine: Machine, container: ContainerFact, memory: str) -> None:
    """Raises `CheckFailed` if the container may use more memory than that."""
    settings, wanted = read_settings(machine, container.id), parse_size(memory)
    values = {"name": container.name, "wanted": memory}
    if not settings.memory:
        _require_kept_limits(machine, container)
        code = "memory-only-reserved" if settings.memory_reservation else "memory-unlimited"
        raise CheckFailed(code, evidence=(), **values)
    if settings.memory > (1 + _TOLERANCE) * wanted:
        seen = f"{exact_number(round(settings.memory / _MB, 1))} MB"
        raise CheckFailed("memory-limit-other", evidence=(), seen=seen, **values)


def require_cpu_limit(machine: Machine, container: ContainerFact, cpus: float) -> None:
    """Raises `CheckFailed` if the container may use more processors than that."""
    settings = read_settings(machine, container.id)
    values = {"name": container.name, "wanted": exact_number(cpus)}
    if not settings.cpus:
        _require_kept_limits(machine, container)
        option = "--cpu-shares" if settings.cpu_shares else "--cpuset-cpus" if settings.cpuset else ""
        if option:
            raise CheckFailed("cpus-not-limited-by", evidence=(), option=option, **values)
        raise CheckFailed("cpus-unlimited", evidence=(), **values)
    if settings.cpus > (1 + _TOLERANCE) * cpus:
        raise CheckFailed("cpus-limit-other", evidence=(), seen=exact_number(round(settings.cpus, 2)), **values)


def _require_kept_limits(machine: Machine, container: ContainerFact) -> None:
    """Raises `ProbeFailed` if the engine ignores limits, so that nothing shows whether any was typed."""
    if read_engine_info(machine).discards_limits:
        raise ProbeFailed("limits-discarded", name=container.name)


def require_environment(container: ContainerFact, variable: str, value: str | None) -> None:
    """Raises `CheckFailed` unless the variable is set, to that value if one is given.

    No message shows the value that was seen: it may be a secret. One that was kept out of a recording is not compared.
    """
    values = {"name": container.name, "variable": variable}
    seen = container.env.get(variable)
    if seen is None:
        near = find_near(variable, container.env)
        code = "environment-misnamed" if near else "environment-missing"
        raise CheckFailed(code, evidence=(), near=near, **values)
    if value is None or seen in {value, REDACTED}:
        return
    code = "environment-quoted" if seen.strip().strip("\"'") == value else "environment-other-value"
    raise CheckFailed(code, evidence=(), wanted=value, **values)


def require_label(name: str, labels: Mapping[str, str], label: str, value: str | None) -> None:
    """Raises `CheckFailed` unless `name`, a container or an image, has the label, with that value if one is given."""
    values = {"name": name, "label": label}
    seen = labels.get(label)
    if seen is None:
        near = find_near(label, labels)
        raise CheckFailed("label-misnamed" if near else "label-missing", evidence=(), near=near, **values)
    if value is not None and seen != value:
        raise CheckFailed("label-other-value", evidence=(), seen=seen, wanted=value, **values)


def require_read_only(machine: Machine, container: ContainerFact) -> None:
    """Raises `CheckFailed` if programs in the container may write to its own filesystem."""
    if read_settings(machine, container.id).read_only:
        return
    mount = next((one for one in container.mounts if not one.writable), None)
    if mount:
        raise CheckFailed("only-mount-read-only", name=container.name, inside=mount.target)
    raise CheckFailed("filesystem-writable", name=container.name)


def require_dropped_capabilities(
    machine: Machine, container: ContainerFact, names: tuple[str, ...], keep: tuple[str, ...]
) -> None:
    """Raises `CheckFailed` if the container keeps one of the capabilities; with `ALL`, any that is not in `keep`."""
    settings = read_settings(machine, container.id)
    if settings.privileged:
        raise CheckFailed("privileged", name=container.name)
    wanted, allowed = normalize_capabilities(names), normalize_capabilities(keep)
    drops_all = "ALL" in settings.dropped_capabilities
    kept = set() if drops_all else wanted - settings.dropped_capabilities
    if kept:
        raise CheckFailed("capabilities-kept", name=container.name, wanted=", ".join(sorted(kept)))
    added = settings.added_capabilities - allowed
    back = added if "ALL" in wanted else added & (wanted | {"ALL"})
    if back:
        raise CheckFailed("capabilities-added", name=container.name, seen=", ".join(sorted(back)))


def require_user(machine: Machine, container: ContainerFact, wanted: str) -> None:
    """Raises `CheckFailed` unless its programs run as that user, by name or by id."""
    user_id = wanted if wanted.isdecimal() else _find_user_id(machine, container, wanted)
    running = find_program_users(machine, container)
    if running:
        seen = ", ".join(map(str, sorted(running)))
        is_same = user_id == seen
    else:  # nothing may be run inside: what it was created with
        seen = container.user.partition(":")[0] or "0"
        is_same = seen in {wanted, user_id}
    if not is_same:
        raise CheckFailed("user-other", name=container.name, wanted=wanted, seen="root" if seen == "0" else seen)


def _find_user_id(machine: Machine, container: ContainerFact, name: str) -> str:
    """The id of a user of the container; empty if it has none of that name."""
    file = read_container_file(machine, container.id, "/etc/passwd")
    for line in file.content.decode("utf-8", "replace").splitlines() if file else ():
        fields = line.split(":")
        if len(fields) > 2 and fields[0] == name:
            return fields[2]
    return "0" if name == "root" else ""


def find_near(wanted: str, names: Mapping[str, str]) -> str:
    """The one of the names that may be a slip for `wanted`; empty if none may."""
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(wanted.casefold(), folded, 1, _LEAST_SIMILAR)
    return folded[near[0]] if near else ""
