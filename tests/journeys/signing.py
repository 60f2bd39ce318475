"""Signing in in a browser where more than a password is asked for."""

from __future__ import annotations

import time
from typing import Any

import pyotp
from playwright.sync_api import Page

from tests.journeys.people import Desk
from tests.services.browser import NewPage


def fill_password(page: Page, base: str, username: str, password: str) -> None:
    """Send name and password; where that leads is the caller's to look at."""
    page.goto(f"{base}/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="登录").click()


def change_password(page: Page, current: str, new: str) -> None:
    """Fill the page of a forced or wanted change."""
    page.fill("[name=current]", current)
    page.fill("[name=password]", new)
    page.fill("[name=repeat]", new)
    page.get_by_role("button", name="修改密码").click()


def enrol(page: Page, password: str = "") -> tuple[pyotp.TOTP, list[str]]:
    """On a page that offers an authenticator (on 我的账号 it asks for the password): it, and the recovery codes."""
    totp = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.fill("[name=code]", totp.now())
    if password:
        page.fill("[name=current]", password)
    page.get_by_role("button", name="启用", exact=True).click()
    codes = page.locator("ul.codes code").all_inner_texts()
    assert len(codes) == 10
    return totp, codes


def enrol_on_account(desk: Desk, password: str) -> tuple[pyotp.TOTP, list[str]]:
    """Enrol of one's own will."""
    return enrol(desk.open("/account/factor"), password)


def ahead(totp: pyotp.TOTP) -> str:
    """The code of the coming half minute, which the server takes: the present one may be used up by enrolling."""
    return totp.at(int(time.time()) + 30)


def sign_in_with_code(
    new_page: NewPage, base: str, username: str, password: str, code: str, **options: Any
) -> Desk:
    """Both steps; ``code`` is one the server has not seen: ``ahead(totp)`` right after enrolling, or a recovery code."""
    page = new_page(**options)
    fill_password(page, base, username, password)
    page.wait_for_url("**/login/code*")
    page.fill("[name=code]", code)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login" not in url)
    return Desk(page, base, username)
