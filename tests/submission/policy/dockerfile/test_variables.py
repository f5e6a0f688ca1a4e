"""Words of a Dockerfile with their quotes, backslashes and variables, as `shell/lex.go` of moby/buildkit reads them."""

from __future__ import annotations

import time

import pytest

from grader.submission.policy.dockerfile.variables import PLATFORM, UNKNOWN, WordError, WordLimitError, expand

VALUES = {"A": "abcabc", "EMPTY": "", "BASE": UNKNOWN, "ARCH": PLATFORM, "LONG": "x" * 4000}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # processStopOn, processSingleQuote, processDoubleQuote
        ('"http://x"', "http://x"),
        ("h\\ttp://x", "http://x"),
        ("a\\", "a"),
        ("'$A\\'", "$A\\"),
        ('"\\$A \\"\\\\ \\n"', '$A "\\ \\n'),
        ("'\"'\"'\"", "\"'"),
        # text/scanner drops a byte order mark at the very start
        ("\ufeffx\ufeff", "x\ufeff"),
        # processDollar, processName
        ("$A-${A}_$Ab", "abcabc-abcabc_"),
        ("$ $(x) $", "$ $(x) $"),
        ("$1a$@b", "ab"),
        ("${A:-x}${EMPTY:-x}${NONE:-x}", "abcabcxx"),
        ("${EMPTY-x}${NONE-x}", "x"),
        ("${A:+x}${EMPTY:+x}${EMPTY+y}${NONE+z}", "xy"),
        ("${NONE:-${NONE:-'a b'}}", "a b"),
        ('"${NONE:-"q"}"', "q"),
        ("${A:?}${A?x}", "abcabcabcabc"),
        ("${A#a*b}${A##a*b}${A%c*}${A%b*}", "cabccabcababca"),
        ("${A%%b*}${A#?}${A#x}${A%}", "abcabcabcabcabcabc"),
        # what only the base image, or only one builder, knows
        ("$BASE/x", f"{UNKNOWN}/x"),
        ("${BASE:+http://x}${ARCH:-x}", UNKNOWN * 2),
        ("a-$ARCH", f"a-{PLATFORM}"),
        ("${A/a/b}${A:#a}", UNKNOWN * 2),  # an error to some versions, a cut to others
        ("${A#a\\*}${A#*a*b*c}", UNKNOWN * 2),
    ],
)
def test_a_word_is_worth_what_buildkit_makes_of_it(word: str, expected: str) -> None:
    assert expand(word, VALUES.get) == expected


@pytest.mark.parametrize(
    "word", ["'a", '"a', '"$A', "${", "${A", "${}", "${:-x}", "${{A}}", "${A!x}", "${A:}", "${NONE?no}"]
)
def test_a_word_that_no_builder_takes_is_an_error(word: str) -> None:
    with pytest.raises(WordError):
        expand(word, VALUES.get)


@pytest.mark.parametrize("word", ["$LONG$A$LONG", '"$LONG$LONG"', "${A:-" * 30_000, "x" * 60_000])
def test_a_word_has_a_largest_size_and_depth(word: str) -> None:
    with pytest.raises(WordLimitError):
        expand(word, VALUES.get)


def test_a_pattern_takes_no_time() -> None:
    started = time.monotonic()
    assert expand("${LONG##*x*x*x*x*y}", VALUES.get) == UNKNOWN
    assert expand("${VALUE##*x*y}", {"VALUE": "x" * 512}.get) == "x" * 512
    assert time.monotonic() - started < 2
