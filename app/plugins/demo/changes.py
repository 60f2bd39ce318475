"""Websites of the demo that ask for a change of what their badge says, and handlers who gave way to others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.plugins.applications import service
from app.plugins.applications.models import Application
from app.plugins.demo.cast import Cast, moment
from app.plugins.demo.filings import PDF, cases, identity_number

SERIAL = 801  # past those of the applications themselves: nobody stands for two people


def load(cast: Cast) -> int:
    """Begin every change and let every handler change; returns how many changes there are."""
    told = cases()
    for case in told["changes"]:
        _change(case, cast)
    for serial, case in enumerate(told["handlers"], start=SERIAL):
        _hand_over(case, cast, serial)
    return len(told["changes"])


def _last(site_name: str) -> Application:
    query = select(Application).where(Application.site_name == site_name).order_by(Application.id.desc())
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return db.session.scalars(query.limit(1)).one()


@contextmanager
def _as(actor: Actor, day: date, hour: int) -> Iterator[None]:
    with clock.at(moment(day, hour)), access.acting_as(actor), transaction():
        yield


def _row(pk: int) -> Application:
    return db.session.scalars(select(Application).where(Application.id == pk)).one()


def _change(case: dict[str, Any], cast: Cast) -> None:
    former = _last(case["site"])
    filer = cast.filer(former)
    with _as(filer, case["day"], 9):
        application = service.start(_row(former.id), "change", actor=filer)
        service.save(application, case["values"], actor=filer)
        service.attach(application, BytesIO(PDF), "经办人身份证明.pdf", "identity", actor=filer)
        if "site_name" in case["values"]:
            service.attach(application, BytesIO(PDF), "更名批复.pdf", "change_basis", actor=filer)
        pk = application.id
    if case["goal"] == "submitted":
        with _as(filer, case["day"], 10):
            service.submit(_row(pk), declared=True, actor=filer)


def _hand_over(case: dict[str, Any], cast: Cast, serial: int) -> None:
    application = _last(case["site"])
    filer = cast.filer(application)
    values = {
        "handler_name": case["name"],
        "handler_phone": application.handler_phone,
        "handler_mobile": str(13900000000 + serial),
        "handler_email": str(application.handler_email),
        "handler_id_number": identity_number(serial),
    }
    with _as(filer, case["day"], 11):
        proof = (BytesIO(PDF), "新经办人身份证明.pdf")
        service.change_handler(_row(application.id), values, case["reason"], proof=proof, actor=filer)
