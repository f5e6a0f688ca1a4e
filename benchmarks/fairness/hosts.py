"""`/etc/hosts` of a container, as the engine writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from benchmarks.fairness.state import Json

_GATEWAY: Final = "172.17.0.1"
"""What `host-gateway` becomes."""


def hosts_file(doc: Json, *by_hand: tuple[str, str]) -> Json:
    """The answer to `docker cp` of the file. `by_hand`: addresses and names that were written into it."""
    lines = [("127.0.0.1", "localhost"), ("::1", "localhost ip6-localhost ip6-loopback")]
    for entry in doc["HostConfig"].get("ExtraHosts") or []:
        name, _, address = entry.partition(":")
        lines.append((_GATEWAY if address == "host-gateway" else address, name))
    own = [str(one.get("IPAddress") or "") for one in (doc["NetworkSettings"].get("Networks") or {}).values()]
    lines += [(address, doc["Config"].get("Hostname", "")) for address in own if address]
    lines += by_hand
    text = "".join(f"{address}\t{name}\n" for address, name in lines)
    member = {"name": "hosts", "type": "0", "mode": 0o644, "mtime": 1767268000, "owner": [0, 0], "text": text}
    stat = {"linkTarget": "", "mode": 420, "mtime": "2026-01-01T11:00:00Z", "name": "hosts", "size": len(text)}
    return {"body": {"tar": [member]}, "headers": {"x-docker-container-path-stat": stat}}


def names_in(file: Json) -> dict[str, str]:
    """The names in an answer of `hosts_file`, with their addresses."""
    lines = [line.split() for line in file["body"]["tar"][0]["text"].splitlines()]
    return {name.lower(): words[0] for words in lines for name in words[1:]}
