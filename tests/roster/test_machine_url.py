"""Which addresses of machines are valid, and the messages for those that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import RosterError
from grader.roster.machine_url import MachineUrl, parse_machine_url
from tests.hypothesis_profile import DETERMINISTIC

GOOD = {
    "local": MachineUrl("local"),
    " LOCAL ": MachineUrl("local"),
    "unix:///var/run/docker.sock": MachineUrl("unix", path="/var/run/docker.sock"),
    "unix:///home/élève/my docker.sock": MachineUrl("unix", path="/home/élève/my docker.sock"),
    "tcp://10.0.0.7:2376": MachineUrl("tcp", host="10.0.0.7", port=2376),
    "tcp://pc-12.iut.example:2376/": MachineUrl("tcp", host="pc-12.iut.example", port=2376),
    "tcp://[::1]:2376": MachineUrl("tcp", host="::1", port=2376),
    "ssh://pc-12": MachineUrl("ssh", host="pc-12"),
    "SSH://etu@pc-12:2222": MachineUrl("ssh", user="etu", host="pc-12", port=2222),
    "ssh://jean.dupont@pc_12?docker=/run/user/1000/docker.sock": MachineUrl(
        "ssh", user="jean.dupont", host="pc_12", docker_socket="/run/user/1000/docker.sock"
    ),
    "ssh://e1@pc:22/?docker=%2Frun%2Fdocker.sock": MachineUrl(
        "ssh", user="e1", host="pc", port=22, docker_socket="/run/docker.sock"
    ),
    "ssh://e1@[fe80::1%eth0]:22": MachineUrl("ssh", user="e1", host="fe80::1%eth0", port=22),
    "recording:class/e1.recording": MachineUrl("recording", path="class/e1.recording"),
}

BAD = {
    "": "a machine is local, unix:///path",
    "pc-12": "did you mean ssh://pc-12?",
    "etu@pc-12:2222": "did you mean ssh://etu@pc-12:2222?",
    "http://pc-12:2375": "the scheme 'http' is none of these",
    "ssh:pc-12": "not 'ssh:pc-12'",
    "ssh://": "a host is a name",
    "ssh://-oProxyCommand=id": "does not start with -",
    "ssh://-oProxyCommand=id@pc": "a user name consists of letters",
    "ssh://-l@pc": "does not start with -",
    "ssh://@pc": "a user name consists of letters",
    "ssh://root:secret@pc": "must not contain a password",
    "ssh://a b@pc": "not 'a b'",
    "ssh://etu@pc 12": "not 'pc 12'",
    "ssh://etu@pc\n12": "control or invisible characters",
    "ssh://etu@pc\x0012": "control or invisible characters",
    "ssh://etu@pc\u202e12": "control or invisible characters",
    "ssh://etu@pc;id": "a host is a name",
    "ssh://etu@$(id)": "a host is a name",
    "ssh://etu@pc#x": "a host is a name",
    "ssh://etu@pcé": "a host is a name",
    "ssh://etu@[::1": "a host is a name",
    "ssh://etu@[fe80::1%;id]": "a host is a name",
    "ssh://etu@[12]": "a host is a name",
    "ssh://etu@" + "a" * 300: "a host is a name",
    "ssh://etu@pc:0": "a port is a number from 1 to 65535, not '0'",
    "ssh://etu@pc:70000": "not '70000'",
    "ssh://etu@pc:": "a port is a number",
    "ssh://etu@pc:٣": "a port is a number",
    "ssh://pc/var/run/docker.sock": "is written ?docker=",
    "ssh://pc?dokcer=/run/docker.sock": "did you mean docker?",
    "ssh://pc?key=/root/.ssh/id": "nothing else, not 'key'",
    "ssh://pc?docker=run/docker.sock": "absolute path of a socket",
    "ssh://pc?docker=/run/docker.sock:/etc/passwd": "absolute path of a socket",
    "ssh://pc?docker=/run/%25h": "absolute path of a socket",
    "ssh://pc?docker=/run/${HOME}": "absolute path of a socket",
    "ssh://pc?docker=/" + "a" * 110: "at most 107",
    "tcp://pc": "tcp:// needs a port, such as tcp://pc:2376",
    "tcp://root@pc:2376": "takes no user",
    "tcp://-x:2376": "does not start with -",
    "unix://var/run/docker.sock": "absolute path",
    "unix:///" + "é" * 60: "at most 107 bytes",
    "recording:": "the path of a file",
    "recording:" + "a" * 5000: "the path of a file",
}


@pytest.mark.parametrize(("text", "url"), GOOD.items())
def test_a_machine_is_understood(text: str, url: MachineUrl) -> None:
    assert parse_machine_url(text) == url


@pytest.mark.parametrize("url", GOOD.values())
def test_what_is_written_back_is_the_same_machine(url: MachineUrl) -> None:
    assert parse_machine_url(str(url)) == url


@pytest.mark.parametrize(("text", "said"), BAD.items())
def test_a_refusal_is_one_sentence_that_says_what_was_wanted(text: str, said: str) -> None:
    with pytest.raises(RosterError) as refused:
        parse_machine_url(text)
    assert said in str(refused.value)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


@DETERMINISTIC
@given(st.text() | st.builds("ssh://{}@{}".format, st.text(), st.text()) | st.builds("tcp://{}:1".format, st.text()))
def test_whatever_is_let_through_can_stand_in_a_command(text: str) -> None:
    try:
        url = parse_machine_url(text)
    except RosterError as refused:
        assert str(refused).isprintable()  # noqa: PT017  (an error and a result are both right here)
        return
    for word in (url.host, url.user, url.docker_socket):
        assert word is None or (word.isascii() and not word.startswith("-") and not set(word) & set(" \"'`$;&|<>()\\"))
    assert parse_machine_url(str(url)) == url
