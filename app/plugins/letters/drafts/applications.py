"""The letters about one application: what the unit hands in, and what the office answers."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale
from sqlalchemy import select

from app.foundation.database import db
from app.foundation.limits import materials_for
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, WrongState
from app.plugins.applications import dossier, exceptions, labels, reasons
from app.plugins.applications.models import Application, ReviewDecision
from app.plugins.applications.pages import PRINTABLE
from app.plugins.letters.catalogue import catalogue
from app.plugins.letters.drafts.common import Draft, lines, said, signed

APPROVED = frozenset({"approved", "reported", "badged"})
MOST_SITES = 50
FORM_COPIES = 3  # A4.注1, where an office's settings say nothing
REVIEWS = {"opening": "开办审核", "requalification": "资格复核", "change": "变更审核"}
ASKED = {"opening": "审核", "requalification": "复核", "change": "审核"}
# An opinion has to say something: what the office wrote goes before it.
PASSED = {
    "opening": "经审核，同意开办。",
    "requalification": "经复核，通过资格复核。",
    "change": "经审核，同意变更。",
}


def ensure_printable(application: Application) -> None:
    """Raises:
    WrongState: the first review has not passed; the letter and form do not exist yet (A4.注2).
    """
    if application.state not in PRINTABLE:
        raise WrongState(
            "not-printable",
            N_(
                "申请函和申请表在线初审通过后由系统自动生成，现在还不能打印。请等待初审结果，或者按退回意见补正后再次提交。"
            ),
            source="申请表注2",
        )


def request(application: Application, kept: Sequence[int] = ()) -> Draft:
    """申请函 (A3): one letter for all the unit's applications of the kind that await paper, this one first.

    ``kept``: the applications an earlier letter names; what it would say of them now.

    Raises:
        WrongState: see ``ensure_printable``.
    """
    ensure_printable(application)
    named = _named(application, kept)
    return {
        "kind": "request",
        "change": application.kind == "change",
        "review": REVIEWS[application.kind],
        "asked": ASKED[application.kind],
        "applications": [one.id for one in named],
        "sites": [one.site_name for one in named],
        "contact": application.handler_name,
        "phone": application.handler_phone,
        "organ": application.organ_name,
    }


def _named(application: Application, kept: Sequence[int]) -> list[Application]:
    alike = select(Application).where(
        Application.unit_id == application.unit_id,
        Application.kind == application.kind,
        Application.id != application.id,
        Application.filing_path.is_(None)
        if application.filing_path is None
        else Application.filing_path == application.filing_path,
    )
    if kept:
        alike = alike.where(Application.id.in_(kept), Application.state.in_(sorted(PRINTABLE)))
    elif application.state == "awaiting_paper":
        alike = alike.where(Application.state == "awaiting_paper")
    else:
        return [application]
    return [application, *db.session.scalars(alike.order_by(Application.id).limit(MOST_SITES - 1))]


def form(application: Application) -> Draft:
    """申请表 (A4), with the two people's data in full: whoever takes it has looked, and that is recorded.

    Raises:
        WrongState: see ``ensure_printable``.
    """
    ensure_printable(application)
    values = dossier.values(application)
    people = {
        who: {name: values[f"{who}_{name}"] for name in ("name", "phone", "mobile", "email")}
        for who in ("leader", "handler")
    }
    plain = (
        "organ_name", "supervisor_name", "functions", "organ_type", "address", "postcode", "site_name", "site_intro",
        "chinese_domain", "english_domain", "ip",
    )  # fmt: skip
    return {
        "kind": "form",
        "masked": False,
        "copies": copies(application, dossier.reviewing_office(application)),
        "account": application.account,
        "types": _boxes(application.kind),
        **{name: values[name] for name in plain},
        **people,
        "id_number": values["handler_id_number"],
        "opinion": _opinion(application),
    }


def _boxes(kind: str) -> list[Draft]:
    """Annex 4's two boxes; a change has a third, which the annex does not know (C-art.17)."""
    with force_locale("zh"):
        found = [
            {"label": str(label), "on": kind == key}
            for key, label in labels.KIND_BOX.items()
            if key != "change" or kind == "change"
        ]
        if not any(one["on"] for one in found):
            found.append({"label": f"{labels.KIND[kind][0]}申请", "on": True})
    return found


def copies(application: Application, office: Office) -> int:
    """How many the office asks for; one where it asks for no paper."""
    asked = materials_for(office.settings)
    if not asked.paper.get(application.track, True):
        return 1
    return next((item.copies for item in asked.items if item.key == "form"), FORM_COPIES) or 1


def opinion(application: Application) -> Draft:
    """机构编制部门意见 alone, to be laid on the sealed form (C-art.9).

    Raises:
        WrongState: nothing has been approved.
    """
    if application.state not in APPROVED:
        raise WrongState(
            "not-approved",
            N_("书面审核通过后才在申请表上签署意见，现在还不能打印机构编制部门意见栏。"),
            source="办法第九条",
        )
    return {
        "kind": "opinion",
        "account": application.account,
        "site_name": application.site_name,
        "opinion": _opinion(application),
    }


def _opinion(application: Application) -> Draft:
    """What the office writes into its column once it has approved: exceptions, then its words, then the seal's day."""
    if application.state not in APPROVED:
        return {"paragraphs": [], "day": ""}
    last = {one.outcome: one for one in application.decisions if one.round == application.round}
    approved = last.get("approved")
    with force_locale("zh"):
        excepted = [
            f"{exceptions.LABELS[one.code]}（{one.source}原则上的例外），理由：{one.reason}"
            for one in application.excepted()
        ]
    # The decision of the first review repeats the exceptions; without any it carries what the reviewer noted.
    noted = last.get("passed") if not excepted else None
    words = [line for one in (noted, approved) if one is not None for line in lines(one.words)]
    if approved is None or not approved.words.strip():
        words.append(PASSED[application.kind])
    return {
        "paragraphs": [*excepted, *words],
        "day": said(approved.sealed_on) if approved is not None else "",
    }


def correction(application: Application) -> Draft:
    """补正通知 (C-art.8), while the applicant has it in hand.

    Raises:
        WrongState: nothing is returned.
    """
    decision = _last(application, "returned")
    if decision is None or application.state != "returned":
        raise WrongState(
            "not-returned", N_("本件现在没有退回补正，没有现行的补正通知。"), source="办法第八条"
        )
    return {"kind": "correction", **_answer(application, decision)}


def refusal(application: Application) -> Draft:
    """审核未通过告知函, or that the applicant is not eligible (C-art.8, 9).

    Raises:
        WrongState: nothing was refused.
    """
    decision = _last(application, "refused", "ineligible")
    if decision is None or application.state not in {"refused", "ineligible"}:
        raise WrongState("not-refused", N_("本件没有作出不予通过的决定，没有告知函。"), source="办法第九条")
    ineligible = decision.outcome == "ineligible"
    follows = None if ineligible else catalogue().consequences.get(application.kind)
    return {
        "kind": "refusal",
        "ineligible": ineligible,
        "consequence": [f"{follows.words.rstrip('。')}（{follows.source}）。"] if follows else [],
        **_answer(application, decision),
    }


def _last(application: Application, *outcomes: str) -> ReviewDecision | None:
    found = [one for one in application.decisions if one.outcome in outcomes]
    return found[-1] if found else None


def _answer(application: Application, decision: ReviewDecision) -> Draft:
    """What the answers share: whom they answer, the reasons with their articles, the office's words."""
    with force_locale("zh"):
        named = [
            {"label": str(one.label), "source": one.source}
            for one in reasons.named(decision.outcome, decision.reasons)
            if one.code != reasons.OTHER
        ]
    return {
        "organ": application.organ_name,
        "site": application.site_name,
        "review": REVIEWS[application.kind],
        "application": application.number or "",
        "submitted": said(application.submitted_at),
        "reasons": named,
        "words": lines(decision.words),
        **signed(dossier.reviewing_office(application), decision.decided_at),
    }
