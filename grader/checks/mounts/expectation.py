"""What can be expected of a folder of the machine: mounted in a container, with a file in it, served."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from grader.checks.containers.expectation import require_container, require_running
from grader.checks.containers.not_running import is_stopped_by_hand
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed, CheckSkipped
from grader.checks.http.sites import fetch_page
from grader.checks.mounts.temporary_file import TemporaryFile
from grader.checks.mounts.visibility import require_selinux_label, require_visible_to_snap
from grader.checks.polling import eventually
from grader.checks.settling import find_facts
from grader.errors import ProbeFailed
from grader.machine.docker_desktop import comparable_path, is_case_insensitive
from grader.probes.compose.files import read_origin
from grader.probes.containers.commands import run_in_container
from grader.probes.containers.diff import read_changes
from grader.probes.containers.files import read_container_file
from grader.probes.containers.logs import read_log
from grader.probes.images.images import is_same_image_name
from grader.probes.mounts.machine_files import identify, list_folder
from grader.probes.mounts.mounts import read_source
from grader.probes.mounts.volumes import find_volume_folder

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import Answer
    from grader.machine.subjects import Container, Folder, Site
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.mounts.mounts import MountFact


class FolderExpectation(Expectation):
    _subject: Folder

    def to_be_mounted(self) -> None:
        """It is bind-mounted at its place in the container, which runs or was stopped by hand.

        A container that does not start, or that ends by itself, fails: the mount may be the cause. If the container's
        command names another folder, its program must have written to this one.

        Asks: one inspect; a listing or two if the mount is wrong or the command has a path. Diagnoses: `mount-unused`,
        `mount-missing`, `mount-not-bind`, `named-volume-not-bind`, `anonymous-volume-not-bind`, `mount-wrong-inside`,
        `mount-wrong-outside`, `mount-on-own-computer`, `mount-other-case`, `mount-mistyped`, `mount-reversed`,
        `mount-is-a-file`, `copied-not-mounted`, those of a container that does not run.
        """
        if not is_stopped_by_hand(self._subject.machine, require_container(self._subject.container)):
            require_running(self._subject.container)
        bind = require_bind_mount(self._subject)
        fact = require_container(self._subject.container)
        if _names_another_folder(fact, bind.target) and _is_empty(self._subject.machine, fact, bind):
            command = " ".join(fact.command)
            raise CheckFailed("mount-unused", name=fact.name, inside=bind.target, command=command, source=bind.source)

    def to_contain_file(self, name: str, text: str) -> None:
        """The mounted folder has a file `name` that contains `text`, or prints it when run.

        Case, punctuation and spaces between words do not count. Asks: one inspect, one `docker cp`; the log if the file
        alone does not show it. Diagnoses: `file-missing`, `file-is-a-folder`, `link-leads-away`, `file-empty`,
        `text-missing`, `script-not-heard`, `not-executable`, `container-created`, those of the mount.
        """
        fact = require_container(self._subject.container)
        bind = require_bind_mount(self._subject)
        machine, path = self._subject.machine, f"{self._subject.wanted.inside}/{name}"
        _require_started(self._subject.container, fact, path)
        file = read_container_file(machine, fact.id, path)
        if file is None and bind.is_on_own_computer:
            wanted = self._subject.wanted
            values = {"inside": wanted.inside, "wanted": wanted.outside, "source": bind.source}
            raise CheckFailed("mount-on-own-computer", name=fact.name, evidence=(), **values)
        if file is None:
            beside = read_container_file(machine, fact.id, self._subject.wanted.inside)
            if not (beside and beside.names):
                require_visible_to_snap(machine, fact, require_bind_mount(self._subject).source)
            raise CheckFailed("file-missing", path=path, beside=", ".join(beside.names if beside else ()))
        if file.is_folder:
            raise CheckFailed("file-is-a-folder", path=path)
        if file.link_target or not PurePosixPath(file.real_path).is_relative_to(self._subject.wanted.inside):
            raise CheckFailed("link-leads-away", name=fact.name, path=path, target=file.link_target or file.real_path)
        if not file.content.strip():
            raise CheckFailed("file-empty", name=fact.name, path=path)
        if normalize_text(text) in normalize_text(file.content):
            return
        # A script need not contain the words that it prints one after the other.
        log = normalize_text(read_log(machine, fact) or b"")
        asked_for = f"{normalize_text(' '.join(fact.command))} {log}".replace(normalize_text(text), "")
        if normalize_text(text) in log and normalize_text(name) in asked_for.split():
            return
        code = "script-not-heard" if file.content.startswith(b"#!") else "text-missing"
        seen = b" | ".join(line for line in file.content[:80].splitlines() if line.strip())
        raise CheckFailed(code, name=fact.name, path=path, wanted=text, seen=seen, evidence=(file.content[:200],))

    def to_be_served_by(self, site: Site) -> None:
        """A page dropped in the machine's folder is served over HTTP; it is removed afterwards.

        Not tried with `--passive`. Asks: one inspect, one file written and removed, one HTTP request; a command inside
        if the page is not served. Diagnoses: `unreadable`, `selinux-label-missing`, `not-served`, `mount-stale`,
        `snap-cannot-see`, those of the mount and of the site.
        """
        bind = require_bind_mount(self._subject)
        if self._subject.machine.passive:
            raise CheckSkipped("passive")
        fact = require_running(self._subject.container)
        try:
            with TemporaryFile(self._subject.machine, fact, bind) as drop:
                _require_served(drop, fact, bind, site)
        except ProbeFailed as error:
            # If the machine's files are not accessible, nothing can be written to a folder that is mounted read-only:
            # compare one of its own files from both sides instead.
            if error.code != "cannot-drop" or not _is_another_file_served(fact, bind, site):
                raise


def _require_started(container: Container, fact: ContainerFact, path: str) -> None:
    """Raises `CheckFailed` if the container was never started, so that it cannot have printed the text."""
    if fact.state != "created":
        return
    file = read_container_file(container.machine, fact.id, path)
    is_program = PurePosixPath(path).name in PurePosixPath(next(iter(fact.command), "")).name
    # Podman does not record why it could not start a container.
    if is_program and file and not file.is_folder and not file.link_target and not file.mode & 0o111:
        raise CheckFailed("not-executable", name=fact.name, path=path, evidence=(f"{path}: {file.mode:04o}",))
    require_running(container)


def _require_served(file: TemporaryFile, fact: ContainerFact, bind: MountFact, site: Site) -> None:
    pages: list[Answer] = []
    eventually(
        site.machine,
        lambda: pages.append(fetch_page(site, f"/{file.name}")),
        within_s=0,
        depends_on=lambda: find_facts(site.container),
    )
    page = pages[-1]
    if page.status == 200 and file.content in page.body:
        return
    evidence = (f"GET /{file.name}: {page.status}", page.body[:120])
    values = {"name": fact.name, "status": page.status, "folder": bind.source}
    if page.status == 403 and _is_another_file_served(fact, bind, site):
        return  # the server only refuses names that start with a dot
    if page.status == 403:
        require_selinux_label(site.machine, fact, bind)
        raise CheckFailed("unreadable", evidence=evidence, **values)
    if _is_stale(file, fact, bind):
        require_visible_to_snap(site.machine, fact, bind.source)
        raise CheckFailed("mount-stale", inside=bind.target, evidence=evidence, **values)
    raise CheckFailed("not-served", evidence=evidence, **values)


def _is_stale(file: TemporaryFile, fact: ContainerFact, bind: MountFact) -> bool:
    """True if the container does not see the new file: it still has the folder that was there when it started."""
    seen = run_in_container(file.machine, fact.id, "cat", f"{bind.target}/{file.name}")
    return seen is not None and seen.exit_code not in {0, 126, 127}


def normalize_text(text: str | bytes) -> str:
    """Only letters and digits, in lower case, with one space between words."""
    if isinstance(text, bytes):
        # PowerShell's `>` writes UTF-16, with a byte order mark.
        is_wide = text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = text.decode("utf-16" if is_wide else "utf-8", "replace")
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())


def require_bind_mount(folder: Folder) -> MountFact:
    """The folder's bind mount. Raises `CheckFailed` that names what was done instead."""
    fact = require_container(folder.container)
    wanted = folder.wanted
    here = next((mount for mount in fact.mounts if mount.target == wanted.inside.rstrip("/")), None)
    if here is None:
        _fail_not_mounted(folder, fact)
    if here.is_anonymous and any(mount.type == "bind" for mount in fact.mounts):
        _fail_not_mounted(folder, fact)  # the volume of the image, while the folder was mounted elsewhere
    behind = find_volume_folder(folder.machine, here.volume) if here.type == "volume" and not here.is_anonymous else ""
    if behind:
        source, is_own = read_source(behind)
        here = replace(here, type="bind", source=source, is_on_own_computer=is_own)
    values = {"name": fact.name, "inside": wanted.inside, "wanted": wanted.outside, "source": here.source}
    evidence = (f"{here.type} {here.source} -> {here.target}",)
    if here.type == "volume":
        code = "anonymous-volume-not-bind" if here.is_anonymous else "named-volume-not-bind"
        raise CheckFailed(code, volume=here.volume, evidence=evidence, **values)
    if here.type != "bind":
        raise CheckFailed("mount-not-bind", type=here.type, evidence=evidence, **values)
    if not _is_folder_of_the_spec(folder, fact, here):
        raise CheckFailed(_wrong_folder_code(folder, fact, here, values), evidence=evidence, **values)
    return here


def _wrong_folder_code(folder: Folder, fact: ContainerFact, here: MountFact, values: dict[str, str]) -> str:
    """The diagnosis of a bind mount of another folder. Adds what it says besides to `values`."""
    if here.is_on_own_computer:
        return "mount-on-own-computer"
    if _is_empty(folder.machine, fact, here):
        require_visible_to_snap(folder.machine, fact, here.source)
        return "mount-mistyped"
    if not _is_a_folder(folder.machine, fact, here):
        values["there"] = here.target
        return "mount-is-a-file"
    names = _path_parts(folder)
    if not _ends_with(here.source, names) and _ends_with_ignoring_case(here.source, names):
        return "mount-other-case"
    return "mount-wrong-outside"


def _path_parts(folder: Folder) -> tuple[str, ...]:
    """The parts of the folder's path that are compared: it may be in any home directory."""
    return PurePosixPath(folder.wanted.outside.removeprefix("~/").lstrip("/")).parts


def _is_folder_of_the_spec(folder: Folder, fact: ContainerFact, mount: MountFact) -> bool:
    if mount.is_on_own_computer and not folder.wanted.outside.startswith(("~", "/")):
        return False  # whatever it is called: the project's folder is here
    if _is_expected_folder(folder, fact, mount.comparable_source):
        return True
    return not mount.is_on_own_computer and _leads_to_expected_folder(folder, fact, mount)


def _leads_to_expected_folder(folder: Folder, fact: ContainerFact, mount: MountFact) -> bool:
    """True if it is the folder of the spec through a link, or that folder is one to it."""
    machine, origin, wanted = folder.machine, read_origin(fact), folder.wanted.outside
    found = identify(machine, mount.source)
    if found is None:
        return False
    if origin and not wanted.startswith(("~", "/")):
        wanted = str(PurePosixPath(origin.folder, wanted))
    elif _is_expected_folder(folder, fact, found.real_path):
        return True
    expected = identify(machine, wanted)
    return expected is not None and expected.key == found.key


def _is_expected_folder(folder: Folder, fact: ContainerFact, source: str) -> bool:
    """True if its last names are those of the spec. A relative path is relative to the compose project's folder."""
    origin = read_origin(fact)
    if not source:
        return True  # under WSL the name may be unknown: its content, and what is served from it, decide
    project = comparable_path(origin.folder) if origin else ""
    same_disk = is_case_insensitive(f"{project}/") == is_case_insensitive(source)
    if project.startswith("/") and same_disk and not folder.wanted.outside.startswith(("~", "/")):
        written = str(PurePosixPath(project, folder.wanted.outside))
        return source.casefold() == written.casefold() if is_case_insensitive(source) else source == written
    names = _path_parts(folder)
    if folder.wanted.outside.startswith("~/") and PurePosixPath(source) == PurePosixPath("/", *names):
        return False  # `/Docker/site` for `~/Docker/site`: the engine made it at the root of the disk, nobody's home
    return (_ends_with_ignoring_case if is_case_insensitive(source) else _ends_with)(source, names)


def _ends_with(path: str, names: tuple[str, ...]) -> bool:
    return PurePosixPath(path).parts[-len(names) :] == names


def _ends_with_ignoring_case(path: str, names: tuple[str, ...]) -> bool:
    """As `_ends_with`, ignoring case."""
    return _ends_with(path.casefold(), tuple(name.casefold() for name in names))


def _fail_not_mounted(folder: Folder, fact: ContainerFact) -> NoReturn:
    wanted, names = folder.wanted, _path_parts(folder)
    values = {"name": fact.name, "inside": wanted.inside, "wanted": wanted.outside}
    evidence = tuple(f"{mount.type} {mount.source} -> {mount.target}" for mount in fact.mounts) or ("no mount",)
    for mount in fact.mounts:
        if mount.type == "bind" and mount.source == wanted.inside:
            raise CheckFailed("mount-reversed", source=mount.source, there=mount.target, evidence=evidence, **values)
        if mount.type == "bind" and _ends_with(mount.source, names):
            raise CheckFailed(
                "mount-wrong-inside", source=mount.source, there=mount.target, evidence=evidence, **values
            )
        if mount.type == "bind" and mount.target.startswith(wanted.inside + "/"):
            raise CheckFailed("mount-is-a-file", source=mount.source, there=mount.target, evidence=evidence, **values)
    changed = read_changes(folder.machine, fact.id)
    known = (folder.container.wanted.image, *folder.container.wanted.equivalent_images)
    own_image = not any(is_same_image_name(fact.image, image) for image in known)
    if any(path.startswith(wanted.inside.rstrip("/") + "/") for path in changed) or (
        own_image and read_container_file(folder.machine, fact.id, wanted.inside) is not None
    ):
        raise CheckFailed("copied-not-mounted", evidence=evidence, **values)
    others = [mount for mount in fact.mounts if mount.type == "bind" and _is_a_folder(folder.machine, fact, mount)]
    if others:
        other = others[0]
        raise CheckFailed("mount-wrong-inside", source=other.source, there=other.target, evidence=evidence, **values)
    raise CheckFailed("mount-missing", evidence=evidence, **values)


def _names_another_folder(fact: ContainerFact, inside: str) -> bool:
    """True for `--dbpath /elsewhere`: a path in the command's arguments that is not in the mounted folder."""
    words = (word.rpartition("=")[2] for word in " ".join(fact.command[1:]).split())
    return any(word.startswith("/") and not PurePosixPath(word).is_relative_to(inside) for word in words)


def _is_a_folder(machine: Machine, fact: ContainerFact, mount: MountFact) -> bool:
    """False for a single file, such as a configuration, which is never the expected folder."""
    there = read_container_file(machine, fact.id, mount.target)
    return there is not None and there.is_folder


def _is_empty(machine: Machine, fact: ContainerFact, mount: MountFact) -> bool:
    names = list_folder(machine, mount.source)
    if names is not None:
        return all(name.startswith(".grader-") for name in names)
    inside = read_container_file(machine, fact.id, mount.target)
    return inside is not None and inside.is_folder and not inside.names


def _is_another_file_served(fact: ContainerFact, bind: MountFact, site: Site) -> bool:
    """True if the first file of the folder whose name does not start with a dot is served unchanged."""
    listing = read_container_file(site.machine, fact.id, bind.target)
    for name in sorted(listing.names if listing else ()):
        file = None if name.startswith(".") else read_container_file(site.machine, fact.id, f"{bind.target}/{name}")
        if file and not file.is_folder and file.content:
            page = fetch_page(site, f"/{name}")
            return page.status == 200 and page.body == file.content
    return False
