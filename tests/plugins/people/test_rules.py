"""Codes and invitations, purely."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.config import ROOT
from app.foundation.strict_yaml import ShapeError
from app.foundation.tenancy import people_rules
from app.kernel.errors import Refusal
from app.plugins.people import rules

RULES = rules.load(ROOT / "policies")
DAY, NOW = date(2026, 11, 30), datetime(2026, 11, 24, tzinfo=UTC)


def test_a_code_is_long_plain_and_never_the_same() -> None:
    codes = {rules.make_code(RULES) for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert len(code.replace("-", "")) == RULES.groups * RULES.size >= 16
        assert set(code) <= {*rules.ALPHABET, "-"}
    assert not set("01OILUV") & set(rules.ALPHABET)


def test_what_is_stored_is_no_code_and_typing_habits_do_not_matter() -> None:
    stored = rules.digest("7KQM-2H9T-ABCD-EFGH")
    assert "7KQM" not in stored
    for typed in ("7KQM-2H9T-ABCD-EFGH", "7kqm2h9tabcdefgh", " 7KQM 2H9T ABCD EFGH "):
        assert rules.matches(typed, stored)
    for typed in ("", "7KQM-2H9T-ABCD-EFGJ", "7KQM"):
        assert not rules.matches(typed, stored)


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (rules.Standing(DAY, 0, None, None), "open"),
        (rules.Standing(date(2026, 11, 24), 4, None, None), "open"),
        (rules.Standing(date(2026, 11, 23), 0, None, None), "expired"),
        (rules.Standing(DAY, 5, None, None), "spent"),
        (rules.Standing(DAY, 0, NOW, None), "used"),
        (rules.Standing(DAY, 0, None, NOW), "revoked"),
    ],
)
def test_whether_an_invitation_opens_anything(standing: rules.Standing, state: str) -> None:
    assert rules.state(standing, date(2026, 11, 24), 5) == state


def test_an_unknown_key_in_the_rules_stops_the_start(tmp_path: Path) -> None:
    text = (ROOT / "policies" / rules.FILE).read_text("utf-8")
    (tmp_path / rules.FILE).write_text(text + "forever: true\n", "utf-8")
    with pytest.raises(ShapeError):
        rules.load(tmp_path)


@pytest.mark.parametrize(
    ("username", "name", "email", "by_email", "fields"),
    [
        ("wuling.li", "李四", "", False, set()),
        ("wuling.li", "李四", "li@wuling.gov.cn", True, set()),
        ("Wuling.Li", "李四", "", False, {"username"}),
        ("li四", "李四", "", False, {"username"}),
        ("a", "李四", "", False, {"username"}),
        ("1li", "李四", "", False, {"username"}),
        ("li..si", "李四", "", False, {"username"}),
        ("li' or 1=1", "李四", "", False, {"username"}),
        ("wuling.li", "", "", True, {"display_name", "email"}),
        ("wuling.li", "李四", "不是邮箱", False, {"email"}),
    ],
)
def test_names_of_a_new_account(
    username: str, name: str, email: str, by_email: bool, fields: set[str]
) -> None:
    found = people_rules.account_findings(username, name, email, by_email=by_email)
    assert {one.field for one in found} == fields


def test_a_reason_is_asked_for_and_kept_short() -> None:
    assert people_rules.ensure_reason("  调离\n 本机构 ") == "调离 本机构"
    for said in ("", "  ", "长" * 201):
        with pytest.raises(Refusal):
            people_rules.ensure_reason(said)
