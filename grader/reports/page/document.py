"""One self-contained HTML file: the template filled in, style and script inside, and a policy that allows no more."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import jinja2

from grader.reports.page.text import block, folded, line, pieces
from grader.reports.page.wording import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.page.wording import Lang

__all__ = ["document"]


def document(template: str, lang: Lang, *, styles: Sequence[str], script: str | None = None, **values: object) -> str:
    """The page `template` makes of `values`; `styles` and `script` name files of `assets/`."""
    style = "\n".join(_asset(name) for name in styles)
    code = _asset(script) if script else ""
    return (
        _templates()
        .get_template(template)
        .render(t=wording(lang), lang=lang, style=style, script=code, policy=_policy(style, code), **values)
    )


def _policy(style: str, script: str) -> str:
    """Nothing is fetched, sent, framed or run but this style and this script, even if a text slipped through."""
    allowed = [("style-src", style), ("script-src", script)]
    rules = [f"{name} '{_hash(text)}'" for name, text in allowed if text]
    return "; ".join(["default-src 'none'", *rules, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    # Line ends as a browser sees them: another kind would change the hash.
    return files(__package__).joinpath("assets", name).read_text("utf-8").replace("\r\n", "\n")


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.reports.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": line, "block": block, "pieces": pieces, "folded": folded}
    return environment
