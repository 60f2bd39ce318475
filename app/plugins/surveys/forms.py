"""The form of a sheet: what was typed, kept as typed, and the entry it makes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.kernel.errors import N_, Finding
from app.plugins.surveys.models import SurveySheet
from app.plugins.surveys.rules import MOST_SITES, SheetEntry, SiteEntry

TEXTS = ("unit_name", "supervisor_name", "leader", "address", "contact", "phone", "email")
CHOICES = ("nature", "rank")
FLAGS = ("no_website", "reform")
SITE = ("name", "chinese_domain", "english_domain", "ip")
# No form of ours sends more; what lies beyond is not read at all.
LONGEST = 2000
_ROW = re.compile(r"sites-([0-9]{1,4})-(name|chinese_domain|english_domain|ip)\Z")

Row = dict[str, str]


@dataclass
class Typed:
    """What stands in the fields: raw text for showing again, whatever it is worth."""

    values: dict[str, str] = field(default_factory=dict)
    flags: dict[str, bool] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    version: int | None = None

    def entry(self) -> SheetEntry:
        """The sheet this makes; rows in which nothing is written do not count."""
        return SheetEntry(
            **{name: self.values.get(name, "").strip() for name in (*TEXTS, *CHOICES)},
            site_count=_count(self.values.get("site_count", "")),
            no_website=self.flags.get("no_website", False),
            reform=self.flags.get("reform", False),
            sites=tuple(SiteEntry(**{name: row[name].strip() for name in SITE}) for row in self.filled()),
        )

    def filled(self) -> list[Row]:
        """The rows in which something is written."""
        return [row for row in self.rows if any(row[name].strip() for name in SITE)]

    def unreadable(self) -> list[Finding]:
        """What was typed where a number belongs and is none."""
        raw = self.values.get("site_count", "").strip()
        if raw and _count(raw) is None:
            return [Finding("site_count", N_("网站个数请填数字，例如 2。"), code="count-format")]
        return []


def read(form: MultiDict[str, str]) -> Typed:
    """What a browser posted."""
    rows: dict[int, Row] = {}
    for name, value in form.items():
        match = _ROW.match(name)
        if match:
            row = rows.setdefault(int(match[1]), dict.fromkeys(SITE, ""))
            row[match[2]] = value[:LONGEST]
    version = form.get("version", "")
    return Typed(
        values={name: form.get(name, "")[:LONGEST] for name in (*TEXTS, *CHOICES, "site_count")},
        flags={name: form.get(name) == "1" for name in FLAGS},
        rows=[rows[number] for number in sorted(rows)][: MOST_SITES + 1],
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
    )


def of(sheet: SurveySheet) -> Typed:
    """The fields of a sheet as they are kept."""
    return Typed(
        values={
            **{name: getattr(sheet, name) for name in (*TEXTS, *CHOICES)},
            "site_count": "" if sheet.site_count is None else str(sheet.site_count),
        },
        flags={name: getattr(sheet, name) for name in FLAGS},
        rows=[{name: getattr(site, name) for name in SITE} for site in sheet.sites],
        version=sheet.version,
    )


def blank_row() -> Row:
    """An empty row of websites."""
    return dict.fromkeys(SITE, "")


def _count(raw: str) -> int | None:
    plain = unicodedata.normalize("NFKC", raw).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 else None
