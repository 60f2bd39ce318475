"""The applicant's pages: begin, fill in section by section, check the answers, submit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import conflicts
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import N_, Finding, NotSeen, Refusal
from app.plugins.applications import cases, dossier, evidence, flow, labels, queries, service
from app.plugins.applications.fields import BY_NAME, MATERIALS, SECTIONS, SUBJECT, masked, of
from app.plugins.applications.guides import guide_for, guide_of
from app.plugins.applications.models import Application
from app.plugins.applications.rules import S21_SAID
from app.plugins.applications.service.filing import examine
from app.plugins.applications.views import posted
from app.plugins.applications.views.sections import KEYS, following, material_words, section_page

GUIDED = 5  # for somebody who files for more units, who reviews is said in the form


class FilingView(ScopedView):
    """Annex 4 as a guided form."""

    route_base = "/applications"
    obj = "application"
    acts = {
        "new": "edit", "start": "edit", "edit": "edit", "save": "edit", "confirm": "submit", "submit": "submit",
    }  # fmt: skip
    targets = {
        "pk": Application, "section": KEYS,
        "start.site_id": Site, "start.unit_id": Unit, "start.former_id": Row(Application, enough=False),
    }  # fmt: skip
    default_view = "new"

    @expose("/new")
    @has_access
    def new(self) -> Any:
        """Which website is it for?"""
        return self._new()

    def _new(self, findings: Sequence[Any] = ()) -> Any:
        actor = current_actor()
        units, badged = queries.startable_units(actor), cases.badged(actor)
        with_badge = {one.case.site_id for one in badged}
        return self.render_template(
            "applications/new.html",
            badged=badged,
            sites=[one for one in queries.startable_sites(actor) if one.site.id not in with_badge],
            units=units,
            guides=[guide_of(unit) for unit in units[:GUIDED]] if len(units) <= GUIDED else (),
            unit_options=[(unit.id, unit.name) for unit in units],
            kinds=labels.KIND_OFFERED,
            findings=findings,
            typed=posted.texts(),
        )

    @expose("/start", methods=["POST"])
    @has_access
    def start(self) -> Any:
        """Begin a draft; a change begins from a badged case."""
        made: list[int] = []

        def do() -> Any:
            with posted.attempt():
                holder = _holder()
                application = service.start(holder, posted.text("kind"), actor=current_actor())
                made.append(application.id)
            return redirect(url_for("FilingView.edit", pk=made[0], section=SUBJECT))

        return posted.answered(do, lambda refusal: self._new(posted.findings_of(refusal)))

    @expose("/<int:pk>/edit/<string:section>")
    @has_access
    def edit(self, pk: int, section: str) -> Any:
        """One section of the form."""
        application = queries.whole(pk)
        access.require(current_actor(), "application", "edit", application)
        flow.ensure(application, "submit")
        return section_page(self, application, _known(section))

    @expose("/<int:pk>/edit/<string:section>", methods=["POST"])
    @has_access
    def save(self, pk: int, section: str) -> Any:
        """Keep what was filled in and go on."""
        names = [field.name for field in of(_known(section))]

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "edit", application)
                posted.ensure_fresh(application)
                typed = {
                    name: request.form[name]
                    for name in names
                    if name in request.form and not conflicts.takes_theirs(name)
                }
                kind = request.form.get("kind") if section == SUBJECT else None
                kind = application.kind if conflicts.takes_theirs("kind") else kind
                service.save(application, typed, kind=kind, actor=current_actor())
            flash(_("已保存。"), "success")
            return redirect(_after(pk, section, posted.text("then")))

        return posted.answered(do, lambda refusal: section_page(self, queries.whole(pk), section, refusal))

    @expose("/<int:pk>/confirm")
    @has_access
    def confirm(self, pk: int) -> Any:
        """Check your answers."""
        application = queries.whole(pk)
        access.require(current_actor(), "application", "submit", application)
        flow.ensure(application, "submit")
        return self._confirm(application)

    def _confirm(self, application: Application, refusal: Refusal | None = None) -> Any:
        findings = examine(application, declared=True)
        if refusal is not None:
            if not flow.allows(application.state, "submit"):
                raise refusal
            known = {(one.field, one.code) for one in findings}
            findings += [one for one in posted.findings_of(refusal) if (one.field, one.code) not in known]
        values, office = dossier.values(application), dossier.reviewing_office(application)
        former = dossier.former_values(application)
        return self.render_template(
            "applications/confirm.html",
            application=application,
            office=office,
            guide=guide_for(application, office),
            sections=[
                (section, [(field, _shown(field.name, values)) for field in of(section.key)])
                for section in SECTIONS
            ],
            former=former,
            changes=evidence.changes(former, values) if former is not None else (),
            kind=labels.KIND_BOX[application.kind],
            uploads=dossier.materials(application),
            material_words=material_words(application, office),
            findings=[(one, _place(one)) for one in findings],
            domain_waits=any(one.code in S21_SAID for one in findings),
            declared=bool(posted.text("declared")),
        )

    @expose("/<int:pk>/submit", methods=["POST"])
    @has_access
    def submit(self, pk: int) -> Any:
        """Hand it in."""

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "submit", application)
                posted.ensure_fresh(application)
                service.submit(application, declared=posted.text("declared") == "1", actor=current_actor())
                number = application.number
            flash(_("已提交，申请号 %(number)s。", number=number), "success")
            return redirect(url_for("ApplicationView.show", pk=pk))

        return posted.answered(do, lambda refusal: self._confirm(queries.whole(pk), refusal))


def _holder() -> Any:
    """The site or unit a draft is for.

    Raises:
        NotSeen: it is not there, or not for this actor.
        Refusal: neither was chosen.
    """
    for name, read in (("former_id", queries.get), ("site_id", queries.site), ("unit_id", queries.unit)):
        text = posted.text(name)
        if text.isascii() and text.isdigit() and len(text) <= 10:
            return read(int(text))
    raise Refusal("holder", N_("请选择网站或者单位。"), field="unit_id")


def _known(section: str) -> str:
    if section not in KEYS:
        raise NotSeen("section-not-seen", N_("申请表没有这一部分。"))
    return section


def _after(pk: int, section: str, then: str) -> str:
    after = following(section)
    if then == "stay":
        return url_for("FilingView.edit", pk=pk, section=section)
    if then == "next" and after:
        return url_for("FilingView.edit", pk=pk, section=after)
    return url_for("FilingView.confirm", pk=pk)


def _shown(name: str, values: dict[str, str]) -> str:
    return masked(name, values[name]) if BY_NAME[name].kept else values[name]


def _place(finding: Finding) -> str:
    """The section where a finding is put right; empty for the declaration on this page."""
    if finding.code.endswith("-missing") and finding.field not in BY_NAME:
        return MATERIALS
    return BY_NAME[finding.field].section if finding.field in BY_NAME else ""
