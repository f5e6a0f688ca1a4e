"""Compose: the project, its services, its file, its replicas."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.operators.containers import end_container
from benchmarks.fairness.operators.edits import keep_intact
from benchmarks.fairness.operators.files import write, written_services
from benchmarks.fairness.operators.registry import harmless, mistake
from benchmarks.fairness.state import NotApplicableError

if TYPE_CHECKING:
    from benchmarks.fairness.operators.registry import Change, Variants
    from benchmarks.fairness.state import Json, State

_PROJECT: Final = "com.docker.compose.project"
_SERVICE: Final = "com.docker.compose.service"


def _is_compose(state: State) -> bool:
    return "compose" in state.spec


def _labelled(state: State) -> list[str]:
    slots = [one for one in dict.fromkeys(state.slots.values()) if state.inspects(one)]
    return [one for one in slots if _SERVICE in (state.doc(one)["Config"].get("Labels") or {})]


@mistake
def started_by_hand(state: State) -> Variants:
    """The same containers, from `docker run`, under the services' names."""

    def change(state: State) -> None:
        for slot in _labelled(state):
            service = state.doc(slot)["Config"]["Labels"][_SERVICE]

            def edit(doc: Json, service: str = service) -> None:
                doc["Config"]["Labels"] = {}
                doc["Name"] = f"/{service}"

            state.edit(slot, edit)

    if state.exercise == "tp6":
        yield "", change


@mistake
def project_of_another_name(state: State) -> Variants:
    def change(state: State) -> None:
        old = state.spec["compose"]["project"]
        for slot in _labelled(state):
            state.edit(slot, lambda doc: doc["Config"]["Labels"].update({_PROJECT: "mestodos"}))
        for one in state.exchanges:
            if one["ask"].get("project") == old:
                one["ask"]["project"] = "mestodos"
                one.pop("key", None)
        for listed in state.networks():
            for network in listed:
                if (network["Labels"] or {}).get(_PROJECT) == old:
                    network["Labels"][_PROJECT] = "mestodos"

    if state.exercise == "tp6":
        yield "", change


@harmless
def project_of_any_name(state: State) -> Variants:
    """tp7: the project's name is not checked."""

    def change(state: State) -> None:
        for slot in _labelled(state):
            old = state.doc(slot)["Config"]["Labels"][_PROJECT]

            def edit(doc: Json, old: str = old) -> None:
                doc["Config"]["Labels"][_PROJECT] = "equilibre"
                doc["Name"] = doc["Name"].replace(f"/{old}-", "/equilibre-").replace(f"/{old}_", "/equilibre_")

            state.edit(slot, edit)

    if state.exercise == "tp7":
        yield "", change


@mistake
def service_misspelt(state: State) -> Variants:
    """The service has another name, and an alias that keeps it working."""

    def change(role: str, new: str) -> Change:
        def rename(state: State) -> None:
            slot = state.role(role)
            old = state.spec["compose"]["services"][role]
            state.edit(slot, lambda doc: doc["Config"]["Labels"].update({_SERVICE: new}))
            for services in written_services(state):
                services[new] = services.pop(old)
            for one in state.exchanges:
                text = one["say"].get("body", {}).get("text", "")
                if one["ask"].get("verb") == "hashes":
                    one["say"]["body"]["text"] = text.replace(f"{old} ", f"{new} ")

        return rename

    if state.exercise == "tp6":
        yield "api", change("api", "todos-appi")
        yield "mongo", change("mongo", "base")
    if state.exercise == "tp7":
        yield "redis", change("redis", "rediss")
        yield "lb", change("lb", "balancer")


@mistake
def file_changed_since(state: State) -> Variants:
    """The file was corrected, and not applied."""

    def published(service: Json) -> None:
        for port in service.get("ports", []):
            port["published"] = "4999"

    def mounted(service: Json) -> None:
        for volume in service.get("volumes", []):
            volume["source"] = f"{volume['source']}2"

    def variables(service: Json) -> None:
        service["environment"] = {**(service.get("environment") or {}), "NIVEAU": "2"}

    if state.exercise == "tp6":
        for role, how, change in (
            ("app", "port", published),
            ("mongo", "mount", mounted),
            ("api", "variable", variables),
        ):
            yield (
                f"{role} {how}",
                lambda state, role=role, change=change: write(  # type: ignore[misc]
                    state, state.role(role), change, is_applied=False
                ),
            )


@mistake
def file_gone_or_invalid(state: State) -> Variants:
    def invalid(state: State) -> None:
        _answer_with(state, {"status": 422, "body": {"text": "yaml: line 3: mapping values are not allowed here\n"}})

    if state.exercise == "tp6":
        yield "invalid", invalid


def _answer_with(state: State, said: Json) -> None:
    for one in state.exchanges:
        if one["ask"]["type"] == "compose" and one["ask"]["verb"] in {"config", "hashes"}:
            one["say"] = dict(said)


@mistake
def image_ready_made(state: State) -> Variants:
    """`image:` instead of `build:`."""

    def change(role: str) -> Change:
        def take(state: State) -> None:
            slot = state.role(role)
            name = state.doc(slot)["Config"]["Image"]

            def edit(service: Json) -> None:
                service.pop("build", None)
                service["image"] = name

            write(state, slot, edit)

        return take

    if state.exercise == "tp6":
        yield "api", change("api")
        yield "app", change("app")


@mistake
def folders_swapped(state: State) -> Variants:
    """One is built from the other's folder in the file, or both are, which was not applied."""

    def change(folders: dict[str, str]) -> Change:
        def swap(state: State) -> None:
            for role, folder in folders.items():

                def edit(service: Json, folder: str = folder) -> None:
                    if "context" not in (service.get("build") or {}):
                        raise NotApplicableError("no folder")
                    service["build"]["context"] = service["build"]["context"].rpartition("/")[0] + f"/{folder}"

                write(state, state.role(role), edit)

        return swap

    if state.exercise == "tp6":
        yield "api", change({"api": "app"})
        yield "app", change({"app": "api"})
        yield "both", change({"api": "app", "app": "api"})


@mistake
def replicas_of_another_number(state: State) -> Variants:
    if state.exercise == "tp7":
        yield "two", _remove_replica
        yield "four", _add_replica


def _remove_replica(state: State) -> None:
    keep_intact(state)
    state.remove(state.role_slots("web")[-1])


def _add_replica(state: State) -> None:
    slots = state.role_slots("web")
    example = slots[-1]
    new = hashlib.sha256(example.encode()).hexdigest()
    number = len(slots) + 1
    for listed in state.bodies("/containers/json"):
        for one in [one for one in listed if state.slots[one["Id"]] == example]:
            listed.append(_numbered(one, new, number))
    for doc in state.inspects(example)[:1]:
        copied = _numbered(doc, new, number)
        ask = {"type": "engine", "path": f"/containers/{new}/json"}
        state.exchanges.append({"ask": ask, "at": 0.0, "say": {"body": {"json": copied}, "at": 1767268803.0}})
    state.slots[new] = slot = f"web-{number}"
    links = state.programs.links
    state.programs.links = [
        replace(one, servers=(*one.servers, slot)) if slots == [*one.servers] else one for one in links
    ]
    state.programs.listening[slot] = state.programs.listening[example]
    keep_intact(state)


def _numbered(one: Json, new: str, number: int) -> Json:
    text = json.dumps(one).replace(one["Id"], new).replace(one["Id"][:12], new[:12])
    copied: Json = json.loads(text)
    labels = copied["Labels"] if "Labels" in copied else copied["Config"]["Labels"]
    old = labels["com.docker.compose.container-number"]
    labels["com.docker.compose.container-number"] = str(number)
    for key in ("Name", "Names"):
        if key in copied:
            copied[key] = json.loads(
                json.dumps(copied[key]).replace(f"-{old}", f"-{number}").replace(f"_{old}", f"_{number}")
            )
    for place in copied["NetworkSettings"]["Networks"].values():
        place["IPAddress"] = place["IPAddress"].rpartition(".")[0] + ".99"
    return copied


@mistake
def replica_ended(state: State) -> Variants:
    """One of the three was killed and not started again."""

    def change(state: State) -> None:
        slot = state.role_slots("web")[1]
        keep_intact(state)
        end_container(state, slot, 137, 3000, "kill")

    if state.exercise == "tp7":
        yield "", change


@harmless
def replicas_of_other_numbers(state: State) -> Variants:
    """Scaled down and up again: the numbers are not 1 to 3."""

    def change(state: State) -> None:
        slot = state.role_slots("web")[-1]
        keep_intact(state)
        state.edit(slot, lambda doc: doc["Config"]["Labels"].update({"com.docker.compose.container-number": "7"}))

    if state.exercise == "tp7":
        yield "", change
