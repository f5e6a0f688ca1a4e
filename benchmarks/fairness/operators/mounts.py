"""Folders of the machine: not mounted, mounted elsewhere, or another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from benchmarks.fairness.operators.edits import add_mount, bind, mount_at, remount, volume
from benchmarks.fairness.operators.files import write_mounts
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_DEFAULT_PAGE: Final = (
    "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n"
    '<p>For online documentation and support please refer to\n<a href="http://nginx.org/">nginx.org</a>.</p>\n'
    "</body>\n</html>\n"
)
_FORBIDDEN: Final = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n</html>\r\n"
_SERVER: Final = {"server": "nginx/1.22.1"}
_ANONYMOUS: Final = "5f" * 32


class _Place:
    """A folder of the spec, and the mount that a right answer has for it."""

    def __init__(self, state: State, role: str) -> None:
        folder = state.spec["folders"][role]
        self.container = folder["container"]
        self.slot = state.role(self.container)
        self.inside = folder["inside"]
        self.mount = mount_at(state.doc(self.slot), self.inside)
        self.source = str(self.mount["Source"])
        if self.mount["Type"] != "bind":
            raise NotApplicableError("a volume stands for the folder")

    def instead(self, state: State, mounts: list[Json], page: str = "", status: int = 200) -> None:
        """Has these mounts instead; then the page `/` is another one."""
        doc = state.doc(self.slot)
        typed = " ".join([*(doc.get("Args") or []), doc.get("Path", "")])
        if self.inside in typed and self.container != "mongo":
            raise NotApplicableError("its program would not start")
        declared = {one.rstrip("/") for one in doc["Config"].get("Volumes") or {}}
        if self.inside in declared and not any(one["Destination"] == self.inside for one in mounts):
            mounts = [*mounts, volume(_ANONYMOUS, self.inside) | {"Driver": "-"}]
        state.edit(self.slot, lambda one: remount(one, self.inside, [dict(mount) for mount in mounts]))
        state.edit(self.slot, _tidy_driver)
        if self.container == "web":
            said = {"status": status, "body": {"text": page or _DEFAULT_PAGE}, "headers": _SERVER}
            state.pages[self.slot] = {"/": said, "/index.html": said}
        if self.container == "hello":
            _forget_files(state, self, mounts)
        write_mounts(state, self.slot)


def _tidy_driver(doc: Json) -> None:
    """A mark of this module becomes what the engine writes."""
    for one in doc["Mounts"]:
        if one.get("Driver") == "-":
            one["Driver"] = "local"


def _forget_files(state: State, place: _Place, mounts: list[Json]) -> None:
    """In a container without the folder, its file is not there; it is where else the folder is mounted."""
    is_there = any(one["Destination"] == place.inside for one in mounts)
    if not is_there:
        for path in (place.inside, f"{place.inside}/hello"):
            state.files[place.slot, path] = None


def _each(
    mounts: Callable[[_Place], list[Json]], prepare: Callable[[State, _Place], None] | None = None, **page: Any
) -> Any:
    def variants(state: State) -> Variants:
        for role in state.spec.get("folders", {}):
            yield role, _remounting(role)

    def _remounting(role: str) -> Change:
        def change(state: State) -> None:
            place = _Place(state, role)
            if prepare:
                prepare(state, place)
            place.instead(state, mounts(place), **page)

        return change

    return variants


@mistake
def mount_forgotten(state: State) -> Variants:
    yield from _each(lambda _: [], _no_changes)(state)


@mistake
def mount_of_a_named_volume(state: State) -> Variants:
    def prepare(state: State, place: _Place) -> None:
        if place.container == "hello":
            raise NotApplicableError("nothing fills a volume with the file")

    yield from _each(lambda place: [volume("donnees", place.inside)], prepare)(state)


@mistake
def mount_on_another_path_inside(state: State) -> Variants:
    def prepare(state: State, place: _Place) -> None:
        _no_changes(state, place)
        if place.container == "hello":
            state.files[place.slot, "/ailleurs"] = _folder("ailleurs", ["hello"])

    yield from _each(lambda place: [bind(place.source, "/ailleurs")], prepare)(state)


@mistake
def mount_of_another_folder(state: State) -> Variants:
    """Another folder of the student's, which is not empty."""

    def prepare(state: State, place: _Place) -> None:
        state.folders[_beside(place)] = ["hello", "index.html", "journal"]
        if place.container == "mongo":
            state.folders[place.source] = ["journal"]
        state.files[place.slot, place.inside] = _folder(place.inside.rpartition("/")[2], ["hello", "index.html"])

    yield from _each(lambda place: [bind(_beside(place), place.inside)], prepare, page="<h1>une autre page</h1>\n")(
        state
    )


@mistake
def mount_mistyped(state: State) -> Variants:
    """The engine makes an empty folder of the mistyped name."""

    def prepare(state: State, place: _Place) -> None:
        if place.container == "hello":
            state.files[place.slot, f"{place.inside}/hello"] = None
        if place.container == "mongo":
            raise NotApplicableError("a database fills any folder")
        state.folders[f"{place.source}e"] = []
        state.files[place.slot, place.inside] = _folder(place.inside.rpartition("/")[2], [])

    yield from _each(lambda place: [bind(f"{place.source}e", place.inside)], prepare, page=_FORBIDDEN, status=403)(
        state
    )


@mistake
def mount_in_another_case(state: State) -> Variants:
    """`~/docker/site`, which has its own page."""

    def prepare(state: State, place: _Place) -> None:
        state.folders[_in_lower_case(place)] = ["hello", "index.html", "journal"]
        state.files[place.slot, place.inside] = _folder(place.inside.rpartition("/")[2], ["hello", "index.html"])
        if _in_lower_case(place) == place.source or "compose" in state.spec:
            raise NotApplicableError("no capital letter")

    yield from _each(
        lambda place: [bind(_in_lower_case(place), place.inside)], prepare, page="<h1>une autre page</h1>\n"
    )(state)


@mistake
def mount_at_the_root_of_the_disk(state: State) -> Variants:
    """`/Docker/…`, the `~` forgotten: filled by the database itself."""

    def prepare(state: State, place: _Place) -> None:
        if place.container != "mongo" or "compose" in state.spec:
            raise NotApplicableError("the folder would be empty")
        state.folders[_at_root(place)] = ["journal"]
        state.files[place.slot, place.inside] = _folder(place.inside.rpartition("/")[2], ["journal"])

    yield from _each(lambda place: [bind(_at_root(place), place.inside)], prepare)(state)


@mistake
def mount_in_memory(state: State) -> Variants:
    def prepare(state: State, place: _Place) -> None:
        if place.container == "hello" or "compose" in state.spec:
            raise NotApplicableError("nothing fills it")

    in_memory: Json = {"Type": "tmpfs", "Source": "", "Mode": "", "RW": True, "Propagation": ""}
    yield from _each(lambda place: [in_memory | {"Destination": place.inside}], prepare, page=_FORBIDDEN, status=403)(
        state
    )


@mistake
def data_kept_elsewhere(state: State) -> Variants:
    """The folder is mounted, and the database told to keep its data elsewhere."""

    def change(state: State) -> None:
        place = _Place(state, "db")

        def edit(doc: Json) -> None:
            doc["Config"]["Cmd"] = ["mongod", "--dbpath", "/srv/db"]
            doc["Path"], doc["Args"] = "mongod", ["--dbpath", "/srv/db"]

        state.edit(place.slot, edit)
        state.folders[place.source] = []

    if "db" in state.spec.get("folders", {}) and "compose" not in state.spec:
        yield "", change


@harmless
def mount_in_another_home(state: State) -> Variants:
    """The student is somebody else."""
    for home in ("/root", "/home/etud/e2301234", "/Users/ada"):
        yield home, _moving(home)


def _moving(home: str) -> Change:
    def change(state: State) -> None:
        moved = type(state)(**{**vars(state), "exchanges": _replaced(state.exchanges, "/home/student", home)})
        vars(state).update(vars(moved))

    return change


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(one, old, new) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, old, new) for one in value]
    return value.replace(old, new) if isinstance(value, str) else value


@harmless
def mount_by_the_long_option(state: State) -> Variants:
    """`--mount type=bind,…`: it is in `HostConfig.Mounts` instead of `Binds`."""

    def change(state: State) -> None:
        for role in state.spec["folders"]:
            place = _Place(state, role)

            def edit(doc: Json, place: _Place = place) -> None:
                doc["HostConfig"]["Binds"] = None
                typed = {"Type": "bind", "Source": place.source, "Target": place.inside}
                doc["HostConfig"]["Mounts"] = [*(doc["HostConfig"].get("Mounts") or []), typed]

            state.edit(place.slot, edit)

    if state.spec.get("folders") and "compose" not in state.spec:
        yield "", change


@harmless
def mount_of_one_more_file(state: State) -> Variants:
    """A configuration of one's own beside the folder."""

    def change(role: str) -> Change:
        def add(state: State) -> None:
            place = _Place(state, role)
            more = bind(f"{place.source}.conf", "/etc/own.conf")
            state.edit(place.slot, lambda doc: add_mount(doc, more))

        return add

    if "compose" not in state.spec:
        for role in state.spec.get("folders", {}):
            yield role, change(role)


def _no_changes(state: State, place: _Place) -> None:
    """Nothing was copied into the container instead."""
    state.changes.setdefault(place.slot, [{"Kind": 0, "Path": "/run"}, {"Kind": 1, "Path": "/run/nginx.pid"}])


def _beside(place: _Place) -> str:
    return f"{place.source.rpartition('/')[0]}/essai"


def _in_lower_case(place: _Place) -> str:
    return re.sub(r"/Docker/", "/docker/", place.source)


def _at_root(place: _Place) -> str:
    return "/Docker" + place.source.partition("/Docker")[2]


def _folder(name: str, names: list[str]) -> Json:
    """The folder as `docker cp` gives it."""
    own = {"name": name, "type": "5", "mode": 0o755, "mtime": 1767268000, "owner": [0, 0]}
    below = [{**own, "name": f"{name}/{one}", "type": "0", "mode": 0o644} for one in names]
    stat = {"linkTarget": "", "mode": 2147484141, "mtime": "2026-01-01T11:00:00Z", "name": name, "size": 4096}
    return {"body": {"tar": [own, *below]}, "headers": {"x-docker-container-path-stat": stat}}
