"""A city, a county and their neighbours, with everybody who may or may not touch an application."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from flask import Flask

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Contact, Office, Site, Unit
from app.kernel import domains
from app.plugins.applications import queries, service
from app.plugins.applications.models import Application
from app.plugins.applications.service import excepting
from app.plugins.badges import service as badges
from app.plugins.badges.models import Badge
from app.plugins.names.models import DomainRecord
from app.plugins.registry import service as registry
from app.plugins.registry.models import BatchItem
from tests.policies.world import World, build
from tests.services.afresh import read_afresh

CHINA = timezone(timedelta(hours=8))
PDF = b"%PDF-1.4\n" + "证件".encode() * 10
ID_NUMBER = "11010519491231002X"
MOBILE, OTHER_MOBILE = "13800138000", "13900139000"
PEOPLE = {
    "leader_name": "负责人甲", "leader_phone": "0736-7786510", "leader_mobile": MOBILE,
    "leader_email": "leader@wljy.gov.cn", "handler_name": "经办人丙", "handler_phone": "0736-7786511",
    "handler_mobile": OTHER_MOBILE, "handler_email": "handler@wljy.gov.cn", "handler_id_number": ID_NUMBER,
}  # fmt: skip
REST = {"site_intro": "发布教育政务信息，办理教育服务事项。", **PEOPLE}
UNITS = {
    "wuling": {"name": "武陵区教育局", "rank": "section", "approval_no": "武编〔2010〕12号"},
    "wuling2": {"name": "武陵区图书馆", "rank": "section", "nature": "institution"},
    "dingcheng": {"name": "鼎城区教育局", "rank": "section"},
    "municipal": {"name": "常德市人民政府办公室", "rank": "division", "approval_no": "常编〔2010〕1号"},
}
SITES = {
    "edu": ("wuling", "武陵教育网", "武陵区教育局.政务", "wljy.gov.cn"),
    "exam": ("wuling", "武陵招生网", "武陵招生.政务", "wlzs.gov.cn"),
    "library": ("wuling2", "武陵区图书馆网", "武陵区图书馆.公益", "wltsg.com"),
    "office": ("municipal", "常德市政府办网", "常德市政府办.政务", "szfb.gov.cn"),
    "portal": ("municipal", "常德市政府门户网站", "常德市人民政府.政务", "changde.gov.cn"),
}
POSTS = {
    "filer": ("filer", "wuling"),
    "librarian": ("filer", "wuling2"),
    "neighbour": ("filer", "dingcheng"),
    "city_filer": ("filer", "municipal"),
    "portal_desk": ("coordinator", "0.43.07.zfwz."),
    "clerk": ("clerk", "0.43.07.02."),
    "reviewer": ("reviewer", "0.43.07.02."),
    "head": ("head", "0.43.07.02."),
    "sibling": ("head", "0.43.07.03."),
    "parent": ("head", "0.43.07."),
    "city_clerk": ("clerk", "0.43.07."),
    "city_reviewer": ("reviewer", "0.43.07."),
    "auditor": ("auditor", "0.43."),
    "egov": ("egov", "0.43.07.egov."),
    "county_egov": ("egov", "0.43.07.02.egov."),
    "registrar": ("registrar", "0.conac."),
}
MONDAY = datetime(2014, 11, 24, 9, 0, tzinfo=CHINA)


def ascii_of(name: str) -> str:
    """The name as the register keeps it."""
    return domains.host(name).ascii


@dataclass
class Country:
    """Who and what there is; every step runs as somebody, in a transaction, and answers the id."""

    world: World
    sites: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        """The person behind a name of ``POSTS``; ``deputy`` is a second head of the same office."""
        if who == "deputy":
            return self.world.actor(("head", "0.43.07.02."), ("auditor", "0.43.07.02."))
        return self.world.actor(POSTS[who])

    def username(self, who: str) -> str:
        """The account of that person."""
        return self.actor(who).username

    def do(self, who: str, pk: int, verb: Callable[[Application, Actor], Any]) -> Any:
        """Run a verb on an application as somebody."""
        actor = self.actor(who)
        with access.acting_as(actor), transaction():
            return verb(queries.get(pk), actor)

    def as_platform(self, pk: int, verb: Callable[[Application], Any]) -> Any:
        """Run something on an application as the platform itself."""
        with access.acting_as(access.system("tests", over="0.")), transaction():
            return verb(queries.get(pk))

    def read(self, pk: int) -> Application:
        """The application as it stands in the database now (a request had a session of its own)."""
        read_afresh()
        with access.acting_as(access.system("tests", over="0.")):
            return queries.whole(pk)

    def draft(self, site: str = "edu", who: str = "filer", values: dict[str, str] | None = None) -> int:
        """A draft that could be submitted."""
        actor = self.actor(who)
        with access.acting_as(actor), transaction() as session:
            holder = session.get(Site, self.sites[site])
            assert holder is not None, f"{who} does not see {site}"
            row = service.start(holder, "requalification", actor=actor)
            service.save(row, {**REST, **(values or {})}, actor=actor)
            service.attach(row, io.BytesIO(PDF), "经办人证件.pdf", "identity", actor=actor)
            return row.id

    def submitted(self, site: str = "edu", who: str = "filer") -> int:
        pk = self.draft(site, who)
        self.do(who, pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
        return pk

    def checked(self, pk: int, who: str = "reviewer") -> int:
        for number in range(1, 6):
            self.judge(pk, number, "ok", who=who)
        self.excepted(pk, who)
        return pk

    def unpapered(self, site: str = "edu") -> int:
        """Submitted, at an office that asks organs for no paper."""
        with access.acting_as(access.system("tests", over="0.")), transaction() as session:
            office = session.scalars(db.select(Office).where(Office.path == "0.43.07.02.")).one()
            own = {"paper": {"organ": False}, "source": "本机构细则"}
            office.settings = {**office.settings, "materials": own}
        return self.submitted(site)

    def excepted(self, pk: int, who: str = "reviewer") -> None:
        """Let every exception pass that arises (C-art.3)."""

        def verb(row: Application, actor: Actor) -> None:
            for one in excepting.needed(row):
                service.allow_exception(row, one.code, "承担全区信息发布", actor=actor)

        self.do(who, pk, verb)

    def judge(self, pk: int, number: int, finding: str, note: str = "", who: str = "reviewer") -> None:
        """Judge one item of the checklist."""
        self.do(who, pk, lambda row, actor: service.check(row, number, finding, note, actor=actor))

    def awaiting_paper(self, site: str = "edu", who: str = "reviewer") -> int:
        pk = self.checked(self.submitted(site), who)
        self.do(who, pk, lambda row, actor: service.pass_first(row, actor=actor))
        return pk

    def paper_review(self, site: str = "edu") -> int:
        pk = self.awaiting_paper(site)
        self.receive(pk)
        return pk

    def receive(self, pk: int) -> None:
        self.do(
            "clerk",
            pk,
            lambda row, actor: service.receive_paper(row, "exchange", clock.today(), 3, actor=actor),
        )

    def approved(self, site: str = "edu") -> int:
        pk = self.paper_review(site)
        self.do("head", pk, lambda row, actor: service.approve(row, words="同意开办。", actor=actor))
        return pk

    def returned(self, site: str = "edu") -> int:
        pk = self.submitted(site)
        self.do(
            "reviewer",
            pk,
            lambda row, actor: service.return_(row, ["name-not-approved"], "填批准的全称。", actor=actor),
        )
        return pk

    def reported(self) -> int:
        pk = self.approved()
        self.result("head", pk, service.mark_reported)
        return pk

    def sent_back(self) -> int:
        """Approved, reported and sent back by the registrar."""
        pk = self.reported()
        self.result("registrar", pk, service.mark_sent_back, "网站名称请核对")
        return pk

    def badged(self, site: str = "edu") -> int:
        """A case whose badge is in force, by the registry's own verbs; answers the application's id."""
        pk = self.approved(site)
        self.report_and_issue(pk)
        return pk

    def report_and_issue(self, pk: int) -> None:
        """Batch an approved case and issue its badge."""
        head, registrar = self.actor("head"), self.actor("registrar")
        with access.acting_as(head), transaction() as session:
            office = session.scalars(db.select(Office).where(Office.path == "0.43.07.02.")).one()
            registry.send_batch(office, [queries.get(pk)], actor=head)
        with access.acting_as(registrar), transaction() as session:
            item = session.scalars(db.select(BatchItem).where(BatchItem.application_id == pk)).one()
            badges.issue(item, actor=registrar)

    def revoked(self, pk: int) -> None:
        """Let the badge of a case be revoked, by head and registrar."""
        of_case = db.select(Badge).join(BatchItem).where(BatchItem.application_id == pk)
        head, registrar = self.actor("head"), self.actor("registrar")
        with access.acting_as(head), transaction() as session:
            badge = session.scalars(of_case).one()
            badges.decide_revocation(badge, ground="2", reason="网站注销", actor=head)
        with access.acting_as(registrar), transaction() as session:
            badges.strike(session.scalars(of_case).one(), actor=registrar)

    def change(self, former: int, who: str = "filer", **values: str) -> int:
        """A draft that asks to change a badged website; it has its identity proof."""
        actor = self.actor(who)
        with access.acting_as(actor), transaction():
            row = service.start(queries.get(former), "change", actor=actor)
            if values:
                service.save(row, values, actor=actor)
            service.attach(row, io.BytesIO(PDF), "经办人证件.pdf", "identity", actor=actor)
            return row.id

    def result(self, who: str, pk: int, verb: Callable[..., Any], *arguments: str) -> Any:
        """What the registry plugin does: the platform holds the row, the person acts."""
        actor = self.actor(who)
        with access.acting_as(access.system("registry", over="0.")), transaction():
            return verb(queries.get(pk), *arguments, actor=actor)

    def expire(self, site: str, on: date) -> None:
        """Let the register say that a site's Chinese domain ended on a day."""
        with access.acting_as(access.system("tests", over="0.")), transaction() as session:
            name = ascii_of(SITES[site][2])
            session.scalars(db.select(DomainRecord).where(DomainRecord.ascii == name)).one().expires_on = on


def found(app: Flask) -> Country:
    """Write the country into empty tables; needs an app context."""
    country = Country(build())
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        clock.move(MONDAY)
        city = session.scalars(db.select(Office).where(Office.path == "0.43.07.")).one()
        city.settings = {
            "area_code": "0736",
            "application_prefix": "CD",
            "filing": {"own_from": "deputy_division", "source": "通知第二条"},
            "clocks": {
                "first_review": {"days": 5, "firm": True, "source": "通知第四条"},
                "paper_review": {"days": 10, "firm": True, "source": "通知第四条"},
            },
        }
        county = session.scalars(db.select(Office).where(Office.path == "0.43.07.02.")).one()
        county.code, county.short_name = "430702", "武陵区编委办"
        session.add(Contact(office_id=county.id, topic="materials", section="综合科", phone="7786510"))
        for key, values in UNITS.items():
            unit = session.get(Unit, country.world.units[key].id)
            assert unit is not None
            for name, value in {
                "address": "湖南省常德市某路1号", "postcode": "415000", "functions": "主管本级有关工作。",
                "supervisor_name": "上级人民政府", **values,
            }.items():  # fmt: skip
                setattr(unit, name, value)
            country.units[key] = unit.id
        portal_desk = session.scalars(db.select(Office).where(Office.path == "0.43.07.zfwz.")).one()
        for key, (holder, name, chinese, english) in SITES.items():
            site = Site(
                name=name, unit_id=country.units[holder], chinese_domain=chinese, english_domain=english,
                ip="203.0.113.5", filing_desk_id=portal_desk.id if key == "portal" else None,
            )  # fmt: skip
            session.add(site)
            session.flush()
            country.sites[key] = site.id
            days = {"registered_on": date(2013, 7, 1), "expires_on": date(2015, 6, 30)}
            names = {"domain": chinese, "ascii": ascii_of(chinese), "kind": "chinese"}
            session.add(DomainRecord(unit_id=country.units[holder], **names, **days))
    for who in (*POSTS, "deputy"):
        country.actor(who)
    return country
