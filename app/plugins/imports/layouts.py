"""Where on a page the sheets stand: annex 5 forms one below another or tab by tab, or a list of one row a site. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.errors import N_, Finding
from app.plugins.imports import cells
from app.plugins.imports.cells import Cell, label
from app.plugins.imports.reading import Tab

FORM, LIST = "form", "list"
UNIT = {
    "account": ("单位账号", "单位帐号", "用户账号", "账号", "帐号"),
    "credit_code": ("统一社会信用代码", "信用代码", "社会信用代码"),
    "unit_name": ("单位名称", "单位全称", "填报单位名称", "单位名称(全称)"),
    "supervisor_name": ("主管部门", "主管部门全称", "上级主管部门", "主管单位", "上级主管单位"),
    "nature": ("单位性质", "性质"),
    "rank": ("单位规格", "单位级别", "机构规格", "规格"),
    "leader": ("单位负责人", "负责人"),
    "site_count": ("单位开办网站个数", "开办网站个数", "网站个数", "网站数量"),
    "address": ("单位地址", "地址"),
    "contact": ("网站联系人", "联系人"),
    "phone": ("联系电话", "电话", "固定电话"),
    "email": ("电子邮箱", "电子邮件", "邮箱", "EMAIL", "E-MAIL"),
    "no_website": ("无网站", "是否无网站"),
}
SITE = {
    "name": ("网站名称",),
    "chinese_domain": ("中文域名", "网站中文域名"),
    "english_domain": ("英文域名", "网站英文域名"),
    "ip": ("IP地址", "IP", "网站IP", "网站IP地址"),
}
_UNIT_OF = {name: key for key, names in UNIT.items() for name in names}
_SITE_OF = {name: key for key, names in SITE.items() for name in names}
_ALL_OF = {**_UNIT_OF, **_SITE_OF}
_BEGINS = ("填报单位",)
_TITLE = "网站摸底调查表"
_NO_WEBSITE = "无网站"
_NOTES = ("注:", "注1", "说明:", "填表人", "填报人", "填表说明", "备注")
GUIDE = "填写说明"  # the page of our own template that holds no data
KEYS = ("account", "credit_code", "unit_name")

UNKNOWN = N_("没有认出附件5的表格或者清单，本工作表未读取。请使用模板，或者保留附件5原有的栏目名称。")
HIDDEN = N_("工作表是隐藏的，未读取。需要导入的，请取消隐藏后重新上传。")
TWICE = N_("表头“%(name)s”出现了两次，分不清用哪一列，本工作表未读取。")
LACKING = N_("清单缺少“%(names)s”列，本工作表未读取。请使用模板。")


@dataclass
class Written:
    """One sheet as it stands in a workbook."""

    kind: str
    tab: str
    row: int
    values: dict[str, Cell] = field(default_factory=dict)
    sites: list[dict[str, Cell]] = field(default_factory=list)
    clashes: list[tuple[str, Cell]] = field(default_factory=list)
    no_website: bool = False

    @property
    def begun(self) -> bool:
        """Whether it has its unit's name (or what stands for it) already."""
        return any(key in self.values for key in KEYS)

    def cell(self, name: str) -> Cell | None:
        """The cell that a finding's field means: ``phone``, or ``sites-0-name``."""
        if not name.startswith("sites-"):
            return self.values.get(name)
        _sites, number, column = name.split("-", 2)
        return self.sites[int(number)].get(column) if int(number) < len(self.sites) else None


@dataclass(frozen=True)
class Unread:
    """A tab that holds something and was not read, with the reason."""

    tab: str
    row: int
    finding: Finding


def find(tab: Tab) -> tuple[list[Written], list[Unread]]:
    """The sheets of a tab; none of an empty one."""
    if tab.name == GUIDE or not any(value not in ("", None) for row in tab.rows for value in row):
        return [], []
    if tab.hidden:
        return [], [_unread(tab, 0, HIDDEN, "tab-hidden")]
    heading = _list_heading(tab.rows)
    if heading is not None:
        return _list(tab, heading)
    forms = list(_forms(tab))
    return (forms, []) if forms else ([], [_unread(tab, 0, UNKNOWN, "tab-unknown")])


def _unread(tab: Tab, row: int, message: str, code: str, **params: object) -> Unread:
    return Unread(tab.name, row, Finding("", message, code=code, params=params))


# -- a list: one row a site ---------------------------------------------------------------------------------


def _list_heading(rows: Sequence[Sequence[object]]) -> int | None:
    """The row whose headings name both the unit and its sites."""
    for number, row in enumerate(rows[:30]):
        found = {_ALL_OF.get(label(value)) for value in row if isinstance(value, str)}
        if found & set(KEYS) and len(found & set(SITE)) >= 2:
            return number
    return None


def _list(tab: Tab, heading: int) -> tuple[list[Written], list[Unread]]:
    columns: dict[str, int] = {}
    for place, value in enumerate(tab.rows[heading]):
        name = _ALL_OF.get(label(value)) if isinstance(value, str) else None
        if name in columns:
            return [], [_unread(tab, heading, TWICE, "tab-twice", name=str(value).strip())]
        if name is not None:
            columns[name] = place
    wanted = {**UNIT, **SITE}
    lacking = [
        wanted[name][0]
        for name in wanted
        if name not in columns and name not in {"account", "credit_code", "site_count", "no_website"}
    ]
    if lacking:
        return [], [_unread(tab, heading, LACKING, "tab-lacking", names="”“".join(lacking))]
    found: dict[str, Written] = {}
    last: Written | None = None
    for number in range(heading + 1, len(tab.rows)):
        last = _list_row(tab, number, columns, found, last)
    return list(found.values()), []


def _list_row(
    tab: Tab, number: int, columns: Mapping[str, int], found: dict[str, Written], last: Written | None
) -> Written | None:
    """One row: of the unit it names, or, where cells are merged downwards, of the one above."""
    here = _cells_of(tab, number, columns)
    if not here or all(_ALL_OF.get(label(cell.text)) == name for name, cell in here.items()):
        return last  # nothing, or the headings once more
    keys = [cells.compact(here[key].text) for key in KEYS if key in here]
    key = keys[0] if keys else ""
    sheet = last if last is not None and not key else found.setdefault(key, Written(LIST, tab.name, number))
    site = {name: cell for name, cell in here.items() if name in SITE}
    if site:
        sheet.sites.append(site)
    for name in here.keys() - site.keys():
        known = sheet.values.setdefault(name, here[name])
        if cells.compact(known.text) != cells.compact(here[name].text):
            sheet.clashes.append((name, here[name]))
    return sheet


def _cells_of(tab: Tab, number: int, columns: Mapping[str, int]) -> dict[str, Cell]:
    """The cells of a row in which something stands, by field."""
    row, here = tab.rows[number], {}
    for name, place in columns.items():
        value = row[place] if place < len(row) else ""
        if value != "" and value is not None:
            cell = cells.read(value, number, place, formula=(number, place) in tab.formulas)
            if cell.text or cell.kind:
                here[name] = cell
    return here


# -- forms ---------------------------------------------------------------------------------------------------


def _forms(tab: Tab) -> Iterator[Written]:
    """Annex 5 as it is printed, however many below one another."""
    sheet: Written | None = None
    columns: dict[str, int] = {}
    for number, row in enumerate(tab.rows):
        here = [
            cells.read(value, number, place, formula=(number, place) in tab.formulas)
            for place, value in enumerate(row)
            if value != "" and value is not None
        ]
        named = {one.column: key for one in here if (key := _ALL_OF.get(label(one.text)))}
        if _begins(here, named, sheet):
            if sheet is not None and sheet.begun:
                yield sheet
            sheet, columns = Written(FORM, tab.name, number), {}
        if sheet is None:
            continue
        sheet.no_website = sheet.no_website or any(_says_none(one.text) for one in here)
        heads = {key: place for place, key in named.items() if key in SITE}
        if len(heads) >= 2:
            columns = heads
        elif named and not (columns and _in_table(here, columns)):
            _pairs(sheet, here, named)
        elif columns:
            _site_row(sheet, here, columns)
    if sheet is not None and sheet.begun:
        yield sheet


def _begins(here: Sequence[Cell], named: Mapping[int, str], sheet: Written | None) -> bool:
    head = (
        any(label(one.text).startswith(_BEGINS) or label(one.text).endswith(_TITLE) for one in here)
        and "unit_name" not in named.values()
    )
    if head:
        return sheet is None or sheet.begun
    return "unit_name" in named.values() and (sheet is None or "unit_name" in sheet.values)


def _says_none(text: str) -> bool:
    """The mark 无网站, by itself or ticked, wherever on the form it stands."""
    found = label(text)
    return found == _NO_WEBSITE or any(found == f"{mark}{_NO_WEBSITE}" for mark in "☑✓√✔■")


def _in_table(here: Sequence[Cell], columns: Mapping[str, int]) -> bool:
    """Whether a row of the table merely holds a word that is also a heading."""
    return sum(one.column in columns.values() for one in here) >= 2 and bool(columns)


def _pairs(sheet: Written, here: Sequence[Cell], named: Mapping[int, str]) -> None:
    """Label, then value to its right up to the next label; several pairs may share a row."""
    for place, key in named.items():
        after = [one for one in here if one.column > place]
        value = after[0] if after and after[0].column not in named else None
        if key in UNIT and value is not None:
            sheet.values.setdefault(key, value)


def _site_row(sheet: Written, here: Sequence[Cell], columns: Mapping[str, int]) -> None:
    at = {place: key for key, place in columns.items()}
    site = {at[one.column]: one for one in here if one.column in at}
    first = site.get("name")
    if not site or (first is not None and label(first.text).startswith(_NOTES)):
        return
    if first is not None and len(site) == 1 and (_says_none(first.text) or label(first.text) == "无"):
        return
    sheet.sites.append(site)
