"""The simple kinds of value: texts, numbers, names, lists and tables."""

from __future__ import annotations

import difflib
import ipaddress
import re
from typing import TYPE_CHECKING

from grader.machine.built_in_networks import BUILT_IN_NETWORKS, SWARM_NETWORKS
from grader.messages import DEFAULT, catalogue
from grader.submission.policy.compose.scope import ComposeScope, check_value, checks_kind
from grader.submission.policy.yaml.tree import YamlMapping, YamlNode, YamlScalar, YamlSequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.policy.findings import Place

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_DURATION = re.compile(r"([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+|0")
_RESERVED_LABEL = "com.docker."
_LARGEST_SUBNET = 16
_RESERVED_NETWORKS = BUILT_IN_NETWORKS | SWARM_NETWORKS | {"default", "nat"}
"""Compose joins a network that already has the name, whether it is declared external or not."""


def entries_below(node: YamlMapping | YamlSequence, place: Place) -> Iterator[tuple[str, YamlNode, Place]]:
    """Yield each key (or index) of `node`, its value, and its place."""
    if isinstance(node, YamlMapping):
        for key, value in node.entries:
            yield key.text, value, place.below(key.text, key.line or None)
    else:
        for number, value in enumerate(node.items):
            yield str(number), value, place.below(str(number), value.line or None)


def check_table(scope: ComposeScope, node: YamlNode, place: Place, table: str) -> None:
    """Check each key of a mapping against the allow-list `[compose.<table>]`."""
    if isinstance(node, YamlScalar) and node.is_null:
        return
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "mapping")
        return
    allowed = scope.policy.compose[table]
    for key, value, there in entries_below(node, place):
        if key.startswith("x-"):
            continue  # a note to Compose; what it is merged into is looked at there
        if key in allowed:
            if not (isinstance(value, YamlScalar) and value.is_null):
                _check_either(scope, value, there, allowed[key].value)
            continue
        refused = catalogue("policy", DEFAULT)["refused"]
        rule = f"{table}.{key}" if f"{table}.{key}" in refused else key
        near = difflib.get_close_matches(key, allowed, n=1, cutoff=0.8)
        if rule in refused:
            scope.findings.refuse(rule, there)
        elif near and not scope.is_resolved:
            scope.findings.invalid("unknown-key", there, near=near[0])
        else:
            scope.findings.refuse("key-not-allowed", there)


def _check_either(scope: ComposeScope, node: YamlNode, place: Place, value: str) -> None:
    first, slash, second = value.partition(" / ")
    check_value(scope, node, place, second if slash and not isinstance(node, YamlSequence) else first)


@checks_kind("table")
def _table(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    check_table(scope, node, place, argument)


@checks_kind("name-or")
def _name_or(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    if isinstance(node, YamlScalar):
        _name(scope, node, place, "")
    else:
        check_table(scope, node, place, argument)


@checks_kind("named")
def _named(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    if not isinstance(node, YamlMapping):
        scope.report_wrong_shape(place, "named-mappings")
        return
    for name, value, there in entries_below(node, place):
        _check_name(scope, name, there)
        check_table(scope, value, there, argument)


@checks_kind("list")
def _list(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    if not isinstance(node, YamlSequence):
        scope.report_wrong_shape(place, "list")
        return
    for _, value, there in entries_below(node, place):
        check_value(scope, value, there, argument)


@checks_kind("anything")
def _anything(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    """Nothing to judge here; see the reason in `policy.toml`."""


@checks_kind("text")
def _text(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    scope.text(node, place)


@checks_kind("words")
def _words(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if isinstance(node, YamlSequence):
        for _number, value, there in entries_below(node, place):
            scope.text(value, there)
    else:
        scope.text(node, place, "text-or-list")


@checks_kind("pairs")
def _pairs(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if isinstance(node, YamlScalar):
        scope.report_wrong_shape(place, "assignments")
        return
    for _name, value, there in entries_below(node, place):
        if isinstance(value, YamlScalar) and value.is_null:
            continue  # a name alone: its value would come from the environment, which is empty
        if isinstance(value, YamlSequence) and isinstance(node, YamlMapping):  # a host with several addresses
            check_value(scope, value, there, "list:text")
        else:
            scope.text(value, there)


@checks_kind("labels")
def _labels(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    _pairs(scope, node, place, "")
    if isinstance(node, YamlScalar):
        return
    for name, value, there in entries_below(node, place):
        label = name if isinstance(node, YamlMapping) else value.text if isinstance(value, YamlScalar) else ""
        if label.startswith(_RESERVED_LABEL):
            scope.findings.refuse("label-reserved", there)
        elif scope.is_deferred(label.partition("=")[0]):
            scope.findings.refuse("variable-where-literal", there)


@checks_kind("flag")
def _flag(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    _matches(scope, node, place, r"(?i:true|false|yes|no|on|off)", "true, false")


@checks_kind("number")
def _number(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    low, _, high = argument.partition("..")
    text = scope.literal(node, place, f"{low}…{high}")
    if text is None:
        return
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        scope.report_wrong_shape(place, f"{low}…{high}")
    elif not int(low) <= int(text) <= int(high):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted=f"{low}…{high}")


@checks_kind("one-of")
def _one_of(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    text = scope.literal(node, place, argument)
    if text is not None and text not in argument.split("|"):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted=argument.replace("|", ", "))


@checks_kind("match")
def _match(scope: ComposeScope, node: YamlNode, place: Place, argument: str) -> None:
    _matches(scope, node, place, argument, argument)


@checks_kind("duration")
def _duration(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    _matches(scope, node, place, _DURATION.pattern, "10s, 1m30s")


@checks_kind("name")
def _name(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "name")
    if text is not None:
        _check_name(scope, text, place)


def _check_name(scope: ComposeScope, text: str, place: Place) -> None:
    if not _NAME.fullmatch(text):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted="A-Z a-z 0-9 _ . -")


def _matches(scope: ComposeScope, node: YamlNode, place: Place, pattern: str, wanted: str) -> None:
    text = scope.literal(node, place, wanted)
    if text is not None and not re.fullmatch(pattern, text):
        scope.findings.refuse("value-not-allowed", place, seen=text, wanted=wanted)


@checks_kind("image")
def _image(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "image")
    fault = scope.policy.engine.image_fault(text) if text is not None else None
    if fault == "image-registry":
        scope.findings.refuse(fault, place, seen=text or "")
    elif fault is not None:  # `Nginx`: no engine would take it, so it is a mistake and no offence
        scope.findings.invalid(fault, place, seen=text or "")


@checks_kind("network-name")
def _network_name(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    _name(scope, node, place, "")
    if isinstance(node, YamlScalar) and node.text in _RESERVED_NETWORKS:
        scope.findings.refuse("network-built-in", place, seen=node.text)


@checks_kind("external-network")
def _external_network(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    """Judged with its name, which may be beside it: see `compose_file`."""
    if not isinstance(node, YamlMapping):
        _flag(scope, node, place, "")


@checks_kind("no-external-volume")
def _no_external_volume(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    if not (isinstance(node, YamlScalar) and node.text in {"false", "no"}):
        scope.findings.refuse("external-volume", place)


@checks_kind("private-subnet")
def _private_subnet(scope: ComposeScope, node: YamlNode, place: Place, _: str) -> None:
    text = scope.literal(node, place, "172.20.0.0/16")
    if text is None:
        return
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        scope.findings.refuse("subnet", place, seen=text)
        return
    unusual = network.is_loopback or network.is_link_local or network.is_unspecified
    if not network.is_private or unusual or network.prefixlen < _LARGEST_SUBNET:
        scope.findings.refuse("subnet", place, seen=text)
