"""How people read on a page, and the slip with the code."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Response, current_app, make_response, request, url_for
from flask_babel import gettext as _

from app.foundation.access import policy
from app.foundation.admin import arguments
from app.foundation.tenancy.models import Person
from app.kernel.errors import N_, Finding, Invalid, Refusal
from app.plugins.people import queries, service
from app.plugins.people.models import Invitation
from app.plugins.people.queries import Line

LAST_PAGE = 400


@dataclass(frozen=True)
class Account:
    """A person as lists show him: the posts now, in words, and the state of the account."""

    person: Person
    posts: tuple[str, ...]
    state: str
    last_sign_in: datetime | None


def account(person: Person, lines: Iterable[Line], locked: Collection[int]) -> Account:
    """Words for one person, from the lines of several."""
    held = [line for line in lines if line.post.person_id == person.id and not line.over and not line.ahead]
    return Account(
        person,
        tuple(f"{line.holder} · {role_label(line.post.role)}" for line in held),
        queries.state_of(person, person.id in locked),
        last_sign_in(person),
    )


def role_label(role: str) -> str:
    """What people call a role."""
    return policy().label("role", role)


def last_sign_in(person: Person) -> datetime | None:
    """FAB keeps naive local time in this column."""
    return person.last_login.astimezone(UTC) if person.last_login is not None else None


def page_number() -> int:
    """The page asked for, from 1.

    Raises:
        BadArgument: not a whole number.
    """
    number = arguments.key(request.args.get("page", "1").strip())
    if not number:
        raise arguments.BadArgument("page", N_("参数“%(name)s”应为不小于 1 的整数。"))
    return min(number, LAST_PAGE)


def day_of(name: str) -> date | None:
    """A posted date.

    Raises:
        Invalid: something was written that is no date.
    """
    raw = request.form.get(name, "").strip()
    if not raw:
        return None
    try:
        return date.fromisoformat(raw.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise Invalid([Finding(name, N_("日期请按“2014-11-21”填写。"), code="date-format")]) from None


def findings_of(refused: Refusal | None) -> list[Any]:
    """What was refused, as things to show beside the fields."""
    if refused is None:
        return []
    return list(refused.findings) if isinstance(refused, Invalid) else [refused.finding()]


def slip(view: Any, person: Person, invitation: Invitation, code: str) -> Response:
    """账号启用通知单 on paper, or the text of a message that nobody has sent yet; with the code, this once.

    Where mails leave the platform the code is in the mail and nowhere else.
    """
    posts = service.letter(person, invitation)
    address = current_app.config["PUBLIC_URL"].rstrip("/") + url_for("InvitationView.index")
    common = {"person": person, "invitation": invitation, "code": code, "posts": posts, "address": address}
    if invitation.way == "print":
        page = view.render_template("people/slip.html", **common)
    elif service.mailed():
        page = view.render_template("people/mailed.html", **{**common, "code": ""})
    else:
        page = view.render_template(
            "people/message.html", text=_message(person, invitation, posts, code, address), **common
        )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _message(person: Person, invitation: Invitation, posts: Any, code: str, address: str) -> str:
    listed = "\n".join(f"  {holder} · {role}" for holder, role in posts)
    return str(
        _(
            "%(name)s：\n\n您在党政机关网站审核管理平台的账号已经建立，岗位如下：\n%(posts)s\n\n"
            "请打开 %(address)s ，填写用户名和启用码，自行设置密码后登录。\n用户名：%(username)s\n启用码：%(code)s\n"
            "有效期至 %(day)s。\n\n启用码只能使用一次，请勿转告他人。如非本人，请忽略本通知并告知%(by)s。",
            name=person.display_name, posts=listed, address=address, username=person.username, code=code,
            day=f"{invitation.expires_on:%Y-%m-%d}", by=invitation.issued_by,
        )
    )  # fmt: skip
