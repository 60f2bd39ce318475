"""Which ways lead out of the platform: read from the settings at the start, refused where they are unsafe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app

from app.foundation.notices import bounces, mail
from app.foundation.notices.bounces import BounceSource
from app.foundation.notices.https import local
from app.foundation.notices.outcomes import Outcome
from app.foundation.notices.sms import JsonGateway, TencentGateway, Text
from app.foundation.notices.smtp import SmtpPort

_KEY = "bianban.notices.ports"
SCHEMES = {"smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}


class PortError(RuntimeError):
    """A way out is wrongly or unsafely set up; the start stops and names the variable, never its value."""


class MailPort(Protocol):
    """What sends mails."""

    @property
    def offline(self) -> bool:
        """Nothing leaves: what would be sent is stored for reading in the app."""

    @property
    def sender(self) -> str:
        """The address mails come from."""

    def send(self, message: EmailMessage, to: str) -> Outcome:
        """Hand one message over."""


class SmsPort(Protocol):
    """What sends texts."""

    @property
    def offline(self) -> bool:
        """Nothing leaves: what would be sent is stored for reading in the app."""

    def send(self, text: Text) -> Outcome:
        """Hand one text over."""


@dataclass(frozen=True)
class Offline:
    """Nothing leaves the platform."""

    sender: str = "noreply@bianban.invalid"
    offline: bool = True

    def send(self, *_what: Any) -> Outcome:
        """Never asked: what would be sent is stored when it is told.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError("offline: nothing is sent")


@dataclass
class Ports:
    """The ways of one app; tests put others in their place."""

    mail: MailPort
    sms: SmsPort
    bounces: BounceSource | None = None


def init_app(app: Flask) -> None:
    """Read the settings.

    Raises:
        PortError: unknown, incomplete or unsafe.
    """
    app.extensions[_KEY] = read(app.config)


def ports() -> Ports:
    """The ways of this app."""
    found: Ports = current_app.extensions[_KEY]
    return found


def read(settings: Mapping[str, Any]) -> Ports:
    """See ``init_app``."""
    return Ports(_mail(settings), _sms(settings), _bounces(settings))


def _mail(settings: Mapping[str, Any]) -> MailPort:
    url = str(settings.get("SMTP_URL", ""))
    if not url:
        return Offline()
    parts, sender = urlsplit(url), str(settings.get("MAIL_FROM", ""))
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise PortError("BIANBAN_SMTP_URL: smtps://, smtp+starttls:// or smtp:// with a host")
    if not mail.well_formed(sender):
        raise PortError("BIANBAN_MAIL_FROM: the address mails come from")
    security, port = SCHEMES[parts.scheme]
    if security == "none" and not local(parts.hostname):
        raise PortError(
            "BIANBAN_SMTP_URL: without TLS only to this machine; use smtps:// or smtp+starttls://"
        )
    if bool(parts.username) != bool(parts.password):
        raise PortError("BIANBAN_SMTP_URL: user name and password come together")
    return SmtpPort(
        parts.hostname, parts.port or port, security, sender, unquote(parts.username or ""),
        unquote(parts.password or ""), cafile=settings.get("OUTGOING_CA") or None,
    )  # fmt: skip


def _sms(settings: Mapping[str, Any]) -> SmsPort:
    kind = str(settings.get("SMS_GATEWAY", ""))
    cafile = settings.get("OUTGOING_CA") or None
    if not kind:
        return Offline()
    if kind == "json":
        url = str(settings.get("SMS_URL", ""))
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and local(parts.hostname or "")):
            raise PortError("BIANBAN_SMS_URL: https://, or http:// to this machine")
        return JsonGateway(url, str(settings.get("SMS_TOKEN", "")), cafile=cafile)
    if kind != "tencent":
        raise PortError("BIANBAN_SMS_GATEWAY: json or tencent")
    wanted = {
        name: str(settings.get(f"SMS_{name}", "")) for name in ("SECRET_ID", "SECRET_KEY", "APP_ID", "SIGN")
    }
    missing = [f"BIANBAN_SMS_{name}" for name, value in wanted.items() if not value]
    if missing:
        raise PortError(f"{', '.join(missing)}: needed for Tencent Cloud SMS")
    return TencentGateway(
        wanted["SECRET_ID"], wanted["SECRET_KEY"], wanted["APP_ID"], wanted["SIGN"],
        _templates(str(settings.get("SMS_TEMPLATES", ""))),
        region=str(settings.get("SMS_REGION") or "ap-guangzhou"), cafile=cafile,
    )  # fmt: skip


def _templates(raw: str) -> dict[str, str]:
    try:
        found = json.loads(raw)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) and value for value in found.values()):
        raise PortError('BIANBAN_SMS_TEMPLATES: {"badge.issued": "123456", …}')
    return found


def _bounces(settings: Mapping[str, Any]) -> BounceSource | None:
    url = str(settings.get("BOUNCES_URL", ""))
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme == "maildir" and parts.path:
        return bounces.Maildir(unquote(parts.path))
    if parts.scheme == "imaps" and parts.hostname and parts.username and parts.password:
        return bounces.Imap(
            parts.hostname, parts.port or 993, unquote(parts.username), unquote(parts.password),
            unquote(parts.path.strip("/")) or "INBOX", cafile=settings.get("OUTGOING_CA") or None,
        )  # fmt: skip
    raise PortError("BIANBAN_BOUNCES_URL: maildir:///folder or imaps://user:password@host/mailbox")
