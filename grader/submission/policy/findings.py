"""The policy's findings: each names the file, the line, the rule and the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grader.reports.result import Words
from grader.text.escaping import escape_control_characters, log_line

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
    """A key of `[rules]` in `policy.toml`: stable, the same in both languages."""
    place: Place
    why: Words
    kind: Literal["refused", "invalid"] = "refused"
    """`refused`: the policy does not let it through. `invalid`: the file is not one that Docker would read, an
    ordinary mistake of the student's that fails the first check and is no offence."""

    def line_in(self, language: Literal["fr", "en"]) -> str:
        """One line for a person: `tp6/compose.yaml:12: [bind-outside] …`."""
        return log_line(f"{self.place}: [{self.rule}] {self.why.fr if language == 'fr' else self.why.en}")


@dataclass(frozen=True, slots=True)
class Review:
    """The policy's findings for a whole repository."""

    refused: tuple[Refusal, ...] = ()
    invalid: tuple[Refusal, ...] = ()

    @property
    def may_be_brought_up(self) -> bool:
        return not self.refused and not self.invalid


@dataclass(slots=True)
class Findings:
    """Collects refusals while files are read; `words` are the rules of `policy.toml`."""

    words: dict[str, Words]
    found: list[Refusal] = field(default_factory=list)

    def refuse(self, rule: str, place: Place, **values: str) -> None:
        self._add(rule, place, "refused", values)

    def invalid(self, rule: str, place: Place, **values: str) -> None:
        self._add(rule, place, "invalid", values)

    def refuse_because(self, rule: str, place: Place, why: Words) -> None:
        """Refuse with a reason of its own, if an entry of the policy explains itself better than its rule."""
        self.found.append(Refusal(rule, place, why))

    def review(self) -> Review:
        once = tuple(dict.fromkeys(self.found))
        return Review(
            refused=tuple(one for one in once if one.kind == "refused"),
            invalid=tuple(one for one in once if one.kind == "invalid"),
        )

    def _add(self, rule: str, place: Place, kind: Literal["refused", "invalid"], values: dict[str, str]) -> None:
        template = self.words[rule]
        safe = {"where": ".".join(escape_control_characters(key, _MAX_SHOWN) for key in place.keys)} | {
            name: escape_control_characters(value, _MAX_SHOWN) for name, value in values.items()
        }
        why = Words(fr=template.fr.format_map(safe), en=template.en.format_map(safe))
        self.found.append(Refusal(rule, place, why, kind))
