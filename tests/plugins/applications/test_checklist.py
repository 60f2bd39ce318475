"""The materials of an application by track, type and suffix, and an office's own wishes (C-art.5, P-3.3, A4.注1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from app.foundation.limits import LimitsError, load, load_materials
from app.plugins.applications.checklist import (
    LABELS,
    MaterialSettings,
    Needed,
    checklist,
    missing,
    on_paper,
    uploads,
)

POLICIES = Path(__file__).resolve().parents[3] / "policies"
NATIONAL = MaterialSettings(load_materials(POLICIES / "materials.yaml"), load(POLICIES / "limits.yaml"))
ORGAN = ("常德市财政局.政务", "czj.cddemo.gov.cn")
SCHOOL = ("常德市第一中学.公益", "yz.cddemo.cn")


def own(**settings: object) -> MaterialSettings:
    wanted = {"source": "本级细则第二条", **settings}
    return dataclasses.replace(NATIONAL, materials=NATIONAL.materials.overridden(wanted))


def required(needed: tuple[Needed, ...]) -> list[str]:
    return [one.key for one in needed if one.required]


@pytest.mark.parametrize("kind", ["opening", "requalification"])
def test_an_organ_needs_letter_form_and_identity(kind: str) -> None:
    needed = checklist("organ", kind, ORGAN, NATIONAL)
    assert required(needed) == ["letter", "form", "identity"]
    assert [one.key for one in uploads(needed)] == ["identity", "other"]
    assert {one.key: one.paper_copies for one in on_paper(needed)} == {"letter": 1, "form": 3, "identity": 1}


@pytest.mark.parametrize(
    ("names", "proof"),
    [
        (SCHOOL, False),
        (("常德市第一中学.公益", "yz.cddemo.gov.cn"), True),
        (("常德市第一中学.政务", "yz.cddemo.cn"), True),
        (("常德市第一中学.政务.cn", "yz.cddemo.cn"), True),
        (("常德市第一中学.公益.cn", "yz.cddemo.com"), False),
        ((), False),
    ],
)
def test_an_institution_proves_its_function_for_some_suffixes_only(
    names: tuple[str, ...], proof: bool
) -> None:
    needed = checklist("institution", "opening", names, NATIONAL)
    assert ("proof" in required(needed)) is proof
    assert ("proof" in [one.key for one in needed]) is proof


def test_an_organ_never_proves_it() -> None:
    assert "proof" not in [one.key for one in checklist("organ", "opening", ORGAN, NATIONAL)]


@pytest.mark.parametrize(
    ("changed", "needs"),
    [(None, False), ((), False), (("ip",), False), (("site_name",), True), (("ip", "organ_name"), True)],
)
def test_a_change_rests_on_a_document_where_name_or_nature_changes(
    changed: tuple[str, ...] | None, needs: bool
) -> None:
    needed = checklist("organ", "change", ORGAN, NATIONAL, changed)
    assert "change_basis" in [one.key for one in needed]
    assert ("change_basis" in required(needed)) is needs


def test_other_types_know_no_basis_of_a_change() -> None:
    assert "change_basis" not in [one.key for one in checklist("organ", "opening", ORGAN, NATIONAL, ["ip"])]


def test_missing_ones_are_named_with_their_article() -> None:
    needed = checklist("institution", "change", ("校.政务", "a.cn"), NATIONAL, ["site_name"])
    found = list(missing(needed, {"other"}))
    assert [(one.field, one.code, one.source) for one in found] == [
        ("identity", "identity-missing", "办法第五条第三项"),
        ("proof", "proof-missing", "办法第五条第二项"),
        ("change_basis", "change_basis-missing", "办法第五条第四项"),
    ]
    assert list(missing(needed, {"identity", "proof", "change_basis"})) == []


def test_what_only_goes_on_paper_is_never_missing_online() -> None:
    assert [one.field for one in missing(checklist("organ", "opening", ORGAN, NATIONAL), ())] == ["identity"]


def test_an_office_may_ask_institutions_for_no_paper() -> None:
    settings = own(paper={"institution": False})
    school = checklist("institution", "opening", SCHOOL, settings)
    assert on_paper(school) == () and [one.key for one in school] == ["identity", "other"]
    assert len(on_paper(checklist("organ", "opening", ORGAN, settings))) == 3


def test_an_office_sets_copies_and_says_whose_rule_it_is() -> None:
    needed = {one.key: one for one in checklist("organ", "opening", ORGAN, own(copies={"form": 2}))}
    assert (needed["form"].paper_copies, needed["form"].source) == (2, "本级细则第二条")
    assert needed["identity"].source == "办法第五条第三项"


def test_an_office_asks_for_more() -> None:
    extra = [{"key": "x_safety_plan", "label": "网站安全防护方案", "kinds": ["opening"]}]
    opening = checklist("organ", "opening", ORGAN, own(extra=extra))
    assert opening[-1].label == "网站安全防护方案" and opening[-1].source == "本级细则第二条"
    assert [str(one) for one in missing(opening, {"identity"})] == ["请上传“网站安全防护方案”。"]
    assert "x_safety_plan" not in [
        one.key for one in checklist("organ", "requalification", ORGAN, own(extra=extra))
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {"source": None},
        {"paper": {"society": False}},
        {"paper": {"organ": "no"}},
        {"copies": {"passport": 2}},
        {"copies": {"form": 0}},
        {"copies": {"form": 99}},
        {"extra": [{"key": "identity", "label": "证件"}]},
        {"extra": [{"key": "x_a", "label": "甲"}, {"key": "x_a", "label": "乙"}]},
        {"extra": [{"key": "x_a"}]},
        {"extra": [{"key": "x_a", "label": "甲", "tracks": ["society"]}]},
        {"extra": [{"key": f"x_{n}", "label": "甲"} for n in range(9)]},
        {"required": {"identity": False}},
    ],
)
def test_settings_of_another_shape_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(LimitsError, match="materials"):
        own(**settings)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["items"]["proof"].update(required="sometimes"),
        lambda data: data["items"]["proof"].pop("source"),
        lambda data: data["items"]["change_basis"].pop("fields"),
        lambda data: data["items"]["identity"].update(fields=["ip"]),
        lambda data: data["items"]["identity"].update(kinds=["renewal"]),
        lambda data: data["paper"].pop("organ"),
        lambda data: data.update(more=1),
    ],
)
def test_the_national_file_is_read_strictly(
    tmp_path: Path, spoil: Callable[[dict[str, dict[str, dict[str, object]]]], object]
) -> None:
    data = yaml.safe_load((POLICIES / "materials.yaml").read_text("utf-8"))
    spoil(data)
    path = tmp_path / "materials.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    with pytest.raises(LimitsError):
        load_materials(path)


def test_every_national_item_has_its_words() -> None:
    assert set(LABELS) == {item.key for item in NATIONAL.materials.items}
