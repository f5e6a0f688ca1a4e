"""`policy.toml` is complete: every kind exists, every rule in the code has its text, every entry its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import grader.submission
from grader.messages import catalogue
from grader.submission.policy.compose import compose_file
from grader.submission.policy.compose.scope import checkers_by_kind
from grader.submission.policy.findings import Place, Refusal
from grader.submission.policy.policy import read_policy
from grader.submission.policy.yaml.reader import YamlFileError, read_yaml
from grader.submission.policy.yaml.tree import YamlMapping, YamlScalar

PACKAGE = Path(grader.submission.__file__).parent
POLICY = read_policy()
RULES = catalogue("policy", "en")["rules"]
REFUSED = catalogue("policy", "en")["refused"]
_NAMED = re.compile(r"""(?:refuse|invalid|YamlFileError|report)\(\s*"([a-z0-9-]+)\"""")


def values() -> list[str]:
    return [part for table in POLICY.compose.values() for entry in table.values() for part in entry.value.split(" / ")]


def test_every_kind_of_value_exists() -> None:
    assert compose_file  # what registers the kinds
    for value in set(values()) - {"refused"}:
        kind, _, argument = value.partition(":")
        while kind == "list":
            kind, _, argument = argument.partition(":")
        assert kind in checkers_by_kind, value
        if kind in {"table", "named", "name-or", "services"}:
            assert argument in POLICY.compose, value


def test_every_kind_is_described_or_has_code_of_its_own() -> None:
    used = {kind for value in values() for kind in value.split(":")[:2] if kind in checkers_by_kind}
    assert set(checkers_by_kind) == used | {"name", "build"}


def test_every_rule_that_the_code_names_has_words_and_none_is_idle() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    named = set(_NAMED.findall(code))
    assert named <= set(RULES)
    idle = {rule for rule in RULES if f'"{rule}"' not in code}
    assert not idle


def test_a_reason_is_a_rule_s_or_a_key_s_own() -> None:
    assert not set(RULES) & set(REFUSED)


def test_a_refusal_from_the_sandbox_may_name_a_rule_that_does_not_exist() -> None:
    for rule in ("no-such", "{", "{where.x}", "{where:>99999}"):
        assert Refusal(rule, Place("a"), (("where", "b"),)).line_in("en") == f"a: [{rule}] {rule}"
    assert Refusal("too-big", Place("a")).line_in("en").startswith("a: [too-big] the file has {seen} bytes")


def test_a_reason_of_a_key_belongs_to_a_key_that_may_be_refused() -> None:
    allowed = {"text", "words", "pairs", "flag", "labels", "name", "ports", "mounts", "image", "duration", "anything"}
    for reason in REFUSED:
        table, _, key = reason.rpartition(".")
        tables = [POLICY.compose[table]] if table else POLICY.compose.values()
        entries = [entries[key] for entries in tables if key in entries]
        assert any(entry.value not in allowed for entry in entries), reason


def test_every_top_entry_says_why() -> None:
    for table in ("file", "service", "build", "network", "volume"):
        silent = [key for key, entry in POLICY.compose[table].items() if not entry.why and key != "name"]
        assert not [key for key in silent if not key.startswith("enable_")], table
    assert all(POLICY.dockerfile.instructions.values())


def test_scalars_stay_text_and_merges_keep_the_nearest_value() -> None:
    tree = read_yaml(b"x-a: &a {b: 22:22, c: yes}\nd: {<<: *a, c: ~}\n", POLICY.limits.yaml)
    assert isinstance(tree, YamlMapping)
    merged = tree.get("d")
    assert isinstance(merged, YamlMapping)
    assert merged.get("b") == YamlScalar("22:22", 1)
    c = merged.get("c")
    assert isinstance(c, YamlScalar)
    assert c.is_null


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"a: 1\n" * 20_000, "too-big"),
        ("a: é\n".encode("latin-1"), "not-utf8"),
        (b"a: b # c\x0dprivileged: true\n", "odd-line-break"),
        ("a: b # c\u2028privileged: true\n".encode(), "odd-line-break"),
        ("a: b # c\x85privileged: true\n".encode(), "odd-line-break"),
        (b"a: &a [*a]\n", "yaml-unknown-alias"),
        (b"[" * 60_000, "too-deep"),
        (b"a: " + b"x: " * 10_000, "not-yaml"),
        (b"- &a x\n" + b"- *a\n" * 101, "too-many-aliases"),
        (b"a: [" + b"1," * 6_000 + b"]\n", "too-many-nodes"),
        (b"a: \x00\n", "not-yaml"),
        (b"? {a: b}\n: c\n", "yaml-odd-key"),
        (b"a: !!binary aGVsbG8=\n", "yaml-tag"),
        (b"<<: [a, b]\n", "yaml-odd-merge"),
    ],
)
def test_tricks_of_yaml_end_at_once_with_their_rule(data: bytes, rule: str) -> None:
    with pytest.raises(YamlFileError) as raised:
        read_yaml(data, POLICY.limits.yaml)
    assert raised.value.rule == rule
