"""Error pages: every "no" says what happened, which rule says so, what to do and who can help."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.foundation import access
from app.foundation.admin import access_map
from app.foundation.admin.addresses import current_view
from app.foundation.admin.edge import MEGABYTE
from app.foundation.admin.filters import field_of, source_of, words
from app.kernel.errors import Invalid, Refusal


@dataclass(frozen=True)
class Notice:
    """What an error page says: a title, what happened, what to do."""

    title: Any
    message: Any
    advice: tuple[Any, ...] = ()
    source: str = ""
    code: str = ""
    field: str | None = None
    findings: tuple[Any, ...] = ()
    reasons: tuple[str, ...] = ()


_BACK = _l("用浏览器的“后退”可以找回刚才填写的内容，核对后重新提交。")
_ADMIN = _l("确应由您办理的，请联系本机构系统管理岗核对岗位和管辖范围。")
_DESK = _l("请从菜单或“我的工作台”重新进入。")

NOTICES: Mapping[int, Notice] = {
    400: Notice(
        _l("请求有误"), _l("提交的内容不完整或者格式不对，系统没有受理，也没有写入任何内容。"), (_BACK,)
    ),
    401: Notice(_l("请先登录"), _l("此页面须登录后查看。"), (_l("登录后将回到此页面。"),)),
    403: Notice(_l("不能办理"), _l("您的岗位不能查看或者办理此事项。"), (_ADMIN,)),
    404: Notice(
        _l("没有找到"),
        _l("网址有误，或者该事项不在您的管辖范围内。"),
        (_l("请核对网址；从他人处得到的链接，请向对方确认是否为本机构管辖的事项。"), _DESK, _ADMIN),
    ),
    405: Notice(
        _l("此网址不能直接打开"),
        _l("这是提交表单用的网址，不能直接打开或者刷新。"),
        (_l("如刚提交过，请回到列表查看是否已经办成，不要重复提交。"), _DESK),
    ),
    409: Notice(
        _l("状态已经变化"),
        _l("他人已先行办理，此步骤与现在的状态不符，系统没有写入任何内容。"),
        (_l("请返回并刷新页面，查看最新状态和经过后再办理。"),),
    ),
    413: Notice(_l("文件过大"), _l("提交的内容超过了大小限制，系统没有受理。"), (_BACK,)),
    422: Notice(_l("未能办理"), _l("填报内容不符合规定，系统没有写入任何内容。"), (_BACK,)),
    429: Notice(
        _l("操作过于频繁"),
        _l("短时间内从您所在的网络提交、查询的次数过多，系统暂不受理，本次没有写入任何内容。"),
        (
            _l("请稍候片刻再试，同一网络的其他人也计算在内。"),
            _l("忘记密码的，请联系本机构系统管理岗，不要反复尝试。"),
            _l("核验标识的，可以扫标识上的二维码或者直接打开标识所链接的页面，不受此限。"),
        ),
    ),
    500: Notice(
        _l("系统出现故障"),
        _l("故障已经记录，本次操作没有完成。"),
        (
            _l("请先回到列表核对状态，确认没有办成再重新办理。"),
            _l("反复出现的，请将错误编号告知系统管理岗。"),
        ),
    ),
    503: Notice(
        _l("暂时不能办理"),
        _l("系统正在维护或者暂时不可用。"),
        (_l("请稍候片刻再试，已保存的内容不受影响。"),),
    ),
}
# "//evil.example" and "/\\evil.example" look like paths and lead elsewhere.
LOCAL_PATH = re.compile(r"/(?![/\\])")
WHY = "WhyView.index"
_EXPIRED = Notice(
    _l("页面已过期"),
    _l("页面打开时间过长，或者登录状态已经变化。系统没有受理本次提交，也没有写入任何内容。"),
    (_l("用浏览器的“后退”回到填写页，先保留所填内容，刷新页面后再提交。"),),
    code="csrf",
)


def register(app: Flask) -> None:
    """Answer refusals, HTTP errors and faults with our pages, or with JSON where a program is asking."""
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(CSRFError, on_expired)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(500, on_fault)


def on_refusal(error: Refusal) -> Response:
    """A rule said no, and no form caught it."""
    base = NOTICES.get(error.status, NOTICES[422])
    advice = base.advice
    if getattr(error, "help", ""):
        advice = (error.help, *advice)  # type: ignore[attr-defined]
    return answer(
        error.status,
        replace(
            base,
            message=words(error),
            advice=advice,
            source=error.source,
            code=error.code,
            field=error.field,
            findings=error.findings if isinstance(error, Invalid) else (),
            reasons=_reasons(error),
        ),
    )


def on_expired(_error: CSRFError) -> Response:
    """A form whose token no longer holds."""
    return answer(400, _EXPIRED)


def on_http(error: HTTPException) -> Any:
    """What Flask or a view aborted with; redirects and ready answers pass."""
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    if status >= 500:
        return on_fault(error)
    notice = NOTICES.get(status, NOTICES[400])
    if status == 403:
        notice = _explained(notice)
    if status == 413:
        limit = (g.get("size_limit") or current_app.config.get("MAX_CONTENT_LENGTH") or 0) // MEGABYTE
        if limit:
            notice = replace(notice, message=_("一次提交不得超过 %(n)s MB，系统没有受理。", n=limit))
    if status == 429 and (seconds := getattr(error, "retry_after", None)):
        minutes = max(1, -(-int(seconds) // 60))
        first = _("请 %(n)s 分钟后再试，此前重试不受理；同一网络的其他人也计算在内。", n=minutes)
        notice = replace(notice, advice=(first, *notice.advice[1:]))
    response = answer(status, notice)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def on_fault(error: HTTPException) -> Response:
    """A fault of ours: it gets a number that people can quote. Nothing here touches the database."""
    status = error.code if error.code in {501, 502, 503, 504} else 500
    number = secrets.token_hex(4).upper()
    rule = (
        request.url_rule.rule if request.url_rule is not None else "-"
    )  # an address may hold what somebody typed
    current_app.logger.error("错误编号 %s：%s %s", number, request.method, rule)
    notice = NOTICES[503] if status == 503 else NOTICES[500]
    if wants_json():
        return _json(int(status), replace(notice, code=f"fault-{number}"))
    template = current_app.jinja_env.get_template("bianban/error.html")
    page = template.render(
        layout="bianban/public.html", status=status, notice=notice, number=number, drill=g.get("drill_clock")
    )
    return make_response(page, int(status))


def answer(status: int, notice: Notice) -> Response:
    """The page, or JSON where a program is asking."""
    if wants_json():
        return _json(status, notice)
    signed_in = access.current_actor().person_id is not None
    page = render_template(
        "bianban/error.html",
        layout="bianban/page.html" if signed_in else "bianban/public.html",
        status=status,
        notice=notice,
        back=_back(),
        signed_in=signed_in,
        why=_why(status) if signed_in else "",
    )
    return make_response(page, status)


def _why(status: int) -> str:
    """Where 「为什么」 answers for this very address; the link says what was asked for and nothing of any row."""
    if status not in {403, 404} or WHY not in current_app.view_functions:
        return ""
    return url_for(WHY, what=request.path)


def wants_json() -> bool:
    """Whether a program is asking: the API, a ``.json`` address, or a client that prefers JSON to HTML."""
    if not has_request_context():
        return False
    if request.path.startswith("/api/") or request.path.endswith(".json") or request.is_json:
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _json(status: int, notice: Notice) -> Response:
    body: dict[str, Any] = {
        "message": str(notice.message),
        "code": notice.code or str(status),
        "field": notice.field,
    }
    if notice.source:
        body["source"] = notice.source
    if notice.findings:
        body["findings"] = [
            {"field": field_of(said), "message": words(said), "source": source_of(said)}
            for said in notice.findings
        ]
    response = jsonify(body)
    response.status_code = status
    return response


def _reasons(error: Refusal) -> tuple[str, ...]:
    """For a denied act: which posts the person holds and which could do it."""
    obj, act = error.params.get("obj_key"), error.params.get("act_key")
    return _lines(str(obj), str(act)) if obj and act else ()


def _explained(notice: Notice) -> Notice:
    """A closed page says the same as a refused act: the pair that guards the method asked for is known."""
    view, method = current_view(), (request.endpoint or "").rpartition(".")[2]
    permission = getattr(getattr(view, method, None), "_permission_name", None)
    pair = (
        access_map.lookup(view.class_permission_name, access_map.PREFIX + permission) if permission else None
    )
    return replace(notice, reasons=_lines(*pair)) if pair else notice


def _lines(obj: str, act: str) -> tuple[str, ...]:
    actor = access.current_actor()
    return access.explain(actor, obj, act).lines if actor.person_id is not None else ()


def _back() -> str:
    """Where the person came from, if that was a page of ours and another one than this."""
    try:
        came = urlsplit(request.referrer or "")
    except ValueError:  # "http://[" is no address
        return ""
    if came.netloc != request.host or came.path == request.path or not LOCAL_PATH.match(came.path):
        return ""
    return came.path + (f"?{came.query}" if came.query else "")
