"""Runs one case of the table through the real verbs: what is given, the steps, and how it came out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from app.kernel import domains, paths
from app.kernel.errors import Invalid, Refusal
from app.plugins.applications import dossier, queries, rules, service
from app.plugins.applications.models import Application
from app.plugins.badges import service as badges
from app.plugins.badges.models import Badge
from app.plugins.names import tasks
from app.plugins.names.models import DomainRecord
from app.plugins.registry import service as registry
from app.plugins.registry.models import BatchItem
from tests.plugins.applications.country import CHINA, PDF, REST, SITES, Country, ascii_of

WORDS = "经核对，与登记情况不一致，请按批准文件更正。"
GIVEN = {
    "unit",
    "facts",
    "site",
    "kind",
    "domain",
    "office",
    "values",
    "materials",
    "declared",
    "named",
    "away",
}
NEW_SITE = {
    "site_name": "武陵区教育资源网", "chinese_domain": "武陵教育资源.政务", "english_domain": "zy.wuling.gov.cn",
    "ip": "203.0.113.9",
}  # fmt: skip
REGISTERED = {
    "address": "湖南省常德市某路2号", "postcode": "415000", "functions": "主管有关工作。", "supervisor_name": "上级机关",
}  # fmt: skip
DAYS = {"registered_on": date(2013, 7, 1), "expires_on": date(2015, 6, 30), "working": True}
DOMAINS: Mapping[str, Mapping[str, Any]] = {
    "valid": {},
    "expired": {"expires_on": date(2014, 11, 23)},
    "last-day": {"expires_on": date(2014, 11, 24)},
    "not-working": {"working": False},
}
OUTSIDE = ("unregistered", "another-s")
DEPUTY = "auditor"


@dataclass
class Came:
    """How the last step came out: refused with which codes and words, or not at all."""

    codes: list[str] = field(default_factory=list)
    words: str = ""
    sources: list[str] = field(default_factory=list)
    status: int = 0


class Trial:
    """One case in the country."""

    def __init__(self, country: Country, given: Mapping[str, Any]) -> None:
        unknown = set(given) - GIVEN
        assert not unknown, f"the case gives {unknown}, which nobody reads"
        self.country, self.given = country, given
        self.site = given.get("site")
        self.unit = SITES[self.site][0] if self.site else given.get("unit", "wuling")
        self.pk = 0
        self.path = ""

    # -- who ---------------------------------------------------------------------------------------------------

    def actor(self, who: str) -> Actor:
        """Somebody by what he is to this case."""
        world, path = self.country.world, self.path
        posts: Mapping[str, tuple[tuple[str, str], ...]] = {
            "filer": (("filer", self.unit),),
            "neighbour": (("filer", "dingcheng"),),
            "insider": (("filer", self.unit), ("head", path)),
            "clerk": (("clerk", path),),
            "reviewer": (("reviewer", path),),
            "head": (("head", path),),
            "deputy": (("head", path), (DEPUTY, path)),
            "sibling": (("head", "0.43.07.03."),),
            "parent": (("head", paths.parent(path) if path != "0." else "0."),),
            "located": (("head", "0.43.07.02."),),
            "portal_desk": (("coordinator", "0.43.07.zfwz."),),
            "registrar": (("registrar", "0.conac."),),
            "egov": (("egov", f"{path}egov."),),
        }
        return world.actor(*posts[who])

    # -- given -------------------------------------------------------------------------------------------------

    @contextmanager
    def _platform(self) -> Iterator[Any]:
        with access.acting_as(access.system("tests", over="0.")), transaction() as session:
            yield session

    def prepare(self) -> None:
        """Put the unit, its office and its domain as the case gives them."""
        with self._platform() as session:
            unit = session.get(Unit, self.country.world.units[self.unit].id)
            empty = {name: value for name, value in REGISTERED.items() if not getattr(unit, name)}
            for name, value in {**empty, **self.given.get("facts", {})}.items():
                setattr(unit, name, value)
            tenancy.assign(unit)
            session.flush()
            self.path = unit.review_path
            office = session.scalars(select(Office).where(Office.path == self.path)).one()
            office.settings = {**office.settings, **self.given.get("office", {})}
            for path, short in self.given.get("named", {}).items():
                session.scalars(select(Office).where(Office.path == path)).one().short_name = short
            self._domain(session, unit)

    def _domain(self, session: Any, unit: Unit) -> None:
        standing = self.given.get("domain", "valid")
        name = self._values().get("chinese_domain") or SITES[self.site or "edu"][2]
        found = session.scalar(select(DomainRecord).where(DomainRecord.ascii == ascii_of(name)))
        if standing == "unregistered":
            if found is not None:
                session.delete(found)
            return
        holder = self.country.world.units["dingcheng"].id if standing == "another-s" else unit.id
        if found is None:
            found = DomainRecord(domain=domains.host(name).unicode, ascii=ascii_of(name), kind="chinese")
            session.add(found)
        found.unit_id = holder
        for field_name, value in (DAYS | dict(DOMAINS.get(standing, {}))).items():
            setattr(found, field_name, value)

    def _values(self) -> dict[str, str]:
        own: dict[str, str] = dict(self.given.get("values") or {})
        return own if self.site else {**NEW_SITE, **own}

    def begin(self, who: str = "filer") -> None:
        """Start a draft, fill it in and attach what the case gives."""
        actor = self.actor(who)
        with access.acting_as(actor), transaction() as session:
            model: Any
            model, key = (
                (Site, self.country.sites[self.site])
                if self.site
                else (Unit, self.country.world.units[self.unit].id)
            )
            holder = session.scalars(select(model).where(model.id == key)).one()
            row = service.start(holder, self.given.get("kind", "requalification"), actor=actor)
            service.save(row, {**REST, **self._values()}, actor=actor)
            self._attach(row, self.given.get("materials", ["identity"]), actor)
            self.pk = row.id

    @staticmethod
    def _attach(row: Application, kinds: list[str], actor: Actor) -> None:
        for kind in kinds:
            service.attach(row, io.BytesIO(PDF), f"{kind}.pdf", kind, actor=actor)

    # -- steps -------------------------------------------------------------------------------------------------

    def take(self, step: str) -> None:
        """One step, as ``who: verb argument …``; a refusal passes through."""
        who, colon, rest = step.partition(": ")
        name, *words = (rest if colon else step).split(" ")
        verb = getattr(self, f"_{name}")
        verb(who if colon else "", *words)

    def run(self, steps: list[str]) -> Came:
        """All steps; only the last may be refused."""
        for at, step in enumerate(steps, start=1):
            try:
                self.take(step)
            except Refusal as refusal:
                assert at == len(steps), f"step {at} ({step}) was refused: {refusal.code} {refusal}"
                return came(refusal)
        return Came()

    def _do(self, who: str, verb: Callable[[Application, Actor], Any]) -> Any:
        actor = self.actor(who)
        with access.acting_as(actor), transaction():
            return verb(queries.get(self.pk), actor)

    def _begin(self, who: str) -> None:
        self.begin(who or "filer")

    def _begin_without(self, who: str, name: str) -> None:
        """A draft with one box left empty that, once filled, nobody can empty again."""
        kept = REST.pop(name)
        try:
            self.begin(who or "filer")
        finally:
            REST[name] = kept

    def _back(self, _who: str) -> None:
        """Go on with the case that the change follows."""
        self.pk = self.row().former_id or 0

    def _site(self, _who: str, site: str) -> None:
        """Go on with another website of the same unit."""
        self.site = site

    def _nature(self, _who: str, nature: str) -> None:
        """The register says otherwise now."""
        with self._platform() as session:
            session.get(Unit, self.country.world.units[self.unit].id).nature = nature

    def _submit(self, who: str) -> None:
        declared = self.given.get("declared", True)
        self._do(who or "filer", lambda row, by: service.submit(row, declared=declared, actor=by))

    def _fix(self, who: str, pair: str) -> None:
        name, _, value = pair.partition("=")
        self._do(who or "filer", lambda row, by: service.save(row, {name: value}, actor=by))

    def _attached(self, who: str, kind: str) -> None:
        self._do(who or "filer", lambda row, by: self._attach(row, [kind], by))

    def _renew(self, _who: str) -> None:
        """The register is brought up to date, as the clerk does."""
        with self._platform() as session:
            row = session.get(Application, self.pk)
            unit = session.get(Unit, row.unit_id)
            self.given = {**self.given, "domain": "valid", "values": {"chinese_domain": row.chinese_domain}}
            self._domain(session, unit)
            session.flush()
            tasks.settle(unit.id, (ascii_of(row.chinese_domain),))

    def _check(self, who: str, number: str = "", finding: str = "ok", note: str = "") -> None:
        for one in [int(number)] if number else range(1, 6):
            self._judge(who, one, finding, note)

    def _judge(self, who: str, number: int, finding: str, note: str) -> None:
        self._do(who or "reviewer", lambda row, by: service.check(row, number, finding, note, actor=by))

    def _allow(self, who: str, code: str, reason: str = "同意开办：承担本级信息发布") -> None:
        self._do(who or "reviewer", lambda row, by: service.allow_exception(row, code, reason, actor=by))

    def _pass(self, who: str) -> None:
        self._do(who or "reviewer", lambda row, by: service.pass_first(row, actor=by))

    def _return(self, who: str, code: str = "", words: str = WORDS) -> None:
        codes = [code] if code else []
        self._do(who or "reviewer", lambda row, by: service.return_(row, codes, words, actor=by))

    def _ineligible(self, who: str, code: str = "", words: str = WORDS) -> None:
        codes = [code] if code else []
        self._do(who or "reviewer", lambda row, by: service.declare_ineligible(row, codes, words, actor=by))

    def _paper(self, who: str, on: str = "", means: str = "exchange", copies: str = "3") -> None:
        day = date.fromisoformat(on) if on else clock.today()
        self._do(
            who or "clerk",
            lambda row, by: service.receive_paper(row, means, day, int(copies), actor=by),
        )

    def _approve(self, who: str, words: str = "同意开办。") -> None:
        self._do(who or "head", lambda row, by: service.approve(row, words=words, actor=by))

    def _refuse(self, who: str, code: str = "", words: str = WORDS) -> None:
        codes = [code] if code else []
        self._do(who or "head", lambda row, by: service.refuse(row, codes, words, actor=by))

    def _reopen(self, who: str, code: str = "name-irregular", words: str = WORDS) -> None:
        verbs: Any = service  # reopening comes with the decisions' branch
        self._do(who or "head", lambda row, by: verbs.reopen(row, [code], words, actor=by))

    def _withdraw(self, who: str, reason: str = "") -> None:
        self._do(who or "filer", lambda row, by: service.withdraw(row, reason=reason, actor=by))

    def _report(self, who: str) -> None:
        actor = self.actor(who or "head")
        with access.acting_as(actor), transaction() as session:
            office = session.scalars(select(Office).where(Office.path == self.path)).one()
            registry.send_batch(office, [queries.get(self.pk)], actor=actor)

    def _item(self, who: str, verb: Callable[[BatchItem, Actor], Any]) -> None:
        actor = self.actor(who or "registrar")
        with access.acting_as(actor), transaction() as session:
            query = select(BatchItem).where(BatchItem.application_id == self.pk)
            verb(session.scalars(query.order_by(BatchItem.id.desc()).limit(1)).one(), actor)

    def _badge(self, who: str) -> None:
        self._item(who, lambda item, by: badges.issue(item, actor=by))

    def _sendback(self, who: str, reason: str = "中文域名与登记不一致") -> None:
        self._item(who, lambda item, by: registry.return_item(item, reason=reason, actor=by))

    def _revoke(self, _who: str) -> None:
        query = select(Badge).join(BatchItem).where(BatchItem.application_id == self.pk)
        for who, verb in (
            ("head", lambda row, by: badges.decide_revocation(row, ground="2", reason="网站注销", actor=by)),
            ("registrar", lambda row, by: badges.strike(row, actor=by)),
        ):
            actor = self.actor(who)
            with access.acting_as(actor), transaction() as session:
                verb(session.scalars(query).one(), actor)

    def _change(self, who: str, *pairs: str) -> None:
        """Begin a change of this very case; the trial goes on with it."""
        actor = self.actor(who or "filer")
        with access.acting_as(actor), transaction():
            row = service.start(queries.get(self.pk), "change", actor=actor)
            service.save(row, dict(pair.split("=", 1) for pair in pairs), actor=actor)
            self._attach(row, ["identity"], actor)
            self.pk = row.id

    def _on(self, _who: str, day: str) -> None:
        with self._platform():
            clock.move(datetime.combine(date.fromisoformat(day), datetime.min.time(), CHINA).replace(hour=9))

    def _to(self, who: str, state: str) -> None:
        """Everything that leads to a state, without any trouble."""
        ways = {
            "submitted": ["submit"],
            "returned": ["submit", "return name-irregular"],
            "awaiting_paper": ["submit", "check", "excepted", "pass"],
            "paper_review": ["submit", "check", "excepted", "pass", "paper"],
            "refused": ["submit", "check", "excepted", "pass", "paper", "refuse not-true"],
            "ineligible": ["submit", "ineligible not-established"],
            "withdrawn": ["submit", "withdraw 网站停办"],
            "approved": ["submit", "check", "excepted", "pass", "paper", "approve"],
            "reported": ["submit", "check", "excepted", "pass", "paper", "approve", "report"],
            "badged": ["submit", "check", "excepted", "pass", "paper", "approve", "report", "badge"],
        }
        for step in ways[state]:
            self.take(f"{who}: {step}" if who else step)

    def _excepted(self, who: str) -> None:
        """Let every exception pass that arises (C-art.3)."""
        for code in self._do(who or "reviewer", lambda row, _by: exceptions_of(row)):
            self._allow(who, code)

    # -- how it stands -------------------------------------------------------------------------------------------

    def row(self) -> Application:
        """The application as the database has it."""
        return self.country.read(self.pk)


def exceptions_of(row: Application) -> list[str]:
    """The codes of what the office would have to let pass."""
    filing = dossier.filing(row, dossier.reviewing_office(row), dossier.materials(row))
    return [one.code for one in rules.exceptions(filing)]


def came(refusal: Refusal) -> Came:
    """A refusal as the table writes it."""
    if isinstance(refusal, Invalid):
        found = refusal.findings
        return Came(
            [one.code for one in found],
            " ".join(str(one) for one in found),
            [one.source for one in found],
            refusal.status,
        )
    return Came([refusal.code], str(refusal), [refusal.source], refusal.status)


def every(query: Any) -> list[Any]:
    """Rows read as the platform."""
    with access.acting_as(access.system("tests", over="0.")):
        return list(db.session.scalars(query))
