"""The policy's findings: each names the file, the line, the rule and the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from grader.messages import fill, find_text
from grader.submission.policy.changes import ComposeChanges  # noqa: TC001 - msgspec reads the annotation
from grader.text.escaping import escape_control_characters, log_line

if TYPE_CHECKING:
    from grader.messages import Language

_MAX_SHOWN = 160
"""Characters of outside text in one message."""


@dataclass(frozen=True, slots=True)
class Place:
    file: str
    """Below the repository, with `/`; as it is on the disk, for `str` to make visible."""
    line: int | None = None
    """Counted from 1; `None` if the finding is about the whole file."""
    keys: tuple[str, ...] = ()
    """The way from the top of a compose file, such as `("services", "web", "ports", "0")`."""

    def below(self, key: str, line: int | None) -> Place:
        return Place(self.file, line if line is not None else self.line, (*self.keys, key))

    def __str__(self) -> str:
        file = escape_control_characters(self.file, _MAX_SHOWN)
        return file if self.line is None else f"{file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason why a repository is not brought up."""

    rule: str
    """A key of `[rules]` or `[refused]` in `grader/messages/*/policy.toml`: stable, the same in every language."""
    place: Place
    values: tuple[tuple[str, str], ...] = ()
    """What the text of the rule names, ready to be shown."""
    kind: Literal["refused", "invalid"] = "refused"
    """`refused`: the policy does not let it through. `invalid`: the file is not one that Docker would read, an
    ordinary mistake of the student's that fails the first check and is no offence."""

    def line_in(self, language: Language) -> str:
        """One line for a person: `tp6/compose.yaml:12: [bind-outside] …`."""
        return log_line(f"{self.place}: [{self.rule}] {self.reason_in(language)}")

    def reason_in(self, language: Language) -> str:
        """The rule's text. It may come from the sandbox: an unknown rule is shown as it is, never filled in."""
        text = find_text("policy", f"rules.{self.rule}", language) or find_text(
            "policy", f"refused.{self.rule}", language
        )
        values = dict(self.values)
        shape = find_text("policy", f"shapes.{values.get('wanted', '')}", language)
        return fill(text, values | {"wanted": shape} if shape else values, language) if text else self.rule


@dataclass(frozen=True, slots=True)
class Review:
    """The policy's findings for a whole repository."""

    refused: tuple[Refusal, ...] = ()
    invalid: tuple[Refusal, ...] = ()
    changes: ComposeChanges | None = None
    """What is changed in a Compose file before it is brought up; `None` if something was found."""

    @property
    def may_be_brought_up(self) -> bool:
        return not self.refused and not self.invalid


@dataclass(slots=True)
class Findings:
    """Collects refusals while files are read."""

    found: list[Refusal] = field(default_factory=list)

    def refuse(self, rule: str, place: Place, **values: str) -> None:
        self._add(rule, place, "refused", values)

    def invalid(self, rule: str, place: Place, **values: str) -> None:
        self._add(rule, place, "invalid", values)

    def review(self) -> Review:
        once = tuple(dict.fromkeys(self.found))
        return Review(
            refused=tuple(one for one in once if one.kind == "refused"),
            invalid=tuple(one for one in once if one.kind == "invalid"),
        )

    def _add(self, rule: str, place: Place, kind: Literal["refused", "invalid"], values: dict[str, str]) -> None:
        safe = {"where": ".".join(escape_control_characters(key, _MAX_SHOWN) for key in place.keys)} | {
            name: escape_control_characters(value, _MAX_SHOWN) for name, value in values.items()
        }
        self.found.append(Refusal(rule, place, tuple(safe.items()), kind))
