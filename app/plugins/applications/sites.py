"""The register of websites follows what was badged: a new one is entered, a changed one gets its new names (S32)."""

from __future__ import annotations

from app.foundation import audit
from app.foundation.access import Actor
from app.foundation.database import db
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Site
from app.plugins.applications.models import Application

_SAME = {
    "name": "site_name",
    "chinese_domain": "chinese_domain",
    "english_domain": "english_domain",
    "ip": "ip",
}


def follow(application: Application, *, actor: Actor) -> Site:
    """Enter the website that has just got its badge, or bring its entry up to date; run as the platform.

    What a survey, a later application or a lapse starts from is thereby what was approved, not what stood before.
    """
    values = {field: getattr(application, name) for field, name in _SAME.items()}
    if application.site_id is None:
        return _entered(application, values, actor)
    site = db.session.get_one(Site, application.site_id)
    before = {field: getattr(site, field) for field, value in values.items() if getattr(site, field) != value}
    for field in before:
        setattr(site, field, values[field])
    if before:
        audit.record(
            actor, "site.edited", site,
            before=before, after={field: values[field] for field in before}, reason=application.number or "",
        )  # fmt: skip
    return site


def _entered(application: Application, values: dict[str, str], actor: Actor) -> Site:
    site = Site(unit_id=application.unit_id, **values)
    tenancy.assign_site(site)
    db.session.add(site)
    db.session.flush()
    application.site_id = site.id
    audit.record(actor, "site.added", site, after={"name": site.name, "from_application": application.number})
    return site
