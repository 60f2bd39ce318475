"""The frozen facts: what they hold, what they never hold, and that any change shows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Refusal
from app.plugins.registry import snapshot

FACTS = snapshot.PublicFacts(
    unit_account="60000173",
    track="organ",
    organ_name="武陵区教育局",
    organ_type="党政机关",
    organ_address="湖南省常德市武陵区",
    organ_functions="主管全区教育工作",
    site_name="武陵教育网",
    chinese_domain="武陵区教育局.政务",
    english_domain="WLJY.gov.cn",
    office_path="0.43.07.02.",
    office_name="武陵区编委办",
)


def test_hosts_come_in_both_forms() -> None:
    hosts = snapshot.hosts_in(snapshot.build(FACTS))
    assert [host.unicode for host in hosts] == ["武陵区教育局.政务", "wljy.gov.cn"]
    assert hosts[0].ascii.startswith("xn--") and hosts[0].ascii.endswith(".xn--zfr164b")
    assert hosts[1].ascii == "wljy.gov.cn"


def test_one_host_named_twice_stands_once() -> None:
    same = replace(FACTS, english_domain=snapshot.hosts_of("武陵区教育局.政务", "")[0].ascii)
    assert len(snapshot.build(same)["hosts"]) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"chinese_domain": "", "english_domain": " "}, "snapshot-no-host"),
        ({"english_domain": "http://wljy.gov.cn/index"}, "domain-url"),
        ({"english_domain": "wljy .gov.cn"}, "domain-characters"),
        ({"organ_name": " "}, "snapshot-unnamed"),
        ({"site_name": ""}, "snapshot-unnamed"),
    ],
)
def test_facts_that_cannot_be_frozen(changed: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        snapshot.build(replace(FACTS, **changed))
    assert refused.value.code == code


def test_the_canonical_form_does_not_depend_on_order_or_storage() -> None:
    frozen = snapshot.build(FACTS)
    shuffled = dict(reversed(list(frozen.items())))
    stored = json.loads(json.dumps(frozen))
    assert snapshot.canonical(shuffled) == snapshot.canonical(frozen) == snapshot.canonical(stored)
    assert snapshot.digest(stored) == snapshot.digest(frozen)
    assert snapshot.canonical({"b": 1, "a": "政"}) == '{"a":"政","b":1}'.encode()


@given(st.data())
def test_any_change_of_any_value_shows(data: st.DataObject) -> None:
    frozen = snapshot.build(FACTS)
    sha256 = snapshot.digest(frozen)
    assert snapshot.intact(frozen, sha256)
    key = data.draw(st.sampled_from(sorted(frozen)))
    other = data.draw(
        st.one_of(st.none(), st.integers(), st.text()).filter(lambda value: value != frozen[key])
    )
    assert not snapshot.intact({**frozen, key: other}, sha256)


def test_a_changed_host_a_missing_key_and_an_added_one_show() -> None:
    frozen: dict[str, Any] = snapshot.build(FACTS)
    sha256 = snapshot.digest(frozen)
    evil = [frozen["hosts"][0], {"unicode": "evil.com", "ascii": "evil.com"}]
    assert not snapshot.intact({**frozen, "hosts": evil}, sha256)
    assert not snapshot.intact({**frozen, "extra": ""}, sha256)
    assert not snapshot.intact(
        {key: value for key, value in frozen.items() if key != "office_segment"}, sha256
    )
