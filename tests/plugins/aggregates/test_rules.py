"""Contents, their digest, differences, and which lower version is taken in: pure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from app.kernel.errors import AccessDenied, Refusal, WrongState
from app.plugins.aggregates import content as contents
from app.plugins.aggregates import rules
from app.plugins.aggregates.content import Content, LowerLine, MissingLine, SheetLine, SiteLine
from app.plugins.aggregates.rules import Offered
from app.plugins.aggregates.totals import Totals

NET = SiteLine(1, "财政网", "常德市财政局.政务", "czj.cddemo.gov.cn", "203.0.113.15")
SHEET = SheetLine(
    "41840005", "常德市财政局", "常德市人民政府", "city", "organ", "division", "submitted", 1, False, "2014-11-18",
    sites=(NET,),
)  # fmt: skip
MISSED = MissingLine(
    "41840006", "常德市审计局", "city", "organ", "division", "missing", "2014-11-21", "通知第三条"
)
CONTENT = Content(
    "430700", "中共常德市委机构编制委员会办公室", "常德市委编委办", "常编办发〔2014〕9号", 1, "2014-11-24T09:00:00+08:00",
    {"city": "市直各单位"}, (SHEET,), (MISSED,),
)  # fmt: skip


class _Version:
    def __init__(self, number: int, state: str, path: str = "0.43.07.02.") -> None:
        self.number, self.state, self.review_path = number, state, path


def test_what_is_stored_is_read_back_the_same() -> None:
    stored = json.loads(json.dumps(CONTENT.plain()))
    assert contents.read(stored) == CONTENT
    assert contents.digest(stored) == CONTENT.digest


def test_the_digest_tells_of_any_change() -> None:
    moved = replace(SHEET, sites=(replace(NET, ip="203.0.113.16"),))
    others = [
        replace(CONTENT, number=2),
        replace(CONTENT, sheets=(moved,)),
        replace(CONTENT, missing=()),
        replace(CONTENT, lower=(LowerLine("430702", "武陵区编委办", "none"),)),
    ]
    assert len({CONTENT.digest, *(one.digest for one in others)}) == 5


def test_another_programs_content_is_refused() -> None:
    with pytest.raises(ValueError, match="2"):
        contents.read({**CONTENT.plain(), "format": 2})


def test_totals_add_what_is_below() -> None:
    below = LowerLine("430702", "武陵区编委办", "received", 7, 1, "d", Totals(10, 8, 5, 9, 1))
    assert replace(CONTENT, lower=(below,)).totals == Totals(12, 9, 5, 10, 1)


def test_numbers_go_on_from_the_last() -> None:
    assert rules.next_number([]) == 1
    assert rules.next_number([_Version(2, "returned"), _Version(1, "received")]) == 3
    with pytest.raises(WrongState):
        rules.next_number([_Version(1, "draft")])


def _offered(state: str, number: int, issued: date = date(2014, 11, 10), campaign: int = 1) -> Offered:
    return Offered(
        "430702", "武陵区编委办", state, number * 10, number, f"d{number}", Totals(1), campaign, issued
    )


@pytest.mark.parametrize(
    ("offered", "taken", "state"),
    [
        ([], None, "none"),
        ([_offered("draft", 1)], None, "draft"),
        ([_offered("reported", 1)], None, "reported"),
        ([_offered("received", 1), _offered("reported", 2)], 10, "received"),
        ([_offered("received", 1), _offered("received", 2)], 20, "received"),
        ([_offered("received", 1), _offered("returned", 2)], 10, "received"),
        ([_offered("received", 1, date(2013, 1, 1), campaign=9)], None, "none"),
        ([_offered("received", 1, date(2014, 11, 12), campaign=9)], 10, "received"),
    ],
)
def test_the_newest_received_version_is_taken_in(
    offered: list[Offered], taken: int | None, state: str
) -> None:
    (line,) = rules.lower_lines([("430702", "武陵区编委办")], offered, 1, date(2014, 11, 10))
    assert (line.version_id, line.state) == (taken, state)


def test_only_the_office_directly_above_receives() -> None:
    rules.ensure_next_above(_Version(1, "reported"), ["0.43.07."])
    for above in ("0.43.", "0.43.07.02.", "0."):
        with pytest.raises(AccessDenied):
            rules.ensure_next_above(_Version(1, "reported"), [above])
    assert not rules.is_next_above(_Version(1, "locked", "0."), ["0."])


def test_the_centre_reports_to_nobody() -> None:
    with pytest.raises(Refusal):
        rules.ensure_upper("0.")


def test_two_versions_that_hold_the_same_differ_in_nothing() -> None:
    assert rules.differences(CONTENT, replace(CONTENT, number=2)).none


def test_differences_name_what_came_what_went_and_what_changed() -> None:
    late = replace(SHEET, account="41840006", unit_name="常德市审计局", sites=())
    new = replace(SHEET, account="41840009", sites=())
    changed = replace(SHEET, rank="section", sites=(replace(NET, ip="203.0.113.16"), replace(NET, number=2)))
    found = rules.differences(CONTENT, replace(CONTENT, sheets=(changed, late, new), missing=()))
    assert [(one.kind, one.account) for one in found.sheets] == [
        ("changed", "41840005"), ("late", "41840006"), ("added", "41840009"),
    ]  # fmt: skip
    details = {name: (before, after) for name, before, after in found.sheets[0].details}
    assert details["rank"] == ("division", "section")
    assert details["site.1.ip"] == ("203.0.113.15", "203.0.113.16")
    assert details["site.2.name"] == ("", "财政网")
    assert found.numbers["received"] == (1, 3)
    assert found.numbers["missing"] == (1, 0)
    back = rules.differences(
        CONTENT, replace(CONTENT, sheets=(), missing=(MISSED, replace(MISSED, account="41840005")))
    )
    assert [one.kind for one in back.sheets] == ["open"]
    gone = rules.differences(CONTENT, replace(CONTENT, sheets=()))
    assert [one.kind for one in gone.sheets] == ["removed"]


def test_differences_name_lower_versions() -> None:
    old = LowerLine("430702", "武陵区编委办", "received", 7, 1, "a", Totals(1))
    new = replace(old, version_id=8, number=2, digest="b")
    none = LowerLine("430703", "鼎城区编委办", "none")
    found = rules.differences(replace(CONTENT, lower=(old, none)), replace(CONTENT, lower=(new, none)))
    assert found.lower == ((old, new),)
