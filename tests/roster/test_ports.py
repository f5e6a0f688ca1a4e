"""Port ranges: parsed, rejected, compared."""

from __future__ import annotations

import pytest

from grader.errors import RosterError
from grader.roster.ports import PortRange, parse_ports


@pytest.mark.parametrize("text", ["41200-41209", " 41200 - 41209 ", "41200–41209", "41200\N{NON-BREAKING HYPHEN}41209"])
def test_a_range_is_read_with_whatever_dash_a_spreadsheet_left(text: str) -> None:
    ports = parse_ports(text)
    assert ports == PortRange(41200, 41209)
    assert str(ports) == "41200-41209"
    assert len(ports) == 10


def test_one_port_is_a_range_of_one() -> None:
    assert parse_ports("8080") == PortRange(8080, 8080)


def test_both_ends_belong_to_the_range() -> None:
    ports = PortRange(41200, 41209)
    assert 41200 in ports
    assert 41209 in ports
    assert 41199 not in ports
    assert 41210 not in ports


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "looks like 41200-41209, not ''"),
        ("http", "not 'http'"),
        ("4000,4001", "not '4000,4001'"),
        ("-4000", "not '-4000'"),
        ("٤٠٠٠", "not '٤٠٠٠'"),
        ("0-10", "from 1 to 65535"),
        ("41200-70000", "not 41200-70000"),
        ("41209-41200", "the lower one first; not 41209-41200"),
        ("123456", "not '123456'"),
    ],
)
def test_what_is_no_range_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(RosterError) as refused:
        parse_ports(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("10-19", "20-29", False), ("10-20", "20-29", True), ("10-99", "20-29", True), ("20-29", "1-10", False)],
)
def test_ranges_overlap_where_they_share_a_port(one: str, other: str, *, shared: bool) -> None:
    assert parse_ports(one).overlaps(parse_ports(other)) is shared
    assert parse_ports(other).overlaps(parse_ports(one)) is shared
