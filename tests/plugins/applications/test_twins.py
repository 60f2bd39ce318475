"""No two websites bear one name or domain (C-art.7(4)); whose the other is, is said only to who may know."""

from __future__ import annotations

import pytest

from app.foundation import access
from app.foundation.database import transaction
from app.foundation.tenancy.models import Unit
from app.kernel.errors import Finding, Invalid
from app.plugins.applications import queries, service
from tests.plugins.applications.country import Country

NEIGHBOUR = "鼎城区教育局"


def new_site(country: Country, who: str, unit: str, **values: str) -> int:
    """A draft for a website that is not registered."""
    actor = country.actor(who)
    with access.acting_as(actor), transaction() as session:
        holder = session.get(Unit, country.units[unit])
        assert holder is not None
        row = service.start(holder, "opening", actor=actor)
        service.save(row, values, actor=actor)
        return row.id


def found(country: Country, pk: int, who: str) -> dict[str, Finding]:
    with pytest.raises(Invalid) as caught:
        country.do(who, pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    return {finding.field: finding for finding in caught.value.findings if finding.code == "taken"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("site_name", "武陵教育网"), ("chinese_domain", "武陵区教育局.政务"), ("english_domain", "wljy.gov.cn")],
)
def test_another_units_application_under_way_stands_in_the_way_unnamed(
    country: Country, field: str, value: str
) -> None:
    pk = country.submitted()
    taken = found(country, new_site(country, "neighbour", "dingcheng", **{field: value}), "neighbour")
    assert set(taken) == {field}
    assert taken[field].source == "办法第七条第四项"
    said = str(taken[field])
    assert "其他单位" in said and value in said
    assert str(country.read(pk).number) not in said


def test_anothers_draft_holds_nothing(country: Country) -> None:
    country.draft()
    pk = new_site(country, "neighbour", "dingcheng", site_name="武陵教育网")
    assert found(country, pk, "neighbour") == {}


def test_ones_own_is_named(country: Country) -> None:
    own = country.submitted()
    pk = new_site(country, "filer", "wuling", english_domain="wljy.gov.cn", site_name="武陵教育新网")
    taken = found(country, pk, "filer")
    assert str(country.read(own).number) in str(taken["english_domain"])


def test_a_badge_in_force_stands_in_the_way_too(country: Country) -> None:
    country.badged()
    pk = new_site(country, "neighbour", "dingcheng", english_domain="wljy.gov.cn", site_name="武陵教育网")
    taken = found(country, pk, "neighbour")
    assert set(taken) == {"site_name", "english_domain"}
    assert all("有标识的网站" in str(one) and "其他单位" in str(one) for one in taken.values())


def test_a_revoked_one_does_not(country: Country) -> None:
    country.revoked(country.badged())
    pk = new_site(country, "neighbour", "dingcheng", english_domain="wljy.gov.cn", site_name="武陵教育网")
    assert found(country, pk, "neighbour") == {}


def test_a_change_is_no_twin_of_the_case_it_follows(country: Country) -> None:
    pk = country.change(country.badged(), site_intro="发布教育政务信息，提供网上报名。")
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    assert country.read(pk).state == "submitted"


def test_a_withdrawn_one_holds_nothing(country: Country) -> None:
    pk = country.submitted()
    country.do("filer", pk, lambda row, actor: service.withdraw(row, actor=actor, reason="网站改版"))
    other = new_site(country, "neighbour", "dingcheng", site_name="武陵教育网")
    assert found(country, other, "neighbour") == {}


def test_empty_boxes_are_nobodys_twin(country: Country) -> None:
    country.submitted()
    pk = new_site(country, "neighbour", "dingcheng")
    assert found(country, pk, "neighbour") == {}
    with access.acting_as(country.actor("neighbour")):
        assert queries.get(pk).site_name == ""
