"""The form for an office's own date, with two people at it: which versions it was filled in over, and both side by side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.foundation.admin import conflicts
from app.foundation.database import transaction
from app.foundation.tenancy.models import Office
from app.kernel.errors import N_, Stale
from app.plugins.campaigns import queries
from app.plugins.campaigns.models import ANY, Campaign, CampaignStep

STALE = N_(
    "他人在您打开页面之后改动了该时限，本次没有写入。您填写的内容仍在页面上，请核对最新情况后再次提交。"
)


def kept(campaign: Campaign, step: CampaignStep, office: Office, track: str) -> dict[str, str]:
    """What the office has set already for this line."""
    own = next(
        (
            one
            for one in queries.plan(campaign).steps
            if one.sets == step.id and one.office_id == office.id and one.track == track
        ),
        None,
    )
    if own is None or own.due is None:
        return {"track": track, "due": "", "reason": ""}
    return {"track": own.track, "due": own.due.isoformat(), "reason": own.reason}


def seen(step: CampaignStep, office: Office) -> str:
    """The versions a form is filled in over, for its hidden field: ``any:2,organ:1``."""
    return ",".join(_marks(step, office))


def _marks(step: CampaignStep, office: Office) -> list[str]:
    versions = queries.local_versions(step, office)
    return [f"{track}:{version}" for track, version in sorted(versions.items())]


def ensure_fresh(step: CampaignStep, office: Office, track: str) -> None:
    """Refuse a date typed over one that somebody else has set or changed since.

    Raises:
        Stale: the form names another version than the row's, or leaves a choice between the two open.
    """
    told = request.form.get("version")

    def of_track(marks: list[str]) -> list[str]:
        return [one for one in marks if one.startswith(f"{track}:")]

    changed = told is not None and of_track(told.split(",")) != of_track(_marks(step, office))
    if changed or conflicts.unsettled():
        raise Stale("local-date-stale", STALE)


def taken(campaign: Campaign, step: CampaignStep, office: Office, track: str) -> dict[str, str]:
    """The fields for which the post takes what the other saved."""
    theirs = kept(campaign, step, office, track)
    return {name: theirs[name] for name in ("due", "reason") if conflicts.takes_theirs(name)}


def both(
    campaign: Campaign, step: CampaignStep, office: Office, typed: dict[str, str]
) -> list[conflicts.Conflict]:
    """What another saved meanwhile beside what was typed here."""
    queries.forget()
    theirs = kept(campaign, step, office, typed["track"] or ANY)
    labels = {"due": _("截止日期"), "reason": _("理由")}
    return conflicts.differing(
        (name, str(label), theirs[name], typed[name]) for name, label in labels.items()
    )


@contextmanager
def attempt() -> Iterator[None]:
    """``transaction()``, with a lost race told as the refusal it is."""
    try:
        with transaction():
            yield
    except (StaleDataError, IntegrityError) as error:
        raise Stale("local-date-stale", STALE) from error
