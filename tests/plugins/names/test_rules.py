"""What an entry says of a name on a day."""

from __future__ import annotations

from datetime import date

import pytest

from app.kernel.errors import Refusal
from app.plugins.names import rules

DAY = date(2014, 11, 24)


@pytest.mark.parametrize(
    ("expires_on", "working", "status"),
    [
        (date(2015, 6, 30), True, "valid"),
        (date(2014, 11, 24), True, "valid"),  # the last day still counts
        (date(2014, 11, 23), True, "expired"),
        (date(2015, 6, 30), False, "not-working"),
        (date(2014, 11, 23), False, "expired"),
    ],
)
def test_how_a_registered_name_stands(expires_on: date, working: bool, status: str) -> None:
    """S20, S21."""
    standing = rules.judge("xn--a", expires_on, working, DAY)
    assert (standing.status, standing.expires_on) == (status, expires_on)
    assert standing.usable is (status == "valid")


def test_every_status_is_one_of_four() -> None:
    assert rules.STATUSES == ("valid", "expired", "not-working", "unregistered")


@pytest.mark.parametrize(
    ("text", "unicode", "ascii_name", "kind"),
    [
        ("武陵区教育局.政务", "武陵区教育局.政务", "xn--dkrw3svrh8ig6y3a7j1a.xn--zfr164b", "chinese"),
        (
            "xn--dkrw3svrh8ig6y3a7j1a.xn--zfr164b",
            "武陵区教育局.政务",
            "xn--dkrw3svrh8ig6y3a7j1a.xn--zfr164b",
            "chinese",
        ),
        ("WLJY.GOV.CN", "wljy.gov.cn", "wljy.gov.cn", "english"),
        ("武陵图书馆。公益", "武陵图书馆.公益", "xn--1jq52s0wr1t4bhhd.xn--55qw42g", "chinese"),
    ],
)
def test_reading_a_name(text: str, unicode: str, ascii_name: str, kind: str) -> None:
    domain, found = rules.read(text)
    assert (domain.unicode, found) == (unicode, kind)
    assert domain.ascii == ascii_name


@pytest.mark.parametrize(
    "text", ["", "http://a.gov.cn/", "武陵 教育.政务", "政务", "a..cn", "аpple.cn", "10.0.0.1"]
)
def test_what_is_no_name_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        rules.read(text)
    assert refused.value.field == "domain"


@pytest.mark.parametrize(("first", "last", "wrong"), [(1, 2, False), (2, 2, False), (2, 1, True)])
def test_days_in_order(first: int, last: int, wrong: bool) -> None:
    found = list(rules.day_findings(date(2014, 1, first), date(2014, 1, last)))
    assert bool(found) is wrong
    assert all(finding.field == "expires_on" for finding in found)
