"""What the host wires: the events, the ways out, and the jobs that use them."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.foundation import jobs
from app.foundation.notices import models
from app.foundation.notices.catalogue import init_app as read_events
from app.foundation.notices.digest import send_digests
from app.foundation.notices.ports import init_app as open_ports
from app.foundation.notices.reminding import remind
from app.foundation.notices.returns import read_returns
from app.foundation.notices.sending import ATTEMPTS, send_mail, send_sms
from app.foundation.notices.telling import MAIL_JOB, SMS_JOB

__all__ = ["init_app", "models"]


def init_app(app: Flask) -> None:
    """Read the events and the ways out; declare the jobs.

    Raises:
        ShapeError, PortError: the start stops and says what is wrong.
    """
    read_events(app)
    open_ports(app)
    for kind in (
        jobs.Kind(
            name=MAIL_JOB, title=_l("发送邮件"), run=send_mail, queue="mail", attempts=ATTEMPTS, lease=300
        ),
        jobs.Kind(
            name=SMS_JOB, title=_l("发送短信"), run=send_sms, queue="sms", attempts=ATTEMPTS, lease=300
        ),
        jobs.Kind(
            name="notices.returns",
            title=_l("读取退信"),
            run=read_returns,
            queue="mail",
            attempts=3,
            lease=300,
        ),
        jobs.Kind(
            name="notices.reminders",
            title=_l("期限提醒"),
            run=remind,
            queue="schedule",
            attempts=5,
            lease=300,
        ),
        jobs.Kind(
            name="notices.digest", title=_l("每日汇总"), run=send_digests, queue="work", attempts=3, lease=300
        ),
    ):
        jobs.declare(app, kind)
