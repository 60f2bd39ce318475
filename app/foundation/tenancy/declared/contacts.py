"""Contacts by topic: sections and office numbers, never a person and never a mobile (S23)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.foundation.tenancy.declared.shapes import ContactPlan, OfficePlan, inside
from app.foundation.tenancy.declared.sources import Place, Reader, Row
from app.foundation.tenancy.models import TOPICS
from app.kernel.errors import N_

COLUMNS = ("office", "topic", "section", "phone")
PHONE = re.compile(r"(?:0[0-9]{2,3}-)?[2-9][0-9]{6,7}(?:转[0-9]{1,6})?", re.ASCII)
SECTION_LIMIT = 60


def read(reader: Reader, folder: Path, offices: Mapping[str, OfficePlan]) -> Iterator[ContactPlan]:
    """The contacts of a folder; faults go to the reader."""
    path = folder / "contacts.csv"
    seen: dict[tuple[str, str], Place] = {}
    for row in reader.table(path, COLUMNS, needed=("office", "topic", "section")) if path.is_file() else ():
        key = row["office"], row["topic"]
        if not _sound(reader, row, folder.name, offices):
            continue
        if key in seen:
            reader.refuse(row.place, N_("该机构的这一事项已有联系方式，见 %(first)s。"), first=seen[key])
            continue
        seen[key] = row.place
        yield ContactPlan(row["office"], row["topic"], row["section"], row["phone"])


def _sound(reader: Reader, row: Row, folder: str, offices: Mapping[str, OfficePlan]) -> bool:
    office, topic, phone = row["office"], row["topic"], row["phone"]
    if office not in offices:
        reader.refuse(row.place, N_("没有代码为 %(code)s 的机构。"), code=office)
    elif not inside(folder, office, offices):
        reader.refuse(row.place, N_("%(code)s 不在本目录所辖范围内。"), code=office)
    elif topic not in TOPICS:
        reader.refuse(row.place, N_("不认识的联系事项：%(topic)s。"), topic=topic)
    elif phone and not PHONE.fullmatch(phone):
        reader.refuse(row.place, N_("不是办公电话：%(phone)s；不登记手机号码。"), phone=phone)
    elif len(row["section"]) > SECTION_LIMIT:
        reader.refuse(row.place, N_("“%(column)s”超过 %(limit)s 字。"), column="section", limit=SECTION_LIMIT)
    else:
        return bool(row["section"])
    return False
