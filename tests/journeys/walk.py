"""A walk through the platform by several people: whoever comes to a page looks at it, wide and narrow."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.journeys import axe
from tests.journeys.people import Desk, sign_in
from tests.services.browser import NewPage
from tests.services.environment import DEMO_PASSWORD

WIDE: ViewportSize = {"width": 1280, "height": 900}


class Walk:
    """Everybody's browsers over one server, and what was found wrong on the way."""

    def __init__(self, new_page: NewPage, base: str) -> None:
        self.base, self.series, self.faults = base, "", list[str]()
        self._new_page = new_page
        self._people: dict[str, Walker] = {}

    def person(self, username: str) -> Walker:
        """Whoever signed in before is there again; others sign in now."""
        if username not in self._people:
            page = sign_in(self._new_page, self.base, username).page
            self._people[username] = Walker(page, self, username)
        return self._people[username]

    def arrive(self, username: str) -> Walker:
        """Somebody comes from the public home, mistypes the password once, and signs in."""
        someone = self._people[username] = Walker(self._new_page(), self, username)
        someone.open("/")
        someone.page.get_by_role("navigation", name="栏目").get_by_role("link", name="登录办理").click()
        someone.look("s00-sign-in")
        for password in ("not-it", DEMO_PASSWORD):
            someone.fill({"用户名": username, "密码": password})
            someone.press("登录")
            if password != DEMO_PASSWORD:
                expect(someone.main.get_by_role("alert")).to_be_visible()
                expect(someone.field("用户名")).to_have_value(username)
                someone.look("s00-sign-in-wrong")
        expect(someone.page.get_by_role("navigation", name="主菜单")).to_be_visible()
        return someone

    def stranger(self, **options: Any) -> Walker:
        """Somebody without an account."""
        return Walker(self._new_page(**options), self)

    def ends_well(self) -> None:
        """No page of the walk was inaccessible or cut off."""
        assert not self.faults, "\n".join(dict.fromkeys(self.faults))


class Walker(Desk):
    """One person's browser, working by clicks."""

    def __init__(self, page: Page, walk: Walk, username: str = "") -> None:
        super().__init__(page, walk.base, username)
        self.walk = walk

    def look(self, name: str) -> None:
        """Look at the present page: axe at desktop width, nothing cut off on a phone."""
        name = self.walk.series + name
        self.page.wait_for_load_state("load")  # before that the style sheets may be missing
        self._note(name, axe.grave(self.page))
        self.shot(name)
        self.page.set_viewport_size(axe.NARROW)
        self._note(f"{name} at 375 px", axe.cut_off(self.page))
        self.shot(f"{name}-375")
        self.page.set_viewport_size(WIDE)

    def _note(self, name: str, found: list[str]) -> None:
        self.walk.faults.extend(f"{name} ({self.path}): {one}" for one in found)

    @property
    def path(self) -> str:
        """Where this person is."""
        return urlsplit(self.page.url).path

    @property
    def main(self) -> Locator:
        """The page without menu and footer."""
        return self.page.get_by_role("main")

    def desk(self) -> Locator:
        """Back to one's desk by the menu; answers its list of things to do."""
        self.menu("我的工作台")
        return self.main.get_by_role("table", name="待办事项")

    def menu(self, label: str) -> None:
        """Follow an entry of the menu."""
        self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=label).first.click()

    def task(self, *words: str) -> Locator:
        """The line of the desk that holds all these words."""
        row = self.desk().get_by_role("row")
        for word in words:
            row = row.filter(has_text=word)
        return row

    def take_up(self, action: str, *words: str) -> None:
        """Follow the action of a line of the desk."""
        self.task(*words).get_by_role("link", name=action).click()

    def follow(self, label: str, within: Locator | None = None) -> None:
        """Follow a link by its words."""
        (within or self.main).get_by_role("link", name=label).first.click()

    def press(self, label: str, within: Locator | None = None) -> None:
        """Press a button by its exact words."""
        (within or self.main).get_by_role("button", name=label, exact=True).click()

    def unfold(self, label: str) -> Locator:
        """Open the form behind a button that asks once more; answers it."""
        fold = self.main.locator("details.confirm").filter(has=self.page.locator("summary", has_text=label))
        fold.locator("summary").click()
        return fold

    def fill(self, typed: dict[str, str], within: Locator | None = None) -> None:
        """Fill text fields by their labels."""
        for label, text in typed.items():
            self.field(label, within).fill(text)

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """One field by its label; the mark of a required one aside."""
        return (within or self.main).get_by_label(re.compile(rf"^{re.escape(label)}( \*)?(必填)?$"))

    def said(self, text: str) -> None:
        """The platform answers so on top of the page."""
        expect(self.main.locator(".flash").filter(has_text=text)).to_be_visible()

    def states(self, word: str) -> None:
        """The state beside the heading."""
        expect(self.main.locator("h1, .badge-state").locator(".chip").filter(has_text=word)).to_be_visible()
