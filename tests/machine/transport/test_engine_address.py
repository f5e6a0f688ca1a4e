"""Where the engine is, from `--machine`, the environment and the Docker context."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tempfile
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest

from grader.engine_state.client import engine_variables
from grader.errors import MachineUnreachable
from grader.machine.transport.engine_address import (
    EngineAddress,
    engine_address,
    engine_key,
    resolve_engine,
    usable_socket,
)
from grader.roster.machine_url import MachineUrl, parse_machine_url

LOCAL = MachineUrl("local")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user without Docker contexts and without variables."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / ".docker"))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def use_context(home: Path, host: str, *, certificates: bool = False, skip_verify: bool = False) -> None:
    """As `docker context create there --docker host=…` and `docker context use there` leave it."""
    digest = hashlib.sha256(b"there").hexdigest()
    config = home / ".docker"
    meta = config / "contexts" / "meta" / digest
    meta.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": skip_verify}
    (meta / "meta.json").write_text(
        json.dumps({"Name": "there", "Metadata": {}, "Endpoints": {"docker": endpoint}}), encoding="ascii"
    )
    (config / "config.json").write_text(json.dumps({"currentContext": "there"}), encoding="ascii")
    if certificates:
        tls = config / "contexts" / "tls" / digest / "docker"
        tls.mkdir(parents=True)
        for name in ("ca.pem", "cert.pem", "key.pem"):
            (tls / name).touch()


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ssh://anna@pc1", "ssh://anna@pc1"),
        ("ssh://pc1:2222/run/user/1000/docker.sock", "ssh://pc1:2222?docker=/run/user/1000/docker.sock"),
        ("ssh://pc1/", "ssh://pc1"),
    ],
)
def test_docker_host_over_ssh_is_a_machine_over_ssh(home: Path, given: str, meant: str) -> None:
    assert str(resolve_engine(LOCAL, {"DOCKER_HOST": given})) == meant
    with pytest.raises(MachineUnreachable, match="engine-behind-ssh"):
        engine_address(LOCAL, {"DOCKER_HOST": given})


def test_a_context_over_ssh_is_a_machine_over_ssh(home: Path) -> None:
    use_context(home, "ssh://anna@pc1")
    assert resolve_engine(LOCAL, {}) == parse_machine_url("ssh://anna@pc1")


@pytest.mark.parametrize(
    "given", ["localhost:2375", "ssh://-oProxyCommand=x", "ssh://pc1:x", "tcp://", "unix://", "fd://", "http://pc1:80"]
)
def test_a_docker_host_that_leads_nowhere_is_said_so(home: Path, given: str) -> None:
    with pytest.raises(MachineUnreachable) as refused:
        resolve_engine(LOCAL, {"DOCKER_HOST": given})
    assert refused.value.code == "docker-host-unusable"
    assert refused.value.values["where"] == given


def test_a_context_brings_its_certificates(home: Path) -> None:
    use_context(home, "tcp://pc1:2376", certificates=True)
    address = engine_address(LOCAL, {})
    assert (address.url, address.host, address.context) == ("tcp://pc1:2376", "pc1", "there")
    assert address.tls is not None
    assert address.tls.verify
    assert {Path(path).name for path in (address.tls.ca, address.tls.cert, address.tls.key)} == {
        "ca.pem",
        "cert.pem",
        "key.pem",
    }


def test_docker_host_goes_before_the_context_and_a_given_machine_before_both(home: Path) -> None:
    use_context(home, "unix:///from-the-context.sock")
    environment = {"DOCKER_HOST": "unix:///from-the-environment.sock"}
    assert engine_address(LOCAL, {}).url == "unix:///from-the-context.sock"
    assert engine_address(LOCAL, environment).url == "unix:///from-the-environment.sock"
    assert engine_address(parse_machine_url("unix:///given.sock"), environment).url == "unix:///given.sock"


def test_a_context_that_cannot_be_read_is_said_so(home: Path) -> None:
    use_context(home, "unix:///x.sock")
    next((home / ".docker/contexts/meta").iterdir()).joinpath("meta.json").write_text("{", encoding="ascii")
    with pytest.raises(MachineUnreachable, match="context-unusable"):
        resolve_engine(LOCAL, {})
    with pytest.raises(MachineUnreachable, match="context-unusable"):
        resolve_engine(LOCAL, {"DOCKER_CONTEXT": "nowhere"})


def test_certificates_that_are_not_there_are_named(home: Path) -> None:
    (home / "certs").mkdir()
    (home / "certs" / "ca.pem").touch()
    environment = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(home / "certs")}
    with pytest.raises(MachineUnreachable) as refused:
        resolve_engine(parse_machine_url("tcp://docker:2376"), environment)
    assert refused.value.values["detail"].endswith("cert.pem")


def test_the_process_that_grades_finds_certificates_in_a_relative_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It runs in another folder."""
    (home / "certs").mkdir()
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (home / "certs" / name).touch()
    monkeypatch.chdir(home)
    engine = engine_address(parse_machine_url("tcp://docker:2376"), {"DOCKER_CERT_PATH": "certs"})
    variables = engine_variables(engine)
    monkeypatch.chdir("/")
    assert variables["DOCKER_CERT_PATH"] == str(home / "certs")
    assert engine_address(parse_machine_url(engine.url), variables) == engine


def test_a_port_that_speaks_no_tls_needs_no_certificate(home: Path) -> None:
    url = parse_machine_url("tcp://[2001:db8::1]:2375")
    assert engine_address(url, {}) == EngineAddress("tcp://[2001:db8::1]:2375", "tcp://[2001:db8::1]:2375")
    assert engine_address(url, {}).host == "2001:db8::1"


def test_a_socket_that_this_account_may_use_goes_before_one_that_it_may_not() -> None:
    """As `nobody`, since root may use every socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        shut, open_ = folder / "shut.sock", folder / "open.sock"
        for path, mode in ((shut, 0o600), (open_, 0o666)):
            stack.enter_context(socket.socket(socket.AF_UNIX)).bind(str(path))
            path.chmod(mode)

        def is_right() -> bool:
            return usable_socket([folder / "nothing", shut, open_]) == open_ and usable_socket([shut]) == shut

        if os.geteuid() != 0:
            shut.chmod(0)
            assert is_right()
            return
        with warnings.catch_warnings(action="ignore"):  # newer versions of Python warn of a fork beside threads
            pid = os.fork()
        if pid == 0:
            os.setuid(65534)
            os._exit(0 if is_right() else 1)
        assert os.waitpid(pid, 0)[1] == 0


def test_the_first_socket_that_is_there_is_taken(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "podman.sock"))
        found = usable_socket([tmp_path / "docker.sock", tmp_path / "podman.sock"])
    assert found == tmp_path / "podman.sock"
    assert usable_socket([tmp_path / "docker.sock"]) is None


def test_an_account_without_a_home_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `docker run --user 12345`: no HOME, and no line in /etc/passwd."""

    def nobody(_uid: int) -> NoReturn:
        raise KeyError("uid not found")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    address = engine_address(MachineUrl("local"), {})
    assert address.url.startswith("unix://")


def test_an_engine_that_cannot_be_found_has_no_key(home: Path) -> None:
    assert engine_key(LOCAL, {"DOCKER_HOST": "nonsense"}) == ""
    assert engine_key(parse_machine_url("recording:a.recording"), {}) == ""


def test_a_context_leads_to_the_same_engine_as_its_address(home: Path) -> None:
    use_context(home, "ssh://anna@pc1")
    assert engine_key(LOCAL, {}) == engine_key(parse_machine_url("ssh://ben@PC1:22"), {}) != ""
