"""A written sheet as an entry of the survey: values in their fields, and what cannot be read where it stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.kernel.errors import N_, Finding
from app.plugins.imports import cells
from app.plugins.imports.layouts import KEYS, LIST, Written
from app.plugins.surveys.rules import SheetEntry, SiteEntry

NATURES = {"organ": ("党政机关", "机关"), "institution": ("事业单位", "事业")}
RANKS = {
    "ministry": ("部级以上", "部级"),
    "bureau": ("正厅级", "正厅"),
    "deputy_bureau": ("副厅级", "副厅"),
    "division": ("正处级", "正处"),
    "deputy_division": ("副处级", "副处"),
    "section": ("科级以下", "科级"),
}
_TICKED, _OPEN = "☑✓√✔■●◉▣☒\uf052\uf0fe", "□○◯▢\uf0a3\uf06f"
_YES = frozenset({"是", "√", "✓", "✔", "☑", "■", "1", "Y", "YES", "无网站", "无"})
_COUNT = re.compile(r"([0-9]{1,6})[个家]?")


@dataclass(frozen=True)
class Told:
    """What a written sheet says.

    Attributes:
        account, credit_code, name: by which its unit is found.
        findings: cells that cannot be read at all, before any rule of the survey is asked.
    """

    written: Written
    account: str
    credit_code: str
    name: str
    entry: SheetEntry
    findings: tuple[Finding, ...]


def tell(written: Written) -> Told:
    """Read one."""
    findings = [one for field, cell in written.values.items() if (one := cell.finding(field)) is not None]
    text = {name: cell.text for name, cell in written.values.items()}
    no_website = written.no_website or cells.label(text.get("no_website", "")) in _YES
    sites = tuple(_site(number, site, findings) for number, site in enumerate(written.sites))
    for field, cell in written.clashes:
        findings.append(
            Finding(
                _clash(field, cell.row),
                N_("与同一单位第 %(row)s 行所填的不一致，请核对。"),
                code="clash",
                params={"row": written.values[field].row + 1},
            )
        )
    entry = SheetEntry(
        unit_name=cells.words(text.get("unit_name", "")),
        supervisor_name=cells.words(text.get("supervisor_name", "")),
        leader=cells.words(text.get("leader", "")),
        address=cells.words(text.get("address", "")),
        contact=cells.words(text.get("contact", "")),
        phone=cells.compact(text.get("phone", "")),
        email=cells.compact(text.get("email", "")),
        nature=_chosen(text.get("nature", ""), NATURES),
        rank=_chosen(text.get("rank", ""), RANKS),
        site_count=_count(written, text.get("site_count", ""), len(sites), findings, no_website=no_website),
        no_website=no_website,
        sites=sites,
    )
    account = cells.compact(text.get("account", ""))
    if account.isdecimal():
        account = account.zfill(8)  # a spreadsheet takes leading noughts away
    return Told(
        written,
        account,
        cells.compact(text.get("credit_code", "")).upper(),
        cells.words(text.get("unit_name", "")),
        entry,
        tuple(findings),
    )


def _clash(field: str, row: int) -> str:
    return f"clash-{row}-{field}"


def place(written: Written, field: str) -> tuple[int, int] | None:
    """Row and column (from 0) of the cell a finding is about; None where no cell was written."""
    if field.startswith("clash-"):
        _said, row, name = field.split("-", 2)
        found = next((c for n, c in written.clashes if n == name and c.row == int(row)), None)
    elif field == "unit":
        found = next((written.values[key] for key in KEYS if key in written.values), None)
    else:
        found = written.cell(field)
    return (found.row, found.column) if found is not None else None


def _site(number: int, site: Mapping[str, cells.Cell], findings: list[Finding]) -> SiteEntry:
    kinds = [(name, cell) for name, cell in site.items() if cell.kind]
    for name, cell in kinds:
        found = cell.finding(f"sites-{number}-{name}")
        if found is not None:
            findings.append(found)

    def text(name: str) -> str:
        cell = site.get(name)
        return cell.text if cell is not None else ""

    return SiteEntry(
        cells.words(text("name")),
        cells.compact(text("chinese_domain")),
        cells.compact(text("english_domain")),
        cells.compact(text("ip")),
    )


def _count(written: Written, raw: str, rows: int, findings: list[Finding], *, no_website: bool) -> int | None:
    plain = cells.compact(raw)
    if not plain:
        if no_website:
            return 0
        return rows if written.kind == LIST and rows else None  # a list counts by its rows
    match = _COUNT.fullmatch(plain)
    if match is None:
        findings.append(Finding("site_count", N_("网站个数请填数字，例如 2。"), code="count-format"))
        return None
    return int(match[1])


def _chosen(text: str, options: Mapping[str, tuple[str, ...]]) -> str:
    """The option named, or of several the ticked one; nothing where that is not plain."""
    plain = cells.compact(text)
    if not plain:
        return ""
    exact = [key for key, names in options.items() if plain in names]
    if exact:
        return exact[0]
    named = [key for key, names in options.items() if names[0] in plain]
    if len(named) > 1 or any(mark in plain for mark in _OPEN):
        named = [
            key for key, names in options.items()
            if any(f"{mark}{names[0]}" in plain for mark in _TICKED)
        ]  # fmt: skip
    return named[0] if len(named) == 1 else ""
