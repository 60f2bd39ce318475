"""Each level sees exactly its own: in lists, the API, drop-downs, exports and by typed address.

What each should see is written out by hand from the notice's own division of work, not asked of the policy.
"""

from __future__ import annotations

import json
from io import BytesIO
from urllib.parse import quote

import pytest
from openpyxl import load_workbook

from tests.journeys.people import Desk, sign_in, units
from tests.services.browser import NewPage
from tests.services.live import Serve

UNITS = units()
NAMES = {row["name"]: account for account, row in UNITS.items()}
ALL = set(UNITS)
CUSTOMS, TAX = "41840032", "41840033"
WULING = {"41840034", "41840035", "41840036"}
DINGCHENG = {"41840037", "41840038", "41840039"}
LIUYEHU = {"41840056", "41840057"}
TAOHUAYUAN = {"41840060", "41840061"}
MUNICIPAL = {account for account, row in UNITS.items() if row["home"] == "430700"} - {
    CUSTOMS,
    TAX,
} | TAOHUAYUAN
CHANGDE = ALL - {CUSTOMS, TAX}
PORTAL = "41840004"

# account → units, surveys of these units, applications of these units
SEES: dict[str, tuple[set[str], set[str], set[str]]] = {
    "wuling.reviewer": (WULING, WULING, WULING),
    "dingcheng.reviewer": (DINGCHENG, DINGCHENG, DINGCHENG),
    "liuyehu.reviewer": (LIUYEHU, LIUYEHU, LIUYEHU),
    "changde.reviewer": (CHANGDE, CHANGDE, CHANGDE),
    "hunan.auditor": (CHANGDE | {TAX}, CHANGDE | {TAX}, CHANGDE | {TAX}),
    "central.reviewer": (ALL, ALL, ALL),
    "changde.egov": (MUNICIPAL, TAOHUAYUAN, MUNICIPAL),
    "taohuayuan.coordinator": (TAOHUAYUAN, TAOHUAYUAN, TAOHUAYUAN),
    "zfwz.coordinator": (set(), {PORTAL}, {PORTAL}),
}
KINDS = ("units", "surveys", "applications")


@pytest.fixture
def base(serve: Serve) -> str:
    return serve("demo")


def rows(desk: Desk, kind: str) -> list[dict[str, object]]:
    """Every row the API gives this person, page by page."""
    found: list[dict[str, object]] = []
    while True:
        query = quote(json.dumps({"page": len(found) // 100, "page_size": 100}))
        batch = desk.api(f"/api/v1/{kind}/?q={query}")["result"]
        found += batch
        if len(batch) < 100:
            return found


def owner(kind: str, row: dict[str, object]) -> str:
    """The account of the unit a row belongs to."""
    if "account" in row:
        return str(row["account"])
    return NAMES[str(row["organ_name"])]


def shown_accounts(desk: Desk, path: str) -> set[str]:
    """The units named anywhere on a list of a hundred rows."""
    text = desk.open(path).inner_text("main")
    return {account for name, account in NAMES.items() if name in text}


@pytest.mark.timeout(280)
def test_each_account_sees_exactly_its_own(new_page: NewPage, base: str) -> None:
    everything = sign_in(new_page, base, "central.reviewer")
    known = {kind: rows(everything, kind) for kind in KINDS}
    assert {owner("units", row) for row in known["units"]} == ALL
    assert len(known["surveys"]) > 40
    assert len(known["applications"]) > 40
    portal = {
        row["id"] for row in known["applications"] if "门户" in str(row["name"]) and owner("", row) == PORTAL
    }
    assert len(portal) == 1
    for username, expected in SEES.items():
        desk = sign_in(new_page, base, username)
        for kind, mine in zip(KINDS, expected, strict=True):
            allowed = {row["id"] for row in known[kind] if owner(kind, row) in mine}
            if username == "zfwz.coordinator":
                allowed = _only_the_portals(kind, known, allowed, portal)
            seen = {row["id"] for row in rows(desk, kind)}
            assert seen == allowed, f"{username}: {kind} in the API"
            _typed_addresses(desk, kind, known[kind], allowed)
        listed = shown_accounts(desk, "/units/list/?psize_UnitView=100")
        assert listed == expected[0], f"{username}: the list of units"


def _only_the_portals(
    kind: str, known: dict[str, list[dict[str, object]]], allowed: set[object], portal: set[object]
) -> set[object]:
    """常德政府网站 files for the portal alone, not for its unit's other websites (S8)."""
    if kind == "applications":
        return portal
    if kind == "surveys":
        own = {row["id"] for row in known["surveys"] if row.get("filing_path") == "0.43.07.zfwz."}
        assert len(own) == 1
        return own & allowed
    return allowed


PAGES = {"units": "/units/show/{}", "surveys": "/surveys/{}", "applications": "/applications/{}"}


def _typed_addresses(desk: Desk, kind: str, known: list[dict[str, object]], allowed: set[object]) -> None:
    inside = [row["id"] for row in known if row["id"] in allowed][:1]
    outside = [row["id"] for row in known if row["id"] not in allowed][:2]
    for key in inside:
        assert desk.status(PAGES[kind].format(key)) == 200, f"{desk.username}: own {kind} {key}"
    for key in outside:
        assert desk.status(PAGES[kind].format(key)) == 404, f"{desk.username}: foreign {kind} {key}"
        answer = desk.page.request.get(f"{desk.base}/api/v1/{kind}/{key}")
        assert answer.status == 404, f"{desk.username}: foreign {kind} {key} in the API"


def test_drop_downs_offer_only_ones_own(new_page: NewPage, base: str) -> None:
    for username, mine in (
        ("wuling.reviewer", WULING),
        ("dingcheng.reviewer", DINGCHENG),
        ("changde.reviewer", CHANGDE),
    ):
        desk = sign_in(new_page, base, username)
        offered: set[str] = set()
        page, more = 1, True
        while more:
            answer = desk.api(f"/sites/lookup/unit?term=&page={page}")
            offered |= {NAMES[item["text"]] for item in answer["results"]}
            more = answer.get("pagination", {}).get("more", False)
            page += 1
        assert offered == mine, username


def test_exports_hold_only_ones_own(new_page: NewPage, base: str) -> None:
    contacts = {row["phone"] for row in UNITS.values()}
    for username, mine in (
        ("wuling.reviewer", WULING),
        ("dingcheng.reviewer", DINGCHENG),
        ("liuyehu.reviewer", LIUYEHU),
        ("changde.reviewer", CHANGDE),
        ("changde.egov", CHANGDE),
        ("hunan.auditor", CHANGDE | {TAX}),
    ):
        desk = sign_in(new_page, base, username)
        answer = desk.page.request.get(f"{base}/aggregate/export.xlsx")
        assert answer.status == 200, username
        book = load_workbook(BytesIO(answer.body()))
        cells = {
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell
        }
        named = {account for name, account in NAMES.items() if name in cells}
        assert named, username
        assert named <= mine, username
        if username == "changde.egov":
            assert not cells & contacts, "the shared aggregate carries no contact data"
        else:
            assert cells & contacts, username


def test_who_has_no_aggregate_gets_no_export(new_page: NewPage, base: str) -> None:
    for username in ("unit.wuling", "taohuayuan.coordinator", "zfwz.coordinator", "conac.registrar"):
        desk = sign_in(new_page, base, username)
        assert desk.page.request.get(f"{base}/aggregate/export.xlsx").status == 403, username


def test_a_stranger_sees_no_list_and_no_api(new_page: NewPage, base: str) -> None:
    page = new_page()
    for kind in KINDS:
        assert page.request.get(f"{base}/api/v1/{kind}/").status == 401
    page.goto(f"{base}/units/list/")
    assert "/login/" in page.url
