"""C-art.3: where the measures say 原则上, the reviewing office lets one pass with a reason, or it does not pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from app.foundation import access
from app.foundation.database import db, transaction
from app.foundation.tenancy.models import Unit
from app.kernel.errors import AccessDenied, Invalid, NotSeen, WrongState
from app.plugins.applications import queries, service
from app.plugins.applications.models import Application, ApplicationException
from app.plugins.applications.service import excepting
from tests.plugins.applications.country import Country

UPPER, NONE = "use-upper-site", "no-administration"


def allow(country: Country, pk: int, who: str, code: str = UPPER, reason: str = "承担全区信息发布") -> None:
    country.do(who, pk, lambda row, actor: service.allow_exception(row, code, reason, actor=actor))


def judged(country: Country) -> int:
    pk = country.submitted()
    for number in range(1, 6):
        country.judge(pk, number, "ok")
    return pk


def pass_first(country: Country, pk: int, who: str = "reviewer") -> None:
    country.do(who, pk, lambda row, actor: service.pass_first(row, actor=actor))


def test_it_does_not_pass_before_the_exception_is_let_pass(country: Country) -> None:
    pk = judged(country)
    with pytest.raises(Invalid) as refused:
        pass_first(country, pk)
    assert [(one.code, one.source) for one in refused.value.findings] == [("exception-missing", "办法第三条")]
    assert country.read(pk).state == "submitted"
    allow(country, pk, "reviewer")
    pass_first(country, pk)
    row = country.read(pk)
    (kept,) = row.excepted()
    assert (kept.code, kept.source, kept.reason) == (UPPER, "办法第三条", "承担全区信息发布")
    assert kept.allowed_by_id == country.actor("reviewer").person_id
    assert row.decisions[-1].words == "同意县级部门、乡镇单独建设：承担全区信息发布"


def test_it_needs_a_reason(country: Country) -> None:
    pk = country.submitted()
    with pytest.raises(Invalid):
        allow(country, pk, "reviewer", reason="  ")
    assert country.read(pk).exceptions == []


def test_what_does_not_arise_cannot_be_let_pass(country: Country) -> None:
    """An organ has no administration to lack; a city's organ builds its own website."""
    pk = country.submitted()
    with pytest.raises(WrongState, match="没有这一项"):
        allow(country, pk, "reviewer", code=NONE)
    city = country.submitted("office", "city_filer")
    with pytest.raises(WrongState, match="没有这一项"):
        allow(country, city, "city_reviewer")


def test_what_is_barred_has_no_override(country: Country) -> None:
    """C-art.3: a company never; there is nothing to let pass."""
    pk = country.submitted()
    with access.acting_as(access.system("tests", over="0.")), transaction() as session:
        unit = session.get(Unit, country.units["wuling"])
        assert unit is not None
        unit.nature = "enterprise"
    with pytest.raises(WrongState, match="没有这一项"):
        allow(country, pk, "reviewer", code="barred")


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("filer", AccessDenied), ("clerk", AccessDenied), ("auditor", AccessDenied), ("parent", AccessDenied),
        ("county_egov", AccessDenied), ("sibling", NotSeen), ("neighbour", NotSeen), ("registrar", NotSeen),
    ],
)  # fmt: skip
def test_only_the_reviewing_office_lets_pass(country: Country, who: str, error: type[Exception]) -> None:
    pk = country.submitted()
    with pytest.raises(error):
        allow(country, pk, who)
    assert country.read(pk).exceptions == []


def test_it_is_taken_back_before_it_passes_and_not_after(country: Country) -> None:
    pk = judged(country)
    allow(country, pk, "reviewer")
    country.do("reviewer", pk, lambda row, actor: service.disallow_exception(row, UPPER, actor=actor))
    assert country.read(pk).exceptions == []
    with pytest.raises(WrongState, match="没有这一项"):
        country.do("reviewer", pk, lambda row, actor: service.disallow_exception(row, UPPER, actor=actor))
    allow(country, pk, "reviewer")
    pass_first(country, pk)
    with pytest.raises(WrongState):
        country.do("reviewer", pk, lambda row, actor: service.disallow_exception(row, UPPER, actor=actor))


def test_its_reason_is_written_anew_not_twice(country: Country) -> None:
    pk = country.submitted()
    allow(country, pk, "reviewer")
    allow(country, pk, "head", reason="负责人核定：确有必要")
    (kept,) = country.read(pk).exceptions
    assert (kept.reason, kept.allowed_by_id) == ("负责人核定：确有必要", country.actor("head").person_id)


def test_whoever_let_it_pass_is_no_second_person(country: Country) -> None:
    """C-art.7: the two reviews are two people's, and letting pass belongs to the first."""
    pk = country.submitted()
    allow(country, pk, "head")
    for number in range(1, 6):
        country.judge(pk, number, "ok")
    pass_first(country, pk)
    country.receive(pk)
    with access.acting_as(country.actor("head")):
        assert pk not in {one.application.id for one in queries.todo(country.actor("head"))}
    with pytest.raises(AccessDenied) as refused:
        country.do("head", pk, lambda row, actor: service.approve(row, actor=actor))
    assert refused.value.source == "办法第七条"
    country.do("deputy", pk, lambda row, actor: service.approve(row, actor=actor))
    assert country.read(pk).state == "approved"


def test_a_new_round_begins_without_any(country: Country) -> None:
    pk = country.submitted()
    allow(country, pk, "reviewer")
    country.do("reviewer", pk, lambda row, actor: service.return_(row, ["other"], "补充说明。", actor=actor))
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    row = country.read(pk)
    assert (row.round, row.excepted(), len(row.exceptions)) == (2, [], 1)
    for number in range(1, 6):
        country.judge(pk, number, "ok")
    with pytest.raises(Invalid):
        pass_first(country, pk)


def test_the_database_too_keeps_one_a_round_with_its_reason(country: Country) -> None:
    pk = country.submitted()
    allow(country, pk, "reviewer")
    for reason in ("", "再来一次"):
        with (
            pytest.raises(IntegrityError),
            access.acting_as(access.system("tests", over="0.")),
            transaction() as session,
        ):
            first = session.scalars(db.select(ApplicationException)).first()
            assert first is not None
            session.add(
                ApplicationException(
                    application_id=pk, round=1, code=UPPER if reason else NONE, source="办法第三条",
                    reason=reason, allowed_at=first.allowed_at,
                )
            )  # fmt: skip


def test_an_institution_is_let_pass_code_by_code(country: Country) -> None:
    pk = country.submitted("library", "librarian")

    def codes(row: Application) -> list[str]:
        return [one.code for one in excepting.needed(row)]

    for code in country.as_platform(pk, codes):
        allow(country, pk, "reviewer", code=code)
    assert {one.code for one in country.read(pk).excepted()} == set(country.as_platform(pk, codes))


# -- on the page --------------------------------------------------------------------------------------------


def test_it_is_let_pass_and_taken_back_on_the_page(
    country: Country, browse: Callable[[str], FlaskClient]
) -> None:
    pk, client = judged(country), browse("reviewer")
    page = client.get(f"/applications/{pk}").get_data(as_text=True)
    assert "“原则上”的例外还没有写明同意的理由，不能通过（办法第三条）。" in page
    assert client.post(f"/applications/{pk}/pass").status_code == 422
    answer = client.post(f"/applications/{pk}/exception", data={"allow": UPPER, f"exception-{UPPER}": " "})
    assert answer.status_code == 422 and "请写明同意的理由" in answer.get_data(as_text=True)
    data = {"allow": UPPER, f"exception-{UPPER}": "承担全区信息发布", "note-2": "已核对"}
    assert client.post(f"/applications/{pk}/exception", data=data).status_code == 302
    row = country.read(pk)
    assert [one.reason for one in row.excepted()] == ["承担全区信息发布"]
    assert row.items()[1].note == "已核对"
    page = client.get(f"/applications/{pk}").get_data(as_text=True)
    assert "已同意" in page and "五项均符合" in page
    assert client.post(f"/applications/{pk}/exception", data={"disallow": UPPER}).status_code == 302
    assert country.read(pk).exceptions == []
    assert client.post(f"/applications/{pk}/exception", data={"allow": "barred"}).status_code == 409


def test_a_new_round_offers_the_reason_again(country: Country, browse: Callable[[str], FlaskClient]) -> None:
    pk = country.submitted()
    allow(country, pk, "reviewer", reason="上一轮写的理由")
    country.do("reviewer", pk, lambda row, actor: service.return_(row, ["other"], "补正。", actor=actor))
    country.do("filer", pk, lambda row, actor: service.submit(row, declared=True, actor=actor))
    page = browse("reviewer").get(f"/applications/{pk}").get_data(as_text=True)
    assert "上一轮写的理由" in page and "已同意" not in page


def test_the_second_person_is_named_and_a_dead_end_told(
    country: Country, browse: Callable[[str], FlaskClient]
) -> None:
    """C-art.7: whoever takes the first step hears who can take the second."""
    pk = country.submitted()
    heads = {country.actor(who).name for who in ("head", "deputy")}
    page = browse("reviewer").get(f"/applications/{pk}").get_data(as_text=True)
    assert all(name in page for name in heads)
    city = country.submitted("office", "city_filer")
    page = browse("parent").get(f"/applications/{city}").get_data(as_text=True)
    assert "没有第二人" in page
