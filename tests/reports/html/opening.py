"""How large the page of a large class is and how long it takes to open: `python -m tests.reports.html.opening`."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from grader.reports.html import class_page
from tests.reports.html.browser import launch
from tests.reports.html.sample import make_class
from tests.reports.html.tp2 import TITLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAINTED = (
    """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"""
)


@dataclass(frozen=True)
class Opening:
    students: int
    made_s: float
    """From the results to the HTML."""
    bytes: int
    opened_s: float
    """From the click to the second frame after the page was loaded and its script had run: the best of the tries."""
    busy_s: float
    """How long the page kept its thread busy for that: `opened_s` on a machine with nothing else to do, nearly."""


def measure(browser: Browser, folder: Path, students: int = 500, tries: int = 3) -> Opening:
    results = make_class(students)
    class_page(results, "fr", title=TITLE)  # the templates are compiled once
    start = time.perf_counter()
    html = class_page(results, "fr", title=TITLE)
    made_s = time.perf_counter() - start
    file = folder / f"class-of-{students}.html"
    file.write_text(html, encoding="utf-8")
    opened, busy = zip(*(_open(browser, file) for _ in range(tries)), strict=True)
    return Opening(students, round(made_s, 3), file.stat().st_size, round(min(opened), 3), round(min(busy), 3))


def _open(browser: Browser, file: Path) -> tuple[float, float]:
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri(), wait_until="load")
    opened_ms: float = page.evaluate(PAINTED)
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    page.close()
    return opened_ms / 1000, metrics["ThreadTime"]


def main() -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        sys.stdout.write(json.dumps(asdict(measure(browser, Path(folder)))) + "\n")
        browser.close()


if __name__ == "__main__":
    main()
