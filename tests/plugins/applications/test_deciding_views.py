"""The seal's day on the page of the written review, and returning what the registrar sent back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.plugins.applications.country import Country

Browse = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("step", "field", "form", "state"),
    [
        ("approve", "approve-sealed", {"approve-words": "同意开办。"}, "approved"),
        (
            "refuse",
            "refused-sealed",
            {"refused-reasons": ["seal-missing"], "refused-words": "应加盖单位公章。"},
            "refused",
        ),
    ],
)
def test_the_day_of_the_seal_is_asked_for(
    country: Country, browse: Browse, step: str, field: str, form: dict[str, object], state: str
) -> None:
    pk = country.paper_review()
    head = browse("head")
    page = head.get(f"/applications/{pk}").text
    assert f'name="{field}" type="date" value="2014-11-24"' in " ".join(page.split())
    for wrong in ("2014-11-25", "2014-11-21", "昨天", ""):
        refused = head.post(f"/applications/{pk}/{step}", data={**form, field: wrong})
        assert refused.status_code == 422
        words = next(text for name, text in form.items() if name.endswith("words"))
        assert str(words) in refused.text and f'id="f-{field}-err"' in refused.text
        assert country.read(pk).state == "paper_review"
    assert head.post(f"/applications/{pk}/{step}", data={**form, field: "2014-11-24"}).status_code == 302
    row = country.read(pk)
    assert row.state == state
    assert str(row.decisions[-1].sealed_on) == "2014-11-24"


def test_what_was_sent_back_is_returned_on_its_page(country: Country, browse: Browse) -> None:
    pk = country.sent_back()
    head = browse("head")
    page = head.get(f"/applications/{pk}").text
    assert 'id="reopen"' in page and "网站名称请核对" in page
    for who in ("reviewer", "clerk", "parent", "filer"):
        assert 'id="reopen"' not in browse(who).get(f"/applications/{pk}").text
    refused = head.post(f"/applications/{pk}/reopen", data={"returned-words": "请更正网站名称。"})
    assert refused.status_code == 422 and "请更正网站名称。" in refused.text
    assert "请至少选择一项理由" in refused.text
    form = {"returned-words": "请更正网站名称。", "returned-reasons": ["name-irregular"]}
    assert head.post(f"/applications/{pk}/reopen", data=form).status_code == 302
    assert country.read(pk).state == "returned"
    owner = browse("filer").get(f"/applications/{pk}").text
    assert "请更正网站名称。" in owner and "按意见修改" in owner
    assert head.post(f"/applications/{pk}/reopen", data=form).status_code == 409


def test_what_was_not_sent_back_offers_no_return(country: Country, browse: Browse) -> None:
    pk = country.approved()
    assert 'id="reopen"' not in browse("head").get(f"/applications/{pk}").text
    form = {"returned-words": "请更正。", "returned-reasons": ["name-irregular"]}
    assert browse("head").post(f"/applications/{pk}/reopen", data=form).status_code == 409


def test_an_approval_that_cannot_be_frozen_is_refused_with_why(country: Country, browse: Browse) -> None:
    pk = country.paper_review()
    country.as_platform(pk, lambda row: setattr(row, "english_domain", "not a host"))
    refused = browse("head").post(f"/applications/{pk}/approve", data={"approve-words": "同意。"})
    assert refused.status_code == 422 and "同意。" in refused.text
    assert "域名只能使用" in refused.text
    assert country.read(pk).state == "paper_review"
