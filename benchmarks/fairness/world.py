"""Who reaches whom on a machine: published ports, networks and names, as the engine wires them."""

from __future__ import annotations

import ipaddress
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.fairness.hosts import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.fairness.state import Json, State

BUILT_IN: Final = {"bridge", "host", "none"}
_FILE: Final = "# as it was when the container started\n"
_AUTHORITY: Final = re.compile(r"([^:/]+)(?::(\d+))?")
_ANY: Final = {"", "0.0.0.0", "::"}  # noqa: S104 - as the engine writes it


class Target(NamedTuple):
    """A port of a container."""

    slot: str
    port: int


class World:
    """The machine as it is at first. A container that was created again is still the same slot."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.docs: dict[str, Json] = {}
        self._listed: dict[str, Json] = {}
        """The line of `docker ps` about each container, at first."""
        for listed in state.bodies("/containers/json"):
            for entry in listed:
                self._listed.setdefault(state.slots[entry["Id"]], entry)
        self._addresses: dict[str, str] = {}
        self._seen: list[tuple[float, str, str]] = []
        """When a container was seen with an address: what is created again may have that of another before it."""
        for one in state.answers(r"/containers/\w+/json"):
            doc = one["say"]["body"]["json"]
            if "NetworkSettings" not in doc or doc["Id"] not in state.slots:
                continue
            slot = state.slots[doc["Id"]]
            self.docs.setdefault(slot, doc)
            for place in networks_of(doc).values():
                if place.get("IPAddress"):
                    self._addresses.setdefault(place["IPAddress"], slot)
                    self._seen.append((float(one["at"]), place["IPAddress"], slot))

    def mounted_file(self, source: str, slot: str = "") -> Json | None:
        """A file of the machine that is bind-mounted, or where a container has it, as any text: it is the same."""
        for its, doc in self.docs.items():
            for one in doc.get("Mounts") or []:
                place = one["Destination"] if its == slot else one["Source"]
                if one["Type"] == "bind" and place == source and PurePosixPath(source).suffix:
                    return {"body": {"text": _FILE}}
        return None

    def is_up(self, slot: str) -> bool:
        if slot in self.docs:
            return bool(self.docs[slot]["State"].get("Status") == "running")
        return self._listed.get(slot, {}).get("State") == "running"

    def networks(self, slot: str) -> dict[str, Json]:
        """The networks of a container, with its place on each."""
        return networks_of(self.docs.get(slot) or self._listed[slot])

    def at_port(self, port: int, host: str = "", at: float = 0.0) -> Target | None:
        """What a port of the machine leads to; with `host`, at that address: the machine's own or a container's.

        `at`: the time, for addresses that containers had one after the other.
        """
        seen = [slot for moment, address, slot in self._seen if address == host and moment <= at]
        inside = seen[-1] if seen else self._addresses.get(host)
        if inside:
            return Target(inside, port) if self.is_up(inside) else None
        for slot, doc in self.docs.items():
            for address, published, target, protocol in bindings_of(doc):
                is_here = address in _ANY or not host or address == host
                if self.is_up(slot) and published == port and protocol == "tcp" and is_here:
                    return Target(slot, target)
        return self._of_service(port)

    def _of_service(self, port: int) -> Target | None:
        for services in self._state.bodies("/services"):
            for service in services:
                for one in service.get("Endpoint", {}).get("Ports") or []:
                    if one.get("PublishedPort") == port and one.get("Protocol", "tcp") == "tcp":
                        return Target(f"service {service['Spec']['Name']}", one["TargetPort"])
            return None
        return None

    def target(self, slot: str, value: str, default: int) -> Target | None:
        """What a container that connects to `value` (`host:port`) reaches; `None` if nothing."""
        found = _AUTHORITY.fullmatch(value)
        if not found or slot not in self.docs:
            return None
        host, port = found[1].lower(), int(found[2] or default)
        address = host if _is_address(host) else self._address_of(slot, host)
        if not address:
            return None
        if ipaddress.ip_address(address).is_loopback:
            return Target(slot, port)
        inside = self._addresses.get(address)
        if inside:
            return Target(inside, port) if self.is_up(inside) and self.share(slot, inside) else None
        return self.at_port(port, address) if address in self.gateways() else None

    def _address_of(self, slot: str, name: str) -> str:
        doc = self.docs[slot]
        if name == "localhost":
            return "127.0.0.1"
        for entry in doc["HostConfig"].get("ExtraHosts") or []:
            known, _, address = entry.partition(":")
            if known.lower() == name:
                return next(iter(self.gateways()), "") if address == "host-gateway" else address
        file = self._state.files.get((slot, "/etc/hosts"))
        if file and name in names_in(file):
            return names_in(file)[name]
        for link in doc["HostConfig"].get("Links") or []:
            its, _, alias = link.rpartition(":")
            if alias.rpartition("/")[2].lower() == name:
                return self._own_address(its.strip("/"), set())
        for other, its_doc in self.docs.items():
            shared = self._shared(slot, other)
            names = {its_doc["Name"].lstrip("/").lower()}
            for network in shared:
                place = networks_of(its_doc)[network]
                names |= {one.lower() for one in [*(place.get("Aliases") or []), *(place.get("DNSNames") or [])]}
            if shared and name in names:
                return self._own_address(other, shared)
        return ""

    def _own_address(self, slot: str, among: set[str]) -> str:
        places = networks_of(self.docs[slot]) if slot in self.docs else {}
        found = [str(one.get("IPAddress") or "") for key, one in places.items() if not among or key in among]
        return next((one for one in found if one), "")

    def _shared(self, one: str, other: str) -> set[str]:
        """The user-defined networks of both, where names are known."""
        mine, its = networks_of(self.docs[one]), networks_of(self.docs[other])
        return {name for name in mine if name in its and name not in BUILT_IN}

    def share(self, one: str, other: str) -> bool:
        """True if packets of one reach the other."""
        mine, its = networks_of(self.docs[one]), networks_of(self.docs[other])
        return bool(set(mine) & set(its)) or one == other

    def gateways(self) -> dict[str, None]:
        """The machine's addresses, as far as the engine knows them, that of the default network first."""
        found: dict[str, None] = {}
        for doc in self.docs.values():
            places = sorted(networks_of(doc).items(), key=lambda pair: pair[0] != "bridge")
            found.update({str(one["Gateway"]): None for _, one in places if one.get("Gateway")})
        found.update(dict.fromkeys(sorted(self._state.own_addresses)))
        return found

    def added_addresses(self) -> set[str]:
        """The addresses that `--add-host` gives and that no container has."""
        added = {
            entry.partition(":")[2] for doc in self.docs.values() for entry in doc["HostConfig"].get("ExtraHosts") or []
        }
        return {one for one in added if _is_address(one) and one not in self._addresses}


def networks_of(doc: Json) -> dict[str, Json]:
    return {name: place or {} for name, place in (doc["NetworkSettings"].get("Networks") or {}).items()}


def bindings_of(doc: Json) -> Iterator[tuple[str, int, int, str]]:
    """Address, port of the machine, port of the container and protocol of what is published."""
    ports: dict[str, Any] = doc["NetworkSettings"].get("Ports") or {}
    for inside, bindings in ports.items():
        number, _, protocol = inside.partition("/")
        for one in bindings or []:
            yield one.get("HostIp", ""), int(one["HostPort"]), int(number), protocol or "tcp"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
