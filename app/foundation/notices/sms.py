"""Texts to a phone by an HTTP gateway: a plain JSON one, or Tencent Cloud SMS."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.foundation import clock
from app.foundation.notices import https, tencent
from app.foundation.notices.https import Answer, Unanswered
from app.foundation.notices.outcomes import LATER, REFUSED, SENT, Outcome, code_word

_JSON = "application/json; charset=utf-8"
BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True)
class Text:
    """One text: ``reference`` is stable, so that a gateway knows it again; ``values`` fill the provider's template."""

    to: str
    words: str
    reference: str
    event: str
    values: Sequence[str] = ()


@dataclass(frozen=True)
class JsonGateway:
    """``POST {"id", "to", "text"}`` with a bearer token; 2xx takes it, 409 took it before, 4xx refuses it for good."""

    url: str
    token: str = ""
    timeout: float = https.TIMEOUT
    cafile: str | None = None
    offline: bool = False

    def send(self, text: Text) -> Outcome:
        """Hand one text over."""
        body = {"id": text.reference, "to": text.to, "text": text.words}
        headers = {"Content-Type": _JSON, "Idempotency-Key": text.reference}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = _asked(self.url, json.dumps(body, ensure_ascii=False).encode(), headers, self)
        if isinstance(answer, Outcome):
            return answer
        if 200 <= answer.status < 300 or answer.status == 409:
            return Outcome(SENT, detail=str(answer.status))
        if answer.status in {401, 403}:
            return Outcome(LATER, "credentials", str(answer.status))
        if answer.status in BUSY or not 400 <= answer.status < 500:
            return Outcome(LATER, "busy", str(answer.status))
        bad_number = answer.body.get("error") == "bad-number"
        return Outcome(REFUSED, "address" if bad_number else "rejected", str(answer.status))


def _asked(url: str, body: bytes, headers: Mapping[str, str], port: Any) -> Answer | Outcome:
    try:
        return https.post(url, body, headers, timeout=port.timeout, cafile=port.cafile)
    except Unanswered as error:
        return Outcome(LATER, "unanswered" if error.sent else "unreachable")


@dataclass(frozen=True)
class TencentGateway:
    """Tencent Cloud SMS, SendSms of 2021-01-11; ``templates`` says which approved template an event is sent by."""

    secret_id: str
    secret_key: str
    app_id: str
    sign_name: str
    templates: Mapping[str, str]
    region: str = "ap-guangzhou"
    url: str = "https://sms.tencentcloudapi.com/"
    timeout: float = https.TIMEOUT
    cafile: str | None = None
    offline: bool = False

    def send(self, text: Text) -> Outcome:
        """Hand one text over; an event without an approved template cannot be sent."""
        template = self.templates.get(text.event)
        if template is None:
            return Outcome(REFUSED, "template")
        body = json.dumps(
            {
                "PhoneNumberSet": [text.to],
                "SmsSdkAppId": self.app_id,
                "SignName": self.sign_name,
                "TemplateId": template,
                "TemplateParamSet": list(text.values),
                "SessionContext": text.reference,
            },
            ensure_ascii=False,
        ).encode()
        headers = tencent.headers(
            tencent.Credential(self.secret_id, self.secret_key), url=self.url, service="sms", action="SendSms",
            version="2021-01-11", region=self.region, body=body, at=int(clock.wall().timestamp()),
        )  # fmt: skip
        answer = _asked(self.url, body, headers, self)
        return answer if isinstance(answer, Outcome) else _judged(answer)


def _judged(answer: Answer) -> Outcome:
    """One number was sent to, so one status came back; or an error about the whole request."""
    response = answer.body.get("Response")
    found: Mapping[str, Any] = response if isinstance(response, dict) else {}
    error, statuses = found.get("Error"), found.get("SendStatusSet")
    if isinstance(error, dict):
        code = str(error.get("Code", ""))
    elif isinstance(statuses, list) and statuses and isinstance(statuses[0], dict):
        code = str(statuses[0].get("Code", ""))
    else:
        return Outcome(LATER, "unanswered", str(answer.status))
    if code == "Ok":
        return Outcome(SENT)
    kept = code_word(code)
    if code.startswith(("InternalError", "RequestLimitExceeded", "LimitExceeded.DeliveryFrequencyLimit")):
        return Outcome(LATER, "busy", kept)
    if code.startswith(("AuthFailure", "UnauthorizedOperation")):
        return Outcome(LATER, "credentials", kept)
    if code.startswith("LimitExceeded"):
        return Outcome(REFUSED, "limit", kept)
    if "PhoneNumber" in code:
        return Outcome(REFUSED, "address", kept)
    return Outcome(REFUSED, "template" if "Template" in code else "rejected", kept)
