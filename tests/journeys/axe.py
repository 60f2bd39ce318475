"""What a page must not do to its readers: fail axe seriously, or lose something on a narrow screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 375, "height": 812}
GRAVE = {"serious", "critical"}
_AXE = Axe()

# What sticks out of the screen or is cut off by its own box; what scrolls inside a box of its own is not.
_CUT_OFF = """() => {
  const width = window.innerWidth, found = [], root = document.scrollingElement;
  const name = (one) => one.tagName.toLowerCase() + (one.id ? "#" + one.id : "")
    + [...one.classList].map((part) => "." + part).join("") + " “" + (one.textContent || "").trim().slice(0, 20) + "”";
  const hidden = (one) => {
    if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) { return true; }
    for (let up = one; up; up = up.parentElement) {
      if (getComputedStyle(up).clipPath === "inset(50%)") { return true; }  // there for screen readers alone
    }
    return false;
  };
  const scrolls = (one) => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) { return true; }
    }
    return false;
  };
  if (root.scrollWidth > width) { found.push(`the page is ${root.scrollWidth} px wide on a screen of ${width}`); }
  for (const one of document.body.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || box.height === 0 || hidden(one) || scrolls(one)) { continue; }
    if (box.right > width + 1 || box.left < -1) { found.push(`${name(one)} reaches from ${box.left} to ${box.right}`); }
    const style = getComputedStyle(one);
    const clips = ["hidden", "clip"].includes(style.overflowX) && !(one instanceof SVGElement);
    if (clips && one.scrollWidth > one.clientWidth + 1) { found.push(`${name(one)} hides part of itself`); }
  }
  return found.slice(0, 8);
}"""


def grave(page: Page) -> list[str]:
    """What axe finds serious or critical on a page, a line each."""
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:120]} {node.get('failureSummary', '')[-160:]}"
        for one in _AXE.run(page).response["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def cut_off(page: Page) -> list[str]:
    """What does not fit the page's present width."""
    found: list[str] = page.evaluate(_CUT_OFF)
    return found
