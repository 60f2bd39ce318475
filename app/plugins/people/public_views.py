"""Where a person with a code comes in: public, limited, and silent about which accounts exist."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.admin.views import PublicView, expose
from app.foundation.database import transaction
from app.foundation.signing import throttle
from app.foundation.signing.rules import rules_of
from app.kernel.errors import N_, Finding
from app.plugins.people import service

LONGEST = {"username": 64, "code": 64, "password": 200, "again": 200}


class InvitationView(PublicView):
    """``/invitation/``: user name, code and a password of one's own."""

    route_base = "/invitation"
    default_view = "index"

    @expose("/")
    def index(self) -> Response:
        """The form."""
        return self._page("", (), 200)

    @expose("/", methods=["POST"])
    def accept(self) -> Any:
        """Open the account. Whatever is wrong with name or code gets one answer.

        Raises:
            TooManyRequests: past the limit of the address or the name.
        """
        typed = {name: request.form.get(name, "") for name in LONGEST}
        username = typed["username"].strip()
        limits = service.limits()
        throttle.limit("invitation:address", request.remote_addr or "", limits.per_address)
        throttle.limit("invitation:account", username.casefold(), limits.per_account)
        findings = _unreadable(typed)
        if findings:
            return self._page(username, findings, 422)
        with access.acting_as(access.system(service.TASK, over=access.EVERYWHERE)), transaction():
            outcome = service.accept(username, typed["code"], typed["password"])
        if outcome.person is None:
            return self._page(username, outcome.findings or (_refused(),), 422)
        flash(_("密码已设置，账号已启用。请用新密码登录。"), "success")
        return redirect(url_for("SignInView.login"))

    def _page(self, username: str, findings: Any, status: int) -> Response:
        page = self.render_template(
            "people/accept.html",
            username=username[: LONGEST["username"]],
            findings=list(findings),
            password_hint=_hint(),
        )
        response = make_response(page, status)
        response.headers["Cache-Control"] = "no-store"
        return response


def _unreadable(typed: dict[str, str]) -> list[Finding]:
    """What is wrong whoever it is: empty fields, far too long ones, two different passwords."""
    found = []
    for name, longest in LONGEST.items():
        if not typed[name].strip():
            found.append(Finding(name, N_("请填写此项。"), code="missing"))
        elif len(typed[name]) > longest:
            found.append(Finding(name, N_("内容过长，请核对后重新填写。"), code="too-long"))
    if not found and typed["password"] != typed["again"]:
        found.append(Finding("again", N_("两次填写的密码不一致，请重新填写。"), code="mismatch"))
    return found


def _hint() -> str:
    rules = rules_of(current_app).password
    return str(
        _(
            "至少 %(n)s 位，含大写字母、小写字母、数字、其他字符中的 %(classes)s 类，不含用户名和姓名。",
            n=rules.length,
            classes=rules.classes,
        )
    )


def _refused() -> Finding:
    return Finding(
        "code",
        N_(
            "用户名或者启用码不正确，或者启用码已经失效。请核对后重试；仍不能启用的，请联系签发通知的系统管理岗重新签发。"
        ),
        code="invitation-refused",
    )
