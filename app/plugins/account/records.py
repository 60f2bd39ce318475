"""在线会话, 登录日志 and 操作记录: for the officers who watch over an office's accounts, at their level and below."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_

from app.foundation import clock
from app.foundation.access import Actor, current_actor
from app.foundation.admin import labels as words
from app.foundation.admin.arguments import BadArgument, unseen
from app.foundation.admin.formatters import Cell
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.views import ScopedModelView, ScopedView, action, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.audit import reading
from app.foundation.audit.models import AuditEntry
from app.foundation.audit.reading import Asked
from app.foundation.signing import sessions
from app.foundation.signing.models import SignInRecord, SignInSession
from app.kernel.errors import N_
from app.plugins.account import exports, labels

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
    acts = {"export": "see"}
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
        asked, filters = self.read_list(request.args)
        order = asked.order or self.base_order
        rows = self.datamodel.page(filters, order, 0, exports.MOST, self.list_columns)
        widths = (18, 14, 14, 20, 8, 18, 40)
        columns = [(str(self.label_columns[n]), w) for n, w in zip(self.list_columns, widths, strict=True)]
        return exports.answer(kind, str(self.list_title), columns, (_line(row) for row in rows))


def _line(row: SignInRecord) -> tuple[Any, ...]:
    return (
        row.at, str(labels.OUTCOME[row.outcome][0]), row.name, row.username, str(labels.KIND[row.kind][0]),
        row.address, row.agent,
    )  # fmt: skip


class DeedView(ScopedView):
    """操作记录: the audit record by office, read through ``audit.reading``."""

    route_base = "/deeds"
    obj = "log"
    acts = {"index": "see", "export": "see"}
    targets = {"kind": exports.KINDS}
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """One page of what was done.

        Raises:
            BadArgument: a day, verb or page that is none.
        """
        actor, asked = current_actor(), _asked()
        total = reading.count(actor, asked)
        page = min(_page(), pages_of(total, PAGE) or 1)
        return self.render_template(
            "account/deeds.html",
            rows=reading.entries(actor, asked, page=page, size=PAGE),
            asked=asked,
            verbs=words.choices(words.VERB),
            tables=labels.TABLES,
            page=page,
            pages=min(pages_of(total, PAGE), PAGE_MAX),
            total=total,
        )

    @expose("/export/<kind>")
    @has_access
    def export(self, kind: str) -> Any:
        """The same as a file.

        Raises:
            NotSeen: another kind than XLSX or CSV.
        """
        if kind not in exports.KINDS:
            raise unseen()
        rows = reading.entries(current_actor(), _asked(), size=exports.MOST)
        columns = [
            (_("序号"), 8), (_("时间"), 18), (_("办理时间"), 18), (_("人员"), 14), (_("岗位"), 24), (_("操作"), 20),
            (_("对象"), 16), (_("编号"), 8), (_("理由"), 40),
        ]  # fmt: skip
        return exports.answer(kind, _("操作记录"), columns, (_deed(row) for row in rows))


def _deed(row: AuditEntry) -> tuple[Any, ...]:
    return (
        row.seq, row.wall_at, row.business_at, row.person, row.post, words.verb(row.verb),
        str(labels.TABLES.get(row.obj, row.obj)), row.object_id, row.reason,
    )  # fmt: skip


def _asked() -> Asked:
    person, verb = request.args.get("person", "").strip(), request.args.get("verb", "")
    if verb and verb not in dict(words.choices(words.VERB)):
        raise BadArgument("verb", N_("“%(name)s”不是所列的操作。"))
    return Asked(_day("since"), _day("until"), person[:80], verb)


def _day(name: str) -> date | None:
    raw = request.args.get(name, "").strip()
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise BadArgument(name, N_("“%(name)s”应为日期，例如 2026-01-31。")) from None
    if not 1900 < day.year < 9000:
        raise BadArgument(name, N_("“%(name)s”应为日期，例如 2026-01-31。"))
    return day


def _page() -> int:
    raw = request.args.get("page", "1")
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 7):
        raise BadArgument("page", N_("参数“%(name)s”应为不小于 0 的整数。"))
    return min(max(1, int(raw)), PAGE_MAX)
