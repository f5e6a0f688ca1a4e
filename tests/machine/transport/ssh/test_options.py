"""`ssh` is called as its user has configured it, except for what must never depend on that."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.machine.transport.ssh.master import open_master
from grader.machine.transport.ssh.options import client_command, client_environment, master_command, user_settings
from grader.machine.transport.ssh.testinfra_backend import BoundedSshBackend
from grader.roster.machine_url import parse_machine_url
from tests.lab.machines.faults import ssh_connections
from tests.lab.process import ending, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.machine.machine_over_ssh import SshMachine

HARMFUL = """\
Host *
  ForwardAgent yes
  ForwardX11 yes
  Tunnel yes
  GSSAPIDelegateCredentials yes
  LocalForward 127.0.0.1:4123 127.0.0.1:1
  RemoteForward 4124 127.0.0.1:1
  DynamicForward 4125
  ControlMaster auto
  ControlPath ~/.ssh/%C
  ControlPersist yes
  RemoteCommand tmux
  RequestTTY force
  PermitLocalCommand yes
  LocalCommand touch owned
  StrictHostKeyChecking no
  NoHostAuthenticationForLocalhost yes
  UpdateHostKeys yes
  AddKeysToAgent yes
  BatchMode no
  LogLevel QUIET
  SessionType none
  StdinNull yes
  ForkAfterAuthentication yes
  ServerAliveInterval 0
  SendEnv *
  SetEnv CANARY=set OTHER="a b"
"""


def effective(command: list[str]) -> dict[str, str]:
    """What `ssh` itself makes of a command line."""
    asked = subprocess.run([command[0], "-G", *command[1:]], capture_output=True, check=True, text=True)
    return {name: value for name, _, value in (line.partition(" ") for line in asked.stdout.splitlines())}


def test_no_configuration_takes_away_what_a_connection_needs(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(HARMFUL, encoding="ascii")
    url = parse_machine_url("ssh://anna@pc1:2222")
    settings = user_settings(url, config)
    made = effective(master_command(url, config, settings, tmp_path / "control", "true"))
    wanted = {
        "addkeystoagent": "false",
        "batchmode": "yes",
        "clearallforwardings": "yes",
        "controlpath": str(tmp_path / "control"),
        "controlpersist": "no",
        "forkafterauthentication": "no",
        "forwardagent": "no",
        "forwardx11": "no",
        "gssapidelegatecredentials": "no",
        "loglevel": "INFO",
        "nohostauthenticationforlocalhost": "no",
        "permitlocalcommand": "no",
        "port": "2222",
        "requesttty": "false",
        "serveraliveinterval": "5",
        "setenv": "GRADER=1",
        "sessiontype": "default",
        "stdinnull": "no",
        "stricthostkeychecking": "true",
        "tunnel": "false",
        "updatehostkeys": "false",
        "user": "anna",
    }
    assert {name: made[name] for name in wanted} == wanted
    assert not {"localforward", "remoteforward", "dynamicforward", "remotecommand"} & made.keys()


def test_what_the_user_has_configured_is_kept(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(
        "Host pc1\n  HostName 198.51.100.7\n  Port 2200\n  User anna\n  ProxyJump gate\n  IdentityFile ~/.ssh/course\n"
        "  StrictHostKeyChecking accept-new\n",
        encoding="ascii",
    )
    url = parse_machine_url("ssh://pc1")
    made = effective(master_command(url, config, user_settings(url, config), tmp_path / "control", "true"))
    assert [made[name] for name in ("hostname", "port", "user", "proxyjump", "stricthostkeychecking")] == [
        "198.51.100.7",
        "2200",
        "anna",
        "gate",
        "accept-new",
    ]
    assert made["identityfile"].endswith("/.ssh/course")


def test_the_slow_key_exchange_comes_last_and_none_is_added(tmp_path: Path) -> None:
    config = tmp_path / "config"
    slow, quick, old = "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "diffie-hellman-group14-sha256"
    for offered, wanted in ((f"{slow},{quick},{old}", f"{quick},{old},{slow}"), (slow, slow), (old, old)):
        config.write_text(f"KexAlgorithms {offered}\n", encoding="ascii")
        url = parse_machine_url("ssh://pc1")
        made = effective(master_command(url, config, user_settings(url, config), tmp_path / "control", "true"))
        assert made["kexalgorithms"] == wanted


def test_a_client_of_the_connection_cannot_make_one_of_its_own(tmp_path: Path) -> None:
    done = subprocess.run(
        client_command(tmp_path / "nothing", "-T", "localhost", "true"), capture_output=True, check=False, timeout=10
    )
    assert done.returncode == 255


@pytest.mark.parametrize(
    ("sent", "withheld"),
    [
        ("SendEnv LANG LC_*\n  SendEnv SECRET_?", {"LANG", "LC_ALL", "SECRET_1"}),
        (
            "SendEnv *",
            {"LANG", "LC_ALL", "SECRET_1", "SECRET_10", "PATH", "x[1]", "SSH_AUTH_SOCK", "SSH_ASKPASS_REQUIRE"},
        ),
        ("SendEnv x[1]", {"x[1]"}),
        ("SendEnv LANG SECRET_*\n  SendEnv -SECRET_*", {"LANG"}),
        ("Compression no", set()),
    ],
)
def test_what_the_configuration_would_send_is_not_there_to_be_sent(
    tmp_path: Path, sent: str, withheld: set[str]
) -> None:
    """No option undoes a `SendEnv` in a file: `ssh` cannot send what it does not have."""
    config = tmp_path / "config"
    config.write_text(f"Host *\n  {sent}\n", encoding="ascii")
    here = dict.fromkeys(("LANG", "LC_ALL", "SECRET_1", "SECRET_10", "PATH", "x[1]", "SSH_AUTH_SOCK"), "x")
    given = client_environment(here, user_settings(parse_machine_url("ssh://pc1"), config))
    assert {*here, "SSH_ASKPASS_REQUIRE"} - given.keys() == withheld


def test_a_set_variable_is_told_from_none(tmp_path: Path) -> None:
    """The control: if nothing is set, our marker is not sent either."""
    config = tmp_path / "config"
    config.touch()
    url = parse_machine_url("ssh://pc1")
    made = effective(master_command(url, config, user_settings(url, config), tmp_path / "control", "true"))
    assert "setenv" not in made


@pytest.mark.parametrize(
    "typed",
    [
        "ssh://pc1;touch${IFS}owned",
        "ssh://pc1$(touch owned)",
        "ssh://`touch owned`",
        "ssh://pc1|touch owned",
        "ssh://pc1&touch owned",
        "ssh://-oProxyCommand=touch owned",
        "ssh://-oLocalCommand=touch@pc1",
        "ssh://anna;touch owned@pc1",
        "ssh://$(touch owned)@pc1",
        "ssh://-lroot@pc1",
        "ssh://anna%h@pc1",
        "ssh://pc1%h",
        "ssh://pc1\ntouch owned",
        "ssh://[fe80::1%$(touch owned)]",
        "ssh://[fe80::1%;touch owned]",
        "ssh://pc1:22;touch owned",
        "ssh://pc1?docker=/x$(touch owned).sock",
        "ssh://pc1?docker=/x:127.0.0.1:1",
    ],
)
def test_what_a_class_list_says_starts_no_program(tmp_path: Path, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ssh` puts names into the commands of a `ProxyCommand` and a `Match exec`, which a shell reads."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config"
    config.write_text('Match exec "echo %n %h %r >> names"\n  User %r\n', encoding="ascii")
    with pytest.raises(GraderError):
        user_settings(parse_machine_url(typed), config)
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


@pytest.mark.parametrize("typed", ["ssh://anna@pc1", "ssh://a.b+c-d_e@PC-1.iut.example:2222", "ssh://[fe80::1%eth0]"])
def test_honest_names_are_put_there_as_they_are(tmp_path: Path, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: each is one plain word for a shell."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config"
    config.write_text("Match exec \"printf '%%s\\n' %n %r >> names\"\n", encoding="ascii")
    url = parse_machine_url(typed)
    user_settings(url, config)
    words = (tmp_path / "names").read_text(encoding="ascii").splitlines()
    assert words[0].lower() == (url.host or "").lower()
    assert url.user in {None, words[1]}


@contextmanager
def agent(ssh_machine: SshMachine) -> Iterator[dict[str, str]]:
    """The variables of an agent that holds the lab's key."""
    socket = ssh_machine.scratch / "agent"
    environment = {"SSH_AUTH_SOCK": str(socket)}
    with ending(subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)):
        wait_until("the agent listens", lambda: socket.exists() or None, 20)
        subprocess.run(
            ["ssh-add", "-q", str(ssh_machine.machine.ssh_config.with_name("id_ed25519"))],
            env=os.environ | environment,
            check=True,
            timeout=10,
        )
        yield environment


@pytest.mark.live
def test_an_agent_logs_in_and_is_not_forwarded(ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the user forwards it: a student who is root there could use it meanwhile."""
    with agent(ssh_machine) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("DISPLAY", ":7")
        usual = ssh_machine.machine.ssh_config.read_text(encoding="utf-8")
        config = ssh_machine.scratch / "config"
        without_key = "\n".join(line for line in usual.splitlines() if "Identit" not in line)
        config.write_text(f"Host pc1\n  ForwardAgent yes\n  ForwardX11 yes\n{without_key}\n", encoding="utf-8")
        question = 'echo "agent=$SSH_AUTH_SOCK display=$DISPLAY tty=$SSH_TTY"'
        master, answer = open_master(parse_machine_url("ssh://pc1"), config, question)
        master.close()
    assert answer == ["agent= display= tty="]


@pytest.mark.live
@pytest.mark.parametrize("sent", ["SendEnv CANARY* LC_*", "SendEnv *"])
def test_no_variable_of_ours_reaches_a_machine_that_takes_any(
    ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    """Neither those of the configuration's `SendEnv` nor its `SetEnv`; the agent is still used."""
    with agent(ssh_machine) as environment:
        path = f"{os.environ['PATH']}:/a/folder/of/ours"
        for name, value in {**environment, "CANARY_1": "sent", "LC_CANARY": "sent", "PATH": path}.items():
            monkeypatch.setenv(name, value)
        ssh_machine.configure(sent, "SetEnv CANARY_2=set", server="AcceptEnv *\nPermitUserEnvironment no")
        lines = ssh_machine.config.read_text(encoding="utf-8").splitlines()
        ssh_machine.config.write_text("\n".join(line for line in lines if "Identit" not in line), encoding="utf-8")
        master, answer = open_master(parse_machine_url("ssh://pc1"), ssh_machine.config, "env")
        try:
            later = BoundedSshBackend(master).run("env").stdout.splitlines()
        finally:
            master.close()
    of_ours = "\n".join(line for line in (*answer, *later) if not line.startswith(("SSH_C", "_=")))
    assert "CANARY" not in of_ours
    assert environment["SSH_AUTH_SOCK"] not in of_ours
    assert "GRADER=1" in answer, "the control: what is sent does arrive"
    assert f"PATH={path}" not in answer


@pytest.mark.live
def test_a_machine_behind_a_jump_is_reached_by_one_connection_to_each(ssh_machine: SshMachine) -> None:
    usual = ssh_machine.machine.ssh_config.read_text(encoding="utf-8")
    gate = usual.replace("Host pc1", "Host gate")
    ssh_machine.config = ssh_machine.scratch / "config"
    ssh_machine.config.write_text(f"Host pc1\n  ProxyJump gate\n{usual}\n{gate}", encoding="utf-8")
    before = ssh_connections(ssh_machine.machine)
    with ssh_machine.transport() as link:
        assert link.version().product == "Docker"
    assert ssh_connections(ssh_machine.machine) - before == 2
