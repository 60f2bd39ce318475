"""Where an application stands, as a picture, and what comes next, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.foundation.admin.filters import words
from app.foundation.admin.formatters import cn_date
from app.foundation.clock import localise, today
from app.foundation.tenancy.models import Contact, Office
from app.plugins.applications import changing, course, dossier, flow, labels
from app.plugins.applications.course import Course
from app.plugins.applications.models import Application, ApplicationClock
from app.plugins.campaigns.rules import Deadline

STEPS = (
    _l("提交"), _l("在线初审"), _l("书面材料"), _l("书面审核"), _l("报注册管理中心"), _l("核发标识"), _l("加挂"),
)  # fmt: skip
AT = {
    "draft": 0, "returned": 0, "submitted": 1, "awaiting_paper": 2, "paper_review": 3, "approved": 4,
    "reported": 5, "badged": 6, "ineligible": 1, "refused": 3,
}  # fmt: skip
INSTEAD = {
    "returned": _l("补正后提交"),
    "ineligible": _l("不具备开办资格"),
    "refused": _l("审核未通过"),
    "withdrawn": _l("已撤回"),
}


def steps(application: Application) -> list[tuple[Any, str]]:
    """The stage picture: done, now, to come; an end stands where it came."""
    here = AT.get(application.state, _reached(application))
    labels = list(STEPS)
    labels[here] = INSTEAD.get(application.state, labels[here])
    return [(label, "d" if at < here else "n" if at == here else "") for at, label in enumerate(labels)]


def _reached(application: Application) -> int:
    """How far a withdrawn one had come."""
    if application.first_reviewed_at and application.first_reviewer_id and application.clocks[-1:]:
        return {"applicant_paper": 2, "first_review": 1}.get(application.clocks[-1].kind, 0)
    return 1 if application.submitted_at else 0


# What a decision did to the state; the rest of the record speaks for itself.
STEP_OF = {
    "passed": "pass_first", "returned": "return_", "ineligible": "declare_ineligible", "approved": "approve",
    "refused": "refuse", "sent_back": "send_back",
}  # fmt: skip


def events(application: Application) -> Iterator[tuple[str, date | None]]:
    """What the record says was done, oldest first, with its Beijing day."""
    receipts = iter(application.receipts)
    papered = {row.round for row in application.clocks if row.kind == "applicant_paper"}
    begun = {row.round: row.started_on for row in reversed(application.clocks) if row.kind == "first_review"}
    for number in range(1, application.round + 1):
        yield "submit", begun.get(number)
        for one in (row for row in application.decisions if row.round == number):
            on = localise(one.decided_at).date()
            if one.outcome == "sent_back":
                yield "report", None
            if one.outcome in STEP_OF:
                yield STEP_OF[one.outcome], on
            if one.outcome == "passed" and number not in papered:
                yield "waive_paper", on
                continue
            receipt = next(receipts, None) if one.outcome == "passed" else None
            if receipt is not None:
                yield "receive_paper", receipt.received_on
    for event, moment in (
        ("report", application.reported_at if application.state in {"reported", "badged"} else None),
        ("badge", application.badged_at if application.state == "badged" else None),
        ("withdraw", application.closed_at if application.state == "withdrawn" else None),
    ):
        if moment is not None:
            yield event, localise(moment).date()


def picture(application: Application) -> Course:
    """流程图: drawn from the flow itself, with the way the application took and where it stands."""
    words = {state: str(label) for state, (label, _tone) in labels.STATE.items()}
    steps = {event: str(label) for event, label in flow.EVENTS.items() if event != "waive_paper"}
    return course.draw(events(application), application.state, words, steps)


def _by(clock: ApplicationClock | None) -> str:
    if clock is None:
        return ""
    if clock.due < today():
        return str(_("%(day)s已经到期（%(source)s）", day=cn_date(clock.due), source=clock.source))
    about = "" if clock.firm else str(_("原则上"))
    return str(
        _("%(about)s最迟 %(day)s（%(source)s）", about=about, day=cn_date(clock.due), source=clock.source)
    )


def _before(deadline: Deadline | None) -> list[str]:
    """The day by which the campaign wants it filed (S19), or finished (S15)."""
    if deadline is None:
        return []
    what = _("提交") if deadline.kind == "filing" else _("完成资格复核")
    return [
        str(
            _(
                "按工作安排，最迟 %(day)s%(what)s（%(source)s）。",
                day=cn_date(deadline.date),
                what=what,
                source=deadline.source,
            )
        )
    ]


def ahead(
    application: Application,
    office: Office,
    clock: ApplicationClock | None,
    contact: Contact | None,
    deadline: Deadline | None = None,
) -> list[str]:
    """What happens next and by when at the latest, for the applicant (peers: nobody should have to ask)."""
    name, by = office.short_name, _by(clock)
    where = (
        _("%(section)s（电话 %(phone)s）", section=contact.section, phone=contact.phone)
        if contact and contact.phone
        else name
    )
    said = {
        "draft": lambda: [
            _("填写完成并核对无误后提交，由%(office)s在线初审。草稿随时可以接着填。", office=name),
            *_before(deadline),
        ],
        "submitted": lambda: [
            _("%(office)s正在在线初审，%(by)s。", office=name, by=by),
            _("初审通过的，您打印申请函和申请表（一式三份），盖章后报送；需要补正的，会退回并写明理由。")
            if dossier.asks_paper(application, office)
            else _("初审通过的，不需报送书面材料，由%(office)s负责人审核确认；需要补正的，会退回并写明理由。", office=name),
            _("初审完成前可以撤回。"),
        ],
        "returned": lambda: [
            _("请按退回意见修改后再次提交；再次提交后重新计算初审时限。"),
            *_before(deadline),
        ],
        "awaiting_paper": lambda: [
            _("请打印申请函和申请表（一式三份），连同证明材料复印件加盖公章，以机要交换方式送%(where)s，%(by)s。", where=where, by=by),
            _("%(office)s收到后进行书面审核。", office=name),
        ],
        "paper_review": lambda: [
            _("书面材料已收到，%(office)s正在书面审核，%(by)s。", office=name, by=by)
            if any(row.kind == "applicant_paper" and row.round == application.round for row in application.clocks)
            else _("已通过在线初审，不需报送书面材料。%(office)s正在审核确认，%(by)s。", office=name, by=by)
        ],
        "approved": lambda: [
            _("审核已经通过。%(office)s将把网站信息报注册管理中心，统一申请发放网站标识，您不需再办手续。", office=name)
        ],
        "reported": lambda: [_("已报注册管理中心。核对无误后核发标识，标识代码发到申请单位，并告知经办人。")],
        "badged": lambda: [_("标识已经核发。收到标识代码后，请按时限加挂在网站所有页面底部中间显著位置（办法第十四条）。")],
        "ineligible": lambda: [_("本件已办结，不需报送书面材料。对理由有疑问的，请向%(office)s咨询。", office=name)],
        "refused": lambda: [_("本件已办结。%(office)s将函告原因；符合条件后可以重新申请。", office=name)],
        "withdrawn": lambda: [_("本件已撤回。需要办理的，请重新申请。")],
    }  # fmt: skip
    return [
        *(str(line) for line in said[application.state]()),
        *(words(one) for one in changing.ahead(application)),
    ]


def for_office(application: Application, office: Office) -> list[str]:
    """The same for those who review or look on, where the page has no other words for it."""
    name = office.short_name
    said = {
        "draft": lambda: _("申请单位正在填写，提交后由%(office)s在线初审。", office=name),
        "returned": lambda: _("已退回申请单位补正；再次提交后重新计算初审时限。"),
        "approved": lambda: _(
            "审核已经通过。由%(office)s负责人在“报送标识”中报注册管理中心，统一申请发放网站标识。",
            office=name,
        ),
        "reported": lambda: _("已报注册管理中心，等待核发标识；被退回的，写明理由后回到“报送标识”。"),
        "badged": lambda: _(
            "标识已经核发，由申请单位按时限加挂在网站所有页面底部中间显著位置（办法第十四条）。"
        ),
        "withdrawn": lambda: _("申请单位已经撤回，本件办结。"),
        "refused": lambda: _("审核未通过，理由已告知申请单位，本件办结。"),
        "ineligible": lambda: _("已告知申请单位不具备开办资格，本件办结。"),
    }
    return [str(said[application.state]())] if application.state in said else []
