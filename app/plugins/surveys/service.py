"""The verbs of a sheet: open, save, submit, withdraw, return, accept, and the sealed scan (A5, S8, S12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from sqlalchemy.exc import IntegrityError

from app.foundation import access, audit, clock, files
from app.foundation.access import Actor, Facts
from app.foundation.database import db
from app.foundation.files import StoredFile
from app.kernel.errors import N_, Invalid, Refusal, Stale, WrongState
from app.plugins.surveys import doubles, flow, queries, register, rules, signals
from app.plugins.surveys.models import EDITABLE, NATURES, SurveySheet, SurveySite
from app.plugins.surveys.queries import SCAN
from app.plugins.surveys.rules import SheetEntry

KEPT = (
    "unit_name", "supervisor_name", "nature", "rank", "leader", "site_count", "address", "contact", "phone", "email",
    "no_website", "reform",
)  # fmt: skip
BARRED = "办法第三条"


def open_(unit_id: int, desk_id: int | None = None, *, actor: Actor) -> SurveySheet:
    """Start a unit's sheet, filled from the register; with ``desk_id`` the sheet of the sites that desk files (S8).

    Raises:
        NotSeen: the unit, or its sites filed by that desk, are not the actor's to see.
        AccessDenied: seen, but not the actor's to fill in.
        Refusal: the unit may not run such a site (C-art.3), or no survey is arranged at its level.
        WrongState: the sheet was started already.
    """
    found = register.entry_for(unit_id, desk_id)
    facts = Facts(found.review_path, found.filing_path, unit_id)
    access.require(actor, "survey", "edit", facts)
    if found.entry.nature not in NATURES:
        raise Refusal(
            "nature-barred",
            N_("企业、个人以及其他社会组织不得开办党政机关网站，不填摸底调查表。"),
            source=BARRED,
        )
    plan = queries.plan_for(found.review_path, found.filing_path)
    if plan is None:
        raise Refusal("no-survey", N_("该单位所属层级还没有部署调查摸底，暂不能填写。"))
    sheet = SurveySheet(campaign_id=plan.id, unit_id=unit_id, filing_desk_id=desk_id, account=found.account)
    flow.SurveyFlow(sheet)  # puts it into its initial state
    _put(sheet, found.entry)
    db.session.add(sheet)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise WrongState("already-open", N_("这份摸底调查表已经开始填写，请从列表中打开。")) from error
    audit.record(actor, "survey.opened", sheet)
    signals.opened.send(sheet, actor=actor)
    return sheet


def save(sheet: SurveySheet, entry: SheetEntry, *, version: int | None, actor: Actor) -> SurveySheet:
    """Keep what is filled in so far; a draft may be incomplete.

    Raises:
        AccessDenied, WrongState: not the actor's to fill in, or handed in already.
        Stale: somebody else saved since the form was opened.
        Invalid: values that no draft can hold.
    """
    access.require(actor, "survey", "edit", sheet)
    _ensure_editable(sheet)
    _ensure_current(sheet, version)
    rules.ensure_storable(entry, queries.circumstances(sheet))
    before = _snapshot(sheet)
    _put(sheet, entry)
    # Rows may have changed while the sheet itself did not: the version must move all the same.
    sheet.updated_at = clock.wall()
    old, new = _difference(before, _snapshot(sheet))
    if new:
        audit.record(actor, "survey.saved", sheet, before=old, after=new)
    db.session.flush()
    return sheet


def submit(
    sheet: SurveySheet, *, actor: Actor, version: int | None = None, acknowledged: bool = False
) -> SurveySheet:
    """Hand in a complete sheet (S12, S18); values are kept in canonical writing.

    Args:
        acknowledged: domains that others have filled in too were checked, and they are right.

    Raises:
        AccessDenied, WrongState, Stale: as ``save``.
        Invalid: something is missing or wrong, or (code ``doubled``) a domain is somebody else's too and nobody has
            said that it is right; the draft stays as it is.
    """
    access.require(actor, "survey", "submit", sheet)
    _ensure_current(sheet, version)
    clean = rules.ensure_complete(queries.entry_of(sheet), queries.circumstances(sheet))
    doubled = doubles.of(sheet, clean, actor=actor)
    if doubled and not acknowledged:
        raise Invalid(doubled, code=doubles.CODE)
    now = clock.now()
    flow.take(sheet, "submit")
    _put(sheet, clean)
    sheet.submitted_at = now
    after = {"state": sheet.state, "site_count": sheet.site_count}
    audit.record(
        actor, "survey.submitted", sheet, after={**after, "doubled": len(doubled)} if doubled else after
    )
    signals.submitted.send(sheet, actor=actor)
    return sheet


def withdraw(sheet: SurveySheet, *, actor: Actor) -> SurveySheet:
    """Take a sheet back to change it, before the office has accepted it.

    Raises:
        AccessDenied, WrongState: not the actor's, or not waiting for the office.
    """
    access.require(actor, "survey", "submit", sheet)
    flow.take(sheet, "withdraw")
    audit.record(actor, "survey.withdrawn", sheet, after={"state": sheet.state})
    signals.withdrawn.send(sheet, actor=actor)
    return sheet


def return_(sheet: SurveySheet, reason: str, *, actor: Actor, version: int | None = None) -> SurveySheet:
    """Send a sheet back to be corrected, saying why.

    Raises:
        AccessDenied, WrongState, Stale: not this office's, not waiting, or changed since it was read.
        Invalid: no reason is given.
    """
    access.require(actor, "survey", "return", sheet)
    _ensure_current(sheet, version)
    reason = rules.ensure_reason(reason)
    flow.take(sheet, "return_")
    sheet.return_reason = reason
    audit.record(actor, "survey.returned", sheet, after={"state": sheet.state}, reason=reason)
    signals.returned.send(sheet, actor=actor)
    return sheet


def accept(sheet: SurveySheet, *, actor: Actor, version: int | None = None) -> SurveySheet:
    """Accept a sheet; websites on it that are not registered yet enter the register of the unit's sites.

    Raises:
        AccessDenied, WrongState, Stale: as ``return_``.
    """
    access.require(actor, "survey", "accept", sheet)
    _ensure_current(sheet, version)
    now = clock.now()
    flow.take(sheet, "accept")
    sheet.accepted_at = now
    added = register.add_missing(sheet, actor=actor)
    audit.record(actor, "survey.accepted", sheet, after={"state": sheet.state, "sites_added": len(added)})
    signals.accepted.send(sheet, actor=actor)
    return sheet


def attach_scan(sheet: SurveySheet, stream: BinaryIO, filename: str, *, actor: Actor) -> StoredFile:
    """Keep the scan of the sealed sheet of a unit without a website (S12); it takes the place of an earlier one.

    Raises:
        AccessDenied, WrongState: as ``save``.
        Refusal: the file is empty, too large, or none of PDF, JPEG, PNG and OFD; field ``scan``.
    """
    access.require(actor, "survey", "edit", sheet)
    _ensure_editable(sheet)
    if sheet.filing_desk_id is not None:
        raise Refusal(
            "scan-by-desk", N_("本表专填由承办科室填报的网站，不需上传无网站的盖章件。"), field="scan"
        )
    earlier = queries.scans(sheet)
    stored = files.store(stream, filename, obj="survey", parent=sheet, kind=SCAN, field="scan")
    for row in earlier:
        files.discard(row, reason="重新上传")
    sheet.updated_at = clock.wall()
    audit.record(actor, "survey.scan-attached", sheet, after={"sha256": stored.sha256, "size": stored.size})
    return stored


def remove_scan(sheet: SurveySheet, *, actor: Actor) -> None:
    """Put the scan away again.

    Raises:
        AccessDenied, WrongState: as ``save``.
    """
    access.require(actor, "survey", "edit", sheet)
    _ensure_editable(sheet)
    for row in queries.scans(sheet):
        files.discard(row, reason="移除")
        sheet.updated_at = clock.wall()
        audit.record(actor, "survey.scan-removed", sheet)


def _ensure_editable(sheet: SurveySheet) -> None:
    if sheet.state not in EDITABLE:
        raise WrongState("not-editable", N_("这份摸底调查表已经提交，不能修改；接收之前可以先撤回。"))


def _ensure_current(sheet: SurveySheet, version: int | None) -> None:
    if version is not None and version != sheet.version:
        raise Stale("stale", N_("您打开页面之后，他人修改了这份表，本次没有保存。请核对后再办理。"))


def _put(sheet: SurveySheet, entry: SheetEntry) -> None:
    """Write an entry onto a sheet; rows are reused, so that numbers stay unique while they are written."""
    for name in KEPT:
        setattr(sheet, name, getattr(entry, name))
    rows = sheet.sites
    for row in rows[len(entry.sites) :]:
        # Said outright: taken out of the list alone, a row would come to the flush guard as nobody's.
        db.session.delete(row)
    del rows[len(entry.sites) :]
    for number, site in enumerate(entry.sites, start=1):
        if number > len(rows):
            rows.append(SurveySite(number=number))
        row = rows[number - 1]
        row.number, row.name, row.ip = number, site.name, site.ip
        row.chinese_domain, row.english_domain = site.chinese_domain, site.english_domain


def _snapshot(sheet: SurveySheet) -> dict[str, Any]:
    return {
        **{name: getattr(sheet, name) for name in KEPT},
        "sites": [[row.name, row.chinese_domain, row.english_domain, row.ip] for row in sheet.sites],
    }


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}
