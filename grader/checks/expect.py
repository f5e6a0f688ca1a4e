"""`expect(...)`: the one word that every check begins with."""

from __future__ import annotations

from typing import overload

from grader.checks.containers import ContainerExpectation
from grader.checks.mounts import FolderExpectation
from grader.checks.sites import SiteExpectation
from grader.machine.machine import Container, Folder, Site

__all__ = ["expect"]


@overload
def expect(subject: Container, *, within_s: float = 0) -> ContainerExpectation: ...
@overload
def expect(subject: Site, *, within_s: float = 0) -> SiteExpectation: ...
@overload
def expect(subject: Folder, *, within_s: float = 0) -> FolderExpectation: ...
def expect(
    subject: Container | Site | Folder, *, within_s: float = 0
) -> ContainerExpectation | SiteExpectation | FolderExpectation:
    """What is judged of `subject`. `within_s`: seconds to wait for it, as long as something is still starting."""
    match subject:
        case Container():
            return ContainerExpectation(subject, within_s)
        case Site():
            return SiteExpectation(subject, within_s)
        case Folder():
            return FolderExpectation(subject, within_s)
