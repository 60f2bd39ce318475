"""Every fault in ``tenants/`` is refused with its file, line and a Chinese sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.foundation.limits import Limits
from app.foundation.tenancy.declared.plan import read
from app.foundation.tenancy.declared.sources import TenantsInvalid
from tests.foundation.tenancy.conftest import FILES, Edit

OFFICES, DIVISIONS = "430700/offices.csv", "national/divisions.csv"
NAMING, SETTINGS = "national/naming.yaml", "430700/settings.yaml"
GRANTS, CONTACTS, NAMES = "430700/grants.csv", "430700/contacts.csv", "430700/names.csv"


def faults(folder: Path, limits: Limits) -> list[str]:
    with pytest.raises(TenantsInvalid) as refused:
        read(folder, limits)
    assert refused.value.code == "tenants-invalid"
    assert refused.value.params["n"] == len(refused.value.problems)
    return [str(problem) for problem in refused.value.problems]


def test_the_sound_folder_reads_parents_first(folder: Path, limits: Limits) -> None:
    plan = read(folder, limits)
    seen: set[str] = set()
    for office in plan.offices:
        assert not office.parent or office.parent in seen
        seen.add(office.code)
    assert {office.path: (office.code, office.short_name) for office in plan.offices} == {
        "0.": ("000000", "中央编办"),
        "0.42.": ("420000", "湖北省编办"),
        "0.42.05.": ("420500", "宜昌市委编委办"),
        "0.42.9005.": ("429005", "潜江市编委办"),
        "0.43.": ("430000", "湖南省编办"),
        "0.43.07.": ("430700", "常德市委编委办"),
        "0.43.07.02.": ("430702", "武陵区编办"),
        "0.43.07.03.": ("430703", "鼎城区编委办"),
        "0.43.07.z2.": ("4307Z2", "柳叶湖"),
        "0.43.07.thy.": ("4307Z5", "桃花源"),
        "0.43.07.egov.": ("430700-EGOV", "市电子政务办"),
        "0.43.07.renshe.": ("430700-RENSHE", "市人社局人事科"),
        "0.43.07.zfwz.": ("430700-ZFWZ", "常德政府网站"),
        "0.conac.": ("CONAC", "注册管理中心"),
    }
    named = {office.code: office for office in plan.offices}
    assert named["430703"].name == "中共常德市鼎城区委编委办"
    assert named["4307Z2"].settings == {"source": "通知第一条", "badge_segment": "9102"}
    assert plan.grants[0].key == ("0.43.07.egov.", "guides", "filed", "0.43.07.thy.")


# (file, old, new, the fault as place and a telling part of its sentence)
BROKEN = [
    # parents and circles
    (OFFICES, "4307Z2,430700", "4307Z2,430799", f"{OFFICES}:2", "上级代码不存在或有误：430799"),
    (DIVISIONS, "430702,武陵区,county,430700", "430702,武陵区,county,430800", f"{DIVISIONS}:8", "上级代码不存在"),
    (OFFICES, "4307Z2,430700", "4307Z2,4307Z2", f"{OFFICES}:2", "成环：4307Z2 → 4307Z2"),
    (DIVISIONS, "430702,武陵区,county,430700", "430702,武陵区,county,420500", f"{DIVISIONS}:8", "不相符"),
    (DIVISIONS, "420500,宜昌市,city,420000", "420500,宜昌市,city,", f"{DIVISIONS}:4", "都应写明上级代码"),
    # duplicates
    (OFFICES, "4307Z5,430700,thy", "4307Z2,430700,thy", f"{OFFICES}:3", "重复，已见于 430700/offices.csv:2"),
    (OFFICES, "4307Z5,430700,thy", "4307Z5,430700,z2", f"{OFFICES}:3", "路径 0.43.07.z2. 重复"),
    (OFFICES, "4307Z2,430700,z2", "4307Z2,430700,02", f"{OFFICES}:2", "路径 0.43.07.02. 重复"),
    (OFFICES, "4307Z2,430700", "430702,430700", f"{OFFICES}:2", f"已见于 {DIVISIONS}:8"),
    (DIVISIONS, "430703,鼎城区", "430702,鼎城区", f"{DIVISIONS}:9", "代码 430702 重复"),
    (NAMES, "武陵区编办\n", "武陵区编办\n430702,又名,又名\n", f"{NAMES}:3", "重复"),
    (CONTACTS, "7786510\n", "7786510\n430700,materials,别科,7786511\n", f"{CONTACTS}:3", f"见 {CONTACTS}:2"),
    (SETTINGS, '"4307Z2"', '"430700"', f"{SETTINGS}:6", "不是规范的 YAML"),
    # paths and codes
    (OFFICES, "430700,z2", "430700,Z2", f"{OFFICES}:2", "segment 只用小写字母和数字：Z2"),
    (OFFICES, "430700,z2", "430700,z.2", f"{OFFICES}:2", "segment"),
    (OFFICES, "430700,z2", "430700,%", f"{OFFICES}:2", "segment"),
    (OFFICES, "430700,thy", f"430700,{'t' * 60}", f"{OFFICES}:3", "路径过长"),
    (OFFICES, "4307Z2,430700", "4307z2,430700", f"{OFFICES}:2", "code 只用大写字母"),
    (DIVISIONS, "430703", "43070", f"{DIVISIONS}:9", "应为 6 位数字"),
    (DIVISIONS, "420500", "420501", f"{DIVISIONS}:4", "420501"),
    # kinds, levels, relations, topics
    (OFFICES, "egov,通知", "egv,通知", f"{OFFICES}:4", "不认识的 desk_kind：egv"),
    (OFFICES, "office,zone", "bureau,zone", f"{OFFICES}:2", "不认识的 kind：bureau"),
    (OFFICES, "office,zone", "office,town", f"{OFFICES}:2", "不认识的 level：town"),
    (OFFICES, "office,zone", "office,desk", f"{OFFICES}:2", "不相配"),
    (OFFICES, "desk,desk,egov", "desk,desk,", f"{OFFICES}:4", "不相配"),
    (OFFICES, "office,zone", "office,province", f"{OFFICES}:2", "province 不能设在"),
    (OFFICES, "430700-EGOV,430700,", "430700-EGOV,4307Z5,", f"{OFFICES}:4", "desk 不能设在 桃花源组织人事组 之下"),
    (DIVISIONS, "鼎城区,county", "鼎城区,district", f"{DIVISIONS}:9", "不认识的层级：district"),
    (DIVISIONS, "宜昌市,city", "宜昌市,county", f"{DIVISIONS}:4", "不是“county”一级的代码"),
    (GRANTS, "guides", "guidez", f"{GRANTS}:2", "不认识的 relation：guidez"),
    (GRANTS, "filed", "unit", f"{GRANTS}:2", "不认识的 how：unit"),
    (GRANTS, "4307Z5", "4307Z9", f"{GRANTS}:2", "没有代码为 4307Z9 的机构"),
    (CONTACTS, "materials", "lunch", f"{CONTACTS}:2", "不认识的联系事项：lunch"),
    (CONTACTS, "430700,", "430799,", f"{CONTACTS}:2", "没有代码为 430799 的机构"),
    (CONTACTS, "7786510", "13900000000", f"{CONTACTS}:2", "不登记手机号码"),
    (NAMES, "430702,", "430709,", f"{NAMES}:2", "没有代码为 430709 的机构"),
    # dates
    (GRANTS, "2014-11-10", "2014-02-30", f"{GRANTS}:2", "“since”不是有效日期：2014-02-30"),
    (GRANTS, "2014-11-10", "20141110", f"{GRANTS}:2", "不是有效日期"),
    (GRANTS, "2014-11-10,,", "2014-11-10,昨天,", f"{GRANTS}:2", "“until”不是有效日期"),
    (GRANTS, "2014-11-10,,", "2014-11-10,2014-11-09,", f"{GRANTS}:2", "截止日期早于起始日期"),
    # columns and cells
    (OFFICES, "short_name,kind", "kind", f"{OFFICES}:1", "缺少列：short_name"),
    (OFFICES, "desk_kind,source", "desk_kind,source,extra", f"{OFFICES}:1", "不认识的列：extra"),
    (OFFICES, "desk_kind,source", "desk_kind,source,source", f"{OFFICES}:1", "列名重复"),
    (OFFICES, "柳叶湖政工人事部门,柳叶湖", ",柳叶湖", f"{OFFICES}:2", "“name”不能为空"),
    (OFFICES, "柳叶湖政工人事部门,柳叶湖", "　,柳叶湖", f"{OFFICES}:2", "“name”不能为空"),
    (OFFICES, "柳叶湖政工人事部门", "长" * 121, f"{OFFICES}:2", "“name”超过 120 字"),
    (OFFICES, "zone,,通知第一条", "zone,,通知第一条,多", f"{OFFICES}:2", "应有 9 列，实有 10 列"),
    (OFFICES, "柳叶湖政工人事部门", '"柳叶湖', f"{OFFICES}:2", "不是规范的 CSV"),
    (DIVISIONS, "鼎城区", "", f"{DIVISIONS}:9", "“name”不能为空"),
    (GRANTS, "常编办发〔2014〕9号 第一条", "", f"{GRANTS}:2", "“document”不能为空"),
    (CONTACTS, "综合科", "", f"{CONTACTS}:2", "“section”不能为空"),
    # settings and naming
    (SETTINGS, "area_code", "areacode", f"{SETTINGS}:1", "不认识的设定：areacode"),
    (SETTINGS, '"0736"', "736", f"{SETTINGS}:1", "area_code 应为"),
    (SETTINGS, "own_from: deputy_division", "own_from: chief", f"{SETTINGS}:1", "不是规格：chief"),
    (SETTINGS, ", source: 通知第二条", "", f"{SETTINGS}:1", "filing 应写明"),
    (SETTINGS, "first_review", "third_review", f"{SETTINGS}:1", "clocks 有误"),
    (SETTINGS, "first_review: {days: 5", "hanging: {days: 9", f"{SETTINGS}:1", "clocks 有误"),
    (SETTINGS, 'area_code: "0736"', "materials: {copies: {form: 2}}", f"{SETTINGS}:1", "source is missing"),
    (SETTINGS, 'area_code: "0736"', "materials: {copies: {visa: 2}, source: 细则}", f"{SETTINGS}:1", "materials 有误"),
    (SETTINGS, '"9102"', '"912"', f"{SETTINGS}:6", "badge_segment 应为"),
    (SETTINGS, '"4307Z2"', '"4307Z7"', f"{SETTINGS}:6", "没有代码为 4307Z7 的机构"),
    (SETTINGS, "{badge_segment", "[badge_segment", f"{SETTINGS}:6", "不是规范的 YAML"),
    (SETTINGS, '{badge_segment: "9102"}', "9102", f"{SETTINGS}:6", "机构设定应为"),
    (NAMING, "names:", "named:", f"{NAMING}:3", "不认识的设定：named"),
    (NAMING, "{stem}区", "{city}区", f"{NAMING}:3", "名称样式只能用"),
    (NAMING, "{stem}区", "{stem区", f"{NAMING}:3", "名称样式只能用"),
    (NAMING, "level: central", "level: world", f"{NAMING}:3", "不认识的层级：world"),
    (NAMING, ", reason: 不设", "", f"{NAMING}:1", "prefix"),
    (NAMING, '  - {level: city, name: "中共{division}委编委办", short_name: "{division}委编委办"}\n', "",
     f"{DIVISIONS}:4", "没有适用于“city”的机构名称样式"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "place", "sentence"), BROKEN)
def test_each_fault_is_named_with_file_and_line(
    folder: Path, edit: Edit, limits: Limits, name: str, old: str, new: str, place: str, sentence: str
) -> None:
    edit(name, old, new)
    found = faults(folder, limits)
    assert any(fault.startswith(f"{place}：") and sentence in fault for fault in found), found


def test_a_circle_of_two_is_reported_at_both(folder: Path, edit: Edit, limits: Limits) -> None:
    edit(OFFICES, "4307Z2,430700", "4307Z2,4307Z5")
    edit(OFFICES, "4307Z5,430700", "4307Z5,4307Z2")
    found = faults(folder, limits)
    assert any(f.startswith(f"{OFFICES}:2") and "4307Z2 → 4307Z5 → 4307Z2" in f for f in found)
    assert any(f.startswith(f"{OFFICES}:3") and "成环" in f for f in found)


def test_faults_come_together_those_of_the_tree_first(folder: Path, edit: Edit, limits: Limits) -> None:
    edit(GRANTS, "2014-11-10", "2014-13-10")
    edit(CONTACTS, "materials", "lunch")
    edit(SETTINGS, "area_code", "areacode")
    both = [f"{CONTACTS}:2", f"{GRANTS}:2", f"{SETTINGS}:1"]
    assert [fault.split("：")[0] for fault in faults(folder, limits)] == both
    edit(OFFICES, "office,zone", "office,town")
    edit(DIVISIONS, "430703", "43070X")
    assert [fault.split("：")[0] for fault in faults(folder, limits)] == [f"{OFFICES}:2", f"{DIVISIONS}:9"]


@pytest.mark.parametrize(
    ("name", "raw", "line", "sentence"),
    [
        (OFFICES, b"\xef\xbb\xbf" + FILES[OFFICES].encode(), 1, "BOM"),
        (OFFICES, FILES[OFFICES].encode("utf-16"), 1, "BOM"),
        (OFFICES, FILES[OFFICES].encode("gb18030"), 2, "不是 UTF-8"),
        (NAMING, FILES[NAMING].encode("gb18030"), 2, "不是 UTF-8"),
        (CONTACTS, FILES[CONTACTS].replace("综合科", "综\x00科").encode(), 2, "无法辨认"),
        (CONTACTS, FILES[CONTACTS].replace("综合科", "综\ufffd科").encode(), 2, "无法辨认"),
        (OFFICES, b"", 1, "缺少列"),
    ],
)
def test_encodings_are_refused(
    folder: Path, limits: Limits, name: str, raw: bytes, line: int, sentence: str
) -> None:
    (folder / name).write_bytes(raw)
    assert any(f.startswith(f"{name}:{line}：") and sentence in f for f in faults(folder, limits))


def test_lines_are_counted_past_blank_and_broken_lines(folder: Path, edit: Edit, limits: Limits) -> None:
    edit(OFFICES, "通知第一条\n4307Z5", '"通知\n第一条"\n\n\r\n4307Z5')
    edit(OFFICES, "desk,desk,guided", "desk,desk,lost")
    assert faults(folder, limits)[0].startswith(f"{OFFICES}:6：")


def test_an_overlay_speaks_only_for_its_own_territory(folder: Path, limits: Limits) -> None:
    overlay = folder / "420500"
    overlay.mkdir()
    (overlay / "offices.csv").write_text(
        FILES[OFFICES].splitlines()[0] + "\nX1,430700,x1,越界,越界,desk,desk,egov,\n", "utf-8"
    )
    (overlay / "names.csv").write_text("code,name,short_name\n430702,越界,越界\n", "utf-8")
    (overlay / "settings.yaml").write_text('"430700": {badge_segment: "0001"}\n', "utf-8")
    (overlay / "contacts.csv").write_text("office,topic,section,phone\n430700,technical,越界,\n", "utf-8")
    (overlay / "grants.csv").write_text(
        "holder,relation,how,where,since,until,document\n420500,guides,under,430700,2014-01-01,,自拟\n",
        "utf-8",
    )
    found = faults(folder, limits)
    assert [fault.split("：")[0] for fault in found] == ["420500/offices.csv:2"]
    (overlay / "offices.csv").unlink()
    found += faults(folder, limits)
    assert [fault.split("：")[0] for fault in found[1:]] == [
        f"420500/{name}" for name in ("contacts.csv:2", "grants.csv:2", "names.csv:2", "settings.yaml:1")
    ]
    assert all("不在本目录所辖范围内" in fault for fault in found)


def test_a_folder_of_an_unknown_name_is_refused_and_the_demo_left_alone(folder: Path, limits: Limits) -> None:
    (folder / "demo").mkdir()
    (folder / "demo" / "units.csv").write_bytes(b"\xff\xff")
    read(folder, limits)
    (folder / "changde").mkdir()
    assert any(fault.startswith("changde:1：") for fault in faults(folder, limits))


@pytest.mark.parametrize("name", [DIVISIONS, NAMING])
def test_the_national_files_must_be_there(folder: Path, limits: Limits, name: str) -> None:
    (folder / name).unlink()
    assert faults(folder, limits) == [f"{name}:1：缺少该文件。"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(FILES)),
    raw=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda t: t.encode("utf-8", "replace"))),
    at=st.integers(0, 200),
)
def test_no_garbage_does_more_than_be_refused(
    folder: Path, limits: Limits, name: str, raw: bytes, at: int
) -> None:
    sound = FILES[name].encode()
    (folder / name).write_bytes(sound[:at] + raw + sound[at:])
    try:
        read(folder, limits)
    except TenantsInvalid as refused:
        assert all(problem.place.line >= 1 and str(problem) for problem in refused.problems)
    finally:
        (folder / name).write_bytes(sound)
