"""A small ``tenants/`` folder to break in every way, and an application on an empty SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import ROOT, database_url
from app.foundation.database import db
from app.foundation.limits import Limits, load
from app.foundation.tenancy.declared.plan import read
from app.foundation.tenancy.declared.shapes import OfficePlan, Plan

FILES = {
    "national/divisions.csv": (
        "code,name,level,parent\n"
        "000000,中华人民共和国,central,\n"
        "420000,湖北省,province,000000\n"
        "420500,宜昌市,city,420000\n"
        "429005,潜江市,county,420000\n"
        "430000,湖南省,province,000000\n"
        "430700,常德市,city,430000\n"
        "430702,武陵区,county,430700\n"
        "430703,鼎城区,county,430700\n"
        "810000,香港特别行政区,province,000000\n"
    ),
    "national/naming.yaml": (
        "exclude:\n"
        '  - {prefix: "81", reason: 不设}\n'
        "names:\n"
        "  - {level: central, name: 中央机构编制委员会办公室, short_name: 中央编办}\n"
        '  - {level: province, name: "{division}机构编制委员会办公室", short_name: "{division}编办"}\n'
        '  - {level: city, name: "中共{division}委编委办", short_name: "{division}委编委办"}\n'
        '  - {level: county, ending: 区, name: "中共{parent}{division}委编委办", short_name: "{stem}区编委办"}\n'
        '  - {level: county, name: "中共{division}委编委办", short_name: "{division}编委办"}\n'
    ),
    "national/offices.csv": (
        "code,parent,segment,name,short_name,kind,level,desk_kind,source\n"
        "CONAC,000000,conac,注册管理中心,注册管理中心,registry,registry,,\n"
    ),
    "430700/offices.csv": (
        "code,parent,segment,name,short_name,kind,level,desk_kind,source\n"
        "4307Z2,430700,z2,柳叶湖政工人事部门,柳叶湖,office,zone,,通知第一条\n"
        "4307Z5,430700,thy,桃花源组织人事组,桃花源,desk,desk,guided,通知第一条\n"
        "430700-EGOV,430700,egov,市电子政务办,市电子政务办,desk,desk,egov,通知第一条\n"
        "430700-RENSHE,430700,renshe,市人社局人事科,市人社局人事科,desk,desk,filing,通知第二条\n"
        "430700-ZFWZ,430700,zfwz,常德政府网站,常德政府网站,desk,desk,filing,通知第二条\n"
    ),
    "430700/names.csv": "code,name,short_name\n430702,武陵区机构编制办公室,武陵区编办\n",
    "430700/settings.yaml": (
        '"430700":\n'
        '  area_code: "0736"\n'
        "  filing: {own_from: deputy_division, source: 通知第二条}\n"
        "  clocks:\n"
        "    first_review: {days: 5, firm: true, source: 通知第四条}\n"
        '"4307Z2": {badge_segment: "9102"}\n'
    ),
    "430700/contacts.csv": "office,topic,section,phone\n430700,materials,综合科,7786510\n",
    "430700/grants.csv": (
        "holder,relation,how,where,since,until,document\n"
        "430700-EGOV,guides,filed,4307Z5,2014-11-10,,常编办发〔2014〕9号 第一条\n"
    ),
}

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound ``tenants/`` folder with nine divisions and one overlay."""
    root = tmp_path / "tenants"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace text in one of the files; the old text must be there."""

    def replace(name: str, old: str, new: str) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        path.write_text(text.replace(old, new), "utf-8")

    return replace


@pytest.fixture(scope="session")
def limits() -> Limits:
    return load(ROOT / "policies" / "limits.yaml")


@pytest.fixture(scope="session")
def plan(limits: Limits) -> Plan:
    return read(ROOT / "tenants", limits)


@pytest.fixture(scope="session")
def offices(plan: Plan) -> dict[str, OfficePlan]:
    return {office.code: office for office in plan.offices}


def _running(tmp_path: Path, folder: Path, url: str) -> Iterator[Flask]:
    app = create_app(
        {
            "INSTANCE_DIR": str(tmp_path / "instance"),
            "TENANTS_DIR": str(folder),
            "SQLALCHEMY_DATABASE_URI": url,
            "RATELIMIT_ENABLED": False,
            "PLUGINS": (),
        }
    )
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(tmp_path: Path, folder: Path) -> Iterator[Flask]:
    """The real application without plugins, on SQLite, reading the small folder."""
    yield from _running(tmp_path, folder, f"sqlite:///{tmp_path / 'test.sqlite3'}")


@pytest.fixture
def postgres_app(tmp_path: Path, folder: Path, postgres_url: str) -> Iterator[Flask]:
    """The same on PostgreSQL."""
    yield from _running(tmp_path, folder, database_url({"DATABASE_URL": postgres_url}, tmp_path))
