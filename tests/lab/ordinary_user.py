"""Commands as an ordinary user with a range of ids, in a mount namespace: nothing of this machine is changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

USER_ID: Final = 6500
_SCRIPT: Final = """\
set -eu
folder=$1 prefix=$2; shift 2
mount --make-rprivate /
{ cat /etc/passwd; echo "student:x:6500:6500::$folder/home:/bin/sh"; } > "$folder/passwd"
{ cat /etc/group; echo "student:x:6500:"; } > "$folder/group"
echo "student:700000:65536" > "$folder/subid"
mkdir -p "$folder/home" && chown 6500:6500 "$folder/home"
for name in passwd group; do mount --bind "$folder/$name" "/etc/$name"; done
for name in subuid subgid; do [ -e "/etc/$name" ] || : > "/etc/$name"; mount --bind "$folder/subid" "/etc/$name"; done
# A tunnel device that everyone may use, as on a student's machine.
[ -e "$folder/tun" ] || mknod -m 666 "$folder/tun" c 10 200
mount --bind "$folder/tun" /dev/net/tun
# A Python below root's closed home is one that nobody else can start.
case $prefix in /root/*)
    mkdir -p "$folder/python" && mount --bind "$prefix" "$folder/python"
    mount -t tmpfs -o mode=755 tmpfs /root
    mkdir -p "$prefix" && mount --bind "$folder/python" "$prefix" ;;
esac
cd "$folder/home"
exec setpriv --reuid=6500 --regid=6500 --init-groups --inh-caps=-all "$@"
"""
_NETWORK: Final = """\
set -eu
ip link set lo up
# As in a container: ordinary users may publish every port.
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
exec "$@"
"""


def on_own_network(command: list[str]) -> list[str]:
    """The command line with a network of its own, so that two engines do not want the same port; as root."""
    return ["unshare", "--net", "sh", "-c", _NETWORK, "sh", *command]


def as_ordinary_user(folder: Path, command: list[str], environ: Mapping[str, str]) -> list[str]:
    """The command line; as root. Its home is `folder`/home, and is its working directory and the place of its files."""
    variables = [f"{name}={value}" for name, value in {"HOME": f"{folder}/home", "LANG": "C.UTF-8", **environ}.items()]
    prefix = str(Path(sys.base_prefix))
    return ["unshare", "--mount", "sh", "-c", _SCRIPT, "sh", str(folder), prefix, "env", "-i", *variables, *command]
