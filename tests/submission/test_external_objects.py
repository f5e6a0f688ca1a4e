"""A network or volume that a project takes from elsewhere must not be somebody else's on the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from grader.submission.external_objects import taken_objects
from grader.submission.policy.changes import ComposeChanges

if TYPE_CHECKING:
    import docker

ID = "0123456789abcdef" * 4


@dataclass
class FakeClient:
    """The part of `docker.APIClient` that is asked."""

    network_names: tuple[str, ...] = ()
    volume_names: tuple[str, ...] | None = ()
    asked: list[str] = field(default_factory=list)

    def networks(self) -> list[dict[str, Any]]:
        self.asked.append("networks")
        return [{"Name": name, "Id": ID} for name in self.network_names]

    def volumes(self) -> dict[str, Any]:
        self.asked.append("volumes")
        return {"Volumes": None if self.volume_names is None else [{"Name": name} for name in self.volume_names]}


def rules(client: FakeClient, changes: ComposeChanges) -> list[tuple[str, str]]:
    found = taken_objects(cast("docker.APIClient", client), changes)
    return [(one.rule, dict(one.values)["seen"]) for one in found]


@pytest.mark.parametrize("name", ["other_default", ID, ID[:12]])
def test_a_network_of_another_project_is_refused_by_name_or_id(name: str) -> None:
    client = FakeClient(("bridge", "other_default"))
    assert rules(client, ComposeChanges(external_networks=(name,))) == [("external-network", name)]


def test_a_volume_of_another_project_is_refused() -> None:
    client = FakeClient(volume_names=("other_mongo-data",))
    changes = ComposeChanges(external_volumes=("other_mongo-data", "mine"))
    assert rules(client, changes) == [("external-volume", "other_mongo-data")]


def test_what_the_engine_does_not_have_is_left_to_compose() -> None:
    client = FakeClient(("bridge", "others"), None)
    assert rules(client, ComposeChanges(external_networks=("other",), external_volumes=("v",))) == []


def test_nothing_is_asked_of_an_engine_without_need() -> None:
    client = FakeClient(("x",))
    assert rules(client, ComposeChanges()) == []
    assert client.asked == []
