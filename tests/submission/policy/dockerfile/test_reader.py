"""The reader of Dockerfiles: text in, instructions out, for each kind of builder.

Each expectation says where it comes from: `parser.go`, `split_command.go`, `line_parsers.go` and `directives.go` are
those of `frontend/dockerfile/parser` in moby/buildkit; "reference" is Docker's Dockerfile reference.
"""

from __future__ import annotations

import pytest

from grader.submission.policy.dockerfile.here_documents import HereDocumentSyntax
from grader.submission.policy.dockerfile.reader import (
    AmbiguousLineError,
    Directive,
    UnterminatedHereDocumentError,
    directives,
    instructions,
)
from grader.submission.policy.dockerfile.words import json_array, name_values, split_blank

BLANK, JOINED, NONE = HereDocumentSyntax.WITH_SPACES, HereDocumentSyntax.WITHOUT_SPACES, HereDocumentSyntax.NONE


def read(text: str, here_documents: HereDocumentSyntax = BLANK) -> list[tuple[int, str, str]]:
    return [(one.line, one.name, one.text) for one in instructions(text, here_documents)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # parser.go, lineContinuationRegex: `\` before tabs and blanks only
        ("RUN a \\\n b\n", [(1, "RUN", "a  b")]),
        ("RUN a \\ \t\nb\n", [(1, "RUN", "a b")]),
        ("RUN a \\\r\nb\r\n", [(1, "RUN", "a b")]),
        ("RUN a \\\u00a0\nb\n", [(1, "RUN", "a \\"), (2, "B", "")]),
        ("RUN a \\\x85\nb\n", [(1, "RUN", "a \\"), (2, "B", "")]),
        # the same: not after another `\`, however many there are
        ("RUN a \\\\\nb\n", [(1, "RUN", "a \\\\"), (2, "B", "")]),
        ("RUN a \\\\\\\nb\n", [(1, "RUN", "a \\\\\\"), (2, "B", "")]),
        # its second branch: a line of `\` alone
        ("\\\nRUN a\n", [(1, "RUN", "a")]),
        # parser.go, Parse: lines are joined as they are; comments and empty lines in between are dropped
        ("R\\\nUN a\\\nb\n", [(1, "RUN", "ab")]),
        ("RUN a \\\n# c \\\n\n \t\n  # d\nb\n", [(1, "RUN", "a b")]),
        ("RUN a \\\n\u00a0# c\nb\n", [(1, "RUN", "a b")]),
        ("RUN a \\", [(1, "RUN", "a")]),
        ("# c \\\nRUN a\n", [(2, "RUN", "a")]),
        # parser.go, trimLeadingWhitespace and split_command.go: any white space around, ASCII white space within
        ("\u2003RUN\t a \u00a0\n", [(1, "RUN", "a")]),
        ("RUN\u00a0a\n", [(1, "RUN\u00a0a", "")]),
        ("FROM a\u2028b\n", [(1, "FROM", "a\u2028b")]),
        # strings.ToLower in newNodeFromLine: case does not count
        ("rUn a\n", [(1, "RUN", "a")]),
        # what is no instruction stays one line (parseIgnore)
        ("COPIER . /\n", [(1, "COPIER", ". /")]),
    ],
)
def test_lines_are_joined_and_split_as_by_buildkit(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert [read(text, kind) for kind in HereDocumentSyntax] == [expected] * 3


@pytest.mark.parametrize(
    ("line", "flags", "text"),
    [
        # split_command.go, extractBuilderFlags: quotes and backslashes are taken out, anywhere in the word
        ('RUN --net"work"=host true', [("network", "host")], "true"),
        ("COPY --fr\\om='a b' x y", [("from", "a b")], "x y"),
        ("COPY --from=a\\ b x y", [("from", "a b")], "x y"),
        ('COPY --from="a x y', [("from", "a x y")], ""),
        ('COPY "--from=a" x y', [], '"--from=a" x y'),
        ('COPY --"from=a" x y', [("from", "a")], "x y"),
        # the same: only at the start, and `--` ends them
        ("RUN --a --b=c d --e", [("a", ""), ("b", "c")], "d --e"),
        ("RUN --a -- --b", [("a", "")], "--b"),
        ("RUN --", [], ""),
        ("RUN - --a", [], "- --a"),
        ("RUN \\\n --a \\\n b", [("a", "")], "b"),
        # the same reads bytes: a lone 0xA0 is white space, a letter in UTF-8 becomes two of Latin-1
        ("RUN \udca0--a=b c", [("a", "b")], "c"),
        ("RUN \u00a0--a=b c", [], "--a=b c"),
        ("RUN --a=é c", [("a", "Ã©")], "c"),
    ],
)
def test_flags_are_split_off_as_by_buildkit(line: str, flags: list[tuple[str, str]], text: str) -> None:
    (one,) = instructions(line, NONE)
    assert (list(one.flags), one.text) == (flags, text)


EOF = "RUN cat <<EOF\nADD x y\nEOF\nRUN b\n"


@pytest.mark.parametrize(
    ("text", "kind", "lines"),
    [
        # parser.go, heredocsFromLine and reHeredoc; reference, "Here-documents"
        (EOF, BLANK, [1, 4]),
        (EOF, JOINED, [1, 4]),
        (EOF, NONE, [1, 2, 3, 4]),
        ("RUN cat << EOF\nADD x y\nEOF\nRUN b\n", BLANK, [1, 4]),  # shell/lex.go, processPossibleHeredoc, from 0.22
        ("RUN cat << EOF\nADD x y\nEOF\nRUN b\n", JOINED, [1, 2, 3, 4]),
        ("RUN cat <<-EOF\n\tEOF\nRUN b\n", BLANK, [1, 3]),
        ("RUN cat <<EOF\n\tEOF\nEOF\nRUN b\n", BLANK, [1, 4]),
        ("RUN cat <<EOF\nEOF \nEOF\r\nRUN b\n", BLANK, [1, 4]),
        ("RUN cat 3<<'EOF'\n$A\nEOF\nRUN b\n", BLANK, [1, 4]),
        ('RUN cat <<"EOF" > x\na\nEOF\nRUN b\n', BLANK, [1, 4]),
        ("COPY <<a <<b /x/\nb\na\nb\nRUN b\n", BLANK, [1, 5]),
        ("RUN a \\\n <<EOF\nx \\\nEOF\nRUN b\n", BLANK, [1, 5]),
        # [^<]* in reHeredoc, and the word must start with it
        ("RUN cat <<<EOF\nRUN b\n", BLANK, [1, 2]),
        ("RUN echo $((1<<A))\nRUN b\n", BLANK, [1, 2]),
        ("RUN a<<EOF\nRUN b\n", BLANK, [1, 2]),
        ("RUN 'cat <<EOF'\nRUN b\n", BLANK, [1, 2]),
        ('RUN "\\"<<EOF"\nRUN b\n', BLANK, [1, 2]),
        ("RUN a \\\\<<EOF\nRUN b\n", BLANK, [1, 2]),
        ("RUN it's <<EOF\nRUN b\n", BLANK, [1, 2]),  # ProcessWords fails, and its error is dropped
        # heredocDirectives: RUN, COPY and ADD only, and not as an array (canContainHeredoc)
        ("CMD cat <<EOF\nRUN b\n", BLANK, [1, 2]),
        ('RUN ["cat", "<<EOF"]\nRUN b\n', BLANK, [1, 2]),
        ("LABEL a=<<EOF\nRUN b\n", BLANK, [1, 2]),
    ],
)
def test_here_documents_are_found_as_by_buildkit(text: str, kind: HereDocumentSyntax, lines: list[int]) -> None:
    assert [one.line for one in instructions(text, kind)] == lines


@pytest.mark.parametrize("line", ["RUN cat <<EOF\n EOF", "RUN echo $(( 1<<3 ))", "ADD <<a <<b /\na"])
def test_a_here_document_without_its_end_is_read_by_no_builder_that_knows_them(line: str) -> None:
    with pytest.raises(UnterminatedHereDocumentError):
        read(line)
    assert read(line, NONE)


@pytest.mark.parametrize(
    "line",
    [
        "RUN cat <<E\\OF\nEOF",
        "RUN cat <<'E F'\nE F",
        "RUN cat <<$A\n",
        "RUN cat <<E${A}\n",
        'RUN ["a"] <<EOF\nEOF',
        "RUN cat <<EOF ${A:-'b c'}\nEOF",
    ],
)
def test_a_here_document_that_builders_find_in_different_places_is_told_apart(line: str) -> None:
    with pytest.raises(AmbiguousLineError) as raised:
        read(line)
    assert raised.value.line == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # line_parsers.go, parseWords: any white space parts them; what is quoted or escaped stays together, as written
        ("a=1 b='2 3' c", [("a", "1"), ("b", "'2 3'"), ("c", None)]),
        ("a=1\u00a0b=2", [("a", "1"), ("b", "2")]),
        ("a=1\\ 2 b", [("a", "1\\ 2"), ("b", None)]),
        ('"a b"=c=d', [('"a b"', "c=d")]),
        ("a='b\\' c='d", [("a", "'b\\'"), ("c", "'d")]),
        ('a="b\\" c" d=e', [("a", '"b\\" c"'), ("d", "e")]),
        ("a=b\\", [("a", "b")]),
    ],
)
def test_pairs_are_split_as_by_buildkit(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert name_values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # line_parsers.go, parseJSON: json.Unmarshal since 0.15, the first value of the text before
        ('["a", "b"]', (["a", "b"], True)),
        ('\u00a0["a"] ', (["a"], True)),
        ('["a"] b', (["a"], False)),
        ("['a']", (None, True)),
        ("[ -f x ]", (None, True)),
        ('"a"', (None, True)),
        ("[" * 60_000, (None, True)),
    ],
)
def test_arrays_are_told_from_words(text: str, expected: tuple[list[object] | None, bool]) -> None:
    assert json_array(text) == expected


def test_only_ascii_white_space_parts_the_words_of_from() -> None:
    """line_parsers.go, reWhitespace."""
    assert split_blank("a\u00a0b\t \vc") == ["a\u00a0b", "c"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # directives.go; reference, "Parser directives"
        ("# syntax=a/b:1\nFROM x\n", [Directive("syntax", "a/b:1", 1)]),
        ("#Escape = `\nFROM x\n", [Directive("escape", "`", 1)]),
        ("# escape=\\\n#syntax=x\n", [Directive("escape", "\\", 1), Directive("syntax", "x", 2)]),
        ("// syntax=x y\nFROM x\n", [Directive("syntax", "x y", 1)]),
        ("#!/bin/x\n# syntax=x\nFROM x\n", [Directive("syntax", "x", 2)]),
        ('\n{"syntax": "x"}', [Directive("syntax", "x", 1)]),
        ("{" * 60_000, []),
        ("# syntax=x" + " " * 60_000 + "y\n", [Directive("syntax", "x" + " " * 60_000 + "y", 1)]),
        # no builder obeys these, since another comment or an empty line comes before
        ("# note\n\n# syntax=x\nFROM x\n", [Directive("syntax", "x", 3)]),
        ("FROM x\n# syntax=x\n", []),
    ],
)
def test_directives_are_looked_for_before_the_first_instruction(text: str, expected: list[Directive]) -> None:
    assert list(directives(text)) == expected
