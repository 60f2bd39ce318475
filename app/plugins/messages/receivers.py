"""What is told when the plugins below speak: in their transaction, as the platform, in Chinese whoever reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any

from flask_babel import force_locale

from app.foundation import notices
from app.foundation.access import Actor, policy
from app.foundation.admin.formatters import cn_date, cn_time
from app.foundation.database import db
from app.foundation.notices import Party
from app.foundation.signing import signals as signing
from app.foundation.tenancy import signals as tenancy
from app.foundation.tenancy.models import Office, Person, Post, Unit
from app.plugins.account import labels as account
from app.plugins.applications import labels, reasons
from app.plugins.applications import signals as applications
from app.plugins.applications.models import Application
from app.plugins.badges import signals as badges
from app.plugins.badges.models import Badge
from app.plugins.badges.views import snippet
from app.plugins.surveys import signals as surveys
from app.plugins.surveys.urging import Urged

REVIEWERS, DECIDERS = ("reviewer",), ("head",)
UNSET = "规定日期"


def in_chinese(receiver: Callable[..., None]) -> Callable[..., None]:
    """A notice is the office's: it does not follow the language of whoever happens to act."""

    @wraps(receiver)
    def told(*args: Any, **kwargs: Any) -> None:
        with force_locale("zh"):
            receiver(*args, **kwargs)

    return told


def day(value: date | None) -> str:
    """A date as notices say it."""
    return cn_date(value) if value is not None else UNSET


def office_name(path: str) -> str:
    """The office's short name."""
    office = notices.office_at(path)
    return office.short_name if office is not None else ""


# -- applications --------------------------------------------------------------------------------------------


def applicant(row: Application) -> Party:
    """Whoever files, and the addresses on the form: mail to the unit, texts to its handler (C-art.13)."""
    return notices.of_unit(
        row.unit_id,
        site_id=row.site_id,
        filing_path=row.filing_path,
        review_path=row.review_path,
        email=row.handler_email or row.leader_email or "",
        mobile=row.handler_mobile or "",
        recipient=row.organ_name,
        handler=f"{row.organ_name}经办人",
    )


def reviewing(row: Application) -> Party:
    """The office's reviewers; where it has none, its head."""
    found = notices.of_office(row.review_path, roles=REVIEWERS)
    return found if found.people else notices.of_office(row.review_path, roles=DECIDERS)


def facts(row: Application) -> dict[str, str]:
    """What every notice about an application may say."""
    return {
        "unit": row.organ_name,
        "site": row.site_name,
        "kind": str(labels.KIND[row.kind][0]),
        "number": row.number or "",
        "office": office_name(row.review_path),
        "due": day(row.due),
    }


def said_reasons(row: Application) -> str:
    """The coded reasons and words of the newest decision."""
    decision = row.decisions[-1]
    named = reasons.named(decision.outcome, decision.reasons)
    coded = "；".join(str(one.label) for one in named if one.code != reasons.OTHER)
    return "\n".join(part for part in (coded, decision.words) if part)


def about(
    event: str, row: Application, to: Party, actor: Actor | None, more: Mapping[str, str], dedupe: str = ""
) -> None:
    """Tell one event about an application; what the event does not name is left out."""
    known = {**facts(row), **more}
    names = notices.catalogue().event(event).variables
    notices.tell(
        event, to=to, params={name: known[name] for name in names}, actor=actor,
        link=("ApplicationView.show", {"pk": row.id}), dedupe=dedupe,
    )  # fmt: skip


@in_chinese
def on_submitted(row: Application, *, actor: Actor) -> None:
    """The office hears of what came in."""
    about("application.submitted", row, reviewing(row), actor, {})


def _to_applicant(event: str, *, why: bool = False) -> Callable[..., None]:
    @in_chinese
    def told(row: Application, *, actor: Actor) -> None:
        about(event, row, applicant(row), actor, {"reasons": said_reasons(row)} if why else {})

    return told


on_returned = _to_applicant("application.returned", why=True)
on_first_passed = _to_applicant("application.first_passed")
on_passed_online = _to_applicant("application.passed_online")
on_ineligible = _to_applicant("application.ineligible", why=True)
on_refused = _to_applicant("application.refused", why=True)
on_approved = _to_applicant("application.approved")


# -- badges and surveys --------------------------------------------------------------------------------------


def _of_badge(badge: Badge) -> Application | None:
    with notices.platform():
        return db.session.get(Application, badge.item.application_id)


@in_chinese
def on_issued(badge: Badge, *, actor: Actor) -> None:
    """The code by mail to the unit, a text to the handler (C-art.13); with a change also what is to be taken down."""
    row = _of_badge(badge)
    if row is None:
        return
    params = {
        "unit": badge.organ_name,
        "site": badge.name,
        "badge": badge.number,
        "code": snippet(badge),
        "due": day(badge.hang_by),
    }
    event = "badge.issued"
    if badge.former is not None:
        event, params["former"] = "badge.replaced", badge.former.number
    notices.tell(
        event, to=applicant(row), params=params, actor=actor, link=("BadgeView.page", {"pk": badge.id})
    )


@in_chinese
def on_amended(badge: Badge, *, actor: Actor) -> None:
    """The change is in force, and nothing is to be hung anew (S32)."""
    row = _of_badge(badge)
    if row is not None:
        params = {"unit": badge.organ_name, "site": badge.name, "badge": badge.number}
        link = ("BadgeView.page", {"pk": badge.id})
        notices.tell("badge.amended", to=applicant(row), params=params, actor=actor, link=link)


@in_chinese
def on_urged(unit: Unit, *, urged: Urged, actor: Actor) -> None:
    """Those who file for the unit, and the desks that file a sheet for it."""
    paths = [unit.filing_path] if urged.own else []
    with notices.platform():
        paths += [office.path for pk in urged.desks if (office := db.session.get(Office, pk)) is not None]
    holder = actor.posts[0].holder if actor.posts else office_name(unit.review_path)
    for path in dict.fromkeys(paths):
        to = notices.of_unit(unit.id, filing_path=path, review_path=unit.review_path)
        notices.tell(
            "survey.urged",
            to=to,
            params={"unit": unit.name, "office": holder, "due": day(urged.due.date if urged.due else None)},
            actor=actor,
            link=("SheetListView.list", {}),
        )


# -- people and sign-ins -------------------------------------------------------------------------------------


def _named(post: Post) -> str:
    with notices.platform():
        holder = post.office.short_name if post.office is not None else (post.unit.name if post.unit else "")
    return f"{holder}·{policy().label('role', post.role)}"


@in_chinese
def on_post_given(post: Post, *, person: Person, actor: Actor) -> None:
    """The person; not where the platform itself sets accounts up, nor before the account is open."""
    if actor.is_system or not person.active:
        return
    since = f"自 {day(post.since)}起"
    period = f"{since}至 {day(post.until)}" if post.until else since
    notices.tell(
        "post.given", to=notices.of_person(person), actor=actor,
        params={"name": person.display_name, "post": _named(post), "period": period}, link=("MyPostsView.index", {}),
    )  # fmt: skip


@in_chinese
def on_post_ended(post: Post, *, person: Person, actor: Actor) -> None:
    """The person, with why."""
    if actor.is_system or not person.active:
        return
    params = {"name": person.display_name, "post": _named(post), "reasons": post.ended_because}
    notices.tell("post.ended", to=notices.of_person(person), actor=actor, params=params)


@in_chinese
def on_new_address(person: Person, *, address: str, agent: str, at: datetime) -> None:
    """The person himself, who alone knows whether it was he."""
    params = {
        "name": person.display_name,
        "when": cn_time(at),
        "address": address,
        "device": account.device(agent) or "未知浏览器",
    }
    notices.tell(
        "signin.new_address", to=notices.of_person(person), params=params, link=("AccountView.index", {})
    )


HEARD = (
    (applications.submitted, on_submitted),
    (applications.returned, on_returned),
    (applications.first_passed, on_first_passed),
    (applications.passed_without_paper, on_passed_online),
    (applications.ineligible, on_ineligible),
    (applications.refused, on_refused),
    (applications.approved, on_approved),
    (badges.issued, on_issued),
    (badges.amended, on_amended),
    (surveys.urged, on_urged),
    (tenancy.post_given, on_post_given),
    (tenancy.post_ended, on_post_ended),
    (signing.new_address, on_new_address),
)


def connect() -> None:
    """Listen (idempotent)."""
    for signal, receiver in HEARD:
        signal.connect(receiver)
