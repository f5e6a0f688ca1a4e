"""Renders one self-contained HTML file: template, style, script, and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import jinja2

from grader.reports.html.localization import PageTexts
from grader.reports.html.safe_text import block, line, split_code
from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.messages import Language


def render_document(
    template: str, lang: Language, *, styles: Sequence[str], script: str | None = None, **values: object
) -> str:
    """Renders `template` with `values`; `styles` and `script` are files in `assets/`."""
    style = "\n".join(_asset(name) for name in styles)
    code = _asset(script) if script else ""
    return (
        _templates()
        .get_template(template)
        .render(t=PageTexts("page", lang), lang=lang, style=style, script=code, policy=_policy(style, code), **values)
    )


def _policy(style: str, script: str) -> str:
    """Allows only this style and this script: nothing else is fetched, sent, framed or run."""
    allowed = [("style-src", style), ("script-src", script)]
    rules = [f"{name} '{_hash(text)}'" for name, text in allowed if text]
    return "; ".join(["default-src 'none'", *rules, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _asset(name: str) -> str:
    # Line endings as a browser sees them: others would change the hash.
    return files(__package__).joinpath("assets", name).read_text("utf-8").replace("\r\n", "\n")


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.reports.html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": line, "block": block, "pieces": split_code, "folded": fold_case_and_accents}
    return environment
