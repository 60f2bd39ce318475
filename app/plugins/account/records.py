"""在线会话 and 登录日志: for the officers who watch over an office's accounts, at their level and below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import flash, redirect, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_

from app.foundation import clock
from app.foundation.access import Actor, current_actor
from app.foundation.admin.arguments import unseen
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.views import ScopedModelView, action, expose, has_access
from app.foundation.database import transaction
from app.foundation.documents.xlsx import Value
from app.foundation.signing import sessions
from app.foundation.signing.models import SignInRecord, SignInSession
from app.plugins.account import exporting, exports, labels
from app.plugins.operations.exports import answer, limit, long, wait_url

PAGE = 50
PAGE_MAX = 200


def _device(agent: str) -> Cell:
    return Cell(labels.device(agent), name="agent")


def _open(_actor: Actor) -> Any:
    return and_(SignInSession.ended_at.is_(None), SignInSession.expires_at > clock.wall())


class SessionView(ScopedModelView):
    """Who is signed in now, and signing somebody out."""

    route_base = "/sessions"
    datamodel = ScopedInterface(SignInSession, within=_open)
    obj = "session"
    acts = {"end": "end"}
    base_permissions = ["can_list", "can_show"]
    list_title = _l("在线会话")
    show_title = _l("会话")
    list_columns = ["name", "username", "kind", "address", "agent", "started_at", "seen_at"]
    show_columns = [
        "name", "username", "kind", "address", "agent", "started_at", "seen_at", "expires_at", "ends_at", "two_factor",
    ]  # fmt: skip
    label_columns = {
        "name": _l("姓名"),
        "username": _l("用户名"),
        "kind": _l("方式"),
        "address": _l("网络地址"),
        "agent": _l("浏览器"),
        "started_at": _l("登录时间"),
        "seen_at": _l("最近使用"),
        "expires_at": _l("不再使用时退出"),
        "ends_at": _l("最迟退出"),
        "two_factor": _l("两步验证"),
    }
    search_columns = ["name", "username", "address", "kind"]
    order_columns = ["started_at", "seen_at", "username"]
    base_order = ("id", "desc")
    chips = {"kind": labels.KIND}
    formatters_columns = {"agent": _device}
    list_empty = _l("现在没有人在线")
    list_hint = _l("本机构及下级机构管理的账号登录后在此列出。")

    @action("end", _l("强制下线"), _l("下一次操作时即被拒绝，没有保存的内容会丢失。确定强制下线吗？"))
    def end(self, rows: Any) -> None:
        """End the ticked sessions."""
        chosen = rows if isinstance(rows, list) else [rows]
        for row in chosen:
            sessions.force_out(row, actor=current_actor())
        flash(_("已强制下线 %(n)s 个会话。", n=len(chosen)), "success")


class SignInLogView(ScopedModelView):
    """Every sign-in and every failure, with where it came from."""

    route_base = "/sign-ins"
    datamodel = ScopedInterface(SignInRecord)
    obj = "log"
    acts = {"export": "see", "start": "see"}
    targets = {"kind": exports.KINDS}
    base_permissions = ["can_list"]
    list_template = "account/log.html"
    list_title = _l("登录日志")
    list_columns = ["at", "outcome", "name", "username", "kind", "address", "agent"]
    label_columns = {
        "at": _l("时间"),
        "outcome": _l("结果"),
        "name": _l("姓名"),
        "username": _l("用户名"),
        "kind": _l("方式"),
        "address": _l("网络地址"),
        "agent": _l("浏览器"),
    }
    search_columns = ["at", "outcome", "kind", "name", "username", "address"]
    order_columns = ["at"]
    base_order = ("id", "desc")
    chips = {"outcome": labels.OUTCOME, "kind": labels.KIND}
    formatters_columns = {"agent": _device}
    page_size = 50
    list_empty = _l("还没有登录记录")
    list_hint = _l("本机构及下级机构管理的账号每次登录、登录失败和退出都在此记录。")

    @expose("/export/<kind>")
    @has_access
    def export(self, kind: str) -> Any:
        """The rows of the list as it is filtered, as a file.

        Raises:
            NotSeen: another kind than XLSX or CSV.
        """
        if kind not in exports.KINDS:
            raise unseen()
        many = long(exports.SIGN_INS, self.counted(request.args, limit(exports.SIGN_INS).most))
        if many:
            page = exporting.offer(exports.SIGN_INS, many, "SignInLogView.start", "SignInLogView.list", kind)
            return self.render_template("operations/offer.html", **page)
        asked, filters = self.read_list(request.args)
        order, most = asked.order or self.base_order, limit(exports.SIGN_INS).direct
        rows = self.datamodel.page(filters, order, 0, most, self.list_columns)
        made = exports.written(exports.SIGN_INS, kind, map(exports.sign_in, rows))
        return answer(made.name, made.content_type, made.content)

    @expose("/export/<kind>", methods=["POST"])
    @has_access
    def start(self, kind: str) -> Any:
        """Put a long export to work.

        Raises:
            NotSeen: another kind than XLSX or CSV.
            Refusal: too many rows, or too many exports open.
        """
        if kind not in exports.KINDS:
            raise unseen()
        rows = self.counted(request.args, limit(exports.SIGN_INS).most)
        with transaction():
            exporting.put(exports.SIGN_INS, kind, rows, actor=current_actor())
        return redirect(wait_url())

    def counted(self, args: exporting.Args, most: int) -> int:
        """How many rows an address asks for, to one more than ``most``."""
        _asked, filters = self.read_list(args)
        found = self.datamodel.count(filters, most)
        return most + 1 if found.more else int(found)

    def walk(self, args: exporting.Args, size: int) -> Iterator[list[tuple[Value, ...]]]:
        """The lines an address asks for, piece by piece."""
        asked, filters = self.read_list(args)
        _column, direction = asked.order or self.base_order
        for rows in self.datamodel.walk(filters, direction, size):
            yield [exports.sign_in(row) for row in rows]
