"""The command lines of `ssh`: the user's configuration, except for options that must not depend on it."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.roster.machine_url import MachineUrl

LOOK_UP_S: Final = 10.0
AGENT: Final = "agent"
"""The name of a link to the user's agent, beside the control socket."""
CONNECT_S: Final = 10
"""Seconds for the connection, the banner and the exchange of keys together."""

_FIXED_OPTIONS: Final = {
    # Expose nothing to the machine: a student who is root there could use it.
    "ForwardAgent": "no",
    "ForwardX11": "no",
    "Tunnel": "no",
    "ClearAllForwardings": "yes",  # those of the configuration: ours are requested later, over the control socket
    # Its key stays the one that is known.
    "NoHostAuthenticationForLocalhost": "no",
    "UpdateHostKeys": "no",
    # Nobody is there to answer, and the user's agent and files are not changed.
    "BatchMode": "yes",
    "AddKeysToAgent": "no",
    "PermitLocalCommand": "no",
    # One session, which is ours and ends with us.
    "ControlMaster": "yes",
    "ControlPersist": "no",
    "RemoteCommand": "none",
    "RequestTTY": "no",
    "EscapeChar": "none",
    # Its messages say what went wrong.
    "LogLevel": "INFO",
    "VisualHostKey": "no",
    # A dead connection is noticed before any of our calls gives up.
    "ConnectTimeout": str(CONNECT_S),
    "ConnectionAttempts": "1",
    "ServerAliveInterval": "5",
    "ServerAliveCountMax": "2",
}
_SLOW_EXCHANGE: Final = "sntrup761"
"""OpenSSH 9's first choice takes the client ten times the processor time of all else that a connection needs, and a
whole class waits for it. It is offered last; nothing is offered that the user's configuration does not offer."""
_FIXED_OPTIONS_IF_SUPPORTED: Final = {
    "gssapidelegatecredentials": "no",
    "sessiontype": "default",
    "forkafterauthentication": "no",
    "stdinnull": "no",
    # The first `SetEnv` counts, and there is no empty one: a machine may know that it is graded, and nothing else.
    "setenv": "GRADER=1",
}
"""As above, for options that not every `ssh` has: an unknown one is an error."""


def user_settings(url: MachineUrl, config: Path | None) -> dict[str, str]:
    """The user's configuration for this machine, names in lower case. Does not connect.

    Raises `MachineUnreachable` if there is no `ssh`, or if it cannot read its configuration.
    """
    where = str(url)
    if config and not config.is_file():
        raise MachineUnreachable("ssh-config", where=where, detail=f"{config}: no such file")
    try:
        done = subprocess.run(
            ["ssh", "-G", *_destination(url, config)],  # noqa: S607 - whichever `ssh` the user has
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LOOK_UP_S,
            check=False,
            start_new_session=True,  # as the connection itself: a terminal's signals are for us
        )
    except FileNotFoundError as error:
        raise MachineUnreachable("ssh-missing", where=where) from error
    except subprocess.TimeoutExpired as error:
        raise MachineUnreachable("ssh-config", where=where, detail=f"no end after {LOOK_UP_S:.0f} s") from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["?"]
        raise MachineUnreachable("ssh-config", where=where, detail=escape_control_characters(lines[0], 160))
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    pairs = [(name.lower(), value) for name, _, value in (line.partition(" ") for line in lines)]
    sent = " ".join(value for name, value in pairs if name == "sendenv")
    return dict(reversed(pairs)) | ({"sendenv": sent} if sent else {})


def client_environment(environ: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """`environ` for `ssh`, without the variables that the user's configuration would send to the machine.

    `SendEnv` accumulates over all configuration files, and no option removes any of it: what is not set is not
    sent. Programs that `ssh` starts here (a `ProxyCommand`) do not get them either.
    """
    sent = [_pattern(one) for one in settings.get("sendenv", "").split()]
    wanted = {**environ, "SSH_ASKPASS_REQUIRE": "never"}
    return {name: value for name, value in wanted.items() if not any(one.fullmatch(name) for one in sent)}


def _pattern(written: str) -> re.Pattern[str]:
    """As `ssh` reads it: `*` and `?`, and every other character for itself."""
    return re.compile("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in written), re.DOTALL)


def master_command(
    url: MachineUrl, config: Path | None, settings: dict[str, str], control: Path, remote: str
) -> list[str]:
    """The `ssh` that connects. It runs `remote` on the machine and serves `control` while that runs.

    An unknown host key is refused, unless the user's configuration says `accept-new`; one that has
    changed is always refused, whatever the configuration says.
    """
    options = dict(_FIXED_OPTIONS)
    options |= {name: value for name, value in _FIXED_OPTIONS_IF_SUPPORTED.items() if name in settings}
    if settings.get("stricthostkeychecking", "ask").lower() != "accept-new":
        options["StrictHostKeyChecking"] = "yes"
    exchanges = settings.get("kexalgorithms", "")
    if exchanges:
        options["KexAlgorithms"] = ",".join(
            sorted(exchanges.split(","), key=lambda one: one.startswith(_SLOW_EXCHANGE))
        )
    if agent_socket(settings):
        options["IdentityAgent"] = str(control.with_name(AGENT))
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return ["ssh", "-S", str(control), *given, *_destination(url, config), remote]


def agent_socket(settings: Mapping[str, str]) -> str:
    """The agent's socket if the configuration would send its variable; empty if `ssh` may see it itself.

    `ssh` sets the variable for an agent given by an option: the machine then learns no path of
    the user's, only that of a link in our private folder.
    """
    socket = os.environ.get("SSH_AUTH_SOCK", "")
    is_kept = "SSH_AUTH_SOCK" in client_environment({"SSH_AUTH_SOCK": ""}, settings)
    is_of_the_user = settings.get("identityagent", "SSH_AUTH_SOCK") == "SSH_AUTH_SOCK"
    return "" if is_kept or not is_of_the_user else socket


def client_command(control: Path, *words: str) -> list[str]:
    """An `ssh` that uses the master behind `control`. It reads no configuration and cannot connect by itself."""
    alone = ["-F", "/dev/null", "-o", "ProxyCommand=false", "-o", "BatchMode=yes", "-o", "ControlMaster=no"]
    return ["ssh", *alone, "-S", str(control), *words]


def _destination(url: MachineUrl, config: Path | None) -> list[str]:
    words = ["-F", str(config)] if config else []
    if url.user:
        words += ["-l", url.user]
    if url.port:
        words += ["-p", str(url.port)]
    return [*words, "--", url.host or ""]
