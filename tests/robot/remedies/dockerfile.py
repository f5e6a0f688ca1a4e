"""The remedies of TP3: a Dockerfile with one correction, built and started again; and a container's layer."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tests.robot.remedies import containers
from tests.robot.typed import Typed, typed_as

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.robot.case import Case

_PROGRAM: Final = "app.py"
_USER: Final = "nobody"
"""What the handout names, and its spec does not."""


class _Dockerfile:
    """The student's Dockerfile, by lines; the handout's if there is none."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self.image = next(iter(case.spec.built.values()))
        self.described = [
            f"FROM {self.image.base}",
            "WORKDIR /app",
            f"COPY {_PROGRAM} .",
            f"EXPOSE {self.image.port}",
            f"USER {_USER}",
            f'CMD ["python", "{_PROGRAM}"]',
        ]
        path = case.folder / "Dockerfile"
        self.lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else list(self.described)

    def set(self, *keywords: str) -> None:
        """These instructions become those of the handout, each before the ones that follow it there."""
        order = [one.partition(" ")[0] for one in self.described]
        for keyword in keywords:
            kept = [one for one in self.lines if one.partition(" ")[0] != keyword]
            later = order[order.index(keyword) + 1 :]
            place = next((n for n, one in enumerate(kept) if one.partition(" ")[0] in later), len(kept))
            self.lines = [*kept[:place], self.described[order.index(keyword)], *kept[place:]]

    def apply(self, *before: str) -> str:
        """Writes it, builds the image, and starts the container from that again."""
        text = "".join(f"{one}\n" for one in self.lines)
        write = f"cat > Dockerfile <<'FILE'\n{text}FILE\ndocker build --tag {self.image.name} ."
        return "\n".join([*before, write, run(self._case)])


def run(case: Case) -> str:
    """The container again, from the image as it is now, with the options that it had; no command, nothing mounted."""
    role, image = next(iter(case.spec.built.items()))
    wanted = case.spec.containers[role]
    doc = case.looks.container(wanted.name)
    typed = typed_as(doc, None) if doc else Typed(wanted.name, image.name, ports=[f"{case.port(role)}:{wanted.port}"])
    typed.image, typed.command, typed.entrypoint, typed.user, typed.mounts = image.name, [], "", "", []
    typed.variables, typed.restart = [], ""
    return typed.line()


def _setting(*keywords: str) -> Callable[[Case], str]:
    def remedy(case: Case) -> str:
        """These instructions as the handout has them."""
        file = _Dockerfile(case)
        file.set(*keywords)
        return file.apply()

    return remedy


def build(case: Case) -> str:
    return _Dockerfile(case).apply(f'cp -n "$MATERIAL"/{_PROGRAM} .')


def describe_again(case: Case) -> str:
    """What the student changed is why it does not work: the given program, and the Dockerfile of the handout."""
    file = _Dockerfile(case)
    file.lines = file.described
    return file.apply(f'cp "$MATERIAL"/{_PROGRAM} .')


def name_the_image(case: Case) -> str:
    """The image of the container, or the one that the screen names, gets the name of the handout."""
    image, wanted = next(iter(case.spec.built.items()))
    doc = case.looks.container(case.spec.containers[image].name)
    built = case.values.get("near") or (doc["Image"] if doc else "")
    return f"docker tag {shlex.quote(built)} {wanted.name}\n{run(case)}"


def correct_the_script(case: Case) -> str:
    """Lines that end as on Unix, and a first line that says what runs them."""
    script = PurePosixPath(case["path"]).name
    return _Dockerfile(case).apply(f"sed -i -e 's/\\r$//' -e '1{{/^#!/!s/^/#!\\/bin\\/sh\\n/}}' {shlex.quote(script)}")


def bring_back_the_base(case: Case) -> str:
    """The registry is not always there; the image's name may still be in the history of the student's own."""
    base = shlex.quote(case["base"])
    id_ = f"$(docker history -q --no-trunc {case['name']} | grep -v missing | tail -1)"
    return f"docker pull {base} || docker tag {id_} {base}"


def make(case: Case) -> str:
    """The container of the image, or the one with a layer of its own."""
    return run(case) if case.role(case["name"]) in case.spec.built else make_the_layer(case)


def make_the_layer(case: Case) -> str:
    """A new container, with the handout's steps for it."""
    wanted = next(case.spec.containers[one.container] for one in case.spec.files.values())
    write = "; ".join(f"echo une ligne >> {one.path}" for one in case.spec.files.values())
    name = shlex.quote(wanted.name)
    return f"docker rm -f {name}\ndocker run --name {name} {wanted.image} bash -c {shlex.quote(write)}"


def add_the_line(case: Case) -> str:
    """Adds a line to the file in the container, which may have stopped."""
    path = case["path"]
    near = f"{case['name']}:{path}"
    read = f"docker cp {near} line.txt 2>/dev/null; test -f line.txt || {{ rm -rf line.txt; touch line.txt; }}"
    return f"{read}\necho une ligne >> line.txt\ndocker cp line.txt {near}"


REMEDIES: Final[Mapping[str, Callable[[Case], str]]] = {
    "container-missing": make,
    "container-created": containers.start,
    "container-other-image": make,
    "container-exited": describe_again,
    "container-crash-loop": describe_again,
    "container-of-older-build": run,
    "command-not-a-list": _setting("CMD"),
    "command-typed": run,
    "root-by-option": run,
    "script-windows-lines": correct_the_script,
    "script-without-interpreter": correct_the_script,
    "image-missing": describe_again,
    "image-misnamed": name_the_image,
    "image-unnamed": name_the_image,
    "image-pulled": build,
    "image-only-tagged": build,
    "image-imported": build,
    "image-committed": _setting("COPY"),
    "image-other-base": _setting("FROM"),
    "base-gone": bring_back_the_base,
    "image-no-command": _setting("CMD"),
    "image-no-port": _setting("EXPOSE"),
    "image-other-port": _setting("EXPOSE"),
    "image-no-workdir": _setting("WORKDIR"),
    "code-at-the-root": _setting("COPY", "CMD"),
    "code-mounted": _setting("COPY"),
    "code-copied-in": _setting("COPY"),
    "code-not-in-image": _setting("COPY", "CMD"),
    "image-too-big": describe_again,
    "image-not-lighter": describe_again,
    "runs-as-root": _setting("USER"),
    "user-by-option": _setting("USER"),
    "user-is-root": _setting("USER"),
    "page-is-a-listing": _setting("CMD"),
    "site-error": describe_again,
    "site-silent": describe_again,
    "nothing-listens-inside": describe_again,
    "listens-on-another-port": describe_again,
    "listens-on-loopback-inside": describe_again,
    "image-gone": containers.retag,
    "image-committed-over": containers.uncommit,
    "file-not-made": add_the_line,
    "file-elsewhere": add_the_line,
    "file-misnamed": add_the_line,
    "file-in-another-container": add_the_line,
    "file-unchanged": add_the_line,
    "no-terminal": make_the_layer,
    "not-a-file": make_the_layer,
    "file-deleted": make_the_layer,
    "file-in-image": make_the_layer,
    "file-not-of-image": make_the_layer,
    "file-on-a-mount": make_the_layer,
}
"""In place of those of other containers with the same code."""
