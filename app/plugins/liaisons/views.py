"""网站责任人: the list of units, and one unit with its present and earlier responsible persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.foundation import access, audit, clock
from app.foundation.access import current_actor
from app.foundation.admin.each import each
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.admin.widgets import pages_of
from app.foundation.database import transaction
from app.foundation.tenancy.models import Unit
from app.kernel import identity
from app.kernel.errors import N_, Finding, Invalid
from app.plugins.liaisons import labels, queries, rules, service
from app.plugins.liaisons.models import Liaison
from app.plugins.liaisons.rules import LONGEST, LiaisonEntry

PAGE = 50
SHOWN = {"missing": False, "named": True}


class LiaisonView(ScopedView):
    """For the units, the desks that undertake them, and the offices that review them."""

    route_base = "/liaisons"
    obj = "liaison"
    acts = {
        "index": "see", "page": "see", "form": "edit", "appoint": "edit", "form_update": "edit", "update": "edit",
        "urge": "urge", "several": "urge", "reveal": "reveal",
    }  # fmt: skip
    targets = {
        "pk": Row(Unit, enough=False),
        "reveal.pk": Row(Liaison),
        "several.units": Row(Unit, enough=False),
    }
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> str:
        """Units with their responsible persons, those without first where asked for."""
        actor = current_actor()
        oversees = queries.oversees(actor)
        level = oversees and request.args.get("scope") != "all"
        show = request.args.get("show", "missing" if oversees else "all")
        named = SHOWN.get(show)
        total = queries.count(actor, level=level, named=named)
        pages = pages_of(total, PAGE)
        number = _page(pages)
        return self.render_template(
            "liaisons/index.html",
            lines=queries.page(actor, number, PAGE, level=level, named=named),
            total=total,
            page=number,
            pages=pages,
            show=show,
            level=level,
            oversees=oversees,
            counts={
                "missing": queries.count(actor, level=level, named=False),
                "named": queries.count(actor, level=level, named=True),
            },
            may={act: access.may(actor, "liaison", act) for act in ("edit", "urge")},
            can=lambda act, unit: access.can(actor, "liaison", act, unit),
            mobile=identity.mask_mobile,
        )

    @expose("/unit/<int:pk>")
    @has_access
    def page(self, pk: int) -> str:
        """One unit."""
        return self._page(queries.unit_of(pk))

    def _page(self, unit: Unit, full: Liaison | None = None) -> str:
        actor, row = current_actor(), queries.current(unit)
        return self.render_template(
            "liaisons/page.html",
            unit=unit,
            row=row,
            full=full,
            earlier=queries.earlier(unit),
            mobile=identity.mask_mobile,
            email=rules.masked_email,
            can={act: access.can(actor, "liaison", act, unit) for act in ("edit", "urge", "reveal")},
            timeline=audit.timeline(row) if row is not None else [],
            fields=labels.FIELDS,
        )

    @expose("/unit/<int:pk>/name")
    @has_access
    def form(self, pk: int) -> str:
        """The form for naming somebody, or for a handover."""
        unit = self._editable(pk)
        return self._form(
            unit, dict.fromkeys(LONGEST, "") | {"since": clock.today().isoformat(), "reason": ""}
        )

    @expose("/unit/<int:pk>/name", methods=["POST"])
    @has_access
    def appoint(self, pk: int) -> Any:
        """Name somebody; the present one hands over."""
        typed = _read()
        try:
            with transaction():
                unit = queries.unit_of(pk)
                service.appoint(
                    unit, _entry(typed), since=_day(typed["since"]), reason=typed["reason"], version=_version(),
                    actor=current_actor(),
                )  # fmt: skip
        except Invalid as refused:
            return make_response(self._form(queries.unit_of(pk), typed, refused.findings), refused.status)
        flash(_("已明确责任人。"), "success")
        return redirect(url_for("LiaisonView.page", pk=pk))

    @expose("/unit/<int:pk>/contacts")
    @has_access
    def form_update(self, pk: int) -> Any:
        """The form for the present person's contacts."""
        unit = self._editable(pk)
        row = queries.current(unit)
        if row is None:
            return redirect(url_for("LiaisonView.form", pk=pk))
        return self._form(unit, {name: getattr(row, name) for name in LONGEST}, contacts=True)

    @expose("/unit/<int:pk>/contacts", methods=["POST"])
    @has_access
    def update(self, pk: int) -> Any:
        """Keep the contacts right."""
        typed = _read()
        try:
            with transaction():
                unit = queries.unit_of(pk)
                service.update(unit, _entry(typed), version=_version(), actor=current_actor())
        except Invalid as refused:
            page = self._form(queries.unit_of(pk), typed, refused.findings, contacts=True)
            return make_response(page, refused.status)
        flash(_("已更新联系方式。"), "success")
        return redirect(url_for("LiaisonView.page", pk=pk))

    @expose("/unit/<int:pk>/urge", methods=["POST"])
    @has_access
    def urge(self, pk: int) -> Any:
        """Ask the unit to name somebody."""
        with transaction():
            unit = queries.unit_of(pk)
            service.urge(unit, actor=current_actor())
        flash(_("已催报%(unit)s。", unit=unit.name), "success")
        return redirect(self.get_redirect())

    @expose("/urge", methods=["POST"])
    @has_access
    def several(self) -> Any:
        """Ask those named, each in its own transaction: one that needs none does not hold up the others."""
        each(
            "units",
            queries.unit_of,
            lambda unit: service.urge(unit, actor=current_actor()),
            name=lambda unit: unit.name,
            done=lambda count: ngettext("已催报 %(num)d 家单位。", "已催报 %(num)d 家单位。", count),
            nothing=_("没有勾选要催报的单位。"),
        )
        return redirect(self.get_redirect())

    @expose("/<int:pk>/reveal", methods=["POST"])
    @has_access
    def reveal(self, pk: int) -> Any:
        """The unit's page with the person's contacts in full; the look is recorded."""
        with transaction():
            row = queries.get(pk)
            service.reveal(row, actor=current_actor())
        response = make_response(self._page(queries.unit_of(row.unit_id), full=row))
        response.headers["Cache-Control"] = "no-store"
        return response

    @staticmethod
    def _editable(pk: int) -> Unit:
        unit = queries.unit_of(pk)
        access.require(current_actor(), "liaison", "edit", unit)
        return unit

    def _form(
        self, unit: Unit, typed: dict[str, str], findings: Sequence[Finding] = (), *, contacts: bool = False
    ) -> str:
        return self.render_template(
            "liaisons/form.html",
            unit=unit,
            row=queries.current(unit),
            typed=typed,
            findings=list(findings),
            contacts=contacts,
            fields=labels.FIELDS,
            longest=LONGEST,
            reason_longest=rules.REASON_LONGEST,
            area_code=queries.area_code(unit),
        )


def _read() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:500] for name in (*LONGEST, "since", "reason")}


def _entry(typed: dict[str, str]) -> LiaisonEntry:
    return LiaisonEntry(**{name: typed[name] for name in LONGEST})


def _day(text: str) -> date | None:
    """A date as a browser or a person writes it.

    Raises:
        Invalid: something was written that is no date.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise Invalid([Finding("since", N_("日期请按“2014-11-21”填写。"), code="date-format")]) from None


def _version() -> int | None:
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None


def _page(pages: int) -> int:
    raw = request.args.get("page", "")
    return min(max(int(raw), 1), max(pages, 1)) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 1
