"""In a real browser no page breaks the content security policy, FAB's own pages and the API's page included."""

from __future__ import annotations

from collections import Counter, deque
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.journeys.people import sign_in
from tests.services.browser import NewPage

LISTEN = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.broken.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));
"""
STARTS = (
    "/desk/",
    "/units/list/",
    "/applications/list/",
    "/surveys/list/",
    "/swagger/v1",
    "/badge/",
    "/portal/",
    "/nowhere",
)
OF_EACH, MOST = 1, 45


def _walk(app: Flask, page: Page, base: str) -> tuple[list[str], Counter[str]]:
    """Open one page of each kind that can be reached by links; what the browser refused, and what was opened."""
    waiting, met, kinds, broken = deque(STARTS), set(STARTS), Counter[str](), list[str]()
    adapter = app.url_map.bind("localhost")
    while waiting and kinds.total() < MOST:
        path = waiting.popleft()
        try:
            endpoint = adapter.match(urlsplit(path).path, method="GET")[0]
        except Exception:
            endpoint = "nowhere"
        if (
            kinds[endpoint] >= OF_EACH
            or endpoint.endswith("static")
            or endpoint.startswith(("FileView", "OfficeFileView", "Locale"))
        ):
            continue
        if any(part in path for part in (".xlsx", ".csv", ".json", ".svg", "/api/", "logout")):
            continue
        kinds[endpoint] += 1
        page.goto(base + path)
        page.wait_for_load_state("networkidle")
        broken += [f"{path}: {one}" for one in page.evaluate("window.broken")]
        for link in page.eval_on_selector_all(
            "a[href^='/']", "all => all.map(one => one.getAttribute('href'))"
        ):
            if link not in met:
                met.add(link)
                waiting.append(link)
    return broken, kinds


@pytest.mark.timeout(280)
@pytest.mark.parametrize("username", ["changde.reviewer", "unit.changde", "changde.admin", ""])
def test_no_page_breaks_the_policy(app: Flask, live_server: str, new_page: NewPage, username: str) -> None:
    page = sign_in(new_page, live_server, username).page if username else new_page()
    page.add_init_script(LISTEN)
    broken, kinds = _walk(app, page, live_server)
    assert broken == []
    assert len(kinds) > (10 if username else 3), kinds


def test_the_api_page_draws_itself(live_server: str, new_page: NewPage) -> None:
    """Swagger's own page with its large script works under the same policy."""
    page = new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{live_server}/swagger/v1")
    page.wait_for_selector(".opblock", timeout=30_000)
    assert page.evaluate("window.broken") == []


def test_an_injected_script_does_not_run(live_server: str, chromium: Browser) -> None:
    """The policy holds where escaping would have failed: a handler and a script put into the page stay dead."""
    context = chromium.new_context()  # the refusals that `new_page` would count as faults are what is wanted
    page = context.new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{live_server}/badge/")
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 1'>");
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
        }"""
    )
    page.wait_for_function("window.broken.length >= 2")
    assert page.evaluate("window.ran") is None
    context.close()
