"""我的账号: one's own password, second factor and sessions; nobody else's."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import gate
from app.foundation.admin.targets import Row
from app.foundation.admin.views import SignedInView, expose, has_access
from app.foundation.database import transaction
from app.foundation.signing import factors, own, passwords, sessions
from app.foundation.signing.models import SignInSession
from app.kernel.errors import Finding, Invalid, Refusal
from app.plugins.account import labels


class AccountView(SignedInView):
    """Everybody's own account; every row is found by the signed-in person's id, never by one that was sent."""

    route_base = "/account"
    default_view = "index"
    targets = {"pk": Row(SignInSession, enough=False)}

    @expose("/")
    @has_access
    def index(self) -> str:
        """The account at a glance."""
        return self._index()

    def _index(self, findings: tuple[Finding, ...] = (), asked: str = "") -> str:
        actor = current_actor()
        return self.render_template(
            "account/account.html",
            person=g.user,
            posts=[f"{post.holder}·{access.policy().label('role', post.role)}" for post in actor.posts],
            factor=factors.state(g.user.id),
            factor_required=factors.required(actor),
            expires_on=passwords.expires_on(g.user),
            expired=passwords.expired(g.user),
            sessions=sessions.own(g.user.id),
            here=self._here(),
            device=labels.device,
            kinds=labels.KIND,
            findings=findings,
            asked=asked,
        )

    def _here(self) -> int:
        held = gate.held()
        return held.id if held is not None else 0

    @expose("/password", methods=["GET", "POST"])
    @has_access
    def password(self) -> Any:
        """Change the password; other sessions end."""
        findings: tuple[Finding, ...] = ()
        if request.method == "POST":
            try:
                own.change_password(g.user, request.form, self._here())
            except Invalid as invalid:
                findings = invalid.findings
            else:
                flash(_("密码已修改，其他会话已经结束。"), "success")
                return redirect(url_for(".index"))
        page = self.render_template(
            "account/password.html",
            findings=findings,
            rules=own.password_rules(),
            action=url_for(".password"),
        )
        return (page, 422) if findings else page

    @expose("/factor", methods=["GET", "POST"])
    @has_access
    def factor(self) -> Any:
        """Enrol an authenticator."""
        if factors.enrolled(g.user.id):
            flash(_("已经启用两步验证。更换手机的，请先停用再重新启用。"), "info")
            return redirect(url_for(".index"))
        findings: tuple[Finding, ...] = ()
        if request.method == "POST":
            try:
                own.ensure_password(g.user, request.form.get("current", ""))
                codes = own.confirm_factor(g.user, request.form.get("code", ""), self._here())
            except Refusal as refusal:
                findings = _of(refusal, "code")
            else:
                return self._codes(codes)
        page = self.render_template(
            "account/factor.html",
            offer=own.offer_factor(g.user, self._here()),
            findings=findings,
            action=url_for(".factor"),
            ask_password=True,
        )
        return (page, 422) if findings else page

    @expose("/factor/codes", methods=["POST"])
    @has_access
    def codes(self) -> Any:
        """New recovery codes."""
        try:
            return self._codes(own.renew_codes(g.user, request.form.get("current", "")))
        except Refusal as refusal:
            return self._index(_of(refusal), "codes"), 422

    def _codes(self, codes: list[str]) -> str:
        return self.render_template("account/codes.html", codes=codes)

    @expose("/factor/remove", methods=["POST"])
    @has_access
    def remove(self) -> Any:
        """Give the authenticator up."""
        try:
            own.remove_factor(g.user, request.form.get("current", ""), self._here())
        except Refusal as refusal:
            return self._index(_of(refusal), "remove"), 422
        flash(_("两步验证已停用。"), "success")
        return redirect(url_for(".index"))

    @expose("/sessions/<int:pk>/end", methods=["POST"])
    @has_access
    def end(self, pk: int) -> Any:
        """End one of one's own sessions."""
        with transaction():
            sessions.end_own(g.user.id, pk, actor=current_actor())
        flash(_("该会话已经结束。"), "success")
        return redirect(url_for(".index"))

    @expose("/sessions/end-others", methods=["POST"])
    @has_access
    def end_others(self) -> Any:
        """End all sessions but this one."""
        actor, here = current_actor(), self._here()
        with transaction():
            count = sessions.end_all(g.user, by=actor.name, why="forced", keep=here)
        flash(_("已结束其他会话 %(n)s 个。", n=count), "success")
        return redirect(url_for(".index"))


def _of(refusal: Refusal, field: str = "current") -> tuple[Finding, ...]:
    return refusal.findings if isinstance(refusal, Invalid) else (refusal.finding(field),)
