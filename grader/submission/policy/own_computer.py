"""Paths of the student's own computer, such as `/home/zoe/todos/mongo/db`, which do not exist here.

Nothing is looked up: whether a path exists on this machine must not show in a verdict. Folders that every machine has
are never taken for the student's, since a path into them asks for what is in them. What is taken for the student's
leads to an empty folder of the run, whatever this machine has there.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final

_OF_PEOPLE: Final = frozenset({"home", "Users", "mnt", "media", "Volumes", "c", "d", "e"})
"""Folders at the top that hold those of people, or their disks: two names must follow."""
_NAMES_OF_PEOPLE: Final = 2
_OF_PROGRAMS: Final = frozenset({"srv", "opt", "tmp"})
"""Folders at the top that hold those of programs: one name must follow."""
_SYSTEM: Final = frozenset(
    {
        *(
            "bin",
            "boot",
            "dev",
            "etc",
            "host",
            "host_mnt",
            "lib",
            "lib32",
            "lib64",
            "libx32",
            "lost+found",
            "net",
            "proc",
        ),
        *(
            "root",
            "run",
            "sbin",
            "snap",
            "sys",
            "sysroot",
            "usr",
            "var",
            "private",
            "System",
            "Library",
            "Applications",
        ),
        *("builds", "cache", "certs", "kubernetes", "nix", "afs"),
    }
)
"""Folders at the top that a machine has anyway, GitLab's among them."""
_WITHIN_SYSTEM: Final = re.compile(
    r"/var/www/.|/usr/(?:src|share/nginx|local/apache2)/.|/usr/share/elasticsearch/."
    r"|/var/lib/(?:mysql|mariadb|postgresql|mongodb?|redis|rabbitmq|grafana|influxdb|elasticsearch)(?:/|\Z)"
)
"""Folders of servers that students install, named by mistake for one's own or for one of the container."""
_PROGRAMS: Final = re.compile(r"/opt/(?:grader|gitlab[^/]*|containerd|cni)(?:/|\Z)")
_CLOCK: Final = frozenset({"/etc/localtime", "/etc/timezone"})
"""So often copied from examples; an empty file stands for UTC."""
_SECRETS: Final = frozenset(
    {
        *(
            ".ssh",
            ".gnupg",
            ".aws",
            ".azure",
            ".kube",
            ".docker",
            ".config",
            ".netrc",
            ".git-credentials",
            ".vault-token",
        ),
        *(".password-store", ".bash_history", ".npmrc", ".pypirc"),
    }
)
_WINDOWS_FOLDER: Final = re.compile(
    r"[A-Za-z]:[\\/]+(?!Windows|Program|\$)[^\\/]|\\\\wsl(?:\.localhost|\$)\\[^\\]+\\[^\\]", re.IGNORECASE
)
_FILE: Final = re.compile(r"\.(?!d\Z)[A-Za-z][A-Za-z0-9]{0,4}\Z")


def is_on_own_computer(text: str) -> bool:
    """Whether the absolute path `text`, as written or as Compose prints it, is taken for one of the student's."""
    if is_of_a_person(text):
        return True
    if not text.startswith("/") or text.startswith("//") or _SECRETS & set(_names(text)):
        return False
    path = posixpath.normpath(text)
    if path in _CLOCK:
        return True
    _, top, *below = path.split("/")
    if top in _SYSTEM or not top:
        return _WITHIN_SYSTEM.match(path) is not None
    return top not in _OF_PEOPLE and len(below) >= (top in _OF_PROGRAMS) and not _PROGRAMS.match(path)


def is_of_a_person(text: str) -> bool:
    """Whether the absolute path `text` is in somebody's home, or on a disk of theirs."""
    if _SECRETS & set(_names(text)):
        return False
    if _WINDOWS_FOLDER.match(text):
        return ".." not in _names(text)
    _, *names = posixpath.normpath(text).split("/")
    return text.startswith("/") and len(names) > _NAMES_OF_PEOPLE and names[0] in _OF_PEOPLE


def _names(text: str) -> list[str]:
    return re.split(r"[\\/]+", text)


def names_a_file(path: str, target: str) -> bool:
    """Whether `path` is a single file, as far as its name or that of its `target` in the container tells."""
    return path in _CLOCK or _FILE.search(target) is not None
