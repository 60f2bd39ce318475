"""Bearer tokens for other systems: each belongs to a session that can be ended."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_appbuilder import expose
from flask_appbuilder.const import API_SECURITY_PROVIDER_DB
from flask_appbuilder.security.api import SecurityApi
from flask_babel import gettext as _
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    verify_jwt_in_request,
)
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

from app.foundation.access import actors
from app.foundation.signing import entry, throttle
from app.foundation.tenancy.models import Person

TEXT_MAX = 1024


class TokenApi(SecurityApi):
    """Exchange a name, a password and a code for tokens; renew the short one."""

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
                    code:
                      type: string
                      description: Six digits or a recovery code, where a second factor is enrolled
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
            403:
              $ref: '#/components/responses/403'
            429:
              description: Too many attempts
        """
        payload = request.get_json(silent=True)
        if not isinstance(payload, dict):
            return self.response_400(message=_("请求正文须为 JSON 对象。"))
        for field in ("username", "password", "code"):
            value = payload.get(field, "" if field == "code" else None)
            if not isinstance(value, str) or (not value and field != "code") or not _usable(value):
                return self.response_400(message=_("%(field)s：必填，须为文字。", field=field))
        if payload.get("provider", API_SECURITY_PROVIDER_DB) != API_SECURITY_PROVIDER_DB:
            return self.response_400(message=_("provider：只支持 db。"))
        throttle.count_sign_in(payload["username"])
        return self._exchange(payload)

    def _exchange(self, payload: dict[str, Any]) -> Response:
        step = entry.password_step(payload["username"], payload["password"], kind="api")
        person = step.person
        if person is None or (step.code_owed and not _code_fits(person, payload.get("code", ""))):
            return self.response(401, message=_("用户名、密码或者验证码不正确，或者登录已暂停。"))
        entry.renew_hash(person, payload["password"])
        if entry.owed(person, actors.load(person)) is not None:
            return self.response(
                403, message=_("该账号须先在网页登录，修改密码或者启用两步验证后再使用接口。")
            )
        token, _made = entry.open_session(person, kind="api", two_factor=step.code_owed)
        claims = {entry.TOKEN: token}
        identity = str(person.id)
        answer = {
            "access_token": create_access_token(identity=identity, fresh=True, additional_claims=claims)
        }
        if payload.get("refresh"):
            answer["refresh_token"] = create_refresh_token(identity=identity, additional_claims=claims)
        return self.response(200, **answer)

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """Exchange a refresh token for a new access token
        ---
        post:
          description: Get a new access token of the same session
          responses:
            200:
              description: Renewed
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token: {type: string}
            401:
              $ref: '#/components/responses/401'
          security:
            - jwt_refresh: []
        """
        try:
            verify_jwt_in_request(refresh=True)
        except (JWTExtendedException, PyJWTError):
            return self.response_401()
        claims = {entry.TOKEN: get_jwt()[entry.TOKEN]}
        token = create_access_token(identity=get_jwt_identity(), fresh=False, additional_claims=claims)
        return self.response(200, access_token=token)


def _usable(value: str) -> bool:
    return "\x00" not in value and len(value) <= TEXT_MAX


def _code_fits(person: Person, code: str) -> bool:
    """A code left out is a wrong one: whoever tries passwords leaves a line in the log and is paused."""
    return entry.code_step(person, code, kind="api")
