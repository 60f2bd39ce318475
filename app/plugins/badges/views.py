"""Badges for those who work with them: the list, and one page for owner, reviewing office and registrar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin.api import ScopedApi
from app.foundation.admin.formatters import Cell, cn_date
from app.foundation.admin.interface import ScopedInterface
from app.foundation.admin.views import ScopedModelView, expose, has_access
from app.foundation.clock.views import ClockView
from app.foundation.clock.views import view as clock_view
from app.foundation.database import transaction
from app.kernel.errors import Invalid
from app.plugins.badges import public_views, queries, service, statement
from app.plugins.badges.catalogue import Ground, catalogue
from app.plugins.badges.models import Badge


def hanging(badge: Badge) -> ClockView:
    """The hanging clock as it is shown: running, hung, or stopped with the badge."""
    running = service.hanging_clock(badge)
    shown = clock_view(running, clock.today())
    if badge.hung_at is not None:
        return ClockView(str(_("已加挂")), "ok", shown.detail)
    if badge.state == "issued":
        return ClockView(str(_("待加挂 · %(left)s", left=shown.text)), shown.tone, shown.detail)
    return shown


def hanging_cell(badge: Badge) -> Cell:
    """The same in a list's cell, under a heading that says what it is."""
    shown = hanging(badge)
    if badge.hung_at is None and badge.state == "issued":
        shown = clock_view(service.hanging_clock(badge), clock.today())
    return Cell(shown.text, shown.tone, chip=True, name="hanging")


def snippet(badge: Badge) -> str:
    """The code a unit puts at the foot of every page: a plain link around our image."""
    url = public_views.public_url(badge.number)
    return (
        f'<a href="{url}" target="_blank" rel="noopener" referrerpolicy="origin">'
        f'<img src="{url}.svg" width="72" height="84" alt="党政机关网站标识 {badge.number}"></a>'
    )


def _choices(grounds: Mapping[str, Ground]) -> list[tuple[str, str]]:
    return [(code, f"{one.label}（{one.source}）") for code, one in grounds.items()]


class BadgeView(ScopedModelView):
    """Badges within one's reach."""

    route_base = "/badges"
    datamodel = ScopedInterface(Badge)
    obj = "badge"
    acts = {
        "page": "see", "hang": "hang", "revoke": "revoke", "suspend": "suspend", "resume": "suspend",
        "strike": "strike",
    }  # fmt: skip
    base_permissions = ["can_list"]
    list_title = _l("网站标识")
    list_columns = ["name", "organ_name", "number", "state", "hanging", "issued_at", "office_name"]
    label_columns = {
        "name": _l("网站"),
        "organ_name": _l("开办单位"),
        "number": _l("标识编号"),
        "state": _l("状态"),
        "hanging": _l("加挂"),
        "issued_at": _l("发放时间"),
        "office_name": _l("审核机关"),
    }
    search_columns = ["number", "organ_name", "name", "state"]
    order_columns = ["number", "organ_name", "name"]
    base_order = ("id", "desc")
    chips = {
        "state": {
            "issued": (_l("有效"), "ok"),
            "suspended": (_l("暂停"), "w"),
            "revoked": (_l("已撤销"), "r"),
        }
    }
    formatters_columns = {"hanging": hanging_cell, "issued_at": cn_date}
    list_empty = _l("还没有核发标识")
    list_hint = _l("审核通过的网站由机构编制部门报注册管理中心，核发后标识出现在这里。")

    def row_url(self, row: Badge) -> str:
        """A badge's own page."""
        return url_for("BadgeView.page", pk=row.id)

    @expose("/<int:pk>")
    @has_access
    def page(self, pk: int) -> Any:
        """One badge: what it is, what to do next, what happened."""
        return self._page(queries.get(pk))

    @expose("/<int:pk>/hang", methods=["POST"])
    @has_access
    def hang(self, pk: int) -> Any:
        """Report the badge hung."""
        with transaction():
            service.hang(queries.get(pk), actor=current_actor())
        flash(_("已登记加挂。"), "success")
        return self._back(pk)

    @expose("/<int:pk>/revoke", methods=["POST"])
    @has_access
    def revoke(self, pk: int) -> Any:
        """Decide that the badge be revoked."""
        typed = {"ground": request.form.get("ground", ""), "reason": request.form.get("reason", "")}
        try:
            with transaction():
                service.decide_revocation(queries.get(pk), **typed, actor=current_actor())
        except Invalid as invalid:
            return self._page(queries.get(pk), "revoke", list(invalid.findings), typed), 422
        flash(_("撤销决定已作出，等待注册管理中心执行。"), "success")
        return self._back(pk)

    @expose("/<int:pk>/strike", methods=["POST"])
    @has_access
    def strike(self, pk: int) -> Any:
        """Execute the decision."""
        with transaction():
            service.strike(queries.get(pk), actor=current_actor())
        flash(_("标识已撤销，核验页即时生效。"), "success")
        return self._back(pk)

    @expose("/<int:pk>/suspend", methods=["POST"])
    @has_access
    def suspend(self, pk: int) -> Any:
        """Set the badge aside."""
        typed = {"ground": request.form.get("ground", ""), "reason": request.form.get("reason", "")}
        try:
            with transaction():
                service.suspend(queries.get(pk), **typed, actor=current_actor())
        except Invalid as invalid:
            return self._page(queries.get(pk), "suspend", list(invalid.findings), typed), 422
        flash(_("标识已暂停，核验页即时生效。"), "success")
        return self._back(pk)

    @expose("/<int:pk>/resume", methods=["POST"])
    @has_access
    def resume(self, pk: int) -> Any:
        """Take the badge up again."""
        typed = {"reason": request.form.get("reason", "")}
        try:
            with transaction():
                service.resume(queries.get(pk), **typed, actor=current_actor())
        except Invalid as invalid:
            return self._page(queries.get(pk), "resume", list(invalid.findings), typed), 422
        flash(_("标识已恢复有效。"), "success")
        return self._back(pk)

    def _back(self, pk: int) -> Any:
        return redirect(url_for("BadgeView.page", pk=pk))

    def _page(self, badge: Badge, form: str = "", findings: Any = (), typed: Any = None) -> str:
        actor = current_actor()
        known = catalogue()
        return self.render_template(
            "badges/badge.html",
            badge=badge,
            said=statement.of(badge),
            image=Markup(public_views.image_of(badge)),  # noqa: S704 - drawn by us, escaped # nosec B704
            url=public_views.public_url(badge.number),
            snippet=snippet(badge),
            hanging=hanging(badge),
            can={
                act: access.can(actor, "badge", act, badge) for act in ("hang", "revoke", "suspend", "strike")
            },
            change=queries.change_of(badge) if access.can(actor, "application", "see", badge) else None,
            decided=badge.revocation if badge.revocation and not badge.revocation.executed_at else None,
            grounds=known.revocation,
            ground_choices=_choices(known.revocation),
            suspension_choices=_choices(known.suspension),
            timeline=audit.timeline(badge),
            sees_application=access.can(actor, "application", "see", badge),
            sees_batch=not for_unit(),
            form=form,
            findings=list(findings),
            typed=typed or {},
        )


class BadgesApi(ScopedApi):
    """``GET /api/v1/badges/``."""

    resource_name = "badges"
    obj = "badge"
    datamodel = ScopedInterface(Badge)
    list_columns = ["id", "number", "name", "organ_name", "state", "review_path", "hosts", "issued_at"]
    search_columns = ["number", "name", "organ_name", "state", "review_path"]
    order_columns = ["id", "number", "name"]


def for_unit() -> bool:
    """Whether the reader files for units: the menu then speaks of their own badges."""
    return access.may(current_actor(), "badge", "hang")
