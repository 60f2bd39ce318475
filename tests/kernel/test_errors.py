"""Refusals carry a code, a msgid with its parameters, a source and an HTTP status."""

from __future__ import annotations

import pytest

from app.kernel.errors import N_, AccessDenied, Finding, Invalid, NotSeen, Refusal, Stale, WrongState


def test_a_refusal_reads_as_its_filled_message():
    refusal = Refusal("late", N_("期限 %(n)s 天已过。"), source="办法第十四条", field="hung_on", n=5)
    assert str(refusal) == "期限 5 天已过。"
    assert (refusal.code, refusal.message, refusal.params) == ("late", "期限 %(n)s 天已过。", {"n": 5})
    assert (refusal.source, refusal.field, refusal.status) == ("办法第十四条", "hung_on", 422)


def test_a_message_without_parameters_may_hold_a_percent_sign():
    assert str(Refusal("share", "加挂率低于100%。")) == "加挂率低于100%。"


@pytest.mark.parametrize(
    ("kind", "status"), [(AccessDenied, 403), (NotSeen, 404), (WrongState, 409), (Stale, 409), (Refusal, 422)]
)
def test_each_kind_has_its_status(kind, status):
    assert kind("x", "不可以。").status == status


def test_invalid_keeps_its_findings_and_counts_them():
    findings = [Finding("name", "请填写 %(what)s。", params={"what": "名称"}), Finding("ip", "请填写。")]
    invalid = Invalid(iter(findings))
    assert invalid.findings == tuple(findings)
    assert invalid.status == 422
    assert str(invalid) == "填报内容有 2 处需要更正。"
    assert str(invalid.findings[0]) == "请填写 名称。"


def test_invalid_without_findings_is_a_mistake():
    with pytest.raises(ValueError, match="finding"):
        Invalid([])


def test_a_refusal_becomes_a_finding_beside_its_field_or_another():
    refusal = Refusal("bad", "第 %(n)s 行不对。", source="通知第三条", field="ip", n=3)
    assert refusal.finding() == Finding("ip", "第 %(n)s 行不对。", "通知第三条", "bad", {"n": 3})
    assert refusal.finding("sites-3-ip").field == "sites-3-ip"
    assert str(refusal.finding()) == "第 3 行不对。"
