"""Signing in by form: password, code, what is owed first; and out again. Every failure gets one answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import flash, g, jsonify, make_response, redirect, request, session, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_user, logout_user

from app.foundation import access
from app.foundation.admin import gate
from app.foundation.admin.errors import LOCAL_PATH, wants_json
from app.foundation.admin.memory import last_page
from app.foundation.database import transaction
from app.foundation.signing import entry, factors, own, sessions, throttle
from app.foundation.tenancy.models import Person
from app.kernel.errors import Finding, Invalid, Refusal

KEPT = ("locale",)
ENDED = {
    "timed_out": _l("长时间没有操作或者已到最长登录时间，系统已自动退出，请重新登录。"),
    "forced": _l("这次登录已被强制退出。如有疑问，请联系本机构安全管理岗。"),
    "password": _l("密码已经修改，请用新密码重新登录。"),
    "disabled": _l("登录状态已失效，请重新登录。"),
    "factor": _l("两步验证已经重置，请重新登录并重新启用。"),
}


def next_page(fallback: str) -> str:
    """Where ``next`` leads, when that is a page of ours."""
    wanted = request.args.get("next", "")
    try:
        parts = urlsplit(wanted)
    except ValueError:  # "http://[" is no address
        return fallback
    if parts.netloc == request.host and parts.scheme in {"http", "https"}:
        wanted = parts.path + (f"?{parts.query}" if parts.query else "")
    return wanted if LOCAL_PATH.match(wanted) and wanted.isprintable() else fallback


class SignInView(AuthDBView):
    """The sign-in pages. A wrong name, a wrong password and a paused account get the same answer."""

    public = True
    title = _l("登录")
    invalid_login_message = _l(
        "用户名或密码不正确，或者登录已暂停，请核对后重新登录。连续多次不正确的，暂停登录一段时间。忘记密码的，请联系本机构系统管理岗。"
    )

    # -- password, then code -------------------------------------------------------------------------------

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        """Name and password."""
        if g.user is not None and g.user.is_authenticated:
            return redirect(self._after())
        form = LoginForm_db()
        if request.method == "POST":
            throttle.count_sign_in(form.username.data or "")
        if not form.validate_on_submit():
            return self._page(form), (200 if request.method == "GET" else 422)
        password = form.password.data or ""
        step = entry.password_step(form.username.data or "", password)
        if step.person is None:
            flash(str(self.invalid_login_message), "danger")
            return self._page(form), 401
        entry.renew_hash(step.person, password)
        if step.code_owed:
            _clear()
            entry.remember_half(step.person)
            return redirect(_with_next(".code"))
        return self._enter(step.person)

    @expose("/login/code", methods=["GET", "POST"])
    @no_cache
    def code(self) -> Any:
        """Six digits, or a recovery code."""
        person = entry.half()
        if person is None:
            entry.forget_half()
            flash(_("请先输入用户名和密码。"), "warning")
            return redirect(_with_next(".login"))
        if request.method == "GET":
            return self._render("code")
        throttle.count_sign_in(person.username)
        if entry.code_step(person, request.form.get("code", "")):
            return self._enter(person, two_factor=True)
        findings = (factors.WrongCode().finding(),)
        return self._render("code", findings=findings), 401

    def _enter(self, person: Person, *, two_factor: bool = False) -> Any:
        """A new session under a new id; nothing of the anonymous one stays."""
        token, made = entry.open_session(person, two_factor=two_factor)
        _clear()
        login_user(person, remember=False)
        session[entry.TOKEN] = token
        return redirect(url_for(gate.PAGES[made.pending]) if made.pending else self._after())

    def _after(self) -> str:
        return next_page(str(self.appbuilder.get_url_for_index))

    def _page(self, form: Any) -> Any:
        ended = ENDED.get(g.get("session_refused", ""), "")
        if g.get("session_refused"):
            _clear()
        return self.render_template(
            self.login_template, title=self.title, form=form, appbuilder=self.appbuilder, ended=ended
        )

    def _render(self, page: str, **shown: Any) -> Any:
        return self.render_template(f"bianban/signing/{page}.html", **shown)

    # -- what is owed before anything else -----------------------------------------------------------------

    @expose("/login/password", methods=["GET", "POST"])
    @no_cache
    def change(self) -> Any:
        """Choose a new password: at the first sign-in, or when the old one is too old."""
        held = gate.held()
        findings: tuple[Finding, ...] = ()
        if held is None:
            return redirect(url_for(".login"))
        if held.pending != "password":
            return redirect(self._after())
        if request.method == "POST":
            try:
                own.change_password(g.user, request.form, held.id, forced=True)
            except Invalid as invalid:
                findings = invalid.findings
            else:
                flash(_("密码已修改。"), "success")
                return redirect(self._after())
        page = self._render("change", findings=findings, rules=own.password_rules())
        return make_response(page, 422 if findings else 200)

    @expose("/login/factor", methods=["GET", "POST"])
    @no_cache
    def enrol(self) -> Any:
        """Put the secret into an authenticator and prove it with a code."""
        held = gate.held()
        if held is None:
            return redirect(url_for(".login"))
        if held.pending != "factor":
            return redirect(self._after())
        if request.method == "POST":
            try:
                codes = own.confirm_factor(g.user, request.form.get("code", ""), held.id)
            except Refusal as refusal:
                shown = own.offer_factor(g.user, held.id)
                return self._render("enrol", offer=shown, findings=(refusal.finding("code"),)), 422
            return self._render("recovery", codes=codes, onward=self._after())
        return self._render("enrol", offer=own.offer_factor(g.user, held.id), findings=())

    # -- staying and leaving -------------------------------------------------------------------------------

    @expose("/login/stay", methods=["GET", "POST"])
    @no_cache
    def stay(self) -> Any:
        """How long the session still lasts; by POST it is also kept."""
        held = gate.held()
        if held is None:
            response = jsonify(message=_("登录已经结束，请重新登录。"), seconds=0, last=0)
            response.status_code = 401
            return response if wants_json() else redirect(url_for(".login"))
        if request.method == "POST":
            sessions.keep(held.id)
            g.sign_in_session = sessions.fresh(held)
        if not wants_json():
            return redirect(last_page() or self._after())
        times = gate.session_clock() or {}
        return jsonify(seconds=times.get("seconds", 0), last=times.get("last", 0))

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End the session here and in the record."""
        held = gate.held()
        if held is not None:
            with access.acting_as(access.system("sign-out", over=access.EVERYWHERE)), transaction(aside=True):
                sessions.sign_out(held.id)
        logout_user()
        _clear()
        return redirect(str(self.appbuilder.get_url_for_index))


def _with_next(endpoint: str) -> str:
    """The next step, which keeps in mind where it all leads."""
    wanted = request.args.get("next")
    return url_for(endpoint, next=wanted) if wanted else url_for(endpoint)


def _clear() -> None:
    """Empty the cookie of everything but the reader's language."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
