"""Signing in as the demo's people, in a browser."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from app.config import ROOT
from tests.services.browser import NewPage
from tests.services.environment import DEMO_PASSWORD

SHOTS = os.environ.get("BIANBAN_SHOTS")


def units() -> dict[str, dict[str, str]]:
    """The demo's units by account."""
    with (ROOT / "tenants" / "demo" / "units.csv").open(encoding="utf-8", newline="") as handle:
        return {row["account"]: row for row in csv.DictReader(handle)}


class Desk:
    """One person's browser."""

    def __init__(self, page: Page, base: str, username: str = "") -> None:
        self.page, self.base, self.username = page, base, username

    def open(self, path: str, expect: int = 200) -> Page:
        """Go to a page and insist on its status."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == expect, f"{self.username or 'a stranger'} at {path}: {answer.status}"
        return self.page

    def status(self, path: str) -> int:
        """The status of a typed address."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def api(self, path: str) -> Any:
        """A JSON answer with this person's session."""
        answer = self.page.request.get(self.base + path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.text()[:200]}"
        return answer.json()

    def shot(self, name: str) -> None:
        """A full-page screenshot for looking at, where ``BIANBAN_SHOTS`` names a folder."""
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def sign_in(new_page: NewPage, base: str, username: str, **options: Any) -> Desk:
    """Sign in through the form."""
    page = new_page(**options)
    page.goto(f"{base}/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return Desk(page, base, username)
