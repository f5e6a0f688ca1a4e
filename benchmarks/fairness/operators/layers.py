"""tp3: the files of a container's layer, and what an image says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.fairness.operators.edits import add_mount, bind
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_ADDED, _CHANGED = "/root/ajout.txt", "/etc/issue"
_TAG = "tp3-app:latest"


def _in_tp3(state: State) -> bool:
    return state.exercise == "tp3"


def _changes(*, without: str, more: list[Json]) -> Change:
    def change(state: State) -> None:
        slot = state.role("couches")
        known = next(iter(state.bodies(rf"/containers/{_id(state, slot)}/changes")), None)
        if known is None:
            raise NotApplicableError("not asked")
        state.changes[slot] = [one for one in known if one["Path"] != without] + more
        if without == _ADDED or any(one["Kind"] == 2 for one in more):
            state.files[slot, without] = None

    return change


@mistake
def layer_file_missing(state: State) -> Variants:
    if _in_tp3(state):
        yield "not made", _changes(without=_ADDED, more=[])
        yield "elsewhere", _changes(without=_ADDED, more=[{"Kind": 1, "Path": "/ajout.txt"}])
        yield "misnamed", _changes(without=_ADDED, more=[{"Kind": 1, "Path": "/root/ajouts.txt"}])


@mistake
def layer_file_unchanged(state: State) -> Variants:
    if _in_tp3(state):
        yield "unchanged", _changes(without=_CHANGED, more=[])
        yield "deleted", _changes(without=_CHANGED, more=[{"Kind": 2, "Path": _CHANGED}])


def _images(state: State) -> list[Json]:
    """Every `docker image inspect` of the student's image."""
    found = [one for one in state.bodies(r"/images/.+/json") if isinstance(one, dict)]
    own = [one for one in found if _TAG in (one.get("RepoTags") or [])]
    if not own:
        raise NotApplicableError("the image has another tag")
    return own


def _edit_image(change: Callable[[Json], None], container: Callable[[Json], None] | None = None) -> Change:
    """Changes the image, and its container where that follows from it."""

    def edit(state: State) -> None:
        for one in _images(state):
            change(one)
        if container:
            state.edit(state.role("tp3-app"), container)

    return edit


def _set(key: str, value: Any) -> Callable[[Json], None]:
    return lambda image: image["Config"].update({key: value})


@mistake
def image_without_command(state: State) -> Variants:
    """The container was given one after the image's name."""
    if _in_tp3(state):
        yield "none", _edit_image(_no_command)
        yield "of the base", _edit_image(_command_of_the_base)


def _no_command(image: Json) -> None:
    image["Config"].update(Cmd=None, Entrypoint=None)


def _command_of_the_base(image: Json) -> None:
    image["Config"].update(Cmd=["python3"], Entrypoint=None)


@mistake
def image_without_port(state: State) -> Variants:
    if _in_tp3(state):
        yield "none", _edit_image(_set("ExposedPorts", None), _set_ports({}))
        yield "other", _edit_image(_set("ExposedPorts", {"80/tcp": {}}), _set_ports({"80/tcp": {}}))


def _set_ports(declared: Json) -> Callable[[Json], None]:
    def edit(doc: Json) -> None:
        published: Json = {key: {} for key in doc["HostConfig"].get("PortBindings") or {}}
        doc["Config"]["ExposedPorts"] = declared | published

    return edit


@mistake
def image_without_folder(state: State) -> Variants:
    """No `WORKDIR`: what is copied lands at the root."""
    if _in_tp3(state):
        yield "none", _edit_image(_set("WorkingDir", ""), _set("WorkingDir", ""))
        yield "root", _edit_image(_set("WorkingDir", "/"), _set("WorkingDir", "/"))


@mistake
def image_too_big(state: State) -> Variants:
    if _in_tp3(state):
        yield "limit", _resize(130_000_000)


def _resize(size: int) -> Change:
    def change(state: State) -> None:
        for image in _images(state):
            grown = size - image["Size"]
            image["Size"] = size
            id_ = image["Id"]
        for listed in state.bodies("/images/json"):
            for one in listed:
                if one["Id"] == id_:
                    one["Size"] = size
        for one in state.answers(rf"/images/{id_}/history"):
            line = next(
                line for line in one["say"]["body"]["json"] if "COPY" in line["CreatedBy"] or "ADD" in line["CreatedBy"]
            )
            line["Size"] += grown

    return change


@mistake
def program_is_root(state: State) -> Variants:
    """No `USER`."""

    def change(state: State) -> None:
        for one in _images(state):
            one["Config"]["User"] = ""
        state.edit(state.role("tp3-app"), lambda doc: doc["Config"].update(User=""))
        _run_as(state, 0)

    def by_option(state: State) -> None:
        state.edit(state.role("tp3-app"), lambda doc: doc["Config"].update(User="root"))
        _run_as(state, 0)

    def user_by_option(state: State) -> None:
        for one in _images(state):
            one["Config"]["User"] = ""

    if _in_tp3(state):
        yield "image", change
        yield "option", by_option
        yield "user by option", user_by_option


def _run_as(state: State, number: int) -> None:
    """The user of every process inside."""
    seen = False
    for one in state.exchanges:
        for frame in one["say"].get("body", {}).get("frames", []):
            if "Uid:" in frame[1]:
                frame[1] = _with_user(frame[1], number)
                seen = True
    if not seen:
        raise NotApplicableError("its processes were not seen")


def _with_user(status: str, number: int) -> str:
    lines, user = status.splitlines(keepends=True), f"\t{number}" * 4
    return "".join(f"Uid:{user}\n" if line.startswith("Uid:") else line for line in lines)


@mistake
def code_mounted(state: State) -> Variants:
    """The folder with the program is mounted over that of the image."""

    def change(state: State) -> None:
        slot = state.role("tp3-app")
        folder = state.doc(slot)["Config"]["WorkingDir"]
        if folder in {"", "/"}:
            raise NotApplicableError("no folder")
        mount = bind("/home/student/tp3", folder)
        state.edit(slot, lambda doc: add_mount(doc, mount))
        state.files[slot, folder] = _code_folder(folder.rpartition("/")[2])

    if _in_tp3(state):
        yield "", change


def _code_folder(name: str) -> Json:
    own = {"name": name, "type": "5", "mode": 0o755, "mtime": 1767268000, "owner": [0, 0]}
    file = {**own, "name": f"{name}/app.py", "type": "0", "mode": 0o644}
    stat = {"linkTarget": "", "mode": 2147484141, "mtime": "2026-01-01T11:00:00Z", "name": name, "size": 4096}
    return {"body": {"tar": [own, file]}, "headers": {"x-docker-container-path-stat": stat}}


@mistake
def command_typed(state: State) -> Variants:
    """A command after the image's name."""

    def change(state: State) -> None:
        def edit(doc: Json) -> None:
            doc["Config"]["Cmd"] = ["python", "app.py"]
            doc["Path"], doc["Args"] = "python", ["app.py"]

        if any(
            image["Config"].get("Entrypoint") or image["Config"].get("Cmd") == ["python", "app.py"]
            for image in _images(state)
        ):
            raise NotApplicableError("it is the image's own")
        state.edit(state.role("tp3-app"), edit)

    if _in_tp3(state):
        yield "", change


@mistake
def container_of_an_older_build(state: State) -> Variants:
    """The image was built again, its container not started again."""

    def change(state: State) -> None:
        for image in _images(state):
            old = image["Id"]
        older = next(one for one in state.bodies(r"/images/.+/json") if one.get("Id") == old)
        before = {**older, "Id": "sha256:" + "ad" * 32, "RepoTags": []}
        before["RootFS"] = {"Type": "layers", "Layers": [*older["RootFS"]["Layers"][:-1], "sha256:" + "ae" * 32]}
        state.edit(state.role("tp3-app"), lambda doc: doc.update(Image=before["Id"]))
        ask = {"type": "engine", "path": f"/images/{before['Id']}/json"}
        state.exchanges.append({"ask": ask, "at": 0.0, "say": {"body": {"json": before}}})

    if _in_tp3(state):
        yield "", change


@harmless
def image_says_more(state: State) -> Variants:
    """Labels, variables, a second port, a health check: nobody asks for them."""

    def more(image: Json) -> None:
        config = image["Config"]
        config["Labels"] = {**(config.get("Labels") or {}), "maintainer": "e2301234"}
        config["ExposedPorts"] = {**(config.get("ExposedPorts") or {}), "9000/tcp": {}}

    def smaller(image: Json) -> None:
        image["Size"] -= 1000

    if _in_tp3(state):
        yield "labels", _edit_image(more)
        yield "size", _edit_image(smaller)


@harmless
def image_by_another_user(state: State) -> Variants:
    """`USER 1000`."""

    def change(state: State) -> None:
        for one in _images(state):
            one["Config"]["User"] = "1000"
        state.edit(state.role("tp3-app"), lambda doc: doc["Config"].update(User="1000"))
        _run_as(state, 1000)

    if _in_tp3(state):
        yield "", change


def _id(state: State, slot: str) -> str:
    return next(id_ for id_, its in state.slots.items() if its == slot)
