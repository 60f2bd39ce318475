"""Granting and ending: within one's own office and below, on the holder's next request, until the last day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.foundation import access, audit, clock
from app.foundation.access import ForeignWrite
from app.foundation.audit.models import AuditEntry
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Grant, Unit
from app.kernel.errors import AccessDenied, Invalid, Refusal
from app.plugins.permits import queries, service
from tests.plugins.permits.conftest import (
    CENTRE,
    CITY,
    COUNTY,
    EGOV,
    REGISTRY,
    SIBLING,
    Give,
    office,
    stored,
    system,
)  # fmt: skip

HOLDER = "wuling.egov"


def _sees(username: str, path: str) -> int:
    """How many units of an office somebody sees by guiding."""
    actor = access.actor_for(username)
    with access.acting_as(actor):
        return len(db.session.scalars(select(Unit.id).where(Unit.review_path == path)).all())


def test_a_grant_opens_the_rows_and_closes_after_its_last_day(app: Flask, give: Give) -> None:
    assert _sees(HOLDER, SIBLING) == 0
    give("changde.security", EGOV, SIBLING)
    assert _sees(HOLDER, SIBLING) > 0
    today = clock.now()
    with clock.at(today + timedelta(days=30)):
        assert _sees(HOLDER, SIBLING) > 0
    with clock.at(today + timedelta(days=31)):
        assert _sees(HOLDER, SIBLING) == 0


def test_before_its_first_day_it_opens_nothing(app: Flask, give: Give) -> None:
    give("changde.security", EGOV, SIBLING, since=clock.today() + timedelta(days=3))
    assert _sees(HOLDER, SIBLING) == 0
    with clock.at(clock.now() + timedelta(days=3)):
        assert _sees(HOLDER, SIBLING) > 0


def test_it_is_stopped_at_once_and_stays_on_record(app: Flask, give: Give) -> None:
    pk = give("changde.security", EGOV, SIBLING)
    with access.acting_as(access.actor_for("changde.security")) as actor, transaction():
        service.end(queries.grant(pk), None, "文件废止", actor=actor)
    assert _sees(HOLDER, SIBLING) == 0
    with system():
        row = db.session.get_one(Grant, pk)
        assert (row.stopped_on, row.granted_by_id) == (clock.today(), office(CITY).id)
        assert [entry.verb for entry in audit.timeline(row)] == ["grant.ended", "grant.given"]
        ended = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "grant.ended")).one()
        assert (ended.reason, ended.person_id is not None) == ("文件废止", True)


def test_it_may_end_after_a_chosen_day(app: Flask, give: Give) -> None:
    pk = give("changde.security", EGOV, SIBLING)
    last = clock.today() + timedelta(days=2)
    with access.acting_as(access.actor_for("changde.security")) as actor, transaction():
        service.end(queries.grant(pk), last, "提前完成", actor=actor)
    assert _sees(HOLDER, SIBLING) > 0
    with clock.at(clock.now() + timedelta(days=3)):
        assert _sees(HOLDER, SIBLING) == 0


@pytest.mark.parametrize(
    ("holder", "where", "relation", "how"),
    [
        (EGOV, CITY, "guides", "at"),
        (EGOV, CITY, "guides", "under"),
        (EGOV, SIBLING, "guides", "at"),
        (EGOV, CENTRE, "guides", "under"),
        ("0.43.07.egov.", COUNTY, "shares", "under"),
        (SIBLING, COUNTY, "guides", "at"),
        (REGISTRY, COUNTY, "serves", "at"),
    ],
)
def test_a_county_opens_only_its_own_and_names_nobody_abroad(
    admins: None, give: Give, holder: str, where: str, relation: str, how: str
) -> None:
    before = len(stored())
    with pytest.raises(AccessDenied):
        give("wuling.security", holder, where, relation, how)
    assert len(stored()) == before


def test_the_flush_guard_holds_even_where_the_verb_is_passed_by(admins: None, app: Flask) -> None:
    today = clock.today()
    with (
        pytest.raises((ForeignWrite, SQLAlchemyError)),
        access.acting_as(access.actor_for("wuling.security")),
        transaction(),
    ):
        db.session.add(
            Grant(
                holder_path=EGOV,
                relation="guides",
                how="under",
                where_path=CITY,
                since=today,
                until=today,
                document="伪造",
            )
        )


@pytest.mark.parametrize(
    "username", ["changde.admin", "changde.inspector", "changde.head", "unit.wuling", "wuling.egov"]
)
def test_only_the_security_post_grants(app: Flask, give: Give, username: str) -> None:
    with pytest.raises(AccessDenied):
        give(username, EGOV, COUNTY)


def test_serving_the_whole_country_is_granted_by_the_centre_alone(admins: None, give: Give) -> None:
    with pytest.raises(AccessDenied):
        give("changde.security", REGISTRY, CITY, "serves", "under")
    pk = give("central.security", REGISTRY, "0.43.", "serves", "under")
    with (
        pytest.raises(Refusal),
        access.acting_as(access.actor_for("changde.security")) as actor,
        transaction(),
    ):
        service.end(queries.grant(pk), None, "不需要", actor=actor)


def test_what_a_higher_office_granted_a_lower_one_does_not_end(admins: None, give: Give) -> None:
    pk = give("changde.security", "0.43.07.egov.", COUNTY)
    with (
        pytest.raises(AccessDenied) as refused,
        access.acting_as(access.actor_for("wuling.security")) as actor,
        transaction(),
    ):
        service.end(queries.grant(pk), None, "不愿开放", actor=actor)
    assert refused.value.code == "grant-of-above"


def test_the_same_grant_is_not_given_twice_for_a_day(app: Flask, give: Give) -> None:
    today = clock.today()
    give("changde.security", EGOV, SIBLING, until=today + timedelta(days=10))
    with pytest.raises(Refusal) as refused:
        give(
            "changde.security",
            EGOV,
            SIBLING,
            since=today + timedelta(days=10),
            until=today + timedelta(days=12),
        )
    assert refused.value.code == "grant-overlap"
    give(
        "changde.security", EGOV, SIBLING, since=today + timedelta(days=11), until=today + timedelta(days=12)
    )
    give("changde.security", EGOV, SIBLING, how="under")


def test_what_gives_nobody_anything_is_refused(app: Flask, give: Give) -> None:
    with pytest.raises(Invalid) as refused:
        give("changde.security", COUNTY, SIBLING, "shares", "at")
    assert [finding.field for finding in refused.value.findings] == ["relation"]


def test_a_declared_grant_is_not_ended_in_the_application(app: Flask) -> None:
    declared = next(row for row in stored() if row.where_path == CITY)
    with (
        pytest.raises(Refusal) as refused,
        access.acting_as(access.actor_for("changde.security")) as actor,
        transaction(),
    ):
        service.end(queries.grant(declared.id), None, "不需要", actor=actor)
    assert refused.value.code == "grant-declared"


def test_the_numbers_of_the_preview_are_those_the_holder_then_sees(app: Flask, give: Give) -> None:
    with access.acting_as(access.actor_for("changde.security")):
        units, _sites = queries.opened("at", SIBLING, office(EGOV))
        assert not db.session.scalars(select(Unit.id)).all(), "who grants need not read the register"
    give("changde.security", EGOV, SIBLING)
    assert _sees(HOLDER, SIBLING) == units > 0
