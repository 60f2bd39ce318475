"""The applicant's pages: begin, fill in section by section, check the answers, submit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from app.foundation import access
from app.foundation.access import current_actor
from app.foundation.admin import conflicts
from app.foundation.admin.targets import Row
from app.foundation.admin.views import ScopedView, expose, has_access
from app.foundation.files import StoredFile
from app.foundation.tenancy.models import Site, Unit
from app.kernel.errors import N_, Finding, NotSeen, Refusal, Stale
from app.plugins.applications import dossier, flow, labels, queries, rules, service
from app.plugins.applications.fields import (
    BY_NAME,
    FIELDS,
    MATERIALS,
    ORGAN_TYPES,
    SECTIONS,
    SUBJECT,
    masked,
    of,
)
from app.plugins.applications.models import Application
from app.plugins.applications.service.filing import examine
from app.plugins.applications.views import posted

KEYS = tuple(section.key for section in SECTIONS)


class FilingView(ScopedView):
    """Annex 4 as a guided form."""

    route_base = "/applications"
    obj = "application"
    acts = {
        "new": "edit", "start": "edit", "edit": "edit", "save": "edit", "attach": "edit", "detach": "edit",
        "confirm": "submit", "submit": "submit", "withdraw": "submit",
    }  # fmt: skip
    targets = {
        "pk": Application, "section": KEYS, "file_id": Row(StoredFile, act="see", enough=False),
        "start.site_id": Site, "start.unit_id": Unit,
    }  # fmt: skip
    default_view = "new"

    @expose("/new")
    @has_access
    def new(self) -> Any:
        """Which website is it for?"""
        return self._new()

    def _new(self, findings: Sequence[Any] = ()) -> Any:
        actor = current_actor()
        units = queries.startable_units(actor)
        return self.render_template(
            "applications/new.html",
            sites=queries.startable_sites(actor),
            units=units,
            unit_options=[(unit.id, unit.name) for unit in units],
            kinds=labels.KIND_BOX,
            findings=findings,
            typed=posted.texts(),
        )

    @expose("/start", methods=["POST"])
    @has_access
    def start(self) -> Any:
        """Begin a draft; a site that has one already leads there."""
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
        return self._form(application, _known(section))

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

        return posted.answered(do, lambda refusal: self._form(queries.whole(pk), section, refusal))

    def _form(self, application: Application, section: str, refusal: Refusal | None = None) -> Any:
        typed = posted.texts()
        values = dossier.values(application)
        uploads = dossier.materials(application)
        if refusal is not None and not flow.allows(application.state, "submit"):
            raise refusal
        return self.render_template(
            "applications/edit.html",
            application=application,
            section=next(one for one in SECTIONS if one.key == section),
            sections=[(one, _done(application, one.key, values, uploads)) for one in SECTIONS],
            fields=list(of(section)),
            shown={
                field.name: typed.get(field.name, "" if field.kept else values[field.name])
                for field in of(section)
            },
            kept={field.name: masked(field.name, values[field.name]) for field in of(section) if field.kept},
            kind=typed.get("kind", application.kind),
            kinds=labels.KIND_BOX,
            organ_types=[(one, one) for one in ORGAN_TYPES[application.track]],
            uploads=uploads,
            material_words=labels.MATERIAL,
            proof_needed=_proof_needed(application),
            letter=application.decisions[-1] if application.state == "returned" else None,
            findings=posted.findings_of(refusal) if refusal else (),
            both=_both(application, section, values) if isinstance(refusal, Stale) else (),
            following=_following(section),
        )

    @expose("/<int:pk>/attach", methods=["POST"])
    @has_access
    def attach(self, pk: int) -> Any:
        """Upload a material."""
        kind = posted.text("material")

        def do() -> Any:
            with posted.attempt():
                application = queries.get(pk)
                access.require(current_actor(), "application", "edit", application)
                upload = request.files.get(kind)
                if upload is None:
                    raise Refusal("file-empty", N_("没有选择文件，或者文件是空的。"), field=kind or None)
                service.attach(
                    application,
                    cast(BinaryIO, upload.stream),
                    upload.filename or "",
                    kind,
                    actor=current_actor(),
                )
            flash(_("已上传。"), "success")
            return redirect(url_for("FilingView.edit", pk=pk, section=MATERIALS))

        return posted.answered(do, lambda refusal: self._form(queries.whole(pk), MATERIALS, refusal))

    @expose("/<int:pk>/detach/<int:file_id>", methods=["POST"])
    @has_access
    def detach(self, pk: int, file_id: int) -> Any:
        """Take a material back."""
        with posted.attempt():
            service.detach(queries.get(pk), file_id, actor=current_actor())
        flash(_("已删除。"), "success")
        return redirect(url_for("FilingView.edit", pk=pk, section=MATERIALS))

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
        values = dossier.values(application)
        return self.render_template(
            "applications/confirm.html",
            application=application,
            office=dossier.reviewing_office(application),
            sections=[
                (section, [(field, _shown(field.name, values)) for field in of(section.key)])
                for section in SECTIONS
            ],
            kind=labels.KIND_BOX[application.kind],
            uploads=dossier.materials(application),
            material_words=labels.MATERIAL,
            findings=[(one, _place(one)) for one in findings],
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

    @expose("/<int:pk>/withdraw", methods=["POST"])
    @has_access
    def withdraw(self, pk: int) -> Any:
        """Take it back for good."""
        with posted.attempt():
            application = queries.get(pk)
            posted.ensure_fresh(application)
            service.withdraw(application, actor=current_actor(), reason=posted.text("reason")[:500])
        flash(_("已撤回。"), "success")
        return redirect(url_for("ApplicationView.show", pk=pk))


def _holder() -> Any:
    """The site or unit a draft is for.

    Raises:
        NotSeen: it is not there, or not for this actor.
        Refusal: neither was chosen.
    """
    for name, read in (("site_id", queries.site), ("unit_id", queries.unit)):
        text = posted.text(name)
        if text.isascii() and text.isdigit() and len(text) <= 10:
            return read(int(text))
    raise Refusal("holder", N_("请选择网站或者单位。"), field="unit_id")


def _known(section: str) -> str:
    if section not in KEYS:
        raise NotSeen("section-not-seen", N_("申请表没有这一部分。"))
    return section


def _both(application: Application, section: str, values: dict[str, str]) -> list[conflicts.Conflict]:
    """What others saved meanwhile beside what was typed; what is kept encrypted stays masked on both sides."""
    found = []
    for field in of(section):
        typed = posted.text(field.name)
        if field.name not in request.form or (field.kept and not typed):
            continue
        if typed != values[field.name]:
            sides = (values[field.name], typed)
            shown = [masked(field.name, one) if field.kept else one for one in sides]
            found.append(conflicts.Conflict(field.name, str(field.label), *shown))
    if section == SUBJECT and posted.text("kind") not in {"", application.kind}:
        words = [str(labels.KIND_BOX.get(one, one)) for one in (application.kind, posted.text("kind"))]
        found.append(conflicts.Conflict("kind", _("申请类型"), *words))
    return found


def _following(section: str) -> str:
    at = KEYS.index(section) + 1
    return KEYS[at] if at < len(KEYS) else ""


def _after(pk: int, section: str, then: str) -> str:
    following = _following(section)
    if then == "stay":
        return url_for("FilingView.edit", pk=pk, section=section)
    if then == "next" and following:
        return url_for("FilingView.edit", pk=pk, section=following)
    return url_for("FilingView.confirm", pk=pk)


def _done(application: Application, section: str, values: dict[str, str], uploads: Sequence[Any]) -> bool:
    """Whether a section is filled in (what it says is checked on submission)."""
    if section == MATERIALS:
        kinds = {file.kind for file in uploads}
        return rules.IDENTITY in kinds and (rules.PROOF in kinds or not _proof_needed(application))
    return all(values[field.name] for field in of(section) if not field.optional)


def _proof_needed(application: Application) -> bool:
    limits = dossier.limits_of(dossier.reviewing_office(application))
    return limits.needs_proof(application.track, application.chinese_domain, application.english_domain)


def _shown(name: str, values: dict[str, str]) -> str:
    return masked(name, values[name]) if BY_NAME[name].kept else values[name]


def _place(finding: Finding) -> str:
    """The section where a finding is put right; empty for the declaration on this page."""
    if finding.field in rules.MATERIALS:
        return MATERIALS
    return next((field.section for field in FIELDS if field.name == finding.field), "")
