"""A section of the guided form as a page: what the form's own view and the one of the materials both show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.foundation.admin import conflicts
from app.foundation.admin.views import ScopedView
from app.foundation.tenancy.models import Office
from app.kernel.errors import Refusal, Stale
from app.plugins.applications import checklist, dossier, flow, labels, prefill
from app.plugins.applications.checklist import Needed
from app.plugins.applications.fields import MATERIALS, ORGAN_TYPES, SECTIONS, SUBJECT, masked, of
from app.plugins.applications.guides import guide_for
from app.plugins.applications.models import Application
from app.plugins.applications.views import posted

KEYS = tuple(section.key for section in SECTIONS)


def section_page(
    view: ScopedView, application: Application, section: str, refusal: Refusal | None = None
) -> Any:
    """One section as a page; with ``refusal`` everything typed comes back with what is wrong.

    Raises:
        Refusal: the application is no longer filled in, and so the page cannot be shown again.
    """
    typed = posted.texts()
    values = dossier.values(application)
    uploads, office = dossier.materials(application), dossier.reviewing_office(application)
    needed = checklist.uploads(dossier.needed(application, office))
    if refusal is not None and not flow.allows(application.state, "submit"):
        raise refusal
    return view.render_template(
        "applications/edit.html",
        application=application,
        section=next(one for one in SECTIONS if one.key == section),
        sections=[(one, _done(one.key, values, uploads, needed)) for one in SECTIONS],
        fields=list(of(section)),
        shown={
            field.name: typed.get(field.name, "" if field.kept else values[field.name])
            for field in of(section)
        },
        kept={field.name: masked(field.name, values[field.name]) for field in of(section) if field.kept},
        kind=typed.get("kind", application.kind),
        kinds=labels.KIND_OFFERED,
        kind_words=labels.KIND_BOX,
        guide=guide_for(application, office),
        former=dossier.former_values(application) or {},
        registered=prefill.differing(application, dossier.unit_of(application)),
        organ_types=[(one, one) for one in ORGAN_TYPES[application.track]],
        uploads=uploads,
        needed=needed,
        material_words=material_words(application, office),
        letter=application.decisions[-1] if application.state == "returned" else None,
        findings=posted.findings_of(refusal) if refusal else (),
        both=_both(application, section, values) if isinstance(refusal, Stale) else (),
        following=following(section),
    )


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


def following(section: str) -> str:
    """The section after this one; empty after the last."""
    at = KEYS.index(section) + 1
    return KEYS[at] if at < len(KEYS) else ""


def _done(section: str, values: dict[str, str], uploads: Sequence[Any], needed: Sequence[Needed]) -> bool:
    """Whether a section is filled in (what it says is checked on submission)."""
    if section == MATERIALS:
        return not any(True for _one in checklist.missing(needed, {file.kind for file in uploads}))
    return all(values[field.name] for field in of(section) if not field.optional)


def material_words(application: Application, office: Office) -> dict[str, str]:
    """What each kind of material is called, in the office's own words where it asks for more."""
    asked = {one.key: str(_(one.label)) for one in dossier.needed(application, office)}
    return {kind: str(word) for kind, word in labels.MATERIAL.items()} | asked
