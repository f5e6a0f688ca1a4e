"""Known causes for which a program ends, or does not start: told by its code, its log, its command and its files."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from grader.checks.failure import CheckFailed
from grader.checks.images.presence import find_built_image, require_own_command
from grader.checks.mounts.visibility import require_selinux_label
from grader.errors import ProbeFailed
from grader.probes.containers.command_files import find_input_reader, find_scripts
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.engine_info import read_engine_info
from grader.probes.images.images import find_image

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_SHORT_RUN_S: Final = 10.0
_LIST_START: Final = re.compile(r"\s*\[\S")
"""The start of a list. A shell's test, `[ -f … ]`, has a space there."""
_KILLED: Final = 137
"""128 and the number of SIGKILL."""
_ILLEGAL_INSTRUCTION: Final = 132
"""128 and the number of SIGILL."""
_NOT_STARTED_CODES: Final = {1, 2, 126, 127, 255}
"""Codes of a command that `runc` or a shell could not run."""
_WRONG_FORMAT: Final = b"exec format error"
_NOT_FOUND: Final = re.compile(rb"\\r|\r|not found|[Nn]o such file")
_DATA: Final = "/data/db"
_OTHER_VERSION: Final = 62
_UNCAUGHT: Final = 100
"""Exit codes of `mongod`: https://www.mongodb.com/docs/manual/reference/exit-codes/."""
_OTHER_VERSION_WORDS: Final = (
    b"UPGRADE PROBLEM", b"Wrong mongod version", b"unsupported upgrade or downgrade", b"too recent to start up",
)  # fmt: skip
_LOCKED_WORDS: Final = (b"DBPathInUse", b"Unable to lock the lock file", b"Unable to lock file")
_MAX_SEARCHED: Final = 20
"""How many other containers are searched for the same folder."""
_FORBIDDEN_WORDS: Final = (b"Permission denied", b"Operation not permitted", b"ead-only")


def is_shell_without_input(fact: ContainerFact) -> bool:
    """True for a shell or an interpreter that was started without standard input and ended at once."""
    is_at_once = not fact.stdin_open and fact.exit_code == 0 and fact.uptime_s < _SHORT_RUN_S
    return is_at_once and bool(find_input_reader(fact.command))


def require_no_known_cause(machine: Machine, fact: ContainerFact) -> None:
    """Raises `CheckFailed` with the cause for which the container's program ended, or could not start.

    Raises `ProbeFailed` if the machine itself is the cause.
    """
    log = read_log(machine, fact) or b""
    _require_usable_command(machine, fact, log)
    _require_runnable_program(machine, fact, log)
    if _is_mongod(fact):
        _require_usable_data(machine, fact, log)
    is_limited = machine.is_podman and fact.memory_limit_mb > 0  # Podman 4 does not say why a program was killed
    if fact.exit_code == _KILLED and (fact.out_of_memory or is_limited):
        raise CheckFailed("out-of-memory", name=fact.name, exit_code=fact.exit_code, limit=fact.memory_limit_mb or "")


def _require_usable_command(machine: Machine, fact: ContainerFact, log: bytes) -> None:
    # `CMD ['python', 'app.py']`: Docker runs what is not JSON as a shell command.
    line = fact.command[2] if len(fact.command) > 2 and fact.command[:2] == ("/bin/sh", "-c") else ""
    values: dict[str, Any] = {"name": fact.name, "exit_code": fact.exit_code}
    if _LIST_START.match(line):
        raise CheckFailed("command-not-a-list", seen=line, evidence=tuple(last_lines(log, 5)), **values)
    if is_shell_without_input(fact):
        _require_command_of_image(machine, fact)
        program = find_input_reader(fact.command)
        raise CheckFailed("shell-without-terminal", program=program, restarts=fact.restarts or "", **values)


def _require_command_of_image(machine: Machine, fact: ContainerFact) -> None:
    """Raises `CheckFailed` if it runs the command of an image that should have been given its own."""
    built = find_built_image(machine, fact.image)
    with suppress(ProbeFailed):  # an older recording, which has less
        image = find_image(machine, fact.image_id) if built else None
        if built and image and fact.command == (*image.entrypoint, *image.command):
            require_own_command(built, image)


def _require_runnable_program(machine: Machine, fact: ContainerFact, log: bytes) -> None:
    values: dict[str, Any] = {"name": fact.name, "image": fact.image}
    if fact.exit_code == _ILLEGAL_INSTRUCTION and _is_mongod(fact):
        raise ProbeFailed("processor-too-old", **values)
    if fact.exit_code not in _NOT_STARTED_CODES:
        return
    evidence = tuple(last_lines(log, 5))
    is_wrong_format = _WRONG_FORMAT in log or _WRONG_FORMAT in fact.error.encode()
    if is_wrong_format:
        with suppress(ProbeFailed):  # as above
            own, image = read_engine_info(machine).processor, find_image(machine, fact.image_id)
            if own and image and image.processor not in {"", own}:
                values |= {"seen": image.processor, "wanted": own}
                raise CheckFailed("image-other-processor", evidence=evidence, **values)
    for script in find_scripts(machine, fact) if is_wrong_format or _NOT_FOUND.search(log) else ():
        if script.has_windows_lines:
            raise CheckFailed("script-windows-lines", path=script.path, evidence=evidence, **values)
        if is_wrong_format and not script.has_interpreter:
            raise CheckFailed("script-without-interpreter", path=script.path, evidence=evidence, **values)


def _is_mongod(fact: ContainerFact) -> bool:
    return any("mongod" in word for word in fact.command)


def _require_usable_data(machine: Machine, fact: ContainerFact, log: bytes) -> None:
    """Raises `CheckFailed` if the database could not use its folder."""
    mount = next((one for one in fact.mounts if one.target == _DATA), None)
    values: dict[str, Any] = {"name": fact.name, "source": (mount.volume or mount.source) if mount else ""}
    evidence = tuple(last_lines(log, 5))
    if fact.exit_code == _OTHER_VERSION or any(words in log for words in _OTHER_VERSION_WORDS):
        raise CheckFailed("data-of-another-version", image=fact.image, evidence=evidence, **values)
    if fact.exit_code != _UNCAUGHT:
        return
    other = _find_container_with(machine, fact, values["source"])
    if other or any(words in log for words in _LOCKED_WORDS):
        raise CheckFailed("data-locked", other=other, evidence=evidence, **values)
    if any(words in log for words in _FORBIDDEN_WORDS):
        if mount and mount.type == "bind":
            require_selinux_label(machine, fact, mount)
        raise CheckFailed("data-not-writable", evidence=evidence, **values)


def _find_container_with(machine: Machine, fact: ContainerFact, source: str) -> str:
    """The name of another running container that has the same folder or volume mounted; empty if there is none."""
    running = [one for one in list_containers(machine) if one.state == "running" and one.id != fact.id]
    for one in running[:_MAX_SEARCHED]:
        other = None
        with suppress(ProbeFailed):  # as above
            other = inspect_container(machine, one.id)
        if other and source and any(source in {mount.volume, mount.source} for mount in other.mounts):
            return other.name
    return ""
