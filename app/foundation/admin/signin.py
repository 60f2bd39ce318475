"""Signing in by form and by token, limited per account and, more loosely, per address."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, flash, g, redirect, request
from flask_appbuilder import expose
from flask_appbuilder.const import API_SECURITY_PROVIDER_DB
from flask_appbuilder.security.api import SecurityApi
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_jwt_extended import create_access_token, create_refresh_token
from flask_login import login_user
from limits import parse


def count_attempt(username: str) -> None:
    """Count one attempt against the account and the address; past either limit the answer is 429."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    limiter = current_app.appbuilder.sm.limiter.limiter  # type: ignore[attr-defined]
    config = current_app.config
    account = parse(config["AUTH_RATE_LIMIT"])
    address = parse(config["AUTH_RATE_LIMIT_ADDRESS"])
    within = limiter.hit(account, "sign-in", "account", username.strip().lower()[:128])
    if not limiter.hit(address, "sign-in", "address", request.remote_addr or "") or not within:
        abort(429)


class SignInView(AuthDBView):
    """The sign-in page. A wrong name and a wrong password get the same answer."""

    public = True
    title = _l("登录")
    invalid_login_message = _l("用户名或密码不正确，请核对后重新登录。忘记密码的，请联系本机构系统管理岗。")

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        if g.user is not None and g.user.is_authenticated:
            return redirect(self._get_safe_next_url())
        form = LoginForm_db()
        if request.method == "POST":
            count_attempt(form.username.data or "")
        if form.validate_on_submit():
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user:
                login_user(user, remember=False)
                return redirect(get_safe_redirect(request.args.get("next", "")))
            flash(str(self.invalid_login_message), "danger")
            return self._page(form), 401
        return self._page(form), (200 if request.method == "GET" else 422)

    def _page(self, form: Any) -> Any:
        return self.render_template(
            self.login_template, title=self.title, form=form, appbuilder=self.appbuilder
        )

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        return super().logout()


class TokenApi(SecurityApi):
    """Bearer tokens for other systems."""

    public = True

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Exchange a username and password for an access token
        ---
        post:
          description: Sign in and get an access token
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [username, password, provider]
                  properties:
                    username: {type: string}
                    password: {type: string}
                    provider: {type: string, enum: [db]}
                    refresh: {type: boolean}
          responses:
            200:
              description: Signed in
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token: {type: string}
                      refresh_token: {type: string}
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            429:
              description: Too many attempts
        """
        payload = request.get_json(silent=True)
        if not isinstance(payload, dict):
            return self.response_400(message=_("请求正文须为 JSON 对象。"))
        for field in ("username", "password"):
            value = payload.get(field)
            if not isinstance(value, str) or not value or "\x00" in value:
                return self.response_400(message=_("%(field)s：必填，须为文字。", field=field))
        if payload.get("provider", API_SECURITY_PROVIDER_DB) != API_SECURITY_PROVIDER_DB:
            return self.response_400(message=_("provider：只支持 db。"))
        count_attempt(payload["username"])
        user = self.appbuilder.sm.auth_user_db(payload["username"], payload["password"])
        if not user:
            return self.response(401, message=_("用户名或密码不正确。"))
        answer = {"access_token": create_access_token(identity=str(user.id), fresh=True)}
        if payload.get("refresh"):
            answer["refresh_token"] = create_refresh_token(identity=str(user.id))
        return self.response(200, **answer)
