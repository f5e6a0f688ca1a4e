"""A compose file that follows from what runs, where nobody recorded what `docker compose config` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json
    from benchmarks.fairness.world import World
    from grader.machine.question import ComposeQuestion

_LABEL: Final = "com.docker.compose."


def write_compose_file(world: World, question: ComposeQuestion) -> Json:
    """The answer to `docker compose config` if the file was applied as it is. Raises `LookupError` for other verbs.

    An image is named as the container names it, also where the file says how to build it. Replicas are of `--scale`.
    """
    if question.verb != "config":
        raise LookupError
    services: dict[str, Json] = {}
    for doc in world.docs.values():
        labels = doc["Config"].get("Labels") or {}
        if labels.get(f"{_LABEL}project") != question.project or labels.get(f"{_LABEL}oneoff") == "True":
            continue
        services.setdefault(labels[f"{_LABEL}service"], _service(doc))
    if not services:
        raise LookupError
    return {"body": {"json": {"name": question.project, "services": services}}}


def _service(doc: Json) -> Json:
    host = doc["HostConfig"]
    ports = [
        {"target": int(number), "protocol": protocol, "published": one["HostPort"], "host_ip": one["HostIp"]}
        for inside, bindings in (host.get("PortBindings") or {}).items()
        for number, _, protocol in [inside.partition("/")]
        for one in bindings
    ]
    typed = [entry.split(":")[1] for entry in host.get("Binds") or []]
    typed += [one["Target"] for one in host.get("Mounts") or []]
    volumes: list[dict[str, Any]] = [
        {"type": one["Type"], "source": one.get("Name") or one["Source"], "target": one["Destination"]}
        for one in doc.get("Mounts") or []
        if one["Destination"] in typed
    ]
    networks = dict.fromkeys(doc["NetworkSettings"].get("Networks") or {})
    return {"image": doc["Config"]["Image"], "networks": networks, "ports": ports, "volumes": volumes}
