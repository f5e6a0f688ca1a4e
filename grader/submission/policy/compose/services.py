"""Services as a whole: what is written in the wrong place, and where their images come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.submission.policy.compose.scope import Kind, checks_kind
from grader.submission.policy.compose.tables import check_name, check_table, entries_below, is_service
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar

if TYPE_CHECKING:
    from grader.submission.policy.compose.scope import ComposeScope
    from grader.submission.policy.findings import Place

_BESIDE_SERVICES: Final = frozenset({"networks", "volumes", "configs", "secrets"})
_BUILT_ONLY: Final = frozenset({"", "build", "never", "missing", "if_not_present"})
"""Values of `pull_policy` with which Compose builds an image without asking the image's server for it."""


@checks_kind("services")
def _services(scope: ComposeScope, node: YamlNode, place: Place, kind: Kind) -> None:
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "named-mappings", node)
        return
    for name, service, there in entries_below(node, place):
        if name in _BESIDE_SERVICES and not is_service(service) and not scope.is_resolved:
            scope.findings.invalid("section-as-service", there, seen=name)
            continue
        check_name(scope, name, there)
        check_table(scope, service, there, kind.argument)
    if scope.is_resolved:  # only then `extends` and overrides are in place
        _check_registries(scope, node, place)


def _check_registries(scope: ComposeScope, services: YamlMapping, place: Place) -> None:
    """An engine connects to the server of an image that it fetches; what is built may be called anything."""
    built = {_text(service, "image") for _, service in services if _is_built_only(service)}
    for _name, service, there in entries_below(services, place):
        image = _text(service, "image")
        if image not in built and scope.policy.engine.image_fault(image) == "image-registry":
            scope.findings.refuse("image-registry", there.below("image", None), seen=image)


def _is_built_only(service: YamlNode) -> bool:
    is_built = isinstance(service, YamlMapping) and service.get("build") is not None
    return is_built and _text(service, "pull_policy") in _BUILT_ONLY


def _text(node: YamlNode, key: str) -> str:
    value = node.get(key) if isinstance(node, YamlMapping) else None
    return value.text if isinstance(value, YamlScalar) else ""


@checks_kind("image")
def _image(scope: ComposeScope, node: YamlNode, place: Place, _: Kind) -> None:
    """Its server is judged with the service, see `_check_registries`."""
    text = scope.literal(node, place, "image")
    if text is not None and scope.policy.engine.image_fault(text) == "image-name":
        if text.startswith(("\u201c", "\u2018", "\u00ab")):
            scope.findings.invalid("typographic-quotes", place, seen=text)
        else:  # `Nginx`: no engine would take it, so it is a mistake and no offence
            scope.findings.invalid("image-name", place, seen=text)
