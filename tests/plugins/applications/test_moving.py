"""An application's rows go along with their unit, whoever had looked at them before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.jurisdiction import UnitScoped
from app.foundation.tenancy import service as tenancy
from app.foundation.tenancy.models import Office, Site, Unit
from app.plugins.applications.models import Application, ApplicationClock
from tests.plugins.applications.country import Country


def test_rows_that_a_narrower_reader_holds_go_along_too(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row looks for its parents within the reach of whoever loaded it: moved parents first, it would find none."""
    pk = country.submitted()

    def parents_first(kind: type[Any]) -> Iterator[Any]:
        yield from (Site, Application, ApplicationClock) if kind is UnitScoped else ()

    monkeypatch.setattr(tenancy, "_scoped", parents_first)
    with transaction() as session:
        with access.acting_as(country.actor("reviewer")):
            held = session.scalars(db.select(ApplicationClock)).all()
        with access.acting_as(access.system("tests", over="0.")):
            unit = session.get_one(Unit, country.units["wuling"])
            unit.home_id = session.scalars(db.select(Office.id).where(Office.path == "0.43.07.03.")).one()
            session.flush()
            session.expunge(session.get_one(Application, pk))
            tenancy.reassign(unit, actor=access.current_actor(), reason="划转")
        assert held and {row.review_path for row in held} == {"0.43.07.03."}
