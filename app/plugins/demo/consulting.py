"""The demo's opinions, an office's own guidance and a reviewer's evidence, by the verbs people use."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import select

from app.foundation import access, clock
from app.foundation.access import Actor
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Office
from app.plugins.applications import service as applications
from app.plugins.applications.models import Application
from app.plugins.demo.cast import Cast, moment
from app.plugins.demo.filings import PDF
from app.plugins.opinions import queries, service
from app.plugins.opinions.models import Consultation

CITY = "0.43.07."
GUIDANCE = {
    2: "机构改革已经印发“三定”规定的，以“三定”规定为准；尚未印发的，以原批准文件为准。",
    4: "网站名称应当能看出地域和单位；与区县（市）同名机构容易混淆的，名称前加“常德”或者“常德市”。",
}


@dataclass(frozen=True)
class Asked:
    """One question: about which website, when, and what was answered when."""

    site: str
    on: date
    question: str
    answer: str = ""
    words: str = ""
    answered_on: date | None = None


QUESTIONS = (
    Asked(
        "常德住房和城乡建设网", date(2014, 11, 13), "请就该网站与市政府门户网站的信息共享安排提出意见。",
        "agree", "已接入市政府门户网站信息报送系统。", date(2014, 11, 14),
    ),
    Asked(
        "常德交警网", date(2014, 11, 14), "该单位是否有必要在主管部门网站之外单独建设网站。",
        "object", "违法查询等服务建议并入常德公安网，避免重复建设。", date(2014, 11, 18),
    ),
    Asked("常德环境保护网", date(2014, 11, 20), "请核对该网站服务器是否在市政务云内，IP地址与登记是否一致。"),
    Asked("武陵教育网", date(2014, 11, 20), "该网站能否利用区政府网站平台建设，请提出意见。"),
)  # fmt: skip


def _act(actor: Actor, on: date, hour: int) -> AbstractContextManager[Any]:
    stack = ExitStack()
    stack.enter_context(clock.at(moment(on, hour)))
    stack.enter_context(access.acting_as(actor))
    stack.enter_context(transaction())
    return stack


def _look(query: Any) -> Any:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return db.session.scalars(query).one()


def _ask(one: Asked, cast: Cast) -> None:
    application = _look(select(Application).where(Application.site_name == one.site))
    desk = _look(select(Office).where(Office.path == f"{application.review_path}egov."))
    pk = application.id
    reviewer = cast.office("reviewer", application)
    with _act(reviewer, one.on, 11):
        row = service.ask(
            db.session.scalars(select(Application).where(Application.id == pk)).one(),
            desk,
            one.question,
            actor=reviewer,
        )
        db.session.flush()
        asked = row.id
    if one.answered_on is not None:
        answerer = cast.at("egov", desk.path)
        with _act(answerer, one.answered_on, 15):
            service.answer(queries.get(asked), one.answer, one.words, actor=answerer)


def load(cast: Cast) -> int:
    """Ask, answer, write the city's guidance and attach one file; returns how many questions."""
    head, city = cast.at("head", CITY), _look(select(Office).where(Office.path == CITY))
    with _act(head, date(2014, 11, 12), 9):
        for number, text in GUIDANCE.items():
            applications.write_checkpoint(city, number, text, actor=head)
    for one in QUESTIONS:
        _ask(one, cast)
    reviewer = cast.at("reviewer", CITY)
    with _act(reviewer, date(2014, 11, 20), 14):
        row = db.session.scalars(select(Application).where(Application.site_name == "常德环境保护网")).one()
        applications.attach_evidence(row, 2, BytesIO(PDF), "批准文件摘页.pdf", actor=reviewer)
    return len(_all())


def _all() -> list[int]:
    with access.acting_as(access.system("demo", over=access.EVERYWHERE)):
        return list(db.session.scalars(select(Consultation.id)))
