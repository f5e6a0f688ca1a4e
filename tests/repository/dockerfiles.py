"""Dockerfiles that two readers could read differently, and honest ones beside them.

`SINK` stands for an address where a test listens. What each builder of Docker 20.10 does with a file was seen on the
real engine: `reached_by` names those that ask the sink for something, `built_by` those that build the file. The later
BuildKits differ in here-documents, in arrays that are followed by something, and in `${NAME#…}` and its relatives.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["HONEST", "HOSTILE", "SINK", "Honest", "Hostile"]

SINK = "SINK"
BOTH = ("buildkit", "classic")
BUILDKIT = ("buildkit",)
CLASSIC = ("classic",)
NEITHER = ()


@dataclass(frozen=True)
class Hostile:
    name: str
    text: str | bytes
    rule: str
    """The refusal that must be among those given."""
    reached_by: tuple[str, ...]
    first_line: str = "FROM alpine\n"

    @property
    def data(self) -> bytes:
        text = self.text if isinstance(self.text, bytes) else self.text.encode()
        return self.first_line.encode() + text + b"\n"


@dataclass(frozen=True)
class Honest:
    name: str
    text: str | bytes
    built_by: tuple[str, ...] = BOTH

    @property
    def data(self) -> bytes:
        return self.text if isinstance(self.text, bytes) else self.text.encode()


FETCH = f"ADD http://{SINK}/x /x"

LINES = [
    # `\` continues a line before tabs and blanks only: lineContinuationRegex in parser.go.
    Hostile("no-break-space-after-backslash", f"RUN true \\\u00a0\n{FETCH}", "dockerfile-remote", BOTH),
    Hostile("em-space-after-backslash", f"RUN true \\\u2003\n{FETCH}", "dockerfile-continuation", BOTH),
    Hostile("next-line-after-backslash", f"RUN true \\\x85\n{FETCH}", "dockerfile-continuation", BOTH),
    Hostile("ideographic-space-after-backslash", f"RUN true \\ \u3000 \n{FETCH}", "dockerfile-continuation", BOTH),
    Hostile("vertical-tab-after-backslash", f"RUN true \\\v\n{FETCH}", "dockerfile-character", BOTH),
    Hostile("form-feed-after-backslash", f"RUN true \\\f\n{FETCH}", "dockerfile-character", BOTH),
    # 0.8 takes one carriage return off a line, later ones take all.
    Hostile("two-carriage-returns", f"RUN true \\\r\r\n{FETCH}", "dockerfile-character", BOTH),
    Hostile("carriage-return-in-the-line", f"RUN true \r{FETCH}", "dockerfile-character", NEITHER),
    # A `\` before the last one means that the line ends; Podman's reader goes on.
    Hostile("two-backslashes", f"RUN true \\\\\n{FETCH}", "dockerfile-continuation", BOTH),
    Hostile("two-backslashes-and-a-tab", f"RUN true \\\\\t\n{FETCH}", "dockerfile-remote", BOTH),
    # Lines are joined without a blank, whatever stands at their ends.
    Hostile("word-over-two-lines", f"ADD h\\\nttp://{SINK}/x /x", "dockerfile-remote", BOTH),
    Hostile("instruction-over-two-lines", f"AD\\\nD http://{SINK}/x /x", "dockerfile-remote", BOTH),
    Hostile(
        "comment-and-empty-lines-between", f"ADD \\\n\n  # note \\\n\n http://{SINK}/x /x", "dockerfile-remote", BOTH
    ),
    Hostile("backslash-in-a-comment", f"# note \\\n{FETCH}", "dockerfile-remote", BOTH),
    Hostile("no-break-space-before", f"\u00a0{FETCH}", "dockerfile-remote", BOTH),
    Hostile("line-separator-before", f"# note\n\u2028{FETCH}", "dockerfile-remote", BOTH),
    Hostile("control-character", f"RUN true \x1b[2K\n{FETCH}", "dockerfile-character", BOTH),
    Hostile("nul", f"RUN true\x00\n{FETCH}", "dockerfile-character", BUILDKIT),
    # Go's scanner drops a byte order mark at the start of each word.
    Hostile("byte-order-mark-before-an-address", f"ADD \ufeffhttp://{SINK}/x /x", "dockerfile-character", BOTH),
    Hostile("the-same-in-json", f'ADD ["\\ufeffhttp://{SINK}/x", "/x"]', "dockerfile-remote", BOTH),
]

HERE_DOCUMENTS = [
    Hostile("shift", f"RUN true $((1<<A))\nFROM {SINK}/shift", "image-registry", BOTH),
    Hostile("shift-with-blanks", f"RUN true $(( 1<<CMD ))\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("end-is-an-instruction", f"RUN true <<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("base-in-a-here-document", f"RUN true <<CMD\nFROM {SINK}/here\nCMD", "image-registry", BOTH),
    Hostile("flag-in-a-here-document", "RUN true <<CMD\nRUN --network=host true\nCMD", "dockerfile-flag", NEITHER),
    Hostile("blank-before-the-word", f"RUN true << CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("two-words", f"RUN true << USER <<CMD\nCMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("not-in-env", f"ENV A=<<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("not-in-cmd", f"CMD true <<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("behind-an-open-quote", f"RUN true # it's <<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("in-quotes", f'RUN true "<<CMD"\n{FETCH}\nCMD', "dockerfile-remote", BOTH),
    Hostile("here-string", f"RUN true # <<<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("in-an-array", f'RUN ["true", "<<CMD"]\n{FETCH}\nCMD', "dockerfile-remote", BOTH),
    Hostile("behind-an-array", f'RUN ["true"] <<CMD\n{FETCH}\nCMD', "dockerfile-heredoc", BOTH),
    Hostile("variable-as-its-end", f"RUN true <<$A\n{FETCH}\n$A", "dockerfile-heredoc", NEITHER),
    Hostile("backslash-in-its-end", f"RUN true <<E\\OF\n{FETCH}\nEOF", "dockerfile-heredoc", NEITHER),
    Hostile("blanks-in-its-end", f"RUN true <<'E F'\n{FETCH}\nE F", "dockerfile-heredoc", NEITHER),
    Hostile("end-in-part-quoted", f'RUN true <<E"OF"\n{FETCH}\nEOF', "dockerfile-heredoc", NEITHER),
    Hostile("end-that-is-a-comment", f"RUN true <<#\n{FETCH}\n#", "dockerfile-heredoc", BUILDKIT),
    Hostile("end-behind-blanks", f"RUN true <<CMD\n CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    Hostile("end-behind-a-comment", f"RUN true # <<-CMD\n\tCMD\n{FETCH}", "dockerfile-remote", BOTH),
]

FLAGS = [
    Hostile("quotes-in-from", f'COPY --fr"om"={SINK}/q /x /x', "dockerfile-from", BOTH),
    Hostile("backslash-in-from", f"COPY --fr\\om={SINK}/q /x /x", "dockerfile-from", BOTH),
    Hostile("quoted-value", f"COPY --from='{SINK}/q' /x /x", "dockerfile-from", BOTH),
    Hostile("whole-flag-quoted", f'COPY --"from={SINK}/q" /x /x', "dockerfile-from", BOTH),
    Hostile("flag-on-the-next-line", f"COPY \\\n--from={SINK}/q /x /x", "dockerfile-from", BOTH),
    # Flags are read byte by byte, and a lone byte 0xA0 is white space then.
    Hostile("behind-a-lone-byte", f"COPY \xa0--from={SINK}/q /x /x".encode("latin-1"), "dockerfile-from", BOTH),
    Hostile("two-from", f"COPY --from=0 --from={SINK}/q /x /x", "dockerfile-from", NEITHER),
    Hostile("quotes-in-network", 'RUN --net"work"=host true', "dockerfile-flag", NEITHER),
    Hostile("backslash-in-network", "RUN --network=ho\\st true", "dockerfile-flag", NEITHER),
    Hostile("quotes-in-security", "RUN --'security'=insecure true", "dockerfile-flag", NEITHER),
    Hostile("device", "RUN --device=vendor.com/kind=all true", "dockerfile-flag", NEITHER),
    Hostile("mount-in-capitals", f"RUN --mount=type=bind,FROM={SINK}/m,target=/m true", "dockerfile-from", BUILDKIT),
    Hostile(
        "mount-in-csv-quotes", f"RUN --mount='type=bind,\"from={SINK}/m\",target=/m' true", "dockerfile-flag", BUILDKIT
    ),
    Hostile("mount-twice-from", f"RUN --mount=from=x,from={SINK}/m,target=/m true", "dockerfile-flag", BUILDKIT),
    Hostile("mount-by-variable", "ARG T=secret\nRUN --mount=type=$T,id=k true", "dockerfile-flag", NEITHER),
    Hostile("mount-in-quotes", 'RUN --mo"unt"=type=ssh true', "dockerfile-flag", NEITHER),
    Hostile("checksum", "ADD --checksum=sha256:0 x /x", "dockerfile-flag", NEITHER),
    Hostile("keep-git-dir", "ADD --keep-git-dir=true x /x", "dockerfile-flag", NEITHER),
    Hostile("flag-of-an-instruction-without-flags", f"ARG --x A\n{FETCH}", "dockerfile-flag", BOTH),
]

SOURCES = [
    Hostile("double-quotes", f'ADD "http://{SINK}/x" /x', "dockerfile-remote", BOTH),
    Hostile("single-quotes-within", f"ADD ht'tp'://{SINK}/x /x", "dockerfile-remote", BOTH),
    Hostile("backslash", f"ADD h\\ttp://{SINK}/x /x", "dockerfile-remote", BOTH),
    Hostile("json-escape", f'ADD ["\\u0068ttp:\\/\\/{SINK}/x", "/x"]', "dockerfile-remote", BOTH),
    # Until 0.15 what follows an array is dropped.
    Hostile("array-and-more", f'ADD ["http://{SINK}/x", "/x"] # page', "dockerfile-remote", BOTH),
    Hostile("behind-a-local-one", f"ADD app.py http://{SINK}/x /x/", "dockerfile-remote", BOTH),
    Hostile("empty-variable-within", f"ADD ht${{NONE}}tp://{SINK}/x /x", "dockerfile-remote", BOTH),
    Hostile("default-of-a-variable", f"ADD ${{NONE:-http://{SINK}/x}} /x", "dockerfile-remote", BOTH),
    Hostile("alternative-of-a-variable", f"ADD ${{PATH:+http://{SINK}/x}} /x", "dockerfile-remote", BOTH),
    Hostile("variables-joined", f"ENV A=ht B=tp://{SINK}/x\nADD $A$B /x", "dockerfile-remote", BOTH),
    Hostile("old-way-of-env", f"ENV A tp://{SINK}/x\nADD ht$A /x", "dockerfile-remote", BOTH),
    Hostile(
        "pairs-parted-by-a-no-break-space", f"ARG B=1\u00a0A=tp://{SINK}/x\nADD ht$A /x", "dockerfile-remote", BOTH
    ),
    Hostile(
        "from-the-first-stage",
        f"ENV A=http://{SINK}/x\nFROM one\nADD $A /x",
        "dockerfile-remote",
        BOTH,
        "FROM alpine AS one\n",
    ),
    Hostile("arg-of-the-file", "FROM alpine\nARG A\nADD ht$A /x", "dockerfile-remote", BOTH, f"ARG A=tp://{SINK}/x\n"),
    Hostile("git-over-ssh", "ADD git@127.0.0.1:a/b.git /x", "dockerfile-remote", NEITHER),
    Hostile("git-by-another-user", "ADD someone@127.0.0.1:b /x", "dockerfile-remote", NEITHER),
    Hostile("git-by-ssh-address", "ADD ssh://git@127.0.0.1/b.git /x", "dockerfile-remote", NEITHER),
    Hostile("git-in-capitals", f"ADD HTTP://{SINK}/b.git /x", "dockerfile-remote", NEITHER),
    Hostile("git-by-http", f"ADD http://{SINK}/b.git#main:docs /x", "dockerfile-remote", BOTH),
    Hostile("git-without-protocol", "ADD github.com/a/b.git /x", "dockerfile-remote", NEITHER),
    Hostile("outside-in-quotes", "COPY \".\"'.'/x /x", "dockerfile-outside", NEITHER),
    Hostile("too-long", f"ENV A={'x' * 2000}\nENV B=$A$A$A", "dockerfile-word", NEITHER),
    Hostile("too-deep", f"ADD {'${A:-' * 2000}x{'}' * 2000} /x", "dockerfile-word", NEITHER),
]

BASES = [
    Hostile("quoted", f'FROM "{SINK}/b"', "image-registry", BOTH, ""),
    Hostile("with-backslash", f"FROM {SINK}\\/b", "image-registry", BOTH, ""),
    Hostile("default", f"FROM ${{B:-{SINK}/b}}", "image-registry", BOTH, ""),
    Hostile("default-of-a-default", f"FROM ${{B:-${{C:-{SINK}/b}}}}", "image-registry", BOTH, ""),
    Hostile("alternative", f"ARG B=1\nFROM ${{B:+{SINK}/b}}", "image-registry", BOTH, ""),
    Hostile("arg-in-quotes", f"ARG B='{SINK}/b'\nFROM $B", "image-registry", BOTH, ""),
    Hostile("arg-from-arg", f"ARG A={SINK}\nARG B=${{A}}/b\nFROM $B", "image-registry", BOTH, ""),
    Hostile("arg-behind-a-no-break-space", f"ARG A=1\u00a0B={SINK}/b\nFROM $B", "image-registry", BOTH, ""),
    # To BuildKit this is no `B`; the other builder takes the quotes off first.
    Hostile("quoted-name-of-arg", f'ARG "B"={SINK}/b\nFROM ${{B:-alpine}}', "dockerfile-variable", CLASSIC, ""),
    # 0.8 and the other builder forget the value at the second ARG, later ones keep it.
    Hostile("arg-twice", f"ARG B=alpine\nARG B\nFROM ${{B:-{SINK}/b}}", "dockerfile-variable", BOTH, ""),
    Hostile("set-for-buildkit-only", f"FROM ${{TARGETARCH:+{SINK}/b}}", "dockerfile-variable", BUILDKIT, ""),
    Hostile("unset-without-buildkit", f"FROM ${{BUILDPLATFORM:-{SINK}/b}}", "dockerfile-variable", CLASSIC, ""),
    Hostile("platform-within-the-server", f"FROM {SINK}${{TARGETVARIANT}}/b", "image-registry", BOTH, ""),
    # Later BuildKits cut.
    Hostile("cut-at-the-front", f"ARG B=v{SINK}/b\nFROM ${{B#v}}", "image-registry", NEITHER, ""),
    Hostile("cut-at-the-end", f"ARG B={SINK}/b-x-y\nFROM ${{B%%-*}}", "image-registry", NEITHER, ""),
    Hostile("replaced", f"ARG B={SINK}/b\nFROM ${{B/a/b}}", "dockerfile-variable", NEITHER, ""),
    Hostile("with-a-platform", f"FROM --platform=linux/amd64 {SINK}/b", "image-registry", BOTH, ""),
    Hostile(
        "doubles-itself", "ARG A=xxxxxxxxxx\n" + "ARG A=$A$A$A$A\n" * 6 + "FROM $A", "dockerfile-word", NEITHER, ""
    ),
    Hostile(
        "name-of-a-stage-that-is-an-image", f"FROM {SINK}/b", "image-registry", NEITHER, f"FROM alpine AS {SINK}/b\n"
    ),
    Hostile("trigger-in-lower-case", f"onbuild {FETCH}", "dockerfile-instruction", NEITHER),
    Hostile("trigger-over-two-lines", f"ONBU\\\nILD {FETCH}", "dockerfile-instruction", NEITHER),
]

DIRECTIVES = [
    Hostile(
        "syntax-behind-a-byte-order-mark", "FROM alpine", "dockerfile-syntax", NEITHER, f"\ufeff# syntax={SINK}/s\n"
    ),
    Hostile("syntax-in-capitals", "FROM alpine", "dockerfile-syntax", BUILDKIT, f"#SYNTAX\t=\t{SINK}/s\n"),
    Hostile("syntax-behind-blanks", "FROM alpine", "dockerfile-syntax", BUILDKIT, f"#  syntax = {SINK}/s and more\n"),
    Hostile(
        "syntax-behind-a-shebang",
        "FROM alpine",
        "dockerfile-syntax",
        NEITHER,
        f"#!/usr/bin/docker\n# syntax={SINK}/s\n",
    ),
    Hostile("syntax-in-json", "", "dockerfile-syntax", NEITHER, f'{{"syntax": "{SINK}/s"}}'),
    Hostile("syntax-behind-another", "FROM alpine", "dockerfile-syntax", BUILDKIT, f"# escape=\\\n# syntax={SINK}/s\n"),
    Hostile(
        "syntax-with-a-server-as-its-tag",
        "FROM alpine",
        "dockerfile-syntax",
        NEITHER,
        "# syntax=docker/dockerfile:5000/x\n",
    ),
    Hostile("escape-in-capitals", f"RUN true `\n{FETCH}", "dockerfile-escape", NEITHER, "# ESCAPE = `\nFROM alpine\n"),
]

LABELS = [
    Hostile("label-joined", 'LABEL a=1 "com.dock"er.compose.project=x', "label-reserved", NEITHER),
    Hostile("label-with-byte-order-mark", "LABEL \ufeffcom.docker.compose.project=x", "dockerfile-character", NEITHER),
    Hostile("label-behind-a-no-break-space", "LABEL a=1\u00a0com.docker\\.x=y", "label-reserved", NEITHER),
    Hostile("label-in-the-old-way", "LABEL com.'docker'.compose.project todos", "label-reserved", NEITHER),
    Hostile("label-over-two-lines", "LABEL com.doc\\\nker.compose.project=x", "label-reserved", NEITHER),
]

HOSTILE = [*LINES, *HERE_DOCUMENTS, *FLAGS, *SOURCES, *BASES, *DIRECTIVES, *LABELS]

HONEST = [
    Honest("byte-order-mark", "\ufeffFROM alpine\nRUN true\n"),
    Honest("windows-lines", 'FROM alpine\r\nRUN true \\\r\n  && true\r\nCMD ["sh"]\r\n'),
    Honest("tabs", "FROM\talpine\n\tRUN\ttrue\t\\\n\t\t&& true\n"),
    Honest("blanks-after-backslash", "FROM alpine\nRUN true \\  \t\n  && true\n"),
    Honest("no-end-of-line", "FROM alpine\nRUN true"),
    Honest("carriage-return-at-the-end", "FROM alpine\nRUN true\r"),
    Honest(
        "no-break-space-in-comments",
        "# Mon\u00a0image\u00a0: «\u00a0web\u00a0»\nFROM alpine\nRUN true \\\n  # été\u00a0: \\\u00a0\n  && true\n",
    ),
    Honest("no-break-space-in-text", "FROM alpine\nRUN echo 'Bonjour\u00a0!' > /x\nENV TITRE=\"Prêt\u00a0?\"\n"),
    Honest("latin-1", "FROM alpine\n# déjà\xa0vu\nRUN echo 'été à' > /x\n".encode("latin-1")),
    Honest("comments-and-empty-lines-between", "FROM alpine\nRUN true \\\n# un\n\n  # deux\n  && true\n"),
    Honest("backslash-at-the-end-of-a-comment", "FROM alpine\n# C:\\dossier\\\\\nRUN true\n"),
    Honest("last-line-continued", "FROM alpine\nRUN true \\\n"),
    Honest("lower-case", "from alpine as base\nrun true\nfrom base\ncopy --from=base /etc/hostname /x\n"),
    Honest("escape-as-usual", "# escape=\\\nFROM alpine\nRUN true \\\n && true\n"),
    Honest("check", "# check=skip=all\n# note\nFROM alpine\n"),
    Honest("shift", "FROM alpine\nRUN echo $((1<<3)) > /x\n"),
    Honest("shift-with-blanks", "FROM alpine\nRUN echo $(( 1 << 3 )) > /x\n"),
    Honest("backslashes-in-quotes", "FROM alpine\nRUN printf 'a\\\\n%s\\n' \"$HOME\" > /x\n"),
    Honest("open-quote-in-a-comment", "FROM alpine\nRUN true # c'est fini\n"),
    Honest("quotes-in-env", "FROM alpine\nENV A=\"un deux\" B=un\\ deux C='x'\nENV D tout le reste\n"),
    Honest("label", 'FROM alpine\nLABEL maintainer="Élève <e@example.org>" version=\'1\'\nLABEL note une "note"\n'),
    Honest(
        "quotes-in-flags", "FROM alpine AS base\nFROM alpine\nCOPY --from=\"base\" --chown='0:0' /etc/hostname /x\n"
    ),
    Honest("array", 'FROM alpine\nCOPY ["mon fichier.txt", "app.py", "/x/"]\n'),
    Honest("array-and-a-comment", 'FROM alpine\nCMD ["sh"] # lance\n'),
    Honest("quoted-source", "FROM alpine\nCOPY \"app.py\" 'site.tar' /x/\n"),
    Honest("version-in-a-source", "FROM alpine\nARG VERSION=1\nADD site-$VERSION.tar /x/\n"),
    Honest("variable-behind-a-folder", "FROM alpine\nADD ./${DOSSIER}app.py /x/\nCOPY ${DOSSIER}app.py /y/\n"),
    Honest("arg-with-a-default", "ARG V=3\nFROM alpine:${TAG:-latest}\nARG V\nRUN echo $V > /x\n"),
    Honest("quoted-arg", 'ARG BASE="alpine"\nFROM ${BASE} AS base\nFROM base\n'),
    Honest("alternative", "ARG LAST=oui\nFROM alpine${LAST:+:latest}\n"),
    Honest("cut", "ARG V=vlatest\nFROM alpine:${V#v}\n", NEITHER),  # a later BuildKit
    Honest("platform-of-the-builder", "FROM --platform=$BUILDPLATFORM alpine\nRUN true\n", BUILDKIT),
    Honest(
        "stage-by-platform", "FROM alpine AS base-amd64\nFROM alpine AS base-arm64\nFROM base-${TARGETARCH}\n", BUILDKIT
    ),
    Honest("cache", 'FROM alpine\nRUN --mount=type=cache,target="/root/.cache" --network=none true\n', NEITHER),
    Honest("scratch", "FROM scratch\nCOPY app.py /\n"),
    Honest("end-of-flags", 'FROM alpine\nHEALTHCHECK --interval=5s CMD true --fail\nENTRYPOINT ["sh", "--help"]\n'),
    # BuildKit from 0.10, and the `docker/dockerfile:1.4` of before.
    Honest("here-document", "FROM alpine\nRUN <<EOF\ntrue\nEOF\n", NEITHER),
    Honest("here-document-behind-a-blank", "FROM alpine\nRUN cat << EOF > /x\nserver { listen 80; }\nEOF\n", NEITHER),
    Honest(
        "python-in-a-here-document",
        "FROM python:alpine\nRUN python3 <<'PY'\nfrom http import client\nfrom os import path as p\nPY\n",
        NEITHER,
    ),
    Honest(
        "page-in-a-here-document",
        'FROM nginx\nCOPY <<-"FIN" /usr/share/nginx/html/index.html\n\t<p>https://example.org \\\\\n\tFIN\n',
        NEITHER,
    ),
    Honest("two-here-documents", "FROM alpine\nCOPY <<A <<B /x/\na\nA\nb\nB\n", NEITHER),
    Honest(
        "here-document-and-a-variable",
        'FROM alpine\nRUN cat <<EOF > ${DIR:-/tmp}/x && echo "${A:-un deux}"\nx\nEOF\n',
        NEITHER,
    ),
    Honest("known-syntax", "# syntax=docker/dockerfile:1.7\nFROM alpine\n", NEITHER),
]
